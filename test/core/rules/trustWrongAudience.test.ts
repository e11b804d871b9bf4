import { trustWrongAudience } from '../../../src/core/rules/trustWrongAudience.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { account, text } from './trustTexts.js';

const asking = (aud: string | string[]) => irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [AUD]: aud } } });
const ROLE = 'arn:aws:iam::111122223333:role/cart';
const ofRole = (whole: string) =>
  `{ "Role": { "RoleName": "cart", "Arn": "${ROLE}", "AssumeRolePolicyDocument": ${whole} } }`;

ruleTest(trustWrongAudience, {
  silent: {
    'the audience of IRSA': text(asking(STS)),
    'one that somebody chose': text(asking('vault')),
    'a list with the right one': text(asking(['sts.eu-west-1.amazonaws.com', STS])),
    'one that the account asks for': {
      'role.json': ofRole(text(asking('sts.eu-west-1.amazonaws.com'))),
      'sa.yaml': account('shop', 'cart', {
        'eks.amazonaws.com/role-arn': ROLE,
        'eks.amazonaws.com/audience': 'sts.eu-west-1.amazonaws.com',
      }),
    },
    'a hole': text(asking('<AUDIENCE>')),
  },
  fires: {
    'dual-stack': { files: text(asking('«sts.eu-west-1.api.aws»')), becomes: text(asking(STS)) },
    regional: {
      files: text(asking('«sts.eu-west-1.amazonaws.com»')),
      message:
        "'sts.eu-west-1.amazonaws.com' is not the audience of the tokens: IRSA uses one for every region and partition; it should be 'sts.amazonaws.com'.",
      becomes: text(asking(STS)),
    },
    'of China': { files: text(asking('«sts.amazonaws.com.cn»')), becomes: text(asking(STS)) },
    misspelled: { files: text(asking('«sts.amazon.com»')), becomes: text(asking(STS)) },
    'the audience of Pod Identity': { files: text(asking('«pods.eks.amazonaws.com»')), becomes: text(asking(STS)) },
    'not what the account asks for': {
      files: {
        'role.json': ofRole(text(asking(`«${STS}»`))),
        'sa.yaml': account('shop', 'cart', {
          'eks.amazonaws.com/role-arn': ROLE,
          'eks.amazonaws.com/audience': 'vault',
        }),
      },
      message: "'sts.amazonaws.com' is not what shop/cart asks for; it should be 'vault'.",
      becomes: { 'role.json': ofRole(text(asking('vault'))) },
    },
    'not what the account asks for without an annotation': {
      files: {
        'role.json': ofRole(text(asking('«vault»'))),
        'sa.yaml': account('shop', 'cart', { 'eks.amazonaws.com/role-arn': ROLE }),
      },
      becomes: { 'role.json': ofRole(text(asking(STS))) },
    },
  },
});

import { trustContradiction } from '../../../src/core/rules/trustContradiction.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, EXACT, irsa, OTHER, OTHER_PROVIDER, PROVIDER, pods, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const both = (condition: Record<string, Record<string, string | string[]>>) =>
  irsa({ Condition: { ...EXACT, ...condition } });
const deny = (changes = {}) => irsa({ Effect: 'Deny', Condition: undefined, ...changes });

ruleTest(trustContradiction, {
  silent: {
    right: text(irsa()),
    'a pattern that takes the subject': text(both({ StringLike: { [SUB]: 'system:serviceaccount:shop:*' } })),
    'alternatives of one key': text(
      irsa({ Condition: { StringEquals: { [SUB]: [SUBJECT, 'system:serviceaccount:shop:till'], [AUD]: STS } } }),
    ),
    'an exclusion of another': text(both({ StringNotEquals: { [SUB]: 'system:serviceaccount:shop:till' } })),
    holes: text(both({ StringLike: { [SUB]: 'system:serviceaccount:<NAMESPACE>:*' } })),
    'a literal star': text(both({ StringEqualsIgnoreCase: { [SUB]: 'system:serviceaccount:store:*' } })),
    'a Deny of another subject': text(
      irsa(),
      deny({ Condition: { StringEquals: { [SUB]: 'system:serviceaccount:shop:till' } } }),
    ),
    'a Deny that spares the provider': text(
      irsa(),
      deny({ Principal: undefined, NotPrincipal: { Federated: PROVIDER } }),
    ),
    'a Deny that may spare the provider': text(
      irsa(),
      deny({ Principal: undefined, NotPrincipal: { Federated: '<PROVIDER_ARN>' } }),
    ),
    'a Deny of another action': text(irsa(), deny({ Action: 'sts:AssumeRole' })),
    'a Deny, and somebody else may come in': text(
      irsa(),
      { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' },
      deny(),
    ),
    'a Deny of one of two': text(
      irsa(),
      irsa({ Condition: { StringEquals: { [SUB]: 'system:serviceaccount:shop:till', [AUD]: STS } } }),
      deny({ Condition: EXACT }),
    ),
    'another issuer than the provider': text(
      irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [`${OTHER}:aud`]: STS } } }),
    ),
  },
  fires: {
    'two subjects': {
      files: text(both({ 'ForAnyValue:StringEquals': { [SUB]: '«system:serviceaccount:shop:till»' } })),
      message: `'${SUB}' cannot be both '${SUBJECT}' ('StringEquals') and 'system:serviceaccount:shop:till' ('ForAnyValue:StringEquals'), so nobody can assume this role by this statement; alternatives stand as values of one key.`,
    },
    'a pattern elsewhere': { files: text(both({ StringLike: { [SUB]: '«system:serviceaccount:store:*»' } })) },
    'named and excluded': { files: text(both({ StringNotLike: { [SUB]: '«system:serviceaccount:*»' } })) },
    'named and absent': { files: text(both({ Null: { [SUB]: '«true»' } })) },
    'two accounts': {
      files: text(
        pods({
          Condition: {
            StringEquals: { 'aws:SourceAccount': '111122223333' },
            StringLike: { 'aws:SourceAccount': '«4444*»' },
          },
        }),
      ),
    },
    'two issuers': {
      files: text(
        irsa({
          Principal: { Federated: [PROVIDER, OTHER_PROVIDER] },
          Condition: {
            StringEquals: { [SUB]: SUBJECT, [AUD]: STS, [`«${OTHER}:sub»`]: SUBJECT, [`${OTHER}:aud`]: STS },
          },
        }),
      ),
      message: /no token has both/,
    },
    'a Deny of everything': {
      files: text(irsa(), deny({ Effect: '«Deny»' })),
      message: /covers all that is allowed at .*: nobody can assume this role\./,
    },
    'a Deny that spares an account alone': {
      files: text(
        irsa(),
        deny({ Effect: '«Deny»', Principal: undefined, NotPrincipal: { AWS: 'arn:aws:iam::111122223333:root' } }),
      ),
    },
    'a Deny of tagging': {
      files: text(pods(), pods({ Effect: '«Deny»', Action: 'sts:TagSession', Condition: undefined })),
    },
    'a Deny by NotAction': {
      files: text(irsa(), deny({ Effect: '«Deny»', Action: undefined, NotAction: 'sts:TagSession' })),
    },
  },
});

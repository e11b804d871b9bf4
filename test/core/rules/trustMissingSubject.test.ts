import { trustMissingSubject } from '../../../src/core/rules/trustMissingSubject.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, OTHER, PROVIDER, STS, SUB, SUBJECT } from './trustCases.js';
import { account, text } from './trustTexts.js';

const only = (key: string, value: string) => irsa({ Condition: { StringEquals: { [key]: value } } });

ruleTest(trustMissingSubject, {
  silent: {
    'both claims': text(irsa()),
    'the subject of another issuer': text(only(`${OTHER}:sub`, SUBJECT)),
    'an optional subject': text(irsa({ Condition: { StringEqualsIfExists: { [SUB]: SUBJECT } } })),
    'a swapped claim': text(only(AUD, SUBJECT)),
    'a key with the scheme': text(only(`https://${SUB}`, SUBJECT)),
    'a key that a hole may make the subject': text(irsa({ Condition: { StringEquals: { '<CLAIM_KEY>': SUBJECT } } })),
    'an element of another name': text(
      irsa({ Condition: undefined, Conditions: { StringEquals: { [SUB]: SUBJECT } } }),
    ),
    'tagging alone': text(irsa(), irsa({ Action: 'sts:TagSession', Condition: undefined })),
    'a Deny': text(irsa(), irsa({ Effect: 'Deny', Condition: undefined })),
  },
  fires: {
    'no condition': {
      files: text(irsa({ Principal: { Federated: `«${PROVIDER}»` }, Condition: undefined })),
      message: `No condition on '${SUB}': every service account of the cluster may assume this role. Name the ones that need it, as in 'system:serviceaccount:NAMESPACE:NAME'.`,
      becomes: text(irsa({ Condition: { StringEquals: { [SUB]: 'system:serviceaccount:NAMESPACE:NAME' } } })),
    },
    'the audience alone': {
      files: text(irsa({ Principal: { Federated: `«${PROVIDER}»` }, Condition: { StringEquals: { [AUD]: STS } } })),
    },
    'a condition on something else': {
      files: text(
        irsa({
          Principal: { Federated: `«${PROVIDER}»` },
          Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
        }),
      ),
    },
    'a service account that is annotated with the role': {
      files: {
        'role.json': text(
          irsa({ Principal: { Federated: `«${PROVIDER}»` }, Condition: { StringEquals: { [AUD]: STS } } }),
        ).replace(
          /^([\s\S]*)$/,
          '{ "Role": { "RoleName": "cart", "Arn": "arn:aws:iam::111122223333:role/cart", "AssumeRolePolicyDocument": $1 } }',
        ),
        'sa.yaml': account('shop', 'cart', { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/cart' }),
      },
      fix: 'Allow only shop/cart (annotated with this role)',
      becomes: {
        'role.json': text(irsa({ Condition: { StringEquals: { [AUD]: STS, [SUB]: SUBJECT } } })).replace(
          /^([\s\S]*)$/,
          '{ "Role": { "RoleName": "cart", "Arn": "arn:aws:iam::111122223333:role/cart", "AssumeRolePolicyDocument": $1 } }',
        ),
      },
    },
  },
});

import { trustOptionalCondition } from '../../../src/core/rules/trustOptionalCondition.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, EXACT, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const optional = (operator: string, changes = {}) =>
  irsa({ Condition: { [operator]: { [SUB]: SUBJECT }, StringEquals: { [AUD]: STS }, ...changes } });

ruleTest(trustOptionalCondition, {
  silent: {
    right: text(irsa()),
    'a binding condition beside it': text(
      irsa({ Condition: { ...EXACT, StringLikeIfExists: { [SUB]: 'system:serviceaccount:shop:*' } } }),
    ),
    'an exclusion beside the list': text(
      irsa({ Condition: { ...EXACT, StringNotEquals: { [SUB]: 'system:serviceaccount:shop:till' } } }),
    ),
    'Null that demands the claim': text(optional('StringEqualsIfExists', { Null: { [SUB]: 'false' } })),
    ForAnyValue: text(irsa({ Condition: { 'ForAnyValue:StringEquals': { [SUB]: SUBJECT, [AUD]: STS } } })),
    'another key': text(
      irsa({ Condition: { ...EXACT, StringEqualsIfExists: { 'aws:RequestedRegion': 'eu-west-1' } } }),
    ),
    'a Deny': text(irsa(), irsa({ Effect: 'Deny', Condition: { StringNotEquals: { [SUB]: SUBJECT } } })),
    'an operator that is not known': text(optional('<OPERATOR>')),
  },
  fires: {
    IfExists: {
      files: text(optional('«StringEqualsIfExists»')),
      message: `'StringEqualsIfExists' also holds where there is no '${SUB}': it should be 'StringEquals'.`,
      becomes: text(irsa({ Condition: { StringEquals: { [AUD]: STS, [SUB]: SUBJECT } } })),
    },
    'IfExists for both claims': {
      files: text(irsa({ Condition: { '«StringEqualsIfExists»': { [SUB]: SUBJECT, [AUD]: STS } } })),
      becomes: text(irsa()),
    },
    'IfExists beside another key': {
      files: text(
        irsa({
          Condition: {
            '«StringEqualsIfExists»': { [SUB]: SUBJECT, 'aws:RequestedRegion': 'eu-west-1' },
            StringEquals: { [AUD]: STS },
          },
        }),
      ),
      becomes: text(
        irsa({
          Condition: {
            StringEqualsIfExists: { 'aws:RequestedRegion': 'eu-west-1' },
            StringEquals: { [AUD]: STS, [SUB]: SUBJECT },
          },
        }),
      ),
    },
    ForAllValues: {
      files: text(
        irsa({ Condition: { '«ForAllValues:StringLike»': { [SUB]: SUBJECT }, StringEquals: { [AUD]: STS } } }),
      ),
      becomes: text(irsa({ Condition: { StringLike: { [SUB]: SUBJECT }, StringEquals: { [AUD]: STS } } })),
    },
    negated: {
      files: text(
        irsa({
          Condition: {
            '«StringNotEquals»': { [SUB]: 'system:serviceaccount:kube-system:x' },
            StringEquals: { [AUD]: STS },
          },
        }),
      ),
      message: /lets in everybody that it does not name/,
    },
    'Null alone': {
      files: text(irsa({ Condition: { '«Null»': { [SUB]: 'false' }, StringEquals: { [AUD]: STS } } })),
      message: /only asks for the presence/,
    },
    audience: {
      files: text(irsa({ Condition: { StringEquals: { [SUB]: SUBJECT }, '«StringEqualsIfExists»': { [AUD]: STS } } })),
      becomes: text(irsa()),
    },
  },
});

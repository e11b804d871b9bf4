import { trustNeedlessLike } from '../../../src/core/rules/trustNeedlessLike.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const like = (sub: string | string[], aud = STS) => irsa({ Condition: { StringLike: { [SUB]: sub, [AUD]: aud } } });

ruleTest(trustNeedlessLike, {
  silent: {
    right: text(irsa()),
    patterns: text(
      irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' }, StringEquals: { [AUD]: STS } } }),
    ),
    'a hole that may be a pattern': text(
      irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:<NAME>' }, StringEquals: { [AUD]: STS } } }),
    ),
    'other roles': text({
      Effect: 'Allow',
      Principal: { AWS: '111122223333' },
      Action: 'sts:AssumeRole',
      Condition: { StringLike: { 'sts:ExternalId': 'a' } },
    }),
  },
  fires: {
    'both claims': {
      files: text(irsa({ Condition: { '«StringLike»': { [SUB]: SUBJECT, [AUD]: STS } } })),
      severity: 'hint',
      becomes: text(irsa()),
    },
    'beside a pattern': {
      files: text(like('system:serviceaccount:shop:*')).replace('"StringLike"', '«"StringLike"»'),
      becomes: text(
        irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' }, StringEquals: { [AUD]: STS } } }),
      ),
    },
    'a list': {
      files: text(
        irsa({
          Condition: {
            '«StringLike»': { [SUB]: [SUBJECT, 'system:serviceaccount:shop:till'] },
            StringEquals: { [AUD]: STS },
          },
        }),
      ),
    },
  },
});

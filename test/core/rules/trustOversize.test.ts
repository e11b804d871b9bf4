import { trustOversize } from '../../../src/core/rules/trustOversize.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB } from './trustCases.js';
import { text } from './trustTexts.js';

const many = (count: number) =>
  irsa({
    Condition: {
      StringEquals: {
        [SUB]: Array.from({ length: count }, (_, i) => `system:serviceaccount:shop:cart-${i}`),
        [AUD]: STS,
      },
    },
  });

ruleTest(trustOversize, {
  silent: {
    small: text(irsa()),
    'large by white space alone': text(irsa()).replace(/\n/g, `\n${' '.repeat(300)}`),
    'a large policy of something else': text({
      Effect: 'Allow',
      Principal: { AWS: Array.from({ length: 90 }, (_, i) => `arn:aws:iam::111122223333:role/somebody-${i}`) },
      Action: 'sts:AssumeRole',
    }),
  },
  fires: {
    'over the quota': {
      files: text(many(60)).replace('{', '«{»'),
      severity: 'warning',
      message:
        /^The trust policy has 2,\d{3} characters, white space not counted; without a raised quota 2,048 are allowed\./,
    },
    'over the limit': {
      files: text(many(260)).replace('{', '«{»'),
      severity: 'error',
      message: /more than 8,192 are never allowed/,
    },
  },
});

import { trustSwappedClaims } from '../../../src/core/rules/trustSwappedClaims.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const under = (condition: Record<string, string | string[]>) => irsa({ Condition: { StringEquals: condition } });

ruleTest(trustSwappedClaims, {
  silent: {
    'each where it belongs': text(irsa()),
    'a malformed subject under sub': text(under({ [SUB]: 'shop/cart', [AUD]: STS })),
    'an audience of somebody else': text(under({ [SUB]: SUBJECT, [AUD]: 'vault' })),
    'a hole': text(under({ [SUB]: '<SUBJECT>', [AUD]: '<AUDIENCE>' })),
  },
  fires: {
    both: {
      files: text(under({ [`«${AUD}»`]: SUBJECT, [`«${SUB}»`]: STS })),
      message: `'${AUD}' is compared with the subject '${SUBJECT}'; that stands under ':sub'.`,
      becomes: text(under({ [SUB]: SUBJECT, [AUD]: STS })),
    },
    'the subject alone': { files: text(under({ [`«${AUD}»`]: SUBJECT })), becomes: text(under({ [SUB]: SUBJECT })) },
    'the audience alone': { files: text(under({ [`«${SUB}»`]: STS })), becomes: text(under({ [AUD]: STS })) },
    'a subject beside another': {
      files: text(under({ [SUB]: SUBJECT, [`«${AUD}»`]: SUBJECT })),
      becomes: text(under({ [SUB]: SUBJECT, [AUD]: STS })),
    },
    'one of several values': { files: text(under({ [SUB]: SUBJECT, [AUD]: [STS, `«${SUBJECT}»`] })) },
    'a pattern': {
      files: text(irsa({ Condition: { StringLike: { [`«${AUD}»`]: 'system:serviceaccount:shop:*' } } })),
      becomes: text(irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' } } })),
    },
  },
});

import { trustUnknownClaim } from '../../../src/core/rules/trustUnknownClaim.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, EXACT, ISSUER, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

ruleTest(trustUnknownClaim, {
  silent: {
    right: text(irsa()),
    'other claims': text(irsa({ Condition: { ...EXACT, StringLike: { [`${ISSUER}:amr`]: 'x' } } })),
    'letter case': text(irsa({ Condition: { StringEquals: { [`${ISSUER}:SUB`]: SUBJECT, [AUD]: STS } } })),
    'other issuers': text(
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
        Condition: { StringEquals: { 'token.actions.githubusercontent.com:subject': 'repo:acme/shop' } },
      }),
    ),
  },
  fires: {
    subject: {
      files: text(irsa({ Condition: { StringEquals: { [`«${ISSUER}:subject»`]: SUBJECT, [AUD]: STS } } })),
      message: `'${ISSUER}:subject' names no claim that a token has; it should end with ':sub'.`,
      becomes: text(irsa()),
    },
    audience: {
      files: text(irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [`«${ISSUER}:audience»`]: STS } } })),
      becomes: text(irsa()),
    },
  },
});

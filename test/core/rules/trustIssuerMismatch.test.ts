import { expect, it } from 'vitest';
import { trustIssuerMismatch } from '../../../src/core/rules/trustIssuerMismatch.js';
import { findingsOf, ruleTest } from '../../support/ruleTester.js';
import { AUD, ISSUER, irsa, OTHER, OTHER_PROVIDER, PROVIDER, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const keys = (sub: string, aud: string) => irsa({ Condition: { StringEquals: { [sub]: SUBJECT, [aud]: STS } } });

ruleTest(trustIssuerMismatch, {
  silent: {
    'the same issuer': text(irsa()),
    'letter case': text(keys(SUB.replace('7A1B', '7a1b'), AUD)),
    'a malformed issuer with the same reading': text(keys(`https://${SUB}`, AUD)),
    'a provider that is not known': text({
      ...keys(`${OTHER}:sub`, `${OTHER}:aud`),
      Principal: { Federated: '<PROVIDER_ARN>' },
    }),
    'an issuer that is not known': text(keys('<ISSUER>:sub', '<ISSUER>:aud')),
    'one of two providers': text({
      ...keys(`${OTHER}:sub`, `${OTHER}:aud`),
      Principal: { Federated: [PROVIDER, OTHER_PROVIDER] },
    }),
    'other keys': text(
      irsa({ Condition: { StringEquals: { [SUB]: SUBJECT, [AUD]: STS, 'aws:RequestedRegion': 'eu-west-1' } } }),
    ),
  },
  fires: {
    'both keys': {
      files: text(keys(`«${OTHER}:sub»`, `«${OTHER}:aud»`)),
      message: `'${OTHER}:sub' is of another issuer than the provider that the statement trusts: '${OTHER}' ≠ '${ISSUER}'. It should be '${SUB}'.`,
      becomes: text(irsa()),
    },
    'one key': { files: text(keys(SUB, `«${OTHER}:aud»`)), becomes: text(irsa()) },
    'the provider': {
      files: text(keys(`«${OTHER}:sub»`, `«${OTHER}:aud»`)),
      fix: "Trust the conditions' issuer",
      becomes: text({ ...keys(`${OTHER}:sub`, `${OTHER}:aud`), Principal: { Federated: OTHER_PROVIDER } }),
    },
    'another region': { files: text(keys(SUB, `«${AUD.replace('eu-west-1', 'eu-west-2')}»`)), becomes: text(irsa()) },
    'a malformed issuer with another reading': {
      files: text(keys(SUB, `«https://${OTHER}:aud»`)),
      becomes: text(irsa()),
    },
    GitHub: { files: text(keys('«token.actions.githubusercontent.com:sub»', AUD)) },
  },
});

it('leaves the provider where another condition names it', () => {
  const [found] = findingsOf(trustIssuerMismatch, { 'trust.json': text(keys(SUB, `${OTHER}:aud`)) });
  expect(found?.fixes().map(({ title }) => title)).toEqual([
    expect.stringMatching(/^Use the provider's issuer \(.+\) in this condition$/),
  ]);
});

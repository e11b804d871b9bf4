import { trustMalformedIssuer } from '../../../src/core/rules/trustMalformedIssuer.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, ISSUER, irsa, OTHER, PROVIDER, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const keys = (sub: string, aud = AUD) => irsa({ Condition: { StringEquals: { [sub]: SUBJECT, [aud]: STS } } });
const provider = (issuer: string) =>
  irsa({ Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` } });
const wrong = (issuer: string) =>
  irsa({ Principal: { Federated: `«arn:aws:iam::111122223333:oidc-provider/${issuer}»` } });
const SWAPPED = ISSUER.replace('eks.eu-west-1', 'eu-west-1.eks');

ruleTest(trustMalformedIssuer, {
  silent: {
    right: text(irsa()),
    'another issuer': text(keys(`${OTHER}:sub`)),
    holes: text(keys('<OIDC_PROVIDER>:sub', 'oidc.eks.<REGION>.amazonaws.com/id/<ID>:aud')),
    'an ARN that is none': text(irsa({ Principal: { Federated: `https://${ISSUER}` } })),
    'the dual-stack host': text({
      ...keys('oidc-eks.eu-west-1.api.aws/id/0A:sub', 'oidc-eks.eu-west-1.api.aws/id/0A:aud'),
      Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/oidc-eks.eu-west-1.api.aws/id/0A' },
    }),
    GitHub: text(
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/https://token.actions.githubusercontent.com' },
        Condition: undefined,
      }),
    ),
  },
  fires: {
    'https in a key': {
      files: text(keys(`«https://${SUB}»`)),
      message: `'https://${SUB}': an issuer stands without 'https://'; it should be '${SUB}'.`,
      becomes: text(irsa()),
    },
    'the ARN in a key': {
      files: text(keys(`«${PROVIDER}:sub»`)),
      message: /without the provider's ARN/,
      becomes: text(irsa()),
    },
    'a swapped host in a key': {
      files: text(keys(`«${SWAPPED}:sub»`)),
      message: /'oidc\.eks\.REGION…'/,
      becomes: text(irsa()),
    },
    'no /id/ in a key': { files: text(keys(`«${SUB.replace('/id/', '/')}»`)), becomes: text(irsa()) },
    'the host alone in a key': { files: text(keys('«oidc.eks.eu-west-1.amazonaws.com:sub»')), becomes: text(irsa()) },
    'no issuer in a key': {
      files: text(keys('«:sub»')),
      message: `':sub' names no issuer; it should be '${SUB}'.`,
      becomes: text(irsa()),
    },
    'a slash for the colon': { files: text(keys(`«${ISSUER}/sub»`)), becomes: text(irsa()) },
    'https in the provider': { files: text(wrong(`https://${ISSUER}`)), becomes: text(irsa()) },
    'a slash behind the provider': { files: text(wrong(`${ISSUER}/`)), becomes: text(irsa()) },
    'a swapped host in the provider': { files: text(wrong(SWAPPED)), becomes: text(provider(ISSUER)) },
    'https before a placeholder': {
      files: text(keys('«https://<OIDC_PROVIDER>:sub»')),
      becomes: text(keys('<OIDC_PROVIDER>:sub')),
    },
  },
});

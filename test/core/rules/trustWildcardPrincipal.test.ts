import { trustWildcardPrincipal } from '../../../src/core/rules/trustWildcardPrincipal.js';
import { ruleTest } from '../../support/ruleTester.js';
import { irsa, PROVIDER, pods } from './trustCases.js';
import { text } from './trustTexts.js';

ruleTest(trustWildcardPrincipal, {
  silent: {
    'a provider': text(irsa()),
    'a role that has nothing to do with pods': text({ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }),
    'a Deny for everybody': text(irsa(), irsa({ Effect: 'Deny', Principal: '*' })),
    'the root of an account': text(pods({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } })),
    'a placeholder': text(irsa({ Principal: { Federated: '<PROVIDER_ARN>' } })),
  },
  fires: {
    everybody: {
      files: text(irsa({ Principal: '«*»' })),
      message: `'*' trusts everybody; it should be { "Federated": "arn:aws:iam::ACCOUNT_ID:oidc-provider/${PROVIDER.split('oidc-provider/')[1]}" }.`,
    },
    'every provider, and the account is known': {
      files: text(irsa(), irsa({ Principal: { Federated: '«*»' } })),
      becomes: text(irsa(), irsa()),
    },
    'by AWS': { files: text(irsa(), irsa({ Principal: { AWS: '«*»' } })), becomes: text(irsa(), irsa()) },
    'in a list': { files: text(irsa({ Principal: { Federated: [PROVIDER, '«*»'] } })) },
    'for Pod Identity': {
      files: text(
        pods({ Principal: '«*»', Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } } }),
      ),
      becomes: text(pods({ Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } } })),
    },
  },
});

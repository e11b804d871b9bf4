import { trustMalformedArn } from '../../../src/core/rules/trustMalformedArn.js';
import { ruleTest } from '../../support/ruleTester.js';
import { ISSUER, irsa, PROVIDER, pods } from './trustCases.js';
import { text } from './trustTexts.js';

const federated = (value: string) => irsa({ Principal: { Federated: value } });

ruleTest(trustMalformedArn, {
  silent: {
    right: text(irsa()),
    'a malformed issuer': text(federated(`arn:aws:iam::111122223333:oidc-provider/https://${ISSUER}`)),
    'a wildcard': text(federated('*')),
    placeholders: text(federated('arn:aws:iam::<ACCOUNT_ID>:oidc-provider/<OIDC_PROVIDER>')),
    'a placeholder for all': text(federated('<PROVIDER_ARN>')),
    SAML: text(
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
        Action: 'sts:AssumeRoleWithSAML',
        Condition: undefined,
      }),
    ),
    Cognito: text(irsa({ Principal: { Federated: 'cognito-identity.amazonaws.com' }, Condition: undefined })),
    'a target role': text(
      pods({
        Principal: { AWS: ['arn:aws:iam::111122223333:role/source', '111122223333'] },
        Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } },
      }),
    ),
  },
  fires: {
    'a short account': {
      files: text(federated(`«arn:aws:iam::11112222333:oidc-provider/${ISSUER}»`)),
      message: `'arn:aws:iam::11112222333:oidc-provider/${ISSUER}' is no OIDC provider's ARN: the account '11112222333' is not twelve digits. It should be 'arn:aws:iam::ACCOUNT_ID:oidc-provider/${ISSUER}'.`,
    },
    'an unknown partition': {
      files: text(federated(`«arn:amazon:iam::111122223333:oidc-provider/${ISSUER}»`)),
      becomes: text(irsa()),
    },
    "another partition than the host's": {
      files: text(federated(`«arn:aws-cn:iam::111122223333:oidc-provider/${ISSUER}»`)),
      message: /its host is of the partition 'aws', the ARN of 'aws-cn'; it should begin with 'arn:aws:'/,
      becomes: text(irsa()),
    },
    'the cluster': {
      files: text(federated('«arn:aws:eks:eu-west-1:111122223333:cluster/blue»')),
      becomes: text(irsa()),
    },
    'a role': { files: text(federated('«arn:aws:iam::111122223333:role/cart»')), becomes: text(irsa()) },
    'the URL, and the account is known': {
      files: text(irsa(), federated(`«https://${ISSUER}»`)),
      becomes: text(irsa(), irsa()),
    },
    blanks: { files: text(federated(`«${PROVIDER} »`)), becomes: text(irsa()) },
    'under AWS': { files: text(irsa({ Principal: { AWS: `«${PROVIDER}»` } })), becomes: text(irsa()) },
    'a pattern': {
      files: text(federated('«arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/*»')),
    },
    'a short account of a source role': {
      files: text(
        pods({
          Principal: { AWS: '«arn:aws:iam::1111:role/source»' },
          Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } },
        }),
      ),
    },
  },
});

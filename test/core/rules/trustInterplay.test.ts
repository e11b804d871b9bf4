import { beforeAll, describe } from 'vitest';
import { readyForTerraform } from '../../support/ruleTester.js';
import {
  AUD,
  EXACT,
  everywhere,
  ISSUER,
  irsa,
  type Json,
  OTHER,
  OTHER_PROVIDER,
  PROVIDER,
  pods,
  policy,
  STS,
  SUB,
  SUBJECT,
} from './trustCases.js';

beforeAll(readyForTerraform);

function conditions(condition: Json, changes = {}): Json {
  return policy(irsa({ Condition: condition, ...changes }));
}

describe('what is right gives nothing', () => {
  everywhere('IRSA', policy(irsa()));
  everywhere('Pod Identity', policy(pods()));
  everywhere(
    'both, and the root of an account',
    policy(irsa(), pods(), {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'sts:AssumeRole',
    }),
  );
  everywhere(
    'other letter case',
    conditions({ stringequals: { [SUB.toUpperCase().replace('OIDC', 'oidc')]: SUBJECT, [AUD]: STS } }),
  );
  everywhere(
    'GitHub',
    policy({
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/*' } },
    }),
  );
  everywhere(
    'Cognito',
    policy({
      Effect: 'Allow',
      Principal: { Federated: 'cognito-identity.amazonaws.com' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' } },
    }),
  );
  everywhere(
    'SAML',
    policy({
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
      Action: 'sts:AssumeRoleWithSAML',
      Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
    }),
  );
  everywhere(
    'EC2 with a Resource',
    policy({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  );
  everywhere(
    'the cluster role of Auto Mode',
    policy({
      Effect: 'Allow',
      Principal: { Service: 'eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }),
  );
  everywhere(
    'Fargate pods',
    policy({ Effect: 'Allow', Principal: { Service: 'eks-fargate-pods.amazonaws.com' }, Action: 'sts:AssumeRole' }),
  );
  everywhere(
    'a self-hosted issuer',
    policy(
      irsa({
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/s3.eu-west-1.amazonaws.com/oidc-bucket' },
        Condition: {
          StringEquals: {
            's3.eu-west-1.amazonaws.com/oidc-bucket:sub': SUBJECT,
            's3.eu-west-1.amazonaws.com/oidc-bucket:aud': STS,
          },
        },
      }),
    ),
  );
  everywhere(
    'the dual-stack issuer',
    policy(
      irsa({
        Principal: {
          Federated:
            'arn:aws:iam::111122223333:oidc-provider/oidc-eks.eu-west-1.api.aws/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D',
        },
        Condition: {
          StringEquals: {
            'oidc-eks.eu-west-1.api.aws/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:sub': SUBJECT,
            'oidc-eks.eu-west-1.api.aws/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:aud': STS,
          },
        },
      }),
    ),
  );
  everywhere(
    'China',
    policy(
      irsa({
        Principal: {
          Federated:
            'arn:aws-cn:iam::111122223333:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D',
        },
        Condition: {
          StringEquals: {
            'oidc.eks.cn-north-1.amazonaws.com.cn/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:sub': SUBJECT,
            'oidc.eks.cn-north-1.amazonaws.com.cn/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:aud': STS,
          },
        },
      }),
    ),
  );
  everywhere(
    'a pattern that an exact condition narrows',
    conditions({ StringEquals: EXACT.StringEquals!, StringLike: { [SUB]: 'system:serviceaccount:shop:*' } }),
  );
  everywhere(
    'two patterns with one account in common',
    conditions({
      StringEquals: { [AUD]: STS },
      StringLike: { [SUB]: 'system:serviceaccount:shop:*' },
      'ForAnyValue:StringLike': { [SUB]: '*:cart' },
    }),
  );
  everywhere(
    'actions in two statements',
    policy(pods({ Action: 'sts:AssumeRole' }), pods({ Action: 'sts:TagSession', Condition: undefined })),
  );
  everywhere(
    'tagging an IRSA session in a statement of its own',
    policy(irsa(), irsa({ Action: 'sts:TagSession', Condition: undefined })),
  );
  everywhere(
    'a Deny of something else',
    policy(irsa(), {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringNotEquals: { [SUB]: SUBJECT } },
    }),
  );
  everywhere(
    'IfExists and Null together',
    conditions({ StringEqualsIfExists: { [SUB]: SUBJECT, [AUD]: STS }, Null: { [SUB]: 'false', [AUD]: 'false' } }),
  );
  everywhere(
    'placeholders',
    policy(
      irsa({
        Principal: { Federated: 'arn:aws:iam::<ACCOUNT_ID>:oidc-provider/<OIDC_PROVIDER>' },
        Condition: {
          StringEquals: {
            '<OIDC_PROVIDER>:sub': 'system:serviceaccount:<NAMESPACE>:<NAME>',
            '<OIDC_PROVIDER>:aud': STS,
          },
        },
      }),
    ),
  );
  everywhere(
    'two providers with a statement each',
    policy(
      irsa(),
      irsa({
        Principal: { Federated: OTHER_PROVIDER },
        Condition: { StringEquals: { [`${OTHER}:sub`]: SUBJECT, [`${OTHER}:aud`]: STS } },
      }),
    ),
  );
  everywhere(
    'IfExists for each of two providers',
    policy(
      irsa({
        Principal: { Federated: [PROVIDER, OTHER_PROVIDER] },
        Condition: {
          StringEqualsIfExists: { [SUB]: SUBJECT, [AUD]: STS, [`${OTHER}:sub`]: SUBJECT, [`${OTHER}:aud`]: STS },
        },
      }),
    ),
  );
  everywhere(
    'patterns under ARN operators',
    policy(
      pods({
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333', 'aws:SourceOrgId': 'o-abcdefghij' },
          ArnLike: { 'aws:SourceArn': 'arn:aws:eks:*:111122223333:cluster/prod-*' },
          ArnEquals: { 'aws:RequestTag/eks-cluster-arn': 'arn:aws:eks:*:111122223333:cluster/*' },
          StringLike: { 'aws:RequestTag/kubernetes-namespace': 'team-*' },
        },
      }),
    ),
  );
  everywhere(
    'a target role',
    policy({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:role/source' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } },
    }),
  );
});

describe('subjects', () => {
  for (const [title, value] of Object.entries({
    'every one': 'system:serviceaccount:*:*',
    'a star alone': '*',
    'across the colon': 'system:serviceaccount:team-*',
    'any namespace': 'system:serviceaccount:*:cart',
    'part of a namespace': 'system:serviceaccount:shop?:cart',
    'a namespace': 'system:serviceaccount:shop:*',
    'part of a name': 'system:serviceaccount:shop:cart-?',
  })) {
    everywhere(
      title,
      conditions({ StringEquals: { [AUD]: STS }, StringLike: { [SUB]: `@trust-wildcard-subject@${value}` } }),
    );
    everywhere(
      `${title}, with the audience under one operator`,
      conditions({ StringLike: { [SUB]: `@trust-wildcard-subject@${value}`, [AUD]: STS } }),
    );
    everywhere(
      `${title}, in a list`,
      conditions({
        StringLike: { [SUB]: [SUBJECT, `@trust-wildcard-subject@${value}`] },
        StringEquals: { [AUD]: STS },
      }),
    );
  }
  everywhere(
    'two patterns',
    conditions({
      StringLike: {
        [SUB]: [
          '@trust-wildcard-subject@system:serviceaccount:a:*',
          '@trust-wildcard-subject@system:serviceaccount:b:*',
        ],
      },
      StringEquals: { [AUD]: STS },
    }),
  );
  everywhere(
    'patterns that together still are many',
    conditions({
      StringLike: { [SUB]: '@trust-wildcard-subject@system:serviceaccount:shop:*' },
      'ForAnyValue:StringLike': { [SUB]: '@trust-wildcard-subject@system:serviceaccount:*' },
      StringEquals: { [AUD]: STS },
    }),
  );
  everywhere(
    'a pattern with some left out',
    conditions({
      StringLike: { [SUB]: '@trust-wildcard-subject@system:serviceaccount:shop:*' },
      StringNotEquals: { [SUB]: SUBJECT },
      StringEquals: { [AUD]: STS },
    }),
  );

  for (const [title, value] of Object.entries({
    slash: 'shop/cart',
    'no prefix': 'serviceaccount:shop:cart',
    'three parts': 'system:serviceaccount:cart',
    'five parts': 'system:serviceaccount:shop:cart:x',
    capitals: 'system:serviceaccount:Shop:cart',
    blanks: 'system:serviceaccount:shop: cart',
    underscore: 'system:serviceaccount:shop:cart_api',
    'a group': 'system:serviceaccounts:shop',
    'a slash inside': 'system:serviceaccount:shop/cart',
    empty: '',
  })) {
    everywhere(
      `malformed: ${title}`,
      conditions({ StringEquals: { [SUB]: `@trust-malformed-subject@${value}`, [AUD]: STS } }),
      { not: title === 'empty' ? ['CloudFormation YAML, block'] : [] },
    );
  }
  everywhere(
    'malformed pattern',
    conditions({ StringLike: { [SUB]: '@trust-malformed-subject@shop/*' }, StringEquals: { [AUD]: STS } }),
  );
  everywhere(
    'malformed in a list',
    conditions({ StringEquals: { [SUB]: [SUBJECT, '@trust-malformed-subject@shop/cart'], [AUD]: STS } }),
  );
});

describe('claims', () => {
  everywhere(
    'no condition at all',
    policy(
      irsa({
        Principal: { Federated: `@trust-missing-subject+trust-missing-audience@${PROVIDER}` },
        Condition: undefined,
      }),
    ),
  );
  everywhere(
    'no subject',
    policy(
      irsa({
        Principal: { Federated: `@trust-missing-subject@${PROVIDER}` },
        Condition: { StringEquals: { [AUD]: STS } },
      }),
    ),
  );
  everywhere(
    'no audience',
    policy(
      irsa({
        Principal: { Federated: `@trust-missing-audience@${PROVIDER}` },
        Condition: { StringEquals: { [SUB]: SUBJECT } },
      }),
    ),
  );
  everywhere(
    'no audience beside a pattern',
    policy(
      irsa({
        Principal: { Federated: `@trust-missing-audience@${PROVIDER}` },
        Condition: { StringLike: { [SUB]: '@trust-wildcard-subject@system:serviceaccount:shop:*' } },
      }),
    ),
  );
  everywhere(
    'any audience',
    conditions({ StringEquals: { [SUB]: SUBJECT }, StringLike: { [AUD]: '@trust-missing-audience@*' } }),
  );
  for (const value of [
    'sts.eu-west-1.amazonaws.com',
    'sts.amazonaws.com.cn',
    'sts.amazon.com',
    'https://sts.amazonaws.com',
    'sts.amazonaws.com/',
    'pods.eks.amazonaws.com',
  ])
    everywhere(
      `audience ${value}`,
      conditions({ StringEquals: { [SUB]: SUBJECT, [AUD]: `@trust-wrong-audience@${value}` } }),
    );
  everywhere('an audience of their own', conditions({ StringEquals: { [SUB]: SUBJECT, [AUD]: 'vault' } }));
  everywhere(
    'a needless audience beside the right one',
    conditions({ StringEquals: { [SUB]: SUBJECT, [AUD]: [STS, 'sts.amazonaws.com.cn'] } }),
  );
  everywhere(
    'both swapped',
    conditions({ StringEquals: { [`@trust-swapped-claims@${AUD}`]: SUBJECT, [`@trust-swapped-claims@${SUB}`]: STS } }),
  );
  everywhere('the subject under aud', conditions({ StringEquals: { [`@trust-swapped-claims@${AUD}`]: SUBJECT } }));
  everywhere('the audience under sub', conditions({ StringEquals: { [`@trust-swapped-claims@${SUB}`]: STS } }));
  everywhere(
    'a subject list under aud',
    conditions({ StringEquals: { [`@trust-swapped-claims@${AUD}`]: [SUBJECT, 'system:serviceaccount:shop:till'] } }),
  );
  everywhere(
    'a pattern under aud',
    conditions({ StringLike: { [`@trust-swapped-claims@${AUD}`]: 'system:serviceaccount:shop:*' } }),
  );
  everywhere(
    'a subject under aud beside the right sub',
    conditions({ StringEquals: { [SUB]: SUBJECT, [`@trust-swapped-claims@${AUD}`]: SUBJECT } }),
  );
});

describe('issuers', () => {
  const swapped = 'oidc.eu-west-1.eks.amazonaws.com/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D';
  everywhere(
    'another issuer in both keys',
    conditions({
      StringEquals: { [`@trust-issuer-mismatch@${OTHER}:sub`]: SUBJECT, [`@trust-issuer-mismatch@${OTHER}:aud`]: STS },
    }),
  );
  everywhere(
    'another issuer in one key',
    conditions({ StringEquals: { [SUB]: SUBJECT, [`@trust-issuer-mismatch@${OTHER}:aud`]: STS } }),
  );
  everywhere(
    'another region',
    conditions({
      StringEquals: { [SUB]: SUBJECT, [`@trust-issuer-mismatch@${AUD.replace('eu-west-1', 'eu-west-2')}`]: STS },
    }),
  );
  everywhere(
    'dual-stack beside classic',
    conditions({
      StringEquals: {
        [SUB]: SUBJECT,
        '@trust-issuer-mismatch@oidc-eks.eu-west-1.api.aws/id/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D:aud': STS,
      },
    }),
  );
  everywhere(
    'https in a key',
    conditions({ StringEquals: { [`@trust-malformed-issuer@https://${SUB}`]: SUBJECT, [AUD]: STS } }),
  );
  everywhere(
    'https in both keys',
    conditions({
      StringEquals: {
        [`@trust-malformed-issuer@https://${SUB}`]: SUBJECT,
        [`@trust-malformed-issuer@https://${AUD}`]: STS,
      },
    }),
  );
  everywhere(
    'the ARN as a key',
    conditions({ StringEquals: { [`@trust-malformed-issuer@${PROVIDER}:sub`]: SUBJECT, [AUD]: STS } }),
  );
  everywhere(
    'a swapped host everywhere',
    policy(
      irsa({
        Principal: { Federated: `@trust-malformed-issuer@arn:aws:iam::111122223333:oidc-provider/${swapped}` },
        Condition: {
          StringEquals: {
            [`@trust-malformed-issuer@${swapped}:sub`]: SUBJECT,
            [`@trust-malformed-issuer@${swapped}:aud`]: STS,
          },
        },
      }),
    ),
  );
  everywhere(
    'a swapped host in a key',
    conditions({ StringEquals: { [`@trust-malformed-issuer@${swapped}:sub`]: SUBJECT, [AUD]: STS } }),
  );
  everywhere(
    'https in the provider',
    policy(
      irsa({
        Principal: { Federated: `@trust-malformed-issuer@arn:aws:iam::111122223333:oidc-provider/https://${ISSUER}` },
      }),
    ),
  );
  everywhere(
    'a slash behind the provider',
    policy(irsa({ Principal: { Federated: `@trust-malformed-issuer@${PROVIDER}/` } })),
  );
  everywhere(
    'no id in the provider',
    policy(
      irsa({
        Principal: {
          Federated:
            '@trust-malformed-issuer@arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/7A1B9C0D2E3F4A5B6C7D8E9F0A1B2C3D',
        },
      }),
    ),
  );
  everywhere(
    'only a host in the provider',
    policy(
      irsa({
        Principal: {
          Federated: '@trust-malformed-issuer@arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com',
        },
      }),
    ),
    { unfixed: ['trust-malformed-issuer'] },
  );
  everywhere(
    'only a host in a key',
    conditions({
      StringEquals: { '@trust-malformed-issuer@oidc.eks.eu-west-1.amazonaws.com:sub': SUBJECT, [AUD]: STS },
    }),
  );
  everywhere(
    'no issuer in a key',
    conditions({ StringEquals: { '@trust-malformed-issuer@sub': SUBJECT, [AUD]: STS } }),
  );
  everywhere(
    'https and a pattern',
    conditions({
      StringLike: {
        [`@trust-malformed-issuer@https://${SUB}`]: '@trust-wildcard-subject@system:serviceaccount:shop:*',
      },
      StringEquals: { [AUD]: STS },
    }),
  );
});

describe('ARNs', () => {
  const federated = (value: string) => policy(irsa({ Principal: { Federated: `@trust-malformed-arn@${value}` } }));
  everywhere('a short account', federated(`arn:aws:iam::11112222333:oidc-provider/${ISSUER}`), {
    unfixed: ['trust-malformed-arn'],
  });
  everywhere('an unknown partition', federated(`arn:amazon:iam::111122223333:oidc-provider/${ISSUER}`), {
    unfixed: [],
  });
  everywhere("another partition than the host's", federated(`arn:aws-cn:iam::111122223333:oidc-provider/${ISSUER}`));
  everywhere("another partition's region", federated(`arn:aws-us-gov:iam::111122223333:oidc-provider/${ISSUER}`));
  everywhere('the cluster', federated('arn:aws:eks:eu-west-1:111122223333:cluster/blue'));
  everywhere('a role', federated('arn:aws:iam::111122223333:role/cart'));
  everywhere('the issuer alone', federated(ISSUER));
  everywhere('the URL', federated(`https://${ISSUER}`));
  everywhere('under AWS', policy(irsa({ Principal: { AWS: `@trust-malformed-arn@${PROVIDER}` } })));
  everywhere('blanks', federated(` ${PROVIDER}`));
  everywhere('a region', federated(`arn:aws:iam:eu-west-1:111122223333:oidc-provider/${ISSUER}`));
  everywhere(
    'Pod Identity under Federated',
    policy(pods({ Principal: { Federated: '@trust-malformed-arn@pods.eks.amazonaws.com' } })),
  );
});

describe('principals and actions', () => {
  everywhere('everybody', policy(irsa({ Principal: '@trust-wildcard-principal@*' })));
  everywhere('everybody by AWS', policy(irsa({ Principal: { AWS: '@trust-wildcard-principal@*' } })));
  everywhere('every provider', policy(irsa({ Principal: { Federated: '@trust-wildcard-principal@*' } })));
  everywhere(
    'everybody for Pod Identity',
    policy(
      pods({
        Principal: '@trust-wildcard-principal@*',
        Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } },
      }),
    ),
  );
  everywhere('a star in a list', policy(irsa({ Principal: { Federated: [PROVIDER, '@trust-wildcard-principal@*'] } })));
  everywhere(
    'AssumeRole for a provider',
    policy(irsa({ '@trust-action-mismatch@Action': 'sts:AssumeRole', Action: undefined })),
  );
  everywhere(
    'SAML for a provider',
    policy(irsa({ '@trust-action-mismatch@Action': ['sts:AssumeRoleWithSAML', 'sts:TagSession'], Action: undefined })),
  );
  everywhere(
    'no tag session',
    policy(pods({ '@trust-missing-tag-session@Action': 'sts:AssumeRole', Action: undefined })),
  );
  everywhere(
    'no tag session, in a list',
    policy(pods({ '@trust-missing-tag-session@Action': ['sts:AssumeRole'], Action: undefined })),
  );
  everywhere(
    'AssumeRole*',
    policy(pods({ '@trust-missing-tag-session@Action': 'sts:AssumeRole*', Action: undefined })),
  );
  everywhere(
    'web identity for Pod Identity',
    policy(pods({ '@trust-action-mismatch@Action': 'sts:AssumeRoleWithWebIdentity', Action: undefined })),
  );
  everywhere(
    'web identity beside the right ones',
    policy(
      pods({
        '@trust-action-mismatch@Action': ['sts:AssumeRole', 'sts:TagSession', 'sts:AssumeRoleWithWebIdentity'],
        Action: undefined,
      }),
    ),
  );
  everywhere(
    'tag session alone',
    policy(pods({ '@trust-action-mismatch@Action': ['sts:TagSession'], Action: undefined })),
  );
  everywhere(
    'the cluster service with session tags',
    policy(
      pods({
        '@trust-action-mismatch@Principal': { Service: 'eks.amazonaws.com' },
        Principal: undefined,
        Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'shop' } },
      }),
    ),
  );
  for (const service of [
    'eks-pods.amazonaws.com',
    'pod.eks.amazonaws.com',
    'eks-pods.eks.amazonaws.com',
    'pods.eks.amazonaws.com.cn',
    'pods-eks.amazonaws.com',
  ])
    everywhere(
      service,
      policy(pods({ '@trust-action-mismatch@Principal': { Service: service }, Principal: undefined })),
    );
  everywhere('TagSessions', policy(pods({ Action: ['sts:AssumeRole', '@trust-unknown-action@sts:TagSessions'] })));
  everywhere(
    'a misspelled web identity',
    policy(irsa({ Action: '@trust-unknown-action@sts:AssumeRoleWithWebIdentiy' })),
  );
  everywhere(
    'an action of a permission policy',
    policy(irsa({ Action: ['sts:AssumeRoleWithWebIdentity', '@trust-unknown-action@s3:GetObject'] })),
  );
  everywhere('no prefix', policy(irsa({ Action: '@trust-unknown-action@AssumeRoleWithWebIdentity' })));
  everywhere('other case', policy(pods({ Action: ['STS:assumerole', 'sts:tagsession'] })));
  everywhere('sts:*', policy(pods({ Action: 'sts:*' })));
});

describe('operators', () => {
  everywhere(
    'a star under StringEquals',
    conditions({ StringEquals: { [SUB]: '@trust-literal-wildcard@system:serviceaccount:shop:*', [AUD]: STS } }),
  );
  everywhere(
    'a star under StringEquals, last',
    conditions({ StringEquals: { [AUD]: STS, [SUB]: '@trust-literal-wildcard@system:serviceaccount:shop:*' } }),
  );
  everywhere(
    'a star under StringEquals, alone',
    conditions({
      StringEquals: { [SUB]: '@trust-literal-wildcard@system:serviceaccount:*:*' },
      StringLike: { [AUD]: STS },
    }),
  );
  everywhere(
    'a star in a list',
    conditions({
      StringEquals: { [AUD]: STS, [SUB]: [SUBJECT, '@trust-literal-wildcard@system:serviceaccount:shop:x*'] },
    }),
  );
  everywhere(
    'a star as audience',
    conditions({ StringEquals: { [SUB]: SUBJECT, [AUD]: '@trust-literal-wildcard@*' } }),
  );
  everywhere(
    'a star in a session tag',
    policy(
      pods({
        Condition: {
          StringEquals: {
            'aws:RequestTag/kubernetes-namespace': '@trust-literal-wildcard@team-*',
            'aws:SourceAccount': '111122223333',
          },
        },
      }),
    ),
  );
  everywhere(
    'a star in the source ARN',
    policy(
      pods({
        Condition: {
          StringEquals: {
            'aws:SourceArn': '@trust-literal-wildcard@arn:aws:eks:*:111122223333:cluster/blue',
            'aws:SourceAccount': '111122223333',
          },
        },
      }),
    ),
  );
  for (const operator of [
    'StringEqualsIfExists',
    'ForAllValues:StringEquals',
    'StringNotEquals',
    'ForAllValues:StringEqualsIfExists',
  ]) {
    everywhere(
      `${operator} for sub`,
      conditions({
        [`@trust-optional-condition@${operator}`]: {
          [SUB]: operator.includes('Not') ? 'system:serviceaccount:kube-system:x' : SUBJECT,
        },
        StringEquals: { [AUD]: STS },
      }),
    );
    everywhere(
      `${operator} for aud`,
      conditions({
        [`@trust-optional-condition@${operator}`]: { [AUD]: operator.includes('Not') ? 'vault' : STS },
        StringEquals: { [SUB]: SUBJECT },
      }),
    );
  }
  everywhere(
    'IfExists for both',
    conditions({ '@trust-optional-condition@StringEqualsIfExists': { [SUB]: SUBJECT, [AUD]: STS } }),
  );
  everywhere(
    'Null for sub',
    conditions({ StringEquals: { [AUD]: STS }, '@trust-optional-condition@Null': { [SUB]: 'false' } }),
  );
  everywhere('no operator', conditions({ '@trust-prohibited-element@StringEqual': { [SUB]: SUBJECT, [AUD]: STS } }));
});

describe('contradictions', () => {
  const unfixed = ['trust-contradiction'];
  everywhere(
    'two subjects',
    conditions({
      StringEquals: { [SUB]: SUBJECT, [AUD]: STS },
      'ForAnyValue:StringEquals': { [SUB]: '@trust-contradiction@system:serviceaccount:shop:till' },
    }),
    { unfixed },
  );
  everywhere(
    'a pattern elsewhere',
    conditions({
      StringEquals: { [SUB]: SUBJECT, [AUD]: STS },
      StringLike: { [SUB]: '@trust-contradiction@system:serviceaccount:store:*' },
    }),
    { unfixed },
  );
  everywhere(
    'named and excluded',
    conditions({
      StringEquals: { [SUB]: SUBJECT, [AUD]: STS },
      StringNotEquals: { [SUB]: `@trust-contradiction@${SUBJECT}` },
    }),
    { unfixed },
  );
  everywhere(
    'named and absent',
    conditions({ StringEquals: { [SUB]: SUBJECT, [AUD]: STS }, Null: { [SUB]: '@trust-contradiction@true' } }),
    { unfixed },
  );
  everywhere(
    'two issuers',
    policy(
      irsa({
        Principal: { Federated: [PROVIDER, OTHER_PROVIDER] },
        Condition: {
          StringEquals: {
            [SUB]: SUBJECT,
            [AUD]: STS,
            [`@trust-contradiction@${OTHER}:sub`]: SUBJECT,
            [`${OTHER}:aud`]: STS,
          },
        },
      }),
    ),
    { unfixed },
  );
  everywhere(
    'a Deny for all',
    policy(irsa(), { Effect: '@trust-contradiction@Deny', Principal: '*', Action: 'sts:*' }),
    { unfixed },
  );
  everywhere(
    'a Deny of the same subject',
    policy(irsa(), {
      Effect: '@trust-contradiction@Deny',
      Principal: { Federated: PROVIDER },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { [SUB]: 'system:serviceaccount:shop:*' } },
    }),
    { unfixed },
  );
  everywhere(
    'a Deny of tagging',
    policy(pods(), {
      Effect: '@trust-contradiction@Deny',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: 'sts:TagSession',
    }),
    { unfixed },
  );
  everywhere(
    'a Deny of everybody else',
    policy(irsa(), {
      Effect: '@trust-contradiction@Deny',
      Principal: '*',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringNotEquals: { [SUB]: 'system:serviceaccount:shop:till' } },
    }),
    { unfixed },
  );
});

describe('source ARNs', () => {
  for (const value of [
    'arn:aws:eks:eu-west-1:111122223333:podidentityassociation/blue/a-4wvljrezsukshq1bv',
    'arn:aws:iam::111122223333:role/x',
    'arn:aws:eks:eu-west-1:11112222333:cluster/blue',
    'arn:aws:eks:eu-west-1:111122223333:cluster',
  ])
    everywhere(
      value,
      policy(pods({ Condition: { StringEquals: { 'aws:SourceArn': `@trust-wrong-source-arn@${value}` } } })),
    );
  everywhere(
    'a pattern',
    policy(
      pods({
        Condition: {
          ArnLike: { 'aws:SourceArn': '@trust-wrong-source-arn@arn:aws:eks:*:111122223333:podidentityassociation/*' },
        },
      }),
    ),
  );
});

describe('elements', () => {
  everywhere('Resource', policy(irsa({ '@trust-prohibited-element@Resource': '*' })));
  everywhere('Resource first', policy({ '@trust-prohibited-element@Resource': '*', ...irsa() }));
  everywhere(
    'NotPrincipal',
    policy(irsa({ Principal: undefined, '@trust-prohibited-element@NotPrincipal': { Federated: PROVIDER } })),
  );
  everywhere('Conditions', policy(irsa({ Condition: undefined, '@trust-prohibited-element@Conditions': EXACT })));
  everywhere(
    'Principals',
    policy(irsa({ Principal: undefined, '@trust-prohibited-element@Principals': { Federated: PROVIDER } })),
  );
  everywhere(
    'Actions',
    policy(irsa({ Action: undefined, '@trust-prohibited-element@Actions': 'sts:AssumeRoleWithWebIdentity' })),
  );
  everywhere(
    'no Action',
    policy(irsa({ Action: undefined, Principal: { Federated: `@trust-prohibited-element@${PROVIDER}` } })),
  );
  everywhere(
    'no Effect',
    policy(irsa({ Effect: undefined, Principal: { Federated: `@trust-prohibited-element@${PROVIDER}` } })),
  );
  everywhere('no Principal', policy(irsa({ Principal: undefined, Effect: '@trust-prohibited-element@Allow' })));
  everywhere('allow in lower case', policy(irsa({ Effect: '@trust-prohibited-element@allow' })));
  everywhere('an unknown element of the policy', {
    Version: '2012-10-17',
    '@trust-prohibited-element@Comment': 'x',
    Statement: [irsa()],
  });
});

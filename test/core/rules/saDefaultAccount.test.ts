import { saDefaultAccount } from '../../../src/core/rules/saDefaultAccount.js';
import { accountYaml, associationYaml, exampleArn } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const ROLE = `eks.amazonaws.com/role-arn: ${exampleArn('shop')}`;

ruleTest(saDefaultAccount, {
  silent: {
    'another account': accountYaml('cart', 'shop', [ROLE]),
    'without a role': accountYaml('default', 'shop', ['example.com/owner: shop']),
    'an empty role': accountYaml('default', 'shop', ['eks.amazonaws.com/role-arn: ""']),
    'an overlay gives it a prefix': {
      'base/kustomization.yaml': 'resources: [sa.yaml]\n',
      'base/sa.yaml': accountYaml('default', 'shop', [ROLE]),
      'prod/kustomization.yaml': 'namePrefix: x-\nresources: [../base]\n',
    },
  },
  fires: {
    annotated: {
      files: accountYaml('«default»', 'shop', [ROLE]),
      severity: 'warning',
      message: /'default' is the service account of every pod/,
    },
    'by an association': { files: associationYaml('shop', '«default»', 'shop') },
    'by an association of CloudFormation': {
      files: {
        'template.yaml':
          'Resources:\n  A:\n    Type: AWS::EKS::PodIdentityAssociation\n    Properties: { ClusterName: blue, Namespace: shop, ServiceAccount: «default», RoleArn: "arn:aws:iam::111122223333:role/x" }\n',
      },
    },
    'by an association of Terraform': {
      files: {
        'main.tf':
          'resource "aws_eks_pod_identity_association" "x" {\n  cluster_name    = "blue"\n  namespace       = "shop"\n  service_account = «"default"»\n  role_arn        = "arn:aws:iam::111122223333:role/x"\n}\n',
      },
    },
    'a patch annotates it': {
      files: {
        'base/kustomization.yaml': 'resources: [sa.yaml]\n',
        'base/sa.yaml': accountYaml('default', 'shop'),
        'prod/kustomization.yaml': `resources: [../base]\npatches:\n  - target: { kind: ServiceAccount, name: default }\n    patch: |-\n      - op: add\n        path: /metadata/annotations\n        value: { eks.amazonaws.com/role-arn: «"${exampleArn('shop')}"» }\n`,
      },
    },
  },
});

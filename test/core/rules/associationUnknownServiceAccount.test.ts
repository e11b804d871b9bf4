import { associationUnknownServiceAccount } from '../../../src/core/rules/associationUnknownServiceAccount.js';
import { accountYaml, associationYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = accountYaml('checkout', 'shop');

ruleTest(associationUnknownServiceAccount, {
  silent: {
    'it exists': { 'sa.yaml': account, 'a.yaml': associationYaml('shop', 'checkout', 'x') },
    'nothing near': { 'sa.yaml': account, 'a.yaml': associationYaml('shop', 'payments', 'x') },
    'eksctl makes it': {
      'sa.yaml': account,
      'cluster.yaml':
        'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: blue, region: eu-west-1 }\niam:\n  podIdentityAssociations:\n    - { namespace: shop, serviceAccountName: chekout, createServiceAccount: true, roleARN: "arn:aws:iam::111122223333:role/x" }\n',
    },
    'a name with a hole': { 'sa.yaml': account, 'a.yaml': associationYaml('shop', '<SERVICE_ACCOUNT>', 'x') },
  },
  fires: {
    'a letter': {
      files: { 'sa.yaml': account, 'a.yaml': associationYaml('shop', '«chekout»', 'x') },
      severity: 'warning',
      becomes: { 'sa.yaml': account, 'a.yaml': associationYaml('shop', 'checkout', 'x') },
    },
    'another namespace': {
      files: { 'sa.yaml': account, 'a.yaml': associationYaml('«store»', 'checkout', 'x') },
      becomes: { 'sa.yaml': account, 'a.yaml': associationYaml('shop', 'checkout', 'x') },
    },
    Terraform: {
      files: {
        'sa.yaml': account,
        'main.tf':
          'resource "aws_eks_pod_identity_association" "x" {\n  cluster_name    = "blue"\n  namespace       = "shop"\n  service_account = «"chekout"»\n  role_arn        = "arn:aws:iam::111122223333:role/x"\n}\n',
      },
    },
  },
});

import { associationDuplicate } from '../../../src/core/rules/associationDuplicate.js';
import { associationYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const terraform = (label: string, account: string, cluster = '"blue"') =>
  `resource "aws_eks_pod_identity_association" "${label}" {\n  cluster_name    = ${cluster}\n  namespace       = "shop"\n  service_account = ${account}\n  role_arn        = "arn:aws:iam::111122223333:role/x"\n}\n`;

ruleTest(associationDuplicate, {
  silent: {
    'two accounts': { 'a.yaml': associationYaml('shop', 'cart', 'x'), 'b.yaml': associationYaml('shop', 'till', 'x') },
    'two clusters': {
      'a.yaml': associationYaml('shop', 'cart', 'x'),
      'b.yaml': associationYaml('shop', 'cart', 'x').replace('blue', 'green'),
    },
    'clusters that are not known': {
      'a/main.tf': terraform('a', '"cart"', 'var.cluster'),
      'b/main.tf': terraform('b', '"cart"', 'var.cluster'),
    },
    'instances of one block': {
      'main.tf':
        'resource "aws_eks_pod_identity_association" "x" {\n  for_each        = toset(["a", "b"])\n  cluster_name    = "blue"\n  namespace       = each.key\n  service_account = "cart"\n  role_arn        = "arn:aws:iam::111122223333:role/x"\n}\n',
    },
  },
  fires: {
    'two files': {
      files: { 'a.yaml': associationYaml('shop', 'cart', 'x'), 'b.yaml': associationYaml('shop', '«cart»', 'y') },
      severity: 'error',
      message: /'shop\/cart' already has an association/,
    },
    'one file': {
      files: { 'a.yaml': `${associationYaml('shop', 'cart', 'x')}---\n${associationYaml('shop', '«cart»', 'y')}` },
    },
    'two tools': { files: { 'a.yaml': associationYaml('shop', 'cart', 'x'), 'main.tf': terraform('x', '«"cart"»') } },
    'one reference for the cluster': {
      files: {
        'main.tf': `${terraform('a', '"cart"', 'aws_eks_cluster.blue.name')}\n${terraform('b', '«"cart"»', 'aws_eks_cluster.blue.name')}`,
      },
    },
  },
});

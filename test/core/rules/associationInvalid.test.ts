import { associationInvalid } from '../../../src/core/rules/associationInvalid.js';
import { accountYaml, associationYaml, podIdentityRole } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const policy = "policy: '{}'";

ruleTest(associationInvalid, {
  silent: {
    'a right one': associationYaml('shop', 'cart', 'cart'),
    'a policy without tags': associationYaml('shop', 'cart', 'cart', [policy, 'disableSessionTags: true']),
    'a policy, and tags that depend on a value': associationYaml('shop', 'cart', 'cart', [
      policy,
      'disableSessionTags: {{ .Values.untagged }}',
    ]),
    'tags off, and a role that asks for none': {
      'a.yaml': associationYaml('shop', 'cart', 'cart', ['disableSessionTags: true']),
      'role.json': podIdentityRole('cart', 'shop', 'cart').replace(/,\s*"Condition": \{[\s\S]*?\}\s*\}/, ''),
    },
    'a name with a hole': associationYaml('shop', '{{ .Values.name }}', 'cart'),
  },
  fires: {
    'a pattern': {
      files: associationYaml('shop', '«"cart-*"»', 'cart'),
      severity: 'error',
      message: /not as a pattern/,
    },
    'a pattern that is known': {
      files: { 'a.yaml': associationYaml('shop', '«"cart-*"»', 'cart'), 'sa.yaml': accountYaml('cart-web', 'shop') },
      becomes: { 'a.yaml': associationYaml('shop', '"cart-web"', 'cart'), 'sa.yaml': accountYaml('cart-web', 'shop') },
    },
    'a pattern for the namespace': { files: associationYaml('«"*"»', 'cart', 'cart') },
    'a policy with tags': {
      files: associationYaml('shop', 'cart', 'cart', ["«policy»: '{}'"]),
      becomes: { 'manifest.yaml': associationYaml('shop', 'cart', 'cart', [policy, 'disableSessionTags: true']) },
    },
    'a policy with tags on': {
      files: associationYaml('shop', 'cart', 'cart', ["«policy»: '{}'", 'disableSessionTags: false']),
      becomes: { 'manifest.yaml': associationYaml('shop', 'cart', 'cart', [policy, 'disableSessionTags: true']) },
    },
    'required tags switched off': {
      files: {
        'a.yaml': associationYaml('shop', 'cart', 'cart', ['disableSessionTags: «true»']),
        'role.json': podIdentityRole('cart', 'shop', 'cart'),
      },
      message: /by session tags only/,
      becomes: {
        'a.yaml': associationYaml('shop', 'cart', 'cart'),
        'role.json': podIdentityRole('cart', 'shop', 'cart'),
      },
    },
    'a role and a reference': {
      files: associationYaml('shop', 'cart', 'cart', ['«roleRef»: { from: { name: cart } }']),
      message: /'roleRef' and 'roleARN' exclude each other/,
    },
    eksctl: {
      files:
        'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: { name: blue, region: eu-west-1 }\niam:\n  podIdentityAssociations:\n    - namespace: shop\n      serviceAccountName: cart\n      roleARN: arn:aws:iam::111122223333:role/x\n      «permissionPolicyARNs»: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]\n',
    },
    CloudFormation: {
      files: {
        'template.yaml':
          "Resources:\n  A:\n    Type: AWS::EKS::PodIdentityAssociation\n    Properties:\n      ClusterName: blue\n      Namespace: shop\n      ServiceAccount: cart\n      RoleArn: arn:aws:iam::111122223333:role/x\n      «Policy»: '{}'\n",
      },
      becomes: {
        'template.yaml':
          "Resources:\n  A:\n    Type: AWS::EKS::PodIdentityAssociation\n    Properties:\n      ClusterName: blue\n      Namespace: shop\n      ServiceAccount: cart\n      RoleArn: arn:aws:iam::111122223333:role/x\n      Policy: '{}'\n      DisableSessionTags: true\n",
      },
    },
    Terraform: {
      files: {
        'main.tf':
          'resource "aws_eks_pod_identity_association" "x" {\n  cluster_name    = "blue"\n  namespace       = "shop"\n  service_account = "cart"\n  role_arn        = "arn:aws:iam::111122223333:role/x"\n  «policy»          = "{}"\n}\n',
      },
      becomes: {
        'main.tf':
          'resource "aws_eks_pod_identity_association" "x" {\n  cluster_name    = "blue"\n  namespace       = "shop"\n  service_account = "cart"\n  role_arn        = "arn:aws:iam::111122223333:role/x"\n  policy          = "{}"\n  disable_session_tags = true\n}\n',
      },
    },
  },
});

import { nodeOpenImds } from '../../../src/core/rules/nodeOpenImds.js';
import { clusterConfig } from '../../../src/core/rules/support/eksctlExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const template = (name: string, ...options: string[]) => ({
  'main.tf': `resource "aws_launch_template" "x" {\n  name = "${name}"\n\n  metadata_options {\n${options.map((line) => `    ${line}\n`).join('')}  }\n}\n`,
});

ruleTest(nodeOpenImds, {
  silent: {
    required: template('eks-nodes', 'http_tokens                 = "required"', 'http_put_response_hop_limit = 1'),
    'a template of something else': template('web', 'http_tokens = "optional"'),
    'a variable': template('eks-nodes', 'http_tokens = var.tokens'),
    'nothing said': clusterConfig('managedNodeGroups:', '  - name: a'),
    'pods are kept out': clusterConfig(
      'managedNodeGroups:',
      '  - name: a',
      '    disableIMDSv1: false',
      '    disablePodIMDS: true',
    ),
  },
  fires: {
    eksctl: {
      files: clusterConfig('managedNodeGroups:', '  - name: a', '    disableIMDSv1: «false»'),
      message: "'false' lets pods reach the node's role by IMDSv1; it should be 'true'.",
      severity: 'warning',
      becomes: { 'manifest.yaml': clusterConfig('managedNodeGroups:', '  - name: a', '    disableIMDSv1: true') },
    },
    Terraform: {
      files: template('eks-nodes', 'http_tokens                 = «"optional"»', 'http_put_response_hop_limit = «2»'),
    },
    CloudFormation: {
      files: {
        'template.yaml':
          'Resources:\n  T:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        MetadataOptions: { HttpTokens: «optional» }\n  G:\n    Type: AWS::EKS::Nodegroup\n    Properties:\n      ClusterName: blue\n      LaunchTemplate: { Id: !Ref T }\n',
      },
    },
  },
});

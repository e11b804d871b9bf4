import { makeSynthetic } from '../syntax/hclNodes.js';
import { literal, type ObjectNode, type StringNode } from '../syntax/tree.js';
import type { KubernetesSource, ServiceAccount } from './model.js';

const ROLE_ARN = 'eks.amazonaws.com/role-arn';

/** Which service account an add-on's IRSA role is for. Source: "IAM roles for Amazon EKS add-ons" of the EKS user guide. */
const ACCOUNTS: Readonly<Record<string, readonly [namespace: string, name: string]>> = {
  'amazon-cloudwatch-observability': ['amazon-cloudwatch', 'cloudwatch-agent'],
  'aws-ebs-csi-driver': ['kube-system', 'ebs-csi-controller-sa'],
  'aws-efs-csi-driver': ['kube-system', 'efs-csi-controller-sa'],
  'aws-mountpoint-s3-csi-driver': ['kube-system', 's3-csi-driver-sa'],
  'vpc-cni': ['kube-system', 'aws-node'],
};

/**
 * The account that an add-on makes and annotates with the role it is given. Nobody typed its name, which stands at the
 * add-on's; of an add-on that is not known here it is unknown.
 * @param parts.namespace where the file puts the add-on in another than its own
 * @param parts.key the field that gives the role
 */
export function addonAccount(parts: {
  readonly source: KubernetesSource;
  readonly node: ObjectNode;
  readonly addon: StringNode | undefined;
  readonly namespace: StringNode | undefined;
  readonly key: StringNode;
  readonly roleArn: StringNode;
}): ServiceAccount {
  const { source, node, addon, key, roleArn } = parts;
  const known = ACCOUNTS[literal(addon) ?? ''];
  return {
    source,
    node,
    metadata: {
      node,
      ...(known && addon
        ? { name: makeSynthetic(addon, known[1]), namespace: parts.namespace ?? makeSynthetic(addon, known[0]) }
        : {}),
      annotations: [{ key: makeSynthetic(key, ROLE_ARN), value: roleArn }],
      labels: [],
      others: [],
    },
  };
}

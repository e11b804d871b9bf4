/** Where pods run, and which of the two mechanisms works there. From the EKS user guide's restrictions of both. */
export const computes = [
  {
    id: 'linux',
    label: 'EKS, Linux nodes',
    detail: 'managed or self-managed node groups, Karpenter',
    podIdentity: true,
  },
  { id: 'auto', label: 'EKS Auto Mode', detail: 'the agent is built in', podIdentity: true },
  { id: 'fargate', label: 'EKS on Fargate', detail: 'no agent can run there', podIdentity: false },
  { id: 'windows', label: 'EKS, Windows nodes', detail: 'the agent is for Linux', podIdentity: false },
  { id: 'hybrid', label: 'EKS hybrid nodes', detail: 'machines of your own', podIdentity: true },
  {
    id: 'anywhere',
    label: 'EKS Anywhere, OpenShift, or a cluster of your own',
    detail: 'outside of EKS',
    podIdentity: false,
  },
] as const;

export type Compute = (typeof computes)[number]['id'];

export interface Needs {
  readonly compute: Compute;
  readonly manyClusters: boolean;
  readonly crossAccount: boolean;
}

/** The advice as Markdown: the mechanism, why, what it takes, what to mind. */
export function adviceFor(needs: Needs): string {
  const compute = computes.find(({ id }) => id === needs.compute)!;
  return compute.podIdentity ? podIdentity(needs, compute.label) : irsa(needs, compute.label);
}

function irsa({ compute, crossAccount, manyClusters }: Needs, label: string): string {
  return [
    '# IRSA',
    `EKS Pod Identity does not work on: ${label}. IRSA does.`,
    '## What it takes',
    [
      compute === 'anywhere'
        ? '1. A public issuer of your own for the cluster’s tokens, and the pod identity webhook installed.'
        : '1. An OIDC provider in IAM for the issuer of the cluster.',
      `2. A role${crossAccount ? ' in the account of the resources, and the OIDC provider in that account too,' : ''} whose trust policy allows \`sts:AssumeRoleWithWebIdentity\` for the exact \`…:sub\` and \`…:aud\`: snippet \`irsa-trust\`.`,
      '3. The annotation `eks.amazonaws.com/role-arn` on the ServiceAccount: snippet `irsa-service-account`.',
      '4. `serviceAccountName` in the pod template, and a restart of pods that run already.',
    ].join('\n'),
    '## What to mind',
    [
      ...(manyClusters
        ? [
            '- Every cluster has an issuer of its own: the trust policy needs a statement for each, and a change when a cluster is replaced.',
          ]
        : []),
      '- No wildcard in `…:sub`: it lets in other service accounts.',
      '- A trust policy holds 2,048 characters by default.',
    ].join('\n'),
    '',
  ].join('\n\n');
}

function podIdentity({ compute, crossAccount, manyClusters }: Needs, label: string): string {
  return [
    '# EKS Pod Identity',
    `It works on: ${label}. It needs no OIDC provider, and ${manyClusters ? 'one trust policy serves all your clusters.' : 'the trust policy does not change when the cluster does.'}`,
    '## What it takes',
    [
      compute === 'auto'
        ? '1. Nothing on the nodes: Auto Mode has the agent.'
        : compute === 'hybrid'
          ? '1. The add-on `eks-pod-identity-agent` 1.3.3 or later with `daemonsets.hybrid.create=true`, and `enableCredentialsFile: true` in the node’s configuration.'
          : '1. The add-on `eks-pod-identity-agent`, and `eks-auth:AssumeRoleForPodIdentity` for the node role (in `AmazonEKSWorkerNodePolicy`).',
      '2. A role whose trust policy allows `pods.eks.amazonaws.com` both `sts:AssumeRole` and `sts:TagSession`: snippet `pod-identity-trust`.',
      '3. An association of cluster, namespace, service account and role: snippet `pod-identity-association`.',
      '4. `serviceAccountName` in the pod template, and a restart of pods that run already. No annotation.',
    ].join('\n'),
    '## What to mind',
    [
      ...(crossAccount
        ? [
            '- The role must be in the account of the cluster. For resources elsewhere give the association a `targetRoleArn`: EKS chains to it.',
          ]
        : []),
      '- Conditions on `aws:SourceAccount` and `aws:RequestTag/kubernetes-…` keep other clusters and service accounts out.',
      '- A service account with both an association and an annotation gets Pod Identity; on Fargate and Windows it then gets nothing.',
      '- At most 5,000 associations a cluster.',
    ].join('\n'),
    '',
  ].join('\n\n');
}

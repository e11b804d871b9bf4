/**
 * `orders-prod`: one realistic cluster, good and broken in every way the rules know.
 *
 * Each service account says in `story` what is the matter with it and in `expected` what a right answer is, so that
 * tests can hold the product against it.
 */
import {
  type AssociationRecord,
  associationArn,
  type ClusterRecord,
  clusterArn,
  type EventRecord,
  issuerHost,
  type ManagedPolicyRecord,
  type NodeRecord,
  type PodRecord,
  type RoleRecord,
  type Scenario,
  type ServiceAccountRecord,
  type WorkloadRecord,
} from './scenarioTypes.js';
import { ec2Trust, irsaTrust, podIdentityStatement, policy, webIdentityStatement } from './trustPolicies.js';

const account = '111122223333';
const partnerAccount = '444455556666';
const day = 24 * 60;

const cluster: ClusterRecord = {
  name: 'orders-prod',
  region: 'eu-west-1',
  account,
  issuerId: '8A5C2E1B7D90463FA1E2C3D4B5F60718',
  version: '1.32',
  authenticationMode: 'API_AND_CONFIG_MAP',
  ageMinutes: 400 * day,
};
const staging: ClusterRecord = {
  ...cluster,
  name: 'staging',
  issuerId: '3B7F10C4D5A94E2886F1A0B2C3D4E5F6',
  ageMinutes: 200 * day,
  privateEndpoint: true,
};

const issuer = issuerHost(cluster);
const provider = `arn:aws:iam::${account}:oidc-provider/${issuer}`;
/** The cluster that `orders-prod` replaced; some trust policies still name it. */
const oldIssuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0D1E2F3A4B5C6D7E8F90A1B2C3D4E5F6';
const oldProvider = `arn:aws:iam::${account}:oidc-provider/${oldIssuer}`;

const sub = `${issuer}:sub`;
const aud = `${issuer}:aud`;
const sts = 'sts.amazonaws.com';

function roleArn(pathAndName: string, inAccount = account): string {
  return `arn:aws:iam::${inAccount}:role/${pathAndName}`;
}

function subject(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function annotated(pathAndName: string): Record<string, string> {
  return { 'eks.amazonaws.com/role-arn': roleArn(pathAndName) };
}

const nodeRole = roleArn('ng-default');
const windowsNodeRole = roleArn('ng-windows');

const nodes: readonly NodeRecord[] = [
  {
    name: 'ip-10-0-1-23.eu-west-1.compute.internal',
    nodeGroup: 'ng-default',
    os: 'linux',
    instanceId: 'i-0a1b2c3d4e5f60001',
    zone: 'eu-west-1a',
    ageMinutes: 30 * day,
  },
  {
    name: 'ip-10-0-2-87.eu-west-1.compute.internal',
    nodeGroup: 'ng-default',
    os: 'linux',
    instanceId: 'i-0a1b2c3d4e5f60002',
    zone: 'eu-west-1b',
    ageMinutes: 30 * day,
  },
  {
    name: 'ip-10-0-3-140.eu-west-1.compute.internal',
    nodeGroup: 'ng-default',
    os: 'linux',
    instanceId: 'i-0a1b2c3d4e5f60003',
    zone: 'eu-west-1c',
    ageMinutes: 12 * day,
  },
  {
    name: 'ip-10-0-3-201.eu-west-1.compute.internal',
    nodeGroup: 'ng-windows',
    os: 'windows',
    instanceId: 'i-0a1b2c3d4e5f60004',
    zone: 'eu-west-1c',
    ageMinutes: 12 * day,
  },
  {
    name: 'fargate-ip-10-0-2-11.eu-west-1.compute.internal',
    fargateProfile: 'fp-data',
    os: 'linux',
    instanceId: 'b1c2d3e4f5-0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    zone: 'eu-west-1b',
    ageMinutes: 3 * day,
  },
  {
    name: 'fargate-ip-10-0-1-12.eu-west-1.compute.internal',
    fargateProfile: 'fp-data',
    os: 'linux',
    instanceId: 'c2d3e4f5a6-1b2c3d4e5f60718293a4b5c6d7e8f90a',
    zone: 'eu-west-1a',
    ageMinutes: 2 * day,
  },
];
const [nodeA, nodeB, nodeC, windowsNode, fargateNode, secondFargateNode] = nodes.map(({ name }) => name) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

const serviceAccounts: ServiceAccountRecord[] = [];
const workloads: WorkloadRecord[] = [];
const roles: RoleRecord[] = [];
const associations: AssociationRecord[] = [];
const events: EventRecord[] = [];

/** Pods of one age on the nodes given, one each. */
function podsOn(ageMinutes: number, ...on: string[]): PodRecord[] {
  return on.map((node) => ({ node, ageMinutes }));
}

function serviceAccount(record: Omit<ServiceAccountRecord, 'ageMinutes'> & { ageMinutes?: number }): void {
  serviceAccounts.push({ ageMinutes: 90 * day, ...record });
}

/** A workload named like its service account, unless said otherwise. */
function workload(
  kind: WorkloadRecord['kind'],
  namespace: string,
  name: string,
  pods: readonly PodRecord[],
  more: Partial<WorkloadRecord> = {},
): void {
  workloads.push({
    kind,
    namespace,
    name,
    serviceAccount: name,
    image: `${account}.dkr.ecr.eu-west-1.amazonaws.com/${namespace}/${name}:1.4.2`,
    ageMinutes: 60 * day,
    pods,
    ...more,
  });
}

function role(pathAndName: string, trustPolicy: RoleRecord['trustPolicy'], more: Partial<RoleRecord> = {}): void {
  roles.push({ arn: roleArn(pathAndName), trustPolicy, ageMinutes: 120 * day, lastUsedMinutes: 30, ...more });
}

function association(
  id: string,
  namespace: string,
  name: string,
  pathAndName: string,
  more: Partial<AssociationRecord> = {},
): void {
  associations.push({
    id,
    namespace,
    serviceAccount: name,
    roleArn: roleArn(pathAndName),
    ageMinutes: 20 * day,
    ...more,
  });
}

const fallsBack = {
  mechanism: 'node-role',
  roleArn: nodeRole,
  trust: 'not-checked',
  status: 'ok',
} as const;

// --- kube-system -----------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'kube-system',
  name: 'aws-node',
  annotations: annotated('AmazonEKSVPCCNIRole'),
  story: 'IRSA as it should be, for the VPC CNI.',
  expected: { mechanism: 'irsa', roleArn: roleArn('AmazonEKSVPCCNIRole'), trust: 'allowed', status: 'ok' },
});
role('AmazonEKSVPCCNIRole', irsaTrust(account, issuer, 'kube-system', 'aws-node'), {
  attachedPolicyArns: ['arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy'],
});
workload('DaemonSet', 'kube-system', 'aws-node', podsOn(12 * day, nodeA, nodeB, nodeC), { hostNetwork: true });

serviceAccount({
  namespace: 'kube-system',
  name: 'ebs-csi-controller-sa',
  story: 'Pod Identity by an association that the add-on owns.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('AmazonEKSPodIdentityAmazonEBSCSIDriverRole'),
    trust: 'allowed',
    status: 'ok',
  },
});
role('AmazonEKSPodIdentityAmazonEBSCSIDriverRole', policy(podIdentityStatement()), {
  attachedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy'],
});
association(
  'a-ebs0csi1controller',
  'kube-system',
  'ebs-csi-controller-sa',
  'AmazonEKSPodIdentityAmazonEBSCSIDriverRole',
  {
    ownerArn: `arn:aws:eks:eu-west-1:${account}:addon/orders-prod/aws-ebs-csi-driver/5ac8f0d2-1b7e-4c1c-9f51-2f0a6d0b7c11`,
  },
);
workload('Deployment', 'kube-system', 'ebs-csi-controller', podsOn(10 * day, nodeA, nodeB), {
  serviceAccount: 'ebs-csi-controller-sa',
});

serviceAccount({
  namespace: 'kube-system',
  name: 'ebs-csi-node-sa',
  story: 'Needs nothing of AWS; its pods could take the node role.',
  expected: fallsBack,
});
workload('DaemonSet', 'kube-system', 'ebs-csi-node', podsOn(10 * day, nodeA, nodeB, nodeC), {
  serviceAccount: 'ebs-csi-node-sa',
});

serviceAccount({
  namespace: 'kube-system',
  name: 'coredns',
  story: 'Needs nothing of AWS; its pods could take the node role.',
  expected: fallsBack,
});
workload('Deployment', 'kube-system', 'coredns', podsOn(10 * day, nodeA, nodeB), { withoutAws: true });

serviceAccount({
  namespace: 'kube-system',
  name: 'aws-load-balancer-controller',
  annotations: { ...annotated('aws-load-balancer-controller'), 'eks.amazonaws.com/sts-regional-endpoints': 'true' },
  story: 'IRSA as it should be, with the regional STS endpoint asked for.',
  expected: { mechanism: 'irsa', roleArn: roleArn('aws-load-balancer-controller'), trust: 'allowed', status: 'ok' },
});
role('aws-load-balancer-controller', irsaTrust(account, issuer, 'kube-system', 'aws-load-balancer-controller'), {
  attachedPolicyArns: [`arn:aws:iam::${account}:policy/AWSLoadBalancerControllerIAMPolicy`],
});
workload('Deployment', 'kube-system', 'aws-load-balancer-controller', podsOn(8 * day, nodeB, nodeC));

serviceAccount({
  namespace: 'kube-system',
  name: 'cluster-autoscaler',
  annotations: annotated('cluster-autoscaler'),
  story: 'The trust policy takes any name that begins like it.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('cluster-autoscaler'),
    trust: 'allowed',
    status: 'warning',
    rules: ['trust-wildcard-subject'],
  },
});
role(
  'cluster-autoscaler',
  policy(
    webIdentityStatement(provider, {
      StringLike: { [sub]: subject('kube-system', 'cluster-autoscaler*') },
      StringEquals: { [aud]: sts },
    }),
  ),
);
workload('Deployment', 'kube-system', 'cluster-autoscaler', podsOn(8 * day, nodeC));

// --- checkout --------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'checkout',
  name: 'api',
  annotations: annotated('checkout-api'),
  story: 'IRSA as it should be.',
  expected: { mechanism: 'irsa', roleArn: roleArn('checkout-api'), trust: 'allowed', status: 'ok' },
});
role('checkout-api', irsaTrust(account, issuer, 'checkout', 'api'), {
  inlinePolicies: {
    orders: policy({
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      Resource: `arn:aws:dynamodb:eu-west-1:${account}:table/orders`,
    }),
  },
  tags: { team: 'checkout' },
});
workload('Deployment', 'checkout', 'api', podsOn(2 * day, nodeA, nodeB, nodeC));

serviceAccount({
  namespace: 'checkout',
  name: 'worker',
  annotations: annotated('checkout-worker'),
  story: "The trust policy misspells the name: 'wrker'.",
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('checkout-worker'),
    trust: 'denied',
    status: 'error',
    rules: ['sa-trust-denied'],
    refusal: 'AccessDenied',
  },
});
role('checkout-worker', irsaTrust(account, issuer, 'checkout', 'wrker'), { tags: { team: 'checkout' } });
workload('Deployment', 'checkout', 'worker', podsOn(1 * day, nodeA, nodeB));
events.push({
  namespace: 'checkout',
  kind: 'Pod',
  name: 'worker',
  type: 'Warning',
  reason: 'BackOff',
  message: 'Back-off restarting failed container worker',
  ageMinutes: 4,
});

serviceAccount({
  namespace: 'checkout',
  name: 'frontend',
  story: 'Has no AWS identity of its own; its pod could take the node role.',
  expected: fallsBack,
});
workload('Deployment', 'checkout', 'frontend', podsOn(2 * day, nodeC), { withoutAws: true });

// --- payments --------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'payments',
  name: 'api',
  story: 'Pod Identity, the trust policy bound to cluster, namespace and service account.',
  expected: { mechanism: 'pod-identity', roleArn: roleArn('payments-api'), trust: 'allowed', status: 'ok' },
});
role(
  'payments-api',
  policy(
    podIdentityStatement({
      StringEquals: {
        'aws:SourceAccount': account,
        'aws:RequestTag/kubernetes-namespace': 'payments',
        'aws:RequestTag/kubernetes-service-account': 'api',
      },
      ArnEquals: { 'aws:SourceArn': clusterArn(cluster) },
    }),
  ),
);
association('a-4wvljrezsukshq1bv', 'payments', 'api', 'payments-api');
workload('Deployment', 'payments', 'api', podsOn(3 * day, nodeA, nodeB));

serviceAccount({
  namespace: 'payments',
  name: 'ledger',
  story: 'The trust policy lacks sts:TagSession.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('payments-ledger'),
    trust: 'denied',
    status: 'error',
    rules: ['trust-missing-tag-session'],
    refusal: 'AccessDeniedException',
  },
});
role('payments-ledger', policy(podIdentityStatement({}, 'sts:AssumeRole')));
association('a-7hk2ledger0missing', 'payments', 'ledger', 'payments-ledger');
workload('StatefulSet', 'payments', 'ledger', podsOn(3 * day, nodeA, nodeB));

serviceAccount({
  namespace: 'payments',
  name: 'settlement',
  annotations: annotated('payments-settlement-irsa'),
  story: 'Annotation and association: the annotation is ignored.',
  expected: {
    mechanism: 'both',
    roleArn: roleArn('payments-settlement'),
    trust: 'allowed',
    status: 'warning',
    rules: ['sa-mixed-mechanisms'],
  },
});
role('payments-settlement', policy(podIdentityStatement()));
role('payments-settlement-irsa', irsaTrust(account, issuer, 'payments', 'settlement'), { lastUsedMinutes: 25 * day });
association('a-settlement00000001', 'payments', 'settlement', 'payments-settlement');
workload('Deployment', 'payments', 'settlement', podsOn(3 * day, nodeC));

serviceAccount({
  namespace: 'payments',
  name: 'refunds',
  annotations: annotated('payments-refunds'),
  story: "The trust policy names the namespace 'payment'.",
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('payments-refunds'),
    trust: 'denied',
    status: 'error',
    rules: ['sa-trust-denied'],
    refusal: 'AccessDenied',
  },
});
role('payments-refunds', irsaTrust(account, issuer, 'payment', 'refunds'));
workload('CronJob', 'payments', 'refunds', podsOn(20, nodeB));

serviceAccount({
  namespace: 'payments',
  name: 'fraud',
  story: 'Access keys from a Secret in the environment.',
  expected: {
    mechanism: 'static-credentials',
    trust: 'not-checked',
    status: 'error',
    rules: ['workload-static-credentials'],
  },
});
workload('Deployment', 'payments', 'fraud', podsOn(40 * day, nodeA, nodeC), {
  env: [
    { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'fraud-aws', key: 'access-key-id' } } },
    { name: 'AWS_SECRET_ACCESS_KEY', valueFrom: { secretKeyRef: { name: 'fraud-aws', key: 'secret-access-key' } } },
  ],
});

// --- orders ----------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'orders',
  name: 'api',
  annotations: annotated('orders-api'),
  story: 'IRSA, but one pod was started before the annotation and another names the role of before.',
  expected: { mechanism: 'irsa', roleArn: roleArn('orders-api'), trust: 'allowed', status: 'warning', stalePods: 2 },
});
role('orders-api', irsaTrust(account, issuer, 'orders', 'api'));
role('orders-api-v1', irsaTrust(account, issuer, 'orders', 'api'), { lastUsedMinutes: 5 });
workload('Deployment', 'orders', 'api', [
  { node: nodeA, ageMinutes: 1 * day },
  { node: nodeB, ageMinutes: 50 * day, injected: { mechanism: 'irsa', roleArn: roleArn('orders-api-v1') } },
  { node: nodeC, ageMinutes: 59 * day, injected: { mechanism: 'none' } },
]);

serviceAccount({
  namespace: 'orders',
  name: 'processor',
  annotations: annotated('orders-processor'),
  story: 'The trust policy lets every service account of the cluster in.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('orders-processor'),
    trust: 'allowed',
    status: 'error',
    rules: ['trust-wildcard-subject'],
  },
});
role(
  'orders-processor',
  policy(
    webIdentityStatement(provider, {
      StringLike: { [sub]: subject('*', '*') },
      StringEquals: { [aud]: sts },
    }),
  ),
);
workload('Deployment', 'orders', 'processor', podsOn(5 * day, nodeA, nodeB));

serviceAccount({
  namespace: 'orders',
  name: 'importer',
  annotations: annotated('orders-importer'),
  story: 'The role does not exist.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('orders-importer'),
    trust: 'not-checked',
    status: 'error',
    refusal: 'AccessDenied',
  },
});
workload('Job', 'orders', 'importer', podsOn(90, nodeC));

serviceAccount({
  namespace: 'orders',
  name: 'exporter',
  annotations: annotated('restricted/orders-exporter'),
  story: 'The role exists and may not be read.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('restricted/orders-exporter'),
    trust: 'unknown',
    status: 'unknown',
  },
});
role('restricted/orders-exporter', irsaTrust(account, issuer, 'orders', 'exporter'));
workload('Deployment', 'orders', 'exporter', podsOn(5 * day, nodeC));

serviceAccount({
  namespace: 'orders',
  name: 'archive',
  annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::11112222333:role/orders-archive' },
  story: 'The account in the annotation has eleven digits.',
  expected: {
    mechanism: 'irsa',
    roleArn: 'arn:aws:iam::11112222333:role/orders-archive',
    trust: 'not-checked',
    status: 'error',
    rules: ['sa-malformed-role-arn'],
    refusal: 'ValidationError',
  },
});
role('orders-archive', irsaTrust(account, issuer, 'orders', 'archive'));
workload('Deployment', 'orders', 'archive', podsOn(5 * day, nodeA));

serviceAccount({
  namespace: 'orders',
  name: 'notifications',
  annotations: annotated('orders-notifications'),
  story: "The role's path is missing in the annotation.",
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('orders-notifications'),
    trust: 'denied',
    status: 'error',
    rules: ['sa-trust-denied'],
    refusal: 'AccessDenied',
  },
});
role('teams/orders/orders-notifications', irsaTrust(account, issuer, 'orders', 'notifications'));
workload('Deployment', 'orders', 'notifications', podsOn(5 * day, nodeB));

serviceAccount({
  namespace: 'orders',
  name: 'search',
  annotations: annotated('orders-search'),
  story: 'The trust policy still names the issuer of the cluster before this one.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('orders-search'),
    trust: 'denied',
    status: 'error',
    rules: ['sa-trust-denied'],
    refusal: 'AccessDenied',
  },
});
role('orders-search', irsaTrust(account, oldIssuer, 'orders', 'search'), { lastUsedMinutes: 401 * day });
workload('Deployment', 'orders', 'search', podsOn(5 * day, nodeA, nodeB));

serviceAccount({
  namespace: 'orders',
  name: 'gateway',
  story: 'The annotation is on the Deployment and its pods, where nothing reads it.',
  expected: { ...fallsBack, status: 'error', rules: ['sa-misplaced-annotation'] },
});
role('orders-gateway', irsaTrust(account, issuer, 'orders', 'gateway'), { lastUsedMinutes: 300 * day });
workload('Deployment', 'orders', 'gateway', podsOn(5 * day, nodeA, nodeC), {
  annotations: annotated('orders-gateway'),
  podAnnotations: annotated('orders-gateway'),
});

// --- reports ---------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'reports',
  name: 'reports',
  story: 'Pod Identity; one pod is older than the association.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('reports'),
    trust: 'allowed',
    status: 'warning',
    stalePods: 1,
  },
});
role('reports', policy(podIdentityStatement({ StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'reports' } })));
association('a-reports00000000001', 'reports', 'reports', 'reports', { ageMinutes: 3 * day });
workload('Deployment', 'reports', 'reports', [
  { node: nodeA, ageMinutes: 2 * day },
  { node: nodeB, ageMinutes: 9 * day, injected: { mechanism: 'none' } },
]);

serviceAccount({
  namespace: 'reports',
  name: 'scheduler',
  story: 'The trust policy asks for a session tag and the association turns session tags off.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('reports-scheduler'),
    trust: 'denied',
    status: 'error',
    rules: ['association-invalid'],
    refusal: 'AccessDeniedException',
  },
});
role(
  'reports-scheduler',
  policy(podIdentityStatement({ StringEquals: { 'aws:RequestTag/kubernetes-service-account': 'scheduler' } })),
);
association('a-scheduler000000001', 'reports', 'scheduler', 'reports-scheduler', { disableSessionTags: true });
workload('CronJob', 'reports', 'scheduler', podsOn(15, nodeC));

serviceAccount({
  namespace: 'reports',
  name: 'warehouse',
  story: 'Pod Identity that goes on to a role of another account, whose trust policy can not be read from this one.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('reports-warehouse'),
    targetRoleArn: roleArn('warehouse-reader', partnerAccount),
    trust: 'allowed',
    status: 'unknown',
  },
});
role('reports-warehouse', policy(podIdentityStatement()), {
  inlinePolicies: {
    target: policy({
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Resource: roleArn('warehouse-reader', partnerAccount),
    }),
  },
});
roles.push({
  arn: roleArn('warehouse-reader', partnerAccount),
  trustPolicy: policy({
    Effect: 'Allow',
    Principal: { AWS: roleArn('reports-warehouse') },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'reports' } },
  }),
  ageMinutes: 60 * day,
});
association('a-warehouse000000001', 'reports', 'warehouse', 'reports-warehouse', {
  targetRoleArn: roleArn('warehouse-reader', partnerAccount),
  externalId: `eu-west-1/${account}/orders-prod/reports/warehouse`,
});
workload('Deployment', 'reports', 'warehouse', podsOn(2 * day, nodeB));

serviceAccount({
  namespace: 'reports',
  name: 'auditor',
  story: 'Pod Identity with a session policy.',
  expected: { mechanism: 'pod-identity', roleArn: roleArn('reports-auditor'), trust: 'allowed', status: 'ok' },
});
role('reports-auditor', policy(podIdentityStatement({ StringEquals: { 'aws:SourceAccount': account } })));
association('a-auditor00000000001', 'reports', 'auditor', 'reports-auditor', {
  disableSessionTags: true,
  policy: JSON.stringify(
    policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::orders-prod-audit/*' }),
  ),
});
workload('Deployment', 'reports', 'auditor', podsOn(2 * day, nodeC));

serviceAccount({
  namespace: 'reports',
  name: 'vault-sync',
  annotations: { ...annotated('reports-vault-sync'), 'eks.amazonaws.com/audience': 'vault.orders.example' },
  story: 'Asks for an audience that the OIDC provider in IAM does not have.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('reports-vault-sync'),
    trust: 'allowed',
    status: 'error',
    refusal: 'InvalidIdentityToken',
  },
});
role('reports-vault-sync', irsaTrust(account, issuer, 'reports', 'vault-sync', 'vault.orders.example'));
workload('Deployment', 'reports', 'vault-sync', podsOn(2 * day, nodeA));

serviceAccount({
  namespace: 'reports',
  name: 'partner',
  annotations: { 'eks.amazonaws.com/role-arn': roleArn('orders-partner-feed', partnerAccount) },
  story: 'The role is in another account, so its trust policy can not be read from this one.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('orders-partner-feed', partnerAccount),
    trust: 'unknown',
    status: 'unknown',
  },
});
roles.push({
  arn: roleArn('orders-partner-feed', partnerAccount),
  trustPolicy: irsaTrust(partnerAccount, issuer, 'reports', 'partner'),
  ageMinutes: 60 * day,
});
workload('Deployment', 'reports', 'partner', podsOn(2 * day, nodeB));

// --- data ------------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'data',
  name: 'spark',
  story: 'Pod Identity for a pod on Fargate, where there is no agent.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('data-spark'),
    trust: 'allowed',
    status: 'error',
    rules: ['workload-unsupported-compute'],
  },
});
role('data-spark', policy(podIdentityStatement()));
association('a-spark0000000000001', 'data', 'spark', 'data-spark');
workload('Deployment', 'data', 'spark', podsOn(2 * day, fargateNode));

serviceAccount({
  namespace: 'data',
  name: 'etl',
  annotations: annotated('data-etl'),
  story: 'IRSA on Fargate, which works.',
  expected: { mechanism: 'irsa', roleArn: roleArn('data-etl'), trust: 'allowed', status: 'ok' },
});
role('data-etl', irsaTrust(account, issuer, 'data', 'etl'), { maxSessionDuration: 43200 });
workload('Deployment', 'data', 'etl', podsOn(2 * day, secondFargateNode));

serviceAccount({
  namespace: 'data',
  name: 'windows-agent',
  story: 'Pod Identity for a pod on Windows, where there is no agent.',
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('data-windows-agent'),
    trust: 'allowed',
    status: 'error',
    rules: ['workload-unsupported-compute'],
  },
});
role('data-windows-agent', policy(podIdentityStatement()));
association('a-windows00000000001', 'data', 'windows-agent', 'data-windows-agent');
workload('Deployment', 'data', 'windows-agent', podsOn(2 * day, windowsNode), {
  nodeSelector: { 'kubernetes.io/os': 'windows' },
});

serviceAccount({
  namespace: 'data',
  name: 'default',
  annotations: annotated('data-default'),
  story: 'The default service account has a role, so every pod that names none gets it.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('data-default'),
    trust: 'allowed',
    status: 'warning',
    rules: ['sa-default-account'],
  },
});
role('data-default', irsaTrust(account, issuer, 'data', 'default'));
workload('Pod', 'data', 'debug-shell', podsOn(300, nodeB), { serviceAccount: 'default' });

serviceAccount({
  namespace: 'data',
  name: 'loader',
  annotations: annotated('data-loader'),
  story: 'AWS_ROLE_ARN is set by hand in the Deployment, so the webhook injects neither variable.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('data-loader'),
    trust: 'allowed',
    status: 'error',
    rules: ['workload-preset-identity-env'],
  },
});
role('data-loader', irsaTrust(account, issuer, 'data', 'loader'));
workload('Deployment', 'data', 'loader', podsOn(2 * day, nodeA), {
  env: [{ name: 'AWS_ROLE_ARN', value: roleArn('data-loader') }],
});

// --- platform --------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'platform',
  name: 'cert-manager',
  annotations: annotated('platform-cert-manager'),
  story: 'IRSA as it should be.',
  expected: { mechanism: 'irsa', roleArn: roleArn('platform-cert-manager'), trust: 'allowed', status: 'ok' },
});
role('platform-cert-manager', irsaTrust(account, issuer, 'platform', 'cert-manager'));
workload('Deployment', 'platform', 'cert-manager', podsOn(6 * day, nodeA));

serviceAccount({
  namespace: 'platform',
  name: 'external-dns',
  annotations: annotated('platform-external-dns'),
  story: 'The subject is guarded by StringEqualsIfExists alone, which lets in what has no subject.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('platform-external-dns'),
    trust: 'allowed',
    status: 'error',
    rules: ['trust-optional-condition'],
  },
});
role(
  'platform-external-dns',
  policy(
    webIdentityStatement(provider, {
      StringEqualsIfExists: { [sub]: subject('platform', 'external-dns') },
      StringEquals: { [aud]: sts },
    }),
  ),
);
workload('Deployment', 'platform', 'external-dns', podsOn(6 * day, nodeB));

serviceAccount({
  namespace: 'platform',
  name: 'argocd',
  annotations: annotated('platform-argocd'),
  story: 'The trust policy has no condition on the subject.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('platform-argocd'),
    trust: 'allowed',
    status: 'error',
    rules: ['trust-missing-subject'],
  },
});
role('platform-argocd', policy(webIdentityStatement(provider, { StringEquals: { [aud]: sts } })));
workload('StatefulSet', 'platform', 'argocd', podsOn(6 * day, nodeB));

serviceAccount({
  namespace: 'platform',
  name: 'ci-runner',
  annotations: annotated('platform-ci-runner'),
  story: 'The trust policy has no condition on the audience.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('platform-ci-runner'),
    trust: 'allowed',
    status: 'warning',
    rules: ['trust-missing-audience'],
  },
});
role(
  'platform-ci-runner',
  policy(webIdentityStatement(provider, { StringEquals: { [sub]: subject('platform', 'ci-runner') } })),
);
workload('Deployment', 'platform', 'ci-runner', podsOn(6 * day, nodeC));

serviceAccount({
  namespace: 'platform',
  name: 'crossplane',
  annotations: annotated('platform-crossplane'),
  story: 'A star under StringEquals, where it is a plain character.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('platform-crossplane'),
    trust: 'denied',
    status: 'error',
    rules: ['trust-literal-wildcard'],
    refusal: 'AccessDenied',
  },
});
role('platform-crossplane', irsaTrust(account, issuer, 'platform', 'crossplane*'));
workload('Deployment', 'platform', 'crossplane', podsOn(6 * day, nodeA));

serviceAccount({
  namespace: 'platform',
  name: 'karpenter',
  story: "The trust policy asks for the association's ARN where the cluster's comes.",
  expected: {
    mechanism: 'pod-identity',
    roleArn: roleArn('platform-karpenter'),
    trust: 'denied',
    status: 'error',
    rules: ['trust-wrong-source-arn'],
    refusal: 'AccessDeniedException',
  },
});
role(
  'platform-karpenter',
  policy(
    podIdentityStatement({
      ArnEquals: { 'aws:SourceArn': associationArn(cluster, 'a-karpenter000000001') },
      StringEquals: { 'aws:SourceAccount': account },
    }),
  ),
);
association('a-karpenter000000001', 'platform', 'karpenter', 'platform-karpenter');
workload('Deployment', 'platform', 'karpenter', podsOn(6 * day, nodeA, nodeB));

serviceAccount({
  namespace: 'platform',
  name: 'backup',
  annotations: { 'iam.amazonaws.com/role': 'platform-backup' },
  story: 'Carries the annotation of kube2iam, which nothing reads any more.',
  expected: { ...fallsBack, status: 'warning', rules: ['sa-legacy-annotation'] },
});
workload('CronJob', 'platform', 'backup', podsOn(200, nodeC));

serviceAccount({
  namespace: 'platform',
  name: 'image-scanner',
  annotations: { 'eks.amazonaws.com/rolearn': roleArn('platform-image-scanner') },
  story: "The annotation's key is misspelled.",
  expected: { ...fallsBack, status: 'error', rules: ['sa-misspelled-annotation'] },
});
role('platform-image-scanner', irsaTrust(account, issuer, 'platform', 'image-scanner'), {
  lastUsedMinutes: 250 * day,
});
workload('DaemonSet', 'platform', 'image-scanner', podsOn(6 * day, nodeA, nodeB, nodeC));

// --- monitoring ------------------------------------------------------------------------------------------------------

serviceAccount({
  namespace: 'monitoring',
  name: 'prometheus',
  story: 'Pod Identity as it should be.',
  expected: { mechanism: 'pod-identity', roleArn: roleArn('monitoring-prometheus'), trust: 'allowed', status: 'ok' },
});
role('monitoring-prometheus', policy(podIdentityStatement({ StringEquals: { 'aws:SourceAccount': account } })));
association('a-prometheus00000001', 'monitoring', 'prometheus', 'monitoring-prometheus');
workload('StatefulSet', 'monitoring', 'prometheus', podsOn(7 * day, nodeA, nodeB));

serviceAccount({
  namespace: 'monitoring',
  name: 'adot',
  annotations: annotated('monitoring-adot'),
  story: 'The trust policy asks for the audience sts.eu-west-1.amazonaws.com.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('monitoring-adot'),
    trust: 'denied',
    status: 'error',
    rules: ['trust-wrong-audience'],
    refusal: 'AccessDenied',
  },
});
role('monitoring-adot', irsaTrust(account, issuer, 'monitoring', 'adot', 'sts.eu-west-1.amazonaws.com'));
workload('DaemonSet', 'monitoring', 'adot', podsOn(7 * day, nodeA, nodeB, nodeC));

serviceAccount({
  namespace: 'monitoring',
  name: 'grafana',
  annotations: annotated('monitoring-grafana'),
  story: 'IRSA with StringLike on a value without a pattern.',
  expected: { mechanism: 'irsa', roleArn: roleArn('monitoring-grafana'), trust: 'allowed', status: 'ok' },
});
role(
  'monitoring-grafana',
  policy(
    webIdentityStatement(provider, {
      StringLike: { [sub]: subject('monitoring', 'grafana'), [aud]: sts },
    }),
  ),
);
workload('Deployment', 'monitoring', 'grafana', podsOn(7 * day, nodeC));

serviceAccount({
  namespace: 'monitoring',
  name: 'loki',
  annotations: annotated('monitoring-loki'),
  story: 'An explicit Deny for the whole namespace takes back what the first statement allows.',
  expected: {
    mechanism: 'irsa',
    roleArn: roleArn('monitoring-loki'),
    trust: 'denied',
    status: 'error',
    rules: ['sa-trust-denied'],
    refusal: 'AccessDenied',
  },
});
role(
  'monitoring-loki',
  policy(
    webIdentityStatement(provider, {
      StringEquals: { [sub]: subject('monitoring', 'loki'), [aud]: sts },
    }),
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { [sub]: subject('monitoring', '*') } },
    },
  ),
);
workload('StatefulSet', 'monitoring', 'loki', podsOn(7 * day, nodeA, nodeB));

// An association may name a service account that does not exist.
role('monitoring-tempo', policy(podIdentityStatement()));
association('a-tempo0000000000001', 'monitoring', 'tempo', 'monitoring-tempo');

const namespaces = [
  'checkout',
  'data',
  'default',
  'kube-system',
  'monitoring',
  'orders',
  'payments',
  'platform',
  'reports',
] as const;

// Kubernetes makes one in every namespace.
for (const namespace of namespaces) {
  if (namespace !== 'data') {
    serviceAccount({
      namespace,
      name: 'default',
      ageMinutes: 400 * day,
      story: 'Made by Kubernetes; no pod runs as it.',
      expected: { mechanism: 'none', trust: 'not-checked', status: 'ok' },
    });
  }
}

serviceAccount({
  namespace: 'kube-system',
  name: 'eks-pod-identity-agent',
  story: 'The agent itself, on the node network with the node role.',
  expected: fallsBack,
});
workload('DaemonSet', 'kube-system', 'eks-pod-identity-agent', podsOn(12 * day, nodeA, nodeB, nodeC), {
  hostNetwork: true,
});

role('ng-default', ec2Trust(), {
  attachedPolicyArns: [
    'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
  ],
});
role('ng-windows', ec2Trust(), { attachedPolicyArns: ['arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy'] });
role(
  'eks-cluster',
  policy({
    Effect: 'Allow',
    Principal: { Service: 'eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  }),
);
role(
  'eks-fargate-pods',
  policy({
    Effect: 'Allow',
    Principal: { Service: 'eks-fargate-pods.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:eks:eu-west-1:${account}:fargateprofile/orders-prod/*` } },
  }),
);

const managedPolicies: readonly ManagedPolicyRecord[] = [
  {
    arn: 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
    document: policy({
      Effect: 'Allow',
      Action: ['ec2:AssignPrivateIpAddresses', 'ec2:DescribeInstances', 'ec2:UnassignPrivateIpAddresses'],
      Resource: '*',
    }),
  },
  {
    arn: 'arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy',
    document: policy({ Effect: 'Allow', Action: ['ec2:CreateSnapshot', 'ec2:AttachVolume'], Resource: '*' }),
  },
  {
    arn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    document: policy({
      Effect: 'Allow',
      Action: ['ec2:DescribeInstances', 'eks:DescribeCluster', 'eks-auth:AssumeRoleForPodIdentity'],
      Resource: '*',
    }),
  },
  {
    arn: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
    document: policy({ Effect: 'Allow', Action: ['ecr:BatchGetImage', 'ecr:GetAuthorizationToken'], Resource: '*' }),
  },
  {
    arn: `arn:aws:iam::${account}:policy/AWSLoadBalancerControllerIAMPolicy`,
    document: policy({ Effect: 'Allow', Action: 'elasticloadbalancing:*', Resource: '*' }),
  },
];

/** The demo cluster; see the head of this file. */
export const ordersProd: Scenario = {
  cluster,
  otherClusters: [staging],
  contexts: [
    { name: 'orders-prod', cluster: 'orders-prod', user: 'engineer', reachable: true },
    { name: 'orders-prod-readonly', cluster: 'orders-prod', user: 'auditor', reachable: true, namespace: 'checkout' },
    { name: 'orders-prod-signed-out', cluster: 'orders-prod', user: 'signed-out', reachable: true },
    { name: 'staging', cluster: 'staging', user: 'engineer', reachable: false },
  ],
  users: [
    {
      name: 'engineer',
      groups: ['engineers', 'system:authenticated'],
      token: 'demo-token-of-engineer',
      denied: [{ verbs: ['*'], resources: ['secrets'] }],
    },
    {
      // Read access to one namespace and no lists over all of them: what many a developer has.
      name: 'auditor',
      groups: ['auditors', 'system:authenticated'],
      token: 'demo-token-of-auditor',
      denied: [
        { verbs: ['*'], resources: ['secrets'] },
        { verbs: ['create', 'update', 'patch', 'delete'], resources: ['*'] },
        {
          verbs: ['get', 'list', 'watch'],
          resources: ['*'],
          namespaces: ['', ...namespaces.filter((namespace) => namespace !== 'checkout')],
        },
      ],
    },
  ],
  accessEntries: [{ principalArn: roleArn('engineer'), user: 'engineer' }],
  caller: {
    accessKeyId: 'AKIADEMO0ENGINEER000',
    secretAccessKey: 'demo-secret-of-the-engineer',
    arn: `arn:aws:sts::${account}:assumed-role/engineer/me`,
    userId: 'AROADEMO0ENGINEER000:me',
    denied: [{ action: 'iam:GetRole', resource: ':role/restricted/orders-exporter' }],
  },
  namespaces,
  nodeGroups: [
    {
      name: 'ng-default',
      nodeRoleArn: nodeRole,
      amiType: 'AL2023_x86_64_STANDARD',
      instanceType: 'm6i.large',
      launchTemplate: {
        id: 'lt-0a1b2c3d4e5f60001',
        name: 'orders-prod-default',
        httpTokens: 'required',
        httpPutResponseHopLimit: 2,
      },
    },
    {
      name: 'ng-windows',
      nodeRoleArn: windowsNodeRole,
      amiType: 'WINDOWS_CORE_2022_x86_64',
      instanceType: 'm6i.xlarge',
      launchTemplate: {
        id: 'lt-0a1b2c3d4e5f60002',
        name: 'orders-prod-windows',
        httpTokens: 'optional',
        httpPutResponseHopLimit: 1,
      },
    },
  ],
  fargateProfiles: [{ name: 'fp-data', podExecutionRoleArn: roleArn('eks-fargate-pods'), namespaces: ['data'] }],
  nodes,
  serviceAccounts,
  workloads,
  associations,
  roles,
  managedPolicies,
  oidcProviders: [
    { arn: provider, clientIds: [sts], thumbprints: ['9e99a48a9960b14926bb7f3b02e22da2b0ab7280'] },
    { arn: oldProvider, clientIds: [sts], thumbprints: ['9e99a48a9960b14926bb7f3b02e22da2b0ab7280'] },
    {
      arn: `arn:aws:iam::${partnerAccount}:oidc-provider/${issuer}`,
      clientIds: [sts],
      thumbprints: ['9e99a48a9960b14926bb7f3b02e22da2b0ab7280'],
    },
  ],
  addons: [
    {
      name: 'vpc-cni',
      version: 'v1.19.2-eksbuild.1',
      status: 'ACTIVE',
      serviceAccountRoleArn: roleArn('AmazonEKSVPCCNIRole'),
    },
    { name: 'coredns', version: 'v1.11.4-eksbuild.2', status: 'ACTIVE' },
    { name: 'kube-proxy', version: 'v1.32.0-eksbuild.2', status: 'ACTIVE' },
    { name: 'eks-pod-identity-agent', version: 'v1.3.4-eksbuild.1', status: 'ACTIVE' },
    {
      name: 'aws-ebs-csi-driver',
      version: 'v1.39.0-eksbuild.1',
      status: 'ACTIVE',
      podIdentityAssociationArns: [associationArn(cluster, 'a-ebs0csi1controller')],
    },
  ],
  events,
};

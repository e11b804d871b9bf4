// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how the files leave things open
// Small files of all formats that speak of the same few accounts, roles and clusters, so that nearly each is linked to others.

type Pick = <T>(list: readonly T[]) => T;

// What stands twice comes twice as often: most things meet.
const NAMESPACES = ['shop', 'shop', 'shpo'];
const NAMES = ['cart', 'cart', 'crat', 'api'];
const ROLES = ['cart', 'cart', 'Worker'];
const FOLDERS = ['', 'a/', 'b/', 'a/base/', 'b/chart/', 'tf/', 'tf/mod/'];
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718';
const ACCOUNTS = ['111122223333', '111122223333', '444455556666'];

/** One file of some format, made of a few names; the same name of a file may come with many texts. */
export function linkedFile(pick: Pick): { readonly file: string; readonly text: string } {
  return pick(MAKERS)(pick);
}

const MAKERS: readonly ((pick: Pick) => { file: string; text: string })[] = [
  (pick) => ({
    file: `${pick(FOLDERS)}${pick(['sa', 'more'])}.yaml`,
    text: stream(pick, [account, account, workload]),
  }),
  (pick) => ({
    file: `${pick(FOLDERS)}${pick(['app', 'more'])}.yaml`,
    text: stream(pick, [workload, account, namespace]),
  }),
  (pick) => ({ file: `${pick(FOLDERS)}role-${pick(['1', '2'])}.json`, text: role(pick) }),
  (pick) => ({ file: `${pick(FOLDERS)}trust.json`, text: JSON.stringify(trust(pick), null, 2) }),
  (pick) => ({ file: `${pick(FOLDERS)}${pick(['ack', 'more'])}.yaml`, text: stream(pick, [association, ackRole]) }),
  (pick) => ({ file: `${pick(FOLDERS)}cluster.yaml`, text: eksctl(pick) }),
  (pick) => ({ file: `${pick(FOLDERS)}stack.yaml`, text: stack(pick) }),
  (pick) => ({ file: `${pick(['', 'a/', 'a/base/', 'b/'])}kustomization.yaml`, text: kustomization(pick) }),
  (pick) => ({ file: `${pick(['', 'a/', 'b/'])}patch.yaml`, text: patch(pick) }),
  (pick) => ({ file: pick(['b/chart/Chart.yaml', 'a/Chart.yaml']), text: 'name: chart\nversion: 1.0.0\n' }),
  (pick) => ({ file: 'b/chart/values.yaml', text: values(pick) }),
  (pick) => ({ file: `b/chart/templates/${pick(['sa', 'app'])}.yaml`, text: template(pick) }),
  (pick) => ({ file: `tf/${pick(['main', 'other'])}.tf`, text: terraform(pick) }),
  (pick) => ({ file: pick(['tf/main.tf', 'tf/env/main.tf']), text: terraform(pick) }),
  (pick) => ({ file: `tf/mod/${pick(['main', 'other'])}.tf`, text: terraformModule(pick) }),
  (pick) => ({
    file: pick(['tf/terraform.tfvars', 'tf/prod.auto.tfvars', 'tf/env/prod.tfvars']),
    text: `ns = "${pick(NAMESPACES)}"\n`,
  }),
  (pick) => ({
    file: 'tf/policy.json.tpl',
    text: JSON.stringify(trust(pick)).replace('shop', `\${${pick(['ns', 'x'])}}`),
  }),
  (pick) => ({ file: 'tf/name.txt', text: pick(NAMES) }),
  (pick) => ({ file: `${pick(FOLDERS)}setup.sh`, text: shell(pick) }),
  (pick) => ({ file: `${pick(FOLDERS)}notes.yaml`, text: `about: ${pick(NAMES)}\n` }),
];

function stream(pick: Pick, makers: readonly ((pick: Pick) => string)[]): string {
  const count = pick([1, 1, 2, 3]);
  return Array.from({ length: count }, () => pick(makers)(pick)).join('---\n');
}

const arn = (pick: Pick) => `arn:aws:iam::${pick(ACCOUNTS)}:role/${pick(['', '', 'eks/'])}${pick(ROLES)}`;
const maybe = (pick: Pick, line: string) => (pick([true, false]) ? line : '');
const ns = (pick: Pick) => (pick([true, true, false]) ? `  namespace: ${pick([...NAMESPACES, '${NS}'])}\n` : '');

function account(pick: Pick): string {
  const annotations = [
    maybe(pick, `    eks.amazonaws.com/role-arn: ${arn(pick)}\n`),
    pick(['', '', `    eks.amazonaws.com/audience: ${pick(['other', 'sts.amazonaws.com'])}\n`]),
    pick(['', '', '    iam.amazonaws.com/role: cart\n']),
  ].join('');
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${pick([...NAMES, '${APP}-sa'])}\n${ns(pick)}${annotations && `  annotations:\n${annotations}`}`;
}

function workload(pick: Pick): string {
  const pods = pick([
    '',
    '',
    `    metadata:\n      annotations:\n        ${pick(['eks.amazonaws.com/role-arn', 'iam.amazonaws.com/role'])}: ${arn(pick)}\n`,
  ]);
  const runsAs = pick([true, true, false])
    ? `      serviceAccountName: ${pick([...NAMES, '${APP}-sa', 'default'])}\n`
    : '';
  const compute = pick(['', '', '      nodeSelector:\n        kubernetes.io/os: windows\n']);
  return `apiVersion: apps/v1\nkind: ${pick(['Deployment', 'StatefulSet'])}\nmetadata:\n  name: ${pick(NAMES)}\n${ns(pick)}spec:\n  template:\n${pods}    spec:\n${runsAs}${compute}      containers:\n        - name: app\n          image: app:1\n`;
}

function namespace(pick: Pick): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${pick(NAMESPACES)}\n  annotations:\n    eks.amazonaws.com/role-arn: ${arn(pick)}\n`;
}

function trust(pick: Pick): object {
  const irsa = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${pick(ACCOUNTS)}:oidc-provider/${ISSUER}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      [pick(['StringEquals', 'StringLike'])]: {
        [`${ISSUER}:sub`]: `system:serviceaccount:${pick([...NAMESPACES, 'sh*'])}:${pick([...NAMES, '*'])}`,
        ...(pick([true, false]) ? { [`${ISSUER}:aud`]: pick(['sts.amazonaws.com', 'other']) } : {}),
      },
    },
  };
  const pods = {
    Effect: 'Allow',
    Principal: { Service: pick(['pods.eks.amazonaws.com', 'eks.amazonaws.com']) },
    Action: pick([['sts:AssumeRole', 'sts:TagSession'], 'sts:AssumeRole']),
    ...(pick([true, false])
      ? { Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': pick(NAMESPACES) } } }
      : {}),
  };
  return { Version: '2012-10-17', Statement: pick([[irsa], [pods], [irsa, pods]]) };
}

function role(pick: Pick): string {
  const name = pick(ROLES);
  const own = pick(ACCOUNTS);
  return JSON.stringify(
    {
      Role: {
        RoleName: name,
        Path: '/',
        Arn: `arn:aws:iam::${own}:role/${name}`,
        AssumeRolePolicyDocument: trust(pick),
      },
    },
    null,
    pick([1, 2]),
  );
}

function association(pick: Pick): string {
  return `apiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata:\n  name: one\nspec:\n  clusterName: ${pick(['prod', 'test'])}\n  namespace: ${pick(NAMESPACES)}\n  serviceAccount: ${pick([...NAMES, '${APP}-sa'])}\n  roleARN: ${arn(pick)}\n`;
}

function ackRole(pick: Pick): string {
  return `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: ${pick(NAMES)}\nspec:\n  name: ${pick(ROLES)}\n  assumeRolePolicyDocument: '${JSON.stringify(trust(pick))}'\n`;
}

function eksctl(pick: Pick): string {
  return `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: prod\n  region: eu-west-1\niam:\n  withOIDC: ${pick(['true', 'false'])}\n  serviceAccounts:\n    - metadata: { name: ${pick(NAMES)}, namespace: ${pick(NAMESPACES)} }\n      roleName: ${pick(ROLES)}\n  podIdentityAssociations:\n    - namespace: ${pick(NAMESPACES)}\n      serviceAccountName: ${pick(NAMES)}\n      roleARN: ${arn(pick)}\n`;
}

function stack(pick: Pick): string {
  return `AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  CartRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: ${pick(ROLES)}\n      AssumeRolePolicyDocument: ${JSON.stringify(trust(pick))}\n  Bound:\n    Type: AWS::EKS::PodIdentityAssociation\n    Properties:\n      ClusterName: prod\n      Namespace: ${pick(NAMESPACES)}\n      ServiceAccount: ${pick(NAMES)}\n      RoleArn: !GetAtt CartRole.Arn\n`;
}

function kustomization(pick: Pick): string {
  const resources = [pick(['base', '../a', '../a/base', '../b', 'a', 'b']), pick(['sa.yaml', 'app.yaml']), 'more.yaml'];
  return [
    `kind: ${pick(['Kustomization', 'Kustomization', 'Component'])}`,
    'resources:',
    ...resources.map((each) => `  - ${each}`),
    pick(['', `namespace: ${pick(NAMESPACES)}`]),
    pick(['', 'namePrefix: c']),
    pick(['', 'patches:\n  - path: patch.yaml']),
    pick(['', `commonAnnotations:\n  eks.amazonaws.com/audience: other`]),
    '',
  ].join('\n');
}

function patch(pick: Pick): string {
  return pick([
    `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${pick(NAMES)}\n  annotations:\n    eks.amazonaws.com/role-arn: ${arn(pick)}\n`,
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${pick(NAMES)}\nspec:\n  template:\n    spec:\n      serviceAccountName: ${pick(NAMES)}\n`,
  ]);
}

function values(pick: Pick): string {
  return `serviceAccount:\n  create: true\n  name: ${pick([...NAMES, '""'])}\n  annotations:\n    eks.amazonaws.com/role-arn: ${arn(pick)}\npodAnnotations:\n  ${pick(['x', 'iam.amazonaws.com/role'])}: cart\n`;
}

function template(pick: Pick): string {
  const name = pick(['{{ .Values.serviceAccount.name }}', '{{ include "chart.fullname" . }}-sa', ...NAMES]);
  return pick([
    `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: {{ .Release.Namespace }}\n`,
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${pick(NAMES)}\nspec:\n  template:\n    spec:\n      serviceAccountName: ${name}\n      containers: []\n`,
  ]);
}

function terraform(pick: Pick): string {
  return pick([
    () =>
      `variable "ns" {\n  default = "${pick(NAMESPACES)}"\n}\nresource "aws_iam_role" "cart" {\n  name = "${pick(ROLES)}"\n  assume_role_policy = jsonencode(${JSON.stringify(trust(pick))})\n}\n`,
    () =>
      `resource "kubernetes_service_account" "cart" {\n  metadata {\n    name = "${pick(NAMES)}"\n    namespace = var.ns\n    annotations = {\n      "eks.amazonaws.com/role-arn" = aws_iam_role.cart.arn\n    }\n  }\n}\n`,
    () =>
      `resource "aws_eks_pod_identity_association" "cart" {\n  cluster_name = "prod"\n  namespace = ${pick(['var.ns', `"${pick(NAMESPACES)}"`])}\n  service_account = ${pick(['file("name.txt")', `"${pick(NAMES)}"`, 'each.value'])}\n  role_arn = aws_iam_role.cart.arn\n}\n`,
    () =>
      `resource "aws_iam_role" "read" {\n  name = file("name.txt")\n  assume_role_policy = templatefile("policy.json.tpl", { ns = var.ns })\n}\n`,
    () =>
      `module "one" {\n  source = "./mod"\n  name = "${pick(NAMES)}"\n  namespace = ${pick(['var.ns', `"${pick(NAMESPACES)}"`])}\n}\n`,
  ])();
}

function terraformModule(pick: Pick): string {
  return pick([
    () =>
      `variable "name" {}\nvariable "namespace" {}\nresource "aws_iam_role" "made" {\n  name = var.name\n  assume_role_policy = data.aws_iam_policy_document.trust.json\n}\n`,
    () =>
      `data "aws_iam_policy_document" "trust" {\n  statement {\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {\n      type = "Federated"\n      identifiers = ["arn:aws:iam::111122223333:oidc-provider/${ISSUER}"]\n    }\n    condition {\n      test = "${pick(['StringEquals', 'StringLike'])}"\n      variable = "${ISSUER}:sub"\n      values = ["system:serviceaccount:\${var.namespace}:${pick(['${var.name}', ...NAMES, '*'])}"]\n    }\n  }\n}\n`,
    () =>
      `resource "aws_eks_pod_identity_association" "made" {\n  cluster_name = "prod"\n  namespace = var.namespace\n  service_account = var.name\n  role_arn = aws_iam_role.made.arn\n}\n`,
  ])();
}

function shell(pick: Pick): string {
  return pick([
    `aws iam create-role --role-name ${pick(ROLES)} --assume-role-policy-document '${JSON.stringify(trust(pick))}'\n`,
    `aws eks create-pod-identity-association --cluster-name prod --namespace ${pick(NAMESPACES)} --service-account ${pick(NAMES)} --role-arn ${arn(pick)}\n`,
    `kubectl annotate serviceaccount -n ${pick(NAMESPACES)} ${pick(NAMES)} eks.amazonaws.com/role-arn=${arn(pick)}\n`,
  ]);
}

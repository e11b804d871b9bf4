/**
 * The documentation's examples in every host format they can be written in: a trust policy, Kubernetes objects, a Pod Identity
 * association, a permission policy of a role, a node's metadata options.
 */
import { dump } from 'js-yaml';

export type Texts = Readonly<Record<string, string>>;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export interface Fields {
  readonly [key: string]: Json;
}

export interface Format<T> {
  readonly name: string;
  /** @returns undefined where the format cannot say it */
  write(what: T): Texts | undefined;
}

// ── trust policies ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface RoleText {
  /** Of the role, where it matters which it is. */
  readonly name?: string;
  /** The policy as JSON, as it is typed. */
  readonly policy: string;
}

export const roleFormats: readonly Format<RoleText>[] = [
  { name: 'IAM JSON', write: ({ name, policy }) => (name === undefined ? { 'trust.json': policy } : undefined) },
  { name: 'get-role', write: (role) => ({ 'role.json': `{ "Role": ${described(role)} }\n` }) },
  { name: 'list-roles', write: (role) => ({ 'roles.json': `{ "Roles": [${described(role)}] }\n` }) },
  {
    name: 'create-role input',
    write: ({ name = 'app', policy }) => ({
      'input.json': `{ "RoleName": "${name}", "AssumeRolePolicyDocument": ${JSON.stringify(policy)} }\n`,
    }),
  },
  {
    name: 'shell',
    write: ({ name = 'app', policy }) => ({
      'roles.sh': `cat > trust.json <<'EOF'\n${policy.trim()}\nEOF\naws iam create-role --role-name ${name} --assume-role-policy-document file://trust.json\n`,
    }),
  },
  {
    name: 'CloudFormation YAML',
    write: ({ name, policy }) => ({
      'template.yaml': `Resources:\n  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n${name === undefined ? '' : `      RoleName: ${name}\n`}      AssumeRolePolicyDocument: ${indented(policy, 8)}\n`,
    }),
  },
  {
    name: 'CloudFormation JSON',
    write: ({ name, policy }) => ({
      'template.json': `{ "Resources": { "AppRole": { "Type": "AWS::IAM::Role", "Properties": { ${name === undefined ? '' : `"RoleName": "${name}", `}"AssumeRolePolicyDocument": ${policy.trim()} } } } }\n`,
    }),
  },
  {
    name: 'CloudFormation, Fn::Sub of a text',
    write: ({ name, policy }) => ({
      'template.yaml': `Resources:\n  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n${name === undefined ? '' : `      RoleName: ${name}\n`}      AssumeRolePolicyDocument: !Sub |\n        ${indented(policy.replaceAll('${', '${!'), 8)}\n`,
    }),
  },
  {
    name: 'Terraform jsonencode',
    write: (role) => ({ 'main.tf': terraformRole(role, `jsonencode(${hcl(role.policy.trim())})`) }),
  },
  {
    name: 'Terraform heredoc',
    write: (role) => ({ 'main.tf': terraformRole(role, `<<-EOF\n    ${indented(hcl(role.policy), 4)}\n  EOF`) }),
  },
  {
    name: 'Terraform file()',
    write: (role) => ({ 'main.tf': terraformRole(role, 'file("trust.json")'), 'trust.json': role.policy }),
  },
  {
    name: 'Terraform JSON',
    write: ({ name, policy }) => ({
      'main.tf.json': `{ "resource": { "aws_iam_role": { "app": { ${name === undefined ? '' : `"name": "${name}", `}"assume_role_policy": ${JSON.stringify(hcl(policy))} } } } }\n`,
    }),
  },
  {
    name: 'Terraform policy document',
    write: (role) => {
      const document = policyDocument(role.policy);
      return document === undefined
        ? undefined
        : { 'main.tf': `${document}\n${terraformRole(role, 'data.aws_iam_policy_document.trust.json')}` };
    },
  },
  {
    name: 'Terraform module of the workspace',
    write: (role) => ({
      'main.tf': `module "app" {\n  source = "./role"\n  policy = jsonencode(${hcl(role.policy.trim())})\n}\n`,
      'role/main.tf': `variable "policy" {}\n\n${terraformRole(role, 'var.policy')}`,
    }),
  },
  {
    name: 'ACK',
    write: ({ name, policy }) => ({
      'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: app\nspec:\n${name === undefined ? '' : `  name: ${name}\n`}  assumeRolePolicyDocument: |\n    ${indented(policy, 4)}\n`,
    }),
  },
  ...(['iam.aws.upbound.io/v1beta1', 'iam.aws.m.upbound.io/v1beta1'] as const).map((version) => ({
    name: `Crossplane ${version}`,
    write: (role: RoleText) => ({ 'role.yaml': crossplaneRole(role, version, 'assumeRolePolicy') }),
  })),
  {
    name: 'Crossplane iam.aws.crossplane.io/v1beta1',
    write: (role) => ({
      'role.yaml': crossplaneRole(role, 'iam.aws.crossplane.io/v1beta1', 'assumeRolePolicyDocument'),
    }),
  },
  {
    name: 'Crossplane Composition',
    write: (role) => ({
      'composition.yaml': `apiVersion: apiextensions.crossplane.io/v1\nkind: Composition\nmetadata:\n  name: app\nspec:\n  resources:\n    - name: role\n      base:\n        ${indented(crossplaneRole(role, 'iam.aws.upbound.io/v1beta1', 'assumeRolePolicy'), 8)}\n`,
    }),
  },
];

function described({ name = 'app', policy }: RoleText): string {
  return `{ "RoleName": "${name}", "Arn": "arn:aws:iam::111122223333:role/${name}", "AssumeRolePolicyDocument": ${policy.trim()} }`;
}

function terraformRole({ name }: RoleText, policy: string): string {
  return `resource "aws_iam_role" "app" {\n${name === undefined ? '' : `  name = "${name}"\n`}  assume_role_policy = ${policy}\n}\n`;
}

function crossplaneRole({ name, policy }: RoleText, version: string, field: string): string {
  return `apiVersion: ${version}\nkind: Role\nmetadata:\n  name: ${name ?? 'app'}\nspec:\n  forProvider:\n    ${field}: |\n      ${indented(policy, 6)}\n`;
}

/** As `aws_iam_policy_document` has it; undefined for what its blocks cannot say. */
function policyDocument(policy: string): string | undefined {
  if (hasDuplicates(policy)) return undefined;
  const { Statement } = JSON.parse(policy) as { Statement: readonly Fields[] };
  const blocks = Statement.map(statementBlock);
  return blocks.includes(undefined) ? undefined : `data "aws_iam_policy_document" "trust" {\n${blocks.join('')}}\n`;
}

const SAYABLE = new Set(['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Resource', 'Condition']);

function statementBlock(statement: Fields): string | undefined {
  if (!Object.keys(statement).every((key) => SAYABLE.has(key)) || !('Effect' in statement)) return undefined;
  const { Effect, Principal = {}, Action, NotAction, Resource, Condition = {} } = statement;
  const principals = typeof Principal === 'string' ? { '*': Principal } : (Principal as Fields);
  const lines = [`    effect = ${JSON.stringify(Effect)}`];
  if (Action !== undefined) lines.push(`    actions = ${list(Action)}`);
  if (NotAction !== undefined) lines.push(`    not_actions = ${list(NotAction)}`);
  if (Resource !== undefined) lines.push(`    resources = ${list(Resource)}`);
  for (const [type, identifiers] of Object.entries(principals))
    lines.push(`    principals {`, `      type = "${type}"`, `      identifiers = ${list(identifiers)}`, `    }`);
  for (const [test, keys] of Object.entries(Condition as Fields))
    for (const [variable, values] of Object.entries(keys as Fields))
      lines.push(
        `    condition {`,
        `      test = "${test}"`,
        `      variable = "${variable}"`,
        `      values = ${list(values)}`,
        `    }`,
      );
  return `  statement {\n${lines.join('\n')}\n  }\n`;
}

/** `&{…}` is how the data source writes IAM's own variables. */
function list(value: Json): string {
  return JSON.stringify(Array.isArray(value) ? value : [value]).replaceAll('${', '&{');
}

function hasDuplicates(policy: string): boolean {
  return JSON.stringify(JSON.parse(policy)).length < policy.replaceAll(/\s(?=(?:[^"]*"[^"]*")*[^"]*$)/g, '').length;
}

// ── Kubernetes objects ─────────────────────────────────────────────────────────────────────────────────────────────────

export const objectFormats: readonly Format<readonly Fields[]>[] = [
  { name: 'Kubernetes YAML', write: (objects) => ({ 'all.yaml': objects.map((each) => yaml(each)).join('---\n') }) },
  {
    name: 'Kubernetes JSON',
    write: (objects) => Object.fromEntries(objects.map((each, i) => [`object${i}.json`, json(each)])),
  },
  {
    name: 'kubectl get -o json',
    write: (objects) => ({ 'list.json': json({ apiVersion: 'v1', kind: 'List', items: objects }) }),
  },
  {
    name: 'Helm template',
    write: (objects) => ({
      'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
      ...Object.fromEntries(
        objects.map((each, i) => [
          `chart/templates/object${i}.yaml`,
          `{{- if .Values.enabled }}\n${yaml(each)}{{- end }}\n`,
        ]),
      ),
    }),
  },
  {
    name: 'Kustomize',
    write: (objects) => ({
      'base/kustomization.yaml': 'resources:\n  - objects.yaml\n',
      'base/objects.yaml': objects.map((each) => yaml(each)).join('---\n'),
      'overlay/kustomization.yaml': 'resources:\n  - ../base\n',
    }),
  },
  {
    name: 'Helm values',
    write: (objects) => {
      const [account, ...more] = objects;
      if (!account || more.length > 0 || account.kind !== 'ServiceAccount') return undefined;
      const { name, annotations = {} } = account.metadata as Fields;
      return {
        'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 1.0.0\n',
        'chart/values.yaml': yaml({ serviceAccount: { create: true, name: name!, annotations } }),
      };
    },
  },
  {
    name: 'eksctl',
    write: (objects) => {
      if (objects.some(({ kind }) => kind !== 'ServiceAccount')) return undefined;
      const serviceAccounts = objects.map(({ metadata }) => {
        const { name, namespace, annotations = {} } = metadata as Fields;
        const { [ROLE_ARN]: attachRoleARN, ...others } = annotations as Fields;
        return {
          metadata: { name: name!, namespace: namespace ?? 'default', annotations: others },
          ...(attachRoleARN === undefined ? { attachPolicyARNs: [] } : { attachRoleARN }),
        };
      });
      return {
        'cluster.yaml': yaml({
          apiVersion: 'eksctl.io/v1alpha5',
          kind: 'ClusterConfig',
          metadata: { name: 'blue', region: 'eu-west-1' },
          iam: { withOIDC: true, serviceAccounts },
        }),
      };
    },
  },
  {
    name: 'Terraform kubernetes_manifest',
    write: (objects) => ({
      'main.tf': objects
        .map((each, i) => `resource "kubernetes_manifest" "object${i}" {\n  manifest = ${indented(json(each), 2)}\n}\n`)
        .join('\n'),
    }),
  },
  {
    name: 'Terraform kubectl_manifest',
    write: (objects) => ({
      'main.tf': objects
        .map(
          (each, i) =>
            `resource "kubectl_manifest" "object${i}" {\n  yaml_body = <<-YAML\n    ${indented(yaml(each), 4)}\n  YAML\n}\n`,
        )
        .join('\n'),
    }),
  },
  {
    name: 'Terraform kubernetes resources',
    write: (objects) => ({ 'main.tf': objects.map((each, i) => terraformObject(each, `object${i}`)).join('\n') }),
  },
  {
    name: 'CDK',
    write: (objects) => ({
      'Stack.template.json': json({
        Resources: {
          Manifest: {
            Type: 'Custom::AWSCDK-EKS-KubernetesResource',
            Properties: { Manifest: JSON.stringify(objects) },
          },
        },
      }),
    }),
  },
  {
    name: 'Crossplane Object',
    write: (objects) => ({
      'objects.yaml': objects
        .map((each, i) =>
          yaml({
            apiVersion: 'kubernetes.crossplane.io/v1alpha2',
            kind: 'Object',
            metadata: { name: `object${i}` },
            spec: { forProvider: { manifest: each } },
          }),
        )
        .join('---\n'),
    }),
  },
];

const ROLE_ARN = 'eks.amazonaws.com/role-arn';

function yaml(value: Json): string {
  return dump(value, { lineWidth: -1 });
}

function json(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const MAPS = new Set(['annotations', 'labels', 'nodeSelector', 'matchLabels', 'data', 'stringData']);
const SINGULAR: Readonly<Record<string, string>> = { containers: 'container', initContainers: 'init_container' };

function terraformObject({ kind, apiVersion: _, ...rest }: Fields, name: string): string {
  const type = `kubernetes_${snake(kind as string).slice(1)}_v1`;
  const secret = kind === 'Secret' && rest.stringData ? { ...rest, data: rest.stringData, stringData: null } : rest;
  return `resource "${type}" "${name}" {\n${members(secret, '  ')}}\n`;
}

function members(object: Fields, indent: string): string {
  return Object.entries(object)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => {
      const name = SINGULAR[key] ?? snake(key);
      if (MAPS.has(key)) return `${indent}${name} = ${indented(json(value), indent.length)}\n`;
      if (typeof value !== 'object' || value === null) return `${indent}${name} = ${JSON.stringify(value)}\n`;
      const blocks = (Array.isArray(value) ? value : [value]) as readonly Fields[];
      return blocks.map((each) => `${indent}${name} {\n${members(each, `${indent}  `)}${indent}}\n`).join('');
    })
    .join('');
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

// ── associations ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface AssociationFields {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleARN: string;
}

export const associationFormats: readonly Format<readonly AssociationFields[]>[] = [
  {
    name: 'ACK',
    write: (all) => ({
      'associations.yaml': all
        .map((spec, i) =>
          yaml({
            apiVersion: 'eks.services.k8s.aws/v1alpha1',
            kind: 'PodIdentityAssociation',
            metadata: { name: `association${i}` },
            spec: { ...spec },
          }),
        )
        .join('---\n'),
    }),
  },
  ...(['eks.aws.upbound.io/v1beta1', 'eks.aws.m.upbound.io/v1beta1'] as const).map((apiVersion) => ({
    name: `Crossplane ${apiVersion}`,
    write: (all: readonly AssociationFields[]) => ({
      'associations.yaml': all
        .map(({ roleARN, ...spec }, i) =>
          yaml({
            apiVersion,
            kind: 'PodIdentityAssociation',
            metadata: { name: `association${i}` },
            spec: { forProvider: { region: 'eu-west-1', ...spec, roleArn: roleARN } },
          }),
        )
        .join('---\n'),
    }),
  })),
  ...(['yaml', 'json'] as const).map((language) => ({
    name: `CloudFormation ${language.toUpperCase()}`,
    write: (all: readonly AssociationFields[]) => ({
      [`template.${language}`]: (language === 'yaml' ? yaml : json)({
        Resources: Object.fromEntries(
          all.map(({ clusterName, namespace, serviceAccount, roleARN }, i) => [
            `Association${i}`,
            {
              Type: 'AWS::EKS::PodIdentityAssociation',
              Properties: {
                ClusterName: clusterName,
                Namespace: namespace,
                ServiceAccount: serviceAccount,
                RoleArn: roleARN,
              },
            },
          ]),
        ),
      }),
    }),
  })),
  {
    name: 'Terraform',
    write: (all) => ({
      'main.tf': all
        .map(
          ({ clusterName, namespace, serviceAccount, roleARN }, i) =>
            `resource "aws_eks_pod_identity_association" "a${i}" {\n  cluster_name    = "${clusterName}"\n  namespace       = "${namespace}"\n  service_account = "${serviceAccount}"\n  role_arn        = "${roleARN}"\n}\n`,
        )
        .join('\n'),
    }),
  },
  {
    name: 'Terraform for_each',
    write: (all) => ({
      'main.tf': `locals {\n  associations = ${indented(json(Object.fromEntries(all.map((each, i) => [`a${i}`, { ...each }]))), 2)}\n}\n\nresource "aws_eks_pod_identity_association" "all" {\n  for_each        = local.associations\n  cluster_name    = each.value.clusterName\n  namespace       = each.value.namespace\n  service_account = each.value.serviceAccount\n  role_arn        = each.value.roleARN\n}\n`,
    }),
  },
  {
    name: 'eksctl',
    write: (all) => ({
      'cluster.yaml': yaml({
        apiVersion: 'eksctl.io/v1alpha5',
        kind: 'ClusterConfig',
        metadata: { name: all[0]!.clusterName, region: 'eu-west-1' },
        iam: {
          podIdentityAssociations: all.map(({ namespace, serviceAccount, roleARN }) => ({
            namespace,
            serviceAccountName: serviceAccount,
            roleARN,
          })),
        },
        addons: [{ name: 'eks-pod-identity-agent' }],
      }),
    }),
  },
  {
    name: 'AWS CLI',
    write: (all) => ({
      'associate.sh': all
        .map(
          ({ clusterName, namespace, serviceAccount, roleARN }) =>
            `aws eks create-pod-identity-association --cluster-name ${clusterName} --namespace '${namespace}' --service-account '${serviceAccount}' --role-arn ${roleARN}\n`,
        )
        .join(''),
    }),
  },
  {
    name: 'AWS CLI input',
    write: (all) =>
      Object.fromEntries(
        all.map(({ roleARN, ...rest }, i) => [`association${i}.json`, json({ ...rest, roleArn: roleARN })]),
      ),
  },
];

// ── permission policies ────────────────────────────────────────────────────────────────────────────────────────────────

export interface PermissionText {
  readonly trust: string;
  /** As JSON, or the ARN of a managed policy in its place. */
  readonly policy?: string;
  readonly managed?: string;
}

export const permissionFormats: readonly Format<PermissionText>[] = [
  {
    name: 'CloudFormation YAML',
    write: ({ trust, policy, managed }) => ({
      'template.yaml': `Resources:\n  AppRole:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: ${indented(trust, 8)}\n${
        managed === undefined
          ? `      Policies:\n        - PolicyName: app\n          PolicyDocument: ${indented(policy!, 12)}\n`
          : `      ManagedPolicyArns:\n        - ${managed}\n`
      }`,
    }),
  },
  {
    name: 'Terraform jsonencode',
    write: ({ trust, policy, managed }) => ({
      'main.tf': `${terraformRole({ policy: trust }, `jsonencode(${trust.trim()})`)}\n${
        managed === undefined
          ? `resource "aws_iam_role_policy" "app" {\n  role   = aws_iam_role.app.id\n  policy = jsonencode(${policy!.trim()})\n}\n`
          : `resource "aws_iam_role_policy_attachment" "app" {\n  role       = aws_iam_role.app.name\n  policy_arn = "${managed}"\n}\n`
      }`,
    }),
  },
  {
    name: 'Terraform policy of its own',
    write: ({ trust, policy }) =>
      policy === undefined
        ? undefined
        : {
            'main.tf': `${terraformRole({ policy: trust }, `jsonencode(${trust.trim()})`)}\nresource "aws_iam_policy" "app" {\n  policy = <<-EOF\n    ${indented(policy, 4)}\n  EOF\n}\n\nresource "aws_iam_role_policy_attachment" "app" {\n  role       = aws_iam_role.app.name\n  policy_arn = aws_iam_policy.app.arn\n}\n`,
          },
  },
  {
    name: 'ACK',
    write: ({ trust, policy, managed }) => ({
      'role.yaml': `apiVersion: iam.services.k8s.aws/v1alpha1\nkind: Role\nmetadata:\n  name: app\nspec:\n  name: app\n  assumeRolePolicyDocument: |\n    ${indented(trust, 4)}\n${
        managed === undefined
          ? `  inlinePolicies:\n    app: |\n      ${indented(policy!, 6)}\n`
          : `  policies:\n    - ${managed}\n`
      }`,
    }),
  },
  {
    name: 'Crossplane',
    write: ({ trust, policy, managed }) => ({
      'role.yaml': `${crossplaneRole({ policy: trust }, 'iam.aws.upbound.io/v1beta1', 'assumeRolePolicy')}---\napiVersion: iam.aws.upbound.io/v1beta1\nkind: ${managed === undefined ? 'RolePolicy' : 'RolePolicyAttachment'}\nmetadata:\n  name: app\nspec:\n  forProvider:\n    roleRef:\n      name: app\n${
        managed === undefined ? `    policy: |\n      ${indented(policy!, 6)}\n` : `    policyArn: ${managed}\n`
      }`,
    }),
  },
  {
    name: 'eksctl',
    write: ({ policy, managed }) => ({
      'cluster.yaml': `apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: blue\n  region: eu-west-1\niam:\n  withOIDC: true\n  serviceAccounts:\n    - metadata: { name: cart, namespace: shop }\n${
        managed === undefined
          ? `      attachPolicy: ${indented(policy!, 8)}\n`
          : `      attachPolicyARNs:\n        - ${managed}\n`
      }`,
    }),
  },
];

// ── nodes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface NodeOptions {
  readonly tokens: 'required' | 'optional';
  readonly hops: number;
}

export const nodeFormats: readonly Format<NodeOptions>[] = [
  {
    name: 'Terraform launch template',
    write: (options) => ({
      'main.tf': `resource "aws_launch_template" "nodes" {\n  name = "eks-nodes"\n\n  metadata_options {\n${terraformOptions(options, '    ')}  }\n}\n`,
    }),
  },
  {
    name: 'Terraform EKS module',
    write: (options) => ({
      'main.tf': `module "eks" {\n  source = "terraform-aws-modules/eks/aws"\n\n  eks_managed_node_groups = {\n    default = {\n      metadata_options = {\n${terraformOptions(options, '        ')}      }\n    }\n  }\n}\n`,
    }),
  },
  {
    name: 'Terraform node group module',
    write: (options) => ({
      'main.tf': `module "nodes" {\n  source = "terraform-aws-modules/eks/aws//modules/self-managed-node-group"\n\n  metadata_options = {\n${terraformOptions(options, '    ')}  }\n}\n`,
    }),
  },
  {
    name: 'CloudFormation',
    write: ({ tokens, hops }) => ({
      'template.yaml': yaml({
        Resources: {
          Template: {
            Type: 'AWS::EC2::LaunchTemplate',
            Properties: {
              LaunchTemplateName: 'eks-nodes',
              LaunchTemplateData: { MetadataOptions: { HttpTokens: tokens, HttpPutResponseHopLimit: hops } },
            },
          },
        },
      }),
    }),
  },
  {
    name: 'Karpenter',
    write: ({ tokens, hops }) => ({
      'nodes.yaml': yaml({
        apiVersion: 'karpenter.k8s.aws/v1',
        kind: 'EC2NodeClass',
        metadata: { name: 'default' },
        spec: { role: 'nodes', metadataOptions: { httpTokens: tokens, httpPutResponseHopLimit: hops } },
      }),
    }),
  },
  {
    name: 'ACK',
    write: ({ tokens, hops }) => ({
      'template.yaml': yaml({
        apiVersion: 'ec2.services.k8s.aws/v1alpha1',
        kind: 'LaunchTemplate',
        metadata: { name: 'eks-nodes' },
        spec: { data: { metadataOptions: { httpTokens: tokens, httpPutResponseHopLimit: hops } } },
      }),
    }),
  },
  ...(['v1beta1', 'v1beta2'] as const).map((version) => ({
    name: `Crossplane ${version}`,
    write: ({ tokens, hops }: NodeOptions) => {
      const options = { httpTokens: tokens, httpPutResponseHopLimit: hops };
      return {
        'template.yaml': yaml({
          apiVersion: `ec2.aws.upbound.io/${version}`,
          kind: 'LaunchTemplate',
          metadata: { name: 'eks-nodes' },
          spec: { forProvider: { metadataOptions: version === 'v1beta1' ? [options] : options } },
        }),
      };
    },
  })),
];

function terraformOptions({ tokens, hops }: NodeOptions, indent: string): string {
  return `${indent}http_tokens                 = "${tokens}"\n${indent}http_put_response_hop_limit = ${hops}\n`;
}

// ── texts ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** All lines but the first are moved to the right. */
function indented(text: string, width: number): string {
  return text.trim().replaceAll(/\n(?=.)/g, `\n${' '.repeat(width)}`);
}

/** IAM's own variables are no interpolations. */
function hcl(text: string): string {
  return text.replaceAll('${', '$${');
}

/** Everything that a new service account with a role of its own needs, in one of the formats. */

import { partitionOfRegion } from '../iam/arn.js';
import { partitionOfIssuer, providerArn } from '../iam/issuer.js';
import { isNamespaceName, isServiceAccountName } from '../iam/names.js';
import type { Json } from '../syntax/edits.js';
import { inline } from '../syntax/jsonEdits.js';
import { shellWord } from '../syntax/shell.js';
import { block } from '../syntax/yamlText.js';
import { associationCommand, associationManifest, labelOf, pascal } from './associations.js';
import { clusterArn, regionOfIssuer } from './facts.js';
import { type HclBlock, type HclValue, PLAIN_LAYOUT, renderBlock } from './hclWriter.js';
import { RawTexts } from './rawText.js';
import { CannotWrite, Draft, type NewFile, type Outcome, refactor } from './refactoring.js';
import { irsaStatement, podIdentityStatement, type StatementJson, statementBlock } from './statements.js';

/** `iam`: IAM's JSON, a Kubernetes manifest and AWS CLI commands; `helm`: the same with a chart's values. */
export type GeneratedFormat = 'iam' | 'terraform' | 'cloudformation' | 'eksctl' | 'ack' | 'crossplane' | 'helm';

export const generatedFormats: readonly {
  readonly format: GeneratedFormat;
  readonly label: string;
  readonly detail: string;
}[] = [
  {
    format: 'iam',
    label: 'AWS CLI and Kubernetes YAML',
    detail: 'a trust policy, a ServiceAccount, and the commands that make the role',
  },
  {
    format: 'terraform',
    label: 'Terraform',
    detail: 'role, policy document, association and kubernetes_service_account_v1',
  },
  {
    format: 'cloudformation',
    label: 'CloudFormation',
    detail: 'a template with role and association, and a ServiceAccount',
  },
  { format: 'eksctl', label: 'eksctl', detail: 'a ClusterConfig; eksctl makes role and ServiceAccount' },
  { format: 'ack', label: 'ACK', detail: 'Role, PodIdentityAssociation and ServiceAccount as manifests' },
  { format: 'crossplane', label: 'Crossplane', detail: 'Role, PodIdentityAssociation and ServiceAccount as manifests' },
  {
    format: 'helm',
    label: 'Helm values',
    detail: "a chart's serviceAccount section, a trust policy, and the commands that make the role",
  },
];

export interface NewServiceAccount {
  readonly mechanism: 'irsa' | 'pod-identity';
  readonly namespace: string;
  readonly name: string;
  readonly roleName: string;
  /** Twelve digits. */
  readonly account?: string | undefined;
  readonly cluster?: string | undefined;
  readonly region?: string | undefined;
  /** `HOST/id/ID`, without scheme. */
  readonly issuer?: string | undefined;
  /** A managed policy that says what the role may do. */
  readonly policyArn?: string | undefined;
}

const ROLE_ARN = 'eks.amazonaws.com/role-arn';
const YAML = { eol: '\n', unit: '  ', listUnit: '  ' };

/** @param folder where the new files go, with `/` at its end, or empty */
export function generate(wanted: NewServiceAccount, format: GeneratedFormat, folder = ''): Outcome {
  return refactor(() => {
    if (!isNamespaceName(wanted.namespace)) throw new CannotWrite(`'${wanted.namespace}' is no name of a namespace`);
    if (!isServiceAccountName(wanted.name)) throw new CannotWrite(`'${wanted.name}' is no name of a service account`);
    if (!/^[\w+=,.@-]{1,64}$/.test(wanted.roleName)) throw new CannotWrite(`'${wanted.roleName}' is no name of a role`);
    const draft = new Draft();
    const plan = planOf(wanted);
    for (const file of writers[format](plan))
      draft.file(`New file ${folder}${file.file}`, { ...file, file: folder + file.file });
    if (wanted.mechanism === 'pod-identity' && format !== 'eksctl')
      draft.warn("The cluster needs the add-on 'eks-pod-identity-agent' (EKS Auto Mode has it built in).");
    if (wanted.mechanism === 'irsa' && format !== 'eksctl')
      draft.warn(
        "The account needs an IAM OIDC provider for the cluster's issuer with the audience 'sts.amazonaws.com'.",
      );
    if (wanted.policyArn === undefined) draft.warn('The role may do nothing yet: attach a policy to it.');
    return draft.done(`New service account ${wanted.namespace}/${wanted.name} with the role ${wanted.roleName}`);
  });
}

interface Plan extends NewServiceAccount {
  readonly irsa: boolean;
  readonly statement: StatementJson;
  readonly roleArn: string;
  readonly clusterName: string;
  readonly regionName: string | undefined;
  readonly partition: string;
  /** Without extension: the account's name. */
  readonly base: string;
}

function planOf(wanted: NewServiceAccount): Plan {
  const { mechanism, namespace, name, account, cluster, issuer } = wanted;
  const regionName = wanted.region ?? regionOfIssuer(issuer);
  const partition =
    (issuer === undefined ? undefined : partitionOfIssuer([issuer])?.name) ??
    (regionName === undefined ? undefined : partitionOfRegion(regionName)?.name) ??
    'aws';
  const irsa = mechanism === 'irsa';
  const accounts = { namespace, names: [name] };
  const owner = account ?? 'ACCOUNT_ID';
  const suffix = (regionName === undefined ? undefined : partitionOfRegion(regionName)?.suffix) ?? 'amazonaws.com';
  const known = issuer ?? `oidc.eks.${regionName ?? 'AWS_REGION'}.${suffix}/id/OIDC_ID`;
  const arn =
    cluster === undefined || account === undefined || regionName === undefined
      ? undefined
      : (clusterArn(cluster, issuer, account) ?? `arn:${partition}:eks:${regionName}:${account}:cluster/${cluster}`);
  return {
    ...wanted,
    irsa,
    statement: irsa
      ? irsaStatement([accounts], { providerArn: providerArn(partition, owner, known), issuer: known })
      : podIdentityStatement(accounts, { account, clusterArn: arn }),
    roleArn: `arn:${partition}:iam::${owner}:role/${wanted.roleName}`,
    clusterName: cluster ?? 'CLUSTER_NAME',
    regionName,
    partition,
    base: name.replace(/[^a-z0-9-]+/g, '-'),
  };
}

const writers: Readonly<Record<GeneratedFormat, (plan: Plan) => readonly NewFile[]>> = {
  iam: (plan) => [
    trustPolicyFile(plan),
    { file: `${plan.base}-serviceaccount.yaml`, text: yaml(serviceAccount(plan)) },
    commands(plan),
  ],
  helm: (plan) => [trustPolicyFile(plan), { file: 'values.yaml', text: yaml(values(plan)) }, commands(plan)],
  terraform: (plan) => [{ file: `${plan.base}.tf`, text: terraform(plan) }],
  cloudformation: (plan) => [
    { file: `${plan.base}-role.yaml`, text: cloudFormation(plan) },
    { file: `${plan.base}-serviceaccount.yaml`, text: yaml(serviceAccount(plan)) },
  ],
  eksctl: (plan) => [{ file: `${plan.base}-eksctl.yaml`, text: yaml(eksctl(plan)) }],
  ack: (plan) => [{ file: `${plan.base}.yaml`, text: manifests(plan, 'ack') }],
  crossplane: (plan) => [{ file: `${plan.base}.yaml`, text: manifests(plan, 'crossplane') }],
};

/** `${…}`, as Terraform's templates and `Fn::Sub` have it. */
function reference(expression: string): string {
  return `\${${expression}}`;
}

function policyOf(statement: StatementJson): Json {
  return { Version: '2012-10-17', Statement: [statement] };
}

function yaml(value: Json): string {
  return `${block(value, '', YAML)}\n`;
}

/** As people write it: short lists in one line. */
function json(value: Json, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object')) return inline(value);
    return `[\n${value.map((item: Json) => inner + json(item, inner)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value as { readonly [key: string]: Json });
  return `{\n${members.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${json(item, inner)}`).join(',\n')}\n${indent}}`;
}

function serviceAccount({ irsa, namespace, name, roleArn }: Plan): Json {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, ...(irsa ? { annotations: { [ROLE_ARN]: roleArn } } : {}) },
  };
}

function values({ irsa, name, roleArn }: Plan): Json {
  return { serviceAccount: { create: true, name, ...(irsa ? { annotations: { [ROLE_ARN]: roleArn } } : {}) } };
}

function trustPolicyFile({ base, statement }: Plan): NewFile {
  return { file: `${base}-trust-policy.json`, text: `${json(policyOf(statement))}\n` };
}

function commands(plan: Plan): NewFile {
  const { base, irsa, roleName, roleArn, policyArn, clusterName, namespace, name, regionName } = plan;
  const create = [
    'aws iam create-role',
    `--role-name ${shellWord(roleName)}`,
    `--assume-role-policy-document ${shellWord(`file://${base}-trust-policy.json`)}`,
  ];
  const attach = [
    'aws iam attach-role-policy',
    `--role-name ${shellWord(roleName)}`,
    `--policy-arn ${shellWord(policyArn ?? '')}`,
  ];
  const parts = [
    create.join(' \\\n  '),
    ...(policyArn === undefined ? [] : [attach.join(' \\\n  ')]),
    ...(irsa
      ? []
      : [associationCommand({ cluster: clusterName, namespace, serviceAccount: name, roleArn, region: regionName })]),
  ];
  return { file: `${base}-role.sh`, text: `#!/usr/bin/env bash\nset -euo pipefail\n\n${parts.join('\n\n')}\n` };
}

// ── Terraform ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is not known is looked up by Terraform itself, or a variable. */
function terraform(plan: Plan): string {
  const { irsa, namespace, name, roleName, account, cluster, issuer, policyArn, partition } = plan;
  const label = labelOf(name);
  const clusterValue = cluster ?? reference('var.cluster_name');
  const needsCluster = !irsa || issuer === undefined;
  const blocks: HclBlock[] = [];
  if (cluster === undefined && needsCluster)
    blocks.push({
      type: 'variable',
      labels: ['cluster_name'],
      attributes: { description: 'Name of the EKS cluster', type: { expression: 'string' } },
    });
  let statement = plan.statement;
  if (irsa) {
    const looked = issuer === undefined;
    if (looked) {
      blocks.push(
        { type: 'data', labels: ['aws_eks_cluster', label], attributes: { name: clusterValue } },
        {
          type: 'data',
          labels: ['aws_iam_openid_connect_provider', label],
          attributes: { url: `\${data.aws_eks_cluster.${label}.identity[0].oidc[0].issuer}` },
        },
      );
    } else if (account === undefined)
      blocks.push({ type: 'data', labels: ['aws_caller_identity', 'current'], attributes: {} });
    const key = looked
      ? `\${replace(data.aws_eks_cluster.${label}.identity[0].oidc[0].issuer, "https://", "")}`
      : issuer;
    statement = irsaStatement([{ namespace, names: [name] }], {
      providerArn: looked
        ? `\${data.aws_iam_openid_connect_provider.${label}.arn}`
        : providerArn(partition, account ?? reference('data.aws_caller_identity.current.account_id'), issuer),
      issuer: key,
    });
  }
  blocks.push(
    {
      type: 'data',
      labels: ['aws_iam_policy_document', `${label}_trust`],
      attributes: {},
      blocks: [statementBlock(statement)],
    },
    {
      type: 'resource',
      labels: ['aws_iam_role', label],
      attributes: { name: roleName, assume_role_policy: `\${data.aws_iam_policy_document.${label}_trust.json}` },
    },
  );
  if (policyArn !== undefined)
    blocks.push({
      type: 'resource',
      labels: ['aws_iam_role_policy_attachment', label],
      attributes: { role: `\${aws_iam_role.${label}.name}`, policy_arn: policyArn },
    });
  if (!irsa)
    blocks.push({
      type: 'resource',
      labels: ['aws_eks_pod_identity_association', label],
      attributes: {
        cluster_name: clusterValue,
        namespace,
        service_account: name,
        role_arn: `\${aws_iam_role.${label}.arn}`,
      },
    });
  const metadata: { [name: string]: HclValue } = {
    name,
    namespace,
    ...(irsa ? { annotations: { [ROLE_ARN]: `\${aws_iam_role.${label}.arn}` } } : {}),
  };
  blocks.push({
    type: 'resource',
    labels: ['kubernetes_service_account_v1', label],
    attributes: {},
    blocks: [{ type: 'metadata', attributes: metadata }],
  });
  return `${blocks.map((each) => renderBlock(each, PLAIN_LAYOUT)).join('\n\n')}\n`;
}

// ── CloudFormation ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Keys of a mapping take no intrinsics, so an unknown issuer needs the whole policy inside `Fn::Sub`. */
function cloudFormation(plan: Plan): string {
  const { irsa, namespace, name, roleName, issuer, account, cluster, policyArn, partition } = plan;
  const raw = new RawTexts();
  const id = pascal(name);
  const owner = account ?? reference('AWS::AccountId');
  const parameters: Record<string, Json> = {
    ...(!irsa && cluster === undefined ? { ClusterName: { Type: 'String' } } : {}),
    ...(irsa && issuer === undefined
      ? { OidcIssuer: { Type: 'String', Description: "The cluster's issuer without https://, as HOST/id/ID" } }
      : {}),
  };
  const trust = (): Json => {
    if (!irsa) {
      const scope = account === undefined ? raw.of('!Ref AWS::AccountId') : account;
      return withSourceAccount(policyOf(plan.statement), scope);
    }
    const names = [{ namespace, names: [name] }];
    if (issuer === undefined) {
      const statement = irsaStatement(names, {
        providerArn: `arn:\${AWS::Partition}:iam::${owner}:oidc-provider/\${OidcIssuer}`,
        issuer: reference('OidcIssuer'),
      });
      return raw.of(`!Sub |\n${indented(json(policyOf(statement)), 8)}`);
    }
    const statement = irsaStatement(names, { providerArn: providerArn(partition, owner, issuer), issuer });
    if (account !== undefined) return policyOf(statement);
    const federated = raw.of(`!Sub ${providerArn(reference('AWS::Partition'), owner, issuer)}`);
    return policyOf({ ...statement, Principal: { Federated: federated } });
  };
  const template: Json = {
    AWSTemplateFormatVersion: '2010-09-09',
    ...(Object.keys(parameters).length > 0 ? { Parameters: parameters } : {}),
    Resources: {
      [`${id}Role`]: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: roleName,
          AssumeRolePolicyDocument: trust(),
          ...(policyArn === undefined ? {} : { ManagedPolicyArns: [policyArn] }),
        },
      },
      ...(irsa
        ? {}
        : {
            [`${id}PodIdentity`]: {
              Type: 'AWS::EKS::PodIdentityAssociation',
              Properties: {
                ClusterName: cluster ?? raw.of('!Ref ClusterName'),
                Namespace: namespace,
                ServiceAccount: name,
                RoleArn: raw.of(`!GetAtt ${id}Role.Arn`),
              },
            },
          }),
    },
  };
  return raw.fill(yaml(template));
}

function withSourceAccount(policy: Json, account: Json): Json {
  const { Statement, ...rest } = policy as { readonly Statement: readonly StatementJson[] };
  const [{ Condition, ...statement }] = Statement as readonly [StatementJson];
  const { StringEquals } = Condition as { readonly StringEquals: { readonly [key: string]: Json } };
  const equals: Json = { 'aws:SourceAccount': account, ...StringEquals };
  return {
    ...rest,
    Statement: [{ ...statement, Condition: { StringEquals: { ...equals, 'aws:SourceAccount': account } } }],
  };
}

function indented(text: string, width: number): string {
  return text.replace(/^/gm, ' '.repeat(width));
}

// ── eksctl ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** eksctl makes a role only with a policy, and the region is no part of the name by which it finds the cluster. */
function eksctl({
  irsa,
  namespace,
  name,
  roleName,
  policyArn,
  clusterName,
  regionName,
  partition,
  account,
}: Plan): Json {
  const policies = [policyArn ?? `arn:${partition}:iam::${account ?? 'ACCOUNT_ID'}:policy/POLICY_NAME`];
  const iam: Json = irsa
    ? { withOIDC: true, serviceAccounts: [{ metadata: { name, namespace }, roleName, attachPolicyARNs: policies }] }
    : {
        podIdentityAssociations: [
          { namespace, serviceAccountName: name, createServiceAccount: true, roleName, permissionPolicyARNs: policies },
        ],
      };
  return {
    apiVersion: 'eksctl.io/v1alpha5',
    kind: 'ClusterConfig',
    metadata: { name: clusterName, region: regionName ?? 'AWS_REGION' },
    iam,
    ...(irsa ? {} : { addons: [{ name: 'eks-pod-identity-agent' }] }),
  };
}

// ── manifests ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function manifests(plan: Plan, format: 'ack' | 'crossplane'): string {
  const { irsa, namespace, name, roleName, policyArn, clusterName, regionName, statement } = plan;
  const raw = new RawTexts();
  const policy = json(policyOf(statement));
  const object = roleName.toLowerCase().replace(/[^a-z0-9.-]+/g, '-');
  const role: Json =
    format === 'ack'
      ? {
          apiVersion: 'iam.services.k8s.aws/v1alpha1',
          kind: 'Role',
          metadata: { name: object, namespace },
          spec: {
            name: roleName,
            assumeRolePolicyDocument: raw.of(`|\n${indented(policy, 4)}`),
            ...(policyArn === undefined ? {} : { policies: [policyArn] }),
          },
        }
      : {
          apiVersion: 'iam.aws.upbound.io/v1beta1',
          kind: 'Role',
          metadata: {
            name: object,
            ...(object === roleName ? {} : { annotations: { 'crossplane.io/external-name': roleName } }),
          },
          spec: { forProvider: { assumeRolePolicy: raw.of(`|\n${indented(policy, 6)}`) } },
        };
  const attachment: Json = {
    apiVersion: 'iam.aws.upbound.io/v1beta1',
    kind: 'RolePolicyAttachment',
    metadata: { name: object },
    spec: { forProvider: { policyArn: policyArn ?? '', roleRef: { name: object } } },
  };
  const association = associationManifest(format, {
    namespace,
    serviceAccount: name,
    cluster: clusterName,
    roleArn: undefined,
    roleObject: object,
    roleNamespace: format === 'ack' ? namespace : undefined,
    region: regionName,
    apiVersion: undefined,
  });
  const objects = [
    role,
    ...(format === 'crossplane' && policyArn !== undefined ? [attachment] : []),
    ...(irsa ? [] : [association]),
    serviceAccount(plan),
  ];
  return raw.fill(objects.map(yaml).join('---\n'));
}

import type { Association, Role } from '../facts/model.js';
import { typed } from '../rules/support/typed.js';
import { addProperty, appendItem, type Edit, inFile, type Json, setAt } from '../syntax/edits.js';
import { parseJson } from '../syntax/json.js';
import { documentEol, indentUnit } from '../syntax/layout.js';
import { shellWord } from '../syntax/shell.js';
import {
  get,
  literal,
  type ObjectNode,
  outermost,
  outerSpan,
  property,
  type SyntaxNode,
  stringAt,
} from '../syntax/tree.js';
import { block, yamlLayout } from '../syntax/yamlText.js';
import type { Workspace } from '../workspace/workspace.js';
import { arnOfRole, fileOf, folderOf, inSameFolder, soleCluster } from './facts.js';
import { type HclBlock, PLAIN_LAYOUT, renderBlock } from './hclWriter.js';
import { RawTexts } from './rawText.js';
import { CannotWrite, type NewFile } from './refactoring.js';

export type AssociationFormat = 'terraform' | 'cloudformation' | 'eksctl' | 'ack' | 'crossplane' | 'cli';

export const CLUSTER_PLACEHOLDER = 'CLUSTER_NAME';

/** An association that is to be. */
export interface WantedAssociation {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly role: Role | undefined;
  /** As the annotation has it; used where the role cannot be referred to. */
  readonly roleArn: string | undefined;
  /** Where the caller knows it. */
  readonly cluster: string | undefined;
  readonly region: string | undefined;
  /** In Terraform the expression that names the cluster, found from its provider. */
  readonly clusterExpression: string | undefined;
}

export interface Written {
  readonly edits: readonly Edit[];
  readonly newFiles: readonly NewFile[];
}

/** The format of the role itself; for a role that no tool makes, that of the workspace's other associations. */
export function associationFormat(role: Role | undefined, workspace: Workspace): AssociationFormat {
  switch (role?.source) {
    case 'terraform':
    case 'terraform-module':
      return 'terraform';
    case 'cloudformation':
    case 'eksctl':
    case 'ack':
    case 'crossplane':
      return role.source;
    default: {
      const counts = new Map<AssociationFormat, number>();
      for (const { source } of workspace.associations()) {
        const format = source === 'terraform-module' ? 'terraform' : source;
        if (format !== 'live') counts.set(format, (counts.get(format) ?? 0) + 1);
      }
      const [most] = [...counts].sort(([, a], [, b]) => b - a);
      if (most) return most[0];
      return workspace.eksctlClusters().length === 1 ? 'eksctl' : 'cli';
    }
  }
}

/** @throws CannotWrite where the format has no place for it */
export function writeAssociation(wanted: WantedAssociation, format: AssociationFormat, workspace: Workspace): Written {
  switch (format) {
    case 'terraform':
      return inTerraform(wanted, workspace);
    case 'cloudformation':
      return inCloudFormation(wanted, workspace);
    case 'eksctl':
      return inEksctl(wanted, workspace);
    case 'ack':
    case 'crossplane':
      return asManifest(wanted, format, workspace);
    case 'cli':
      return asCommand(wanted, workspace);
  }
}

function neighbours(source: AssociationFormat, workspace: Workspace): readonly Association[] {
  return workspace.associations().filter((each) => each.source === source && each.addon === undefined);
}

/** A literal ARN of the role. */
function roleArn(wanted: WantedAssociation, workspace: Workspace): string {
  return (
    wanted.roleArn ??
    (wanted.role && arnOfRole(wanted.role, workspace)) ??
    `arn:aws:iam::ACCOUNT_ID:role/${literal(wanted.role?.name) ?? 'ROLE_NAME'}`
  );
}

function clusterName(wanted: WantedAssociation, workspace: Workspace): string {
  return wanted.cluster ?? soleCluster(workspace) ?? CLUSTER_PLACEHOLDER;
}

export function appended(node: { document: SyntaxNode['document'] }, newText: string): Edit {
  const document = outermost(node.document);
  const { text } = document;
  const eol = documentEol(text);
  const gap = text === '' || text.endsWith('\n') ? '' : eol;
  return inFile(document, { start: text.length, end: text.length, newText: gap + newText.replace(/\r?\n/g, eol) });
}

// ── Terraform ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function inTerraform(wanted: WantedAssociation, workspace: Workspace): Written {
  const { role, namespace, serviceAccount } = wanted;
  const own = role?.source === 'terraform' ? role.node : undefined;
  const others = neighbours('terraform', workspace);
  const near = own ?? others[0]?.node;
  if (!near) throw new CannotWrite('no Terraform file is there to add the association to');
  const siblings = others.filter(({ node }) => inSameFolder(node, near));
  const named = siblings.find(({ clusterName }) => clusterName !== undefined)?.clusterName;
  const cluster =
    wanted.cluster ?? (named && typed(named)) ?? wanted.clusterExpression ?? clusterName(wanted, workspace);
  const label = freeLabel(serviceAccount, siblings);
  const attributes = {
    cluster_name: cluster,
    namespace,
    service_account: serviceAccount,
    role_arn: own ? `\${${terraformReference(role!)}.arn}` : roleArn(wanted, workspace),
  };
  const { text } = fileOf(near);
  if (outermost(near.document).language === 'json') {
    const { root } = parseJson(outermost(near.document));
    const edit =
      root?.kind === 'object'
        ? setAt(root, ['resource', 'aws_eks_pod_identity_association', label], attributes)
        : undefined;
    if (!edit) throw new CannotWrite('the Terraform file has no object of resources');
    return { edits: [edit], newFiles: [] };
  }
  const written: HclBlock = { type: 'resource', labels: ['aws_eks_pod_identity_association', label], attributes };
  const layout = { ...PLAIN_LAYOUT, unit: indentUnit(text) };
  return { edits: [appended(near, `\n${renderBlock(written, layout)}\n`)], newFiles: [] };
}

/** `aws_iam_role.cart`, from the address. */
export function terraformReference({ address }: Role): string {
  const reference = address?.slice(address.indexOf('#') + 1);
  if (!reference || !/^aws_iam_role\./.test(reference)) throw new CannotWrite('the role has no address of its own');
  return reference;
}

export function labelOf(name: string): string {
  const label = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(label) ? label : `sa_${label}`;
}

function freeLabel(name: string, siblings: readonly Association[]): string {
  const wanted = labelOf(name.replace(/\$\{[^}]*\}/g, 'this'));
  const texts = new Set(siblings.map(({ node }) => outermost(node.document).text));
  const taken = (label: string) =>
    [...texts].some((text) => text.includes(`"aws_eks_pod_identity_association" "${label}"`));
  for (let i = 1; ; i++) {
    const label = i === 1 ? wanted : `${wanted}_${i}`;
    if (!taken(label)) return label;
  }
}

// ── CloudFormation ─────────────────────────────────────────────────────────────────────────────────────────────────────

function inCloudFormation(wanted: WantedAssociation, workspace: Workspace): Written {
  const { role, namespace, serviceAccount } = wanted;
  const own = role?.source === 'cloudformation' && role.node.kind === 'object' ? role.node : undefined;
  const others = neighbours('cloudformation', workspace);
  const resources = own?.parent ?? resourcesOf(others[0]?.node);
  if (resources?.kind !== 'object')
    throw new CannotWrite('no CloudFormation template is there to add the association to');
  const yaml = resources.document.language === 'yaml';
  const raw = new RawTexts();
  const sibling = others.find(({ node, clusterName }) => clusterName && fileOf(node).file === fileOf(resources).file);
  const logicalId = freeId(`${pascal(serviceAccount)}PodIdentity`, resources);
  const roleId = role?.address?.slice(role.address.indexOf('#') + 1);
  const arn: Json =
    own && roleId
      ? yaml
        ? raw.of(`!GetAtt ${roleId}.Arn`)
        : { 'Fn::GetAtt': [roleId, 'Arn'] }
      : roleArn(wanted, workspace);
  const value: Json = {
    Type: 'AWS::EKS::PodIdentityAssociation',
    Properties: {
      ClusterName:
        wanted.cluster ?? (sibling ? raw.of(sourceOf(sibling.clusterName!)) : clusterName(wanted, workspace)),
      Namespace: namespace,
      ServiceAccount: serviceAccount,
      RoleArn: arn,
    },
  };
  const edit = addProperty(resources, logicalId, value);
  return { edits: [{ ...edit, newText: raw.fill(edit.newText) }], newFiles: [] };
}

function sourceOf(node: SyntaxNode): string {
  const { start, end } = outerSpan(node);
  return node.document.text.slice(start, end).trim();
}

function resourcesOf(node: ObjectNode | undefined): SyntaxNode | undefined {
  for (let at: SyntaxNode | undefined = node; at; at = at.parent) {
    const resources = get(at, 'Resources');
    if (resources) return resources;
  }
  return undefined;
}

export function pascal(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

export function freeId(wanted: string, resources: ObjectNode): string {
  for (let i = 1; ; i++) {
    const id = i === 1 ? wanted : `${wanted}${i}`;
    if (!property(resources, id)) return id;
  }
}

// ── eksctl ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function inEksctl(wanted: WantedAssociation, workspace: Workspace): Written {
  const clusters = workspace.eksctlClusters();
  const cluster = clusters.find(({ name }) => literal(name) === wanted.cluster) ?? clusters[0];
  if (!cluster || (wanted.cluster === undefined && clusters.length > 1))
    throw new CannotWrite('which eksctl configuration the association belongs to is not known');
  const item: Json = {
    namespace: wanted.namespace,
    serviceAccountName: wanted.serviceAccount,
    roleARN: roleArn(wanted, workspace),
  };
  const list = cluster.podIdentityAssociationsProperty?.value;
  const edit =
    list?.kind === 'array' && list.items.length > 0
      ? appendItem(list, item)
      : setAt(cluster.node, ['iam', 'podIdentityAssociations'], [item]);
  if (!edit) throw new CannotWrite("the eksctl configuration's 'iam' is no mapping");
  return { edits: [edit, ...agentAddon(cluster)], newFiles: [] };
}

/** An explicit list of add-ons must name the agent, which brings the credentials. */
export function agentAddon(cluster: ReturnType<Workspace['eksctlClusters']>[number]): readonly Edit[] {
  const { addons, addonsNode, autoMode } = cluster;
  const there = addons.some(({ name }) => literal(name) === 'eks-pod-identity-agent');
  if (autoMode || there || !addonsNode || addonsNode.items.length === 0) return [];
  return [appendItem(addonsNode, { name: 'eks-pod-identity-agent' })];
}

// ── manifests ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function asManifest(wanted: WantedAssociation, format: 'ack' | 'crossplane', workspace: Workspace): Written {
  const { role } = wanted;
  const own = role?.source === format ? role.node : undefined;
  const near = own ?? neighbours(format, workspace)[0]?.node;
  if (!near || outermost(near.document).language !== 'yaml')
    throw new CannotWrite('no YAML file is there to add the association to');
  const named = neighbours(format, workspace).find(({ clusterName }) => literal(clusterName) !== undefined);
  const cluster = wanted.cluster ?? literal(named?.clusterName) ?? clusterName(wanted, workspace);
  const root = own && rootOf(own);
  const object = associationManifest(format, {
    ...wanted,
    cluster,
    roleArn: own ? undefined : roleArn(wanted, workspace),
    roleObject: root && literal(stringAt(root, 'metadata', 'name')),
    roleNamespace: root && literal(stringAt(root, 'metadata', 'namespace')),
    region: wanted.region ?? literal(get(root, 'spec', 'forProvider', 'region')),
    apiVersion: literal(get(root, 'apiVersion'))?.replace(/^iam/, 'eks'),
  });
  const { text } = fileOf(near);
  return { edits: [appended(near, `---\n${block(object, '', { ...yamlLayout(text), eol: '\n' })}\n`)], newFiles: [] };
}

function rootOf(node: SyntaxNode): SyntaxNode {
  if (node.parent) throw new CannotWrite('the role stands inside another object');
  return node;
}

export interface ManifestAssociation {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly cluster: string;
  readonly roleArn: string | undefined;
  /** Name of the Kubernetes object of the role. */
  readonly roleObject: string | undefined;
  readonly roleNamespace: string | undefined;
  readonly region: string | undefined;
  readonly apiVersion: string | undefined;
}

/** A `PodIdentityAssociation` of ACK or Crossplane. */
export function associationManifest(format: 'ack' | 'crossplane', wanted: ManifestAssociation): Json {
  const { namespace, serviceAccount, cluster, roleArn, roleObject, roleNamespace, region, apiVersion } = wanted;
  const name = `${namespace}-${serviceAccount}`.replace(/[^a-z0-9.-]+/g, '-');
  if (format === 'ack') {
    return {
      apiVersion: 'eks.services.k8s.aws/v1alpha1',
      kind: 'PodIdentityAssociation',
      metadata: { name, ...(roleNamespace === undefined ? {} : { namespace: roleNamespace }) },
      spec: {
        clusterName: cluster,
        namespace,
        serviceAccount,
        ...(roleObject === undefined ? { roleARN: roleArn ?? '' } : { roleRef: { from: { name: roleObject } } }),
      },
    };
  }
  // The community's provider has no such kind: Upbound's is the one that does.
  const version =
    apiVersion !== undefined && /upbound\.io\//.test(apiVersion) ? apiVersion : 'eks.aws.upbound.io/v1beta1';
  return {
    apiVersion: version,
    kind: 'PodIdentityAssociation',
    metadata: { name, ...(roleNamespace === undefined ? {} : { namespace: roleNamespace }) },
    spec: {
      forProvider: {
        region: region ?? 'AWS_REGION',
        clusterName: cluster,
        namespace,
        serviceAccount,
        ...(roleObject === undefined ? { roleArn: roleArn ?? '' } : { roleArnRef: { name: roleObject } }),
      },
    },
  };
}

// ── AWS CLI ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const SCRIPT = 'pod-identity-associations.sh';

function asCommand(wanted: WantedAssociation, workspace: Workspace): Written {
  const command = associationCommand({
    cluster: clusterName(wanted, workspace),
    namespace: wanted.namespace,
    serviceAccount: wanted.serviceAccount,
    roleArn: roleArn(wanted, workspace),
    region: wanted.region,
  });
  const script = neighbours('cli', workspace).find(({ node }) => outermost(node.document).language === 'shell');
  if (script) return { edits: [appended(script.node, `\n${command}\n`)], newFiles: [] };
  const folder = wanted.role ? folderOf(wanted.role.node) : '';
  return {
    edits: [],
    newFiles: [{ file: folder + SCRIPT, text: `#!/usr/bin/env bash\nset -euo pipefail\n\n${command}\n` }],
  };
}

export interface CommandAssociation {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly region: string | undefined;
}

export function associationCommand(wanted: CommandAssociation): string {
  return [
    'aws eks create-pod-identity-association',
    ...(wanted.region === undefined ? [] : [`--region ${shellWord(wanted.region)}`]),
    `--cluster-name ${shellWord(wanted.cluster)}`,
    `--namespace ${shellWord(wanted.namespace)}`,
    `--service-account ${shellWord(wanted.serviceAccount)}`,
    `--role-arn ${shellWord(wanted.roleArn)}`,
  ].join(' \\\n  ');
}

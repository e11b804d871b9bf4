import { unknownHole } from '../../syntax/hclNodes.js';
import {
  get,
  literal,
  type ObjectNode,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
} from '../../syntax/tree.js';
import { addonAccount } from '../addonAccounts.js';
import type { Association, Facts, NodeTemplate } from '../model.js';
import { blockOf, blocksOf, given } from './fields.js';
import type { ModuleReader } from './read.js';
import type { Instance } from './scope.js';

export function readAssociation(reader: ModuleReader, instance: Instance): void {
  const body = reader.evaluator.body(instance);
  reader.facts.associations.push(association(body, 'terraform', stringAt(body, 'cluster_name')));
}

export function association(
  body: ObjectNode,
  source: Association['source'],
  clusterName: StringNode | undefined,
  defaults?: ObjectNode,
): Association {
  const value = (name: string) => given(body, name) ?? given(defaults, name);
  const text = (name: string) => {
    const found = value(name);
    return found?.kind === 'string' ? found : undefined;
  };
  const cluster = text('cluster_name') ?? clusterName;
  const namespace = text('namespace');
  const serviceAccount = text('service_account');
  const roleArn = text('role_arn');
  const targetRoleArn = text('target_role_arn');
  const disableSessionTags = value('disable_session_tags');
  const policy = value('policy');
  return {
    source,
    node: body,
    ...(cluster ? { clusterName: cluster } : {}),
    ...(namespace ? { namespace } : {}),
    ...(serviceAccount ? { serviceAccount } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(targetRoleArn ? { targetRoleArn } : {}),
    ...(disableSessionTags ? { disableSessionTags } : {}),
    ...(policy ? { policy } : {}),
    fields: body.properties,
  };
}

export function readAddon(reader: ModuleReader, instance: Instance): void {
  const body = reader.evaluator.body(instance);
  addon(reader.facts, body, stringAt(body, 'addon_name'), stringAt(body, 'cluster_name'), 'terraform');
}

/** The identities that an add-on is given, by either mechanism. */
export function addon(
  facts: Facts,
  body: ObjectNode,
  name: StringNode | undefined,
  clusterName: StringNode | undefined,
  source: 'terraform' | 'terraform-module',
): void {
  const addonName = literal(name);
  for (const { content } of blocksOf(body, 'pod_identity_association')) {
    facts.associations.push({
      ...association(content, source, clusterName),
      ...(addonName === undefined ? {} : { addon: addonName }),
    });
  }
  const roleArn = property(body, 'service_account_role_arn');
  if (roleArn?.value?.kind !== 'string') return;
  const namespace = stringAt(blockOf(body, 'namespace_config'), 'namespace');
  facts.serviceAccounts.push(
    addonAccount({ source: 'terraform', node: body, addon: name, namespace, key: roleArn.key, roleArn: roleArn.value }),
  );
}

export function readOidcProvider(reader: ModuleReader, instance: Instance): void {
  const body = reader.evaluator.body(instance);
  const url = stringAt(body, 'url');
  reader.facts.oidcProviders.push({
    node: body,
    address: reader.evaluator.address(instance.item, instance.suffix),
    ...(url ? { url } : {}),
    clientIds: stringsOf(get(body, 'client_id_list')),
  });
}

// ── nodes ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function readLaunchTemplates(reader: ModuleReader): void {
  const ofNodeGroups = new Set<string>();
  for (const instance of reader.instancesOf('aws_eks_node_group')) {
    const group = blockOf(reader.evaluator.body(instance), 'launch_template');
    for (const field of ['id', 'name']) {
      const hole = unknownHole(property(group, field)?.value);
      if (hole?.address) ofNodeGroups.add(hole.address);
    }
  }
  for (const instance of reader.instancesOf('aws_launch_template')) {
    const { evaluator, facts } = reader;
    const body = evaluator.body(instance);
    const address = evaluator.address(instance.item, instance.suffix);
    const name = stringAt(body, 'name') ?? stringAt(body, 'name_prefix');
    const eks = ofNodeGroups.has(address) || speaksOfEks(body, instance) || usedByName(reader, name);
    facts.nodeTemplates.push(nodeTemplate('launch-template', body, blockOf(body, 'metadata_options'), name, eks));
  }
}

/** A node group may name its template by the literal that the template has. */
function usedByName(reader: ModuleReader, name: StringNode | undefined): boolean {
  const wanted = literal(name);
  if (wanted === undefined) return false;
  return reader
    .instancesOf('aws_eks_node_group')
    .some((group) => literal(get(blockOf(reader.evaluator.body(group), 'launch_template'), 'name')) === wanted);
}

export function nodeTemplate(
  kind: NodeTemplate['kind'],
  node: ObjectNode,
  options: ObjectNode | undefined,
  name: StringNode | undefined,
  eks: boolean,
): NodeTemplate {
  // Without an endpoint there is nothing to reach.
  if (literal(get(options, 'http_endpoint')) === 'disabled') return { kind, node, ...(name ? { name } : {}), eks };
  const tokens = property(options, 'http_tokens');
  const hops = property(options, 'http_put_response_hop_limit');
  const said = literal(tokens?.value);
  return {
    kind,
    node,
    ...(name ? { name } : {}),
    ...(tokens?.value
      ? {
          httpTokens: {
            node: tokens.value,
            property: tokens,
            value: said === 'required' || said === 'optional' ? said : 'unknown',
          },
        }
      : {}),
    ...(hops?.value ? { hopLimit: { node: hops.value, property: hops, value: numberOf(hops.value) } } : {}),
    eks,
  };
}

function numberOf(node: SyntaxNode): number | undefined {
  if (node.kind === 'number') return node.value;
  const text = literal(node);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Bootstrapping, tags or a name that only a node of EKS has. */
function speaksOfEks(body: ObjectNode, { item }: Instance): boolean {
  const { content, document } = item;
  const source = document.text.slice(content.start, content.end);
  // kOps tags its instances with the cluster as well.
  if (/kops\.k8s\.io/.test(source)) return false;
  if (/bootstrap\.sh|nodeadm|node\.eks\.aws|kubernetes\.io\/cluster|eks:(?:cluster-name|nodegroup-name)/.test(source))
    return true;
  if (
    [stringAt(body, 'name'), stringAt(body, 'name_prefix')].some((name) =>
      /(?:^|[^a-z])eks(?:[^a-z]|$)/i.test(name?.raw ?? ''),
    )
  )
    return true;
  return /(?:^|_)eks(?:_|$)/i.test(item.name);
}

import { makeHole, makeSynthetic, unknownHole, withElided } from '../../syntax/hclNodes.js';
import { type Hole, hasHole, literalOf, mask } from '../../syntax/text.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  property,
  type SourceDocument,
  type StringNode,
  type SyntaxNode,
  stringAt,
} from '../../syntax/tree.js';
import type { Condition, Principal, Role, Statement, TrustPolicy } from '../model.js';
import { addon, association, nodeTemplate } from './eks.js';
import { blocksOf, given } from './fields.js';
import { headerOf } from './module.js';
import type { ModuleReader } from './read.js';
import { accountOf, addTrustPolicy, flag, manyOf } from './roles.js';
import type { Instance } from './scope.js';

/**
 * Modules that everybody uses, known by their source: the registry's name or the repository's. What they make of their
 * inputs is written down here, since their own code is not at hand.
 */
export function readModuleCall(reader: ModuleReader, instance: Instance): void {
  const source = literal(reader.evaluator.argument(instance, 'source'));
  if (source === undefined) return;
  const iam = /terraform-aws-(?:modules\/iam\/aws|iam(?:\.git)?)\/\/modules\/([\w-]+)/.exec(source)?.[1];
  if (iam === 'iam-role-for-service-accounts-eks') readServiceAccountRole(reader, instance, V5);
  else if (iam === 'iam-role-for-service-accounts') readServiceAccountRole(reader, instance, V6);
  else if (iam === 'iam-assumable-role-with-oidc') readAssumableRole(reader, instance);
  else if (iam === 'iam-eks-role') readRoleOfClusters(reader, instance);
  else if (/terraform-aws-(?:modules\/eks\/aws|eks(?:\.git)?)\/\/modules\/karpenter(?:$|[?])/.test(source))
    readKarpenter(reader, instance);
  else if (/terraform-aws-(?:modules\/eks-pod-identity\/aws|eks-pod-identity(?:\.git)?)(?:$|[?/])/.test(source))
    readPodIdentity(reader, instance);
  else if (/terraform-aws-(?:modules\/eks\/aws|eks(?:\.git)?)(?:$|[?])/.test(source)) readCluster(reader, instance);
  else if (
    /terraform-aws-(?:modules\/eks\/aws|eks(?:\.git)?)\/\/modules\/(?:eks-managed|self-managed)-node-group(?:$|[?])/.test(
      source,
    )
  ) {
    const { body } = callOf(reader, instance);
    nodeGroup(reader, body, stringAt(body, 'name'));
  } else if (/cloudposse\/(?:eks-iam-role\/aws|terraform-aws-eks-iam-role(?:\.git)?)(?:$|[?/])/.test(source))
    readCloudPosseRole(reader, instance);
}

interface Inputs {
  readonly create: string;
  readonly name: string;
  readonly path: string;
  readonly test: string;
  readonly policies: string;
}
const V5: Inputs = {
  create: 'create_role',
  name: 'role_name',
  path: 'role_path',
  test: 'assume_role_condition_test',
  policies: 'role_policy_arns',
};
const V6: Inputs = { create: 'create', name: 'name', path: 'path', test: 'trust_condition_test', policies: 'policies' };

interface Call {
  readonly body: ObjectNode;
  /** The call's header, where the module's own values stand. */
  readonly at: { readonly document: SourceDocument; readonly start: number; readonly end: number };
}

function callOf(reader: ModuleReader, instance: Instance): Call {
  return {
    body: reader.evaluator.body(instance),
    at: { document: instance.item.document, ...headerOf(instance.item) },
  };
}

// ── IRSA ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

function readServiceAccountRole(reader: ModuleReader, instance: Instance, inputs: Inputs): void {
  const { body, at } = callOf(reader, instance);
  if (flag(body, inputs.create) === false) return;
  const providers = given(body, 'oidc_providers');
  const operator =
    stringAt(body, inputs.test) ?? makeSynthetic(at, 'StringEquals', { object: body, attribute: inputs.test });
  const statements: Statement[] = [];
  let open = providers !== undefined && (providers.kind !== 'object' || providers.open === true);
  if (providers?.kind === 'object') {
    for (const { value } of providers.properties) {
      const provider = stringAt(value, 'provider_arn');
      if (value?.kind !== 'object' || !provider) {
        open = true;
        continue;
      }
      const accounts = given(value, 'namespace_service_accounts');
      statements.push(
        webIdentity(body, value, at, statements.length, {
          principals: [{ type: 'Federated', value: provider }],
          principalElement: property(value, 'provider_arn')!,
          conditions: [
            {
              operator,
              key: claimKey(provider, 'sub'),
              values: listOf(accounts).map(subjectOf),
              ...openList(accounts),
            },
            { operator, key: claimKey(provider, 'aud'), values: [makeSynthetic(at, 'sts.amazonaws.com')] },
          ],
          open: accounts === undefined,
        }),
      );
    }
  }
  // With a name prefix, which newer versions have by default, the name is not the role's.
  const named = inputs === V5 || flag(body, 'use_name_prefix') === false;
  addRole(reader, instance, body, inputs, named, statements, open || providers === undefined);
}

function readAssumableRole(reader: ModuleReader, instance: Instance): void {
  const { body, at } = callOf(reader, instance);
  if (flag(body, 'create_role') === false) return;
  const exact = given(body, 'oidc_fully_qualified_subjects');
  const patterns = given(body, 'oidc_subjects_with_wildcards');
  const audiences = given(body, 'oidc_fully_qualified_audiences');
  const account = literal(given(body, 'aws_account_id'));
  const statements = manyOf(body, 'provider_url', 'provider_urls').map((url, index) => {
    const provider = providerOf(url, account);
    const condition = (operator: string, claim: 'sub' | 'aud', values: SyntaxNode): Condition => ({
      operator: makeSynthetic(at, operator),
      key: claimKey(url, claim),
      values: listOf(values),
      ...openList(values),
    });
    const conditions = [
      ...(isEmpty(exact) ? [] : [condition('StringEquals', 'sub', exact!)]),
      ...(isEmpty(patterns) ? [] : [condition('StringLike', 'sub', patterns!)]),
      ...(isEmpty(audiences) ? [] : [condition('StringEquals', 'aud', audiences!)]),
    ];
    return webIdentity(body, body, at, index, {
      principals: [{ type: 'Federated', value: provider }],
      conditions,
      // Many leave the audiences to the provider's list; only a role that anybody may take is beyond doubt.
      open: isEmpty(audiences) && conditions.length > 0,
    });
  });
  const inputs = { ...V5, path: 'role_path', policies: 'role_policy_arns' };
  addRole(reader, instance, body, inputs, true, statements, statements.length === 0);
}

/** Accounts by cluster; the module looks up whose provider that is. */
function readRoleOfClusters(reader: ModuleReader, instance: Instance): void {
  const { body, at } = callOf(reader, instance);
  if (flag(body, V5.create) === false) return;
  const clusters = given(body, 'cluster_service_accounts');
  if (clusters?.kind !== 'object') return;
  const operator = stringAt(body, V5.test) ?? makeSynthetic(at, 'StringEquals', { object: body, attribute: V5.test });
  const statements = clusters.properties.map(({ key: cluster, value }, index) => {
    const provider = makeHole(cluster.document, cluster, { expression: `oidc_provider_arn of ${cluster.raw}` });
    return webIdentity(body, body, at, index, {
      principals: [{ type: 'Federated', value: provider }],
      conditions: [
        { operator, key: claimKey(provider, 'sub'), values: listOf(value).map(subjectOf), ...openList(value) },
      ],
      // It leaves the audience to the provider's list.
      open: true,
    });
  });
  addRole(reader, instance, body, V5, true, statements, clusters.open === true || statements.length === 0);
}

function readCloudPosseRole(reader: ModuleReader, instance: Instance): void {
  const { body, at } = callOf(reader, instance);
  if (flag(body, 'enabled') === false) return;
  const url = stringAt(body, 'eks_cluster_oidc_issuer_url');
  if (!url) return;
  const pairs = listOf(given(body, 'service_account_namespace_name_list')).map(subjectOf);
  const name = stringAt(body, 'service_account_name');
  const namespace = stringAt(body, 'service_account_namespace');
  const one =
    name && namespace && literalOf(name.text) !== undefined && literalOf(namespace.text) !== undefined
      ? [subjectAt(name, namespace)]
      : [];
  const values = pairs.length > 0 ? pairs : one;
  const like = values.some((value) => value.kind === 'string' && /[*?]/.test(value.raw));
  const statement = webIdentity(body, body, at, 0, {
    principals: [{ type: 'Federated', value: providerOf(url, literal(given(body, 'aws_account_number'))) }],
    conditions:
      values.length === 0
        ? []
        : [{ operator: makeSynthetic(at, like ? 'StringLike' : 'StringEquals'), key: claimKey(url, 'sub'), values }],
    open: true,
  });
  // The role's name is made of the labels' context.
  addRole(reader, instance, body, { ...V5, name: '', path: '' }, false, [statement], false);
}

function subjectAt(name: StringNode, namespace: StringNode): StringNode {
  return makeSynthetic(name, `system:serviceaccount:${literalOf(namespace.text)}:${literalOf(name.text)}`);
}

function isEmpty(node: SyntaxNode | undefined): boolean {
  return node === undefined || (node.kind === 'array' && node.items.length === 0 && !node.open);
}

function openList(node: SyntaxNode | undefined): { open?: true } {
  return node?.kind === 'array' && node.open ? { open: true } : {};
}

function webIdentity(
  policyNode: ObjectNode,
  node: ObjectNode,
  at: Call['at'],
  index: number,
  parts: {
    principals: Principal[];
    principalElement?: Statement['principalElement'];
    conditions: Condition[];
    open: boolean;
  },
): Statement {
  return {
    ...bare(policyNode, node, index),
    principals: parts.principals,
    ...(parts.principalElement ? { principalElement: parts.principalElement } : {}),
    actions: [makeSynthetic(at, 'sts:AssumeRoleWithWebIdentity')],
    conditions: parts.conditions,
    ...(parts.open ? { open: true as const } : {}),
  };
}

function bare(
  policyNode: ObjectNode,
  node: ObjectNode,
  index: number,
): Omit<Statement, 'principals' | 'actions' | 'conditions'> {
  return {
    policyNode,
    node,
    index,
    grammar: 'terraform-block',
    effectValue: 'Allow',
    notPrincipals: [],
    notActions: [],
    resourceElements: [],
    unknownElements: [],
  };
}

/** What a module's `"namespace:name"` means in a token's subject. */
function subjectOf(value: SyntaxNode): SyntaxNode {
  return value.kind === 'string' ? withElided(value, 'system:serviceaccount:') : value;
}

/** The condition key that the module makes of a provider's ARN or an issuer's URL. It stands where that is typed. */
function claimKey(provider: StringNode, claim: 'sub' | 'aud'): StringNode {
  const found = provider.raw.lastIndexOf('provider/');
  const scheme = provider.raw.startsWith('https://') ? 'https://'.length : 0;
  const issuer = provider.raw.slice(found < 0 ? scheme : found + 'provider/'.length);
  const hole = unknownHole(provider);
  return makeSynthetic(provider, `${issuer}:${claim}`, undefined, provider.masked ?? (hole ? [hole] : []));
}

/** The provider's ARN that a module makes of an issuer's URL, in the account and partition that it is called for. */
function providerOf(url: StringNode, account: string | undefined): StringNode {
  if (hasHole(url.text)) return url;
  const issuer = url.raw.replace(/^https:\/\//, '');
  const holes: Hole[] = [{ expression: 'data.aws_partition.current.partition' }];
  if (account === undefined) holes.push({ expression: 'data.aws_caller_identity.current.account_id' });
  const arn = `arn:${mask(3)}:iam::${account ?? mask(12)}:oidc-provider/${issuer}`;
  return makeSynthetic(url, arn, undefined, holes);
}

function addRole(
  reader: ModuleReader,
  instance: Instance,
  body: ObjectNode,
  inputs: Inputs,
  named: boolean,
  statements: readonly Statement[],
  open: boolean,
): void {
  const { facts, evaluator } = reader;
  const address = evaluator.address(instance.item, instance.suffix);
  const trustPolicy: TrustPolicy = {
    node: body,
    statements,
    unknownElements: [],
    ...(open ? { open: true as const } : {}),
  };
  const name = named ? stringAt(body, inputs.name) : undefined;
  const path = stringAt(body, inputs.path);
  const role: Role = {
    source: 'terraform-module',
    address,
    node: body,
    ...(name ? { name } : {}),
    ...(path ? { path } : {}),
    trustPolicy,
    ...accountOf(trustPolicy),
  };
  facts.roles.push(role);
  addTrustPolicy(facts, trustPolicy, role);
  attachPolicies(reader, get(body, inputs.policies), address);
}

/** ARNs of policies, by reference or as they are. */
function attachPolicies(reader: ModuleReader, node: SyntaxNode | undefined, address: string): void {
  const values = node?.kind === 'object' ? node.properties.map(({ value }) => value) : listOf(node);
  for (const value of values) {
    if (value?.kind !== 'string') continue;
    const policy = unknownHole(value)?.address;
    if (policy && /[#.]aws_iam_policy\./.test(policy)) reader.modulePolicies.push([policy, [{ address }]]);
    else reader.facts.managedPolicyArns.push({ arn: value, roles: [{ address }] });
  }
}

// ── Pod Identity ───────────────────────────────────────────────────────────────────────────────────────────────────────

function readPodIdentity(reader: ModuleReader, instance: Instance): void {
  const { facts, evaluator } = reader;
  const { body, at } = callOf(reader, instance);
  if (flag(body, 'create') === false) return;
  const address = evaluator.address(instance.item, instance.suffix);
  const conditions = blocksOf(body, 'trust_policy_conditions').flatMap(({ content }) => {
    const operator = stringAt(content, 'test');
    const key = stringAt(content, 'variable');
    const values = get(content, 'values');
    return operator && key ? [{ operator, key, values: listOf(values), block: content, ...openList(values) }] : [];
  });
  const given_ = given(body, 'trust_policy_conditions');
  const more = given(body, 'trust_policy_statements');
  const name = flag(body, 'use_name_prefix') === false ? stringAt(body, 'name') : undefined;
  const path = stringAt(body, 'path');
  const role: Role = {
    source: 'terraform-module',
    address,
    node: body,
    ...(name ? { name } : {}),
    ...(path ? { path } : {}),
    // Without conditions of the user's there is nothing in its trust policy that could be wrong.
    ...(conditions.length === 0 ? { managedTrust: true as const } : {}),
  };
  if (conditions.length > 0) {
    const open =
      (given_?.kind !== undefined && given_.kind !== 'array') || (given_?.kind === 'array' && given_.open === true);
    const statement: Statement = {
      ...bare(body, body, 0),
      principals: [{ type: 'Service', value: makeSynthetic(at, 'pods.eks.amazonaws.com') }],
      actions: [makeSynthetic(at, 'sts:AssumeRole'), makeSynthetic(at, 'sts:TagSession')],
      conditions,
      ...(open ? { open: true as const } : {}),
    };
    const policy: TrustPolicy = {
      node: body,
      statements: [statement],
      unknownElements: [],
      ...(more ? { open: true as const } : {}),
    };
    role.trustPolicy = policy;
    addTrustPolicy(facts, policy, role);
  }
  facts.roles.push(role);
  attachPolicies(reader, get(body, 'additional_policy_arns'), address);
  const defaults = get(body, 'association_defaults');
  const associations = get(body, 'associations');
  if (associations?.kind !== 'object') return;
  for (const { value } of associations.properties) {
    if (value?.kind !== 'object') continue;
    // The module has no policy input, and ignores a role of another's.
    const { roleArn: _ignored, ...fact } = association(
      value,
      'terraform-module',
      undefined,
      defaults?.kind === 'object' ? defaults : undefined,
    );
    facts.associations.push({ ...fact, role: { address } });
  }
}

/** The controller's role, which trusts Pod Identity, and its association where that is asked for. */
function readKarpenter(reader: ModuleReader, instance: Instance): void {
  const { facts, evaluator } = reader;
  const { body } = callOf(reader, instance);
  if (flag(body, 'create') === false || flag(body, 'create_iam_role') === false) return;
  const address = evaluator.address(instance.item, instance.suffix);
  const name = flag(body, 'iam_role_use_name_prefix') === false ? stringAt(body, 'iam_role_name') : undefined;
  facts.roles.push({
    source: 'terraform-module',
    address,
    node: body,
    ...(name ? { name } : {}),
    managedTrust: true,
  });
  if (flag(body, 'create_pod_identity_association') !== true) return;
  // Its defaults for namespace and account have changed with its versions.
  facts.associations.push({ ...association(body, 'terraform-module', undefined), role: { address } });
}

// ── the cluster's own module ───────────────────────────────────────────────────────────────────────────────────────────

function readCluster(reader: ModuleReader, instance: Instance): void {
  const { facts, evaluator } = reader;
  const body = evaluator.body(instance);
  const clusterName = stringAt(body, 'cluster_name') ?? stringAt(body, 'name');
  for (const input of ['addons', 'cluster_addons']) {
    const addons = get(body, input);
    if (addons?.kind !== 'object') continue;
    for (const { key, value } of addons.properties)
      if (value?.kind === 'object') addon(facts, value, key, clusterName, 'terraform-module');
  }
  for (const input of ['eks_managed_node_groups', 'self_managed_node_groups']) {
    const groups = get(body, input);
    if (groups?.kind === 'object')
      for (const { key, value } of groups.properties)
        if (value?.kind === 'object') nodeGroup(reader, value, stringAt(value, 'name') ?? key);
    const defaults = get(body, `${input.slice(0, -1)}_defaults`);
    if (defaults?.kind === 'object') nodeGroup(reader, defaults, undefined);
  }
}

function nodeGroup(reader: ModuleReader, group: ObjectNode, name: StringNode | undefined): void {
  const options = get(group, 'metadata_options');
  if (options?.kind !== 'object') return;
  reader.facts.nodeTemplates.push(nodeTemplate('node-group', group, options, name, true));
}

import { display, literalOf } from '../syntax/text.js';
import {
  booleanOf,
  get,
  listOf,
  literal,
  type ObjectNode,
  objectAt,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
  wordOf,
} from '../syntax/tree.js';
import { addonAccount } from './addonAccounts.js';
import { readPermissionPolicy, readTrustPolicy } from './iamPolicy.js';
import type { Association, Facts, Role, RoleReference } from './model.js';
import { accountByProvider } from './providerAccount.js';
import { referredArn } from './roleReferences.js';

interface CrossplaneContext {
  readonly file: string;
  readonly chart?: string | undefined;
  /** The Composition that the resource is of. */
  readonly composition?: string | undefined;
}

/** Managed resources of Crossplane's AWS providers: Upbound's (also the namespaced `.m.`) and the older community one. */
export function readCrossplane(root: SyntaxNode, facts: Facts, context: CrossplaneContext): boolean {
  if (root.kind !== 'object') return false;
  const group = /^(iam|eks)\.aws\.(?:m\.)?(?:upbound|crossplane)\.io\//.exec(
    wordOf(get(root, 'apiVersion')) ?? '',
  )?.[1];
  if (group === undefined) return false;
  READERS[`${group}/${wordOf(get(root, 'kind'))}`]?.(root, facts, context);
  return true;
}

type Reader = (root: ObjectNode, facts: Facts, context: CrossplaneContext) => void;

const READERS: Readonly<Record<string, Reader>> = {
  'iam/Role': readRole,
  'iam/Policy': readPolicy,
  'iam/RolePolicy': readRolePolicy,
  'iam/RolePolicyAttachment': readAttachment,
  'iam/OpenIDConnectProvider': readProvider,
  'eks/PodIdentityAssociation': readAssociation,
  'eks/Addon': readAddon,
};

const EXTERNAL_NAME = 'crossplane.io/external-name';

function readRole(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = objectAt(root, 'spec', 'forProvider');
  const address = addressOf(root, context);
  const trustPolicy = readTrustPolicy(get(spec, 'assumeRolePolicy') ?? get(spec, 'assumeRolePolicyDocument'));
  const account = accountByProvider(trustPolicy);
  const name = stringAt(root, 'metadata', 'annotations', EXTERNAL_NAME) ?? stringAt(root, 'metadata', 'name');
  const path = stringAt(spec, 'path');
  const arn = stringAt(root, 'status', 'atProvider', 'arn');
  const role: Role = {
    source: 'crossplane',
    ...(address === undefined ? {} : { address }),
    aliases: aliasesOf(root, context),
    ...(name ? { name } : {}),
    ...(path ? { path } : {}),
    ...(arn ? { arn } : {}),
    ...(account === undefined ? {} : { account }),
    ...(trustPolicy ? { trustPolicy } : {}),
    node: root,
  };
  facts.roles.push(role);
  if (trustPolicy) {
    trustPolicy.role = role;
    facts.trustPolicies.push(trustPolicy);
  }
  const reference: RoleReference = address === undefined ? {} : { address };
  for (const item of [...listOf(get(spec, 'inlinePolicy')), ...listOf(get(spec, 'inlinePolicies'))]) {
    const policy = readPermissionPolicy(get(item, 'policy') ?? get(item, 'policyDocument'), [reference]);
    if (policy) facts.permissionPolicies.push(policy);
  }
  for (const policyArn of stringsOf(get(spec, 'managedPolicyArns')))
    facts.managedPolicyArns.push({ arn: policyArn, roles: [reference] });
}

function readPolicy(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = get(root, 'spec', 'forProvider');
  const address = addressOf(root, context);
  const policy = readPermissionPolicy(get(spec, 'policy') ?? get(spec, 'document'), []);
  if (policy)
    facts.permissionPolicies.push({ ...policy, ...(address === undefined ? {} : { address: `policy ${address}` }) });
}

function readRolePolicy(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = get(root, 'spec', 'forProvider');
  const policy = readPermissionPolicy(get(spec, 'policy') ?? get(spec, 'document'), rolesOf(spec, context));
  if (policy) facts.permissionPolicies.push(policy);
}

function readAttachment(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = get(root, 'spec', 'forProvider');
  const roles = rolesOf(spec, context);
  const arn = stringAt(spec, 'policyArn');
  if (arn) facts.managedPolicyArns.push({ arn, roles });
  const policy = stringAt(spec, 'policyArnRef', 'name');
  if (policy)
    facts.managedPolicyArns.push({ arn: referredArn(policy, `policy ${addressFor(policy, context)}`), roles });
}

/** The community provider says `roleName` where Upbound's says `role`. */
function rolesOf(spec: SyntaxNode | undefined, context: CrossplaneContext): RoleReference[] {
  const reference = stringAt(spec, 'roleRef', 'name') ?? stringAt(spec, 'roleNameRef', 'name');
  const name = stringAt(spec, 'role') ?? stringAt(spec, 'roleName');
  const selected = selectedBy(get(spec, 'roleSelector') ?? get(spec, 'roleNameSelector'), context);
  return [
    ...(reference ? [{ address: addressFor(reference, context) }] : []),
    ...(name ? [{ name: name.text }] : []),
    ...(selected === undefined ? [] : [{ address: selected }]),
  ];
}

function readProvider(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = get(root, 'spec', 'forProvider');
  const url = stringAt(spec, 'url');
  const address = addressOf(root, context);
  facts.oidcProviders.push({
    ...(url ? { url } : {}),
    ...(address === undefined ? {} : { address }),
    clientIds: stringsOf(get(spec, 'clientIdList') ?? get(spec, 'clientIDList')),
    node: root,
  });
}

function readAssociation(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = objectAt(root, 'spec', 'forProvider');
  if (!spec) return;
  const namespace = stringAt(spec, 'namespace');
  const target = stringAt(spec, 'targetRoleArnRef', 'name');
  const targetRoleArn =
    stringAt(spec, 'targetRoleArn') ?? (target ? referredArn(target, addressFor(target, context)) : undefined);
  const disableSessionTags = get(spec, 'disableSessionTags');
  const policy = get(spec, 'policy');
  facts.associations.push({
    ...associationBase(spec, context),
    ...(namespace ? { namespace } : {}),
    ...(targetRoleArn ? { targetRoleArn } : {}),
    ...(disableSessionTags ? { disableSessionTags } : {}),
    ...(policy ? { policy } : {}),
  });
}

function readAddon(root: ObjectNode, facts: Facts, context: CrossplaneContext): void {
  const spec = get(root, 'spec', 'forProvider');
  const clusterName = stringAt(spec, 'clusterName');
  for (const item of listOf(get(spec, 'podIdentityAssociation') ?? get(spec, 'podIdentityAssociations'))) {
    if (item.kind !== 'object') continue;
    facts.associations.push({
      ...associationBase(item, context),
      ...(clusterName ? { clusterName } : {}),
      addon: wordOf(get(spec, 'addonName')) ?? '',
    });
  }
  const reference = property(spec, 'serviceAccountRoleArnRef');
  const name = stringAt(reference?.value, 'name');
  const given = property(spec, 'serviceAccountRoleArn');
  const roleArn = given?.value ?? (name ? referredArn(name, addressFor(name, context)) : undefined);
  const key = (given ?? reference)?.key;
  if (spec?.kind !== 'object' || !key || roleArn?.kind !== 'string') return;
  const addon = stringAt(spec, 'addonName');
  const namespace = stringAt(spec, 'namespaceConfig', 'namespace');
  facts.serviceAccounts.push(addonAccount({ source: 'manifest', node: spec, addon, namespace, key, roleArn }));
}

function associationBase(node: ObjectNode, context: CrossplaneContext): Association {
  const clusterName = stringAt(node, 'clusterName');
  const serviceAccount = stringAt(node, 'serviceAccount');
  const roleArn = stringAt(node, 'roleArn');
  const reference = stringAt(node, 'roleArnRef', 'name');
  const address = reference ? addressFor(reference, context) : selectedBy(get(node, 'roleArnSelector'), context);
  return {
    source: 'crossplane',
    node,
    ...(clusterName ? { clusterName } : {}),
    ...(serviceAccount ? { serviceAccount } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(address === undefined ? {} : { role: { address } }),
    fields: [],
  };
}

function addressOf(root: ObjectNode, context: CrossplaneContext): string | undefined {
  const name = stringAt(root, 'metadata', 'name');
  return name && addressFor(name, context);
}

/** More than these would be more combinations than anybody selects by. */
const MOST_LABELS = 6;

/** What selectors may call a role: any of its labels together, and that it is of its Composition. */
function aliasesOf(root: ObjectNode, context: CrossplaneContext): string[] {
  const pairs = [...labelsIn(get(root, 'metadata', 'labels')), ...ofComposition(context)];
  if (pairs.length > MOST_LABELS) return pairs.map((pair) => aliasFor([pair]));
  const sets: string[][] = [];
  for (const pair of pairs) sets.push(...sets.map((set) => [...set, pair]), [pair]);
  return sets.map(aliasFor);
}

/** `{matchLabels, matchControllerRef}`; undefined where it is not known what it selects. */
function selectedBy(selector: SyntaxNode | undefined, context: CrossplaneContext): string | undefined {
  const labels = get(selector, 'matchLabels');
  const pairs = labelsIn(labels);
  if (labels?.kind === 'object' && (labels.open || pairs.length < labels.properties.length)) return undefined;
  if (booleanOf(get(selector, 'matchControllerRef')) === true) pairs.push(...ofComposition(context));
  return pairs.length === 0 ? undefined : aliasFor(pairs);
}

function labelsIn(labels: SyntaxNode | undefined): string[] {
  if (labels?.kind !== 'object') return [];
  return labels.properties.flatMap(({ key, value }) => {
    const known = literal(value);
    return known === undefined ? [] : [`${key.raw}=${known}`];
  });
}

function ofComposition({ composition }: CrossplaneContext): string[] {
  return composition === undefined ? [] : [`of ${composition}`];
}

function aliasFor(pairs: readonly string[]): string {
  return `crossplane?${[...pairs].sort().join('&')}`;
}

function addressFor(name: StringNode, { file, chart }: CrossplaneContext): string {
  // A template's expression means the same within its chart only.
  const scope = literalOf(name.text) === undefined ? `${chart ?? file}:` : '';
  return `crossplane:${scope}${display(name.text)}`;
}

import { display, literalOf } from '../syntax/text.js';
import {
  get,
  listOf,
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

interface AckContext {
  readonly file: string;
  readonly chart?: string | undefined;
}

/** AWS Controllers for Kubernetes: roles, policies and providers of `iam.services.k8s.aws`, resources of `eks.services.k8s.aws`. */
export function readAck(root: SyntaxNode, facts: Facts, context: AckContext): boolean {
  if (root.kind !== 'object') return false;
  const group = /^(iam|eks)\.services\.k8s\.aws\//.exec(wordOf(get(root, 'apiVersion')) ?? '')?.[1];
  if (group === undefined) return false;
  READERS[`${group}/${wordOf(get(root, 'kind'))}`]?.(root, facts, context);
  return true;
}

type Reader = (root: ObjectNode, facts: Facts, context: AckContext) => void;

const READERS: Readonly<Record<string, Reader>> = {
  'iam/Role': readRole,
  'iam/Policy': readPolicy,
  'iam/OpenIDConnectProvider': readProvider,
  'eks/PodIdentityAssociation': readAssociation,
  'eks/Addon': readAddon,
};

/** A role's name is `spec.name`; the object's own name is what others refer to. */
function readRole(root: ObjectNode, facts: Facts, context: AckContext): void {
  const spec = objectAt(root, 'spec');
  const address = addressOf(root, context);
  const trustPolicy = readTrustPolicy(get(spec, 'assumeRolePolicyDocument'));
  const account = accountByProvider(trustPolicy);
  const name = stringAt(spec, 'name');
  const path = stringAt(spec, 'path');
  const arn = stringAt(root, 'status', 'ackResourceMetadata', 'arn');
  const role: Role = {
    source: 'ack',
    ...(address === undefined ? {} : { address }),
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
  const reference: RoleReference = address === undefined ? (name ? { name: name.text } : {}) : { address };
  const inline = objectAt(spec, 'inlinePolicies');
  for (const { value } of inline?.properties ?? []) {
    const policy = readPermissionPolicy(value, [reference]);
    if (policy) facts.permissionPolicies.push(policy);
  }
  for (const policyArn of stringsOf(get(spec, 'policies')))
    facts.managedPolicyArns.push({ arn: policyArn, roles: [reference] });
  for (const item of listOf(get(spec, 'policyRefs'))) {
    const policy = stringAt(item, 'from', 'name');
    const policyAddress = referredAddress(item, root, context);
    if (policy && policyAddress !== undefined)
      facts.managedPolicyArns.push({ arn: referredArn(policy, `policy ${policyAddress}`), roles: [reference] });
  }
}

function readPolicy(root: ObjectNode, facts: Facts, context: AckContext): void {
  const address = addressOf(root, context);
  const policy = readPermissionPolicy(get(root, 'spec', 'policyDocument'), []);
  if (policy)
    facts.permissionPolicies.push({ ...policy, ...(address === undefined ? {} : { address: `policy ${address}` }) });
}

function readProvider(root: ObjectNode, facts: Facts, context: AckContext): void {
  const spec = get(root, 'spec');
  const url = stringAt(spec, 'url');
  const arn = stringAt(root, 'status', 'ackResourceMetadata', 'arn');
  const address = addressOf(root, context);
  facts.oidcProviders.push({
    ...(url ? { url } : {}),
    ...(arn ? { arn } : {}),
    ...(address === undefined ? {} : { address }),
    clientIds: stringsOf(get(spec, 'clientIDs')),
    node: root,
  });
}

function readAssociation(root: ObjectNode, facts: Facts, context: AckContext): void {
  const spec = objectAt(root, 'spec');
  if (!spec) return;
  const namespace = stringAt(spec, 'namespace');
  const target = stringAt(spec, 'targetRoleRef', 'from', 'name');
  const targetAddress = referredAddress(get(spec, 'targetRoleRef'), root, context);
  const targetRoleArn =
    stringAt(spec, 'targetRoleARN') ??
    (target && targetAddress !== undefined ? referredArn(target, targetAddress) : undefined);
  const disableSessionTags = get(spec, 'disableSessionTags');
  const policy = get(spec, 'policy');
  facts.associations.push({
    ...associationBase(spec, root, context),
    ...(namespace ? { namespace } : {}),
    ...(targetRoleArn ? { targetRoleArn } : {}),
    ...(disableSessionTags ? { disableSessionTags } : {}),
    ...(policy ? { policy } : {}),
  });
}

function readAddon(root: ObjectNode, facts: Facts, context: AckContext): void {
  const spec = get(root, 'spec');
  const clusterName = stringAt(spec, 'clusterName');
  for (const item of listOf(get(spec, 'podIdentityAssociations'))) {
    if (item.kind !== 'object') continue;
    facts.associations.push({
      ...associationBase(item, root, context),
      ...(clusterName ? { clusterName } : {}),
      addon: wordOf(get(spec, 'name')) ?? '',
    });
  }
  const reference = property(spec, 'serviceAccountRoleRef');
  const name = stringAt(reference?.value, 'from', 'name');
  const address = referredAddress(reference?.value, root, context);
  const given = property(spec, 'serviceAccountRoleARN');
  const roleArn = given?.value ?? (name && address !== undefined ? referredArn(name, address) : undefined);
  const key = (given ?? reference)?.key;
  if (spec?.kind !== 'object' || !key || roleArn?.kind !== 'string') return;
  const addon = stringAt(spec, 'name');
  const namespace = stringAt(spec, 'namespaceConfig', 'namespace');
  facts.serviceAccounts.push(addonAccount({ source: 'manifest', node: spec, addon, namespace, key, roleArn }));
}

/** Both `roleARN` and `roleRef` together are refused by the controller. */
const ROLE_FIELDS = new Set(['roleARN', 'roleRef']);

function associationBase(node: ObjectNode, root: ObjectNode, context: AckContext): Association {
  const clusterName = stringAt(node, 'clusterName');
  const serviceAccount = stringAt(node, 'serviceAccount');
  const roleArn = stringAt(node, 'roleARN');
  const address = referredAddress(get(node, 'roleRef'), root, context);
  return {
    source: 'ack',
    node,
    ...(clusterName ? { clusterName } : {}),
    ...(serviceAccount ? { serviceAccount } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(address === undefined ? {} : { role: { address } }),
    fields: node.properties.filter(({ key }) => ROLE_FIELDS.has(key.raw)),
  };
}

function addressOf(root: ObjectNode, context: AckContext): string | undefined {
  const name = stringAt(root, 'metadata', 'name');
  return name && addressFor(stringAt(root, 'metadata', 'namespace'), name, context);
}

/** `{from: {name, namespace}}`, by default in the namespace of the object that refers. */
function referredAddress(reference: SyntaxNode | undefined, root: ObjectNode, context: AckContext): string | undefined {
  const from = get(reference, 'from');
  const name = stringAt(from, 'name');
  return name && addressFor(stringAt(from, 'namespace') ?? stringAt(root, 'metadata', 'namespace'), name, context);
}

function addressFor(namespace: StringNode | undefined, name: StringNode, { file, chart }: AckContext): string {
  // A template's expression means the same within its chart only.
  const scope = literalOf(name.text) === undefined ? `${chart ?? file}:` : '';
  const space = namespace ? display(namespace.text) : '';
  return `ack:${scope}${space}/${display(name.text)}`;
}

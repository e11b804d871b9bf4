import { get, listOf, type ObjectNode, property, type SyntaxNode, stringAt, stringsOf } from '../syntax/tree.js';
import { readPermissionPolicy, readTrustPolicy } from './iamPolicy.js';
import type { Association, Facts, Role } from './model.js';
import { accountByProvider } from './providerAccount.js';
import { roleReference } from './roleReferences.js';

/**
 * What the AWS CLI takes (`--cli-input-json`, `--cli-input-yaml`) and what it prints, as far as it is about roles, providers and
 * Pod Identity associations. Policy documents are objects, JSON strings or URL-encoded ones.
 */
export function readAwsCli(root: SyntaxNode, facts: Facts): boolean {
  if (root.kind === 'array') {
    const roles = root.items.filter(isRole);
    for (const role of roles) readRole(role, facts);
    return roles.length > 0;
  }
  if (root.kind !== 'object') return false;
  return READERS.map((reader) => reader(root, facts)).includes(true);
}

type Reader = (root: ObjectNode, facts: Facts) => boolean;

const READERS: readonly Reader[] = [
  readRoles,
  readRoleRequest,
  readRolePolicy,
  readAssociations,
  readProvider,
  readProviderList,
];

/** `get-role`, `list-roles`, `get-account-authorization-details`. */
function readRoles(root: ObjectNode, facts: Facts): boolean {
  const roles = ['Role', 'Roles', 'RoleDetailList'].flatMap((field) => listOf(get(root, field))).filter(isRole);
  for (const role of roles) readRole(role, facts);
  return roles.length > 0;
}

function isRole(node: SyntaxNode): node is ObjectNode {
  return (
    node.kind === 'object' &&
    property(node, 'RoleName') !== undefined &&
    (property(node, 'AssumeRolePolicyDocument') ?? property(node, 'Arn')) !== undefined
  );
}

/** `create-role` and `update-assume-role-policy`, which calls the document otherwise. */
function readRoleRequest(root: ObjectNode, facts: Facts): boolean {
  if (!property(root, 'RoleName')) return false;
  const updates = property(root, 'PolicyDocument') !== undefined && !property(root, 'PolicyName');
  if (!updates && !property(root, 'AssumeRolePolicyDocument')) return false;
  readRole(root, facts, updates ? 'PolicyDocument' : 'AssumeRolePolicyDocument');
  return true;
}

function readRole(node: ObjectNode, facts: Facts, document = 'AssumeRolePolicyDocument'): void {
  const trustPolicy = readTrustPolicy(get(node, document));
  const account = accountByProvider(trustPolicy);
  const name = stringAt(node, 'RoleName');
  const path = stringAt(node, 'Path');
  const arn = stringAt(node, 'Arn');
  const role: Role = {
    source: 'iam',
    ...(name ? { name } : {}),
    ...(path ? { path } : {}),
    ...(arn ? { arn } : {}),
    ...(account === undefined ? {} : { account }),
    ...(trustPolicy ? { trustPolicy } : {}),
    node,
  };
  facts.roles.push(role);
  if (trustPolicy) {
    trustPolicy.role = role;
    facts.trustPolicies.push(trustPolicy);
  }
  const references = arn ? [{ arn: arn.text }] : name ? [{ name: name.text }] : [];
  for (const inline of listOf(get(node, 'RolePolicyList'))) {
    const policy = readPermissionPolicy(get(inline, 'PolicyDocument'), references);
    if (policy) facts.permissionPolicies.push(policy);
  }
  for (const attached of listOf(get(node, 'AttachedManagedPolicies'))) {
    const policyArn = stringAt(attached, 'PolicyArn');
    if (policyArn) facts.managedPolicyArns.push({ arn: policyArn, roles: references });
  }
}

/** `put-role-policy`, `get-role-policy`, `attach-role-policy`. */
function readRolePolicy(root: ObjectNode, facts: Facts): boolean {
  const role = stringAt(root, 'RoleName');
  if (!role) return false;
  const arn = stringAt(root, 'PolicyArn');
  if (arn) facts.managedPolicyArns.push({ arn, roles: [roleReference(role)] });
  const policy = property(root, 'PolicyName')
    ? readPermissionPolicy(get(root, 'PolicyDocument'), [roleReference(role)])
    : undefined;
  if (policy) facts.permissionPolicies.push(policy);
  return arn !== undefined || policy !== undefined;
}

/** `create-`, `describe-` and `list-pod-identity-associations`. */
function readAssociations(root: ObjectNode, facts: Facts): boolean {
  const candidates = [root, get(root, 'association'), ...listOf(get(root, 'associations'))];
  const found = candidates.flatMap((node) => (node?.kind === 'object' && isAssociation(node) ? [node] : []));
  for (const node of found) facts.associations.push(readAssociation(node));
  return found.length > 0;
}

function isAssociation(node: ObjectNode): boolean {
  return (
    ['clusterName', 'namespace', 'serviceAccount'].every((field) => property(node, field) !== undefined) &&
    ['roleArn', 'associationArn', 'associationId'].some((field) => property(node, field) !== undefined)
  );
}

/** A Pod Identity association with the field names of the EKS API. */
export function readAssociation(node: ObjectNode): Association {
  const clusterName = stringAt(node, 'clusterName');
  const namespace = stringAt(node, 'namespace');
  const serviceAccount = stringAt(node, 'serviceAccount');
  const roleArn = stringAt(node, 'roleArn');
  const targetRoleArn = stringAt(node, 'targetRoleArn');
  const disableSessionTags = get(node, 'disableSessionTags');
  const policy = get(node, 'policy');
  return {
    source: 'cli',
    node,
    ...(clusterName ? { clusterName } : {}),
    ...(namespace ? { namespace } : {}),
    ...(serviceAccount ? { serviceAccount } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(targetRoleArn ? { targetRoleArn } : {}),
    ...(disableSessionTags ? { disableSessionTags } : {}),
    ...(policy && policy.kind !== 'null' ? { policy } : {}),
    fields: [],
  };
}

/** `create-open-id-connect-provider` and `get-…`, which prints the URL without its scheme. */
function readProvider(root: ObjectNode, facts: Facts): boolean {
  const url = stringAt(root, 'Url');
  if (!url || !(property(root, 'ClientIDList') ?? property(root, 'ThumbprintList'))) return false;
  facts.oidcProviders.push({ url, clientIds: stringsOf(get(root, 'ClientIDList')), node: root });
  return true;
}

function readProviderList(root: ObjectNode, facts: Facts): boolean {
  const list = property(root, 'OpenIDConnectProviderList');
  for (const node of listOf(list?.value)) {
    const arn = stringAt(node, 'Arn');
    if (arn) facts.oidcProviders.push({ arn, clientIds: [], node });
  }
  return list !== undefined;
}

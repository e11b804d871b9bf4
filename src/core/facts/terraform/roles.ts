import { unknownHole } from '../../syntax/hclNodes.js';
import { literalOf } from '../../syntax/text.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
} from '../../syntax/tree.js';
import type { Facts, Role, RoleReference, TrustPolicy } from '../model.js';
import { blocksOf, given } from './fields.js';
import type { ModuleReader } from './read.js';
import type { Instance } from './scope.js';

export function readRole(reader: ModuleReader, instance: Instance): void {
  const { evaluator, documents, facts } = reader;
  const body = evaluator.body(instance);
  const trustPolicy = documents.trustPolicy(given(body, 'assume_role_policy'));
  const address = evaluator.address(instance.item, instance.suffix);
  const name = stringAt(body, 'name');
  const path = stringAt(body, 'path');
  const role: Role = {
    source: 'terraform',
    address,
    node: body,
    ...(name ? { name } : {}),
    ...(path ? { path } : {}),
    ...(trustPolicy ? { trustPolicy, ...accountOf(trustPolicy) } : {}),
  };
  facts.roles.push(role);
  if (trustPolicy) addTrustPolicy(facts, trustPolicy, role);
  const reference: RoleReference = { address };
  for (const { content } of blocksOf(body, 'inline_policy')) {
    const policy = documents.permissionPolicy(given(content, 'policy'), [reference]);
    if (policy) facts.permissionPolicies.push(policy);
  }
  for (const arn of stringsOf(get(body, 'managed_policy_arns')))
    facts.managedPolicyArns.push({ arn, roles: [reference] });
}

/** Once, however many roles have it; it then belongs to the first. */
export function addTrustPolicy(facts: Facts, policy: TrustPolicy, role: Role | undefined): void {
  if (role) policy.role ??= role;
  if (!facts.trustPolicies.includes(policy)) facts.trustPolicies.push(policy);
}

/** A role stands in the account of the provider that it trusts. */
export function accountOf(policy: TrustPolicy): { account?: string } {
  for (const { principals } of policy.statements)
    for (const { type, value } of principals) {
      const account =
        type === 'Federated' ? /^arn:[\w-]+:iam::(\d{12}):/.exec(literalOf(value.text) ?? '')?.[1] : undefined;
      if (account !== undefined) return { account };
    }
  return {};
}

/** What permissions are attached to which roles, from resources of their own. */
export function readAttachments(reader: ModuleReader): void {
  const { facts, documents, evaluator } = reader;
  const attached = new Map<string, RoleReference[]>();
  const attach = (instance: Instance, roles: readonly RoleReference[], name = 'policy_arn') => {
    const source = evaluator.sourceIn(instance.item, name);
    const target = evaluator.targetOf(source, instance.scope);
    if (target?.item.type === 'aws_iam_policy')
      attached.set(target.address, [...(attached.get(target.address) ?? []), ...roles]);
    else {
      const arn = source && evaluator.evaluateSource(source, instance.scope);
      if (arn?.kind === 'string') facts.managedPolicyArns.push({ arn, roles });
    }
  };
  for (const instance of reader.instancesOf('aws_iam_role_policy_attachment'))
    attach(instance, roleReferences(reader, instance, 'role'));
  for (const instance of reader.instancesOf('aws_iam_policy_attachment'))
    attach(instance, roleReferences(reader, instance, 'roles'));
  for (const instance of reader.instancesOf('aws_iam_role_policy_attachments_exclusive')) {
    const roles = roleReferences(reader, instance, 'role_name');
    for (const arn of stringsOf(evaluator.argument(instance, 'policy_arns')))
      facts.managedPolicyArns.push({ arn, roles });
  }
  for (const [address, roles] of reader.modulePolicies)
    attached.set(address, [...(attached.get(address) ?? []), ...roles]);
  for (const instance of reader.instancesOf('aws_iam_role_policy')) {
    const policy = documents.permissionPolicy(
      evaluator.argument(instance, 'policy'),
      roleReferences(reader, instance, 'role'),
    );
    if (policy) facts.permissionPolicies.push(policy);
  }
  for (const instance of reader.instancesOf('aws_iam_policy')) {
    const roles = attached.get(evaluator.address(instance.item, instance.suffix)) ?? [];
    const address = evaluator.address(instance.item, instance.suffix);
    const policy = documents.permissionPolicy(evaluator.argument(instance, 'policy'), roles);
    // Another module may attach it, then its address is what is known of it there.
    if (policy) facts.permissionPolicies.push({ ...policy, address });
  }
}

/** The roles that an argument names: by reference, by name, as one or as a list. */
export function roleReferences(reader: ModuleReader, instance: Instance, argument: string): RoleReference[] {
  const { evaluator } = reader;
  const source = evaluator.sourceIn(instance.item, argument);
  if (!source) return [];
  const value = evaluator.evaluateSource(source, instance.scope);
  const target = evaluator.targetOf(source, instance.scope);
  // An output of a module of the workspace is what stands behind it.
  if (target) return [{ address: unknownHole(value)?.address ?? target.address }];
  if (source.form === 'hcl' && source.expression.kind === 'tuple') {
    return source.expression.items.flatMap((expression, i) => {
      const each = evaluator.targetOf({ form: 'hcl', expression, document: source.document }, instance.scope);
      return each ? [{ address: each.address }] : named(value.kind === 'array' ? value.items[i] : undefined);
    });
  }
  return listOf(value).flatMap(named);
}

function named(value: SyntaxNode | undefined): RoleReference[] {
  if (value?.kind !== 'string') return [];
  const [only] = value.text;
  if (value.text.length === 1 && typeof only === 'object' && only.address) return [{ address: only.address }];
  return [{ name: value.text }];
}

export function flag(body: ObjectNode, name: string): boolean | undefined {
  const value = property(body, name)?.value;
  return value?.kind === 'boolean'
    ? value.value
    : literal(value) === 'true'
      ? true
      : literal(value) === 'false'
        ? false
        : undefined;
}

/** The strings of an argument that takes one or many. */
export function manyOf(body: ObjectNode, one: string, many: string): StringNode[] {
  return [...stringsOf(given(body, one)), ...stringsOf(given(body, many))];
}

import type { EksctlCluster } from '../facts/model.js';
import { listed, quote } from '../rules/support/wording.js';
import {
  addProperty,
  appendItem,
  type Edit,
  type Json,
  removeItem,
  removeProperty,
  renameKey,
  replaceValue,
} from '../syntax/edits.js';
import { get, type ObjectNode, property, type SyntaxNode } from '../syntax/tree.js';
import type { Account, Workspace } from '../workspace/workspace.js';
import { accountLabelOf } from './accountNames.js';
import { agentAddon } from './associations.js';
import { jsonOf } from './jsonOf.js';
import { CannotWrite, type Draft } from './refactoring.js';

/** `iam.serviceAccounts` of eksctl become `iam.podIdentityAssociations`: eksctl makes role, trust and account by either. */
export function eksctlToAssociations(draft: Draft, accounts: readonly Account[], workspace: Workspace): void {
  for (const cluster of workspace.eksctlClusters()) {
    const own = accounts.filter(({ fact }) => itemsOf(cluster).includes(fact.node));
    if (own.length === 0) continue;
    const items = own.map(({ fact }) => asAssociation(fact.node));
    const description = `eksctl: ${listed(own.map(accountLabelOf))} from 'serviceAccounts' to 'podIdentityAssociations'`;
    draft.edit(
      description,
      moved(
        cluster,
        own.map(({ fact }) => fact.node),
        items,
      ),
    );
    const agent = agentAddon(cluster);
    if (agent.length > 0) draft.edit("eksctl: the add-on 'eks-pod-identity-agent'", agent);
    draft.warn(
      "'eksctl create podidentityassociation -f' makes the new roles and associations; remove the old ones with 'eksctl delete iamserviceaccount' when the pods have been restarted.",
    );
  }
}

function itemsOf(cluster: EksctlCluster): readonly SyntaxNode[] {
  const list = cluster.serviceAccountsProperty?.value;
  return list?.kind === 'array' ? list.items : [];
}

function moved(cluster: EksctlCluster, nodes: readonly ObjectNode[], items: readonly Json[]): readonly Edit[] {
  const { iamNode, serviceAccountsProperty: from, podIdentityAssociationsProperty: to } = cluster;
  const list = from?.value;
  if (!iamNode || list?.kind !== 'array') throw new CannotWrite("eksctl's 'iam.serviceAccounts' is no list");
  const all = nodes.length === list.items.length;
  const target = to?.value;
  if (target?.kind === 'array' && target.items.length > 0) {
    const added = items.map((item) => appendItem(target, item));
    return [...added, ...(all ? [removeProperty(iamNode, from!)] : nodes.map((node) => removeItem(list, node)))];
  }
  if (to) throw new CannotWrite("eksctl's 'iam.podIdentityAssociations' is no list of associations");
  if (all) return [renameKey(from!, 'podIdentityAssociations'), replaceValue(list, items)];
  // Before the accounts that stay, so that it does not touch what goes.
  const before = iamNode.properties[iamNode.properties.indexOf(from!) - 1];
  const last = nodes.includes(list.items.at(-1) as ObjectNode);
  if (last && !before) throw new CannotWrite("eksctl's 'iam' holds 'serviceAccounts' alone");
  return [
    addProperty(iamNode, 'podIdentityAssociations', items, last ? before : from),
    ...nodes.map((node) => removeItem(list, node)),
  ];
}

/** eksctl's names for the same thing on the other side. */
const FIELDS: Readonly<Record<string, string>> = {
  attachPolicyARNs: 'permissionPolicyARNs',
  attachPolicy: 'permissionPolicy',
  wellKnownPolicies: 'wellKnownPolicies',
  permissionsBoundary: 'permissionsBoundaryARN',
  attachRoleARN: 'roleARN',
  roleName: 'roleName',
  tags: 'tags',
};

function asAssociation(node: ObjectNode): Json {
  const metadata = get(node, 'metadata');
  const name = jsonOf(get(metadata, 'name'));
  if (name === undefined) throw new CannotWrite('a service account of eksctl has no name');
  const more: Record<string, Json> = {};
  for (const { key, value } of node.properties) {
    const field = FIELDS[key.raw];
    if (field !== undefined && value) more[field] = jsonOf(value)!;
    else if (key.raw !== 'metadata' && key.raw !== 'status')
      throw new CannotWrite(`${quote(key.raw)} of eksctl's service account has no counterpart in an association`);
  }
  for (const field of ['labels', 'annotations']) {
    if (property(metadata, field))
      throw new CannotWrite(`${quote(field)} of eksctl's service account have no counterpart in an association`);
  }
  return {
    namespace: jsonOf(get(metadata, 'namespace')) ?? 'default',
    serviceAccountName: name,
    createServiceAccount: true,
    ...more,
  };
}

/** And back: the association that eksctl makes a role for becomes a service account with that role. */
export function asServiceAccount(node: ObjectNode): Json {
  const more: Record<string, Json> = {};
  for (const { key, value } of node.properties) {
    const field = Object.keys(FIELDS).find((name) => FIELDS[name] === key.raw);
    if (field !== undefined && value) more[field] = jsonOf(value)!;
    else if (!/^(?:namespace|serviceAccountName|createServiceAccount)$/.test(key.raw))
      throw new CannotWrite(`${quote(key.raw)} of eksctl's association has no counterpart in a service account`);
  }
  return {
    metadata: {
      name: jsonOf(get(node, 'serviceAccountName')) ?? '',
      namespace: jsonOf(get(node, 'namespace')) ?? 'default',
    },
    ...more,
  };
}

import type {
  Association,
  Facts,
  PermissionPolicy,
  Role,
  RoleReference,
  ServiceAccount,
  Workload,
} from '../facts/model.js';
import { display, literalOf, onlyHole, type Text } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import { parseRoleArn } from './roleArn.js';
import type { Account, PlacedWorkload, RoleMatch, Workspace } from './workspace.js';
import { nameOf, type WorkspaceIndex } from './workspaceIndex.js';

/**
 * What others may have asked about the facts of a unit, with a signature of the answer: after a change only the topics
 * whose signature changed make others be judged again. `*` stands for everything (overlays rename and move the rest).
 */
export function topicsOf(facts: Facts, index: WorkspaceIndex): Map<string, string> {
  const topics = new Map<string, string>();
  const add = (topic: string, signature: string) => topics.set(topic, (topics.get(topic) ?? '') + signature);
  for (const fact of facts.serviceAccounts) {
    const signature = textOfNode(fact.node);
    add('accounts', signature);
    for (const variant of index.accountOf(fact)?.variants ?? [])
      add(accountTopic(variant.namespace, variant.name), signature);
  }
  for (const fact of facts.workloads) {
    const signature = textOfNode(fact.node);
    add('workloads', signature);
    for (const { serviceAccountName } of index.workloadOf(fact)?.variants ?? []) {
      if (serviceAccountName) add(`workloads:${display(serviceAccountName)}`, signature);
    }
  }
  for (const role of facts.roles) {
    const signature = `${textOfNode(role.node)}${role.trustPolicy ? textOfNode(role.trustPolicy.node) : ''}`;
    add('roles', signature);
    if (role.address !== undefined) add(`role:@${role.address}`, signature);
    add(`role:${nameOf(role)?.toLowerCase() ?? '?'}`, signature);
  }
  for (const fact of facts.associations) add('associations', textOfNode(fact.node));
  for (const fact of facts.trustPolicies) add('trust', textOfNode(fact.node));
  for (const { arn, roles } of facts.managedPolicyArns)
    add('attachments', `${textOfNode(arn)}${JSON.stringify(roles)}`);
  for (const fact of facts.credentialStores) add('stores', textOfNode(fact.node));
  for (const fact of facts.oidcProviders) add('providers', textOfNode(fact.node));
  for (const fact of facts.eksctlClusters) add('eksctl', textOfNode(fact.node));
  for (const fact of facts.kustomizations) add('*', textOfNode(fact.node));
  return topics;
}

function textOfNode(node: { document: { text: string }; start: number; end: number }): string {
  return node.document.text.slice(node.start, node.end);
}

function accountTopic(namespace: Text, name: Text): string {
  return `account:${display(namespace)}/${display(name)}`;
}

/** Answers from the index and remembers what was asked. */
export class TrackedWorkspace implements Workspace {
  readonly asked = new Set<string>();
  readonly memo = new Map<unknown, unknown>();

  constructor(private readonly index: WorkspaceIndex) {}

  accounts(): readonly Account[] {
    this.asked.add('accounts');
    return this.index.accounts();
  }

  accountsNamed(namespace: string, name: string): readonly Account[] {
    this.asked.add(`account:${namespace}/${name}`);
    return this.index.accountsNamed(namespace, name);
  }

  accountOf(fact: ServiceAccount): Account | undefined {
    return this.index.accountOf(fact);
  }

  workloads(): readonly PlacedWorkload[] {
    this.asked.add('workloads');
    return this.index.workloads();
  }

  workloadsNaming(account: Text): readonly PlacedWorkload[] {
    this.asked.add(`workloads:${display(account)}`);
    return this.index.workloadsNaming(account);
  }

  workloadOf(fact: Workload): PlacedWorkload | undefined {
    return this.index.workloadOf(fact);
  }

  roles(): readonly Role[] {
    this.asked.add('roles');
    return this.index.roles();
  }

  roleFor(reference: StringNode | { readonly address: string }): RoleMatch {
    const address = 'address' in reference ? reference.address : onlyHole(reference.text)?.address;
    if (address !== undefined) this.asked.add(`role:@${address}`);
    else if ('text' in reference) this.asked.add(`role:${parseRoleArn(reference.text)?.name.toLowerCase() ?? '?'}`);
    return this.index.roleFor(reference);
  }

  associations(): readonly Association[] {
    this.asked.add('associations');
    return this.index.associations();
  }

  associationsFor(account: Account): ReturnType<Workspace['associationsFor']> {
    this.asked.add('associations');
    return this.index.associationsFor(account);
  }

  trustPolicies(): Facts['trustPolicies'] {
    this.asked.add('trust');
    return [...this.index.trustPolicies()];
  }

  credentialStores(): Facts['credentialStores'] {
    this.asked.add('stores');
    return this.index.credentialStores();
  }

  oidcProviders(): Facts['oidcProviders'] {
    this.asked.add('providers');
    return this.index.oidcProviders();
  }

  eksctlClusters(): Facts['eksctlClusters'] {
    this.asked.add('eksctl');
    return this.index.eksctlClusters();
  }

  judges(policy: PermissionPolicy): boolean {
    if (policy.address !== undefined) this.asked.add('attachments');
    this.#askFor(this.index.attachedTo(policy));
    return this.index.judges(policy);
  }

  rolesOf(references: readonly RoleReference[]): readonly Role[] {
    this.#askFor(references);
    return this.index.rolesOf(references);
  }

  isWorkloadRole(role: Role): boolean {
    return this.index.isWorkloadRole(role);
  }

  #askFor(references: readonly RoleReference[]): void {
    for (const { address, name, arn } of references) {
      if (address !== undefined) this.asked.add(`role:@${address}`);
      const known = (arn && parseRoleArn(arn)?.name) ?? (name && literalOf(name));
      if (known !== undefined) this.asked.add(`role:${known.toLowerCase()}`);
    }
  }
}

import type {
  Association,
  Facts,
  ManagedPolicyAttachment,
  PermissionPolicy,
  Role,
  RoleReference,
  ServiceAccount,
  TrustPolicy,
  Workload,
} from '../facts/model.js';
import { SUBJECT_PREFIX } from '../iam/names.js';
import { literalOf, onlyHole, sameText, type Text } from '../syntax/text.js';
import { literal, outermost, type StringNode } from '../syntax/tree.js';
import { type Group, type Kind, type Question, roleKeys, vagueKey } from './entries.js';
import type { FactStore } from './factStore.js';
import { exactKey, knownKey, meantKeys, type Named, type Whereabouts, whoKey } from './keys.js';
import { parseRoleArn } from './roleArn.js';
import type { Account, AccountVariant, PlacedWorkload, RoleMatch, Workspace } from './workspace.js';

/** Answers from the store; each question whose answer decides is said to `ask`. */
export abstract class Queries implements Workspace {
  constructor(readonly store: FactStore) {}

  /** Somebody asks for what stands under this name of the group. */
  protected abstract ask(group: Question['group'], name: string): void;

  #get<T>(group: Group, name: string): readonly T[] {
    this.ask(group, name);
    return this.store.get<T>(group, name);
  }

  #has(group: Group, name: string): boolean {
    this.ask(group, name);
    return this.store.has(group, name);
  }

  #all<K extends Kind>(kind: K): Facts[K] {
    this.ask('all', kind);
    return this.store.all(kind);
  }

  // ── service accounts ─────────────────────────────────────────────────────────────────────────────────────────────────

  accounts(): readonly Account[] {
    this.ask('all', 'serviceAccounts');
    return this.store.accounts();
  }

  accountOf(fact: ServiceAccount): Account | undefined {
    return this.store.accountOf(fact);
  }

  accountsNamed(namespace: string, name: string): readonly Account[] {
    return this.#get('account', knownKey(namespace, name));
  }

  accountsKnown(namespace: string, name: string): readonly Account[] {
    return this.#get('known', knownKey(namespace, name));
  }

  accountsMeant(wanted: Named, from: Whereabouts): ReturnType<Workspace['accountsMeant']> {
    return this.#union('meant', meantKeys(wanted, from));
  }

  accountsNear(name: string): readonly Account[] {
    this.ask('near', name);
    return [...new Set(this.store.near(name).flatMap((near) => this.store.get<Account>('near', near)))];
  }

  mayBeVague(namespace: string, name: string): boolean {
    const keys = [vagueKey(namespace, undefined), vagueKey(undefined, name), vagueKey(undefined, undefined)];
    return keys.some((key) =>
      this.#get<AccountVariant>('vague', key).some(
        (variant) => sameText(variant.namespace, [namespace]) !== 'no' && sameText(variant.name, [name]) !== 'no',
      ),
    );
  }

  accountsOfNamespace(namespace: string): readonly Account[] {
    return this.#get('accounts-of-namespace', namespace);
  }

  accountsOfChart(chart: string): readonly Account[] {
    return this.#get('accounts-of-chart', chart);
  }

  accountsTyped(name: Text): readonly Account[] {
    const key = exactKey(name);
    return key === undefined ? [] : this.#get('account-typed', key);
  }

  accountsAnnotatedIn(file: string): readonly Account[] {
    return this.#get('role-arn-in', file);
  }

  accountsUsing(policy: TrustPolicy): readonly Account[] {
    return this.#union('uses', [...new Set(this.rolesWith(policy).flatMap(roleKeys))]);
  }

  accountsWithAudience(): readonly Account[] {
    return this.#get('with-audience', '');
  }

  // ── workloads ────────────────────────────────────────────────────────────────────────────────────────────────────────

  workloads(): readonly PlacedWorkload[] {
    this.ask('all', 'workloads');
    return this.store.workloads();
  }

  workloadOf(fact: Workload): PlacedWorkload | undefined {
    return this.store.workloadOf(fact);
  }

  workloadsNamed(raw: string): readonly PlacedWorkload[] {
    return this.#get('workload-named', raw);
  }

  workloadsTyping(name: Text): readonly PlacedWorkload[] {
    const key = exactKey(name);
    return key === undefined ? [] : this.#get('workload-typed', key);
  }

  workloadsOfChart(chart: string): readonly PlacedWorkload[] {
    return this.#get('workloads-of-chart', chart);
  }

  workloadsRunningAs(named: readonly Named[], where: Whereabouts): readonly PlacedWorkload[] {
    const [first] = named;
    const keys =
      first && named.length === 1 ? meantKeys(first, where) : named.flatMap((each) => meantKeys(each, where));
    return this.#union('runs', keys);
  }

  isRunAs(namespace: string, name: string): boolean {
    return this.#has('runs', knownKey(namespace, name));
  }

  // ── roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  roles(): readonly Role[] {
    return this.#all('roles');
  }

  rolesNamed(name: string): readonly Role[] {
    return this.#get('role', name.toLowerCase());
  }

  roleFor(reference: StringNode | { readonly address: string }): RoleMatch {
    if ('address' in reference) return this.#byAddress(reference.address);
    const address = onlyHole(reference.text)?.address;
    return address === undefined ? this.#byArn(reference.text) : this.#byAddress(address);
  }

  /** Which role a policy's or an association's reference means. */
  roleReferredTo(reference: RoleReference): Role | undefined {
    if (reference.address !== undefined) return this.#byAddress(reference.address).found;
    if (reference.arn) return this.#byArn(reference.arn).found;
    const name = reference.name && literalOf(reference.name);
    if (name === undefined) return undefined;
    const named = this.rolesNamed(name);
    return named.length === 1 ? named[0] : undefined;
  }

  rolesWith(policy: TrustPolicy): readonly Role[] {
    // Both are read from one text, so that nobody need ask again.
    return [...new Set([...(policy.role ? [policy.role] : []), ...this.store.rolesTrusting(policy)])];
  }

  rolesOf(references: readonly RoleReference[]): readonly Role[] {
    return references.flatMap((reference) => this.roleReferredTo(reference) ?? []);
  }

  isWorkloadRole(role: Role): boolean {
    if (role.managedTrust) return true;
    const statements = role.trustPolicy?.statements ?? [];
    return statements.some(
      ({ effectValue, principals }) => effectValue !== 'Deny' && principals.some(isWorkloadPrincipal),
    );
  }

  #byAddress(address: string): RoleMatch {
    const roles = this.#get<Role>('role', `@${address}`);
    // A selector that several roles answer to takes any of them.
    const found = roles.length > 1 && roles.some((role) => role.address !== address) ? undefined : roles.at(-1);
    return found ? { found, by: 'address' } : { found: undefined };
  }

  #byArn(text: Text): RoleMatch {
    const wanted = parseRoleArn(text);
    if (!wanted) return { found: undefined };
    const named = this.rolesNamed(wanted.name);
    if (named.length === 0) return NO_ROLE;
    const candidates = named.filter((role) => {
      const account = accountOf(role);
      return account === undefined || wanted.account === undefined || account === wanted.account;
    });
    const exact = candidates.filter((role) => pathOf(role) === wanted.path);
    const certain = exact.filter((role) => accountOf(role) !== undefined && wanted.account !== undefined);
    if (certain.length > 0) return { found: certain[0]!, by: 'arn' };
    // A name alone is proof only where it is the only one.
    if (exact.length === 1 && named.length === 1) return { found: exact[0]!, by: 'name' };
    if (exact.length === 0 && candidates.length === 1 && named.length === 1 && pathOf(candidates[0]!) !== undefined) {
      return { found: undefined, pathDiffers: candidates[0]! };
    }
    return { found: undefined };
  }

  // ── associations ─────────────────────────────────────────────────────────────────────────────────────────────────────

  associations(): readonly Association[] {
    return this.#all('associations');
  }

  associationsNaming(named: Named): readonly Association[] {
    const who = whoKey(named);
    return who === undefined ? [] : this.#get('association', who);
  }

  associationsSurelyFor({ variants }: Pick<Account, 'variants'>): readonly Association[] {
    const [first] = variants;
    const named = first ? this.associationsNaming(first) : NOTHING;
    if (named.length === 0 || variants.length === 1) return named;
    return named.filter(({ namespace, serviceAccount }) =>
      variants.every(
        (variant) =>
          sameText(namespace!.text, variant.namespace) === 'yes' &&
          sameText(serviceAccount!.text, variant.name) === 'yes',
      ),
    );
  }

  associationsFor(account: Account): readonly { readonly association: Association; readonly certain: boolean }[] {
    const found = this.#associationsNear(account).flatMap((association) => {
      const { namespace, serviceAccount } = association;
      if (!serviceAccount) return [];
      const answers = account.variants.map((variant) => {
        const sameName = sameText(serviceAccount.text, variant.name);
        // An add-on's association names no namespace: the add-on knows it.
        const sameNamespace = namespace ? sameText(namespace.text, variant.namespace) : 'maybe';
        return sameName === 'no' || sameNamespace === 'no'
          ? 'no'
          : sameName === 'yes' && sameNamespace === 'yes'
            ? 'yes'
            : 'maybe';
      });
      if (answers.every((answer) => answer === 'no')) return [];
      return [{ association, certain: answers.every((answer) => answer === 'yes') }];
    });
    return found.sort((a, b) => Number(b.certain) - Number(a.certain));
  }

  /** Those whose account may be this one by its name. */
  #associationsNear({ variants }: Account): readonly Association[] {
    const keys = new Set<string>();
    for (const variant of variants) {
      const [namespace, name] = [literalOf(variant.namespace), literalOf(variant.name)];
      if (name === undefined) return this.associations();
      keys.add(`name=${name}`);
      if (namespace === undefined) keys.add('vague');
      else keys.add(`vague=${namespace}`).add('vague?');
    }
    return this.#union<Association>('association-near', [...keys]);
  }

  associationsOf(role: Role): readonly Association[] {
    return this.#union<Association>('association-of', roleKeys(role)).filter((association) =>
      this.#isOf(association, role),
    );
  }

  #isOf({ role: reference, roleArn }: Association, role: Role): boolean {
    if (reference?.address !== undefined && reference.address === role.address) return true;
    const name = reference?.name && literalOf(reference.name);
    if (name !== undefined && name === literal(role.name)) return true;
    return roleArn !== undefined && this.roleFor(roleArn).found === role;
  }

  // ── policies ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  trustPolicies(): readonly TrustPolicy[] {
    return this.#all('trustPolicies');
  }

  trustPoliciesNaming(namespace: string, name: string): readonly TrustPolicy[] {
    return this.#get('trusts', `${namespace}/${name}`);
  }

  isTrusted(namespace: string, name: string): boolean {
    return this.#has('subject', `${SUBJECT_PREFIX}${namespace}:${name}`);
  }

  trustedPrincipals(): readonly Text[] {
    // The group must be held, so that the first one and the last are told of.
    this.#has('trusted', '');
    return this.store.list('trusted', () => {
      // In an order that no file decides: where the first one stands is nothing that anybody is told of.
      const seen = new Map<string, Text>();
      for (const { statements } of this.store.all('trustPolicies')) {
        for (const { principals } of statements) {
          for (const { value } of principals) {
            const key = JSON.stringify(value.text);
            if (!seen.has(key)) seen.set(key, value.text);
          }
        }
      }
      return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
    });
  }

  judges(policy: PermissionPolicy): boolean {
    if (this.store.chosenPolicies.has(outermost(policy.node.document).file) && policy.roles.length === 0) return true;
    return this.rolesOf(this.attachedTo(policy)).some((role) => this.isWorkloadRole(role));
  }

  /** The roles that a policy names, and those that name it. */
  attachedTo({ roles, address }: PermissionPolicy): readonly RoleReference[] {
    if (address === undefined) return roles;
    const attachments = this.#get<ManagedPolicyAttachment>('attached', address);
    return [...roles, ...attachments.flatMap((attachment) => attachment.roles)];
  }

  // ── all of a kind ────────────────────────────────────────────────────────────────────────────────────────────────────

  credentialStores(): Facts['credentialStores'] {
    return this.#all('credentialStores');
  }

  oidcProviders(): Facts['oidcProviders'] {
    return this.#all('oidcProviders');
  }

  eksctlClusters(): Facts['eksctlClusters'] {
    return this.#all('eksctlClusters');
  }

  /** What stands under any of the names, in the order of all. */
  #union<T>(group: Group, names: readonly string[]): readonly T[] {
    for (const name of names) this.ask(group, name);
    return this.store.union<T>(group, names);
  }
}

const NOTHING: readonly never[] = [];
const NO_ROLE: RoleMatch = { found: undefined };

function isWorkloadPrincipal(principal: { type: string; value: StringNode }): boolean {
  if (principal.type === 'Service') return /^pods\.eks\./.test(principal.value.raw);
  if (principal.type !== 'Federated') return false;
  const shown = principal.value.text.map((part) => (typeof part === 'string' ? part : part.expression)).join('');
  return /oidc[.-]eks\.|\beks\b|oidc.provider/i.test(shown) && !/github|gitlab/i.test(shown);
}

export function accountOf(role: Role): string | undefined {
  return (role.arn ? parseRoleArn(role.arn.text)?.account : undefined) ?? role.account;
}

/** With both slashes; undefined where the document leaves it open. */
export function pathOf(role: Role): string | undefined {
  if (role.arn) return parseRoleArn(role.arn.text)?.path;
  if (!role.path) return '/';
  const path = literal(role.path);
  return path === undefined ? undefined : `/${path.split('/').filter(Boolean).join('/')}/`.replace('//', '/');
}

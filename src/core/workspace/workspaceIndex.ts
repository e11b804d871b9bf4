import type {
  Association,
  Facts,
  PermissionPolicy,
  Role,
  RoleReference,
  ServiceAccount,
  TrustPolicy,
  Workload,
} from '../facts/model.js';
import { display, literalOf, onlyHole, sameText, type Text } from '../syntax/text.js';
import { literal, outermost, type StringNode } from '../syntax/tree.js';
import { nameIn, namespaceIn, type OverlayChain, type Overlays } from './overlays.js';
import { parseRoleArn } from './roleArn.js';
import type { Account, AccountVariant, PlacedWorkload, RoleMatch, Workspace } from './workspace.js';

export const ROLE_ARN = 'eks.amazonaws.com/role-arn';
export const AUDIENCE = 'eks.amazonaws.com/audience';

const UNKNOWN_NAMESPACE: Text = [{ expression: 'namespace' }];
const UNKNOWN_NAME: Text = [{ expression: 'name' }];

/** The whole picture at one moment; made anew after a change, from the facts of the units that are kept. */
export class WorkspaceIndex implements Workspace {
  readonly #facts: readonly Facts[];
  readonly #merged = new Map<keyof Facts, unknown[]>();
  #accounts: Map<ServiceAccount, Account> | undefined;
  #accountList: readonly Account[] | undefined;
  #workloadList: readonly PlacedWorkload[] | undefined;
  /** By the account's name; undefined for those whose name has holes. */
  #associationsByName: Map<string | undefined, Association[]> | undefined;
  #workloadsByAccount: Map<string, PlacedWorkload[]> | undefined;
  #accountsByName: Map<string, Account[]> | undefined;
  #workloads: Map<Workload, PlacedWorkload> | undefined;
  #roles: RoleTable | undefined;

  /**
   * @param units facts by unit: a document, a file, or a Terraform folder
   * @param overlays kept from one index to the next as long as no kustomization changes
   * @param chosenPolicies files whose permission policies are judged because somebody named them
   */
  constructor(
    units: readonly Facts[],
    private readonly overlays: Overlays,
    private readonly chosenPolicies: ReadonlySet<string> = new Set(),
  ) {
    this.#facts = units;
  }

  /** The facts do not change while the index lives. */
  /** All units' facts of one kind; the same array whoever asks. */
  #all<K extends keyof Facts>(key: K): Facts[K] {
    let all = this.#merged.get(key);
    if (!all) {
      all = this.#facts.flatMap((facts) => facts[key] as unknown[]);
      this.#merged.set(key, all);
    }
    return all as unknown as Facts[K];
  }

  accounts(): readonly Account[] {
    this.#accountList ??= [...this.#accountTable().values()];
    return this.#accountList;
  }

  accountsNamed(namespace: string, name: string): readonly Account[] {
    if (!this.#accountsByName) {
      this.#accountsByName = new Map();
      for (const account of this.#accountTable().values()) {
        for (const key of new Set(account.variants.flatMap(keyOf))) {
          const list = this.#accountsByName.get(key);
          if (list) list.push(account);
          else this.#accountsByName.set(key, [account]);
        }
      }
    }
    return this.#accountsByName.get(`${namespace}/${name}`) ?? [];
  }

  accountOf(fact: ServiceAccount): Account | undefined {
    return this.#accountTable().get(fact);
  }

  #accountTable(): Map<ServiceAccount, Account> {
    this.#accounts ??= new Map(
      this.#all('serviceAccounts')
        .filter((fact) => !this.overlays.isPatch(fact))
        .map((fact) => [fact, this.overlays.remembered(fact, () => ({ fact, variants: this.#accountVariants(fact) }))]),
    );
    return this.#accounts;
  }

  #chains(fact: ServiceAccount | Workload): readonly OverlayChain[] {
    const chains = this.overlays.chainsOf(outermost(fact.node.document).file);
    return chains.length > 0 ? chains : [[]];
  }

  #accountVariants(fact: ServiceAccount): AccountVariant[] {
    return this.#chains(fact).map((chain) => {
      const { metadata } = fact;
      const patches = this.overlays.patchesFor(chain, 'ServiceAccount', metadata);
      const layers = [metadata, ...patches];
      const value = (key: string) =>
        layers
          .flatMap(({ annotations }) => annotations.filter((each) => each.key.raw === key))
          .findLast((each) => each.value !== undefined)?.value;
      const roleArn = value(ROLE_ARN);
      return {
        namespace: (namespaceIn(chain) ?? metadata.namespace)?.text ?? UNKNOWN_NAMESPACE,
        name: nameIn(chain, metadata.name?.text ?? UNKNOWN_NAME),
        roleArn: roleArn?.kind === 'string' && roleArn.raw !== '' ? roleArn : undefined,
        audience: value(AUDIENCE),
        annotations: layers.flatMap(({ annotations }) => annotations),
        open: layers.some((layer) => layer.open === true),
      };
    });
  }

  workloads(): readonly PlacedWorkload[] {
    this.#workloadList ??= [...this.#workloadTable().values()];
    return this.#workloadList;
  }

  workloadsNaming(account: Text): readonly PlacedWorkload[] {
    if (!this.#workloadsByAccount) {
      this.#workloadsByAccount = new Map();
      for (const workload of this.workloads()) {
        const names = workload.variants.flatMap(({ serviceAccountName }) =>
          serviceAccountName ? [display(serviceAccountName)] : [],
        );
        for (const name of new Set(names)) {
          const list = this.#workloadsByAccount.get(name);
          if (list) list.push(workload);
          else this.#workloadsByAccount.set(name, [workload]);
        }
      }
    }
    return this.#workloadsByAccount.get(display(account)) ?? [];
  }

  workloadOf(fact: Workload): PlacedWorkload | undefined {
    return this.#workloadTable().get(fact);
  }

  #workloadTable(): Map<Workload, PlacedWorkload> {
    this.#workloads ??= new Map(
      this.#all('workloads')
        .filter((fact) => !this.overlays.isPatch(fact))
        .map((fact) => [
          fact,
          { fact, variants: this.#chains(fact).map((chain) => this.#workloadVariant(fact, chain)) },
        ]),
    );
    return this.#workloads;
  }

  #workloadVariant(fact: Workload, chain: OverlayChain): PlacedWorkload['variants'][number] {
    const { metadata, podSpec } = fact;
    const patched = this.overlays.accountNameFor(chain, fact);
    const serviceAccountName = patched === 'unknown' ? undefined : (patched ?? fact.serviceAccountName);
    const named = serviceAccountName?.text;
    // Kustomize renames references only to accounts that it renames.
    const renamed =
      named &&
      chain.length > 0 &&
      this.#all('serviceAccounts').some((each) => sameText(each.metadata.name?.text ?? UNKNOWN_NAME, named) === 'yes');
    const known = podSpec && !podSpec.open && patched !== 'unknown';
    const fallback: Text | undefined = known ? ['default'] : undefined;
    return {
      namespace: (namespaceIn(chain) ?? metadata.namespace)?.text ?? UNKNOWN_NAMESPACE,
      name: nameIn(chain, metadata.name?.text ?? UNKNOWN_NAME),
      serviceAccountName: named === undefined || named.length === 0 ? fallback : renamed ? nameIn(chain, named) : named,
    };
  }

  roles(): readonly Role[] {
    return this.#roleTable().roles;
  }

  roleFor(reference: StringNode | { readonly address: string }): RoleMatch {
    if ('address' in reference) return this.#roleTable().byAddress(reference.address);
    const hole = onlyHole(reference.text);
    if (hole?.address !== undefined) return this.#roleTable().byAddress(hole.address);
    return this.#roleTable().byArn(reference.text);
  }

  /** Which role a policy's or an association's reference means. */
  roleReferredTo(reference: RoleReference): Role | undefined {
    const table = this.#roleTable();
    if (reference.address !== undefined) return table.byAddress(reference.address).found;
    if (reference.arn) return table.byArn(reference.arn).found;
    const name = reference.name && literalOf(reference.name);
    return name === undefined ? undefined : table.byName(name);
  }

  #roleTable(): RoleTable {
    this.#roles ??= new RoleTable(this.#all('roles'));
    return this.#roles;
  }

  associations(): readonly Association[] {
    return this.#all('associations');
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
    const names = variants.map(({ name }) => literalOf(name));
    if (names.includes(undefined)) return this.associations();
    if (!this.#associationsByName) {
      this.#associationsByName = new Map();
      for (const association of this.associations()) {
        const name = association.serviceAccount && literalOf(association.serviceAccount.text);
        const list = this.#associationsByName.get(name);
        if (list) list.push(association);
        else this.#associationsByName.set(name, [association]);
      }
    }
    return [...new Set([...names, undefined])].flatMap((name) => this.#associationsByName!.get(name) ?? []);
  }

  trustPolicies(): readonly TrustPolicy[] {
    return this.#all('trustPolicies');
  }

  credentialStores(): Facts['credentialStores'] {
    return this.#all('credentialStores');
  }

  oidcProviders(): Facts['oidcProviders'] {
    return this.#all('oidcProviders');
  }

  eksctlClusters(): Facts['eksctlClusters'] {
    return this.#all('eksctlClusters');
  }

  judges(policy: PermissionPolicy): boolean {
    if (this.chosenPolicies.has(outermost(policy.node.document).file) && policy.roles.length === 0) return true;
    return this.rolesOf(this.attachedTo(policy)).some((role) => this.isWorkloadRole(role));
  }

  /** The roles that a policy names, and those that name it. */
  attachedTo({ roles, address }: PermissionPolicy): readonly RoleReference[] {
    if (address === undefined) return roles;
    const attachments = this.#all('managedPolicyArns').filter(({ arn }) => onlyHole(arn.text)?.address === address);
    return [...roles, ...attachments.flatMap((attachment) => attachment.roles)];
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
}

function isWorkloadPrincipal(principal: { type: string; value: StringNode }): boolean {
  if (principal.type === 'Service') return /^pods\.eks\./.test(principal.value.raw);
  if (principal.type !== 'Federated') return false;
  const shown = principal.value.text.map((part) => (typeof part === 'string' ? part : part.expression)).join('');
  return /oidc[.-]eks\.|\beks\b|oidc.provider/i.test(shown) && !/github|gitlab/i.test(shown);
}

function keyOf({ namespace, name }: AccountVariant): string[] {
  const ns = literalOf(namespace);
  const own = literalOf(name);
  return ns === undefined || own === undefined ? [] : [`${ns}/${own}`];
}

class RoleTable {
  readonly #byAddress = new Map<string, Role>();
  readonly #byName = new Map<string, Role[]>();

  constructor(readonly roles: readonly Role[]) {
    for (const role of roles) {
      if (role.address !== undefined) this.#byAddress.set(role.address, role);
      const name = nameOf(role)?.toLowerCase();
      if (name !== undefined) this.#byName.set(name, [...(this.#byName.get(name) ?? []), role]);
    }
  }

  byAddress(address: string): RoleMatch {
    const found = this.#byAddress.get(address);
    return found ? { found, by: 'address' } : { found: undefined };
  }

  byName(name: string): Role | undefined {
    const named = this.#byName.get(name.toLowerCase()) ?? [];
    return named.length === 1 ? named[0] : undefined;
  }

  byArn(text: Text): RoleMatch {
    const wanted = parseRoleArn(text);
    if (!wanted) return { found: undefined };
    const named = this.#byName.get(wanted.name.toLowerCase()) ?? [];
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
}

export function nameOf(role: Role): string | undefined {
  return literal(role.name) ?? (role.arn ? parseRoleArn(role.arn.text)?.name : undefined);
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

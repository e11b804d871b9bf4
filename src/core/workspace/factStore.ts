import type { Facts, Kustomization, Role, ServiceAccount, TrustPolicy, Workload } from '../facts/model.js';
import { outermost } from '../syntax/tree.js';
import { ALL_KINDS, entriesOf, type Group, type Publish, type Question, type Wanted } from './entries.js';
import { exactKey } from './keys.js';
import { NearNames } from './nearNames.js';
import type { Overlays } from './overlays.js';
import { placeAccount, placeWorkload } from './placing.js';
import type { Account, PlacedWorkload } from './workspace.js';

/**
 * What is put in and taken out as one: a document, a file, or a Terraform folder. The order of all answers is that of the
 * owners' names and in them that of the parts, whenever they were read.
 */
export interface Slot {
  readonly facts: Facts;
  readonly owner: string;
  readonly ordinal: number;
}

interface Entry {
  readonly group: Group;
  readonly name: string;
  readonly slot: Slot;
  readonly value: unknown;
  /** What others can see of it; where absent, another reading is another thing. */
  readonly seen: string | undefined;
}

/** Several under one name; most names have one entry alone. */
class Bucket {
  /** What stands there, each once and in order; made when somebody asks. */
  values: readonly unknown[] | undefined;

  constructor(readonly entries: Entry[]) {}
}

interface Placed {
  entries: Entry[];
  accounts: readonly Account[];
  workloads: readonly PlacedWorkload[];
  /** By names of accounts that decide by being there how its workloads are placed: were they there? */
  depends: ReadonlyMap<string, boolean>;
  files: readonly string[];
}

type Held = Map<string, Entry | Bucket>;

interface Change {
  readonly question: Question;
  /** By what is seen there, how often that has come (+) and gone (-). */
  readonly balance: Map<string | undefined, number>;
}

/** The facts of all units by all that somebody asks by. Kept up to date change by change: a change costs what it changes. */
export class FactStore {
  readonly #slots = new Map<Slot, Placed>();
  /** The groups that somebody asks about. */
  readonly #groups = new Map<Group, Held>();
  readonly #wanted: { -readonly [G in keyof Wanted]: Wanted[G] } = {};
  readonly #accounts = new Map<ServiceAccount, Account>();
  readonly #workloads = new Map<Workload, PlacedWorkload>();
  readonly #rolesTrusting = new Map<TrustPolicy, Role[]>();
  readonly #slotsOfFile = new Map<string, Set<Slot>>();
  readonly #dependents = new Map<string, Set<Slot>>();
  readonly #names = new NearNames();
  /** What all units have, made when somebody asks and dropped with the next change. */
  readonly #lists = new Map<string, readonly unknown[]>();
  #order: Slot[] | undefined;
  /** Not yet taken. */
  readonly #changes = new Map<string, Change>();
  /** Names of accounts. One that has gone and come again may have been missed by who was placed meanwhile. */
  readonly #comeOrGone = new Set<string>();
  readonly #misplaced = new Set<Slot>();
  #changesLeft: Iterator<[string, Change]> | undefined;
  #misplacedLeft: Iterator<Slot> | undefined;

  /** @param isAsked has anybody asked anything yet? As long as not, changes are of no concern. */
  constructor(
    public overlays: Overlays,
    public chosenPolicies: ReadonlySet<string> = new Set(),
    private readonly isAsked: () => boolean = () => false,
  ) {
    // Of these everybody will hear, and what comes piece by piece is entered at once with less ado.
    for (const group of ['account', 'runs', 'association', 'role'] as const) this.#heldOf(group);
  }

  add(slot: Slot): void {
    this.#order = undefined;
    this.#lists.clear();
    for (const role of slot.facts.roles) {
      if (!role.trustPolicy) continue;
      const known = this.#rolesTrusting.get(role.trustPolicy);
      if (known) known.push(role);
      else this.#rolesTrusting.set(role.trustPolicy, [role]);
    }
    const placed = this.#place(slot);
    this.#slots.set(slot, placed);
    for (const file of placed.files) setIn(this.#slotsOfFile, file).add(slot);
  }

  remove(slot: Slot): void {
    const placed = this.#slots.get(slot);
    if (!placed) return;
    this.#order = undefined;
    this.#lists.clear();
    for (const { trustPolicy } of slot.facts.roles) if (trustPolicy) this.#rolesTrusting.delete(trustPolicy);
    this.#unplace(slot, placed);
    this.#slots.delete(slot);
    this.#misplaced.delete(slot);
    for (const file of placed.files) removeIn(this.#slotsOfFile, file, slot);
  }

  /**
   * Other overlays hold now; what they do to others than before is misplaced until `placeNext` has come to it.
   * @param restated kustomizations of before whose patches say something else
   */
  setOverlays(overlays: Overlays, restated: ReadonlySet<Kustomization>): void {
    const before = this.overlays;
    this.overlays = overlays;
    for (const file of overlays.differences(before, restated)) {
      for (const slot of this.#slotsOfFile.get(file) ?? []) this.#misplaced.add(slot);
    }
  }

  /** Places one of the slots anew that stand where they should not. @returns it; undefined when there are none left */
  placeNext(): Slot | undefined {
    // Kustomize renames references only to accounts that are there: whether one is, decides where a workload stands.
    for (const name of this.#comeOrGone) {
      const isThere = this.has('named-anywhere', name);
      for (const slot of this.#dependents.get(name) ?? []) {
        if (this.#slots.get(slot)?.depends.get(name) !== isThere) this.#misplaced.add(slot);
      }
    }
    this.#comeOrGone.clear();
    this.#misplacedLeft ??= this.#misplaced.values();
    const { value: slot } = this.#misplacedLeft.next();
    if (slot) this.#placeAgain(slot);
    else this.#misplacedLeft = undefined;
    return slot;
  }

  /** A question to which something else is seen than before, once; undefined when there are none left. */
  takeChange(): Question | undefined {
    for (;;) {
      // One iterator for all: a new one would have to pass all that is deleted each time.
      this.#changesLeft ??= this.#changes.entries();
      const next = this.#changesLeft.next();
      if (next.done) {
        this.#changesLeft = undefined;
        return undefined;
      }
      const [key, { question, balance }] = next.value;
      this.#changes.delete(key);
      for (const [what, count] of balance) if (what === undefined || count !== 0) return question;
    }
  }

  get<T>(group: Group, name: string): readonly T[] {
    const held = this.#heldOf(group).get(name);
    if (!held) return NOTHING;
    if (!(held instanceof Bucket)) return [held.value as T];
    held.values ??= valuesOf(held.entries);
    return held.values as readonly T[];
  }

  /** What stands under any of the names, each once, in the order of all. */
  union<T>(group: Group, names: readonly string[]): readonly T[] {
    if (names.length === 1) return this.get(group, names[0]!);
    const there = this.#heldOf(group);
    const distinct = [...new Set(names)].filter((name) => there.has(name));
    if (distinct.length === 0) return NOTHING;
    if (distinct.length === 1) return this.get(group, distinct[0]!);
    const entries = distinct.flatMap((name) => {
      const held = there.get(name)!;
      return held instanceof Bucket ? held.entries : held;
    });
    return valuesOf(entries) as readonly T[];
  }

  has(group: Group, name: string): boolean {
    return this.#heldOf(group).has(name);
  }

  /** What a group holds, from the first question on: of some groups most workspaces never hear. */
  #heldOf(group: Group): Held {
    const known = this.#groups.get(group);
    if (known) return known;
    const held: Held = new Map();
    this.#groups.set(group, held);
    this.#wanted[group] = true;
    for (const [slot, placed] of this.#slots) {
      entriesOf(slot, placed.accounts, placed.workloads, { [group]: true }, (_group, name, value, seen) => {
        const entry = { group, name, slot, value, seen };
        placed.entries.push(entry);
        this.#hold(held, entry);
      });
    }
    return held;
  }

  /** Names of accounts, each at most two edits from the given one. */
  near(name: string): readonly string[] {
    this.#heldOf('near');
    return this.#names.near(name);
  }

  accountOf(fact: ServiceAccount): Account | undefined {
    return this.#accounts.get(fact);
  }

  workloadOf(fact: Workload): PlacedWorkload | undefined {
    return this.#workloads.get(fact);
  }

  rolesTrusting(policy: TrustPolicy): readonly Role[] {
    return this.#rolesTrusting.get(policy) ?? [];
  }

  accounts(): readonly Account[] {
    return this.list('accounts', () => this.#inOrder().flatMap((slot) => this.#slots.get(slot)!.accounts));
  }

  workloads(): readonly PlacedWorkload[] {
    return this.list('workloads', () => this.#inOrder().flatMap((slot) => this.#slots.get(slot)!.workloads));
  }

  all<K extends keyof Facts>(kind: K): Facts[K] {
    return this.list(`all ${kind}`, () =>
      this.#inOrder().flatMap(({ facts }) => facts[kind] as unknown[]),
    ) as unknown as Facts[K];
  }

  /** Made once between two changes. */
  list<T>(name: string, make: () => readonly T[]): readonly T[] {
    let list = this.#lists.get(name) as readonly T[] | undefined;
    if (!list) {
      list = make();
      this.#lists.set(name, list);
    }
    return list;
  }

  #inOrder(): readonly Slot[] {
    this.#order ??= [...this.#slots.keys()].sort(inOrder);
    return this.#order;
  }

  #placeAgain(slot: Slot): void {
    this.#misplaced.delete(slot);
    const placed = this.#slots.get(slot);
    if (!placed) return;
    this.#lists.clear();
    this.#unplace(slot, placed);
    // Whoever asks meanwhile must not find what it was.
    this.#slots.delete(slot);
    this.#slots.set(slot, this.#place(slot));
  }

  #place(slot: Slot): Placed {
    const { facts } = slot;
    const accounts: Account[] = [];
    const workloads: PlacedWorkload[] = [];
    let depends: Map<string, boolean> | undefined;
    const files: string[] = [];
    const standsIn = ({ node }: ServiceAccount | Workload) => {
      const { file } = outermost(node.document);
      if (!files.includes(file)) files.push(file);
    };
    for (const fact of facts.serviceAccounts) {
      standsIn(fact);
      if (this.overlays.isPatch(fact)) continue;
      const account = placeAccount(fact, this.overlays);
      this.#accounts.set(fact, account);
      accounts.push(account);
    }
    for (const fact of facts.workloads) {
      standsIn(fact);
      if (this.overlays.isPatch(fact)) continue;
      const workload = placeWorkload(fact, this.overlays, (name) => {
        // Its own are not entered yet.
        const isOwn = ({ metadata }: ServiceAccount) => metadata.name && exactKey(metadata.name.text) === name;
        const isThere = this.has('named-anywhere', name) || facts.serviceAccounts.some(isOwn);
        depends ??= new Map();
        depends.set(name, isThere);
        return isThere;
      });
      this.#workloads.set(fact, workload);
      workloads.push(workload);
    }
    const entries: Entry[] = [];
    const publish: Publish = (group, name, value, seen) => {
      const entry = { group, name, slot, value, seen };
      entries.push(entry);
      if (this.#hold(this.#groups.get(group)!, entry)) this.#appeared(group, name, 1);
      this.#count(group, name, seen, 1);
    };
    this.#countKinds(facts, 1);
    entriesOf(slot, accounts, workloads, this.#wanted, publish);
    for (const name of depends?.keys() ?? []) setIn(this.#dependents, name).add(slot);
    return { entries, accounts, workloads, depends: depends ?? NO_NAMES, files };
  }

  #unplace(slot: Slot, { entries, depends }: Placed): void {
    for (const fact of slot.facts.serviceAccounts) this.#accounts.delete(fact);
    for (const fact of slot.facts.workloads) this.#workloads.delete(fact);
    for (const entry of entries) this.#withdraw(entry);
    this.#countKinds(slot.facts, -1);
    for (const name of depends.keys()) removeIn(this.#dependents, name, slot);
  }

  /** @returns is it the first under its name? */
  #hold(there: Held, entry: Entry): boolean {
    const { group, name } = entry;
    const held = there.get(name);
    if (!held) {
      there.set(name, entry);
      if (group === 'near') this.#names.add(name);
      return true;
    }
    if (held instanceof Bucket) {
      held.entries.push(entry);
      held.values = undefined;
    } else there.set(name, new Bucket([held, entry]));
    return false;
  }

  #withdraw(entry: Entry): void {
    const { group, name } = entry;
    const there = this.#groups.get(group)!;
    const held = there.get(name);
    if (held instanceof Bucket && held.entries.length > 1) {
      held.entries.splice(held.entries.indexOf(entry), 1);
      held.values = undefined;
    } else if (held) {
      there.delete(name);
      if (group === 'near') this.#names.delete(name);
      this.#appeared(group, name, -1);
    }
    this.#count(group, name, entry.seen, -1);
  }

  /** The first under a name has come, or the last has gone. */
  #appeared(group: Group, name: string, by: 1 | -1): void {
    if (group === 'named-anywhere') {
      this.#comeOrGone.add(name);
    } else if (group === 'trusted') {
      this.#count(group, '', name, by);
    }
  }

  /** Who asks for all of a kind is told of every change. */
  #countKinds(facts: Facts, by: 1 | -1): void {
    if (!this.isAsked()) return;
    for (const kind of ALL_KINDS) if (facts[kind].length > 0) this.#count('all', kind, undefined, by);
  }

  #count(group: Question['group'], name: string, seen: string | undefined, by: 1 | -1): void {
    if (!this.isAsked()) return;
    const key = `${group} ${name}`;
    let change = this.#changes.get(key);
    if (!change) {
      change = { question: { group, name }, balance: new Map() };
      this.#changes.set(key, change);
    }
    change.balance.set(seen, (change.balance.get(seen) ?? 0) + by);
  }
}

const NOTHING: readonly never[] = [];
const NO_NAMES: ReadonlyMap<string, boolean> = new Map();

function valuesOf(entries: Entry[]): readonly unknown[] {
  if (entries.length === 1) return [entries[0]!.value];
  return [...new Set(entries.sort((a, b) => inOrder(a.slot, b.slot)).map(({ value }) => value))];
}

function inOrder(a: Slot, b: Slot): number {
  if (a.owner !== b.owner) return a.owner < b.owner ? -1 : 1;
  return a.ordinal - b.ordinal;
}

function setIn<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key);
  if (!set) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}

function removeIn<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (!set) return;
  set.delete(value);
  if (set.size === 0) map.delete(key);
}

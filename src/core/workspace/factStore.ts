import type { Facts, Kustomization, Role, ServiceAccount, TrustPolicy, Workload } from '../facts/model.js';
import { outermost } from '../syntax/tree.js';
import {
  entriesOf,
  type Group,
  kindEntriesOf,
  NAME,
  NAMED_ANYWHERE,
  type Publish,
  placingEntriesOf,
  TRUSTED,
} from './entries.js';
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
  readonly key: string;
  readonly slot: Slot;
  readonly value: unknown;
  /** What others can see of it; where absent, another reading is another thing. */
  readonly seen: string | undefined;
}

/** Several under one key; most keys have one entry alone. */
class Bucket {
  /** What stands there, each once and in order; made when somebody asks. */
  values: readonly unknown[] | undefined;

  constructor(readonly entries: Entry[]) {}
}

interface Placed {
  entries: Entry[];
  accounts: readonly Account[];
  workloads: readonly PlacedWorkload[];
  /** Names of accounts that decide by being there how its workloads are placed. */
  depends: readonly string[];
  files: readonly string[];
}

/** The facts of all units by all keys that somebody asks for. Kept up to date change by change: a change costs what it changes. */
export class FactStore {
  readonly #slots = new Map<Slot, Placed>();
  readonly #buckets = new Map<string, Entry | Bucket>();
  readonly #accounts = new Map<ServiceAccount, Account>();
  readonly #workloads = new Map<Workload, PlacedWorkload>();
  readonly #rolesTrusting = new Map<TrustPolicy, Role[]>();
  readonly #slotsOfFile = new Map<string, Set<Slot>>();
  readonly #dependents = new Map<string, Set<Slot>>();
  readonly #names = new NearNames();
  readonly #wanted: { -readonly [G in Group]?: true } = {};
  /** What all units have, made when somebody asks and dropped with the next change. */
  readonly #lists = new Map<string, readonly unknown[]>();
  #order: Slot[] | undefined;
  /** Not yet taken: by key, how often what is seen there has come (+) and gone (-). */
  readonly #changes = new Map<string, Map<string | undefined, number>>();
  readonly #toggled = new Set<string>();
  readonly #misplaced = new Set<Slot>();
  #changesLeft: Iterator<[string, Map<string | undefined, number>]> | undefined;
  #misplacedLeft: Iterator<Slot> | undefined;

  /** @param isAsked has anybody asked anything yet? As long as not, changes are of no concern. */
  constructor(
    public overlays: Overlays,
    public chosenPolicies: ReadonlySet<string> = new Set(),
    private readonly isAsked: () => boolean = () => false,
  ) {}

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
    for (const key of this.#toggled) {
      for (const slot of this.#dependents.get(key) ?? []) this.#misplaced.add(slot);
    }
    this.#toggled.clear();
    this.#misplacedLeft ??= this.#misplaced.values();
    const { value: slot } = this.#misplacedLeft.next();
    if (slot) this.#placeAgain(slot);
    else this.#misplacedLeft = undefined;
    return slot;
  }

  /** A key under which something else is seen than before, once; undefined when there are none left. */
  takeChange(): string | undefined {
    for (;;) {
      // One iterator for all: a new one would have to pass all that is deleted each time.
      this.#changesLeft ??= this.#changes.entries();
      const next = this.#changesLeft.next();
      if (next.done) {
        this.#changesLeft = undefined;
        return undefined;
      }
      const [key, seen] = next.value;
      this.#changes.delete(key);
      for (const [what, balance] of seen) if (what === undefined || balance !== 0) return key;
    }
  }

  /** Somebody asks about this group: from now on its keys are held. Most workspaces hear of some groups never. */
  want(group: Group): void {
    if (this.#wanted[group]) return;
    this.#wanted[group] = true;
    for (const [slot, placed] of this.#slots) {
      entriesOf(slot, placed.accounts, placed.workloads, { [group]: true }, (key, value, seen) => {
        const entry = { key, slot, value, seen };
        placed.entries.push(entry);
        this.#hold(entry);
      });
    }
  }

  get<T>(key: string): readonly T[] {
    const held = this.#buckets.get(key);
    if (!held) return NOTHING;
    if (!(held instanceof Bucket)) return [held.value as T];
    held.values ??= valuesOf(held.entries);
    return held.values as readonly T[];
  }

  /** What stands under any of the keys, each once, in the order of all. */
  union<T>(keys: readonly string[]): readonly T[] {
    if (keys.length === 1) return this.get(keys[0]!);
    const all = [...new Set(keys)].flatMap((key) => this.#buckets.get(key) ?? []);
    if (all.length === 0) return NOTHING;
    if (all.length === 1) return this.get(keys.find((key) => this.#buckets.has(key))!);
    return valuesOf(all.flatMap((held) => (held instanceof Bucket ? held.entries : held))) as readonly T[];
  }

  has(key: string): boolean {
    return this.#buckets.has(key);
  }

  /** Names of accounts, each at most two edits from the given one. */
  near(name: string): readonly string[] {
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
    this.#slots.set(slot, this.#place(slot));
  }

  #place(slot: Slot): Placed {
    const { facts } = slot;
    const accounts: Account[] = [];
    const workloads: PlacedWorkload[] = [];
    const depends: string[] = [];
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
        const key = `${NAMED_ANYWHERE}${name}`;
        depends.push(key);
        // Its own are not entered yet.
        const isOwn = ({ metadata }: ServiceAccount) => metadata.name && exactKey(metadata.name.text) === name;
        return this.#buckets.has(key) || facts.serviceAccounts.some(isOwn);
      });
      this.#workloads.set(fact, workload);
      workloads.push(workload);
    }
    const entries: Entry[] = [];
    const publish: Publish = (key, value, seen) => {
      const entry = { key, slot, value, seen };
      entries.push(entry);
      if (this.#hold(entry)) this.#appeared(key, 1);
      this.#count(key, seen, 1);
    };
    placingEntriesOf(facts, publish);
    kindEntriesOf(facts, publish);
    entriesOf(slot, accounts, workloads, this.#wanted, publish);
    for (const key of depends) setIn(this.#dependents, key).add(slot);
    return { entries, accounts, workloads, depends, files };
  }

  #unplace(slot: Slot, { entries, depends }: Placed): void {
    for (const fact of slot.facts.serviceAccounts) this.#accounts.delete(fact);
    for (const fact of slot.facts.workloads) this.#workloads.delete(fact);
    for (const entry of entries) this.#withdraw(entry);
    for (const key of depends) removeIn(this.#dependents, key, slot);
  }

  /** @returns is it the first under its key? */
  #hold(entry: Entry): boolean {
    const { key } = entry;
    if (entry.value === undefined) return false;
    const held = this.#buckets.get(key);
    if (!held) {
      this.#buckets.set(key, entry);
      if (key.startsWith(NAME)) this.#names.add(key.slice(NAME.length));
      return true;
    }
    if (held instanceof Bucket) {
      held.entries.push(entry);
      held.values = undefined;
    } else this.#buckets.set(key, new Bucket([held, entry]));
    return false;
  }

  #withdraw(entry: Entry): void {
    const { key } = entry;
    const held = this.#buckets.get(key);
    if (held instanceof Bucket && held.entries.length > 1) {
      held.entries.splice(held.entries.indexOf(entry), 1);
      held.values = undefined;
    } else if (held) {
      this.#buckets.delete(key);
      if (key.startsWith(NAME)) this.#names.delete(key.slice(NAME.length));
      this.#appeared(key, -1);
    }
    this.#count(key, entry.seen, -1);
  }

  #count(key: string, seen: string | undefined, by: 1 | -1): void {
    if (!this.isAsked()) return;
    let counts = this.#changes.get(key);
    if (!counts) {
      counts = new Map();
      this.#changes.set(key, counts);
    }
    counts.set(seen, (counts.get(seen) ?? 0) + by);
  }

  /** The first under a key has come, or the last has gone. */
  #appeared(key: string, by: 1 | -1): void {
    if (key.startsWith(NAMED_ANYWHERE)) {
      if (!this.#toggled.delete(key)) this.#toggled.add(key);
    } else if (key.startsWith(TRUSTED)) {
      this.#count(TRUSTED, key, by);
    }
  }
}

const NOTHING: readonly never[] = [];

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

import { breathe } from '../breathe.js';
import type { ServiceAccountRecord } from '../kubernetes/records.js';
import { type ClusterState, unknownIn } from '../state.js';
import type { ServiceAccountIdentity } from '../types.js';
import { type Judgement, judge } from './judge.js';

/**
 * The rows of a cluster, judged anew only where something they were made of has changed. Ten thousand of them are judged in a
 * fraction of a second, but that is still too long at one go for an editor.
 */
export class Rows {
  private readonly judgements = new Map<string, Judgement>();
  private dirty = new Set<string>();
  private readonly users = new Map<string, Set<string>>();
  private everything = false;
  private sorted: string[] = [];
  private resort = false;

  constructor(private readonly state: ClusterState) {}

  touch(key: string): void {
    this.dirty.add(key);
  }

  /** Something of the cluster as a whole has changed. */
  touchAll(): void {
    this.everything = true;
  }

  /** The account's row depends on that role. */
  uses(key: string, arn: string): void {
    const users = this.users.get(arn);
    if (users) users.add(key);
    else this.users.set(arn, new Set([key]));
  }

  /** A role's answer came: those that ask for it. */
  touchRole(arn: string): void {
    for (const key of this.users.get(arn) ?? []) this.dirty.add(key);
  }

  get(key: string): Judgement | undefined {
    return this.judgements.get(key);
  }

  all(): Iterable<Judgement> {
    return this.judgements.values();
  }

  /** Where service accounts could not be listed, those that associations name are shown all the same. */
  private unlisted(key: string): ServiceAccountRecord | undefined {
    if (!this.state.associations.has(key)) return undefined;
    const [namespace, name] = key.split('/') as [string, string];
    const gap = unknownIn(this.state.accountsUnknown, namespace);
    return gap === undefined || gap.reason === 'pending' ? undefined : { namespace, name, uid: '', annotations: {} };
  }

  /** The rows as they now are, sorted by namespace and name; unchanged ones are the same objects as before. */
  async refresh(signal: AbortSignal): Promise<readonly ServiceAccountIdentity[]> {
    const keys = this.everything
      ? new Set([...this.state.serviceAccounts.keys(), ...this.state.associations.keys(), ...this.judgements.keys()])
      : this.dirty;
    this.everything = false;
    this.dirty = new Set();
    for (const key of keys) {
      const account = this.state.serviceAccounts.get(key) ?? this.unlisted(key);
      if (account) {
        if (!this.judgements.has(key)) this.resort = true;
        this.judgements.set(key, judge(this.state, account));
      } else if (this.judgements.delete(key)) this.resort = true;
      await breathe();
      signal.throwIfAborted();
    }
    await breathe();
    if (this.resort) {
      this.sorted = [...this.judgements].sort(byNamespaceAndName).map(([key]) => key);
      this.resort = false;
    }
    return this.sorted.map((key) => this.judgements.get(key)!.row);
  }
}

function byNamespaceAndName([, { row: a }]: [string, Judgement], [, { row: b }]: [string, Judgement]): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

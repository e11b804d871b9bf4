import type { Mechanism, Status } from '../../live/types.js';

/** What a filter looks at. */
export interface Filterable {
  readonly namespace: string;
  readonly name: string;
  readonly roleArn?: string | undefined;
  readonly mechanism: Mechanism;
  readonly status: Status;
  readonly stalePods: number;
  readonly verified: boolean;
}

/**
 * `ns:payments role:ledger is:error api`: words of one kind are alternatives, different kinds must all hold, plain words look
 * at name, namespace and role. Case does not matter.
 */
export class Filter {
  readonly #kinds = new Map<string, string[]>();

  constructor(readonly text: string) {
    for (const word of text.toLowerCase().split(/\s+/).filter(Boolean)) {
      const [, kind, value] = /^(ns|role|is):(.*)$/.exec(word) ?? [undefined, `word:${word}`, word];
      // `is:` half typed is no wish yet.
      if (value) this.#kinds.set(kind!, [...(this.#kinds.get(kind!) ?? []), value]);
    }
  }

  get isEmpty(): boolean {
    return this.#kinds.size === 0;
  }

  matches(item: Filterable): boolean {
    return [...this.#kinds].every(([kind, values]) => values.some((value) => holds(kind, value, item)));
  }
}

function holds(kind: string, value: string, item: Filterable): boolean {
  const role = item.roleArn?.toLowerCase() ?? '';
  if (kind === 'ns') return item.namespace.includes(value);
  if (kind === 'role') return role.includes(value);
  if (kind === 'is') return is(value, item);
  return item.name.includes(value) || item.namespace.includes(value) || role.includes(value);
}

function is(value: string, item: Filterable): boolean {
  if (value === 'problem') return item.status !== 'ok';
  if (value === 'stale') return item.stalePods > 0;
  if (value === 'verified') return item.verified;
  return item.status === value || item.mechanism === value;
}

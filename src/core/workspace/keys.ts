import { display, literalOf, type Text } from '../syntax/text.js';
import type { ObjectNode } from '../syntax/tree.js';
import { outermost } from '../syntax/tree.js';
import { directoryOf } from './paths.js';

/** A name at a place: an account as a manifest, a workload or an association speaks of it. */
export interface Named {
  readonly namespace: Text;
  readonly name: Text;
}

/** What a fact is part of: what is not said in two objects of one chart or folder is the same in both. */
export interface Whereabouts {
  readonly node: ObjectNode;
  readonly chart?: string;
}

/** Two texts have one key exactly where `sameText` says `yes` of them; undefined for what is never surely the same. */
export function exactKey(text: Text): string | undefined {
  const known = literalOf(text);
  if (known !== undefined) return `=${known}`;
  let key = '@';
  for (const part of text) {
    if (typeof part === 'string') key += `"${part}"`;
    else if (part.address === undefined) return undefined;
    else key += `{${part.address}.${part.attribute ?? ''}}`;
  }
  return key;
}

/** Two facts have one key exactly where they are of one chart or, outside of charts, of one folder. */
export function whereKey({ chart, node }: Whereabouts): string {
  return chart === undefined ? `f:${directoryOf(outermost(node.document).file)}` : `c:${chart}`;
}

export function areTogether(a: Whereabouts, b: Whereabouts): boolean {
  if (a.chart !== undefined || b.chart !== undefined) return a.chart === b.chart;
  return whereKey(a) === whereKey(b);
}

/**
 * Keys of which two have one in common where they surely mean the same account: by what they say, or by leaving the same
 * thing unsaid in one chart or folder.
 */
export function meantKeys({ namespace, name }: Named, where: Whereabouts): string[] {
  const names = partKeys(name, where);
  return partKeys(namespace, where).flatMap((first) => names.map((second) => `${first}\n${second}`));
}

function partKeys(text: Text, where: Whereabouts): string[] {
  const exact = exactKey(text);
  if (exact?.startsWith('=')) return [exact];
  const unsaid = `~${whereKey(where)}\n${display(text)}`;
  return exact === undefined ? [unsaid] : [exact, unsaid];
}

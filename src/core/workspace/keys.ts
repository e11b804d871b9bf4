import { display, literalOf, type Text } from '../syntax/text.js';
import type { ObjectNode } from '../syntax/tree.js';
import { outermost } from '../syntax/tree.js';
import { directoryOf } from './paths.js';

/** A name at a place: an account as a manifest, a workload or an association speaks of it. */
export interface Named {
  readonly namespace: Text;
  readonly name: Text;
  /** What `whoKey` says of it, made once where many ask by it. */
  readonly who?: string | undefined;
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

/** Two accounts have one key exactly where they surely have one namespace and one name; undefined for what is never sure. */
export function whoKey({ namespace, name, who }: Named): string | undefined {
  if (who !== undefined) return who;
  const [first, second] = [exactKey(namespace), exactKey(name)];
  return first === undefined || second === undefined ? undefined : `${first}\n${second}`;
}

/** The same of what is known. */
export function knownKey(namespace: string, name: string): string {
  return `=${namespace}\n=${name}`;
}

/** Two facts have one key exactly where they are of one chart or, outside of charts, of one folder. */
export function whereKey({ chart, node }: Whereabouts): string {
  return chart === undefined ? `f:${directoryOf(outermost(node.document).file)}` : `c:${chart}`;
}

/**
 * Keys of which two have one in common where they surely mean the same account: by what they say, or by leaving the same
 * thing unsaid in one chart or folder.
 */
export function meantKeys(named: Named, where: Whereabouts): string[] {
  const { namespace, name } = named;
  if (literalOf(namespace) !== undefined && literalOf(name) !== undefined) return [whoKey(named)!];
  const names = partKeys(name, where);
  return partKeys(namespace, where).flatMap((first) => names.map((second) => `${first}\n${second}`));
}

function partKeys(text: Text, where: Whereabouts): string[] {
  const exact = exactKey(text);
  if (exact?.startsWith('=')) return [exact];
  const unsaid = `~${whereKey(where)}\n${display(text)}`;
  return exact === undefined ? [unsaid] : [exact, unsaid];
}

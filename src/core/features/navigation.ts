import type { Facts } from '../facts/model.js';
import type { Edit } from '../syntax/edits.js';
import { literalOf } from '../syntax/text.js';
import { type Place, placeOf, type StringNode, sourceOffset } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { type Mention, mentionAt, mentionsOf } from './mentions.js';

/** Where the thing at the offset is defined: a service account, a role. Empty where the files do not say. */
export function definitionsAt(facts: Facts, workspace: Workspace, file: string, offset: number): readonly Place[] {
  const mention = mentionAt(facts, file, offset);
  if (!mention) return [];
  if (mention.kind === 'role') {
    const role = mention.use === 'definition' ? undefined : workspace.roleFor(mention.node).found;
    return role ? [placeOf(role.name ?? role.node)] : [];
  }
  const key = mention.kind === 'account' ? accountKey(mention, facts, workspace) : undefined;
  if (key === undefined) return [];
  const [namespace, name] = key.split('/') as [string, string];
  return workspace.accountsNamed(namespace, name).map(({ fact }) => placeOf(fact.metadata.name ?? fact.node));
}

/** Every place of the workspace that names the same service account or role, the definition too. */
export function referencesAt(
  facts: Facts,
  all: Iterable<Facts>,
  workspace: Workspace,
  file: string,
  offset: number,
): readonly Place[] {
  const mention = mentionAt(facts, file, offset);
  return mention ? sameThings(mention, facts, all, workspace).map(({ place }) => place) : [];
}

/** What a rename would replace at the offset: the account's name alone, also inside a subject. */
export function renameRange(
  facts: Facts,
  workspace: Workspace,
  file: string,
  offset: number,
): (Place & { readonly name: string }) | undefined {
  const mention = mentionAt(facts, file, offset);
  if (mention?.kind !== 'account' || accountKey(mention, facts, workspace) === undefined) return undefined;
  const name = literalOf(mention.name);
  const place = name === undefined ? undefined : namePlace(mention, name);
  return place && name !== undefined ? { ...place, name } : undefined;
}

/** The edits that rename a service account in every file that names it. @returns undefined where there is none to rename */
export function renameEdits(
  facts: Facts,
  all: Iterable<Facts>,
  workspace: Workspace,
  file: string,
  offset: number,
  newName: string,
): readonly Edit[] | undefined {
  const range = renameRange(facts, workspace, file, offset);
  const mention = mentionAt(facts, file, offset);
  if (!range || !mention) return undefined;
  const seen = new Set<string>();
  return sameThings(mention, facts, all, workspace).flatMap((other) => {
    const place = other.kind === 'account' ? namePlace(other, range.name) : undefined;
    const key = place && `${place.file} ${place.start}`;
    if (!place || !key || seen.has(key)) return [];
    seen.add(key);
    return [{ ...place, newText: newName }];
  });
}

function sameThings(mention: Mention, facts: Facts, all: Iterable<Facts>, workspace: Workspace): readonly Mention[] {
  const found: Mention[] = [];
  if (mention.kind === 'account') {
    const key = accountKey(mention, facts, workspace);
    if (key === undefined) return [];
    for (const other of all) {
      for (const each of mentionsOf(other)) {
        if (each.kind === 'account' && accountKey(each, other, workspace) === key) found.push(each);
      }
    }
  } else if (mention.kind === 'role') {
    const role = roleOf(mention, facts, workspace);
    if (!role) return [];
    for (const other of all) {
      for (const each of mentionsOf(other))
        if (each.kind === 'role' && roleOf(each, other, workspace) === role) found.push(each);
    }
  }
  return found;
}

function roleOf(mention: Mention & { kind: 'role' }, facts: Facts, workspace: Workspace) {
  return mention.use === 'definition'
    ? facts.roles.find(({ name }) => name === mention.node)
    : workspace.roleFor(mention.node).found;
}

/** `namespace/name` as it will be in the cluster, where that is one definite account. */
function accountKey(mention: Mention & { kind: 'account' }, facts: Facts, workspace: Workspace): string | undefined {
  const variants =
    mention.use === 'definition'
      ? accountVariants(mention.node, facts, workspace)
      : mention.use === 'workload'
        ? workloadVariants(mention.node, facts, workspace)
        : [{ namespace: mention.namespace, name: mention.name }];
  const keys = new Set(
    variants.map(({ namespace, name }) => {
      const ns = namespace && literalOf(namespace);
      const own = name && literalOf(name);
      return ns === undefined || own === undefined ? undefined : `${ns}/${own}`;
    }),
  );
  return keys.size === 1 ? [...keys][0] : undefined;
}

function accountVariants(node: StringNode, facts: Facts, workspace: Workspace) {
  const fact = facts.serviceAccounts.find(({ metadata }) => metadata.name === node);
  return (fact && workspace.accountOf(fact)?.variants) ?? [];
}

function workloadVariants(node: StringNode, facts: Facts, workspace: Workspace) {
  const fact = facts.workloads.find(({ serviceAccountName }) => serviceAccountName === node);
  const variants = (fact && workspace.workloadOf(fact)?.variants) ?? [];
  return variants.map(({ namespace, serviceAccountName }) => ({ namespace, name: serviceAccountName }));
}

/** Where the account's name stands inside the mention; undefined where it is not typed there as such (a prefix is added, an escape). */
function namePlace({ node }: Mention, name: string): Place | undefined {
  const { raw } = node;
  if (raw !== name && !raw.endsWith(`:${name}`)) return undefined;
  const start = sourceOffset(node, raw.length - name.length);
  const end = sourceOffset(node, raw.length);
  const { document } = node;
  if (document.text.slice(start, end) !== name) return undefined;
  return placeOf({ document, start, end });
}

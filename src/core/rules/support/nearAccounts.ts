import { editDistance } from '../../iam/distance.js';
import { literalOf } from '../../syntax/text.js';
import { literal } from '../../syntax/tree.js';
import type { Workspace } from '../../workspace/workspace.js';
import type { ExactAccount } from './subjectPattern.js';
import { type KnownAccount, knownAmong } from './trustAccounts.js';

/**
 * The service accounts of the workspace that a name was probably meant to be. Empty where it is one of them, or could be, or
 * nothing is near.
 */
export function nearAccounts(wanted: ExactAccount, workspace: Workspace): readonly KnownAccount[] {
  const { namespace, name } = wanted;
  // Every namespace has one by itself.
  if (name === 'default' || workspace.accountsNamed(namespace, name).length > 0) return [];
  // Names that differ in their numbers alone are many, and none of them is meant.
  const isNear = (other: string | undefined) => other !== undefined && nameDistance(name, other) !== undefined;
  const candidates = workspace
    .accountsNear(name)
    .filter(
      ({ fact, variants }) =>
        isNear(literal(fact.metadata.name)) || variants.some((variant) => isNear(literalOf(variant.name))),
    );
  if (candidates.length === 0) return [];
  const near = knownAmong(candidates, workspace)
    .flatMap((account) => {
      const distance = distanceTo(wanted, account);
      return distance === undefined || account.name === 'default' ? [] : [{ account, distance }];
    })
    .sort((a, b) => a.distance - b.distance)
    .map(({ account }) => account);
  return near.length > 0 && workspace.mayBeVague(namespace, name) ? [] : near;
}

/** Undefined where they are too far apart to be one mistake. */
function distanceTo(wanted: ExactAccount, { namespace, name, account }: KnownAccount): number | undefined {
  // A name that Kustomize does not know gets no prefix: it was meant to be the one that is typed.
  const typed = literal(account.fact.metadata.name) ?? name;
  const distances = [nameDistance(wanted.name, name), nameDistance(wanted.name, typed)].filter(
    (distance) => distance !== undefined,
  );
  if (distances.length === 0) return undefined;
  const distance = Math.min(...distances);
  if (distance === 0) return editDistance(wanted.namespace, namespace, 2) ?? 3;
  return wanted.namespace === namespace ? distance : undefined;
}

function nameDistance(a: string, b: string): number | undefined {
  return differOnlyInNumbers(a, b) ? undefined : editDistance(a, b, limitFor(a, b));
}

/** Of short words two letters are another word, of the shortest one is. */
function limitFor(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  return length < 3 ? 0 : length === 3 ? 1 : 2;
}

/** `worker-1` and `worker-2` are two of a kind. */
function differOnlyInNumbers(a: string, b: string): boolean {
  return a !== b && a.replace(/\d+/g, '') === b.replace(/\d+/g, '');
}

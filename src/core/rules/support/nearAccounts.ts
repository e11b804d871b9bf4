import { editDistance } from '../../iam/distance.js';
import { sameText } from '../../syntax/text.js';
import type { Workspace } from '../../workspace/workspace.js';
import type { ExactAccount } from './subjectPattern.js';
import { type KnownAccount, knownAccounts } from './trustAccounts.js';

/**
 * The service accounts of the workspace that a name was probably meant to be. Empty where it is one of them, or could be, or
 * nothing is near.
 */
export function nearAccounts(wanted: ExactAccount, workspace: Workspace): readonly KnownAccount[] {
  const { namespace, name } = wanted;
  // Every namespace has one by itself.
  if (name === 'default' || workspace.accountsNamed(namespace, name).length > 0) return [];
  const mayBeIt = workspace
    .accounts()
    .some(({ variants }) =>
      variants.some(
        (variant) => sameText(variant.namespace, [namespace]) !== 'no' && sameText(variant.name, [name]) !== 'no',
      ),
    );
  if (mayBeIt) return [];
  return knownAccounts(workspace)
    .flatMap((account) => {
      const distance = distanceTo(wanted, account);
      return distance === undefined || account.name === 'default' ? [] : [{ account, distance }];
    })
    .sort((a, b) => a.distance - b.distance)
    .map(({ account }) => account);
}

/** Undefined where they are too far apart to be one mistake. */
function distanceTo(wanted: ExactAccount, account: ExactAccount): number | undefined {
  const name = editDistance(wanted.name, account.name, limitFor(wanted.name, account.name));
  if (name === undefined || differOnlyInNumbers(wanted.name, account.name)) return undefined;
  if (name === 0) return editDistance(wanted.namespace, account.namespace, 2) ?? 3;
  return wanted.namespace === account.namespace ? name : undefined;
}

/** Of short words two letters are another word. */
function limitFor(a: string, b: string): number {
  return Math.min(a.length, b.length) <= 3 ? 1 : 2;
}

/** `worker-1` and `worker-2` are two of a kind. */
function differOnlyInNumbers(a: string, b: string): boolean {
  return a !== b && a.replace(/\d+/g, '') === b.replace(/\d+/g, '');
}

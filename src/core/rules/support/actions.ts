import { nearestWords } from '../../iam/distance.js';
import { matchGlob } from '../../iam/globs.js';
import { ASSUME_ROLE, TAG_SESSION, WEB_IDENTITY_ACTION } from '../../iam/principals.js';
import { any, not } from '../../iam/ternary.js';
import { hasHole, literalOf, type Ternary, type Text } from '../../syntax/text.js';
import type { StringNode } from '../../syntax/tree.js';
import type { StatementReading } from './reading.js';

/** Every action that a trust policy can have. @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
const TRUST_ACTIONS: readonly string[] = [
  ASSUME_ROLE,
  WEB_IDENTITY_ACTION,
  TAG_SESSION,
  'sts:AssumeRoleWithSAML',
  'sts:SetSourceIdentity',
  'sts:SetContext',
];

/** `known`: one that a trust policy can have, or a pattern of such; `open`: a hole leaves it open. */
export type ActionReading =
  | { readonly kind: 'known' | 'open' }
  | { readonly kind: 'unknown'; readonly meant: string | undefined };

export function readAction(text: Text): ActionReading {
  const known = literalOf(text);
  if (known === undefined) return { kind: 'open' };
  if (known === '*' || TRUST_ACTIONS.some((action) => matchGlob(text, [action], { ignoreCase: true }) === 'yes')) {
    return { kind: 'known' };
  }
  return { kind: 'unknown', meant: meantBy(known) };
}

function meantBy(action: string): string | undefined {
  const word = action
    .trim()
    .toLowerCase()
    .replace(/^(?:sts[.:/_-]*|iam:)?/, 'sts:');
  const byName = new Map(TRUST_ACTIONS.map((each) => [each.toLowerCase(), each]));
  const exact = byName.get(word);
  if (exact) return exact;
  if (/^[a-z0-9-]+:/i.test(action.trim()) && !/^(?:sts|st|ts|sst|stss|iam):/i.test(action.trim())) return undefined;
  if (word.length < 'sts:setcontext'.length - 2) return undefined;
  const [nearest] = nearestWords(word, byName.keys(), word.length > 18 ? 3 : 2);
  return nearest && byName.get(nearest);
}

/** Does the statement speak of this action, misspelled or not? */
export function coversAction({ statement, open }: StatementReading, action: string): Ternary {
  const matches = (node: StringNode): Ternary => {
    const reading = readAction(node.text);
    if (reading.kind === 'unknown') return reading.meant === action ? 'yes' : 'no';
    return matchGlob(node.text, [action], { ignoreCase: true });
  };
  if (statement.notActionElement && statement.notActions.length > 0) return not(any(statement.notActions, matches));
  const answer = any(statement.actions, matches);
  return answer === 'no' && (open || statement.actions.some(({ text }) => hasHole(text))) ? 'maybe' : answer;
}

/** No action that is known at all: what is wrong with it is said there. */
export function hasUsableAction({ statement }: StatementReading): boolean {
  return (
    statement.notActions.length > 0 ||
    statement.actions.some(({ text }) => {
      const reading = readAction(text);
      return reading.kind !== 'unknown' || reading.meant !== undefined;
    })
  );
}

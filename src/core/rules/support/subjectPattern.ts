import { ONE, STAR, type Step, stepsOf } from '../../iam/globs.js';
import { isNamespaceName, isServiceAccountName, parseSubject, SUBJECT_PREFIX } from '../../iam/names.js';
import { hasHole, type Text } from '../../syntax/text.js';

export interface ExactAccount {
  readonly namespace: string;
  readonly name: string;
}

/** Which service accounts a subject lets in, by Kubernetes' rules for names. */
export type Coverage =
  /** No token can carry such a subject. */
  | { readonly accounts: 'none' }
  /** `exact` where its name is known. */
  | { readonly accounts: 'one'; readonly exact?: ExactAccount }
  /** `names`: of one namespace; `namespaces`: of several; `all`: every one of the cluster. */
  | { readonly accounts: 'many'; readonly scope: 'all' | 'namespaces' | 'names' }
  | { readonly accounts: 'unknown' };

const UNKNOWN: Coverage = { accounts: 'unknown' };
const COLON = ':'.charCodeAt(0);

/** A subject that is compared as it stands. */
export function literalCoverage(text: Text): Coverage {
  if (hasVariable(text)) return UNKNOWN;
  const subject = parseSubject(text);
  if (subject.kind === 'malformed') return { accounts: 'none' };
  if (subject.kind === 'unknown') return UNKNOWN;
  const [namespace, name] = [subject.namespace, subject.name].map((part) => (part.length === 1 ? part[0] : undefined));
  if (typeof namespace !== 'string' || typeof name !== 'string') return { accounts: 'one' };
  return { accounts: 'one', exact: { namespace, name } };
}

/** A subject in which `*` and `?` are wildcards: `*` also crosses the colons. */
export function patternCoverage(text: Text): Coverage {
  if (hasVariable(text)) return UNKNOWN;
  const steps = stepsOf(text, true);
  if (!steps.some((step) => step === STAR || step === ONE)) return literalCoverage(text);
  const behindPrefix = afterPrefix(steps);
  if (behindPrefix === undefined) return UNKNOWN;

  const exact = new Map<string, ExactAccount>();
  let fixed = 0;
  let scope: 'all' | 'namespaces' | 'names' | undefined;
  for (const from of behindPrefix) {
    for (const [namespace, name] of splitsAtColon(steps.slice(from))) {
      const left = partKind(namespace, isNamespaceName, /^[-a-z0-9]$/);
      const right = partKind(name, isServiceAccountName, /^[-a-z0-9.]$/);
      if (left === 'none' || right === 'none') continue;
      if (left === 'many') {
        const every = namespace.every((step) => step === STAR) && name.every((step) => step === STAR);
        if (scope !== 'all') scope = every ? 'all' : 'namespaces';
      } else if (right === 'many') scope ??= 'names';
      else if (left === 'hole' || right === 'hole') fixed++;
      else exact.set(`${left.text}:${right.text}`, { namespace: left.text, name: right.text });
    }
  }
  if (scope) return { accounts: 'many', scope };
  if (exact.size + fixed > 1) return { accounts: 'many', scope: 'names' };
  const [only] = exact.values();
  if (only) return { accounts: 'one', exact: only };
  if (hasHole(text)) return fixed > 0 ? { accounts: 'one' } : UNKNOWN;
  return { accounts: 'none' };
}

/** `${aws:…}`: what stands there comes from the request. */
function hasVariable(text: Text): boolean {
  return text.some((part) => typeof part === 'string' && part.includes('${'));
}

/** Where in the pattern one can be when `system:serviceaccount:` has been matched; undefined where a hole stands before. */
function afterPrefix(steps: readonly Step[]): readonly number[] | undefined {
  let positions = closure(steps, [0]);
  for (let i = 0; i < SUBJECT_PREFIX.length; i++) {
    const next: number[] = [];
    for (const at of positions) {
      const step = steps[at];
      if (typeof step === 'object') return undefined;
      if (step === STAR) next.push(at);
      else if (step === ONE || step === SUBJECT_PREFIX.charCodeAt(i)) next.push(at + 1);
    }
    positions = closure(steps, next);
  }
  return positions;
}

function closure(steps: readonly Step[], positions: readonly number[]): number[] {
  const found = new Set<number>();
  for (let at of positions) {
    found.add(at);
    while (steps[at] === STAR) found.add(++at);
  }
  return [...found];
}

/** Every way in which the third colon of a subject can be matched. */
function* splitsAtColon(rest: readonly Step[]): Generator<readonly [readonly Step[], readonly Step[]]> {
  for (let at = 0; at < rest.length; at++) {
    const step = rest[at];
    if (step === COLON || step === ONE) yield [rest.slice(0, at), rest.slice(at + 1)];
    else if (step === STAR) yield [rest.slice(0, at + 1), rest.slice(at)];
    if (step === COLON) return;
  }
}

function partKind(
  steps: readonly Step[],
  valid: (name: string) => boolean,
  character: RegExp,
): 'none' | 'many' | 'hole' | { readonly text: string } {
  let text = '';
  let wild = false;
  let hole = false;
  for (const step of steps) {
    if (typeof step === 'object') hole = true;
    else if (step < 0) wild = true;
    else {
      const char = String.fromCharCode(step);
      if (!character.test(char)) return 'none';
      text += char;
    }
  }
  const [first, last] = [steps[0], steps[steps.length - 1]];
  for (const edge of [first, last]) {
    if (typeof edge === 'number' && edge >= 0 && /[-.]/.test(String.fromCharCode(edge))) return 'none';
  }
  if (wild) return 'many';
  if (hole) return 'hole';
  return valid(text) ? { text } : 'none';
}

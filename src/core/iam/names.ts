import { concat, display, hasHole, literalOf, type Text } from '../syntax/text.js';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_CHARACTERS = /^[-a-z0-9.]*$/;
const LABEL_CHARACTERS = /^[-a-z0-9]*$/;

export const SUBJECT_PREFIX = 'system:serviceaccount:';

/** A namespace's name: a DNS-1123 label. @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export function isNamespaceName(name: string): boolean {
  return name.length <= 63 && LABEL.test(name);
}

/** A service account's name: a DNS-1123 subdomain. */
export function isServiceAccountName(name: string): boolean {
  return name.length <= 253 && SUBDOMAIN.test(name);
}

/** `system:serviceaccount:NAMESPACE:NAME`, the `sub` of a service account's token. */
export function subjectOf(namespace: Text, name: Text): Text {
  return concat([SUBJECT_PREFIX], namespace, [':'], name);
}

export type Subject =
  | { readonly kind: 'account'; readonly namespace: Text; readonly name: Text }
  /** A hole may hold any of it. */
  | { readonly kind: 'unknown' }
  /** No token can carry it. */
  | { readonly kind: 'malformed'; readonly problem: SubjectProblem; readonly message: string; readonly meant?: string };

export type SubjectProblem = 'blanks' | 'slash' | 'prefix' | 'parts' | 'case' | 'namespace' | 'name';

/**
 * Reads a subject. `*` and `?` are allowed in namespace and name when `patterns` is set (they are then part of the texts);
 * otherwise they are characters that no name has.
 */
export function parseSubject(value: Text, { patterns = false }: { readonly patterns?: boolean } = {}): Subject {
  const wild = (text: string) => (patterns ? text.replace(/\*/g, 'x').replace(/\?/g, 'x') : text);
  const known = literalOf(value);
  if (known !== undefined) return parseKnown(known, wild);

  const parts = splitAtColons(value);
  // A hole may hold colons itself, so too few parts prove nothing; too many do, and so does a wrong beginning.
  const [system, serviceaccount] = parts;
  const wrongStart = [system, serviceaccount].findIndex(
    (part, i) => part !== undefined && literalOf(part) !== undefined && !literalPrefixFits(literalOf(part)!, i),
  );
  if (wrongStart >= 0 && !parts.slice(0, wrongStart).some(hasHole)) {
    return { kind: 'malformed', problem: 'prefix', message: `a subject starts with '${SUBJECT_PREFIX}'` };
  }
  if (parts.length > 4)
    return {
      kind: 'malformed',
      problem: 'parts',
      message: `a subject has four parts: ${SUBJECT_PREFIX}NAMESPACE:NAME`,
    };
  if (parts.length < 4) {
    // Whichever part a hole completes, neither a namespace nor a name has such characters.
    const stray = parts.slice(2).flatMap((part) => part.filter((piece) => typeof piece === 'string'));
    if (stray.every((piece) => SUBDOMAIN_CHARACTERS.test(wild(piece)))) return { kind: 'unknown' };
    return stray.some((piece) => piece.includes('/'))
      ? { kind: 'malformed', problem: 'slash', message: "a colon parts namespace and name, not '/'" }
      : {
          kind: 'malformed',
          problem: 'parts',
          message: `a subject has four parts: ${SUBJECT_PREFIX}NAMESPACE:NAME`,
        };
  }
  const namespace = parts[2]!;
  const name = parts[3]!;
  for (const [text, characters, problem] of [
    [namespace, LABEL_CHARACTERS, 'namespace'],
    [name, SUBDOMAIN_CHARACTERS, 'name'],
  ] as const) {
    for (const part of text) {
      if (typeof part === 'string' && !characters.test(wild(part))) {
        return {
          kind: 'malformed',
          problem,
          message: `'${display(text)}' is no ${problem === 'name' ? "service account's name" : "namespace's name"}`,
        };
      }
    }
  }
  return { kind: 'account', namespace, name };
}

function parseKnown(value: string, wild: (text: string) => string): Subject {
  const meant = only(value);
  const malformed = (problem: SubjectProblem, message: string): Subject => ({
    kind: 'malformed',
    problem,
    message,
    ...(meant !== undefined && meant !== value ? { meant } : {}),
  });
  if (/\s/.test(value)) return malformed('blanks', 'it holds blanks');
  const parts = value.split(':');
  if (!value.startsWith(SUBJECT_PREFIX)) {
    if (value.includes('/') && !value.includes('*'))
      return malformed('slash', `namespace and name stand as ${SUBJECT_PREFIX}NAMESPACE:NAME`);
    return malformed('prefix', `a subject starts with '${SUBJECT_PREFIX}'`);
  }
  if (parts.length !== 4) {
    return malformed(
      value.includes('/') ? 'slash' : 'parts',
      `a subject has four parts: ${SUBJECT_PREFIX}NAMESPACE:NAME`,
    );
  }
  const [, , namespace, name] = parts as [string, string, string, string];
  if (/[A-Z]/.test(value)) return malformed('case', 'Kubernetes names have no capitals');
  if (!isNamespaceName(wild(namespace))) return malformed('namespace', `'${namespace}' is no namespace's name`);
  if (!isServiceAccountName(wild(name))) return malformed('name', `'${name}' is no service account's name`);
  return { kind: 'account', namespace: [namespace], name: [name] };
}

function literalPrefixFits(part: string, index: number): boolean {
  return part === (index === 0 ? 'system' : 'serviceaccount');
}

/** The one subject that a malformed one can mean. */
function only(value: string): string | undefined {
  const trimmed = value.replace(/\s+/g, '').toLowerCase();
  const rest = trimmed
    .replace(/^(?:system[:/])?(?:service-?accounts?[:/])?/, '')
    .split(/[:/]+/)
    .filter((part) => part !== '');
  const [namespace, name] = rest;
  if (rest.length !== 2 || !isNamespaceName(namespace!) || !isServiceAccountName(name!)) return undefined;
  return `${SUBJECT_PREFIX}${namespace}:${name}`;
}

function splitAtColons(text: Text): Text[] {
  const parts: (string | Text[number])[][] = [[]];
  for (const part of text) {
    if (typeof part !== 'string') {
      parts[parts.length - 1]!.push(part);
      continue;
    }
    part.split(':').forEach((piece, i) => {
      if (i > 0) parts.push([]);
      if (piece !== '') parts[parts.length - 1]!.push(piece);
    });
  }
  return parts;
}

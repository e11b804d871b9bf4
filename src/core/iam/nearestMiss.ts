import { display, literalOf, type Text } from '../syntax/text.js';
import { parseArn } from './arn.js';
import { claimOf, parseConditionKey } from './conditionKey.js';
import { editDistance } from './distance.js';
import type { Check, Evaluation, StatementTrace } from './evaluate.js';
import { hasWildcard, patternsIntersect } from './globs.js';
import { bareIssuer, parseProviderArn, shortIssuer } from './issuer.js';
import { parseSubject, SUBJECT_PREFIX } from './names.js';
import { type Operator, parseOperator } from './operators.js';
import type { AccessRequest } from './request.js';

/**
 * Why the answer is not `allowed`, as one short sentence that names the exact difference, the policy's side first:
 * `namespace 'payment' ≠ 'payments'`. Undefined for an allowed request.
 */
export function nearestMiss(evaluation: Evaluation, request: AccessRequest): string | undefined {
  if (evaluation.decision === 'allowed') return undefined;
  const denying = evaluation.statements.find(({ effect, matches }) => effect === 'Deny' && matches === 'yes');
  if (denying) return `statement ${denying.index + 1} denies it`;
  if (evaluation.decision === 'unknown') return unknownReason(evaluation, request);

  const missing = evaluation.actions.filter(({ decision }) => decision === 'denied').map(({ action }) => action);
  if (missing.length < evaluation.actions.length) return `lacks ${missing.join(', ')}`;
  const [nearest] = evaluation.statements
    .filter(({ effect }) => effect === 'Allow')
    .map((trace) => ({ trace, distance: distanceOf(trace, request) }))
    .sort((a, b) => a.distance - b.distance);
  if (!nearest) return 'no statement allows anything';
  const notes = nearest.trace.checks
    .filter(({ matches }) => matches === 'no')
    .map((check) => difference(check, request));
  const distinct = [...new Set(notes.filter((note) => note !== undefined))];
  if (distinct.length > 0) return distinct.slice(0, 2).join('; ');
  return `statement ${nearest.trace.index + 1} does not apply`;
}

function unknownReason({ statements }: Evaluation, request: AccessRequest): string {
  const open = statements.flatMap(({ matches, checks }) =>
    matches === 'maybe' ? checks.filter((check) => check.matches === 'maybe') : [],
  );
  const names = new Set<string>();
  for (const check of open) {
    const operator = check.operator === undefined ? undefined : parseOperator(check.operator);
    if (check.element === 'condition' && !operator) names.add(`'${check.operator}', which is no operator of IAM`);
    else if (check.element === 'condition' && claimOf([check.key]) && !request.issuer)
      names.add("the cluster's issuer");
    else if (check.element === 'condition') names.add(`'${check.key}'`);
    else if (check.actual?.length === 0) names.add("the cluster's issuer");
    else names.add(check.expected.map((value) => `'${value}'`).join(', '));
  }
  const stranger = statements.find(
    ({ matches, statement }) => matches === 'maybe' && statement.unknownElements.length > 0,
  );
  if (stranger)
    names.add(
      stranger.statement.unknownElements.map(({ key }) => `'${key.raw}', which is no element of IAM`).join(', '),
    );
  return names.size > 0 ? `depends on ${[...names].join(', ')}` : 'a part of the policy could not be read';
}

/** How far a statement is from applying: a wrong principal is further than a wrong value. */
function distanceOf({ checks }: StatementTrace, request: AccessRequest): number {
  let distance = 0;
  for (const check of checks) {
    if (check.matches !== 'no') continue;
    if (check.element === 'principal') distance += sameKind(check, request) ? 20 : 100;
    else if (check.element === 'action') distance += 50;
    else distance += 10 + (nearestValue(check)?.distance ?? 3);
  }
  return distance;
}

function sameKind(check: Check, request: AccessRequest): boolean {
  return check.expected.some((value) =>
    request.mechanism === 'irsa' ? value.includes(':oidc-provider/') : value.includes('eks'),
  );
}

/** What one failed check says, or undefined where it did not fail. */
export function difference(check: Check, request: AccessRequest): string | undefined {
  if (check.matches !== 'no') return undefined;
  switch (check.element) {
    case 'principal':
      return principalDifference(check, request);
    case 'action':
      return check.operator === 'NotAction' ? `excludes ${check.key}` : `lacks ${check.key}`;
    case 'condition':
      return conditionDifference(check, request);
  }
}

function principalDifference(check: Check, request: AccessRequest): string {
  if (check.operator === 'NotPrincipal') return 'NotPrincipal excludes it';
  if (request.principal.kind === 'service') return `does not trust '${request.principal.name}'`;
  const wanted = request.principal.kind === 'provider' ? parseProviderArn(request.principal.arn) : undefined;
  const issuer = wanted?.issuer ?? request.issuer;
  for (const value of check.expected) {
    const named = parseProviderArn([value]);
    if (!named || !issuer) continue;
    const [left, right] = [display(named.issuer), display(issuer)];
    if (left === right) {
      if (!wanted) return `'${value}' is no provider of this issuer`;
      const field = display(named.account) === display(wanted.account) ? 'partition' : 'account';
      return `provider's ${field} '${display(named[field])}' ≠ '${display(wanted[field])}'`;
    }
    return issuerDifference(left, right);
  }
  return `does not trust the OIDC provider ${issuer ? shortIssuer(display(issuer)) : 'of the cluster'}`;
}

function issuerDifference(left: string, right: string): string {
  if (display(bareIssuer([left])) === right) return `issuer '${left}' is to be written '${right}'`;
  const short = [shortIssuer(left), shortIssuer(right)];
  return short[0] === short[1] ? `issuer '${left}' ≠ '${right}'` : `issuer ${short[0]} ≠ ${short[1]}`;
}

function conditionDifference(check: Check, request: AccessRequest): string {
  const operator = parseOperator(check.operator ?? '');
  const [actual] = check.actual ?? [];
  const key = parseConditionKey([check.key]);
  if (check.actual === undefined) {
    const issuer = key.kind === 'claim' && request.issuer ? display(request.issuer) : undefined;
    return key.kind === 'claim' && issuer ? issuerDifference(display(key.issuer), issuer) : `'${check.key}' is absent`;
  }
  if (operator?.type === 'null') return `'${check.key}' is present`;
  if (actual === undefined)
    return `'${check.key}' can't be ${check.expected.map((value) => `'${value}'`).join(' or ')}`;
  if (check.expected.length === 0) return `'${check.key}' has no values to match`;
  if (operator?.negated) return `${labelOf(check.key)}'${shortSubject(actual)}' is excluded by ${check.operator}`;
  const wanted = nearestValue(check)?.value ?? check.expected[0]!;
  if (operator && !operator.wildcards && hasWildcard([wanted]) && patternsIntersect([wanted], [actual]) === 'yes') {
    return `'${wanted}' is compared literally under ${check.operator}`;
  }
  if (claimOf([check.key]) === 'sub') return subjectDifference(wanted, actual, operator);
  return compared(labelOf(check.key), wanted, actual, operator);
}

function subjectDifference(wanted: string, actual: string, operator: Operator | undefined): string {
  const patterns = operator?.wildcards === true;
  const left = parseSubject([wanted], { patterns });
  const right = parseSubject([actual]);
  if (left.kind !== 'account' || right.kind !== 'account') return compared('subject ', wanted, actual, operator);
  const parts = [left.namespace, right.namespace, left.name, right.name].map(
    (text: Text) => literalOf(text) ?? display(text),
  );
  const [namespace, ownNamespace, name, ownName] = parts as [string, string, string, string];
  const sameNamespace = patterns
    ? patternsIntersect([namespace], [ownNamespace]) === 'yes'
    : namespace === ownNamespace;
  const sameName = patterns ? patternsIntersect([name], [ownName]) === 'yes' : name === ownName;
  if (sameNamespace && !sameName) return compared('', name, ownName, operator);
  if (sameName && !sameNamespace) return compared('namespace ', namespace, ownNamespace, operator);
  return compared('', `${namespace}/${name}`, `${ownNamespace}/${ownName}`, operator);
}

function compared(label: string, wanted: string, actual: string, operator: Operator | undefined): string {
  if (operator?.wildcards && hasWildcard([wanted])) return `${label}'${wanted}' does not match '${actual}'`;
  const relation = /(?:Less|Greater)Than.*$/.exec(operator?.base ?? '')?.[0];
  if (relation)
    return `${label}'${actual}' is not ${relation.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()} '${wanted}'`;
  return `${label}'${wanted}' ≠ '${actual}'`;
}

const LABELS: Readonly<Record<string, string>> = {
  'aws:sourceaccount': 'account ',
  'aws:sourcearn': 'cluster ',
  'aws:requesttag/eks-cluster-arn': 'cluster ',
  'aws:requesttag/eks-cluster-name': 'cluster ',
  'aws:requesttag/kubernetes-namespace': 'namespace ',
  'aws:requesttag/kubernetes-service-account': '',
};

function labelOf(key: string): string {
  const claim = claimOf([key]);
  if (claim === 'aud') return 'audience ';
  if (claim === 'sub') return '';
  return LABELS[key.toLowerCase()] ?? `${key} `;
}

function shortSubject(value: string): string {
  return value.startsWith(SUBJECT_PREFIX) ? value.slice(SUBJECT_PREFIX.length).replace(':', '/') : value;
}

function nearestValue(check: Check): { value: string; distance: number } | undefined {
  const actual = check.actual?.[0];
  if (actual === undefined) return undefined;
  let best: { value: string; distance: number } | undefined;
  for (const value of check.expected) {
    const distance = editDistance(value, actual, 5) ?? (shared(value, actual) ? 6 : 7);
    if (!best || distance < best.distance) best = { value, distance };
  }
  return best;
}

/** Do both name the same namespace, or the same account's cluster? */
function shared(a: string, b: string): boolean {
  if (parseArn([a]) && parseArn([b])) return a.split(':')[4] === b.split(':')[4];
  return a.slice(0, a.lastIndexOf(':')) === b.slice(0, b.lastIndexOf(':'));
}

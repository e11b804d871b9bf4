import type { TrustPolicy } from '../core/facts/model.js';
import { claimOf } from '../core/iam/conditionKey.js';
import { type Check, type Evaluation, isOverwritten, type StatementTrace } from '../core/iam/evaluate.js';
import { difference, nearestMiss } from '../core/iam/nearestMiss.js';
import type { AccessRequest } from '../core/iam/request.js';
import { LineIndex } from '../core/syntax/lines.js';
import { display, literalOf, type Ternary } from '../core/syntax/text.js';
import { placeOf } from '../core/syntax/tree.js';

export interface Simulation {
  readonly policy: TrustPolicy;
  /** The file as it was named, and its text: for the places of statements. */
  readonly file: string;
  readonly text: string;
  readonly request: AccessRequest;
  readonly evaluation: Evaluation;
}

/** The contract of `simulate --format json`. */
export function simulationJson({ evaluation, request }: Simulation): string {
  const miss = nearestMiss(evaluation, request);
  return `${JSON.stringify(
    {
      version: 1,
      decision: evaluation.decision,
      statements: evaluation.statements.map((trace) => ({
        index: trace.index,
        effect: effectOf(trace),
        matches: verdict(trace.matches),
        checks: trace.checks.map((check) => ({
          element: check.element,
          key: check.key,
          expected: expected(check),
          actual: actual(check),
          matches: verdict(check.matches),
        })),
      })),
      ...(miss === undefined ? {} : { nearestMiss: miss }),
    },
    null,
    2,
  )}\n`;
}

const MARK: Readonly<Record<Ternary, string>> = { yes: '✓', no: '✗', maybe: '?' };
const COLOR: Readonly<Record<string, string>> = {
  '✓': '32',
  '✗': '31',
  '?': '33',
  allowed: '32',
  denied: '31',
  unknown: '33',
  faint: '2',
};

/** A longer value does not move the marks of all others out of the window. */
const WIDEST = 50;

/** The chain from the account to the decision, for a person. */
export function simulationText(simulation: Simulation, terminal: { readonly color: boolean }): string {
  const { evaluation, request, file, text } = simulation;
  const paint = (kind: string, words: string) => (terminal.color ? `\x1b[${COLOR[kind]}m${words}\x1b[0m` : words);
  const role = simulation.policy.role?.name;
  const target = role === undefined ? file : `${display(role.text)} (${file})`;
  const account = `${display(request.account.namespace)}/${display(request.account.name)}`;
  const lines = [`${account} → ${target}        ${paint(evaluation.decision, evaluation.decision.toUpperCase())}`, ''];
  for (const line of identityLines(request)) lines.push(`  ${line}`);

  const index = new LineIndex(text);
  evaluation.statements.forEach((trace, i) => {
    const place = placeOf(trace.statement.node);
    const line = place.end > place.start ? `${file}:${index.position(place.start).line + 1}` : file;
    const action = trace.checks.find(({ element }) => element === 'action')?.expected.join(', ') ?? '';
    lines.push(
      `  ${i === 0 ? 'trust     ' : '          '} statement ${trace.index + 1}  ${effectOf(trace)}  ${action}  ${paint('faint', line)}`,
    );
    // Whom a statement does not speak of, its conditions do not concern.
    const stranger = trace.checks.some(({ element, matches }) => element === 'principal' && matches === 'no');
    const shown = stranger ? trace.checks.filter(({ element }) => element === 'principal') : trace.checks;
    const rows = shown.map((check) => [
      check.element === 'condition' ? shortKey(check.key) : check.element,
      // What the statement allows stands above already.
      check.element === 'action' ? check.key : expected(check),
      MARK[check.matches],
      note(check, trace, request),
    ]);
    const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => Math.min(row[column]!.length, WIDEST))));
    for (const [key, value, mark, why] of rows as [string, string, string, string][]) {
      lines.push(
        `               ${key.padEnd(widths[0]!)}  ${value.padEnd(widths[1]!)}  ${paint(mark, mark)}${why === '' ? '' : `  ${why}`}`,
      );
    }
  });
  if (evaluation.statements.length === 0) lines.push('  trust      no statement');

  const miss = nearestMiss(evaluation, request);
  lines.push('');
  if (evaluation.decision === 'denied') {
    const action = evaluation.actions.find(({ decision }) => decision === 'denied')?.action ?? '';
    lines.push(`  difference ${miss ?? ''}`, `  AWS says   AccessDenied: Not authorized to perform ${action}`);
  } else if (evaluation.decision === 'unknown') {
    lines.push(`  reason     ${miss ?? ''}`);
  } else {
    const deciding = evaluation.statements.filter(({ effect, matches }) => effect === 'Allow' && matches === 'yes');
    lines.push(
      `  reason     ${deciding.length === 1 ? 'statement' : 'statements'} ${deciding.map((trace) => trace.index + 1).join(', ')}`,
    );
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function identityLines(request: AccessRequest): string[] {
  if (request.mechanism === 'pod-identity') {
    return [`cluster    ${clusterOf(request) ?? 'not given (--cluster-arn)'}`];
  }
  const subject = `system:serviceaccount:${display(request.account.namespace)}:${display(request.account.name)}`;
  const issuer = request.issuer ? display(request.issuer) : 'not given (--issuer)';
  return [
    `token      iss ${issuer}`,
    `           sub ${subject}`,
    `           aud ${request.audience ? display(request.audience) : ''}`,
  ];
}

/** The cluster's ARN, if it is given. */
function clusterOf(request: AccessRequest): string | undefined {
  const cluster = request.key(['aws:SourceArn']);
  return cluster.state === 'values' ? literalOf(cluster.values[0]!) : undefined;
}

function effectOf({ statement, effect }: StatementTrace): string {
  if (effect === 'Allow' || effect === 'Deny') return effect;
  return statement.effect ? display(statement.effect.text) : 'missing';
}

function expected(check: Check): string {
  return [...(check.operator ? [check.operator] : []), check.expected.join(', ')].join(' ').trim();
}

function actual(check: Check): string {
  if (check.actual === undefined) return 'absent';
  return check.actual.length === 0 ? 'unknown' : check.actual.join(', ');
}

function note(check: Check, { statement }: StatementTrace, request: AccessRequest): string {
  if (check.condition && isOverwritten(statement, check.condition)) return 'overwritten';
  if (check.matches === 'maybe') {
    const ofCluster = /^aws:(?:source(?:arn|account)|requesttag\/eks-cluster-(?:arn|name))$/i.test(check.key);
    if (request.mechanism === 'pod-identity' && ofCluster && clusterOf(request) === undefined)
      return 'depends on the cluster, which is not given';
    const issuerMissing =
      request.mechanism === 'irsa' &&
      !request.issuer &&
      (check.element === 'principal' || claimOf([check.key]) !== undefined);
    return issuerMissing ? 'depends on the issuer, which is not given' : `is ${actual(check)}`;
  }
  return difference(check, request) ?? '';
}

/** The issuer stands above already. */
function shortKey(key: string): string {
  const colon = key.lastIndexOf(':');
  return key.slice(0, colon).includes('/') && !/^aws:/i.test(key) ? `…${key.slice(colon)}` : key;
}

function verdict(matches: Ternary): boolean | 'unknown' {
  return matches === 'maybe' ? 'unknown' : matches === 'yes';
}

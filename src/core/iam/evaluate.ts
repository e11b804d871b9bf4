import type { Condition, Principal, Statement, TrustPolicy } from '../facts/model.js';
import { display, literalOf, type Ternary, type Text } from '../syntax/text.js';
import { type ObjectNode, property, type SyntaxNode } from '../syntax/tree.js';
import { matchCondition } from './conditions.js';
import { matchGlob } from './globs.js';
import { matchPrincipal } from './principals.js';
import type { AccessRequest, KeyState } from './request.js';
import { all, and, any, not, or, ternary } from './ternary.js';

export type Decision = 'allowed' | 'denied' | 'unknown';

/** A decision and how it came about. `unknown` where it depends on something that is not known. */
export interface Evaluation {
  readonly decision: Decision;
  readonly statements: readonly StatementTrace[];
  /** For each action of the request; all must be allowed. */
  readonly actions: readonly { readonly action: string; readonly decision: Decision }[];
}

export interface StatementTrace {
  readonly statement: Statement;
  readonly index: number;
  readonly effect: 'Allow' | 'Deny' | 'unknown' | 'none';
  /** Does it apply to the request, for one of its actions at least? */
  readonly matches: Ternary;
  /** The same for each of the request's actions. */
  readonly perAction: readonly Ternary[];
  readonly checks: readonly Check[];
}

export interface Check {
  readonly element: 'principal' | 'action' | 'condition';
  /** `Federated`, `Service`, …; the request's action; the condition key as typed. */
  readonly key: string;
  /** Of a condition the operator as typed; `NotPrincipal` and `NotAction` where these stand there. */
  readonly operator?: string;
  readonly expected: readonly string[];
  /** Undefined where the request has no such key; empty where its value is not known. */
  readonly actual: readonly string[] | undefined;
  readonly matches: Ternary;
  /** Where it stands. */
  readonly node: SyntaxNode;
  readonly condition?: Condition;
}

/**
 * Decides whether a trust policy lets a request in, as IAM does: a Deny that applies wins, otherwise an Allow that applies,
 * otherwise no.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(policy: TrustPolicy, request: AccessRequest): Evaluation {
  const variables = hasVariables(policy);
  const statements = policy.statements.map((statement) => traceStatement(statement, request, variables));
  const actions = request.actions.map((action, i) => ({ action, decision: decide(policy, statements, i) }));
  const decision = actions.every((one) => one.decision === 'allowed')
    ? 'allowed'
    : actions.some((one) => one.decision === 'denied')
      ? 'denied'
      : 'unknown';
  return { decision, statements, actions };
}

function decide(policy: TrustPolicy, traces: readonly StatementTrace[], action: number): Decision {
  let allow: Ternary = policy.open ? 'maybe' : 'no';
  let deny: Ternary = allow;
  for (const { effect, perAction } of traces) {
    const matches = perAction[action]!;
    if (effect === 'Allow') allow = or(allow, matches);
    else if (effect === 'Deny') deny = or(deny, matches);
    else if (effect === 'unknown') {
      allow = or(allow, and(matches, 'maybe'));
      deny = or(deny, and(matches, 'maybe'));
    }
  }
  if (deny === 'yes' || allow === 'no') return 'denied';
  return allow === 'yes' && deny === 'no' ? 'allowed' : 'unknown';
}

/** `${…}` in values means a variable since version 2012-10-17; without it, and in 2008-10-17, it is text. */
export function hasVariables(policy: TrustPolicy): Ternary {
  const terraform = policy.statements[0]?.grammar === 'terraform-block';
  const version = property(policy.node, terraform ? 'version' : 'Version')?.value;
  if (!version) return terraform ? 'yes' : policy.node.open ? 'maybe' : 'no';
  const known = version.kind === 'string' ? literalOf(version.text) : '';
  return known === undefined ? 'maybe' : ternary(known === '2012-10-17');
}

function traceStatement(statement: Statement, request: AccessRequest, variables: Ternary): StatementTrace {
  const checks: Check[] = [];
  const principal = checkPrincipal(statement, request, checks);
  const actions = request.actions.map((action) => checkAction(statement, action, checks));
  let conditions: Ternary = and(malformedCondition(statement), statement.unknownElements.length > 0 ? 'maybe' : 'yes');
  const lookup = (key: Text): KeyState => request.key(key);
  for (const condition of statement.conditions) {
    if (isOverwritten(statement, condition)) continue;
    const matches = matchCondition(condition, lookup, variables);
    conditions = and(conditions, matches);
    checks.push({
      element: 'condition',
      key: display(condition.key.text),
      operator: display(condition.operator.text),
      expected: condition.values.map(displayValue),
      actual: displayState(lookup(condition.key.text)),
      matches,
      node: condition.key,
      condition,
    });
  }
  if (statement.open) conditions = and(conditions, 'maybe');
  const perAction = actions.map((action) => and(principal, and(action, conditions)));
  return {
    statement,
    index: statement.index,
    effect: effectOf(statement),
    matches: any(perAction, (matches) => matches),
    perAction,
    checks,
  };
}

function effectOf(statement: Statement): StatementTrace['effect'] {
  if (statement.effectValue === 'Allow' || statement.effectValue === 'Deny') return statement.effectValue;
  if (statement.effectValue === 'missing') return statement.open ? 'unknown' : 'none';
  // A word that is neither of both has no effect.
  return statement.effect && literalOf(statement.effect.text) !== undefined ? 'none' : 'unknown';
}

function checkPrincipal(statement: Statement, request: AccessRequest, checks: Check[]): Ternary {
  const excluding = statement.notPrincipals.length > 0 || has(statement, 'NotPrincipal');
  const including = statement.principals.length > 0 || has(statement, 'Principal');
  const test = (principal: Principal) => matchPrincipal(principal, request.principal);
  let matches: Ternary = including || excluding ? 'yes' : 'no';
  if (including) matches = any(statement.principals, test);
  if (statement.open) matches = or(matches, 'maybe');
  if (excluding) {
    const others = any(statement.notPrincipals, test);
    matches = and(matches, not(statement.open ? or(others, 'maybe') : others));
  }
  const named = including ? statement.principals : statement.notPrincipals;
  checks.push({
    element: 'principal',
    key: request.principal.kind === 'service' ? 'Service' : request.principal.kind === 'role' ? 'AWS' : 'Federated',
    ...(excluding ? { operator: 'NotPrincipal' } : {}),
    expected: named.map(({ value }) => display(value.text)),
    actual: displayPrincipal(request),
    matches,
    node: named[0]?.value ?? statement.effect ?? statement.node,
  });
  return matches;
}

function checkAction(statement: Statement, action: string, checks: Check[]): Ternary {
  const excluding = statement.notActions.length > 0 || statement.notActionElement !== undefined;
  const including = statement.actions.length > 0 || statement.actionElement !== undefined;
  const test = (pattern: { readonly text: Text }) => matchGlob(pattern.text, [action], { ignoreCase: true });
  let matches: Ternary = including || excluding ? 'yes' : 'no';
  if (including) matches = any(statement.actions, test);
  if (statement.open) matches = or(matches, 'maybe');
  if (excluding) {
    const others = any(statement.notActions, test);
    matches = and(matches, not(statement.open ? or(others, 'maybe') : others));
  }
  const named = including ? statement.actions : statement.notActions;
  checks.push({
    element: 'action',
    key: action,
    ...(excluding ? { operator: 'NotAction' } : {}),
    expected: named.map(({ text }) => display(text)),
    actual: [action],
    matches,
    node: named[0] ?? statement.effect ?? statement.node,
  });
  return matches;
}

function has(statement: Statement, element: string): boolean {
  return statement.grammar === 'iam' && property(statement.node, element) !== undefined;
}

/** Of a key that stands twice in one object only the last counts. */
export function isOverwritten(statement: Statement, condition: Condition): boolean {
  if (!condition.operatorProperty || !condition.keyProperty || statement.grammar !== 'iam') return false;
  const operators = statement.conditionElement?.value;
  return (
    (operators !== undefined && property(operators, condition.operator.raw) !== condition.operatorProperty) ||
    property(condition.operatorProperty.value, condition.key.raw) !== condition.keyProperty
  );
}

/** What stands in the place of conditions and is none is refused by AWS, and surely not to be passed over. */
function malformedCondition(statement: Statement): Ternary {
  const element = statement.conditionElement?.value;
  if (statement.grammar !== 'iam' || !element) return statement.conditionElement && !element ? 'maybe' : 'yes';
  if (element.kind !== 'object') return 'maybe';
  return all((element as ObjectNode).properties, ({ value }) => (value?.kind === 'object' ? 'yes' : 'maybe'));
}

function displayValue(node: SyntaxNode): string {
  switch (node.kind) {
    case 'string':
      return display(node.text);
    case 'number':
    case 'boolean':
      return node.source;
    default:
      return node.kind;
  }
}

function displayState(state: KeyState): readonly string[] | undefined {
  if (state.state === 'absent') return undefined;
  return state.state === 'unknown' ? [] : state.values.map(display);
}

function displayPrincipal({ principal }: AccessRequest): readonly string[] {
  switch (principal.kind) {
    case 'provider':
    case 'role':
      return [display(principal.arn)];
    case 'issuer':
      return [`oidc-provider/${display(principal.issuer)}`];
    case 'service':
      return [principal.name];
    case 'any-provider':
      return [];
  }
}

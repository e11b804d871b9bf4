import { ASSUME_ROLE, POD_IDENTITY, TAG_SESSION, WEB_IDENTITY_ACTION } from '../iam/principals.js';
import { any } from '../iam/ternary.js';
import type { Edit } from '../syntax/edits.js';
import { replaceString } from '../syntax/edits.js';
import { display, literalOf, sameText, type Text } from '../syntax/text.js';
import { literal, type StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Reporter } from './rule.js';
import { coversAction, hasUsableAction } from './support/actions.js';
import { type PodIdentityStatement, podIdentityStatements, policiesOf } from './support/podIdentityGrants.js';
import { actionElement, type PolicyReading, principalElement, type StatementReading } from './support/reading.js';
import { addAction, removeAction, setActions } from './support/statementEdits.js';
import { irsa, LINKS, trust } from './support/trustExamples.js';
import { fix, listed, quote } from './support/wording.js';

export const trustActionMismatch = defineRule({
  id: 'trust-action-mismatch',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: `An OIDC provider is trusted with '${WEB_IDENTITY_ACTION}', Pod Identity's service '${POD_IDENTITY}' with '${ASSUME_ROLE}' and '${TAG_SESSION}'.`,
    why: 'Each kind of principal has its own action. With the other one the statement allows something that is never asked for, and the pod gets no credentials.',
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(irsa({ Action: 'sts:AssumeRole' })),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.podIdentity],
  },
  check(facts, report, workspace) {
    for (const policy of policiesOf(facts, workspace)) {
      federated(policy, report);
      podIdentity(policy, report, workspace);
    }
  },
});

// ── OIDC providers ─────────────────────────────────────────────────────────────────────────────────────────────────────

function federated(policy: PolicyReading, report: Reporter): void {
  const judged: Text[] = [];
  const reported = new Set<StatementReading>();
  const allowing = policy.statements.filter(({ allows, irsa }) => allows && irsa);
  for (const reading of allowing) {
    for (const { node, wildcard } of reading.providers) {
      if (wildcard || judged.some((text) => sameText(text, node.text) === 'yes')) continue;
      judged.push(node.text);
      const own = allowing.filter(({ providers }) =>
        providers.some((other) => sameText(other.node.text, node.text) !== 'no'),
      );
      if (policy.policy.open || own.some(({ statement }) => !statement.actionElement && !statement.notActionElement))
        continue;
      if (!own.every(hasUsableAction) || any(own, (each) => coversAction(each, WEB_IDENTITY_ACTION)) !== 'no') continue;
      const at = actionElement(reading.statement);
      if (!at || reported.has(reading)) continue;
      reported.add(reading);
      const actions = actionsOf(reading);
      report({
        at,
        message: `${quote(node.text)} is an OIDC provider and needs '${WEB_IDENTITY_ACTION}'; ${listed(actions.map(quote))} ${actions.length > 1 ? 'are' : 'is'} not for it.`,
        fixes: () => fix(titleFor(reading), 'suggested', webIdentity(reading)),
      });
    }
  }
}

function actionsOf({ statement }: StatementReading): string[] {
  return (statement.actions.length > 0 ? statement.actions : statement.notActions).map(({ text }) => display(text));
}

function titleFor(reading: StatementReading): string {
  const [only, ...more] = reading.statement.actions;
  return only && more.length === 0 && reading.podIdentity.length === 0
    ? `Replace ${quote(only.text)} by '${WEB_IDENTITY_ACTION}'`
    : `Allow '${WEB_IDENTITY_ACTION}'`;
}

function webIdentity(reading: StatementReading): readonly Edit[] {
  const { statement } = reading;
  if (statement.notActionElement && statement.actions.length === 0) return [];
  // Beside Pod Identity in one statement the other actions are needed still.
  if (reading.podIdentity.length > 0) return addAction(statement, WEB_IDENTITY_ACTION);
  const wrong = statement.actions.filter(({ text }) => isAssume(text));
  const [first] = wrong;
  if (statement.actions.length === 1 && first) return setActions(statement, [WEB_IDENTITY_ACTION]);
  return wrong.length === 1 && first
    ? [replaceString(first, WEB_IDENTITY_ACTION)]
    : addAction(statement, WEB_IDENTITY_ACTION);
}

function isAssume(text: Text): boolean {
  return /^sts:AssumeRole(?:WithSAML)?$/i.test(literalOf(text) ?? '');
}

// ── Pod Identity ───────────────────────────────────────────────────────────────────────────────────────────────────────

function podIdentity(policy: PolicyReading, report: Reporter, workspace: Workspace): void {
  const own = podIdentityStatements(policy, workspace);
  for (const { reading, service } of own) {
    const name = literal(service.value);
    if (name === undefined || name === POD_IDENTITY || service.type !== 'Service') continue;
    report({
      at: principalElement(reading.statement) ?? service.value,
      message: `'${name}' is not the service of EKS Pod Identity; that is '${POD_IDENTITY}'.`,
      fixes: () =>
        fix(`Replace '${name}' by '${POD_IDENTITY}'`, 'suggested', [replaceString(service.value, POD_IDENTITY)]),
    });
  }
  const [first] = own;
  if (!first || policy.policy.open) return;
  if (own.some(({ reading }) => !reading.statement.actionElement && !reading.statement.notActionElement)) return;
  if (!own.every(({ reading }) => hasUsableAction(reading))) return;
  if (any(own, ({ reading }) => coversAction(reading, ASSUME_ROLE)) === 'no') {
    const at = actionElement(first.reading.statement);
    if (!at) return;
    report({
      at,
      message: `Pod Identity assumes a role by '${ASSUME_ROLE}' and '${TAG_SESSION}'; ${listed(actionsOf(first.reading).map(quote))} alone ${first.reading.statement.actions.length > 1 ? 'do' : 'does'} not let it in.`,
      fixes: () => fix(`Allow '${ASSUME_ROLE}' and '${TAG_SESSION}'`, 'suggested', bothActions(first, own)),
    });
    return;
  }
  for (const { reading } of own) {
    const web = webIdentityAction(reading);
    const at = web && actionElement(reading.statement);
    if (!web || !at) continue;
    report({
      at,
      message: `'${WEB_IDENTITY_ACTION}' is for OIDC providers; Pod Identity's service never asks for it, but for '${ASSUME_ROLE}' and '${TAG_SESSION}'.`,
      fixes: () => fix(`Remove '${WEB_IDENTITY_ACTION}'`, 'suggested', removeAction(reading.statement, web)),
    });
  }
}

/** Named as such beside Pod Identity, and for no other principal of the statement. */
function webIdentityAction(reading: StatementReading): StringNode | undefined {
  if (reading.allProviders.length > 0 || reading.statement.principals.some(({ type }) => type !== 'Service'))
    return undefined;
  return reading.statement.actions.find(
    ({ text }) => (literalOf(text) ?? '').toLowerCase() === WEB_IDENTITY_ACTION.toLowerCase(),
  );
}

function bothActions({ reading }: PodIdentityStatement, own: readonly PodIdentityStatement[]): readonly Edit[] {
  const { statement } = reading;
  if (statement.actions.length === 0) return [];
  const federatedToo = reading.allProviders.length > 0;
  const tagged = any(own, (each) => coversAction(each.reading, TAG_SESSION)) === 'yes';
  const web = webIdentityAction(reading);
  if (!federatedToo && (web || !tagged)) {
    const others = statement.actions.flatMap((action) => {
      const name = literalOf(action.text);
      return action === web ||
        name === undefined ||
        isAssume(action.text) ||
        name === TAG_SESSION ||
        !name.toLowerCase().startsWith('sts:set')
        ? []
        : [name];
    });
    return setActions(statement, [ASSUME_ROLE, TAG_SESSION, ...others]);
  }
  return addAction(statement, ASSUME_ROLE);
}

import { literalOf } from '../syntax/text.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report, type Reporter } from './rule.js';
import { claimKey, shownKey } from './support/issuers.js';
import { isOpenShiftSubject } from './support/openShift.js';
import {
  AUDIENCE,
  type ConditionReading,
  conditionsOn,
  mayHoldMore,
  type PolicyReading,
  type StatementReading,
  standsFor,
  trustReadings,
} from './support/reading.js';
import { addCondition, setOperator } from './support/statementEdits.js';
import { audienceOf, knownAmong } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { fix, quote } from './support/wording.js';

export const trustMissingAudience = defineRule({
  id: 'trust-missing-audience',
  severity: 'warning',
  scope: 'document',
  fix: 'safe',
  docs: {
    summary: "A role that trusts a cluster's OIDC provider checks whom the token is for by a condition on ':aud'.",
    why: "Without it a token that the service account had issued for any other receiver, for which the provider is registered too, opens the role as well. Tokens of IRSA are for 'sts.amazonaws.com', in every partition.",
    bad: trust(irsa({ Condition: { StringEquals: { [`${ISSUER}:sub`]: SUBJECT } } })),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.oidcKeys],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || !reading.irsa || !reading.assumes || mayHoldMore(reading)) continue;
        const conditions = conditionsOn(reading, 'aud');
        if (conditions.length === 0 && isOfOpenShift(reading)) continue;
        if (conditions.length === 0) report(missing(policy, reading, workspace));
        else if (conditions.length === 1) everything(reading, report, conditions[0]!);
      }
    }
  },
});

function missing(policy: PolicyReading, reading: StatementReading, workspace: Workspace): Report {
  return {
    at: standsFor(reading),
    message: `No condition on '${shownKey(reading, 'aud')}': a token for any audience that the provider accepts opens this role. It should be '${AUDIENCE}'.`,
    fixes: () => fixes(policy, reading, workspace),
  };
}

/** OpenShift's own operators ask for tokens of another audience, and its tools make their roles without one. */
function isOfOpenShift(reading: StatementReading): boolean {
  const subjects = conditionsOn(reading, 'sub').flatMap(({ values }) => values);
  return subjects.length > 0 && subjects.every(({ text }) => isOpenShiftSubject(text));
}

/** A lone star takes every audience. */
function everything(
  reading: StatementReading,
  report: Reporter,
  { condition, operator, values }: ConditionReading,
): void {
  if (!operator?.wildcards || operator.negated) return;
  const star = values.find(({ text }) => /^\*+$/.test(literalOf(text) ?? ''));
  if (!star) return;
  report({
    at: star.node,
    message: `${quote(star.text)} takes a token for any audience that the provider accepts; it should be '${AUDIENCE}'.`,
    fixes: () =>
      fix(`Ask for '${AUDIENCE}'`, 'suggested', setOperator(reading.statement, condition, 'StringEquals', [AUDIENCE])),
  });
}

function fixes(policy: PolicyReading, reading: StatementReading, workspace: Workspace): readonly Fix[] {
  const key = claimKey(reading, 'aud');
  // The tokens of clusters elsewhere may be for another receiver.
  const ofEks = reading.providers.every(({ eks }) => eks !== 'no');
  const asked = new Set(
    knownAmong(workspace.accountsUsing(policy.policy), workspace, policy.policy)
      .filter(({ linked }) => linked)
      .flatMap(({ variant }) => audienceOf(variant) ?? []),
  );
  const other = [...asked].filter((audience) => audience !== AUDIENCE);
  const add = (audience: string, safe: boolean) =>
    fix(
      `Add ':aud' = '${audience}'`,
      safe && !key.placeholder ? 'safe' : 'suggested',
      addCondition(reading.statement, 'StringEquals', key.name, [audience]),
      key.placeholder ? 'placeholder' : undefined,
    );
  return [...other.flatMap((audience) => add(audience, false)), ...add(AUDIENCE, other.length === 0 && ofEks)];
}

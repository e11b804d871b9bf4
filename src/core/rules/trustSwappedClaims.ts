import type { Edit } from '../syntax/edits.js';
import { sameText } from '../syntax/text.js';
import { defineRule, type Fix, type Report, type Reporter } from './rule.js';
import { AUDIENCE, type ConditionReading, type StatementReading, trustReadings } from './support/reading.js';
import { removeValue, setClaim, setKey, setValues } from './support/statementEdits.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { typed } from './support/typed.js';
import { fix, quote } from './support/wording.js';

export const trustSwappedClaims = defineRule({
  id: 'trust-swapped-claims',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "A subject stands under ':sub', an audience under ':aud'.",
    why: "No token's audience is 'system:serviceaccount:…' and no token's subject is 'sts.amazonaws.com', so the condition never holds and nobody gets the role.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({ Condition: { StringEquals: { [`${ISSUER}:aud`]: SUBJECT, [`${ISSUER}:sub`]: 'sts.amazonaws.com' } } }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.oidcKeys],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      for (const reading of statements) {
        if (!reading.irsa) continue;
        for (const condition of reading.conditions) {
          if (condition.foreign) continue;
          if (condition.swapped) report(swapped(reading, condition));
          else mixed(reading, report, condition);
        }
      }
    }
  },
});

function swapped(reading: StatementReading, condition: ConditionReading): Report {
  const isAudience = condition.meant === 'aud';
  return {
    at: condition.condition.key,
    message: `${quote(condition.condition.key.text)} is compared with the ${isAudience ? 'audience' : 'subject'} ${quote(condition.values[0]!.text)}; that stands under ':${condition.meant}'.`,
    fixes: () => renames(reading, condition),
  };
}

function renames(reading: StatementReading, condition: ConditionReading): readonly Fix[] {
  const { meant, claim } = condition;
  const rename = `Rename ':${claim}' to ':${meant}'`;
  const partner = reading.conditions.find(
    (other) =>
      other !== condition &&
      other.claim === meant &&
      sameGroup(other, condition) &&
      sameText(other.issuer ?? [], condition.issuer ?? []) !== 'no',
  );
  if (partner?.swapped) {
    return fix("Exchange ':sub' and ':aud'", 'suggested', [...renamed(condition), ...renamed(partner)]);
  }
  const value =
    meant === 'sub' && partner
      ? fix(`Ask for '${AUDIENCE}'`, 'suggested', setValues(reading.statement, condition.condition, [AUDIENCE]))
      : [];
  // A second key of that name would take the place of the first.
  return partner ? value : fix(rename, 'suggested', renamed(condition));
}

function sameGroup(a: ConditionReading, b: ConditionReading): boolean {
  return a.condition.operatorProperty === b.condition.operatorProperty;
}

function renamed({ condition, meant }: ConditionReading): readonly Edit[] {
  const edits = setClaim(condition, meant!);
  if (edits.length > 0) return edits;
  return setKey(condition, typed(condition.key).replace(/(?:sub|aud)\s*$/i, meant!));
}

/** One of several values belongs under the other claim. */
function mixed(reading: StatementReading, report: Reporter, condition: ConditionReading): void {
  const stranger = condition.claim === 'aud' ? 'subject' : condition.claim === 'sub' ? 'audience' : undefined;
  if (!stranger) return;
  for (const { node, text, looksLike } of condition.values) {
    if (looksLike !== stranger) continue;
    report({
      at: node,
      message: `The ${stranger} ${quote(text)} stands under ':${condition.claim}', where no token has it; it belongs under ':${condition.claim === 'aud' ? 'sub' : 'aud'}'.`,
      fixes: () => fix(`Remove ${quote(text)}`, 'suggested', removeValue(reading.statement, condition.condition, node)),
    });
  }
}

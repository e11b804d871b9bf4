import { literalPattern, matchGlob, matchPattern, patternCovers, patternsIntersect } from '../iam/globs.js';
import { ASSUME_ROLE, TAG_SESSION, WEB_IDENTITY_ACTION } from '../iam/principals.js';
import { all, any, not } from '../iam/ternary.js';
import { display, sameText, type Ternary, type Text } from '../syntax/text.js';
import { booleanOf, literal } from '../syntax/tree.js';
import { defineRule, type Reporter } from './rule.js';
import { coversAction } from './support/actions.js';
import {
  type ConditionReading,
  isGuard,
  type PolicyReading,
  type StatementReading,
  sameIssuer,
  trustReadings,
} from './support/reading.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { lineOf, quote } from './support/wording.js';

export const trustContradiction = defineRule({
  id: 'trust-contradiction',
  severity: 'error',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'The conditions of a statement can hold together, and no Deny takes back all that is allowed.',
    why: "All operators and keys of a statement must hold; only the values of one key are alternatives. Two conditions on ':sub' that have no subject in common let in nobody, and so does a Deny that covers every Allow.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({
        Condition: {
          StringEquals: {
            [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api',
            [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          },
          StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:billing:*' },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.operators, LINKS.grammar],
  },
  check(facts, report) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || (!reading.irsa && reading.podIdentity.length === 0 && !reading.speaks)) continue;
        withinStatement(reading, report);
      }
      takenBack(policy, report);
    }
  },
});

// ── conditions of one statement ────────────────────────────────────────────────────────────────────────────────────────

function withinStatement(reading: StatementReading, report: Reporter): void {
  const { conditions } = reading;
  for (const [i, later] of conditions.entries()) {
    const clash = conditions
      .slice(0, i)
      .find((earlier) => sameKey(earlier, later) === 'yes' && exclude(earlier, later));
    if (clash) {
      report({
        at: later.values.length === 1 ? later.values[0]!.node : later.condition.key,
        message: `${quote(later.condition.key.text)} cannot be both ${shownCondition(clash)} and ${shownCondition(later)}, so nobody can assume this role by this statement; alternatives stand as values of one key.`,
        related: [{ at: clash.condition.key, message: 'The other condition on this key.' }],
      });
      return;
    }
  }
  const required = conditions.filter(
    ({ claim, issuer, issuerReading, operator }) =>
      claim !== undefined && issuer && issuer.length > 0 && issuerReading?.meant && operator && requires(operator),
  );
  // Where one provider is trusted, the key of another issuer is trust-issuer-mismatch's matter.
  const known = reading.allProviders.filter(({ issuer, wildcard }) => issuer?.meant && !wildcard);
  const strayed = (condition: ConditionReading) =>
    known.length === reading.allProviders.length &&
    known.length > 0 &&
    any(known, ({ issuer }) => sameIssuer(issuer!.meant!, condition.issuerReading!.meant!)) === 'no';
  const own = required.filter((condition) => !strayed(condition));
  for (const [i, later] of own.entries()) {
    const other = own
      .slice(0, i)
      .find((earlier) => sameIssuer(earlier.issuerReading!.meant!, later.issuerReading!.meant!) === 'no');
    if (!other) continue;
    report({
      at: later.condition.key,
      message: `${quote(later.condition.key.text)} and ${quote(other.condition.key.text)} are of different issuers, and no token has both; give each provider a statement of its own.`,
      related: [{ at: other.condition.key, message: 'The key of the other issuer.' }],
    });
    return;
  }
}

function requires(operator: NonNullable<ConditionReading['operator']>): boolean {
  return !operator.negated && !operator.ifExists && operator.qualifier !== 'ForAllValues' && operator.type !== 'null';
}

function sameKey(a: ConditionReading, b: ConditionReading): Ternary {
  // A key twice in one object is trust-duplicate-key's matter.
  if (a.condition.operatorProperty && a.condition.operatorProperty.value === b.condition.operatorProperty?.value) {
    if (a.condition.key.raw === b.condition.key.raw) return 'no';
  } else if (
    a.condition.operatorProperty &&
    a.condition.operator.raw === b.condition.operator.raw &&
    a.condition.key.raw === b.condition.key.raw
  )
    return 'no';
  const left = lower(a.condition.key.text);
  const right = lower(b.condition.key.text);
  if (sameText(left, right) === 'yes') return 'yes';
  // The same expression in one statement is the same value.
  return display(left) === display(right) ? 'yes' : 'no';
}

/** Is it certain that no value meets both? */
function exclude(a: ConditionReading, b: ConditionReading): boolean {
  if (!a.operator || !b.operator || a.open || b.open || a.swapped || b.swapped) return false;
  const types = [a.operator.type, b.operator.type];
  if (types.includes('null')) {
    const [presence, other] = a.operator.type === 'null' ? [a, b] : [b, a];
    const absent =
      presence.condition.values.length > 0 && presence.condition.values.every((value) => booleanOf(value) === true);
    if (other.operator!.type === 'null') {
      const present =
        other.condition.values.length > 0 && other.condition.values.every((value) => booleanOf(value) === false);
      return absent && present;
    }
    return absent && requires(other.operator!);
  }
  if (!types.every((type) => type === 'string' || type === 'arn')) return false;
  // What a mistake of its own keeps from matching is said there.
  if ([a, b].some(hasOwnMistake)) return false;
  if (a.operator.negated && b.operator.negated) return false;
  if (a.operator.negated || b.operator.negated) {
    const [deny, allow] = a.operator.negated ? [a, b] : [b, a];
    return (
      all(allow.values, (wanted) => any(deny.values, (taken) => covers(deny, taken.text, allow, wanted.text))) === 'yes'
    );
  }
  return all(a.values, (left) => all(b.values, (right) => not(meet(a, left.text, b, right.text)))) === 'yes';
}

function hasOwnMistake({ claim, values }: ConditionReading): boolean {
  return (
    values.length === 0 ||
    values.some(({ literalWildcard, subject }) => literalWildcard || (claim === 'sub' && subject.accounts === 'none'))
  );
}

/** Is there a value that both take? */
function meet(a: ConditionReading, left: Text, b: ConditionReading, right: Text): Ternary {
  if (hasVariable(left) || hasVariable(right)) return 'maybe';
  const ignoreCase = a.operator!.ignoreCase || b.operator!.ignoreCase;
  const [wildA, wildB] = [a.operator!.wildcards, b.operator!.wildcards];
  if (wildA && wildB) return patternsIntersect(left, right, { ignoreCase });
  if (wildA) return matchGlob(left, right, { ignoreCase });
  if (wildB) return matchGlob(right, left, { ignoreCase });
  return matchPattern(literalPattern(left, { ignoreCase }), right);
}

function covers(wide: ConditionReading, pattern: Text, narrow: ConditionReading, value: Text): Ternary {
  if (hasVariable(pattern) || hasVariable(value)) return 'maybe';
  const ignoreCase = wide.operator!.ignoreCase;
  if (narrow.operator!.ignoreCase && !ignoreCase) return 'maybe';
  if (narrow.operator!.wildcards)
    return wide.operator!.wildcards ? patternCovers(pattern, value, { ignoreCase }) : sameText(pattern, value);
  return wide.operator!.wildcards ? matchGlob(pattern, value, { ignoreCase }) : sameText(pattern, value);
}

function hasVariable(text: Text): boolean {
  return text.some((part) => typeof part === 'string' && part.includes('${'));
}

function shownCondition({ condition, values, operator }: ConditionReading): string {
  if (operator?.type === 'null') return `${booleanOf(condition.values[0]) === true ? 'absent' : 'present'} ('Null')`;
  return `${values.map(({ text }) => quote(text)).join(' or ')} ('${display(condition.operator.text)}')`;
}

// ── a Deny over every Allow ────────────────────────────────────────────────────────────────────────────────────────────

function takenBack({ policy, statements }: PolicyReading, report: Reporter): void {
  const allowing = statements.filter(
    ({ allows, irsa, podIdentity, assumes }) => allows && assumes && (irsa || podIdentity.length > 0),
  );
  const denying = statements.filter(({ denies }) => denies);
  // Whoever else the policy lets in can still assume the role.
  const others = statements.filter(({ allows, irsa, podIdentity }) => allows && !irsa && podIdentity.length === 0);
  if (allowing.length === 0 || denying.length === 0 || policy.open || others.length > 0) return;
  const covering = allowing.map((allow) => denying.find((deny) => deniesAll(deny, allow)));
  if (covering.some((deny) => deny === undefined)) return;
  for (const deny of new Set(covering)) {
    if (!deny) continue;
    const first = allowing[covering.indexOf(deny)]!;
    const { statement } = deny;
    report({
      at: statement.effect ?? {
        document: statement.node.document,
        start: statement.node.start,
        end: statement.node.start + 1,
      },
      message: `This Deny covers all that is allowed at ${lineOf(first.statement.effect ?? first.statement.node)}: nobody can assume this role.`,
      related: allowing.map(({ statement: allow }) => ({
        at: allow.effect ?? allow.node,
        message: 'Allowed here, and taken back.',
      })),
    });
  }
}

function deniesAll(deny: StatementReading, allow: StatementReading): boolean {
  if (deny.open) return false;
  return (
    coversPrincipals(deny, allow) &&
    coversActions(deny, allow) &&
    deny.conditions.every((condition) => impliedBy(condition, allow))
  );
}

function coversPrincipals({ statement }: StatementReading, allow: StatementReading): boolean {
  // An account is no provider and no service, so a Deny that spares it alone covers them.
  if (statement.notPrincipals.length > 0)
    return statement.notPrincipals.every((spared) =>
      allow.statement.principals.every(
        (wanted) =>
          literal(spared.value) !== '*' &&
          wanted.type !== '*' &&
          (spared.type !== wanted.type || sameText(spared.value.text, wanted.value.text) === 'no'),
      ),
    );
  return allow.statement.principals.every((wanted) =>
    statement.principals.some((taken) => {
      const star = literal(taken.value) === '*';
      if (star && (taken.type === '*' || taken.type === 'AWS')) return true;
      return (
        taken.type === wanted.type &&
        (star ||
          sameText(taken.value.text, wanted.value.text) === 'yes' ||
          display(taken.value.text) === display(wanted.value.text))
      );
    }),
  );
}

function coversActions(deny: StatementReading, allow: StatementReading): boolean {
  // Pod Identity needs both of its actions, so to lose one is to lose all.
  const lost = (action: string) => coversAction({ ...deny, open: false }, action) === 'yes';
  const pods = allow.podIdentity.length > 0 ? lost(ASSUME_ROLE) || lost(TAG_SESSION) : true;
  const web = allow.irsa ? lost(WEB_IDENTITY_ACTION) : true;
  return pods && web;
}

/** Does everything that the Allow lets in meet the Deny's condition too? */
function impliedBy(condition: ConditionReading, allow: StatementReading): boolean {
  const { operator } = condition;
  if (!operator || condition.open || operator.type === 'null') return false;
  if (operator.type !== 'string' && operator.type !== 'arn') return false;
  return allow.conditions.some((own) => {
    if (isGuard(own) !== 'yes' || !own.operator || own.open || own.values.length === 0) return false;
    if (display(lower(own.condition.key.text)) !== display(lower(condition.condition.key.text))) return false;
    if (operator.negated) {
      return (
        all(own.values, (wanted) =>
          all(condition.values, (taken) => not(meet(own, wanted.text, condition, taken.text))),
        ) === 'yes'
      );
    }
    return (
      all(own.values, (wanted) => any(condition.values, (taken) => covers(condition, taken.text, own, wanted.text))) ===
      'yes'
    );
  });
}

function lower(text: Text): Text {
  return text.map((part) => (typeof part === 'string' ? part.toLowerCase() : part));
}

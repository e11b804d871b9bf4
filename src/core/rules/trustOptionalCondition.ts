import { SUBJECT_PREFIX } from '../iam/names.js';
import { operatorName } from '../iam/operators.js';
import { all, any } from '../iam/ternary.js';
import { display } from '../syntax/text.js';
import { booleanOf } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report } from './rule.js';
import { claimKey } from './support/issuers.js';
import {
  AUDIENCE,
  type Claim,
  type ConditionReading,
  conditionsOn,
  isGuard,
  mayHoldMore,
  type PolicyReading,
  type StatementReading,
  sameIssuer,
  trustReadings,
} from './support/reading.js';
import { addCondition, setOperators } from './support/statementEdits.js';
import { knownAccounts, shown, subjectFor } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { typed } from './support/typed.js';
import { fix, listed, together } from './support/wording.js';

export const trustOptionalCondition = defineRule({
  id: 'trust-optional-condition',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "':sub' and ':aud' are tested by an operator that fails where the claim is missing.",
    why: "'…IfExists', 'ForAllValues:' and negated operators hold where the key is absent: with one wrong letter in the issuer the role is open to every token of the provider. 'Null' asks only whether the claim is there, and a negated operator lets in whoever it does not name.",
    bad: trust(
      irsa({
        Condition: {
          StringEqualsIfExists: { [`${ISSUER}:sub`]: SUBJECT },
          StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.operators, LINKS.irsa],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || !reading.irsa || !reading.assumes || mayHoldMore(reading)) continue;
        for (const each of together(judge(policy, reading, workspace), 'Make all conditions of this statement binding'))
          report(each);
      }
    }
  },
});

interface Culprit {
  readonly claim: Claim;
  readonly condition: ConditionReading;
}

function judge(policy: PolicyReading, reading: StatementReading, workspace: Workspace): readonly Report[] {
  const culprits: Culprit[] = [];
  for (const claim of ['sub', 'aud'] as const) {
    const conditions = conditionsOn(reading, claim);
    if (conditions.length === 0 || any(conditions, isGuard) !== 'no' || guardsTogether(conditions)) continue;
    if (guardsEachIssuer(reading, conditions)) continue;
    const condition =
      conditions.find(isRepairable) ?? conditions.find(({ operator }) => operator?.negated) ?? conditions[0]!;
    culprits.push({ claim, condition });
  }
  // One operator in the source is one mistake, also where it holds both claims.
  const byOperator = new Map<unknown, Culprit[]>();
  for (const culprit of culprits) {
    const { operator } = culprit.condition.condition;
    byOperator.set(operator, [...(byOperator.get(operator) ?? []), culprit]);
  }
  return [...byOperator.values()].map((group): Report => {
    const { condition } = group[0]!;
    const keys = group.map(({ condition: each }) => `'${display(each.condition.key.text)}'`);
    const name = operatorName(condition.operator!);
    return {
      at: condition.condition.operator,
      message: `${messageFor(condition, name)} ${listed(keys)}: ${shouldBe(condition)}.`,
      fixes: () => fixes(policy, reading, group, workspace),
    };
  });
}

function messageFor({ operator }: ConditionReading, name: string): string {
  if (operator!.type === 'null') return `'${name}' only asks for the presence of`;
  if (operator!.negated) return `'${name}' lets in everybody that it does not name by`;
  return `'${name}' also holds where there is no`;
}

function shouldBe(condition: ConditionReading): string {
  return isRepairable(condition) ? `it should be '${plainName(condition)}'` : "name who may come in by 'StringEquals'";
}

/** The same comparison, binding. */
function isRepairable({ operator }: ConditionReading): boolean {
  return operator !== undefined && !operator.negated && operator.type !== 'null';
}

function plainName({ operator }: ConditionReading): string {
  return operatorName({ ...operator!, ifExists: false, qualifier: undefined });
}

/** `…IfExists` and `ForAllValues:` bind where another condition demands that the key is there. */
function guardsTogether(conditions: readonly ConditionReading[]): boolean {
  const demanded = conditions.some(
    ({ operator, condition }) =>
      operator?.type === 'null' && condition.values.some((value) => booleanOf(value) === false),
  );
  return demanded && conditions.some(isRepairable);
}

/** With several providers in one statement, `IfExists` on each one's own key is how it is written. */
function guardsEachIssuer({ providers }: StatementReading, conditions: readonly ConditionReading[]): boolean {
  if (providers.length < 2) return false;
  return (
    all(providers, ({ issuer }) =>
      any(conditions, (condition) =>
        isRepairable(condition) && condition.operator!.ifExists && condition.issuer && issuer?.meant
          ? sameIssuer(condition.issuer, issuer.meant)
          : 'no',
      ),
    ) !== 'no'
  );
}

function fixes(
  policy: PolicyReading,
  reading: StatementReading,
  group: readonly Culprit[],
  workspace: Workspace,
): readonly Fix[] {
  const [first] = group;
  const { condition } = first!;
  const { statement } = reading;
  if (isRepairable(condition)) {
    const alike = group.map(({ condition: each }) => each.condition);
    return fix(
      `Compare with '${plainName(condition)}'`,
      'suggested',
      setOperators(statement, alike, () => plainName(condition)),
    );
  }
  const keyOf = ({ claim, condition: each }: Culprit) =>
    each.claim === claim && each.issuer && each.issuer.length > 0
      ? typed(each.condition.key)
      : claimKey(reading, claim).name;
  const add = (title: string, subject: string, placeholder: boolean) =>
    fix(
      title,
      'suggested',
      merged(
        group.flatMap((culprit) =>
          addCondition(statement, 'StringEquals', keyOf(culprit), [culprit.claim === 'sub' ? subject : AUDIENCE]),
        ),
      ),
      placeholder ? 'placeholder' : undefined,
    );
  if (group.every(({ claim }) => claim === 'aud')) return add(`Ask for '${AUDIENCE}'`, '', false);
  const accounts = knownAccounts(workspace, policy.policy);
  const linked = accounts.filter((account) => account.linked);
  return [
    ...(linked.length > 0 ? linked : accounts)
      .slice(0, 8)
      .flatMap((account) => add(`Allow only ${shown(account)}`, subjectFor(account), false)),
    ...add("Name one service account by 'StringEquals' …", `${SUBJECT_PREFIX}NAMESPACE:NAME`, true),
  ];
}

/** Two insertions of one new operator at one place are not to be joined: the second goes with the next run. */
function merged(edits: ReturnType<typeof addCondition>): ReturnType<typeof addCondition> {
  const [first, second] = edits;
  return first && second && first.start === second.start ? [first] : edits;
}

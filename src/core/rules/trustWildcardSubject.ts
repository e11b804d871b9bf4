import type { EksctlCluster } from '../facts/model.js';
import { hasWildcard, matchGlob } from '../iam/globs.js';
import { SUBJECT_PREFIX } from '../iam/names.js';
import { operatorName } from '../iam/operators.js';
import { display, hasHole, literalOf, split, type Text } from '../syntax/text.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report, type Reporter } from './rule.js';
import { letInSeveral } from './support/combinedSubjects.js';
import {
  type ConditionReading,
  conditionsMeantFor,
  type PolicyReading,
  type StatementReading,
  trustReadings,
  type ValueReading,
} from './support/reading.js';
import { removeValue, replaceOne, setOperator } from './support/statementEdits.js';
import { type KnownAccount, knownAccounts, shown, subjectFor } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { exactSubject, typed } from './support/typed.js';
import { fix, quote, together } from './support/wording.js';

export const trustWildcardSubject = defineRule({
  id: 'trust-wildcard-subject',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: 'A trust policy names each service account that may assume the role; no pattern stands for several.',
    why: "A pattern lets in every service account that it matches, now and later. '*' also crosses the colons, so that 'system:serviceaccount:team-*' spans every namespace whose name begins with 'team-'. Whoever may create a service account there gets the role.",
    bad: trust(
      irsa({
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
          StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.operators],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (reading.allows && reading.irsa && reading.assumes)
          for (const each of wildcards(policy, reading, workspace)) report(each);
      }
    }
    for (const cluster of facts.eksctlClusters) eksctlPatterns(cluster, report);
  },
});

function wildcards(policy: PolicyReading, reading: StatementReading, workspace: Workspace): readonly Report[] {
  const subjects = conditionsMeantFor(reading, 'sub').filter(({ swapped }) => !swapped);
  // What an unknown operator does to the others is unknown.
  if (subjects.some(({ operator, noOperator }) => !operator && !noOperator)) return [];
  const positive = subjects.filter(({ operator }) => operator && !operator.negated && operator.type !== 'null');
  if (positive.length > 1 && !letInSeveral(subjects)) return [];
  const reports = positive
    .filter(({ operator }) => operator!.wildcards)
    .flatMap((condition) =>
      condition.values.flatMap((value): Report[] => {
        const { subject } = value;
        if (subject.accounts !== 'many') return [];
        return [
          {
            at: value.node,
            message: messageFor(value.text, subject.scope),
            severity: subject.scope === 'names' ? 'warning' : 'error',
            fixes: () => fixes(policy, reading, condition, value, workspace),
          },
        ];
      }),
    );
  return together(reports, 'Name the service accounts in all conditions of this statement');
}

function messageFor(text: Text, scope: 'all' | 'namespaces' | 'names'): string {
  const lets =
    scope === 'all'
      ? 'every service account of the cluster'
      : scope === 'namespaces'
        ? 'service accounts of more than one namespace'
        : 'more than one service account of the namespace';
  return `${quote(text)} lets ${lets} assume this role. Name the ones that need it, as in '${exactForm(text, scope)}'.`;
}

/** The namespace, where it is known, stays in the example. */
function exactForm(text: Text, scope: 'all' | 'namespaces' | 'names'): string {
  const namespace = split(text, ':')[2];
  return `${SUBJECT_PREFIX}${scope === 'names' && namespace && !hasWildcard(namespace) ? display(namespace) : 'NAMESPACE'}:NAME`;
}

function fixes(
  policy: PolicyReading,
  reading: StatementReading,
  condition: ConditionReading,
  value: ValueReading,
  workspace: Workspace,
): readonly Fix[] {
  const matching = knownAccounts(workspace, policy.policy).filter(
    (account) => matchGlob(value.text, [subjectFor(account)]) === 'yes',
  );
  const linked = matching.filter((account) => account.linked);
  const only = (title: string, accounts: readonly KnownAccount[]) =>
    fix(title, 'suggested', exactly(reading, condition, value, accounts.map(subjectFor)));
  // Where the role is known to be somebody's, the others that the pattern happens to match are no offer.
  const each = (linked.length > 0 ? linked : matching)
    .slice(0, 8)
    .flatMap((account) => only(`Only ${shown(account)}`, [account]));
  const several =
    linked.length > 1
      ? only(
          `Only ${linked.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')} (all that are annotated with this role)`,
          linked,
        )
      : linked.length === 0 && matching.length > 1 && matching.length <= 20
        ? only(`Only the ${matching.length} service accounts of the workspace that match`, matching)
        : [];
  const form = value.node.kind === 'string' ? exactSubject(value.node) : exactForm(value.text, 'all');
  return [
    ...each,
    ...several,
    ...fix('Name one service account …', 'suggested', exactly(reading, condition, value, [form]), 'placeholder'),
  ];
}

/** The pattern gives way to these subjects; where no other pattern is left, the comparison becomes exact. */
function exactly(
  { statement }: StatementReading,
  { condition, values, operator }: ConditionReading,
  value: ValueReading,
  subjects: readonly string[],
): ReturnType<typeof setOperator> {
  const others = values.filter((each) => each !== value);
  // What another value names already need not stand there twice.
  const fresh = subjects.filter((subject) => !others.some(({ text }) => literalOf(text) === subject));
  if (fresh.length === 0) {
    const removed = removeValue(statement, condition, value.node);
    if (removed.length > 0) return removed;
  }
  const wanted = fresh.length > 0 ? fresh : subjects;
  const wild = others.some(({ text }) => hasWildcard(text) || hasHole(text));
  const grammar = condition.operatorProperty ?? condition.block;
  if (wild || !grammar || !operator) return replaceOne(statement, condition, value.node, wanted);
  const all = values.flatMap((each) =>
    each === value ? wanted : each.node.kind === 'string' ? [typed(each.node)] : [],
  );
  const exact = operatorName({ ...operator, name: 'StringEquals' });
  const edits = setOperator(statement, condition, exact, all);
  return edits.length > 0 ? edits : replaceOne(statement, condition, value.node, wanted);
}

/** eksctl makes `StringLike system:serviceaccount:NAMESPACE:PATTERN` of it. */
function eksctlPatterns({ subjectPatterns }: EksctlCluster, report: Reporter): void {
  for (const pattern of subjectPatterns) {
    if (!hasWildcard(pattern.text)) continue;
    report({
      at: pattern,
      severity: 'warning',
      message: `The pattern ${quote(pattern.text)} lets every service account of the namespace that it matches assume this role; leave 'subjectPattern' away, so that the role is for this one alone.`,
    });
  }
}

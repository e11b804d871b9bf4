import { editDistance } from '../iam/distance.js';
import { SUBJECT_PREFIX } from '../iam/names.js';
import { literalOf } from '../syntax/text.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Report } from './rule.js';
import {
  type ConditionReading,
  conditionsMeantFor,
  type PolicyReading,
  type StatementReading,
  trustReadings,
  type ValueReading,
} from './support/reading.js';
import { replaceOne } from './support/statementEdits.js';
import type { ExactAccount } from './support/subjectPattern.js';
import { type KnownAccount, knownAmong, shown, subjectFor } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { fix, listed, together } from './support/wording.js';

const ACCOUNT = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: worker
  namespace: payments
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments-worker
`;

function trusting(subject: string) {
  return trust(
    irsa({ Condition: { StringEquals: { [`${ISSUER}:sub`]: subject, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } } }),
  );
}

export const trustUnknownSubject = defineRule({
  id: 'trust-unknown-subject',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'A subject names a service account that exists.',
    why: 'The workspace defines no service account of this name, but one that differs by a letter or two, or by the namespace. The role is then assumed by nobody.',
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: { ...trusting('system:serviceaccount:payments:wrker'), 'sa.yaml': ACCOUNT },
    good: { ...trusting('system:serviceaccount:payments:worker'), 'sa.yaml': ACCOUNT },
    links: [LINKS.irsa],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || !reading.irsa) continue;
        const reports = conditionsMeantFor(reading, 'sub')
          .filter(({ operator }) => operator && !operator.negated && operator.type !== 'null')
          .flatMap((condition) =>
            condition.values.flatMap((value) => judge(policy, reading, condition, value, workspace)),
          );
        for (const each of together(reports, 'Take the nearest service account throughout')) report(each);
      }
    }
  },
});

function judge(
  policy: PolicyReading,
  reading: StatementReading,
  condition: ConditionReading,
  value: ValueReading,
  workspace: Workspace,
): Report[] {
  const { subject, literalWildcard, node, text } = value;
  if (literalWildcard || subject.accounts !== 'one' || !subject.exact || literalOf(text) === undefined) return [];
  const { namespace, name } = subject.exact;
  // Every namespace has one by itself.
  if (name === 'default' || workspace.accountsNamed(namespace, name).length > 0) return [];
  const near = nearAccounts(subject.exact, policy, workspace);
  if (near.length === 0 || mayExist(subject.exact, workspace)) return [];
  return [
    {
      at: node,
      message: `'${SUBJECT_PREFIX}${namespace}:${name}' names no service account here; did you mean ${listed(
        near.slice(0, 3).map((account) => `'${account.namespace}:${account.name}'`),
        'or',
      )}?`,
      fixes: () =>
        near
          .slice(0, 6)
          .flatMap((account) =>
            fix(
              `Name ${shown(account)}`,
              'suggested',
              replaceOne(reading.statement, condition.condition, node, [subjectFor(account)]),
            ),
          ),
    },
  ];
}

/** Could an account whose namespace or name is not known be this one? Or does a workload say that it exists elsewhere? */
function mayExist({ namespace, name }: ExactAccount, workspace: Workspace): boolean {
  return workspace.mayBeVague(namespace, name) || workspace.isRunAs(namespace, name);
}

function nearAccounts(wanted: ExactAccount, policy: PolicyReading, workspace: Workspace): readonly KnownAccount[] {
  return (
    knownAmong(workspace.accountsNear(wanted.name), workspace, policy.policy)
      .flatMap((account) => {
        const distance = distanceTo(wanted, account);
        return distance === undefined ? [] : [{ account, distance }];
      })
      // An account that some policy names rightly is not what another one misspells.
      .filter(({ account }) => !workspace.isTrusted(account.namespace, account.name))
      .sort((a, b) => Number(b.account.linked) - Number(a.account.linked) || a.distance - b.distance)
      .map(({ account }) => account)
  );
}

/** Undefined where they are too far apart to be one mistake. */
function distanceTo(wanted: ExactAccount, account: ExactAccount): number | undefined {
  const name = editDistance(wanted.name, account.name, limitFor(wanted.name, account.name));
  if (name === undefined) return undefined;
  if (name === 0)
    return wanted.namespace === account.namespace ? 0 : (editDistance(wanted.namespace, account.namespace, 2) ?? 3);
  const namespace = editDistance(wanted.namespace, account.namespace, 1);
  return namespace === undefined || name + namespace > 2 ? undefined : name + namespace;
}

/** Of short words two letters are another word. */
function limitFor(a: string, b: string): number {
  return Math.min(a.length, b.length) <= 3 ? 1 : 2;
}

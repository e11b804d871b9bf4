import { defineRule, type Reporter } from './rule.js';
import { isOpenShiftSubject } from './support/openShift.js';
import {
  type ConditionReading,
  conditionsMeantFor,
  isGuard,
  type PolicyReading,
  trustReadings,
  type ValueReading,
} from './support/reading.js';
import { isTag } from './support/sessionTags.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { listed } from './support/wording.js';

export const trustSharedRole = defineRule({
  id: 'trust-shared-role',
  severity: 'hint',
  scope: 'document',
  fix: 'none',
  docs: {
    summary: 'Each service account has a role of its own.',
    why: 'What one workload may do, all that share the role may do, and CloudTrail shows the same role for all of them.',
    bad: trust(
      irsa({
        Condition: {
          StringEquals: {
            [`${ISSUER}:sub`]: ['system:serviceaccount:payments:api', 'system:serviceaccount:payments:worker'],
            [`${ISSUER}:aud`]: 'sts.amazonaws.com',
          },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa],
  },
  check(facts, report) {
    for (const policy of trustReadings(facts)) {
      bySubject(policy, report);
      byTag(policy, report);
    }
  },
});

function bySubject({ statements }: PolicyReading, report: Reporter): void {
  const accounts = new Map<string, ValueReading>();
  for (const reading of statements) {
    if (!reading.allows || !reading.irsa) continue;
    for (const condition of conditionsMeantFor(reading, 'sub')) {
      if (!isPositive(condition)) continue;
      for (const value of condition.values) {
        if (isOpenShiftSubject(value.text)) continue;
        if (value.literalWildcard || value.subject.accounts !== 'one' || !value.subject.exact) continue;
        const label = `${value.subject.exact.namespace}/${value.subject.exact.name}`;
        if (!accounts.has(label)) accounts.set(label, value);
      }
    }
  }
  if (accounts.size < 2) return;
  const [, second] = accounts.values();
  report({ at: second!.node, message: messageFor([...accounts.keys()]) });
}

function byTag({ statements }: PolicyReading, report: Reporter): void {
  for (const { allows, podIdentity, conditions } of statements) {
    if (!allows || podIdentity.length === 0) continue;
    const names = conditions.find(
      (condition) => isTag(condition, 'kubernetes-service-account') && isPositive(condition),
    );
    if (!names || names.values.length < 2) continue;
    report({
      at: names.values[1]!.node,
      message: `This role is for ${names.values.length} service accounts; a role for each keeps their permissions apart.`,
    });
  }
}

function isPositive(condition: ConditionReading): boolean {
  return (
    isGuard(condition) !== 'no' ||
    (condition.operator !== undefined && !condition.operator.negated && condition.operator.type !== 'null')
  );
}

function messageFor(labels: readonly string[]): string {
  const shown = labels.length > 4 ? [...labels.slice(0, 3), `${labels.length - 3} more`] : labels;
  return `This role is for ${labels.length} service accounts: ${listed(shown)}. A role for each keeps their permissions apart.`;
}

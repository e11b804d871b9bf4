import type { Association } from '../facts/model.js';
import { ASSUME_ROLE } from '../iam/principals.js';
import { literalOf } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import { coversAction } from './support/actions.js';
import {
  type ConditionReading,
  mayHoldMore,
  type PolicyReading,
  type StatementReading,
  trustReadings,
} from './support/reading.js';
import { addConditions } from './support/statementEdits.js';
import { LINKS, podIdentity, trust } from './support/trustExamples.js';
import { fix } from './support/wording.js';

export const trustUnscopedPodIdentity = defineRule({
  id: 'trust-unscoped-pod-identity',
  severity: 'hint',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: 'A role for Pod Identity says by conditions which cluster, namespace and service account it is for.',
    why: 'Without conditions every cluster of the account can use the role, for any service account that somebody makes an association for.',
    bad: trust({
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }),
    good: trust(podIdentity()),
    links: [LINKS.podIdentity, LINKS.abac, LINKS.confusedDeputy],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        const [service] = reading.podIdentity;
        if (!service || !reading.allows || mayHoldMore(reading) || reading.conditions.some(isScope)) continue;
        if (coversAction(reading, ASSUME_ROLE) === 'no') continue;
        report({
          at: service.value,
          message:
            "Any cluster of the account can use this role for any service account; say which by 'aws:SourceArn' or 'aws:RequestTag/kubernetes-namespace' and '…/kubernetes-service-account'.",
          fixes: () => fixes(policy, reading, workspace),
        });
      }
    }
  },
});

function isScope({ key, claim }: ConditionReading): boolean {
  if (key.kind === 'unclear') return true;
  if (key.kind !== 'service') return claim !== undefined;
  const [name] = key.name;
  return (
    key.prefix === 'aws' &&
    typeof name === 'string' &&
    /^(?:source(?:arn|account|org)|requesttag\/|principaltag\/|principalorg)/i.test(name)
  );
}

function fixes({ policy }: PolicyReading, { statement }: StatementReading, workspace: Workspace): readonly Fix[] {
  const own = policy.role ? workspace.associationsOf(policy.role) : [];
  const scoped = own.flatMap((association) => {
    const tags = tagsOf(association);
    if (!tags) return [];
    return fix(
      `Only for ${literal(association.namespace)}/${literal(association.serviceAccount)}`,
      'suggested',
      addConditions(statement, 'StringEquals', tags),
    );
  });
  const account =
    policy.role?.account ??
    (policy.role?.arn ? /^arn:[^:]+:iam::(\d{12}):/.exec(literalOf(policy.role.arn.text) ?? '')?.[1] : undefined);
  return [
    ...scoped,
    ...fix(
      account ? `Only for clusters of the account ${account}` : 'Only for one namespace and service account …',
      'suggested',
      addConditions(
        statement,
        'StringEquals',
        account
          ? { 'aws:SourceAccount': [account] }
          : {
              'aws:RequestTag/kubernetes-namespace': ['NAMESPACE'],
              'aws:RequestTag/kubernetes-service-account': ['SERVICE_ACCOUNT'],
            },
      ),
      account ? undefined : 'placeholder',
    ),
  ];
}

function tagsOf({ namespace, serviceAccount }: Association): Record<string, readonly string[]> | undefined {
  const [ns, name] = [literal(namespace), literal(serviceAccount)];
  if (!ns || !name) return undefined;
  return { 'aws:RequestTag/kubernetes-namespace': [ns], 'aws:RequestTag/kubernetes-service-account': [name] };
}

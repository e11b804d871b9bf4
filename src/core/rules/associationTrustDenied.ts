import type { Association, Role } from '../facts/model.js';
import { replaceString } from '../syntax/edits.js';
import { literalOf } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import {
  associationLabel,
  hasPattern,
  roleOfAssociation,
  roleSpot,
  startOf,
  tagsDisabled,
} from './support/associations.js';
import { accountYaml, associationYaml, podIdentityRole } from './support/manifestExamples.js';
import { nearAccounts } from './support/nearAccounts.js';
import { needsTags, type PodIdentityDenial, podIdentityDenial } from './support/podIdentityDenials.js';
import { appendValue, trustByPodIdentity } from './support/policyEdits.js';
import { roleName } from './support/roleArns.js';
import { isTag } from './support/sessionTags.js';

export const associationTrustDenied = defineRule({
  id: 'association-trust-denied',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: "The role of an association lets EKS Pod Identity in for the association's service account.",
    why: "EKS assumes the role as 'pods.eks.amazonaws.com' with the cluster, namespace and service account as session tags. If the role's trust policy asks for others, the pods get no credentials.",
    awsSays:
      'AccessDeniedException: Unauthorized Exception! EKS does not have permissions to assume the associated role.',
    bad: {
      'association.yaml': associationYaml('shop', 'cart', 'cart'),
      'role.json': podIdentityRole('cart', 'store', 'cart'),
      'sa.yaml': accountYaml('cart', 'shop'),
    },
    good: {
      'association.yaml': associationYaml('shop', 'cart', 'cart'),
      'role.json': podIdentityRole('cart', 'shop', 'cart'),
      'sa.yaml': accountYaml('cart', 'shop'),
    },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html',
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html',
    ],
  },
  check(facts, report, workspace) {
    for (const association of facts.associations) {
      const role = roleOfAssociation(association, workspace);
      if (!role) continue;
      if (hasPattern(association) || namesNobody(association, workspace)) continue;
      if (tagsDisabled(association) === true && needsTags(role, association)) continue;
      const denial = podIdentityDenial(role, association, workspace);
      if (!denial) continue;
      const name = roleName(role);
      report({
        at: roleSpot(association),
        message: `${name === undefined ? 'The role' : `Role '${name}'`} does not let Pod Identity in for '${associationLabel(association)}': ${denial.miss}.`,
        fixes: () => repairs(association, role, denial),
        related: [
          {
            at: denial.failing[0]?.values[0]?.node ?? startOf(role.trustPolicy!.node),
            message: 'Its trust policy stands here.',
          },
        ],
      });
    }
  },
});

/** A misspelled account is denied because of that, and that is said. */
function namesNobody({ namespace, serviceAccount }: Association, workspace: Workspace): boolean {
  const exact = { namespace: literal(namespace), name: literal(serviceAccount) };
  if (exact.namespace === undefined || exact.name === undefined) return false;
  return nearAccounts({ namespace: exact.namespace, name: exact.name }, workspace).length > 0;
}

function repairs(association: Association, role: Role, { reason, failing }: PodIdentityDenial): Fix[] {
  const namespace = literal(association.namespace);
  const name = literal(association.serviceAccount);
  if (reason === 'principal') return name ? trustByPodIdentity(role.trustPolicy!, namespace, name) : [];
  const wanted = failing.map((condition) => ({ condition, value: valueFor(condition, association) }));
  if (wanted.some(({ value, condition }) => value === undefined || condition.operator?.negated)) return [];
  const replaced = wanted.flatMap(({ condition, value }) => {
    const [only, ...others] = condition.values;
    return only?.node.kind === 'string' && others.length === 0 ? [replaceString(only.node, value!)] : [];
  });
  const added = wanted.flatMap(({ condition, value }) => appendValue(condition.condition, value!) ?? []);
  const label = associationLabel(association);
  const fixes: Fix[] = [];
  if (replaced.length === wanted.length)
    fixes.push({ title: `In the trust policy: let '${label}' in instead`, safety: 'suggested', edits: replaced });
  if (added.length === wanted.length)
    fixes.push({ title: `In the trust policy: let '${label}' in as well`, safety: 'suggested', edits: added });
  return [...fixes, ...onAssociation(association, failing)];
}

type Condition = PodIdentityDenial['failing'][number];

function valueFor(condition: Condition, association: Association): string | undefined {
  if (isTag(condition, 'kubernetes-namespace')) return literal(association.namespace);
  if (isTag(condition, 'kubernetes-service-account')) return literal(association.serviceAccount);
  if (isTag(condition, 'eks-cluster-name')) return literal(association.clusterName);
  // An ARN keeps all but the cluster's name.
  const typed = literalOf(condition.values[0]?.text ?? []);
  const cluster = literal(association.clusterName);
  return typed !== undefined && cluster !== undefined && typed.includes(':cluster/')
    ? typed.replace(/:cluster\/.*$/, `:cluster/${cluster}`)
    : undefined;
}

/** Where just one thing differs, it may be the association that is wrong. */
function onAssociation(association: Association, failing: readonly Condition[]): Fix[] {
  const [only, ...others] = failing;
  const [value, ...more] = only?.values ?? [];
  const wanted = value && literalOf(value.text);
  if (!only || others.length > 0 || more.length > 0 || !wanted || /[*?]/.test(wanted)) return [];
  const node = isTag(only, 'kubernetes-namespace')
    ? association.namespace
    : isTag(only, 'kubernetes-service-account')
      ? association.serviceAccount
      : undefined;
  if (!node || literal(node) === undefined) return [];
  return [
    {
      title: `In the association: '${literal(node)}' → '${wanted}'`,
      safety: 'suggested',
      edits: [replaceString(node, wanted)],
    },
  ];
}

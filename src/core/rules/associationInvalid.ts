import type { Association } from '../facts/model.js';
import { matchGlob } from '../iam/globs.js';
import { addProperty, removeProperty, replaceString, replaceValue } from '../syntax/edits.js';
import { display } from '../syntax/text.js';
import { literal, type ObjectNode, type Property, property, type StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Reporter } from './rule.js';
import { associationLabel, propertyOf, roleOfAssociation, tagsDisabled, tagsField } from './support/associations.js';
import { associationYaml } from './support/manifestExamples.js';
import { needsTags } from './support/podIdentityDenials.js';
import { roleName } from './support/roleArns.js';
import { knownAccounts } from './support/trustAccounts.js';

export const associationInvalid = defineRule({
  id: 'association-invalid',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'An association names one namespace and one service account, and its fields go together.',
    why: "Names in associations are no patterns. A session policy is taken only with 'disableSessionTags', while a role that asks for session tags needs them; and each thing is said in one field only.",
    awsSays: 'InvalidParameterException: Policy can only be set when session tags are disabled',
    bad: { 'association.yaml': associationYaml('shop', '"*"', 'cart') },
    good: { 'association.yaml': associationYaml('shop', 'cart', 'cart') },
    links: [
      'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html',
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html',
    ],
  },
  check(facts, report, workspace) {
    for (const association of facts.associations) {
      patterns(association, report, workspace);
      sessionPolicy(association, report);
      disabledTags(association, report, workspace);
      exclusive(association, report);
    }
  },
});

function patterns(association: Association, report: Reporter, workspace: Workspace): void {
  for (const field of ['namespace', 'serviceAccount'] as const) {
    const node = association[field];
    if (!node?.text.some((part) => typeof part === 'string' && /[*?]/.test(part))) continue;
    report({
      at: node,
      message: `'${display(node.text)}' is taken as it stands, not as a pattern, and no ${field === 'namespace' ? 'namespace' : 'service account'} has such a name; an association is for one.`,
      fixes: () => names(association, field, node, workspace),
    });
  }
}

function names(
  association: Association,
  field: 'namespace' | 'serviceAccount',
  node: StringNode,
  workspace: Workspace,
): Fix[] {
  const other = literal(field === 'namespace' ? association.serviceAccount : association.namespace);
  const found = new Set<string>();
  for (const { namespace, name } of knownAccounts(workspace)) {
    const [own, beside] = field === 'namespace' ? [namespace, name] : [name, namespace];
    const fits = other === undefined || /[*?]/.test(other) || other === beside;
    if (fits && own !== 'default' && matchGlob(node.text, [own]) === 'yes') found.add(own);
  }
  if (found.size === 0) {
    const placeholder = field === 'namespace' ? 'NAMESPACE' : 'SERVICE_ACCOUNT';
    return [{ title: 'Name one', safety: 'suggested', edits: [replaceString(node, placeholder)], placeholder: true }];
  }
  return [...found].slice(0, 8).map((name) => ({
    title: `Only '${name}'`,
    safety: 'suggested',
    edits: [replaceString(node, name)],
  }));
}

function sessionPolicy(association: Association, report: Reporter): void {
  const { policy } = association;
  if (!policy || policy.kind === 'null' || tagsDisabled(association) !== false) return;
  if (policy.kind === 'string' && policy.raw === '') return;
  const member = propertyOf(association, policy);
  const at = member && member.key.document === association.node.document ? member.key : policy;
  const given = association.disableSessionTags;
  const field = tagsField(association);
  report({
    at,
    message: `A session policy is taken only where session tags are disabled: '${field}' should be true.`,
    fixes: () => [
      {
        title: `Set '${field}' to true, so that no session tags are sent`,
        safety: 'suggested',
        edits: [given ? replaceValue(given, true) : addProperty(holderOf(association, member), field, true)],
      },
    ],
  });
}

function holderOf({ node }: Association, member: Property | undefined): ObjectNode {
  const holder = member?.key.parent;
  return holder?.kind === 'object' ? holder : node;
}

function disabledTags(association: Association, report: Reporter, workspace: Workspace): void {
  const { disableSessionTags: at, policy } = association;
  if (!at || tagsDisabled(association) !== true) return;
  const role = roleOfAssociation(association, workspace);
  if (!role || !needsTags(role, association)) return;
  const name = roleName(role);
  report({
    at,
    message: `${name === undefined ? 'The role' : `Role '${name}'`} lets in by session tags only ('aws:RequestTag/…'), and the association for '${associationLabel(association)}' sends none; leave '${tagsField(association)}' out.`,
    fixes: () => {
      const member = propertyOf(association, at);
      // A session policy would then be refused.
      if (policy || !member) return [];
      return [
        {
          title: 'Send the session tags',
          safety: 'suggested',
          edits: [removeProperty(holderOf(association, member), member)],
        },
      ];
    },
    ...(role.trustPolicy
      ? {
          related: [
            {
              at: role.trustPolicy.statements[0]?.conditions[0]?.key ?? role.trustPolicy.node,
              message: 'The role asks for the tags here.',
            },
          ],
        }
      : {}),
  });
}

/** Fields of which one excludes the others, by format. Crossplane fills a field from its reference, so there both may stand. */
const EXCLUSIVE: Partial<Record<Association['source'], readonly (readonly [string, readonly string[]])[]>> = {
  eksctl: [['roleARN', ['permissionPolicy', 'permissionPolicyARNs', 'wellKnownPolicies']]],
  ack: [
    ['clusterName', ['clusterRef']],
    ['roleARN', ['roleRef']],
    ['targetRoleARN', ['targetRoleRef']],
  ],
};

function exclusive({ source, node }: Association, report: Reporter): void {
  for (const [field, others] of EXCLUSIVE[source] ?? []) {
    const one = property(node, field);
    if (!one || isEmpty(one)) continue;
    for (const name of others) {
      const other = property(node, name);
      if (!other || isEmpty(other)) continue;
      const [first, second] = one.key.start < other.key.start ? [one, other] : [other, one];
      report({
        at: second.key,
        message: `'${second.key.raw}' and '${first.key.raw}' exclude each other; keep the one that is meant.`,
        fixes: () =>
          [second, first].map((member) => ({
            title: `Remove '${member.key.raw}'`,
            safety: 'suggested',
            edits: [removeProperty(node, member)],
          })),
        related: [{ at: first.key, message: 'The other one stands here.' }],
      });
      break;
    }
  }
}

function isEmpty({ value }: Property): boolean {
  return (
    value === undefined ||
    value.kind === 'null' ||
    (value.kind === 'string' && value.raw === '') ||
    (value.kind === 'array' && value.items.length === 0)
  );
}

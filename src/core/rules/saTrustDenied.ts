import type { Role, TrustPolicy } from '../facts/model.js';
import { editDistance } from '../iam/distance.js';
import { parseSubject } from '../iam/names.js';
import { replaceString } from '../syntax/edits.js';
import { display, literalOf, sameText } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import { parseRoleArn } from '../workspace/roleArn.js';
import type { AccountVariant, Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report } from './rule.js';
import { type AnnotatedAccount, accountLabel, annotatedAccounts, hasCertainAssociation } from './support/accounts.js';
import { removeMember, setAnnotation } from './support/annotationEdits.js';
import { AUDIENCE, ROLE_ARN } from './support/annotationKeys.js';
import { type Denial, irsaDenial } from './support/denials.js';
import { accountYaml, exampleArn, irsaRole } from './support/manifestExamples.js';
import { appendValue, trustByIrsa } from './support/policyEdits.js';
import { type ConditionReading, conditionsMeantFor } from './support/reading.js';
import { pathOfRole, roleName } from './support/roleArns.js';

export const saTrustDenied = defineRule({
  id: 'sa-trust-denied',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: "The role that a service account's annotation names lets that service account in.",
    why: "AWS STS compares the token's issuer, subject and audience with the role's trust policy, letter by letter. If one differs, the pods get no credentials.",
    awsSays:
      'An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: {
      'sa.yaml': accountYaml('api', 'payments', [`${ROLE_ARN}: ${exampleArn('payments-api')}`]),
      'role.json': irsaRole('payments-api', 'payment', 'api'),
    },
    good: {
      'sa.yaml': accountYaml('api', 'payments', [`${ROLE_ARN}: ${exampleArn('payments-api')}`]),
      'role.json': irsaRole('payments-api', 'payments', 'api'),
    },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html',
      'https://docs.aws.amazon.com/eks/latest/userguide/troubleshoot-iam-roles-for-service-accounts.html',
    ],
  },
  looksAt: ['serviceAccounts', 'kustomizations'],
  check(facts, report, workspace) {
    for (const annotated of annotatedAccounts(facts, workspace)) {
      // The annotation is ignored then, and that is said.
      if (hasCertainAssociation(annotated.account, workspace)) continue;
      const match = workspace.roleFor(annotated.value);
      if (match.found) {
        const found = denied(annotated, match.found, workspace);
        if (found) report(found);
      } else if (match.pathDiffers) report(wrongPath(annotated, match.pathDiffers));
    }
  },
});

function wrongPath({ value }: AnnotatedAccount, role: Role): Report {
  const path = pathOfRole(role) ?? '/';
  const name = roleName(role) ?? '';
  const wanted = parseRoleArn(value.text)?.path ?? '/';
  return {
    at: value,
    severity: 'warning',
    message: `'${display(value.text)}' does not exist: role '${name}' has the path '${path}', not '${wanted}', and the path is part of its ARN.`,
    fixes: () => {
      const typed = literalOf(value.text);
      if (typed === undefined) return [];
      const arn = `${typed.slice(0, typed.indexOf(':role/') + ':role'.length)}${path}${name}`;
      return [{ title: `Change to '${arn}'`, safety: 'suggested', edits: [replaceString(value, arn)] }];
    },
    related: [{ at: role.name ?? role.node, message: 'The role stands here.' }],
  };
}

function denied(annotated: AnnotatedAccount, role: Role, workspace: Workspace): Report | undefined {
  const denials = annotated.variants.map((variant) => irsaDenial(role, variant));
  const [denial] = denials;
  // Every overlay's variant must be denied, or there is one for which the annotation is right.
  if (!denial || denials.some((each) => each === undefined)) return undefined;
  // An association that may be for this account would win, and then the role is right.
  if (denial.reason === 'mechanism' && workspace.associationsFor(annotated.account).length > 0) return undefined;
  const [variant] = annotated.variants;
  // An add-on's account that nobody names here is at fault only if the role trusts no account by this mechanism at all.
  const named = annotated.account.fact.metadata.name !== undefined;
  if (!named && denial.reason !== 'mechanism') return undefined;
  const who = named ? `'${accountLabel(variant!)}'` : 'the service account';
  const name = roleName(role);
  const called = name === undefined ? 'the role' : `role '${name}'`;
  return {
    at: annotated.value,
    message: `${called[0]!.toUpperCase()}${called.slice(1)} does not let ${who} in: ${denial.miss}.`,
    fixes: () => [
      ...inPolicy(role.trustPolicy!, denial, variant!, workspace),
      ...onAccount(annotated, denial, variant!),
    ],
    related: [{ at: placeOf(role, denial), message: 'Its trust policy stands here.' }],
  };
}

function placeOf(role: Role, { near }: Denial): Report['at'] {
  const subject = near.flatMap((statement) => conditionsMeantFor(statement, 'sub'))[0]?.values[0]?.node;
  const node = subject ?? role.trustPolicy!.node;
  return subject ? node : { document: node.document, start: node.start, end: node.start + 1 };
}

// ── the policy's side ──────────────────────────────────────────────────────────────────────────────────────────────────

function inPolicy(policy: TrustPolicy, denial: Denial, variant: AccountVariant, workspace: Workspace): Fix[] {
  // An account without a namespace is taken to be in the one that the policy names.
  const namespace = literalOf(variant.namespace) ?? namespacesOf(denial)[0];
  const name = literalOf(variant.name);
  if (namespace === undefined || name === undefined) return [];
  const subject = `system:serviceaccount:${namespace}:${name}`;
  switch (denial.reason) {
    case 'subject':
      return denial.near
        .flatMap((statement) => conditionsMeantFor(statement, 'sub'))
        .flatMap((condition) => letIn(condition, subject, `${namespace}/${name}`));
    case 'audience':
      return denial.near
        .flatMap((statement) => conditionsMeantFor(statement, 'aud'))
        .flatMap((condition) => letIn(condition, literal(variant.audience) ?? 'sts.amazonaws.com', undefined));
    case 'mechanism':
      return trustByIrsa(policy, subject, workspace);
    case 'deny':
      return [];
  }
}

function namespacesOf({ near }: Denial): string[] {
  return near
    .flatMap((statement) => conditionsMeantFor(statement, 'sub'))
    .flatMap(({ values }) => values)
    .flatMap(({ text }) => {
      const subject = parseSubject(text);
      return subject.kind === 'account' ? (literalOf(subject.namespace) ?? []) : [];
    });
}

/** The nearest value becomes the right one, or the right one is added to them. */
function letIn(condition: ConditionReading, wanted: string, label: string | undefined): Fix[] {
  if (!condition.operator || condition.operator.negated) return [];
  const fixes: Fix[] = [];
  const near = condition.values
    .flatMap(({ node, text }) => {
      const typed = literalOf(text);
      return node.kind === 'string' && typed !== undefined && !/[*?]/.test(typed) ? [{ node, typed }] : [];
    })
    .map((each) => ({ ...each, distance: editDistance(each.typed, wanted, 40) ?? 100 }))
    .sort((a, b) => a.distance - b.distance)[0];
  if (near) {
    fixes.push({
      title: `In the trust policy: '${near.typed}' → '${wanted}'`,
      safety: 'suggested',
      edits: [replaceString(near.node, wanted)],
    });
  }
  const added = appendValue(condition.condition, wanted);
  if (added) {
    fixes.push({
      title:
        label === undefined
          ? `In the trust policy: also accept '${wanted}'`
          : `In the trust policy: let '${label}' in as well`,
      safety: 'suggested',
      edits: [added],
    });
  }
  return fixes;
}

// ── the account's side ─────────────────────────────────────────────────────────────────────────────────────────────────

function onAccount({ account, value }: AnnotatedAccount, denial: Denial, variant: AccountVariant): Fix[] {
  const { fact } = account;
  if (denial.reason === 'mechanism' || denial.reason === 'deny') {
    const edits = removeMember(keyOf(value));
    return edits.length === 0 ? [] : [{ title: `Remove the annotation '${ROLE_ARN}'`, safety: 'suggested', edits }];
  }
  if (denial.reason === 'audience') {
    const wanted = denial.near
      .flatMap((statement) => conditionsMeantFor(statement, 'aud'))
      .flatMap(({ values }) => literalOf(values[0]?.text ?? []) ?? [])[0];
    if (wanted === undefined || wanted === '') return [];
    const edits = setAnnotation(fact.metadata, fact.node, AUDIENCE, wanted);
    return edits.length === 0 ? [] : [{ title: `Ask for the audience '${wanted}'`, safety: 'suggested', edits }];
  }
  // Only what the account's own file says can be changed there, and only one of both may differ.
  const { name, namespace } = fact.metadata;
  return denial.near
    .flatMap((statement) => conditionsMeantFor(statement, 'sub'))
    .flatMap(({ values, operator }) => (operator?.negated ? [] : values))
    .flatMap(({ text }): Fix[] => {
      const subject = parseSubject(text);
      const wanted =
        subject.kind === 'account'
          ? { namespace: literalOf(subject.namespace), name: literalOf(subject.name) }
          : undefined;
      if (!wanted?.namespace || !wanted.name) return [];
      const differs = (['namespace', 'name'] as const).filter(
        (field) => sameText(variant[field], [wanted[field]!]) === 'no',
      );
      const node = differs[0] === 'name' ? name : namespace;
      const [field] = differs;
      if (differs.length !== 1 || !field || !node || literal(node) !== literalOf(variant[field])) return [];
      return [
        {
          title: `On the service account: ${field} '${display(node.text)}' → '${wanted[field]}'`,
          safety: 'suggested',
          edits: [replaceString(node, wanted[field]!)],
        },
      ];
    });
}

function keyOf(value: AnnotatedAccount['value']): AnnotatedAccount['value'] {
  const holder = value.parent;
  return (
    (holder?.kind === 'object' ? holder.properties.find((member) => member.value === value)?.key : undefined) ?? value
  );
}

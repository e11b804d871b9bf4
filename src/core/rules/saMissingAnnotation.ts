import type { Role, ServiceAccount } from '../facts/model.js';
import { placeOf } from '../syntax/tree.js';
import { directoryOf } from '../workspace/paths.js';
import type { Account, Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix } from './rule.js';
import { exactVariants } from './support/accounts.js';
import { setAnnotation } from './support/annotationEdits.js';
import { LEGACY_ROLE, meantKey, ROLE_ARN } from './support/annotationKeys.js';
import { accountYaml, exampleArn, irsaRole } from './support/manifestExamples.js';
import { meansAnnotation } from './support/misspelled.js';
import { podAccount } from './support/podAccount.js';
import { ACCOUNT_PLACEHOLDER, arnOfRole, ROLE_PLACEHOLDER, roleArn, roleName } from './support/roleArns.js';
import { listed, quote } from './support/wording.js';

export const saMissingAnnotation = defineRule({
  id: 'sa-missing-annotation',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'A service account that a role trusts by IRSA names that role in its annotation.',
    why: "The trust policy only allows; what makes the webhook inject the role is the annotation. Without it the pods run with the node's role.",
    bad: { 'sa.yaml': accountYaml('cart', 'shop'), 'role.json': irsaRole('shop-cart', 'shop', 'cart') },
    good: {
      'sa.yaml': accountYaml('cart', 'shop', [`${ROLE_ARN}: ${exampleArn('shop-cart')}`]),
      'role.json': irsaRole('shop-cart', 'shop', 'cart'),
    },
    links: ['https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html'],
  },
  looksAt: ['serviceAccounts'],
  check(facts, report, workspace) {
    for (const fact of facts.serviceAccounts) {
      const account = workspace.accountOf(fact);
      const at = fact.metadata.name;
      if (!account || !at || fact.managed || carriesRole(account)) continue;
      const exact = exactVariants(account.variants);
      if (!exact) continue;
      const trusting = exact.map(({ namespace, name }) => workspace.trustPoliciesNaming(namespace, name));
      if (trusting.some((policies) => policies.length === 0)) continue;
      if (exact.some(({ namespace, name }) => annotatedElsewhere(namespace, name, workspace))) continue;
      if (workspace.associationsFor(account).length > 0 || standsOnPods(account, workspace)) continue;
      const roles = [...new Set(trusting.flat().flatMap(({ role }) => role ?? []))];
      const names = roles.flatMap((role) => roleName(role) ?? []);
      const who =
        names.length === 0
          ? 'A role trusts'
          : `Role${names.length > 1 ? 's' : ''} ${listed(names.map(quote))} trust${names.length > 1 ? '' : 's'}`;
      const { namespace, name } = exact[0]!;
      report({
        at,
        message: `${who} '${namespace}/${name}' by IRSA, but this service account names no role: it should carry '${ROLE_ARN}', or its pods run with the node's role.`,
        fixes: () => additions(account, roles),
        related: [...new Set(trusting.flat())].map(({ node }) => ({
          at: { document: node.document, start: node.start, end: node.start + 1 },
          message: `This trust policy names '${namespace}/${name}'.`,
        })),
      });
    }
  },
});

/** Or may carry one, or was meant to: other rules speak of that. */
function carriesRole({ fact, variants }: Account): boolean {
  const carries = variants.some(
    ({ roleArn: value, open, annotations }) =>
      value !== undefined ||
      open ||
      annotations.some(
        ({ key, value: own }) =>
          key.raw === LEGACY_ROLE ||
          meantKey(key.raw, own) === ROLE_ARN ||
          // A number is no role, but meant as one.
          (key.raw === ROLE_ARN && own !== undefined && own.kind !== 'string' && own.kind !== 'null'),
      ),
  );
  return carries || meansAnnotation(fact, ROLE_ARN);
}

/** Another definition of the account, a command or a tool brings the annotation. */
function annotatedElsewhere(namespace: string, name: string, workspace: Workspace): boolean {
  return workspace
    .accountsNamed(namespace, name)
    .some(({ fact, variants }) => fact.managed === true || variants.some(({ roleArn }) => roleArn !== undefined));
}

/** The annotation stands on the pods that run as the account, or on their workload: that is said there. */
function standsOnPods({ fact }: Account, workspace: Workspace): boolean {
  const { chart, metadata } = fact;
  const near = new Set([
    ...(metadata.name ? workspace.workloadsTyping(metadata.name.text) : []),
    ...(chart === undefined ? [] : workspace.workloadsOfChart(chart)),
  ]);
  return [...near].some(({ fact: workload }) => {
    const { metadata, podMetadata } = workload;
    const given = [metadata, ...(podMetadata ? [podMetadata] : [])].flatMap((each) => [
      ...each.annotations,
      ...each.labels,
    ]);
    const meant = given.some(({ key, value }) => {
      if (key.raw === ROLE_ARN || key.raw === LEGACY_ROLE) return true;
      return meantKey(key.raw, value) === ROLE_ARN;
    });
    return meant && podAccount(workload, workspace)?.fact === fact;
  });
}

function additions({ fact }: Account, roles: readonly Role[]): Fix[] {
  const add = (title: string, arn: string, placeholder: boolean): Fix[] => {
    const edits = setAnnotation(fact.metadata, fact.node, ROLE_ARN, arn);
    if (edits.length === 0) return [];
    return [{ title, safety: 'suggested', edits, ...(placeholder ? { placeholder: true as const } : {}) }];
  };
  const references = roles.flatMap((role) => referenceTo(role, fact) ?? []);
  if (references.length > 0) {
    return references.flatMap((reference) => add(`Annotate with '${reference}'`, `\${${reference}}`, false));
  }
  const arns = roles.flatMap((role) => arnOfRole(role) ?? []);
  const known = arns.filter((arn) => arn.known);
  if (known.length > 0) return known.flatMap(({ arn }) => add(`Annotate with '${arn}'`, arn, false));
  const [left] = arns;
  return left
    ? add(`Annotate with '${left.arn}'; the account is yours to fill in`, left.arn, true)
    : add(
        "Annotate with the role's ARN, which is yours to fill in",
        roleArn(ACCOUNT_PLACEHOLDER, ROLE_PLACEHOLDER),
        true,
      );
}

/** In one module of Terraform a role is named by its reference. */
function referenceTo(role: Role, { source, node }: ServiceAccount): string | undefined {
  const { file, language } = node.document;
  if (source !== 'terraform' || language !== 'hcl' || role.source !== 'terraform') return undefined;
  const resource = /#(aws_iam_role\.[\w-]+)$/.exec(role.address ?? '')?.[1];
  const together = directoryOf(placeOf(role.node).file) === directoryOf(file);
  return resource !== undefined && together ? `${resource}.arn` : undefined;
}

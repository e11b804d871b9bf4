import type { Association, ServiceAccount } from '../facts/model.js';
import { areExclusive } from '../syntax/templates.js';
import { display, sameText } from '../syntax/text.js';
import { literal, outermost, placeOf, type StringNode, type SyntaxNode } from '../syntax/tree.js';
import type { Account, AccountVariant, Workspace } from '../workspace/workspace.js';
import { defineRule } from './rule.js';
import { accountLabel, annotatedAccounts } from './support/accounts.js';
import { removeMember } from './support/annotationEdits.js';
import { ROLE_ARN } from './support/annotationKeys.js';
import { areAlternatives, eksctlClusterAround, mayBeTogether } from './support/clusters.js';
import { computeWithoutPodIdentity } from './support/compute.js';
import { accountYaml, associationYaml, exampleArn } from './support/manifestExamples.js';

export const saMixedMechanisms = defineRule({
  id: 'sa-mixed-mechanisms',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'A service account gets its role by the annotation or by an association, not by both.',
    why: 'With both, the webhook injects Pod Identity only, so that the annotated role is never used. On Fargate and Windows, where there is no Pod Identity agent, the pods then get no credentials at all.',
    bad: {
      'sa.yaml': accountYaml('mailer', 'mail', [`${ROLE_ARN}: ${exampleArn('mailer-irsa')}`]),
      'association.yaml': associationYaml('mail', 'mailer', 'mailer'),
    },
    good: { 'sa.yaml': accountYaml('mailer', 'mail'), 'association.yaml': associationYaml('mail', 'mailer', 'mailer') },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html',
      'https://github.com/aws/amazon-eks-pod-identity-webhook',
    ],
  },
  looksAt: ['serviceAccounts', 'kustomizations'],
  check(facts, report, workspace) {
    for (const { account, value, variants } of annotatedAccounts(facts, workspace)) {
      const association = workspace
        .associationsSurelyFor({ variants })
        .find((each) => mayStandBeside(each, value) && isNearestTo(each, account, workspace));
      if (!association || mayBeWithout(account, variants)) continue;
      report({
        at: value,
        message: `'${accountLabel(variants[0]!)}' also has a Pod Identity association, which wins: ${whatIsLost(association, value)}, and on ${whereItFails(account, workspace)} they get no credentials.`,
        fixes: () => {
          const key =
            value.parent?.kind === 'object'
              ? value.parent.properties.find((member) => member.value === value)?.key
              : undefined;
          const edits = key ? removeMember(key) : [];
          return edits.length === 0
            ? []
            : [{ title: 'Remove the annotation; the association stays', safety: 'suggested', edits }];
        },
        related: [standsHere(association)],
      });
    }
    // What eksctl makes for IRSA it annotates, with a role of its own.
    for (const fact of facts.serviceAccounts) {
      const account = fact.managed ? workspace.accountOf(fact) : undefined;
      const association = account
        ? workspace
            .associationsSurelyFor(account)
            .find(
              (each) =>
                mayBeOfOneCluster(each, fact, workspace) &&
                mayStandBeside(each, fact.node) &&
                isNearestTo(each, account, workspace),
            )
        : undefined;
      if (!account || !association || !fact.metadata.name) continue;
      report({
        at: fact.metadata.name,
        message: `'${accountLabel(account.variants[0]!)}' gets a role by IRSA here and also has a Pod Identity association, which wins: the pods never use the role of IRSA, and on ${whereItFails(account, workspace)} they get no credentials.`,
        related: [standsHere(association)],
      });
    }
  },
});

function whatIsLost({ roleArn }: Association, annotated: StringNode): string {
  return roleArn && sameText(roleArn.text, annotated.text) === 'yes'
    ? 'the annotation does nothing for its pods'
    : `the pods never use '${display(annotated.text)}'`;
}

/** A template that makes either the one or the other never makes both. */
function mayStandBeside({ node }: Association, other: SyntaxNode): boolean {
  const [first, second] = [placeOf(node), placeOf(other)];
  return first.file !== second.file || !areExclusive(outermost(node.document).text, first.start, second.start);
}

/** Accounts of one name in several folders are of several clusters. */
function isNearestTo(
  { namespace, serviceAccount, node }: Association,
  account: Account,
  workspace: Workspace,
): boolean {
  const named = workspace.accountsMeant({ namespace: namespace!.text, name: serviceAccount!.text }, { node });
  return mayBeTogether(
    account.fact.node,
    named.map((each) => each.account.fact.node),
    node,
  );
}

function mayBeOfOneCluster(association: Association, account: ServiceAccount, workspace: Workspace): boolean {
  const [own, other] = [account, association].map(({ node }) => eksctlClusterAround(node, workspace));
  const [name, otherName] = [literal(own?.name), literal(association.clusterName)];
  // Two of eksctl's configurations are of two clusters, unless they say that it is one.
  if (own && other && own !== other) return name !== undefined && name === otherName && !areAlternatives(own, other);
  return name === undefined || otherName === undefined || name === otherName;
}

/** An overlay that makes the same account without annotation: which one the association is for, nobody knows. */
function mayBeWithout(account: Account, annotated: readonly AccountVariant[]): boolean {
  return account.variants.some(
    (other) =>
      other.roleArn === undefined &&
      annotated.some(
        ({ namespace, name }) => sameText(namespace, other.namespace) !== 'no' && sameText(name, other.name) !== 'no',
      ),
  );
}

function whereItFails({ variants, fact }: Account, workspace: Workspace): string {
  const stranded = workspace
    .workloadsRunningAs(variants, fact)
    .flatMap(({ fact: workload }) => computeWithoutPodIdentity(workload)?.name ?? []);
  return stranded.length > 0 ? [...new Set(stranded)].join(' and ') : 'Fargate and Windows';
}

function standsHere({ serviceAccount, node }: Association) {
  return { at: serviceAccount ?? node, message: 'The association stands here.' };
}

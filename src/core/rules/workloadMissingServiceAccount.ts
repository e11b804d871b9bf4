import { addProperty } from '../syntax/edits.js';
import { lineEndOf } from '../syntax/layout.js';
import { display, literalOf, sameText } from '../syntax/text.js';
import type { ObjectNode } from '../syntax/tree.js';
import type { PlacedWorkload, Workspace } from '../workspace/workspace.js';
import { defineRule, type Report } from './rule.js';
import { ROLE_ARN } from './support/annotationKeys.js';
import { mayBeTogether } from './support/clusters.js';
import { accountYaml, deploymentYaml, exampleArn } from './support/manifestExamples.js';

const ACCOUNT = accountYaml('cart', 'shop', [`${ROLE_ARN}: ${exampleArn('shop-cart')}`]);

export const workloadMissingServiceAccount = defineRule({
  id: 'workload-missing-service-account',
  severity: 'warning',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'A workload for which there is a service account with a role runs as that service account.',
    why: "Without 'serviceAccountName' the pods run as 'default', and the role that was made for them is not theirs.",
    bad: { 'sa.yaml': ACCOUNT, 'deploy.yaml': deploymentYaml('cart', 'shop') },
    good: { 'sa.yaml': ACCOUNT, 'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'cart' }) },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html',
      'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/',
    ],
  },
  check(facts, report, workspace) {
    for (const workload of facts.workloads) {
      const { podSpec, serviceAccountName } = workload;
      const placed = workspace.workloadOf(workload);
      if (!placed || !podSpec || podSpec.open || (serviceAccountName && serviceAccountName.raw !== '')) continue;
      // A patch may name one, or the template leave it to a value.
      if (!placed.variants.every((variant) => literalOf(variant.serviceAccountName ?? []) === 'default')) continue;
      const name = workload.metadata.name;
      if (!name || !placed.variants.every((variant) => hasAccountWithRole(variant, placed, workspace))) continue;
      const written = display(name.text);
      report({
        at: firstLine(podSpec),
        message: `${workload.kind} '${written}' names no service account and runs as 'default', though service account '${written}' has a role; it should have 'serviceAccountName: ${written}'.`,
        fixes: () => {
          const index = podSpec.properties.findIndex(({ key }) => key.raw === 'containers');
          const edit = addProperty(
            podSpec,
            'serviceAccountName',
            written,
            index > 0 ? podSpec.properties[index - 1] : undefined,
          );
          return [{ title: `Run as service account '${written}'`, safety: 'suggested', edits: [edit] }];
        },
      });
    }
  },
});

function firstLine(podSpec: ObjectNode): Report['at'] {
  const { document, start } = podSpec;
  return { document, start, end: Math.min(lineEndOf(document.text, start), podSpec.end) };
}

function hasAccountWithRole(
  variant: PlacedWorkload['variants'][number],
  { fact }: PlacedWorkload,
  workspace: Workspace,
): boolean {
  const withRole = [
    ...workspace
      .accountsMeant(variant, fact)
      .filter(({ account }) => account.fact.managed || account.variants.some(({ roleArn }) => roleArn !== undefined))
      .map(({ account }) => account.fact.node),
    ...workspace.associationsNaming(variant).map(({ node }) => node),
  ];
  if (withRole.length === 0) return false;
  const named = workspace
    .workloadsNamed(fact.metadata.name!.raw)
    .filter(
      (each) =>
        each.fact.kind === fact.kind &&
        each.variants.some(({ namespace }) => sameText(namespace, variant.namespace) !== 'no'),
    )
    .map((each) => each.fact.node);
  return withRole.some((node) => mayBeTogether(fact.node, named, node));
}

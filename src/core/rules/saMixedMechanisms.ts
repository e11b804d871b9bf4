import { display } from '../syntax/text.js';
import { defineRule } from './rule.js';
import { accountLabel, annotatedAccounts } from './support/accounts.js';
import { removeMember } from './support/annotationEdits.js';
import { ROLE_ARN } from './support/annotationKeys.js';
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
  *check(facts, workspace) {
    for (const { account, value, variants } of annotatedAccounts(facts, workspace)) {
      const [association] = workspace.associationsSurelyFor({ variants });
      if (!association) continue;
      const stranded = workspace
        .workloadsRunningAs(account.variants, account.fact)
        .flatMap(({ fact }) => computeWithoutPodIdentity(fact)?.name ?? []);
      const where = stranded.length > 0 ? [...new Set(stranded)].join(' and ') : 'Fargate and Windows';
      yield {
        at: value,
        message: `'${accountLabel(variants[0]!)}' also has a Pod Identity association, which wins: the pods never use '${display(value.text)}', and on ${where} they get no credentials.`,
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
        related: [{ at: association.serviceAccount ?? association.node, message: 'The association stands here.' }],
      };
    }
  },
});

import type { Edit } from '../syntax/edits.js';
import { defineRule, type Fix } from './rule.js';
import { ROLE_ARN } from './support/annotationKeys.js';
import { removeVariable, removeVariables } from './support/environmentEdits.js';
import { accountYaml, deploymentYaml, exampleArn } from './support/manifestExamples.js';
import { type deployed, type PodIdentity, podIdentityOf } from './support/podIdentityOf.js';

const WEB_IDENTITY = new Set(['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE']);
const ACCOUNT = accountYaml('cart', 'shop', [`${ROLE_ARN}: ${exampleArn('shop-cart')}`]);

export const workloadPresetIdentityEnv = defineRule({
  id: 'workload-preset-identity-env',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: 'The variables that the webhook injects are not set by hand.',
    why: "Where a container has one of them already, the webhook injects neither of the pair: with 'AWS_ROLE_ARN' set there is no token file, and the role is not assumed. A token file set by hand also goes before Pod Identity.",
    bad: {
      'sa.yaml': ACCOUNT,
      'deploy.yaml': deploymentYaml('cart', 'shop', {
        account: 'cart',
        container: ['env:', `  - { name: AWS_ROLE_ARN, value: "${exampleArn('shop-cart')}" }`],
      }),
    },
    good: { 'sa.yaml': ACCOUNT, 'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'cart' }) },
    links: [
      'https://github.com/aws/amazon-eks-pod-identity-webhook',
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html',
    ],
  },
  check(facts, report, workspace) {
    for (const workload of facts.workloads) {
      if (!workload.containers.some(({ env }) => env.some(({ name }) => isInjected(name.raw)))) continue;
      const identity = podIdentityOf(workload, workspace) ?? ofChart(workload, workspace);
      if (!identity) continue;
      const how = identity.mechanism === 'irsa' ? 'IRSA' : 'Pod Identity';
      for (const { env } of workload.containers) {
        const preset = env.filter(({ name }) => isInjected(name.raw) && disturbs(name.raw, identity));
        for (const variable of preset) {
          const name = variable.name.raw;
          report({
            at: variable.name,
            message: `'${name}' is set by hand, but service account '${identity.account}' has its role by ${how}: the webhook injects none of its variables where one is there. Leave it out.`,
            fixes: () => [
              ...removal(`Remove '${name}'`, removeVariable(variable)),
              ...(preset.length > 1 ? removal('Remove all that the webhook injects', removeVariables(preset)) : []),
            ],
          });
        }
      }
    }
  },
});

function removal(title: string, edits: readonly Edit[]): Fix[] {
  return edits.length === 0 ? [] : [{ title, safety: 'suggested', edits }];
}

function isInjected(name: string): boolean {
  return WEB_IDENTITY.has(name) || name.startsWith('AWS_CONTAINER_');
}

/** The pair of the other mechanism does no harm, but for a token file, which comes first in every SDK. */
function disturbs(name: string, { mechanism }: PodIdentity): boolean {
  if (mechanism === 'irsa') return WEB_IDENTITY.has(name);
  return name.startsWith('AWS_CONTAINER_') || WEB_IDENTITY.has(name);
}

/** A chart's values name no workload: its pods run as the account of the same values, where there is just one. */
function ofChart(
  workload: Parameters<typeof deployed>[0],
  workspace: Parameters<typeof deployed>[1],
): PodIdentity | undefined {
  if (workload.source !== 'helm-values') return undefined;
  const accounts = workspace
    .accounts()
    .filter(({ fact }) => fact.source === 'helm-values' && fact.node.document.file === workload.node.document.file);
  const [only] = accounts;
  if (accounts.length !== 1 || !only?.variants.every(({ roleArn }) => roleArn !== undefined)) return undefined;
  return { mechanism: 'irsa', account: only.fact.metadata.name?.raw ?? 'of the chart' };
}

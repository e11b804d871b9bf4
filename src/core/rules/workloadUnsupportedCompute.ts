import { defineRule } from './rule.js';
import { computeWithoutPodIdentity } from './support/compute.js';
import { accountYaml, associationYaml, deploymentYaml } from './support/manifestExamples.js';
import { podIdentityOf } from './support/podIdentityOf.js';

const ASSOCIATED = {
  'sa.yaml': accountYaml('report', 'office'),
  'association.yaml': associationYaml('office', 'report', 'report'),
};

export const workloadUnsupportedCompute = defineRule({
  id: 'workload-unsupported-compute',
  severity: 'error',
  scope: 'workspace',
  fix: 'none',
  docs: {
    summary: 'Pods under Pod Identity run on Linux nodes of EC2.',
    why: 'The Pod Identity agent is a DaemonSet of Linux nodes. On Windows and on Fargate nothing answers at its address, and the pods get no credentials; IRSA works there.',
    bad: {
      ...ASSOCIATED,
      'deploy.yaml': deploymentYaml('report', 'office', {
        account: 'report',
        pod: ['nodeSelector:', '  kubernetes.io/os: windows'],
      }),
    },
    good: {
      ...ASSOCIATED,
      'deploy.yaml': deploymentYaml('report', 'office', {
        account: 'report',
        pod: ['nodeSelector:', '  kubernetes.io/os: linux'],
      }),
    },
    links: ['https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html'],
  },
  check(facts, report, workspace) {
    for (const workload of facts.workloads) {
      const compute = computeWithoutPodIdentity(workload);
      if (!compute) continue;
      const identity = podIdentityOf(workload, workspace);
      if (identity?.mechanism !== 'pod-identity') continue;
      const at = identity.association?.serviceAccount;
      report({
        at: compute.node,
        message: `This selects ${compute.name}, where EKS Pod Identity does not work, and service account '${identity.account}' gets its role by an association; use IRSA for it, or Linux nodes of EC2.`,
        ...(at ? { related: [{ at, message: 'The association stands here.' }] } : {}),
      });
    }
  },
});

import { parseRoleArn } from '../aws/roles.js';
import type { ClusterState } from '../state.js';
import type { LiveFinding, ServiceAccountIdentity } from '../types.js';
import { agentOf } from './agent.js';
import { providerFor } from './oidcProvider.js';
import { issuerOfOtherCluster } from './otherCluster.js';

/** What concerns the cluster and no single service account of it. */
export function clusterFindings(state: ClusterState, rows: readonly ServiceAccountIdentity[]): LiveFinding[] {
  const findings: LiveFinding[] = [];
  const find = (ruleId: string, severity: LiveFinding['severity'], short: string, message: string, object?: string) =>
    findings.push({ ruleId, severity, short, message, ...(object === undefined ? {} : { object }) });
  const otherIssuer = issuerOfOtherCluster(state);
  if (state.issuer.known && otherIssuer !== undefined) {
    find(
      'live-cluster-mismatch',
      'error',
      'not the cluster that EKS describes',
      `The context's cluster issues tokens as '${state.issuer.value}', but EKS's '${state.clusterName}' as '${otherIssuer}': these are two clusters.`,
    );
  }
  // A role of another account needs the provider there, and this one not.
  const lacksProvider = ({ winner, roleArn }: ServiceAccountIdentity) => {
    const role = winner === 'irsa' ? parseRoleArn(roleArn ?? '') : undefined;
    const provider = role && providerFor(state, role.account);
    return provider?.known === true && !provider.value.exists;
  };
  if (state.oidcProvider.known && !state.oidcProvider.value.exists && rows.some(lacksProvider)) {
    find(
      'live-oidc-provider-missing',
      'error',
      'no OIDC provider in IAM',
      'IAM has no OIDC provider for this cluster; IRSA cannot work.',
    );
  }
  const agent = agentOf(state);
  if (agent.known && rows.some((row) => row.winner === 'pod-identity')) {
    const { kind, healthy, status, issues } = agent.value;
    if (kind === 'missing')
      find(
        'live-agent-missing',
        'error',
        'no Pod Identity agent',
        "The add-on 'eks-pod-identity-agent' is not installed; Pod Identity cannot work.",
      );
    else if (!healthy)
      find(
        'live-agent-degraded',
        'warning',
        `agent ${status ?? 'degraded'}`,
        `The Pod Identity agent is ${status ?? 'degraded'}${issues.length > 0 ? `: ${issues.join('; ')}` : ''}.`,
      );
  }
  for (const { name, imds } of state.nodeGroups.known ? state.nodeGroups.value : []) {
    const open = [
      ...(imds?.tokens === 'optional' ? ['IMDSv1 is allowed'] : []),
      ...((imds?.hopLimit ?? 1) > 1 ? [`the hop limit is ${imds?.hopLimit}`] : []),
    ];
    if (open.length === 0 || imds?.disabled) continue;
    find(
      'node-open-imds',
      'warning',
      open.join(', '),
      `Node group '${name}': ${open.join(' and ')}, so pods can take the node's role; require IMDSv2 with a hop limit of 1.`,
      name,
    );
  }
  for (const [key, association] of otherIssuer === undefined ? state.associations : []) {
    const namespace = key.slice(0, key.indexOf('/'));
    // Only where the list is known to be whole does absence prove anything.
    if (
      state.serviceAccounts.has(key) ||
      state.accountsUnknown.get('*') !== undefined ||
      state.accountsUnknown.get(namespace)?.known === false
    )
      continue;
    find(
      'association-unknown-service-account',
      'warning',
      `${key} does not exist`,
      `Association '${association.id}' is for ${key}, which does not exist.`,
      association.id,
    );
  }
  return findings;
}

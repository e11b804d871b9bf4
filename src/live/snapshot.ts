import { agentOf } from './judge/agent.js';
import { clusterFindings } from './judge/clusterFindings.js';
import { type ClusterState, unknownIn } from './state.js';
import type { ClusterSnapshot, ServiceAccountIdentity } from './types.js';

/** The state and its rows as they are shown. @param reading what only the reading itself knows */
export function snapshotOf(
  state: ClusterState,
  serviceAccounts: readonly ServiceAccountIdentity[],
  reading: Pick<ClusterSnapshot, 'complete' | 'awsReadAt' | 'failures'>,
): ClusterSnapshot {
  const eks = state.eks.known ? state.eks.value : undefined;
  return {
    context: state.context,
    name: state.clusterName,
    ...(state.region === undefined ? {} : { region: state.region }),
    ...(state.account === undefined ? {} : { account: state.account }),
    ...(eks === undefined ? {} : { arn: eks.arn, autoMode: eks.autoMode }),
    ...(eks?.authenticationMode === undefined ? {} : { authenticationMode: eks.authenticationMode }),
    ...(state.issuer.known ? { issuer: state.issuer.value } : {}),
    ...(state.kubernetesVersion === undefined ? {} : { kubernetesVersion: state.kubernetesVersion }),
    kind: eks === undefined ? 'unknown' : 'eks',
    readAt: Date.now(),
    callerAws: state.callerAws,
    callerKubernetes: state.callerKubernetes,
    oidcProvider: state.oidcProvider,
    agent: agentOf(state),
    nodeGroups: state.nodeGroups,
    fargateProfiles: state.fargateProfiles,
    listed: state.serviceAccounts.size > 0 || unknownIn(state.accountsUnknown, '') === undefined,
    namespacesUnread: namespacesUnread(state),
    serviceAccounts,
    findings: clusterFindings(state, serviceAccounts),
    ...reading,
  };
}

function namespacesUnread({ accountsUnknown }: ClusterState): { namespace: string; why: string }[] {
  return [...accountsUnknown]
    .flatMap(([namespace, known]) => (known.known || known.reason === 'pending' ? [] : [{ namespace, why: known.why }]))
    .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
}

import type { LiveAccount, LiveTrustPolicy, LiveView } from '../core/identity/driftView.js';
import { annotationOf, audienceOf, DEFAULT_AUDIENCE } from './accountAnnotations.js';
import { issuerOfOtherCluster } from './judge/otherCluster.js';
import { type ClusterState, unknownIn } from './state.js';

/** A read cluster as files are compared with it; nothing unknown looks like absence in it. */
export function liveView(state: ClusterState): LiveView {
  const accounts = new Map<string, LiveAccount>();
  // What EKS tells of another cluster is not to be held against these files.
  const isOther = issuerOfOtherCluster(state) !== undefined;
  const associations: ClusterState['associations'] = isOther ? new Map() : state.associations;
  for (const key of new Set([...state.serviceAccounts.keys(), ...associations.keys()])) {
    const [namespace, name] = key.split('/') as [string, string];
    const account = state.serviceAccounts.get(key);
    const roleArn = account && annotationOf(account);
    const association = associations.get(key);
    accounts.set(key, {
      namespace,
      name,
      seen: account !== undefined,
      ...(roleArn === undefined ? {} : { roleArn }),
      audience: account ? audienceOf(account) : DEFAULT_AUDIENCE,
      ...(association === undefined ? {} : { association }),
    });
  }
  const trustPolicies = new Map<string, LiveTrustPolicy>();
  for (const known of state.roles.values()) {
    if (!known.known || known.value.kind === 'missing') continue;
    const { role, policy, text } = known.value.read;
    if (policy) trustPolicies.set(role.arn, { policy, text });
  }
  return {
    context: state.context,
    ...(state.eks.known ? { clusterName: state.eks.value.name } : {}),
    ...(state.clusterArn === undefined ? {} : { clusterArn: state.clusterArn }),
    ...(state.issuer.known ? { issuer: state.issuer.value } : {}),
    accounts,
    isListed: (namespace) =>
      (state.namespace === undefined || state.namespace === namespace) &&
      unknownIn(state.accountsUnknown, namespace) === undefined,
    associationsKnown: state.associationsKnown.known && !isOther && state.namespace === undefined,
    trustPolicies,
  };
}

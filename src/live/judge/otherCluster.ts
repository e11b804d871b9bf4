import type { ClusterState } from '../state.js';

/**
 * The issuer of the cluster that EKS describes, where the API server is another's: the kubeconfig's name leads to one, its
 * endpoint to the other. What EKS tells says nothing of these pods then.
 */
export function issuerOfOtherCluster({ eks, issuer }: ClusterState): string | undefined {
  const described = eks.known ? eks.value.issuer : undefined;
  return issuer.known && described !== undefined && described !== issuer.value ? described : undefined;
}

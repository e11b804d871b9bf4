import type { RoleArn } from '../aws/roles.js';
import type { ClusterState } from '../state.js';
import type { Known, OidcProviderState, Trust } from '../types.js';
import type { Notes } from './notes.js';

/** The provider that a role needs, which stands in the role's own account; only the cluster's is read. */
export function providerFor(
  { oidcProvider, account, callerAccount }: ClusterState,
  roleAccount: string,
): Known<OidcProviderState> {
  const asked = account ?? callerAccount;
  return asked === undefined || asked === roleAccount
    ? oidcProvider
    : { known: false, why: `it would be in account ${roleAccount}`, reason: 'other-account' };
}

/** STS looks the provider up before it looks at the role: without it, or with another audience, nobody gets in. */
export function judgeProvider(state: ClusterState, arn: RoleArn, audience: string, trust: Trust, notes: Notes): void {
  const known = providerFor(state, arn.account);
  if (!notes.need(known, 'the OIDC provider in IAM')) return;
  const provider = known.value;
  if (!provider.exists) {
    const issuer = state.issuer.known ? state.issuer.value : 'the cluster';
    notes.find(
      'live-oidc-provider-missing',
      'error',
      'no OIDC provider in IAM',
      `IAM has no OIDC provider for '${issuer}' in account ${arn.account}; STS refuses every token of the cluster.`,
    );
  } else if (!provider.clientIds.includes(audience) && trust !== 'denied') {
    notes.find(
      'live-audience-not-registered',
      'error',
      `audience '${audience}' is not registered`,
      `The OIDC provider does not accept the audience '${audience}'; it has ${provider.clientIds.map((id) => `'${id}'`).join(', ') || 'none'}.`,
      provider.arn,
    );
  }
}

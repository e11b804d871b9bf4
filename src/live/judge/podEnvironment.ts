import type { Resolution } from '../../core/identity/resolve.js';
import type { ContainerRecord, PodRecord } from '../kubernetes/records.js';
import type { PodEnvironment } from '../types.js';

/** Where the webhook mounts its token, Linux and Windows (amazon-eks-pod-identity-webhook, pkg/handler). */
const WEBHOOK_TOKEN = /[/\\]var[/\\]run[/\\]secrets[/\\]eks\.amazonaws\.com[/\\]serviceaccount[/\\]token$/;
const AGENT = /^http:\/\/(?:169\.254\.170\.23|\[fd00:ec2::23\])(?::80)?\//;

/** What a container's variables are: the webhook's work, or somebody's hand. */
type ContainerIdentity =
  | { readonly kind: 'irsa'; readonly roleArn: string }
  | { readonly kind: 'pod-identity' }
  | { readonly kind: 'preset'; readonly names: readonly string[] }
  | { readonly kind: 'none' };

function identityOf(container: ContainerRecord): ContainerIdentity {
  const { roleArn, webIdentityTokenFile, containerCredentialsUri } = container;
  if (roleArn !== undefined || webIdentityTokenFile !== undefined) {
    const names = [
      ...(roleArn === undefined ? [] : ['AWS_ROLE_ARN']),
      ...(webIdentityTokenFile === undefined ? [] : ['AWS_WEB_IDENTITY_TOKEN_FILE']),
    ];
    if (roleArn === undefined || webIdentityTokenFile === undefined || !WEBHOOK_TOKEN.test(webIdentityTokenFile))
      return { kind: 'preset', names };
    return { kind: 'irsa', roleArn };
  }
  if (containerCredentialsUri !== undefined) {
    return AGENT.test(containerCredentialsUri)
      ? { kind: 'pod-identity' }
      : { kind: 'preset', names: ['AWS_CONTAINER_CREDENTIALS_FULL_URI'] };
  }
  if (container.containerTokenFileAlone) return { kind: 'preset', names: ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] };
  return { kind: 'none' };
}

export interface PodIdentity {
  /** What its environment says now. */
  readonly environment: PodEnvironment;
  readonly stale: boolean;
  /** Variables of the mechanism that were set by hand, so that the webhook injects nothing. */
  readonly preset: readonly string[];
  readonly staticCredentials: readonly string[];
}

/** What a pod's containers say, whatever it should be. */
interface Observed extends Omit<PodIdentity, 'stale'> {
  readonly injected: ContainerIdentity;
  /** No container that the webhook would touch. */
  readonly empty: boolean;
}

/** The pods of a workload share their containers' records. */
const observed = new WeakMap<readonly ContainerRecord[], Observed>();

/** Reads a pod's environment and holds it against what the webhook would inject into a new pod today. */
export function podIdentity(pod: PodRecord, resolution?: Resolution): PodIdentity {
  const { injected, empty, ...seen } = observedIn(pod);
  // The webhook would leave such a pod alone today as well.
  const untouched = pod.skipsWebhook || empty || (seen.preset.length > 0 && injected.kind === 'none');
  return { ...seen, stale: resolution !== undefined && !untouched && differs(injected, resolution) };
}

function observedIn(pod: PodRecord): Observed {
  if (pod.skipContainers.length > 0) return observe(pod);
  const known = observed.get(pod.containers) ?? observe(pod);
  observed.set(pod.containers, known);
  return known;
}

function observe(pod: PodRecord): Observed {
  const containers = pod.containers.filter((container) => !pod.skipContainers.includes(container.name));
  const identities = containers.map(identityOf);
  const preset = [...new Set(identities.flatMap((identity) => (identity.kind === 'preset' ? identity.names : [])))];
  const staticCredentials = [...new Set(pod.containers.flatMap((container) => container.staticCredentials))];
  const injected = identities.find((identity) => identity.kind === 'irsa' || identity.kind === 'pod-identity') ?? {
    kind: 'none' as const,
  };
  const environment: PodEnvironment =
    staticCredentials.length > 0
      ? { kind: 'static-credentials' }
      : injected.kind === 'irsa'
        ? { kind: 'irsa', roleArn: injected.roleArn }
        : { kind: injected.kind };
  return { environment, injected, preset, staticCredentials, empty: containers.length === 0 };
}

function differs(injected: ContainerIdentity, { winner, roleArn, certain }: Resolution): boolean {
  switch (winner) {
    case 'irsa':
      // Where associations are unknown, such a pod is rather evidence of one.
      if (injected.kind === 'pod-identity') return certain;
      return injected.kind !== 'irsa' || injected.roleArn !== roleArn;
    case 'pod-identity':
      return injected.kind !== 'pod-identity';
    default:
      return injected.kind === 'irsa' || (injected.kind === 'pod-identity' && certain);
  }
}

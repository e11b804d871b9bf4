import type { Resolution } from '../../core/identity/resolve.js';
import { ROLE_ANNOTATION } from '../accountAnnotations.js';
import { drawnCredentials } from '../kubernetes/environmentSources.js';
import type { PodRecord } from '../kubernetes/records.js';
import { type ClusterState, PENDING } from '../state.js';
import type { AssociationState } from '../types.js';
import type { Notes } from './notes.js';
import { type PodIdentity, podIdentity } from './podEnvironment.js';
import { quote } from './words.js';

/** A pod of the account, and what its environment makes of it beside what a new pod would get. */
export interface JudgedPod {
  readonly pod: PodRecord;
  readonly identity: PodIdentity;
}

const ENDED = new Set(['Succeeded', 'Failed', 'Terminating']);

/** Those that have not ended and are not about to: nobody restarts a completed Job's pods, or those of a roll-out that are going. */
export function runningPods(state: ClusterState, key: string): PodRecord[] {
  const all = state.pods.get(key);
  return all ? [...all.values()].filter(({ phase }) => !ENDED.has(phase)) : [];
}

/** A pod's identity by its own variables and by those that it takes from Secrets and ConfigMaps. */
export function identityOf(state: ClusterState, pod: PodRecord, resolution?: Resolution): PodIdentity {
  const identity = podIdentity(pod, resolution);
  const { names } = drawnCredentials(state.sources, pod);
  if (names.length === 0) return identity;
  return {
    ...identity,
    environment: { kind: 'static-credentials' },
    staticCredentials: [...new Set([...identity.staticCredentials, ...names])],
  };
}

/** What the environments of its pods tell: old identities, keys, variables set by hand, and pods that the webhook leaves alone. */
export function judgePods(
  resolution: Resolution,
  pods: readonly JudgedPod[],
  association: AssociationState | undefined,
  notes: Notes,
): void {
  const own = resolution.winner === 'irsa' || resolution.winner === 'pod-identity';
  const stale = pods.filter(({ identity }) => identity.stale);
  if (stale.length > 0) {
    const older =
      association?.createdAt !== undefined &&
      stale.every(({ pod }) => (pod.startedAt ?? Number.POSITIVE_INFINITY) < association.createdAt!);
    const [verb, them] = stale.length === 1 ? ['shows', 'it'] : ['show', 'them'];
    notes.find(
      'live-stale-pods',
      'warning',
      `${stale.length} of ${pods.length} pods ${older ? 'older than the association' : 'show another identity'}`,
      `${quote(stale.map(({ pod }) => pod.name))} still ${verb} another identity than a new pod would get; restart ${them}.`,
    );
  }
  const keyed = pods.filter(({ identity }) => identity.staticCredentials.length > 0);
  if (keyed.length > 0) {
    const names = [...new Set(keyed.flatMap(({ identity }) => identity.staticCredentials))].join(', ');
    notes.find(
      'workload-static-credentials',
      'error',
      'AWS keys in the environment',
      `${quote(keyed.map(({ pod }) => pod.name))} ${keyed.length === 1 ? 'has' : 'have'} ${names} in the environment${own ? ', which most SDKs use instead of the role' : ''}.`,
    );
  }
  const preset = own ? pods.filter(({ identity }) => identity.preset.length > 0) : [];
  if (preset.length > 0) {
    const names = [...new Set(preset.flatMap(({ identity }) => identity.preset))].join(', ');
    // The webhook leaves each pair alone for itself; of two whole pairs the SDKs take the web identity.
    const then =
      resolution.winner === 'pod-identity' && names.includes('AWS_WEB_IDENTITY_TOKEN_FILE')
        ? 'which SDKs use before Pod Identity'
        : 'so the webhook injects neither variable of the pair';
    notes.find(
      'workload-preset-identity-env',
      'error',
      `${names} set by hand`,
      `${quote(preset.map(({ pod }) => pod.name))} ${preset.length === 1 ? 'sets' : 'set'} ${names} by hand, ${then}.`,
    );
  }
  const passedOver = own ? pods.filter(({ pod }) => !pod.skipsWebhook && skipsAll(pod)) : [];
  if (passedOver.length > 0) {
    const names = quote(passedOver.map(({ pod }) => pod.name));
    notes.find(
      'live-webhook-skipped',
      'warning',
      'the webhook skips every container',
      `'eks.amazonaws.com/skip-containers' of ${names} names every container, so nothing is injected.`,
    );
  }
  const skipped = own ? pods.filter(({ pod }) => pod.skipsWebhook) : [];
  if (skipped.length > 0) {
    notes.find(
      'live-webhook-skipped',
      'warning',
      'the webhook is switched off by a label',
      `${quote(skipped.map(({ pod }) => pod.name))} ${skipped.length === 1 ? 'carries' : 'carry'} the label 'eks.amazonaws.com/skip-pod-identity-webhook', so nothing is injected.`,
    );
  }
  const misplaced = pods.filter(({ pod }) => pod.misplacedRole !== undefined);
  if (misplaced.length > 0) {
    notes.find(
      'sa-misplaced-annotation',
      'error',
      'the role annotation is on the pods',
      `'${ROLE_ANNOTATION}' on ${quote(misplaced.map(({ pod }) => pod.name))} has no effect; it belongs on the service account.`,
    );
  }
}

/** Keys that nobody could look for are not absent. */
export function judgeSources(state: ClusterState, pods: readonly JudgedPod[], notes: Notes): void {
  for (const { pod, identity } of pods) {
    if (identity.staticCredentials.length > 0) continue;
    for (const { source, keys } of drawnCredentials(state.sources, pod).gaps)
      notes.need(keys ?? PENDING, `the ${source.kind} '${source.name}', which its pods take variables from`);
  }
}

function skipsAll({ containers, skipContainers }: PodRecord): boolean {
  return containers.length > 0 && containers.every(({ name }) => skipContainers.includes(name));
}

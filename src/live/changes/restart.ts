import { failed, success } from '../failure.js';
import type { Result } from '../types.js';
import type { ChangeContext } from './context.js';
import { restartTexts, undoRestartTexts } from './toolTexts.js';
import type { ChangePlan, ChangeRequest, PlannedCall, RestartableKind } from './types.js';

/** What `kubectl rollout restart` sets. */
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

const PLURALS: Readonly<Record<RestartableKind, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

interface Template {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, unknown>> };
}

/** New pods by a changed pod template, as `kubectl rollout restart` does it. */
export async function planRestart(
  context: ChangeContext,
  request: Extract<ChangeRequest, { kind: 'restart' }>,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  const { namespace, workload } = request;
  const plural = PLURALS[workload.kind];
  const what = `${workload.kind} ${namespace}/${workload.name}`;
  if (plural === undefined)
    return failed(
      `restart ${what}`,
      'not-found',
      `a ${workload.kind} has no pod template whose change brings new pods`,
    );
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(workload.name)}`;
  const answer = await context.connection.json(
    { what: `get ${what}`, path, permission: `get ${plural} in ${namespace}` },
    signal,
  );
  if (!answer.ok) return answer;
  const { spec } = (answer.value ?? {}) as {
    spec?: {
      template?: Template;
      paused?: unknown;
      updateStrategy?: { type?: unknown };
      strategy?: { type?: unknown };
      replicas?: unknown;
    };
  };
  const old = spec?.template?.metadata?.annotations?.[RESTARTED_AT];
  const before = typeof old === 'string' ? old : undefined;
  const after = `${context.now().toISOString().slice(0, 19)}Z`;
  const call = (value: string | undefined, summary: string): PlannedCall => ({
    service: 'kubernetes',
    operation: `patch ${plural}`,
    method: 'PATCH',
    path,
    contentType: 'application/strategic-merge-patch+json',
    parameters: { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: value ?? null } } } } },
    permission: `patch ${plural} in ${namespace}`,
    summary,
  });
  return success({
    request,
    title: `Restart ${what}`,
    before: before === undefined ? 'not restarted so far' : `restarted at ${before}`,
    after: `restarted at ${after}`,
    effects: [],
    needless: false,
    calls: [call(after, `Annotate the pod template of ${what}, which replaces its pods`)],
    asText: restartTexts(context.where, namespace, workload, after),
    notes: [
      ...(spec?.paused === true ? ['The Deployment is paused: no pod is replaced before it is resumed.'] : []),
      ...(spec?.updateStrategy?.type === 'OnDelete'
        ? ['Its update strategy is OnDelete: pods are replaced when somebody deletes them, not by this.']
        : []),
      ...(spec?.strategy?.type === 'Recreate'
        ? ['Its strategy is Recreate: all pods end before the new ones start, so there is a gap.']
        : []),
      ...(spec?.replicas === 0 ? ['It is scaled to nothing: there is no pod to replace.'] : []),
    ],
    undo: {
      calls: [call(before, `Put the pod template of ${what} back as it was`)],
      asText: undoRestartTexts(context.where, namespace, workload, before),
      notes: [
        'The pods that ended do not come back: undoing replaces the pods once more, with the template as it was.',
      ],
    },
  });
}

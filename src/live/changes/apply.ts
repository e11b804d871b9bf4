import {
  CreatePodIdentityAssociationCommand,
  type CreatePodIdentityAssociationRequest,
  DeletePodIdentityAssociationCommand,
  type DeletePodIdentityAssociationRequest,
  type PodIdentityAssociation,
  UpdatePodIdentityAssociationCommand,
  type UpdatePodIdentityAssociationRequest,
} from '@aws-sdk/client-eks';
import { UpdateAssumeRolePolicyCommand, type UpdateAssumeRolePolicyRequest } from '@aws-sdk/client-iam';
import { awsCall } from '../aws/call.js';
import { failure, success } from '../failure.js';
import type { LiveFailure, Result } from '../types.js';
import type { ChangeContext } from './context.js';
import type { CallResult, ChangeOutcome, ChangePlan, PlannedCall } from './types.js';

/** Sends the planned calls, those and no others, in their order; the first that is not done ends it. Never throws. */
export function applyChange(context: ChangeContext, plan: ChangePlan, signal: AbortSignal): Promise<ChangeOutcome> {
  return send(context, plan, 'change', plan.calls, signal);
}

/** Sends the plan's undo recipe, where the change was made or may have been. */
export function undoChange(
  context: ChangeContext,
  outcome: ChangeOutcome,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const { plan, results } = outcome;
  const nothing = results.every(({ outcome: what }) => what === 'failed' || what === 'not-sent');
  const calls = nothing ? [] : plan.undo.calls.map((call) => withAssociation(call, results));
  return send(context, plan, 'undo', calls, signal);
}

/** The call with the id that the change's answer gave. */
export function withAssociation(call: PlannedCall, results: readonly CallResult[]): PlannedCall {
  const id = call.associationFrom === undefined ? undefined : results[call.associationFrom]?.associationId;
  if (id === undefined) return call;
  const { associationFrom: _, ...rest } = call;
  return {
    ...rest,
    path: call.path.replace('{associationId}', () => encodeURIComponent(id)),
    parameters: { ...(call.parameters as object), associationId: id },
  };
}

async function send(
  context: ChangeContext,
  plan: ChangePlan,
  direction: ChangeOutcome['direction'],
  calls: readonly PlannedCall[],
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const results: CallResult[] = [];
  for (const call of calls) {
    const stopped = signal.aborted || results.some(({ outcome }) => outcome !== 'done');
    results.push(stopped ? { call, outcome: 'not-sent' } : await sendOne(context, call, signal));
  }
  return { plan, direction, results, done: results.every(({ outcome }) => outcome === 'done') };
}

async function sendOne(context: ChangeContext, call: PlannedCall, signal: AbortSignal): Promise<CallResult> {
  const what = `${call.service === 'kubernetes' ? '' : `${call.service}:`}${call.operation}`;
  if (call.associationFrom !== undefined) {
    const told = failure(what, 'not-found', 'the id of the created association is not known; read the cluster again');
    return { call, outcome: 'not-sent', failure: told };
  }
  try {
    const answer = await (call.service === 'kubernetes'
      ? context.connection.json(
          {
            what,
            path: call.path,
            method: 'PATCH',
            body: call.parameters,
            permission: call.permission,
            ...(call.contentType === undefined ? {} : { contentType: call.contentType }),
          },
          signal,
        )
      : sendToAws(context, call, what, signal));
    if (!answer.ok)
      return { call, outcome: mayHaveBeenDone(answer.failure) ? 'unknown' : 'failed', failure: answer.failure };
    return { call, outcome: 'done', ...ofAssociation(call, answer.value) };
  } catch (error) {
    if (!signal.aborted) throw error;
    return {
      call,
      outcome: 'unknown',
      failure: failure(what, 'timeout', 'cancelled while it was under way; it may have been done'),
    };
  }
}

async function sendToAws(
  context: ChangeContext,
  call: PlannedCall,
  what: string,
  signal: AbortSignal,
): Promise<Result<unknown>> {
  const clients = await context.aws();
  if (!clients.ok) return clients;
  const { eks, iam } = clients.value;
  const { parameters } = call;
  const sends: Readonly<Record<string, (abortSignal: AbortSignal) => Promise<unknown>>> = {
    CreatePodIdentityAssociation: (abortSignal) =>
      eks.send(new CreatePodIdentityAssociationCommand(parameters as CreatePodIdentityAssociationRequest), {
        abortSignal,
      }),
    UpdatePodIdentityAssociation: (abortSignal) =>
      eks.send(new UpdatePodIdentityAssociationCommand(parameters as UpdatePodIdentityAssociationRequest), {
        abortSignal,
      }),
    DeletePodIdentityAssociation: (abortSignal) =>
      eks.send(new DeletePodIdentityAssociationCommand(parameters as DeletePodIdentityAssociationRequest), {
        abortSignal,
      }),
    UpdateAssumeRolePolicy: (abortSignal) =>
      iam.send(new UpdateAssumeRolePolicyCommand(parameters as UpdateAssumeRolePolicyRequest), { abortSignal }),
  };
  const sender = sends[call.operation];
  if (!sender) throw new Error(`no such change: ${call.operation}`);
  const answer = await awsCall(
    { what, permission: call.permission, timeoutMs: context.timeoutMs, send: sender },
    signal,
  );
  return answer.ok ? success(answer.value) : answer;
}

/** A refusal is an answer; silence, a cut connection and a broken server are none. */
function mayHaveBeenDone({ status, reason, refused }: LiveFailure): boolean {
  if (refused) return false;
  if (status !== undefined) return status < 400 || status >= 500;
  return reason === 'timeout' || reason === 'unreachable' || reason === 'invalid-response';
}

function ofAssociation(call: PlannedCall, answer: unknown): Pick<CallResult, 'associationId' | 'differs'> {
  if (call.operation !== 'CreatePodIdentityAssociation' && call.operation !== 'UpdatePodIdentityAssociation') return {};
  const association = (answer as { association?: PodIdentityAssociation }).association ?? {};
  const asked = call.parameters as Readonly<Record<string, unknown>>;
  const differs = (['roleArn', 'targetRoleArn', 'disableSessionTags', 'policy'] as const).filter(
    (key) =>
      asked[key] !== undefined && (association[key] ?? (key === 'disableSessionTags' ? false : '')) !== asked[key],
  );
  return {
    ...(association.associationId === undefined ? {} : { associationId: association.associationId }),
    ...(differs.length === 0
      ? {}
      : { differs: `${differs.join(', ')}: EKS answered something else than it was asked for` }),
  };
}

/**
 * Who AWS says the pods are: credentials are minted as a pod would get them, AWS is asked whose they are, and they are forgotten.
 * They live in local variables only.
 */
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsCall } from './aws/call.js';
import type { AwsClients } from './aws/clients.js';
import { assumeRoleForPodIdentity, type Credentials } from './aws/podIdentityCredentials.js';
import { parseRoleArn } from './aws/roles.js';
import { failed, success } from './failure.js';
import type { Judgement } from './judge/judge.js';
import type { Connection } from './kubernetes/connection.js';
import { execInPod } from './kubernetes/execInPod.js';
import type { PodRecord } from './kubernetes/records.js';
import { requestToken } from './kubernetes/tokens.js';
import { redact, willBeUsed } from './redact.js';
import type { ClusterState } from './state.js';
import type { CallerIdentity, LiveFailure, Result, VerifyPlan, VerifyWay } from './types.js';

/** STS mints nothing shorter. */
const SHORTEST_SECONDS = 900;
const SESSION = 'pod-iam-verify';
const POD_IDENTITY_AUDIENCE = 'pods.eks.amazonaws.com';

export interface VerifyContext {
  readonly connection: Connection;
  readonly state: ClusterState;
  readonly region: string;
  readonly aws: () => Promise<Result<AwsClients>>;
  readonly timeoutMs: number;
  readonly now: () => number;
}

/** The command whose answer is the pod's own. */
const WHO_AM_I = ['aws', 'sts', 'get-caller-identity', '--output', 'json'];

export function planVerify(state: ClusterState, judgement: Judgement, way: VerifyWay = 'mint'): VerifyPlan {
  return way === 'exec' ? planExec(state, judgement) : planMint(state, judgement);
}

function planExec(state: ClusterState, { row }: Judgement): VerifyPlan {
  const pod = executable(state, row);
  return {
    how: 'exec',
    steps:
      pod === undefined
        ? []
        : [`Run '${WHO_AM_I.join(' ')}' in container ${pod.containers.at(-1)?.name} of the pod ${pod.name}`],
    ...(pod === undefined ? { impossible: 'No running pod that is not stale was found to run a command in.' } : {}),
  };
}

/** A stale pod would answer for the past. */
function executable(state: ClusterState, row: Judgement['row']): PodRecord | undefined {
  const name = row.pods.list.find((pod) => pod.phase === 'Running' && !pod.stale)?.name;
  return name === undefined ? undefined : state.pods.get(`${row.namespace}/${row.name}`)?.get(name);
}

function planMint(state: ClusterState, { row }: Judgement): VerifyPlan {
  const who = `${row.namespace}/${row.name}`;
  if (row.winner === 'pod-identity') {
    const pod = mintable(row);
    return {
      how: 'pod-identity',
      steps: [
        `Request a token for ${who}, bound to the pod ${pod ?? '(none runs)'}, audience ${POD_IDENTITY_AUDIENCE}, 10 minutes`,
        `Exchange it with EKS Auth (AssumeRoleForPodIdentity, signed as you) for credentials of ${row.roleArn ?? 'its role'}`,
        'Ask STS who they are (GetCallerIdentity), then forget them',
      ],
      ...(pod === undefined
        ? { impossible: 'Pod Identity gives credentials to running pods only, and none runs as it.' }
        : {}),
    };
  }
  const steps = [
    `Request a token for ${who}, audience ${row.audience}, 10 minutes`,
    `Exchange it with STS (AssumeRoleWithWebIdentity) for credentials of ${row.roleArn ?? 'its role'}, 15 minutes`,
    'Ask STS who they are (GetCallerIdentity), then forget them',
  ];
  if (row.winner !== 'irsa') return { how: 'web-identity', steps: [], impossible: `${who} has no role of its own.` };
  if (row.roleArn === undefined || !parseRoleArn(row.roleArn))
    return { how: 'web-identity', steps, impossible: `'${row.roleArn ?? ''}' is no role ARN.` };
  if (state.region === undefined) return { how: 'web-identity', steps, impossible: 'The AWS region is not known.' };
  return { how: 'web-identity', steps };
}

function mintable(row: Judgement['row']): string | undefined {
  return row.pods.list.find((pod) => pod.phase === 'Running')?.name;
}

/** What came of it, and whether it was only that somebody asked to come again later. */
export interface Verification {
  readonly identity: CallerIdentity;
  readonly throttled: boolean;
}

/** Only an abort throws. */
export async function verify(
  context: VerifyContext,
  judgement: Judgement,
  way: VerifyWay,
  signal: AbortSignal,
): Promise<Verification> {
  const { row } = judgement;
  const plan = planVerify(context.state, judgement, way);
  const expected = row.callerIdentity.expected;
  const common = { ...(expected === undefined ? {} : { expected }), verifiedAt: context.now() };
  const answer = (identity: CallerIdentity, failure?: LiveFailure): Verification => ({
    identity:
      failure && identity.verdict === 'unknown'
        ? { ...identity, failure: { what: failure.what, reason: failure.reason, message: failure.message } }
        : identity,
    throttled: failure?.reason === 'throttled',
  });
  if (plan.impossible !== undefined)
    return answer({ ...common, how: 'not-verified', verdict: 'unknown', message: plan.impossible });
  if (plan.how === 'exec') {
    const { failure, ...found } = await byExec(context, judgement, expected, signal);
    return answer({ ...common, how: 'exec', ...found }, failure);
  }
  const minted =
    plan.how === 'web-identity'
      ? await byWebIdentity(context, judgement, signal)
      : await byPodIdentity(context, judgement, signal);
  const told = { ...common, how: plan.how };
  if (!minted.ok) {
    const { failure } = minted;
    const verdict = failure.refusal ? 'refused' : 'unknown';
    return answer({ ...told, verdict, message: `${failure.what}: ${failure.message}` }, failure);
  }
  const actual = await whose(context, minted.value, signal);
  if (!actual.ok) {
    const { failure } = actual;
    return answer({ ...told, verdict: 'unknown', message: `${failure.what}: ${failure.message}` }, failure);
  }
  return answer({
    ...told,
    actual: actual.value,
    verdict: expected !== undefined && sameRole(expected, actual.value) ? 'as-expected' : 'other-role',
  });
}

/** AWS said no to the mechanism's own call: that is an answer about the service account, not a failure of ours. */
type Minted =
  | { readonly ok: true; readonly value: Credentials }
  | { readonly ok: false; readonly failure: LiveFailure & { readonly refusal: boolean } };

function notMinted(failure: LiveFailure, refusal: boolean): Minted {
  return { ok: false, failure: { ...failure, refusal } };
}

/** Whatever STS or EKS Auth answers with a status of 4xx but for throttling. Who does not know the question refuses nobody. */
function isRefusal({ status, reason, message }: LiveFailure): boolean {
  if (status === undefined || status < 400 || status >= 500 || reason === 'throttled') return false;
  return !(status === 404 && reason === 'invalid-response') && !/^(?:InvalidAction|UnknownOperation)/.test(message);
}

async function byWebIdentity(
  { connection, region, timeoutMs }: VerifyContext,
  { row }: Judgement,
  signal: AbortSignal,
): Promise<Minted> {
  const token = await requestToken(
    connection,
    { namespace: row.namespace, serviceAccount: row.name, audience: row.audience },
    signal,
  );
  if (!token.ok) return notMinted(token.failure, false);
  // The token is the credential here: signing in as ourselves would prove nothing.
  const sts = new STSClient({
    region,
    maxAttempts: 3,
    credentials: { accessKeyId: 'unsigned', secretAccessKey: 'unsigned' },
  });
  try {
    const command = new AssumeRoleWithWebIdentityCommand({
      RoleArn: row.roleArn,
      RoleSessionName: SESSION,
      WebIdentityToken: token.value,
      DurationSeconds: SHORTEST_SECONDS,
    });
    const what = 'sts:AssumeRoleWithWebIdentity';
    const answer = await awsCall(
      { what, permission: what, timeoutMs, send: (abortSignal) => sts.send(command, { abortSignal }) },
      signal,
    );
    if (!answer.ok) return notMinted(answer.failure, isRefusal(answer.failure));
    const { Credentials: minted } = answer.value;
    if (!minted?.AccessKeyId || !minted.SecretAccessKey || !minted.SessionToken) {
      return notMinted({ what, reason: 'invalid-response', message: 'the answer holds no credentials' }, false);
    }
    return success({
      accessKeyId: minted.AccessKeyId,
      secretAccessKey: minted.SecretAccessKey,
      sessionToken: minted.SessionToken,
    }) as Minted;
  } finally {
    sts.destroy();
  }
}

async function byPodIdentity(
  { connection, state, region, aws, timeoutMs }: VerifyContext,
  { row }: Judgement,
  signal: AbortSignal,
): Promise<Minted> {
  const podName = mintable(row);
  const pod = podName === undefined ? undefined : state.pods.get(`${row.namespace}/${row.name}`)?.get(podName);
  if (!pod)
    return notMinted({ what: 'choose a pod', reason: 'not-found', message: 'no pod runs as it any more' }, false);
  const token = await requestToken(
    connection,
    {
      namespace: row.namespace,
      serviceAccount: row.name,
      audience: POD_IDENTITY_AUDIENCE,
      pod: { name: pod.name, uid: pod.uid },
    },
    signal,
  );
  if (!token.ok) return notMinted(token.failure, false);
  const clients = await aws();
  if (!clients.ok) return notMinted(clients.failure, false);
  const caller = () => clients.value.eks.config.credentials();
  const answer = await assumeRoleForPodIdentity(
    { cluster: state.clusterName, region, token: token.value, caller, timeoutMs },
    signal,
  );
  return answer.ok ? answer : notMinted(answer.failure, isRefusal(answer.failure));
}

/** The pod's own answer, whatever gives it its credentials. */
async function byExec(
  { connection, state, timeoutMs }: VerifyContext,
  { row }: Judgement,
  expected: string | undefined,
  signal: AbortSignal,
): Promise<Pick<CallerIdentity, 'actual' | 'verdict' | 'message'> & { readonly failure?: LiveFailure }> {
  const pod = executable(state, row);
  // Containers of the pod come after its init containers, which have ended.
  const container = pod?.containers.at(-1)?.name;
  if (!pod || container === undefined) return { verdict: 'unknown', message: 'no pod runs as it any more' };
  const target = { namespace: row.namespace, pod: pod.name, container };
  const ran = await execInPod(connection, target, WHO_AM_I, timeoutMs, signal);
  if (!ran.ok) {
    const { failure } = ran;
    return { verdict: 'unknown', message: `${failure.what}: ${failure.message}`, failure };
  }
  const { exitCode, stdout, stderr, message } = ran.value;
  if (exitCode === undefined || exitCode === 126 || exitCode === 127) {
    return {
      verdict: 'unknown',
      message: `container '${container}' cannot run 'aws': ${redact(stderr.trim() || message)}`,
    };
  }
  if (exitCode !== 0) return { verdict: 'refused', message: redact(stderr.trim() || message) };
  const actual = arnIn(stdout);
  if (actual === undefined) return { verdict: 'unknown', message: "the answer of 'aws' names no caller" };
  return { actual, verdict: expected !== undefined && sameRole(expected, actual) ? 'as-expected' : 'other-role' };
}

function arnIn(stdout: string): string | undefined {
  try {
    const { Arn } = JSON.parse(stdout) as { Arn?: unknown };
    return typeof Arn === 'string' ? Arn : undefined;
  } catch {
    // Not JSON: the caller says that there was no answer.
    return undefined;
  }
}

async function whose(
  { region, timeoutMs }: VerifyContext,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Result<string>> {
  willBeUsed(credentials.secretAccessKey);
  willBeUsed(credentials.sessionToken);
  const sts = new STSClient({ region, maxAttempts: 3, credentials });
  try {
    const what = 'sts:GetCallerIdentity';
    const answer = await awsCall(
      {
        what,
        permission: what,
        timeoutMs,
        send: (abortSignal) => sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
      },
      signal,
    );
    if (!answer.ok) return answer;
    return answer.value.Arn
      ? success(answer.value.Arn)
      : failed(what, 'invalid-response', 'the answer names no caller');
  } finally {
    sts.destroy();
  }
}

/** `arn:P:sts::A:assumed-role/NAME/SESSION` is a session of `arn:P:iam::A:role/PATH/NAME`; sessions do not show the path. */
export function sameRole(roleArn: string, callerArn: string): boolean {
  const role = parseRoleArn(roleArn);
  const caller = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(callerArn);
  return (
    role !== undefined &&
    caller !== null &&
    caller[1] === role.partition &&
    caller[2] === role.account &&
    caller[3] === role.name
  );
}

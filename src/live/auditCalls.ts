import {
  CloudTrailClient,
  type Event,
  LookupEventsCommand,
  type LookupEventsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { partitionOfRegion } from '../core/iam/arn.js';
import type { CallHistory, CredentialCall } from './auditTypes.js';
import { noteAttempts } from './aws/attempts.js';
import { awsCall } from './aws/call.js';
import type { AwsClients } from './aws/clients.js';
import { success } from './failure.js';
import { redact } from './redact.js';
import type { Result } from './types.js';

export interface CallsOf {
  readonly namespace: string;
  readonly name: string;
  /** EKS's name; without it no call of Pod Identity is asked for. */
  readonly cluster: string | undefined;
  readonly region: string;
  /** ms before now. */
  readonly windowMs: number;
}

interface Question {
  readonly region: string;
  readonly key: 'Username' | 'EventName';
  readonly value: string;
}

/** 50 events a page, and AWS answers two requests a second. */
const PAGE = 50;
const MOST_PAGES = 10;
const GLOBAL_STS_REGION = 'us-east-1';

/**
 * Which credentials a service account's pods asked for lately, by CloudTrail's event history (90 days at most, some minutes
 * late). IRSA's calls carry the token's subject as user name, and STS's global endpoint writes them in us-east-1; those of Pod
 * Identity carry the node's, so they are asked for by name of the call and sorted out here.
 * @returns a failure only where nothing at all could be asked
 */
export async function recentCalls(
  aws: AwsClients,
  who: CallsOf,
  now: Date,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<CallHistory>> {
  const { namespace, name, cluster, region } = who;
  const from = new Date(now.getTime() - who.windowMs);
  const subject = `system:serviceaccount:${namespace}:${name}`;
  const questions: Question[] = [{ region, key: 'Username', value: subject }];
  if (region !== GLOBAL_STS_REGION && partitionOfRegion(region)?.name === 'aws')
    questions.push({ region: GLOBAL_STS_REGION, key: 'Username', value: subject });
  if (cluster !== undefined) questions.push({ region, key: 'EventName', value: 'AssumeRoleForPodIdentity' });
  const found = new Map<string, CredentialCall>();
  const asked: string[] = [];
  const gaps: string[] = [];
  let cut = false;
  let refused: Result<never> | undefined;
  for (const question of questions) {
    const what = `cloudtrail:LookupEvents in ${question.region}, ${question.key} = ${question.value}`;
    asked.push(what);
    const answer = await lookUp(aws, question, from, now, timeoutMs, signal);
    if (!answer.ok) {
      gaps.push(`${what}: ${answer.failure.message}`);
      refused ??= answer;
      continue;
    }
    cut ||= answer.value.cut;
    for (const event of answer.value.events) {
      const call = callOf(event, who);
      if (call) found.set(call.id, call);
    }
  }
  if (refused && gaps.length === questions.length) return refused;
  const calls = [...found.values()].sort((a, b) => Number(b.failed) - Number(a.failed) || b.at - a.at);
  return success({ calls, from: from.getTime(), until: now.getTime(), cut, gaps, asked });
}

async function lookUp(
  aws: AwsClients,
  question: Question,
  from: Date,
  until: Date,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<{ events: readonly Event[]; cut: boolean }>> {
  const client = new CloudTrailClient({
    region: question.region,
    credentials: aws.eks.config.credentials,
    maxAttempts: 3,
    retryMode: 'adaptive',
    requestHandler: { requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
  noteAttempts(client);
  const events: Event[] = [];
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const command = new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: question.key, AttributeValue: question.value }],
        StartTime: from,
        EndTime: until,
        MaxResults: PAGE,
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      });
      const permission = 'cloudtrail:LookupEvents';
      const answer: Result<LookupEventsCommandOutput> = await awsCall(
        { what: permission, permission, timeoutMs, send: (abortSignal) => client.send(command, { abortSignal }) },
        signal,
      );
      if (!answer.ok) return answer;
      events.push(...(answer.value.Events ?? []));
      nextToken = answer.value.NextToken;
      if (!nextToken) return success({ events, cut: false });
    }
    return success({ events, cut: true });
  } finally {
    client.destroy();
  }
}

type Json = Readonly<Record<string, unknown>>;

/** Only what is listed here is kept of an event: it may hold key ids and session tokens. Undefined for another's call. */
function callOf(event: Event, who: CallsOf): CredentialCall | undefined {
  const { EventId: id, EventName: operation, EventTime: at, CloudTrailEvent: text } = event;
  if (id === undefined || at === undefined) return undefined;
  if (operation !== 'AssumeRoleWithWebIdentity' && operation !== 'AssumeRoleForPodIdentity') return undefined;
  const body = parsed(text);
  const request = record(body.requestParameters);
  const certain = operation === 'AssumeRoleWithWebIdentity' ? true : isOf(body, who);
  if (certain === undefined) return undefined;
  const errorCode = string(body.errorCode);
  const errorMessage = string(body.errorMessage);
  const optional = {
    errorCode,
    errorMessage: errorMessage === undefined ? undefined : redact(errorMessage),
    roleArn: string(request.roleArn),
    sessionName: string(request.roleSessionName),
    region: string(body.awsRegion),
    sourceAddress: string(body.sourceIPAddress),
    userAgent: string(body.userAgent),
  };
  return {
    id,
    operation,
    at: at.getTime(),
    failed: errorCode !== undefined,
    certain,
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<CredentialCall>),
  };
}

/**
 * Whose call of Pod Identity it was: a granted one names the subject; a refused one may name it in its message, or nobody.
 * Undefined: another's, or another cluster's.
 */
function isOf(body: Json, { namespace, name, cluster }: CallsOf): boolean | undefined {
  const inCluster = string(record(body.requestParameters).clusterName);
  if (inCluster !== undefined && inCluster !== cluster) return undefined;
  const subject = record(record(body.responseElements).subject);
  if (string(subject.namespace) !== undefined)
    return subject.namespace === namespace && subject.serviceAccount === name ? true : undefined;
  if (body.errorCode === undefined) return undefined;
  const message = string(body.errorMessage) ?? '';
  const words = new Set(message.split(/[^a-z0-9.-]+/));
  if (words.has(name) && words.has(namespace)) return true;
  return /service account|namespace/i.test(message) ? undefined : false;
}

function parsed(text: string | undefined): Json {
  try {
    return record(JSON.parse(text ?? '{}'));
  } catch {
    // The event's own fields are enough to say that there was a call.
    return {};
  }
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

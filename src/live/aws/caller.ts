import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { failed, success } from '../failure.js';
import type { Result } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';

export interface Caller {
  readonly arn: string;
  readonly account: string;
}

export async function whoIsCalling(aws: AwsClients, timeoutMs: number, signal: AbortSignal): Promise<Result<Caller>> {
  const what = 'sts:GetCallerIdentity';
  const answer = await awsCall(
    {
      what,
      permission: what,
      timeoutMs,
      send: (abortSignal) => aws.sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { Arn, Account } = answer.value;
  return Arn && Account
    ? success({ arn: Arn, account: Account })
    : failed(what, 'invalid-response', 'the answer names no caller');
}

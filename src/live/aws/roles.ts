import { GetRoleCommand } from '@aws-sdk/client-iam';
import { failed, success } from '../failure.js';
import type { Result, RoleState } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';

export interface LiveRole extends RoleState {
  /** The JSON of the trust policy. */
  readonly trustPolicy: string;
}

export interface RoleArn {
  readonly arn: string;
  readonly partition: string;
  readonly account: string;
  /** `/` or `/a/b/` */
  readonly path: string;
  readonly name: string;
}

export function parseRoleArn(arn: string): RoleArn | undefined {
  const found = /^arn:(aws[a-z0-9-]*):iam::(\d{12}):role(\/(?:[\u0021-\u007e]+\/)?)([\w+=,.@-]{1,64})$/.exec(arn);
  return found ? { arn, partition: found[1]!, account: found[2]!, path: found[3]!, name: found[4]! } : undefined;
}

/**
 * Reads a role with its trust policy. IAM looks roles up by name in the caller's own account, whatever account the ARN names:
 * the caller must have made sure that it is this one. The answer's `arn` may have another path than was asked for.
 */
export async function readRole(
  aws: AwsClients,
  role: RoleArn,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<LiveRole>> {
  const what = `iam:GetRole ${role.name}`;
  const answer = await awsCall(
    {
      what,
      permission: 'iam:GetRole',
      timeoutMs,
      send: (abortSignal) => aws.iam.send(new GetRoleCommand({ RoleName: role.name }), { abortSignal }),
    },
    signal,
  );
  if (!answer.ok) return answer;
  const found = answer.value.Role;
  if (!found?.Arn || !found.RoleName || found.AssumeRolePolicyDocument === undefined) {
    return failed(what, 'invalid-response', 'the answer holds no trust policy', 'iam:GetRole');
  }
  let trustPolicy: string;
  try {
    // IAM encodes it as in a URL (RFC 3986).
    trustPolicy = decodeURIComponent(found.AssumeRolePolicyDocument);
  } catch {
    trustPolicy = found.AssumeRolePolicyDocument;
  }
  return success({
    arn: found.Arn,
    name: found.RoleName,
    trustPolicy,
    ...(found.CreateDate === undefined ? {} : { createdAt: found.CreateDate.getTime() }),
    ...(found.MaxSessionDuration === undefined ? {} : { maxSessionSeconds: found.MaxSessionDuration }),
    ...(found.RoleLastUsed?.LastUsedDate === undefined
      ? {}
      : { lastUsedAt: found.RoleLastUsed.LastUsedDate.getTime() }),
    ...(found.RoleLastUsed?.Region === undefined ? {} : { lastUsedRegion: found.RoleLastUsed.Region }),
  });
}

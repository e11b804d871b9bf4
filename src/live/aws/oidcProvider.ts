import { GetOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { failed, success } from '../failure.js';
import type { OidcProviderState, Result } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';

/** The account's OIDC provider for an issuer, and the audiences it accepts. */
export async function readOidcProvider(
  aws: AwsClients,
  arn: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<OidcProviderState>> {
  const answer = await awsCall(
    {
      what: 'iam:GetOpenIDConnectProvider',
      permission: 'iam:GetOpenIDConnectProvider',
      timeoutMs,
      send: (abortSignal) =>
        aws.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }), { abortSignal }),
    },
    signal,
  );
  if (answer.ok) {
    const { Url, ClientIDList } = answer.value;
    if (!Url)
      return failed(
        'iam:GetOpenIDConnectProvider',
        'invalid-response',
        'the answer names no issuer',
        'iam:GetOpenIDConnectProvider',
      );
    return success({ exists: true, arn, clientIds: ClientIDList ?? [] });
  }
  // That there is none is an answer, not a failure.
  return answer.failure.reason === 'not-found' ? success({ exists: false, clientIds: [] }) : answer;
}

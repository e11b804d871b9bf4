import { deadline, orAborted } from '../deadline.js';
import { failed, failure, messageOf, networkReason, reasonOfStatus, success } from '../failure.js';
import type { Result } from '../types.js';
import { serviceEndpoint } from './endpoint.js';
import { reasonOf } from './errorNames.js';
import { type SigningCredentials, signed } from './sign.js';

/** Minted credentials: in memory only. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface PodIdentityExchange {
  readonly cluster: string;
  readonly region: string;
  /** Bound to a running pod, audience `pods.eks.amazonaws.com`. */
  readonly token: string;
  /** Whose call it is: on a node the agent signs as the node's role, here it is the user. */
  readonly caller: () => Promise<SigningCredentials>;
  readonly timeoutMs: number;
}

/**
 * EKS Auth's AssumeRoleForPodIdentity, as the agent on a node calls it; the caller needs `eks-auth:AssumeRoleForPodIdentity` on
 * the cluster. @see https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
 */
export async function assumeRoleForPodIdentity(
  exchange: PodIdentityExchange,
  signal: AbortSignal,
): Promise<Result<Credentials>> {
  const what = 'eks-auth:AssumeRoleForPodIdentity';
  const url = new URL(
    `${serviceEndpoint('eks-auth', exchange.region)}/clusters/${encodeURIComponent(exchange.cluster)}/assume-role-for-pod-identity`,
  );
  const limit = deadline(signal, exchange.timeoutMs);
  try {
    const body = JSON.stringify({ token: exchange.token });
    const request = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body } as const;
    const caller = await orAborted(exchange.caller(), limit.signal);
    const headers = {
      ...signed(request, { service: 'eks-auth', region: exchange.region }, caller, new Date()),
      connection: 'close',
    };
    const response = await fetch(url, { method: 'POST', headers, body, signal: limit.signal });
    const text = await response.text();
    if (!response.ok) {
      const said = errorOf(text, response.headers.get('x-amzn-errortype'));
      const reason = reasonOf(said.name, response.status) ?? reasonOfStatus(response.status);
      return {
        ok: false,
        failure: {
          ...failure(what, reason, said.message ? `${said.name}: ${said.message}` : said.name, what),
          status: response.status,
        },
      };
    }
    const { credentials } = JSON.parse(text) as { credentials?: Partial<Credentials> };
    const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? {};
    if (!accessKeyId || !secretAccessKey || !sessionToken)
      return failed(what, 'invalid-response', 'the answer holds no credentials');
    return success({ accessKeyId, secretAccessKey, sessionToken });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limit.expired) return failed(what, 'timeout', 'no answer in time', what);
    // Not the parser's words: they quote the answer, and that holds credentials.
    if (/^(?:CredentialsProvider|Provider|TokenProvider)Error$/.test(error instanceof Error ? error.name : '')) {
      return failed(what, 'unauthenticated', messageOf(error), what);
    }
    if (error instanceof SyntaxError) return failed(what, 'invalid-response', 'the answer cannot be read', what);
    const network = networkReason(error);
    return failed(what, network?.reason ?? 'invalid-response', network?.message ?? messageOf(error), what);
  } finally {
    limit.dispose();
  }
}

function errorOf(text: string, type: string | null): { name: string; message: string } {
  let body: { message?: unknown; Message?: unknown; __type?: unknown; code?: unknown } = {};
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page: the status alone says it.
    body = {};
  }
  const name = String(type ?? body.__type ?? body.code ?? 'refused')
    .split(':')[0]!
    .split('#')
    .pop()!;
  return { name, message: String(body.message ?? body.Message ?? '') };
}

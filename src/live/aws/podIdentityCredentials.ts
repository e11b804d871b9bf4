import { deadline } from '../deadline.js';
import { failed, failure, messageOf, networkReason, success } from '../failure.js';
import { reasonOfStatus } from '../kubernetes/connection.js';
import type { Result } from '../types.js';
import type { Credentials } from '../verify.js';

export interface PodIdentityExchange {
  readonly cluster: string;
  readonly region: string;
  /** Bound to a running pod, audience `pods.eks.amazonaws.com`. */
  readonly token: string;
  readonly timeoutMs: number;
}

/**
 * EKS Auth's AssumeRoleForPodIdentity, as the agent on a node calls it: the token in the body is the authentication, the
 * request is not signed. @see https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html
 */
export async function assumeRoleForPodIdentity(
  exchange: PodIdentityExchange,
  signal: AbortSignal,
): Promise<Result<Credentials>> {
  const what = 'eks-auth:AssumeRoleForPodIdentity';
  const url = `${endpoint(exchange.region)}/clusters/${encodeURIComponent(exchange.cluster)}/assume-role-for-pod-identity`;
  const limit = deadline(signal, exchange.timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: exchange.token }),
      signal: limit.signal,
    });
    const text = await response.text();
    if (!response.ok) {
      const said = errorOf(text, response.headers.get('x-amzn-errortype'));
      const reason = said.name.startsWith('Throttl')
        ? 'throttled'
        : said.name.startsWith('AccessDenied')
          ? 'forbidden'
          : reasonOfStatus(response.status);
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
    if (error instanceof SyntaxError) return failed(what, 'invalid-response', 'the answer cannot be read', what);
    const network = networkReason(error);
    return failed(what, network?.reason ?? 'invalid-response', network?.message ?? messageOf(error), what);
  } finally {
    limit.dispose();
  }
}

/** As the SDKs do: the service's own variable, the general one, the public endpoint. */
function endpoint(region: string): string {
  const configured =
    process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true'
      ? undefined
      : (process.env.AWS_ENDPOINT_URL_EKS_AUTH ?? process.env.AWS_ENDPOINT_URL);
  // EKS Auth is dual-stack only, in every partition under the `api` domain (botocore, eks-auth endpoint rules).
  const suffix = region.startsWith('cn-') ? 'api.amazonwebservices.com.cn' : 'api.aws';
  return (configured || `https://eks-auth.${region}.${suffix}`).replace(/\/+$/, '');
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

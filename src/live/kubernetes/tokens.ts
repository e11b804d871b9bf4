import { failed, success } from '../failure.js';
import { willBeUsed } from '../redact.js';
import type { Result } from '../types.js';
import type { Connection } from './connection.js';

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly audience: string;
  /** Binds the token to a pod, as the kubelet's are. */
  readonly pod?: { readonly name: string; readonly uid: string };
}

/** As short as Kubernetes allows. */
const SHORTEST_SECONDS = 600;

/** Mints a service account token by the TokenRequest API. The token is a credential: keep it in memory, show it nowhere. */
export async function requestToken(
  connection: Connection,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<Result<string>> {
  const { namespace, serviceAccount, audience, pod } = request;
  const what = `request token for ${namespace}/${serviceAccount}`;
  const answer = await connection.json(
    {
      what,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`,
      method: 'POST',
      permission: `create serviceaccounts/token in ${namespace}`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: [audience],
          expirationSeconds: SHORTEST_SECONDS,
          ...(pod ? { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: pod.name, uid: pod.uid } } : {}),
        },
      },
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { status } = (answer.value ?? {}) as { status?: { token?: unknown } };
  const token = status?.token;
  if (typeof token !== 'string' || token === '') return failed(what, 'invalid-response', 'the answer holds no token');
  willBeUsed(token);
  return success(token);
}

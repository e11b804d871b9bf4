import { failed, success } from '../failure.js';
import type { AgentState, Result } from '../types.js';
import type { Connection } from './connection.js';

/** The issuer of the cluster's service account tokens, without `https://`. Needs `system:service-account-issuer-discovery`. */
export async function readIssuer(connection: Connection, signal: AbortSignal): Promise<Result<string>> {
  const what = 'read /.well-known/openid-configuration';
  const answer = await connection.json(
    { what, path: '/.well-known/openid-configuration', permission: 'get /.well-known/openid-configuration' },
    signal,
  );
  if (!answer.ok) return answer;
  const { issuer } = (answer.value ?? {}) as { issuer?: unknown };
  if (typeof issuer !== 'string' || issuer === '')
    return failed(what, 'invalid-response', 'the answer names no issuer');
  return success(bareIssuer(issuer));
}

export function bareIssuer(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}

export async function readVersion(connection: Connection, signal: AbortSignal): Promise<Result<string>> {
  const answer = await connection.json({ what: 'read /version', path: '/version' }, signal);
  if (!answer.ok) return answer;
  const { gitVersion } = (answer.value ?? {}) as { gitVersion?: unknown };
  return typeof gitVersion === 'string'
    ? success(gitVersion)
    : failed('read /version', 'invalid-response', 'the answer names no version');
}

/** Who the API server takes us for: a SelfSubjectReview, which everybody may make since Kubernetes 1.28. */
export async function whoAmI(connection: Connection, signal: AbortSignal): Promise<Result<string>> {
  const what = 'who you are in Kubernetes';
  const answer = await connection.json(
    {
      what,
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      method: 'POST',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      permission: 'create selfsubjectreviews',
    },
    signal,
  );
  if (!answer.ok) return answer;
  const { status } = (answer.value ?? {}) as { status?: { userInfo?: { username?: unknown } } };
  const username = status?.userInfo?.username;
  return typeof username === 'string'
    ? success(username)
    : failed(what, 'invalid-response', 'the answer names no user');
}

/** A DaemonSet of the agent's chart, whoever installed it. @returns undefined where there is none */
export async function readAgentDaemonSet(
  connection: Connection,
  name: string,
  signal: AbortSignal,
): Promise<Result<AgentState | undefined>> {
  const what = `get daemonset kube-system/${name}`;
  const answer = await connection.json(
    {
      what,
      path: `/apis/apps/v1/namespaces/kube-system/daemonsets/${name}`,
      permission: 'get daemonsets in kube-system',
    },
    signal,
  );
  // Absence is said of the object by name; a server without the API says that there is no such page.
  if (!answer.ok)
    return answer.failure.reason === 'not-found' && answer.failure.message.includes(name) ? success(undefined) : answer;
  const { status } = (answer.value ?? {}) as { status?: { desiredNumberScheduled?: unknown; numberReady?: unknown } };
  const wanted = status?.desiredNumberScheduled;
  const ready = status?.numberReady;
  if (typeof wanted !== 'number' || typeof ready !== 'number')
    return failed(what, 'invalid-response', 'the answer tells no state of a daemon set');
  const issues = ready < wanted ? [`${ready} of ${wanted} agents are ready`] : [];
  return success({ kind: 'daemon-set', healthy: issues.length === 0, issues });
}

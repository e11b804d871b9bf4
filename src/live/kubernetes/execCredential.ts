/**
 * Credential plugins of kubeconfigs (client.authentication.k8s.io). Run here and not by client-node: a plugin that hangs must
 * be ended, what it prints must not reach a message, and a failure must not make the next call run it again.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { codeOf, failed, messageOf, success } from '../failure.js';
import type { ExecConfig, KubeCluster } from '../kubeconfig.js';
import { redact } from '../redact.js';
import type { Result } from '../types.js';

export interface ExecCredential {
  readonly token?: string;
  /** PEM. */
  readonly certificate?: string;
  readonly key?: string;
  /** ms since the epoch. */
  readonly expiresAt?: number;
}

const MOST_OUTPUT = 1 << 20;

/** Runs the plugin once. It gets no terminal, so one that wants to ask fails, which is told. */
export function runCredentialPlugin(
  exec: ExecConfig,
  cluster: KubeCluster | undefined,
  signal: AbortSignal,
): Promise<Result<ExecCredential>> {
  const name = exec.command.split(/[\\/]/).pop() ?? exec.command;
  const what = `sign in with ${name}`;
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const { name: variable, value } of exec.env) env[variable] = value;
  env.KUBERNETES_EXEC_INFO = JSON.stringify({
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo && cluster ? { cluster: clusterInfo(cluster) } : {}) },
  });
  const command = /[\\/]/.test(exec.command) ? resolve(exec.directory, exec.command) : exec.command;
  return new Promise((settle) => {
    const child = spawn(command, exec.args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    let stdout = '';
    let stderr = '';
    let done = false;
    const finish = (result: Result<ExecCredential>) => {
      if (done) return;
      done = true;
      signal.removeEventListener('abort', leave);
      settle(result);
    };
    const leave = () => {
      endProcess(child.pid);
      finish(failed(what, 'timeout', `'${name}' did not answer in time and was ended`));
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      if (stdout.length < MOST_OUTPUT) stdout += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      if (stderr.length < MOST_OUTPUT) stderr += part;
    });
    child.on('error', (error) => {
      const missing = codeOf(error) === 'ENOENT';
      const hint = exec.installHint ? ` ${exec.installHint}` : '';
      finish(
        failed(
          what,
          'unauthenticated',
          missing ? `'${name}' is not installed or not on the PATH.${hint}` : messageOf(error),
        ),
      );
    });
    child.on('close', (code) => {
      if (code !== 0) {
        const said = redact(lastLine(stderr));
        finish(failed(what, 'unauthenticated', `'${name}' ended with ${code ?? 'a signal'}${said ? `: ${said}` : ''}`));
      } else finish(parseCredential(what, name, stdout));
    });
  });
}

function endProcess(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    // With its children, where it leads a group: `aws` and wrappers start further processes.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

function parseCredential(what: string, name: string, stdout: string): Result<ExecCredential> {
  const rubbish = () => failed<ExecCredential>(what, 'unauthenticated', `'${name}' printed no ExecCredential`);
  let credential: { kind?: unknown; status?: Record<string, unknown> };
  try {
    credential = JSON.parse(stdout);
  } catch {
    // The parser's own message quotes the output, which may be a token.
    return rubbish();
  }
  const status = credential?.kind === 'ExecCredential' ? credential.status : undefined;
  const text = (key: string) => (typeof status?.[key] === 'string' && status[key] !== '' ? status[key] : undefined);
  const token = text('token');
  const certificate = text('clientCertificateData');
  if (token === undefined && certificate === undefined) return rubbish();
  const key = text('clientKeyData');
  const expiresAt = Date.parse(text('expirationTimestamp') ?? '');
  return success({
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  });
}

function clusterInfo(cluster: KubeCluster): Record<string, unknown> {
  return {
    server: cluster.server,
    ...(cluster.caData === undefined ? {} : { 'certificate-authority-data': cluster.caData }),
    ...(cluster.tlsServerName === undefined ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.skipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(cluster.proxyUrl === undefined ? {} : { 'proxy-url': cluster.proxyUrl }),
  };
}

function lastLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .pop() ?? ''
  );
}

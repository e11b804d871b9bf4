/**
 * Kubeconfig files as they are: read and merged as kubectl does, nothing connected to, nothing run. No SDK in here, so the
 * contexts can be shown before the heavy half of `live` is loaded.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { load } from 'js-yaml';
import { eksHint } from './eksHint.js';
import { codeOf, failed, messageOf, success } from './failure.js';
import type { ContextSummary, Contexts, KubeconfigOptions, Result } from './types.js';

export interface Kubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, KubeContext>;
  readonly clusters: ReadonlyMap<string, KubeCluster>;
  readonly users: ReadonlyMap<string, KubeUser>;
}

export interface KubeContext {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}

export interface KubeCluster {
  readonly name: string;
  readonly server: string;
  readonly caFile?: string;
  readonly caData?: string;
  readonly tlsServerName?: string;
  readonly skipTlsVerify: boolean;
  readonly proxyUrl?: string;
}

export interface KubeUser {
  readonly name: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly certFile?: string;
  readonly certData?: string;
  readonly keyFile?: string;
  readonly keyData?: string;
  readonly username?: string;
  readonly password?: string;
  readonly impersonate?: string;
  readonly exec?: ExecConfig;
  readonly authProvider?: unknown;
}

/** A client-go credential plugin (client.authentication.k8s.io). */
export interface ExecConfig {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly provideClusterInfo: boolean;
  readonly installHint?: string;
  /** A relative command with a slash is relative to the file. */
  readonly directory: string;
}

export function kubeconfigFiles(
  options: KubeconfigOptions,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  if (options.kubeconfig !== undefined) return [resolve(options.kubeconfig)];
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return listed.length > 0 ? listed.map((file) => resolve(file)) : [join(homedir(), '.kube', 'config')];
}

/** @returns `not-found` where there is no file at all, `invalid-response` where one is no kubeconfig. */
export async function readKubeconfig(options: KubeconfigOptions): Promise<Result<Kubeconfig>> {
  const merged = {
    files: [] as string[],
    currentContext: undefined as string | undefined,
    contexts: new Map<string, KubeContext>(),
    clusters: new Map<string, KubeCluster>(),
    users: new Map<string, KubeUser>(),
  };
  const files = kubeconfigFiles(options);
  for (const file of files) {
    let text: string;
    try {
      text = await readFile(file, 'utf8');
    } catch (error) {
      // As kubectl: a missing file of several is passed over.
      if (codeOf(error) === 'ENOENT' && files.length > 1) continue;
      const reason = codeOf(error) === 'ENOENT' ? 'not-found' : 'forbidden';
      return failed(
        'read kubeconfig',
        reason,
        reason === 'not-found' ? `there is no kubeconfig at ${file}` : messageOf(error),
      );
    }
    let content: unknown;
    try {
      // As kubectl: an empty file says nothing.
      content = saysNothing(text) ? {} : (load(text) ?? {});
    } catch (error) {
      // Only where, not what: the line may hold a token.
      const line = (error as { mark?: { line?: number } }).mark?.line;
      return failed(
        'read kubeconfig',
        'invalid-response',
        `${file} is no YAML${line === undefined ? '' : ` (line ${line + 1})`}`,
      );
    }
    if (!isRecord(content)) return failed('read kubeconfig', 'invalid-response', `${file} is no kubeconfig`);
    merged.files.push(file);
    mergeInto(merged, content, dirname(file));
  }
  if (merged.files.length === 0)
    return failed('read kubeconfig', 'not-found', `there is no kubeconfig at ${files.join(', ')}`);
  return success(merged);
}

/** Blank lines, comments and document marks. */
function saysNothing(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---\s*|\.\.\.\s*)?$/.test(line));
}

export async function readContexts(options: KubeconfigOptions): Promise<Result<Contexts>> {
  const read = await readKubeconfig(options);
  if (!read.ok) return read;
  const { value: config } = read;
  const contexts = [...config.contexts.values()].map((context): ContextSummary => {
    const cluster = config.clusters.get(context.cluster);
    const user = config.users.get(context.user);
    return {
      name: context.name,
      current: context.name === config.currentContext,
      server: cluster?.server ?? '',
      user: context.user,
      ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
      signIn: signInOf(user),
      eks: eksHint(context, cluster, user),
    };
  });
  return success({ files: config.files, contexts });
}

function signInOf(user: KubeUser | undefined): string {
  if (!user) return 'none';
  if (user.exec) return `exec ${user.exec.command.split(/[\\/]/).pop()}`;
  if (user.token !== undefined || user.tokenFile !== undefined) return 'token';
  if (user.certData !== undefined || user.certFile !== undefined) return 'client certificate';
  if (user.authProvider !== undefined)
    return text(isRecord(user.authProvider) ? user.authProvider.name : undefined) ?? 'auth provider';
  return user.username === undefined ? 'none' : 'password';
}

interface Merged {
  currentContext: string | undefined;
  readonly contexts: Map<string, KubeContext>;
  readonly clusters: Map<string, KubeCluster>;
  readonly users: Map<string, KubeUser>;
}

/** The first file that sets a name wins, as in kubectl. Entries that lack what they need are left out. */
function mergeInto(merged: Merged, content: Record<string, unknown>, directory: string): void {
  const absolute = (file: string | undefined) =>
    file === undefined || isAbsolute(file) ? file : join(directory, file);
  merged.currentContext ??= text(content['current-context']);
  for (const { name, body } of named(content.contexts, 'context')) {
    const cluster = text(body.cluster);
    if (cluster === undefined || merged.contexts.has(name)) continue;
    merged.contexts.set(name, {
      name,
      cluster,
      user: text(body.user) ?? '',
      ...some('namespace', text(body.namespace)),
    });
  }
  for (const { name, body } of named(content.clusters, 'cluster')) {
    const server = text(body.server);
    if (server === undefined || merged.clusters.has(name)) continue;
    merged.clusters.set(name, {
      name,
      server: server.replace(/\/+$/, ''),
      ...some('caFile', absolute(text(body['certificate-authority']))),
      ...some('caData', text(body['certificate-authority-data'])),
      ...some('tlsServerName', text(body['tls-server-name'])),
      skipTlsVerify: body['insecure-skip-tls-verify'] === true,
      ...some('proxyUrl', text(body['proxy-url'])),
    });
  }
  for (const { name, body } of named(content.users, 'user')) {
    if (merged.users.has(name)) continue;
    merged.users.set(name, {
      name,
      ...some('token', text(body.token)),
      ...some('tokenFile', absolute(text(body.tokenFile))),
      ...some('certFile', absolute(text(body['client-certificate']))),
      ...some('certData', text(body['client-certificate-data'])),
      ...some('keyFile', absolute(text(body['client-key']))),
      ...some('keyData', text(body['client-key-data'])),
      ...some('username', text(body.username)),
      ...some('password', text(body.password)),
      ...some('impersonate', text(body.as)),
      ...some('exec', execOf(body.exec, directory)),
      ...some('authProvider', isRecord(body['auth-provider']) ? body['auth-provider'] : undefined),
    });
  }
}

function execOf(value: unknown, directory: string): ExecConfig | undefined {
  if (!isRecord(value)) return undefined;
  const command = text(value.command);
  if (command === undefined) return undefined;
  const env = Array.isArray(value.env) ? value.env.filter(isRecord) : [];
  return {
    apiVersion: text(value.apiVersion) ?? 'client.authentication.k8s.io/v1',
    command,
    args: Array.isArray(value.args) ? value.args.map(String) : [],
    env: env.map((entry) => ({ name: String(entry.name), value: String(entry.value ?? '') })),
    provideClusterInfo: value.provideClusterInfo === true,
    ...some('installHint', text(value.installHint)),
    directory,
  };
}

function named(list: unknown, key: string): { name: string; body: Record<string, unknown> }[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).flatMap((entry) => {
    const name = text(entry.name);
    return name === undefined ? [] : [{ name, body: isRecord(entry[key]) ? entry[key] : {} }];
  });
}

function some<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { readFileSync } from 'node:fs';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { deadline, orAborted } from '../deadline.js';
import { failure, messageOf, success } from '../failure.js';
import type { KubeCluster, KubeUser } from '../kubeconfig.js';
import { willBeUsed } from '../redact.js';
import type { LiveFailure, Result } from '../types.js';
import { type ExecCredential, runCredentialPlugin } from './execCredential.js';

/** Where a cluster is and who we are there, where no kubeconfig says it. */
export interface ConnectionSource {
  locate(signal: AbortSignal): Promise<Result<Located>>;
  credential(signal: AbortSignal): Promise<Result<ExecCredential>>;
}

export interface Located {
  readonly cluster: KubeCluster;
  /** Why nobody may answer there, for a person. */
  readonly unreachable?: string;
  /** What a refused credential (401) means there, for a person. */
  readonly refused?: string;
}

/** Longest time that a plugin may take: signing in through a browser is not our business, reading a cached token is. */
const PLUGIN_MS = 20_000;
/** A token is renewed this long before it ends. */
const EARLY_MS = 60_000;

/**
 * Who we are to an API server: a credential of the kubeconfig, of its plugin or of a source, renewed before it ends. One sign-in
 * serves all calls that wait for it; one that failed is not tried again before a person asks anew.
 */
export class SignIn {
  private signedIn: { readonly config: KubeConfig; readonly until: number } | undefined;
  private signingIn: Promise<Result<KubeConfig>> | undefined;
  private failure: LiveFailure | undefined;
  private wasRefused = false;
  /** As its source told, once that was asked. */
  private located: Located | undefined;
  /** It serves all calls that wait for it, so it ends with the connection and not with the first of them. */
  private closing = new AbortController();

  /** @param at the cluster; where a source knows it, only a name until that was asked */
  constructor(
    private at: KubeCluster,
    private readonly who: { readonly user?: KubeUser | undefined; readonly source?: ConnectionSource },
  ) {}

  get cluster(): KubeCluster {
    return this.at;
  }

  /** What the source said of the place beside where it is. */
  get place(): Pick<Located, 'unreachable' | 'refused'> {
    return this.located ?? {};
  }

  /** The same object until the credential is renewed. */
  config(signal: AbortSignal): Promise<Result<KubeConfig>> {
    return orAborted(this.current(), signal);
  }

  /** The API server did not take the credential (401), whatever its expiry says. */
  refused(): void {
    this.wasRefused = true;
  }

  /** A person asks anew: what failed or was refused is tried again. */
  allow(): void {
    this.failure = undefined;
    if (this.wasRefused) this.signedIn = undefined;
    this.wasRefused = false;
  }

  close(): void {
    this.closing.abort(new DOMException('the connection was closed', 'AbortError'));
    this.closing = new AbortController();
    this.signedIn = undefined;
  }

  private async current(): Promise<Result<KubeConfig>> {
    if (this.failure) return { ok: false, failure: this.failure };
    if (this.signedIn && Date.now() < this.signedIn.until) return success(this.signedIn.config);
    this.signingIn ??= this.once(this.closing.signal).finally(() => {
      this.signingIn = undefined;
    });
    return this.signingIn;
  }

  private async once(signal: AbortSignal): Promise<Result<KubeConfig>> {
    let credential: ExecCredential | undefined;
    let until = Number.POSITIVE_INFINITY;
    if (this.who.source) {
      const asked = await this.askSource(this.who.source, signal);
      if (!asked.ok) return asked;
      credential = asked.value;
      if (credential.expiresAt !== undefined) until = credential.expiresAt - EARLY_MS;
    } else if (this.who.user?.exec) {
      const limit = deadline(signal, PLUGIN_MS);
      const ran = await runCredentialPlugin(this.who.user.exec, this.at, limit.signal).finally(() => limit.dispose());
      // Who leaves is no failed sign-in.
      signal.throwIfAborted();
      if (!ran.ok) {
        this.failure = ran.failure;
        return ran;
      }
      credential = ran.value;
      if (credential.expiresAt !== undefined) until = Math.max(credential.expiresAt - EARLY_MS, Date.now() + 1_000);
    } else if (this.who.user?.tokenFile !== undefined) {
      try {
        credential = { token: readFileSync(this.who.user.tokenFile, 'utf8').trim() };
      } catch (error) {
        this.failure = failure('read token file', 'unauthenticated', messageOf(error));
        return { ok: false, failure: this.failure };
      }
      // Such files are rotated.
      until = Date.now() + EARLY_MS;
    }
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [clusterFor(this.at)],
      users: [userFor(this.who.user, credential)],
      contexts: [{ name: 'context', cluster: this.at.name, user: 'user' }],
      currentContext: 'context',
    });
    this.signedIn = { config, until };
    return success(config);
  }

  /** Where the cluster is may have changed since a failure only; who we are is asked anew when a token ends. */
  private async askSource(source: ConnectionSource, signal: AbortSignal): Promise<Result<ExecCredential>> {
    if (!this.located) {
      const located = await source.locate(signal);
      if (!located.ok) {
        this.failure = located.failure;
        return located;
      }
      this.located = located.value;
      this.at = located.value.cluster;
    }
    const credential = await source.credential(signal);
    if (!credential.ok) this.failure = credential.failure;
    return credential;
  }
}

const LOOPBACK_HTTP = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:\/|$)/;

function clusterFor(cluster: KubeCluster): Cluster {
  return {
    name: cluster.name,
    server: cluster.server,
    // client-node refuses plain HTTP; `kubectl proxy` on this machine speaks nothing else.
    skipTLSVerify: cluster.skipTlsVerify || LOOPBACK_HTTP.test(cluster.server),
    ...(cluster.caData === undefined ? {} : { caData: cluster.caData }),
    // As kubectl: data beats the file.
    ...(cluster.caFile === undefined || cluster.caData !== undefined ? {} : { caFile: cluster.caFile }),
    ...(cluster.tlsServerName === undefined ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
  };
}

function userFor(user: KubeUser | undefined, credential: ExecCredential | undefined): User {
  const token = credential?.token ?? user?.token;
  willBeUsed(token);
  willBeUsed(user?.password);
  const base64 = (pem: string) => Buffer.from(pem).toString('base64');
  const certData = credential?.certificate === undefined ? user?.certData : base64(credential.certificate);
  const keyData = credential?.key === undefined ? user?.keyData : base64(credential.key);
  return {
    name: 'user',
    ...(token === undefined ? {} : { token }),
    ...(certData === undefined ? {} : { certData }),
    ...(keyData === undefined ? {} : { keyData }),
    ...(user?.certFile === undefined || certData !== undefined ? {} : { certFile: user.certFile }),
    ...(user?.keyFile === undefined || keyData !== undefined ? {} : { keyFile: user.keyFile }),
    ...(user?.username === undefined ? {} : { username: user.username }),
    ...(user?.password === undefined ? {} : { password: user.password }),
    ...(user?.impersonate === undefined ? {} : { impersonateUser: user.impersonate }),
    ...(user?.authProvider === undefined ? {} : { authProvider: user.authProvider }),
  };
}

import { annotationOf } from './accountAnnotations.js';
import { describeAssociation, type ListedAssociation, listAssociations, undescribed } from './aws/associations.js';
import { whoIsCalling } from './aws/caller.js';
import type { AwsClients } from './aws/clients.js';
import { locateCluster } from './aws/cluster.js';
import { readAgentAddon, readFargateProfiles, readNodeGroups } from './aws/compute.js';
import { readImds } from './aws/launchTemplates.js';
import { readOidcProvider } from './aws/oidcProvider.js';
import { parseRoleArn, readRole } from './aws/roles.js';
import { breathe } from './breathe.js';
import { forEachOf } from './deadline.js';
import { failure } from './failure.js';
import type { Connection } from './kubernetes/connection.js';
import { readAgentDaemonSet, readIssuer, readVersion, whoAmI } from './kubernetes/discovery.js';
import { readSourceKeys, sourceKey, sourcesOf } from './kubernetes/environmentSources.js';
import { list } from './kubernetes/lists.js';
import {
  type EnvironmentSource,
  nodeRecord,
  type PodRecord,
  podRecord,
  type ServiceAccountRecord,
  serviceAccountRecord,
  unlessChanged,
} from './kubernetes/records.js';
import { readPolicyOf } from './liveRules.js';
import { Pace } from './pace.js';
import { Pool } from './pool.js';
import { type ClusterState, keyOf, PENDING } from './state.js';
import type { AgentState, EksHint, Known, LiveFailure, Progress, Result } from './types.js';

export interface ReaderOptions {
  readonly connection: Connection;
  readonly hint: EksHint;
  readonly aws: () => Promise<Result<AwsClients>>;
  readonly namespace: string | undefined;
  /** Where nothing may be listed in all namespaces and these not either. */
  readonly contextNamespace: string | undefined;
  /** Further ones to try then. */
  readonly namespaces: readonly string[];
  readonly timeoutMs: number;
}

/** What changed: one account's row, those of a role, or all. */
export interface Changes {
  account(key: string): void;
  role(arn: string): void;
  /** An account's row depends on a role. */
  uses(key: string, arn: string): void;
  all(): void;
}

const CONCURRENT_NAMESPACES = 6;
const CONCURRENT_SOURCES = 8;
/** The bulk waits for the first service accounts, so that somebody who waits sees them; no longer than this. */
const FIRST_ROWS_MS = 1_000;

/**
 * Fills a state from both APIs at once. Each call is made once; what fails is noted, and the rest goes on. Only an abort
 * throws.
 */
export class Reader {
  readonly failures: LiveFailure[] = [];
  private readonly failed = new Set<string>();
  /** Where lists ended, for watches: by namespace, or under `*` the one of all. What was not allowed is missing. */
  readonly versions = { serviceaccounts: new Map<string, string>(), pods: new Map<string, string>() } as const;
  private readonly pace = new Pace();
  private readonly roles: Pool = new Pool(this.pace, () => [this.associations]);
  private readonly associations: Pool = new Pool(this.pace, () => [this.roles]);
  private clients: AwsClients | undefined;
  private awsGap: LiveFailure | undefined;
  private kubernetesGap: LiveFailure | undefined;
  private namespacesRead: Promise<readonly string[] | undefined> | undefined;
  private readonly issuerTried = promised<void>();
  private readonly associationsListed = promised<void>();
  private readonly clusterTried = promised<void>();
  private readonly firstRows = promised<void>();

  /** @param before as an earlier read left it; let go when this one is done */
  constructor(
    private readonly state: ClusterState,
    private readonly options: ReaderOptions,
    private readonly changes: Changes,
    private readonly progress: (progress: Progress) => void,
    private readonly signal: AbortSignal,
    private before?: ClusterState,
  ) {}

  async read(): Promise<void> {
    const patience = setTimeout(() => this.firstRows.resolve(), FIRST_ROWS_MS);
    try {
      await Promise.all([this.readKubernetes(), this.readAws()]);
      await this.roles.idle();
    } finally {
      clearTimeout(patience);
      this.firstRows.resolve();
    }
    this.before = undefined;
    this.state.shared.forgetBefore();
  }

  /** Resolves when the first service accounts are there, or will not come soon. */
  get rowsCame(): Promise<void> {
    return this.firstRows.promise;
  }

  /** A role that came up later, by a watch. */
  async readRolesOf(account: ServiceAccountRecord): Promise<void> {
    const arn = annotationOf(account);
    if (arn !== undefined) this.askRole(arn, keyOf(account.namespace, account.name));
    await this.roles.idle();
  }

  // ── Kubernetes ─────────────────────────────────────────────────────────────────────────────────────────────────────

  private async readKubernetes(): Promise<void> {
    const { connection } = this.options;
    const { state, signal } = this;
    const me = await whoAmI(connection, signal);
    // Clusters before 1.28 do not know this question: no answer is then no failure of anything.
    state.callerKubernetes = me.ok
      ? { known: true, value: me.value }
      : me.failure.reason === 'not-found'
        ? unknown(me.failure)
        : this.gap(me.failure);
    if (!me.ok && closed(me.failure)) {
      const gap = unknown(me.failure);
      state.podsUnknown = new Map([['*', gap]]);
      state.accountsUnknown = new Map([['*', gap]]);
      state.nodesKnown = gap;
      this.kubernetesGap = me.failure;
      this.firstRows.resolve();
      await this.issuerOf(me.failure);
      return;
    }
    await Promise.all([
      this.readAccounts().finally(() => this.firstRows.resolve()),
      this.readIssuer(),
      this.readVersion(),
      this.firstRows.promise.then(() => Promise.all([this.readPods(), this.readNodes()])),
    ]);
  }

  private async readIssuer(): Promise<void> {
    const issuer = await readIssuer(this.options.connection, this.signal);
    if (!issuer.ok) {
      this.fail(issuer.failure);
      return this.issuerOf(issuer.failure);
    }
    this.state.issuer = { known: true, value: issuer.value };
    this.issuerTried.resolve();
    this.changes.all();
  }

  /** The cluster did not say it; DescribeCluster may. */
  private async issuerOf(gap: LiveFailure): Promise<void> {
    await this.clusterTried.promise;
    const { eks } = this.state;
    this.state.issuer =
      eks.known && eks.value.issuer !== undefined ? { known: true, value: eks.value.issuer } : unknown(gap);
    this.issuerTried.resolve();
    this.changes.all();
  }

  private async readVersion(): Promise<void> {
    const version = await readVersion(this.options.connection, this.signal);
    if (version.ok) this.state.kubernetesVersion = version.value;
    else if (version.failure.reason !== 'not-found') this.fail(version.failure);
  }

  private async readAccounts(): Promise<void> {
    const { state } = this;
    await this.listEverywhere<ServiceAccountRecord>(
      'serviceaccounts',
      (object) => {
        const account = serviceAccountRecord(object);
        return (
          account && unlessChanged(this.before?.serviceAccounts.get(keyOf(account.namespace, account.name)), account)
        );
      },
      state.accountsUnknown,
      {
        clear: () => state.serviceAccounts.clear(),
        add: (account) => {
          const key = this.key(account);
          state.serviceAccounts.set(key, account);
          this.changes.account(key);
          const arn = annotationOf(account);
          if (arn !== undefined) this.askRole(arn, key);
        },
        count: () => state.serviceAccounts.size,
      },
    );
    // Accounts that nobody listed come up where associations name them.
    if (state.accountsUnknown.size > 0) this.changes.all();
  }

  /** Of an account: one string, however often it is used. */
  private key({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
    return this.state.shared.text(keyOf(namespace, name));
  }

  private async readPods(): Promise<void> {
    const { state } = this;
    let count = 0;
    await this.listEverywhere<PodRecord>(
      'pods',
      (object) => {
        const pod = podRecord(object, state.shared);
        return (
          pod && unlessChanged(this.before?.pods.get(keyOf(pod.namespace, pod.serviceAccount))?.get(pod.name), pod)
        );
      },
      state.podsUnknown,
      {
        clear: () => {
          state.pods.clear();
          count = 0;
        },
        add: (pod) => {
          addPod(state, pod);
          count++;
          this.changes.account(this.key({ namespace: pod.namespace, name: pod.serviceAccount }));
        },
        count: () => count,
      },
    );
    await this.readSourcesOf(podsOf(state));
    this.changes.all();
  }

  /** Which variables pods take from Secrets and ConfigMaps. Each is asked for once; in a namespace that forbids it, few are. */
  async readSourcesOf(pods: Iterable<PodRecord>): Promise<void> {
    const { sources } = this.state;
    const wanted = new Map<string, { readonly namespace: string; readonly source: EnvironmentSource }>();
    for (const pod of pods) {
      await breathe();
      for (const source of sourcesOf(pod)) {
        const key = sourceKey(pod.namespace, source);
        if (sources.has(key)) continue;
        sources.set(key, PENDING);
        wanted.set(key, { namespace: pod.namespace, source });
      }
    }
    const forbidden = new Map<string, Known<never>>();
    await forEachOf(wanted, CONCURRENT_SOURCES, this.signal, async ([key, { namespace, source }]) => {
      const place = `${source.kind} ${namespace}`;
      const refused = forbidden.get(place);
      if (refused) {
        sources.set(key, refused);
        return;
      }
      const answer = await readSourceKeys(this.options.connection, namespace, source, this.signal);
      sources.set(key, this.known(answer));
      if (!answer.ok && answer.failure.reason === 'forbidden') forbidden.set(place, unknown(answer.failure));
    });
  }

  private async readNodes(): Promise<void> {
    const { state } = this;
    const end = await list(
      this.options.connection,
      {
        resource: 'nodes',
        project: nodeRecord,
        onPage: (rows, restarted) => {
          if (restarted) state.nodes.clear();
          for (const node of rows) state.nodes.set(node.name, node);
        },
      },
      this.signal,
    );
    state.nodesKnown = end.ok ? { known: true, value: true } : this.gap(end.failure);
    this.changes.all();
  }

  /**
   * Lists in all namespaces; where that is forbidden, in each that is known. What stays unknown is noted by namespace, and so is
   * where each list ended.
   */
  private async listEverywhere<T>(
    resource: 'serviceaccounts' | 'pods',
    project: (object: unknown) => T | undefined,
    gaps: Map<string, Known<never>>,
    rows: { clear(): void; add(row: T): void; count(): number },
  ): Promise<void> {
    const { connection, namespace } = this.options;
    const read = (inNamespace: string | undefined) =>
      list(
        connection,
        {
          resource,
          ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
          project,
          onPage: (page, restarted) => {
            if (restarted && inNamespace === undefined) rows.clear();
            for (const row of page) rows.add(row);
            if (resource === 'serviceaccounts' && rows.count() > 0) this.firstRows.resolve();
            this.progress({ what: resource === 'pods' ? 'pods' : 'service accounts', done: rows.count() });
          },
        },
        this.signal,
      );
    const whole = await read(namespace);
    if (whole.ok) {
      gaps.delete('*');
      this.versions[resource].set(namespace ?? '*', whole.value.resourceVersion);
      return;
    }
    gaps.set('*', this.gap(whole.failure));
    if (namespace !== undefined || whole.failure.reason !== 'forbidden') return;
    const namespaces = await this.namespaces();
    // All namespaces are known, so each gets its own answer.
    if (namespaces !== undefined) gaps.delete('*');
    await forEachOf(namespaces ?? (await this.likelyNamespaces()), CONCURRENT_NAMESPACES, this.signal, async (one) => {
      const end = await read(one);
      gaps.set(one, end.ok ? { known: true, value: undefined as never } : this.gap(end.failure));
      if (end.ok) this.versions[resource].set(one, end.value.resourceVersion);
    });
  }

  private namespaces(): Promise<readonly string[] | undefined> {
    this.namespacesRead ??= (async () => {
      const names: string[] = [];
      const end = await list(
        this.options.connection,
        {
          resource: 'namespaces',
          project: (object) => (object as { metadata?: { name?: string } })?.metadata?.name,
          onPage: (rows, restarted) => {
            if (restarted) names.length = 0;
            names.push(...rows);
          },
        },
        this.signal,
      );
      if (end.ok) return names;
      this.fail(end.failure);
      return undefined;
    })();
    return this.namespacesRead;
  }

  /** The kubeconfig's namespace, those that a person or files named, and those that associations name. */
  private async likelyNamespaces(): Promise<readonly string[]> {
    await this.associationsListed.promise;
    const named = [...this.state.associations.keys()].map((key) => key.slice(0, key.indexOf('/')));
    return [...new Set([this.options.contextNamespace ?? 'default', ...this.options.namespaces, ...named])];
  }

  // ── AWS ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async readAws(): Promise<void> {
    try {
      await this.readAwsInOrder();
    } finally {
      this.clusterTried.resolve();
      this.associationsListed.resolve();
    }
  }

  private async readAwsInOrder(): Promise<void> {
    const { state, signal, options } = this;
    const { timeoutMs } = options;
    const made = await options.aws();
    if (!made.ok) return this.noAws(made.failure);
    const aws = made.value;
    this.clients = aws;
    state.region = aws.region;
    const caller = await whoIsCalling(aws, timeoutMs, signal);
    state.callerAws = caller.ok ? { known: true, value: caller.value.arn } : unknown(caller.failure);
    if (!caller.ok) {
      this.fail(caller.failure);
      if (caller.failure.reason === 'unauthenticated' || closed(caller.failure))
        return this.noAws(caller.failure, true);
    }
    state.callerAccount = caller.ok ? caller.value.account : undefined;
    state.account = options.hint.account ?? state.callerAccount;
    // Roles can be asked for now; those that waited are.
    this.awsReady.resolve();
    const cluster = await locateCluster(aws, options.hint, options.connection.server, timeoutMs, signal);
    state.eks = this.known(cluster);
    if (cluster.ok) {
      const { value } = cluster;
      state.clusterName = value.name;
      state.account = value.account;
      state.partition = value.partition;
      state.region = value.region;
      state.clusterArn = value.arn;
    } else {
      const { name, region, account, partition } = options.hint;
      if (name !== undefined) {
        state.clusterName = name;
        const inAccount = account ?? state.callerAccount;
        state.partition = partition ?? partitionOf(state.callerAws) ?? 'aws';
        if (inAccount !== undefined)
          state.clusterArn = `arn:${state.partition}:eks:${region ?? aws.region}:${inAccount}:cluster/${name}`;
      }
    }
    this.clusterTried.resolve();
    this.changes.all();
    const name = cluster.ok ? cluster.value.name : options.hint.name;
    await Promise.all([
      name === undefined ? this.noCluster(cluster.ok ? undefined : cluster.failure) : this.readCluster(aws, name),
      this.readProvider(aws),
    ]);
  }

  private readonly awsReady = promised<void>();

  private noAws(gap: LiveFailure, noted = false): void {
    if (!noted) this.fail(gap);
    this.awsGap = gap;
    const { state } = this;
    const why = unknown(gap);
    if (!state.callerAws.known) state.callerAws = why;
    state.eks = why;
    state.associationsKnown = why;
    state.oidcProvider = why;
    state.agent = why;
    state.nodeGroups = why;
    state.fargateProfiles = why;
    const { name, region, account, partition } = this.options.hint;
    if (name !== undefined) state.clusterName = name;
    state.region ??= region;
    state.account = account;
    if (name !== undefined && region !== undefined && account !== undefined) {
      state.clusterArn = `arn:${partition ?? 'aws'}:eks:${region}:${account}:cluster/${name}`;
    }
    this.awsReady.resolve();
    this.changes.all();
  }

  /** Not an EKS cluster, or nobody knows which. */
  private async noCluster(gap: LiveFailure | undefined): Promise<void> {
    const { state } = this;
    const why = unknown(gap ?? failure('find the EKS cluster', 'not-found', 'which EKS cluster this is is not known'));
    state.associationsKnown = why;
    state.agent = why;
    state.nodeGroups = why;
    state.fargateProfiles = why;
    // EKS's own versions are named so; anything else has no associations.
    await this.issuerTried.promise;
    const issuer = state.issuer.known ? state.issuer.value : undefined;
    const version = state.kubernetesVersion;
    if (version !== undefined && !version.includes('-eks-') && issuer !== undefined && !/^oidc[.-]eks\./.test(issuer)) {
      state.associationsKnown = { known: true, value: true };
    }
    this.changes.all();
  }

  private async readCluster(aws: AwsClients, name: string): Promise<void> {
    const { state, signal } = this;
    const { timeoutMs } = this.options;
    await Promise.all([
      this.readAssociations(aws, name),
      this.readAgent(aws, name),
      (async () => {
        state.nodeGroups = this.known(await readNodeGroups(aws, name, timeoutMs, signal, (one) => this.fail(one)));
        this.changes.all();
        await this.readMetadataOptions(aws);
      })(),
      (async () => {
        state.fargateProfiles = this.known(
          await readFargateProfiles(aws, name, timeoutMs, signal, (one) => this.fail(one)),
        );
      })(),
    ]);
  }

  private async readMetadataOptions(aws: AwsClients): Promise<void> {
    const { state } = this;
    if (!state.nodeGroups.known) return;
    const groups = await Promise.all(
      state.nodeGroups.value.map(async (group) => {
        if (!group.launchTemplate) return group;
        const imds = await readImds(aws, group.launchTemplate, this.options.timeoutMs, this.signal);
        if (imds.ok) return { ...group, imds: imds.value };
        this.fail(imds.failure);
        return group;
      }),
    );
    state.nodeGroups = { known: true, value: groups };
    this.changes.all();
  }

  private async readAssociations(aws: AwsClients, cluster: string): Promise<void> {
    const { state, signal } = this;
    const { timeoutMs, namespace } = this.options;
    const { associations: described } = this;
    await this.firstRows.promise;
    const describe = async (listed: ListedAssociation): Promise<void> => {
      const key = this.key({ namespace: listed.namespace, name: listed.serviceAccount });
      const answer = await describeAssociation(aws, cluster, listed, timeoutMs, signal);
      await breathe();
      if (answer.ok) {
        state.associations.set(key, unlessChanged(this.before?.associations.get(key), answer.value));
        if (answer.value.roleArn !== undefined) this.askRole(answer.value.roleArn, key);
        if (answer.value.targetRoleArn !== undefined) this.askRole(answer.value.targetRoleArn, key);
      } else state.associationUnknown.set(listed.id, this.gap(answer.failure));
      this.changes.account(key);
      this.progress({ what: 'associations', done: described.done, total: described.asked });
    };
    const listed = await listAssociations(aws, cluster, namespace, timeoutMs, signal, (page) => {
      for (const association of page) {
        const key = this.key({ namespace: association.namespace, name: association.serviceAccount });
        state.associations.set(key, undescribed(association));
        this.changes.account(key);
        described.add(association.id, () => describe(association));
      }
    });
    state.associationsKnown = listed.ok ? { known: true, value: true } : this.gap(listed.failure);
    this.associationsListed.resolve();
    this.changes.all();
    await described.idle();
  }

  private async readAgent(aws: AwsClients, cluster: string): Promise<void> {
    const { state } = this;
    if (state.eks.known && state.eks.value.autoMode) {
      state.agent = { known: true, value: { kind: 'auto-mode', healthy: true, issues: [] } };
      this.changes.all();
      return;
    }
    const addon = await readAgentAddon(aws, cluster, this.options.timeoutMs, this.signal);
    if (addon.ok && addon.value.kind === 'add-on') state.agent = { known: true, value: addon.value };
    else state.agent = await this.agentByOtherMeans(addon);
    this.changes.all();
  }

  /** No add-on, or it could not be read: its chart makes a DaemonSet of the same name. */
  private async agentByOtherMeans(addon: Result<AgentState>): Promise<Known<AgentState>> {
    if (!addon.ok) this.fail(addon.failure);
    if (this.kubernetesGap) return unknown(addon.ok ? this.kubernetesGap : addon.failure);
    const daemonSet = await readAgentDaemonSet(this.options.connection, this.signal);
    if (daemonSet.ok) {
      if (daemonSet.value !== undefined) return { known: true, value: daemonSet.value };
      return addon.ok ? { known: true, value: addon.value } : unknown(addon.failure);
    }
    this.fail(daemonSet.failure);
    return unknown(addon.ok ? daemonSet.failure : addon.failure);
  }

  private async readProvider(aws: AwsClients): Promise<void> {
    const { state } = this;
    await this.issuerTried.promise;
    const account = state.account ?? state.callerAccount;
    if (!state.issuer.known || account === undefined) {
      state.oidcProvider = state.issuer.known
        ? { known: false, why: 'the account is unknown', reason: 'not-asked' }
        : { known: false, why: "the cluster's issuer is unknown", reason: 'not-asked' };
    } else if (state.callerAccount !== undefined && account !== state.callerAccount) {
      state.oidcProvider = {
        known: false,
        why: `the cluster is in account ${account}; you are signed in to ${state.callerAccount}`,
        reason: 'other-account',
      };
    } else {
      const arn = `arn:${state.partition}:iam::${account}:oidc-provider/${state.issuer.value}`;
      state.oidcProvider = this.known(await readOidcProvider(aws, arn, this.options.timeoutMs, this.signal));
    }
    this.changes.all();
  }

  /** One call for each distinct role, however many service accounts have it. */
  private askRole(arn: string, user: string): void {
    this.changes.uses(user, arn);
    const role = parseRoleArn(arn);
    // Its row says what is wrong with it; there is nothing to ask.
    if (!role) return;
    this.roles.add(arn, async () => {
      await this.awsReady.promise;
      const { state } = this;
      const mine = state.callerAccount ?? state.account;
      if (!this.clients || this.awsGap) {
        state.roles.set(
          arn,
          this.awsGap ? unknown(this.awsGap) : { known: false, why: 'AWS was not asked', reason: 'not-asked' },
        );
      } else if (mine !== undefined && role.account !== mine) {
        state.roles.set(arn, {
          known: false,
          why: `it is in account ${role.account}; you are signed in to ${mine}`,
          reason: 'other-account',
        });
      } else {
        const answer = await readRole(this.clients, role, this.options.timeoutMs, this.signal);
        await breathe();
        if (answer.ok) {
          const before = this.before?.roles.get(arn);
          const read = readPolicyOf(
            answer.value,
            before?.known && before.value.kind !== 'missing' ? before.value.read : undefined,
          );
          state.roles.set(arn, {
            known: true,
            value: answer.value.arn === arn ? { kind: 'found', read } : { kind: 'other-path', read },
          });
        } else if (answer.failure.reason === 'not-found')
          state.roles.set(arn, { known: true, value: { kind: 'missing' } });
        else state.roles.set(arn, this.gap(answer.failure));
      }
      this.changes.role(arn);
      this.progress({ what: 'roles', done: this.roles.done, total: this.roles.asked });
    });
  }

  // ── failures ───────────────────────────────────────────────────────────────────────────────────────────────────────

  private known<T>(result: Result<T>): Known<T> {
    return result.ok ? { known: true, value: result.value } : this.gap(result.failure);
  }

  private gap(one: LiveFailure): Known<never> {
    this.fail(one);
    return unknown(one);
  }

  private fail(one: LiveFailure): void {
    const call = `${one.what}\n${one.reason}`;
    if (this.failed.has(call)) return;
    this.failed.add(call);
    this.failures.push(one);
  }
}

function* podsOf(state: ClusterState): Iterable<PodRecord> {
  for (const pods of state.pods.values()) yield* pods.values();
}

export function addPod(state: ClusterState, pod: PodRecord): void {
  const key = state.shared.text(keyOf(pod.namespace, pod.serviceAccount));
  const pods = state.pods.get(key);
  if (pods) pods.set(pod.name, pod);
  else state.pods.set(key, new Map([[pod.name, pod]]));
}

/** Nothing else of that API will answer either: signing in failed, or nobody listens. */
function closed(failure: LiveFailure): boolean {
  return failure.reason === 'unauthenticated' || failure.refused === true;
}

function unknown(failure: LiveFailure): Known<never> {
  return { known: false, why: whyOf(failure), reason: failure.reason };
}

/** In a few words, for a row. */
function whyOf({ reason, message, permission }: LiveFailure): string {
  switch (reason) {
    case 'forbidden':
      return permission === undefined ? 'forbidden' : `${permission} forbidden`;
    case 'unauthenticated':
      return 'not signed in';
    case 'throttled':
      return 'throttled';
    case 'timeout':
      return 'no answer in time';
    default:
      return message;
  }
}

function partitionOf(caller: Known<string>): string | undefined {
  return caller.known ? /^arn:([^:]+):/.exec(caller.value)?.[1] : undefined;
}

function promised<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

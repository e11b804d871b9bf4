import { annotationOf } from '../accountAnnotations.js';
import { readAgentDaemonSet, readIssuer, readVersion, whoAmI } from '../kubernetes/discovery.js';
import { list } from '../kubernetes/lists.js';
import {
  nodeRecord,
  type PodRecord,
  podRecord,
  type ServiceAccountRecord,
  serviceAccountRecord,
  unlessChanged,
} from '../kubernetes/records.js';
import { addPod, allPods, keyOf, PENDING } from '../state.js';
import type { AgentState, Known, LiveFailure } from '../types.js';
import { Everywhere } from './everywhere.js';
import { isClosed, unknown } from './failures.js';
import type { Reading } from './reading.js';
import type { RoleReader } from './roleReader.js';
import { readSourcesOf } from './sourceReader.js';

/** The agent's add-on makes them where hybrid nodes are switched on in its configuration. */
const HYBRID_AGENTS = ['eks-pod-identity-agent-hybrid', 'eks-pod-identity-agent-hybrid-bottlerocket'];

/** What the API server tells: service accounts, pods, nodes, the issuer. */
export class KubernetesReader {
  private readonly everywhere: Everywhere;
  /** By name, with the accounts whose rows depend on them. */
  private readonly nodesAsked = new Map<string, Set<string>>();

  constructor(
    private readonly reading: Reading,
    private readonly roles: RoleReader,
  ) {
    this.everywhere = new Everywhere(reading);
  }

  get versions(): Everywhere['versions'] {
    return this.everywhere.versions;
  }

  async read(): Promise<void> {
    const { reading } = this;
    const { state, options, signal, failures, firstRows } = reading;
    const me = await whoAmI(options.connection, signal);
    // Clusters before 1.28 do not know this question: no answer is then no failure of anything.
    state.callerKubernetes = me.ok
      ? { known: true, value: me.value }
      : me.failure.reason === 'not-found'
        ? unknown(me.failure)
        : failures.gap(me.failure);
    if (!me.ok && isClosed(me.failure)) {
      const gap = unknown(me.failure);
      state.podsUnknown = new Map([['*', gap]]);
      state.accountsUnknown = new Map([['*', gap]]);
      state.nodesKnown = gap;
      reading.kubernetesGap = me.failure;
      firstRows.reach();
      await this.issuerOf(me.failure);
      return;
    }
    await Promise.all([
      this.readAccounts().finally(() => firstRows.reach()),
      this.readIssuer(),
      this.readVersion(),
      // The bulk waits for the first service accounts.
      firstRows.reached.then(() => Promise.all([this.readPods(), this.readNodes()])),
    ]);
  }

  private async readIssuer(): Promise<void> {
    const { state, options, signal, failures, issuerTried, changes } = this.reading;
    const issuer = await readIssuer(options.connection, signal);
    if (!issuer.ok) {
      failures.note(issuer.failure);
      return this.issuerOf(issuer.failure);
    }
    state.issuer = { known: true, value: issuer.value };
    issuerTried.reach();
    changes.all();
  }

  /** The cluster did not say it; DescribeCluster may. */
  private async issuerOf(gap: LiveFailure): Promise<void> {
    const { state, clusterTried, issuerTried, changes } = this.reading;
    await clusterTried.reached;
    const { eks } = state;
    state.issuer =
      eks.known && eks.value.issuer !== undefined ? { known: true, value: eks.value.issuer } : unknown(gap);
    issuerTried.reach();
    changes.all();
  }

  private async readVersion(): Promise<void> {
    const { state, options, signal, failures } = this.reading;
    const version = await readVersion(options.connection, signal);
    if (version.ok) state.kubernetesVersion = version.value;
    else if (version.failure.reason !== 'not-found') failures.note(version.failure);
  }

  private async readAccounts(): Promise<void> {
    const { reading, roles } = this;
    const { state, changes } = reading;
    await this.everywhere.list<ServiceAccountRecord>({
      resource: 'serviceaccounts',
      project: (object) => {
        const account = serviceAccountRecord(object);
        return (
          account && unlessChanged(reading.before?.serviceAccounts.get(keyOf(account.namespace, account.name)), account)
        );
      },
      gaps: state.accountsUnknown,
      clear: () => state.serviceAccounts.clear(),
      add: (account) => {
        const key = reading.key(account);
        state.serviceAccounts.set(key, account);
        changes.account(key);
        const arn = annotationOf(account);
        if (arn !== undefined) roles.ask(arn, key);
      },
      count: () => state.serviceAccounts.size,
    });
    // Accounts that nobody listed come up where associations name them.
    if (state.accountsUnknown.size > 0) changes.all();
  }

  private async readPods(): Promise<void> {
    const { reading } = this;
    const { state, changes } = reading;
    let count = 0;
    await this.everywhere.list<PodRecord>({
      resource: 'pods',
      project: (object) => {
        const pod = podRecord(object, state.shared);
        return (
          pod && unlessChanged(reading.before?.pods.get(keyOf(pod.namespace, pod.serviceAccount))?.get(pod.name), pod)
        );
      },
      gaps: state.podsUnknown,
      clear: () => {
        state.pods.clear();
        count = 0;
      },
      add: (pod) => {
        changes.account(addPod(state, pod));
        count++;
      },
      count: () => count,
    });
    await readSourcesOf(allPods(state), reading);
    changes.all();
  }

  private async readNodes(): Promise<void> {
    const { state, options, signal, failures, changes } = this.reading;
    const end = await list(
      options.connection,
      {
        resource: 'nodes',
        project: nodeRecord,
        onPage: (rows, restarted) => {
          if (restarted) state.nodes.clear();
          for (const node of rows) state.nodes.set(node.name, node);
        },
      },
      signal,
    );
    state.nodesKnown = end.ok ? { known: true, value: true } : failures.gap(end.failure);
    changes.all();
    if ([...state.nodes.values()].some(({ compute }) => compute === 'hybrid')) await this.readHybridAgent();
  }

  /**
   * A node that came up later: nodes are not followed, they change every few seconds.
   * @param user key of the account whose row depends on it
   */
  async readNode(name: string, user: string): Promise<void> {
    const { state, options, signal, failures, changes } = this.reading;
    if (!state.nodesKnown.known || state.nodes.has(name)) return;
    const asked = this.nodesAsked.get(name);
    if (asked) {
      asked.add(user);
      return;
    }
    const users = new Set([user]);
    this.nodesAsked.set(name, users);
    const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
    const answer = await options.connection.json({ what: 'get nodes', path, permission: 'get nodes' }, signal);
    const node = answer.ok ? nodeRecord(answer.value) : undefined;
    if (!answer.ok) failures.note(answer.failure);
    if (node === undefined) return;
    state.nodes.set(name, node);
    if (node.compute === 'hybrid' && state.hybridAgent === PENDING) await this.readHybridAgent();
    for (const each of users) changes.account(each);
  }

  private async readHybridAgent(): Promise<void> {
    const { state, changes } = this.reading;
    state.hybridAgent = await this.hybridAgent();
    changes.all();
  }

  private async hybridAgent(): Promise<Known<AgentState>> {
    const { options, signal, failures } = this.reading;
    for (const name of HYBRID_AGENTS) {
      const daemonSet = await readAgentDaemonSet(options.connection, name, signal);
      if (!daemonSet.ok) return failures.gap(daemonSet.failure);
      if (daemonSet.value !== undefined) return { known: true, value: daemonSet.value };
    }
    return { known: true, value: { kind: 'missing', healthy: false, issues: [] } };
  }
}

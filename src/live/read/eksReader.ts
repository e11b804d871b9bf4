import { describeAssociation, type ListedAssociation, listAssociations, undescribed } from '../aws/associations.js';
import type { AwsClients } from '../aws/clients.js';
import { AGENT_ADDON, readAgentAddon, readFargateProfiles, readNodeGroups } from '../aws/compute.js';
import { readImds } from '../aws/launchTemplates.js';
import { breathe } from '../breathe.js';
import { readAgentDaemonSet } from '../kubernetes/discovery.js';
import { unlessChanged } from '../kubernetes/records.js';
import type { AgentState, Known, LiveFailure, Result } from '../types.js';
import { unknown } from './failures.js';
import type { Pool } from './pool.js';
import type { Reading } from './reading.js';
import type { RoleReader } from './roleReader.js';

/** What EKS tells of a cluster by its name: associations, the agent, node groups, Fargate profiles. */
export class EksReader {
  private place: { readonly aws: AwsClients; readonly cluster: string } | undefined;
  /** Accounts of which it was asked again without learning anything new: no use in asking for each of their pods. */
  private readonly askedAgain = new Set<string>();

  /** @param describing one call for each association, because the list lacks the role */
  constructor(
    private readonly reading: Reading,
    private readonly roles: RoleReader,
    private readonly describing: Pool,
  ) {}

  async read(aws: AwsClients, cluster: string): Promise<void> {
    this.place = { aws, cluster };
    await Promise.all([
      this.readAssociations(aws, cluster),
      this.readAgent(aws, cluster),
      this.readNodeGroups(aws, cluster),
      this.readFargateProfiles(aws, cluster),
    ]);
  }

  private async readAssociations(aws: AwsClients, cluster: string): Promise<void> {
    const { reading, describing } = this;
    const { state, options, signal, failures, changes, firstRows, associationsListed } = reading;
    await firstRows.reached;
    const listed = await listAssociations(
      aws,
      cluster,
      { namespace: options.namespace },
      options.timeoutMs,
      signal,
      (page) => {
        for (const association of page) {
          const key = reading.key({ namespace: association.namespace, name: association.serviceAccount });
          state.associations.set(key, undescribed(association));
          changes.account(key);
          describing.add(association.id, () => this.describe(aws, cluster, association, key));
        }
      },
    );
    state.associationsKnown = listed.ok ? { known: true, value: true } : failures.gap(listed.failure);
    associationsListed.reach();
    changes.all();
    await describing.idle();
  }

  /** One account's association anew: nothing tells of changes in AWS but the pods that are made after them. */
  async readAssociationOf(account: { readonly namespace: string; readonly name: string }): Promise<void> {
    const { state, options, signal, failures, changes } = this.reading;
    const key = this.reading.key(account);
    if (!this.place || !state.associationsKnown.known || this.askedAgain.has(key)) return;
    this.askedAgain.add(key);
    const { aws, cluster } = this.place;
    const before = state.associations.get(key);
    const only = { namespace: account.namespace, serviceAccount: account.name };
    const found: ListedAssociation[] = [];
    const listed = await listAssociations(aws, cluster, only, options.timeoutMs, signal, (page) => found.push(...page));
    if (!listed.ok) {
      failures.note(listed.failure);
      return;
    }
    // There is one at the most.
    if (found[0] === undefined) state.associations.delete(key);
    else await this.describe(aws, cluster, found[0], key);
    if (state.associations.get(key) === before) return;
    this.askedAgain.delete(key);
    changes.account(key);
  }

  private async describe(aws: AwsClients, cluster: string, listed: ListedAssociation, key: string): Promise<void> {
    const { roles, describing } = this;
    const { state, options, signal, failures, changes, progress, before } = this.reading;
    const answer = await describeAssociation(aws, cluster, listed, options.timeoutMs, signal);
    await breathe();
    if (answer.ok) {
      const earlier = before?.associations.get(key) ?? state.associations.get(key);
      state.associations.set(key, unlessChanged(earlier, answer.value));
      if (answer.value.roleArn !== undefined) roles.ask(answer.value.roleArn, key);
      if (answer.value.targetRoleArn !== undefined) roles.ask(answer.value.targetRoleArn, key);
    } else state.associationUnknown.set(listed.id, failures.gap(answer.failure));
    changes.account(key);
    progress({ what: 'associations', done: describing.done, total: describing.asked });
  }

  private async readAgent(aws: AwsClients, cluster: string): Promise<void> {
    const { state, options, signal, changes } = this.reading;
    // In Auto Mode too: there may be other nodes beside its own.
    const addon = await readAgentAddon(aws, cluster, options.timeoutMs, signal);
    state.agent =
      addon.ok && addon.value.kind === 'add-on'
        ? { known: true, value: addon.value }
        : await this.agentByOtherMeans(addon);
    changes.all();
  }

  /** No add-on, or it could not be read: its chart makes a DaemonSet of the same name. */
  private async agentByOtherMeans(addon: Result<AgentState>): Promise<Known<AgentState>> {
    const { options, signal, failures, kubernetesGap } = this.reading;
    if (!addon.ok) failures.note(addon.failure);
    if (kubernetesGap) return unknown(addon.ok ? kubernetesGap : addon.failure);
    const daemonSet = await readAgentDaemonSet(options.connection, AGENT_ADDON, signal);
    if (daemonSet.ok) {
      if (daemonSet.value !== undefined) return { known: true, value: daemonSet.value };
      return addon.ok ? { known: true, value: addon.value } : unknown(addon.failure);
    }
    failures.note(daemonSet.failure);
    return unknown(addon.ok ? daemonSet.failure : addon.failure);
  }

  private async readNodeGroups(aws: AwsClients, cluster: string): Promise<void> {
    const { state, options, signal, failures, changes } = this.reading;
    const noted = (one: LiveFailure) => failures.note(one);
    state.nodeGroups = failures.known(await readNodeGroups(aws, cluster, options.timeoutMs, signal, noted));
    changes.all();
    await this.readMetadataOptions(aws);
  }

  private async readMetadataOptions(aws: AwsClients): Promise<void> {
    const { state, options, signal, failures, changes } = this.reading;
    if (!state.nodeGroups.known) return;
    const groups = await Promise.all(
      state.nodeGroups.value.map(async (group) => {
        if (!group.launchTemplate) return group;
        const imds = await readImds(aws, group.launchTemplate, options.timeoutMs, signal);
        if (imds.ok) return { ...group, imds: imds.value };
        const gap = failures.gap(imds.failure);
        return gap.known ? group : { ...group, imdsUnknown: gap.why };
      }),
    );
    state.nodeGroups = { known: true, value: groups };
    changes.all();
  }

  private async readFargateProfiles(aws: AwsClients, cluster: string): Promise<void> {
    const { state, options, signal, failures } = this.reading;
    const noted = (one: LiveFailure) => failures.note(one);
    state.fargateProfiles = failures.known(await readFargateProfiles(aws, cluster, options.timeoutMs, signal, noted));
  }
}

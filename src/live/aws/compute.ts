import {
  DescribeAddonCommand,
  DescribeFargateProfileCommand,
  DescribeNodegroupCommand,
  ListFargateProfilesCommand,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import { forEachOf } from '../deadline.js';
import { failed, failure, success } from '../failure.js';
import type { AgentState, FargateProfileState, LiveFailure, NodeGroupState, Result } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';
import { listNames } from './listNames.js';

export const AGENT_ADDON = 'eks-pod-identity-agent';
const CONCURRENT = 6;

/** The agent as an EKS add-on; `missing` says only that it is no add-on, it may be installed by other means. */
export async function readAgentAddon(
  aws: AwsClients,
  cluster: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<AgentState>> {
  const answer = await awsCall(
    {
      what: `eks:DescribeAddon ${AGENT_ADDON}`,
      permission: 'eks:DescribeAddon',
      timeoutMs,
      send: (abortSignal) =>
        aws.eks.send(new DescribeAddonCommand({ clusterName: cluster, addonName: AGENT_ADDON }), { abortSignal }),
    },
    signal,
  );
  if (!answer.ok) {
    return answer.failure.reason === 'not-found' ? success({ kind: 'missing', healthy: false, issues: [] }) : answer;
  }
  const { addon } = answer.value;
  if (!addon)
    return failed(
      `eks:DescribeAddon ${AGENT_ADDON}`,
      'invalid-response',
      'the answer holds no add-on',
      'eks:DescribeAddon',
    );
  const status = addon.status;
  const issues = (addon.health?.issues ?? []).map((issue) => [issue.code, issue.message].filter(Boolean).join(': '));
  return success({
    kind: 'add-on',
    healthy: (status === 'ACTIVE' || status === 'UPDATING') && issues.length === 0,
    issues,
    ...(addon.addonVersion === undefined ? {} : { version: addon.addonVersion }),
    ...(status === undefined ? {} : { status }),
  });
}

/** @param onFailure for single groups that could not be read; the others are still given */
export async function readNodeGroups(
  aws: AwsClients,
  cluster: string,
  timeoutMs: number,
  signal: AbortSignal,
  onFailure: (failure: LiveFailure) => void,
): Promise<Result<readonly NodeGroupState[]>> {
  const names = await listNames('eks:ListNodegroups', timeoutMs, signal, async (nextToken, abortSignal) => {
    const page = await aws.eks.send(new ListNodegroupsCommand({ clusterName: cluster, nextToken }), { abortSignal });
    return { names: page.nodegroups, nextToken: page.nextToken };
  });
  if (!names.ok) return names;
  const groups: NodeGroupState[] = [];
  await forEachOf(names.value, CONCURRENT, signal, async (name) => {
    const answer = await awsCall(
      {
        what: `eks:DescribeNodegroup ${name}`,
        permission: 'eks:DescribeNodegroup',
        timeoutMs,
        send: (abortSignal) =>
          aws.eks.send(new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: name }), { abortSignal }),
      },
      signal,
    );
    if (!answer.ok) {
      onFailure(answer.failure);
      groups.push({ name });
      return;
    }
    const group = answer.value.nodegroup;
    if (!group) {
      onFailure(
        failure(
          `eks:DescribeNodegroup ${name}`,
          'invalid-response',
          'the answer holds no node group',
          'eks:DescribeNodegroup',
        ),
      );
      groups.push({ name });
      return;
    }
    const template = group.launchTemplate;
    groups.push({
      name,
      ...(group.nodeRole === undefined ? {} : { nodeRole: group.nodeRole }),
      ...(group.status === undefined ? {} : { status: group.status }),
      ...(group.amiType === undefined ? {} : { amiType: group.amiType }),
      ...(template
        ? {
            launchTemplate: {
              ...(template.id === undefined ? {} : { id: template.id }),
              ...(template.name === undefined ? {} : { name: template.name }),
              ...(template.version === undefined ? {} : { version: template.version }),
            },
          }
        : {}),
    });
  });
  return success(groups.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** As for node groups. */
export async function readFargateProfiles(
  aws: AwsClients,
  cluster: string,
  timeoutMs: number,
  signal: AbortSignal,
  onFailure: (failure: LiveFailure) => void,
): Promise<Result<readonly FargateProfileState[]>> {
  const names = await listNames('eks:ListFargateProfiles', timeoutMs, signal, async (nextToken, abortSignal) => {
    const page = await aws.eks.send(new ListFargateProfilesCommand({ clusterName: cluster, nextToken }), {
      abortSignal,
    });
    return { names: page.fargateProfileNames, nextToken: page.nextToken };
  });
  if (!names.ok) return names;
  const profiles: FargateProfileState[] = [];
  await forEachOf(names.value, CONCURRENT, signal, async (name) => {
    const answer = await awsCall(
      {
        what: `eks:DescribeFargateProfile ${name}`,
        permission: 'eks:DescribeFargateProfile',
        timeoutMs,
        send: (abortSignal) =>
          aws.eks.send(new DescribeFargateProfileCommand({ clusterName: cluster, fargateProfileName: name }), {
            abortSignal,
          }),
      },
      signal,
    );
    if (!answer.ok) {
      onFailure(answer.failure);
      profiles.push({ name, selectors: [] });
      return;
    }
    const profile = answer.value.fargateProfile;
    if (!profile) {
      onFailure(
        failure(
          `eks:DescribeFargateProfile ${name}`,
          'invalid-response',
          'the answer holds no profile',
          'eks:DescribeFargateProfile',
        ),
      );
      profiles.push({ name, selectors: [] });
      return;
    }
    profiles.push({
      name,
      selectors: (profile.selectors ?? []).map((selector) => ({
        namespace: selector.namespace ?? '',
        labels: selector.labels ?? {},
      })),
      ...(profile.status === undefined ? {} : { status: profile.status }),
      ...(profile.podExecutionRoleArn === undefined ? {} : { podExecutionRole: profile.podExecutionRoleArn }),
    });
  });
  return success(profiles.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

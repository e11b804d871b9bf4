import type { ClusterState } from '../state.js';
import type { AgentState, Known } from '../types.js';
import type { Notes } from './notes.js';
import type { JudgedPod } from './pods.js';
import { quote } from './words.js';

const BUILT_IN: Known<AgentState> = { known: true, value: { kind: 'auto-mode', healthy: true, issues: [] } };

/** The agent of the cluster as a whole: what is installed, else what Auto Mode has built in. */
export function agentOf({ agent, eks }: ClusterState): Known<AgentState> {
  const installed = agent.known && agent.value.kind !== 'missing';
  if (installed) return agent;
  if (eks.known && eks.value.autoMode) return BUILT_IN;
  // Nothing needs to be installed in Auto Mode.
  return agent.known && !eks.known ? eks : agent;
}

/**
 * Whether pods find an agent on their nodes: those of Auto Mode have it built in, hybrid ones need a DaemonSet of their own, all
 * others what is installed for the cluster.
 */
export function judgeAgent(state: ClusterState, pods: readonly JudgedPod[], notes: Notes): void {
  const on = { auto: 0, ordinary: 0 };
  const hybrid: string[] = [];
  for (const { pod } of pods) {
    const node = pod.node === undefined ? undefined : state.nodes.get(pod.node);
    if (node?.autoMode) on.auto++;
    else if (node?.compute === 'hybrid') hybrid.push(pod.name);
    else if (node?.compute === 'ec2') on.ordinary++;
  }
  if (on.ordinary > 0) judgeInstalled(state.agent, notes);
  else if (on.auto + hybrid.length < pods.length || pods.length === 0) judgeInstalled(agentOf(state), notes);
  if (hybrid.length > 0) judgeHybrid(state.hybridAgent, hybrid, notes);
}

function judgeInstalled(known: Known<AgentState>, notes: Notes): void {
  if (!notes.need(known, 'the Pod Identity agent')) return;
  const agent = known.value;
  if (agent.kind === 'missing') {
    notes.find(
      'live-agent-missing',
      'error',
      'the agent is missing',
      "The add-on 'eks-pod-identity-agent' is not installed; pods get no credentials by Pod Identity.",
    );
  } else if (!agent.healthy) {
    const issues = agent.issues.length > 0 ? `: ${agent.issues.join('; ')}` : '';
    notes.find(
      'live-agent-degraded',
      'warning',
      `the agent is ${agent.status ?? 'degraded'}`,
      `The add-on 'eks-pod-identity-agent' is ${agent.status ?? 'degraded'}${issues}.`,
    );
  }
}

function judgeHybrid(known: Known<AgentState>, pods: readonly string[], notes: Notes): void {
  if (!notes.need(known, 'the Pod Identity agent of hybrid nodes')) return;
  const { kind, healthy, issues } = known.value;
  if (kind === 'missing') {
    notes.find(
      'live-agent-missing',
      'error',
      'no agent on hybrid nodes',
      `No Pod Identity agent runs on hybrid nodes (the add-on's 'daemonsets.hybrid.create' switches it on): ${quote(pods)} ${pods.length === 1 ? 'gets' : 'get'} no credentials.`,
    );
  } else if (!healthy) {
    notes.find(
      'live-agent-degraded',
      'warning',
      'the agent of hybrid nodes is degraded',
      `The Pod Identity agent of hybrid nodes is degraded: ${issues.join('; ')}.`,
    );
  }
}

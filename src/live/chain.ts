import { type Chain, type ChainDetail, type ChainLink, tokenLinks } from '../core/identity/explain.js';
import { agentOf } from './judge/agent.js';
import type { Judgement } from './judge/judge.js';
import { providerFor } from './judge/oidcProvider.js';
import type { TrustQuestion } from './judge/trust.js';
import type { ClusterState } from './state.js';
import type { PodState, TraceLine } from './types.js';

/** From the pod to the role, each link with what it says and whether it holds. */
export function chainOf(state: ClusterState, { row, question }: Judgement): Chain {
  const links: ChainLink[] = [];
  links.push(podLink(row.pods.list, row.pods.known, row.name));
  if (row.annotation !== undefined) {
    const ignored = row.mechanism === 'both' ? { note: 'ignored: the association wins' } : {};
    links.push({ label: 'annotation', text: `eks.amazonaws.com/role-arn = ${row.annotation}`, ...ignored });
  }
  const { association } = row;
  if (association) {
    const details: ChainDetail[] = [];
    if (association.targetRoleArn !== undefined)
      details.push({ label: 'target role', text: association.targetRoleArn });
    if (association.disableSessionTags) details.push({ label: 'session tags', text: 'off' });
    if (association.externalId !== undefined) details.push({ label: 'external id', text: association.externalId });
    if (association.ownerArn !== undefined) details.push({ label: 'owner', text: association.ownerArn });
    links.push({
      label: 'association',
      text: `${association.id} → ${association.roleArn ?? '(role unknown)'}`,
      details,
    });
  }
  if (question?.mechanism === 'irsa') {
    const subject = `system:serviceaccount:${question.namespace}:${question.serviceAccount}`;
    links.push(...tokenLinks(question.issuer, subject, question.audience));
    links.push(providerLink(state, question));
  } else if (question?.mechanism === 'pod-identity') {
    links.push({
      label: 'session',
      text: `cluster ${question.clusterArn}`,
      ...(question.disableSessionTags ? { note: 'without session tags' } : {}),
    });
    links.push(agentLink(state));
  }
  links.push(...trustLinks(row.trustDetail?.trace ?? []));
  if (row.trustDetail?.nearestMiss !== undefined)
    links.push({ label: 'difference', text: row.trustDetail.nearestMiss });
  for (const finding of row.findings)
    links.push({ label: finding.severity, text: finding.message, note: finding.ruleId });
  for (const why of row.unknown) links.push({ label: 'unknown', text: why, mark: 'maybe' });
  if (row.callerIdentity.how !== 'not-verified') {
    links.push({
      label: 'caller identity',
      text: row.callerIdentity.actual ?? row.callerIdentity.message ?? row.callerIdentity.verdict ?? '',
      mark:
        row.callerIdentity.verdict === 'as-expected'
          ? 'yes'
          : row.callerIdentity.verdict === 'unknown'
            ? 'maybe'
            : 'no',
    });
  }
  return {
    subject: `${row.namespace}/${row.name}`,
    target: row.roleArn ?? row.identity,
    verdict: verdictOf(row.trust),
    links,
  };
}

function verdictOf(trust: Judgement['row']['trust']): Chain['verdict'] {
  return trust === 'allowed' ? 'ALLOWED' : trust === 'denied' ? 'DENIED' : trust === 'unknown' ? 'UNKNOWN' : 'NO ROLE';
}

const MOST_PODS = 8;

function podLink(pods: readonly PodState[], known: boolean, account: string): ChainLink {
  if (!known) return { label: 'pods', text: 'could not be listed', mark: 'maybe' };
  const details = pods.slice(0, MOST_PODS).map(
    (pod): ChainDetail => ({
      label: pod.name,
      text:
        pod.identity.kind === 'irsa'
          ? `IRSA ${pod.identity.roleArn}`
          : pod.identity.kind === 'none'
            ? 'no identity of its own'
            : pod.identity.kind === 'pod-identity'
              ? 'Pod Identity'
              : 'static AWS keys',
      mark: pod.stale ? 'no' : 'yes',
      ...(pod.note === undefined ? {} : { note: pod.note }),
    }),
  );
  if (pods.length > MOST_PODS) details.push({ label: '…', text: `${pods.length - MOST_PODS} more` });
  return { label: 'pods', text: `${pods.length} with serviceAccountName: ${account}`, details };
}

type IrsaQuestion = Extract<TrustQuestion, { mechanism: 'irsa' }>;

function providerLink(state: ClusterState, { providerArn, audience }: IrsaQuestion): ChainLink {
  const oidcProvider = providerFor(state, providerArn.split(':')[4] ?? '');
  if (!oidcProvider.known) return { label: 'provider', text: `unknown: ${oidcProvider.why}`, mark: 'maybe' };
  if (!oidcProvider.value.exists)
    return { label: 'provider', text: 'IAM has no OIDC provider for this issuer', mark: 'no' };
  const registered = oidcProvider.value.clientIds.includes(audience);
  return {
    label: 'provider',
    text: oidcProvider.value.arn ?? '',
    mark: registered ? 'yes' : 'no',
    ...(registered ? {} : { note: `audience '${audience}' is not registered` }),
  };
}

function agentLink(state: ClusterState): ChainLink {
  const agent = agentOf(state);
  if (!agent.known) return { label: 'agent', text: `unknown: ${agent.why}`, mark: 'maybe' };
  const { kind, version, status, healthy } = agent.value;
  return {
    label: 'agent',
    text: [kind, version, status].filter((part) => part !== undefined).join(' '),
    mark: kind === 'missing' || !healthy ? 'no' : 'yes',
  };
}

function trustLinks(trace: readonly TraceLine[]): ChainLink[] {
  const links: ChainLink[] = [];
  const statements = trace.filter((line) => line.element === 'statement');
  for (const statement of statements) {
    const checks = trace.filter((line) => line.statement === statement.statement && line.element !== 'statement');
    links.push({
      label: 'trust',
      text: `statement ${statement.statement + 1}  ${statement.effect}`,
      mark: statement.matches,
      details: checks.map((check): ChainDetail => {
        const left = check.element === 'condition' ? shortKey(check.key) : check.element;
        const operator = check.operator === undefined ? '' : `${check.operator}  `;
        return {
          label: left,
          text: `${operator}${check.expected}`,
          mark: check.matches,
          ...(check.matches === 'yes'
            ? {}
            : { note: check.actual === 'absent' ? 'the request has no such key' : `is ${check.actual}` }),
        };
      }),
    });
  }
  return links;
}

/** `…:sub` for an issuer's claim: the issuer stands in the token's line already. */
function shortKey(key: string): string {
  const claim = /\/id\/[^:]+:(\w+)$/.exec(key)?.[1];
  return claim === undefined ? key : `…:${claim}`;
}

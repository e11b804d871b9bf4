import type { Known, LiveFailure, LiveFinding, RolePolicies, ServiceAccountIdentity } from '../../live/types.js';
import type { InspectedCluster, Inspection } from '../inspection.js';

/** The contract of `inspect --format json`; keys may be added, never changed. What is absent is left out. */
export function inspectJson({ clusters, failures }: Inspection): string {
  const document = {
    version: 1,
    clusters: clusters.map(clusterJson),
    ...(failures.length === 0 ? {} : { failures: failures.map(failureJson) }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function clusterJson(cluster: InspectedCluster) {
  return {
    name: cluster.name,
    region: cluster.region,
    account: cluster.account,
    issuer: cluster.issuer,
    context: cluster.context,
    kubernetesVersion: cluster.kubernetesVersion,
    seenAs: { aws: known(cluster.callerAws), kubernetes: known(cluster.callerKubernetes) },
    oidcProvider: known(cluster.oidcProvider),
    agent: known(cluster.agent),
    nodeGroups: known(cluster.nodeGroups),
    rolePolicies: cluster.rolePolicies?.map(rolePoliciesJson),
    failures: cluster.failures.map(failureJson),
    findings: cluster.findings.map(findingJson),
    serviceAccounts: cluster.serviceAccounts.map(accountJson),
  };
}

function accountJson(row: ServiceAccountIdentity) {
  const { expected, actual, how, verdict, message } = row.callerIdentity;
  return {
    namespace: row.namespace,
    name: row.name,
    mechanism: row.mechanism,
    roleArn: row.roleArn,
    roleLastUsed: row.role?.lastUsedAt === undefined ? undefined : new Date(row.role.lastUsedAt).toISOString(),
    targetRoleArn: row.association?.targetRoleArn,
    associationId: row.associationId,
    trust: row.trust,
    /** Counted from 0: the one that allows, or that denies in so many words. */
    statement: row.trustDetail?.statement,
    nearestMiss: row.trustDetail?.nearestMiss,
    status: row.status,
    reason: row.summary,
    // Tried is not verified.
    callerIdentity: { expected, actual, how: verdict === 'unknown' ? 'not-verified' : how, verdict, message },
    pods: { total: row.pods.total, stale: row.pods.stale },
    findings: row.findings.map(findingJson),
    unknown: row.unknown.length === 0 ? undefined : row.unknown,
  };
}

function rolePoliciesJson({ roleArn, policies, failures }: RolePolicies) {
  return {
    roleArn,
    policies: policies.map(({ kind, name, arn, document, why, findings }) => ({
      kind,
      name,
      arn,
      document: document === undefined ? undefined : documentJson(document),
      unknown: why,
      findings: findings.map(findingJson),
    })),
    failures: failures.map(failureJson),
  };
}

/** AWS's own text where it is no JSON. */
function documentJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function findingJson({ ruleId, severity, message, object }: LiveFinding) {
  return { ruleId, severity, message, object };
}

function failureJson({ what, reason, message }: LiveFailure) {
  return { what, reason, message };
}

function known<T>(known: Known<T>): T | undefined {
  return known.known ? known.value : undefined;
}

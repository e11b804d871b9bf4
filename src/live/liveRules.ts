/**
 * The rules of the catalogue on live objects: a role's document and a service account's annotations are made the trees and facts
 * that files are, and judged by the same rules. Only what one object says alone is asked here; links are `judge`'s.
 */
import { readPermissionPolicy, readTrustPolicy } from '../core/facts/iamPolicy.js';
import { readKubernetesObject } from '../core/facts/kubernetes.js';
import { type Facts, noFacts } from '../core/facts/model.js';
import { shortened } from '../core/features/shortened.js';
import { treeOfValue } from '../core/iam/asDeployed.js';
import { rules } from '../core/rules/index.js';
import type { Reporter } from '../core/rules/rule.js';
import type { SourceDocument } from '../core/syntax/tree.js';
import { Overlays } from '../core/workspace/overlays.js';
import { WorkspaceIndex } from '../core/workspace/workspaceIndex.js';
import type { LiveRole } from './aws/roles.js';
import { messageOf } from './failure.js';
import type { ServiceAccountRecord } from './kubernetes/records.js';
import type { ReadRole } from './state.js';
import type { LiveFinding } from './types.js';

/** @param before as the role was read earlier: an unchanged policy is not judged again */
export function readPolicyOf(role: LiveRole, before?: ReadRole): ReadRole {
  if (before?.role.arn === role.arn && before.role.trustPolicy === role.trustPolicy) return { ...before, role };
  let value: unknown;
  try {
    value = JSON.parse(role.trustPolicy);
  } catch {
    return { role, policy: undefined, text: role.trustPolicy, findings: [] };
  }
  const text = JSON.stringify(value, null, 2);
  const policy = readTrustPolicy(treeOfValue(value, { file: role.arn, language: 'json', text }));
  if (!policy) return { role, policy, text, findings: [] };
  return { role, policy, text, findings: judgeAlone('trust-', { ...noFacts(), trustPolicies: [policy] }, role.arn) };
}

/** What the rules say of a permission policy; somebody asked for it, so it is judged whoever uses it. */
export function policyFindings(document: string, name: string): readonly LiveFinding[] {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return [];
  }
  const policy = readPermissionPolicy(treeOfValue(value, { file: name, language: 'json', text: document }), []);
  return policy ? judgeAlone('policy-', { ...noFacts(), permissionPolicies: [policy] }, name, new Set([name])) : [];
}

const judged = new WeakMap<ServiceAccountRecord, readonly LiveFinding[]>();
/** Annotations of which the rules say nothing, whose ever they are: thousands of accounts share some hundred roles. */
const clean = new Set<string>();
const MOST_CLEAN = 20_000;
const NOTHING: readonly LiveFinding[] = [];

/** What the rules say of a service account's own annotations. Once a record: a changed object is another record. */
export function accountFindings(account: ServiceAccountRecord): readonly LiveFinding[] {
  const { namespace, name, annotations } = account;
  // The name alone matters to one rule, that on accounts named `default`.
  const key = `${name === 'default'}${JSON.stringify(annotations)}`;
  if (clean.has(key) || Object.keys(annotations).length === 0) return NOTHING;
  const known = judged.get(account);
  if (known) return known;
  const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, annotations } };
  const document: SourceDocument = { file: `${namespace}/${name}`, language: 'json', text: JSON.stringify(object) };
  const facts = noFacts();
  readKubernetesObject(treeOfValue(object, document), facts, { source: 'live' });
  const findings = judgeAlone('sa-', facts, undefined);
  if (findings.length > 0) judged.set(account, findings);
  else {
    if (clean.size >= MOST_CLEAN) clean.clear();
    clean.add(key);
  }
  return findings;
}

function judgeAlone(
  kind: 'trust-' | 'sa-' | 'policy-',
  facts: Facts,
  object: string | undefined,
  chosen?: ReadonlySet<string>,
): LiveFinding[] {
  // The object stands alone: what it is linked to is judged with the cluster's own answers.
  const alone = WorkspaceIndex.of([facts], new Overlays([], () => undefined), chosen);
  const findings: LiveFinding[] = [];
  for (const rule of rules) {
    // The other half has nothing to say of it, and a cluster has thousands.
    if (!rule.id.startsWith(kind)) continue;
    try {
      const report: Reporter = ({ message, severity = rule.severity }) =>
        findings.push({
          ruleId: rule.id,
          severity,
          message,
          short: shortened(message),
          ...(object === undefined ? {} : { object }),
        });
      rule.check(facts, report, alone);
    } catch (error) {
      // One rule that breaks must not take the cluster's rows with it, nor go unseen.
      const message = `This rule could not be applied: ${messageOf(error)}`;
      findings.push({ ruleId: rule.id, severity: 'information', message, short: message });
    }
  }
  return findings;
}

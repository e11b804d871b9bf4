import type { Metadata, Workload } from '../../facts/model.js';
import { get, listOf, literal, type SyntaxNode } from '../../syntax/tree.js';

/** The value by which a pod asks for nodes on which the Pod Identity agent does not run. */
export interface Compute {
  readonly name: 'Windows' | 'Fargate';
  readonly node: SyntaxNode;
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html#pod-id-restrictions */
export function computeWithoutPodIdentity({ nodeSelector, podSpec, podMetadata }: Workload): Compute | undefined {
  for (const { key, value } of nodeSelector) {
    const found = computeNamed(key.raw, value);
    if (found) return found;
  }
  const os = get(podSpec, 'os', 'name');
  if (os && literal(os) === 'windows') return { name: 'Windows', node: os };
  const scheduler = get(podSpec, 'schedulerName');
  if (scheduler && literal(scheduler) === 'fargate-scheduler') return { name: 'Fargate', node: scheduler };
  const profile = podMetadata && (profileIn(podMetadata.labels) ?? profileIn(podMetadata.annotations));
  if (profile) return { name: 'Fargate', node: profile };
  return byAffinity(podSpec);
}

function profileIn(pairs: Metadata['labels']): SyntaxNode | undefined {
  for (const { key, value } of pairs) {
    if (key.raw === 'eks.amazonaws.com/fargate-profile' && value?.kind === 'string' && value.raw !== '') return value;
  }
  return undefined;
}

function computeNamed(key: string, value: SyntaxNode | undefined): Compute | undefined {
  const word = literal(value)?.toLowerCase();
  if (!value || word === undefined) return undefined;
  if (/^(?:beta\.)?kubernetes\.io\/os$/.test(key) && word === 'windows') return { name: 'Windows', node: value };
  return key === 'eks.amazonaws.com/compute-type' && word === 'fargate' ? { name: 'Fargate', node: value } : undefined;
}

/** Every alternative of the required terms must ask for it. */
function byAffinity(podSpec: SyntaxNode | undefined): Compute | undefined {
  const required = get(podSpec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const terms = listOf(required && get(required, 'nodeSelectorTerms'));
  if (terms.length === 0) return undefined;
  const found = terms.map((term) => {
    for (const expression of listOf(get(term, 'matchExpressions'))) {
      const [value, ...others] = listOf(get(expression, 'values'));
      if (literal(get(expression, 'operator')) !== 'In' || others.length > 0) continue;
      const compute = computeNamed(literal(get(expression, 'key')) ?? '', value);
      if (compute) return compute;
    }
    return undefined;
  });
  return found.length > 0 && found.every((each) => each !== undefined) ? found[0] : undefined;
}

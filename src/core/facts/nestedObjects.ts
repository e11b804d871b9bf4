import { get, listOf, type SyntaxNode, wordOf } from '../syntax/tree.js';
import { readAck } from './ack.js';
import { patchedBase } from './compositionPatches.js';
import { readCrossplane } from './crossplane.js';
import { readKubernetesObject } from './kubernetes.js';
import type { Facts } from './model.js';
import { readNodeClass } from './nodeClasses.js';

interface NestedContext {
  readonly file: string;
  readonly chart?: string | undefined;
  /** What makes the objects together, so that selectors can ask for its own. */
  readonly composition?: string | undefined;
}

/**
 * Kinds that carry whole objects in them: Crossplane's Compositions and its Kubernetes provider's `Object`, kro's
 * ResourceGraphDefinitions.
 */
export function readNestedObjects(root: SyntaxNode, facts: Facts, context: NestedContext, depth = 0): boolean {
  // An alias may hold an object inside of itself.
  const nested = depth > 4 ? [] : nestedIn(root);
  const within = { ...context, composition: compositionOf(root, context) };
  for (const object of nested ?? []) {
    if (readAck(object, facts, context) || readCrossplane(object, facts, within) || readNodeClass(object, facts))
      continue;
    if (readNestedObjects(object, facts, within, depth + 1)) continue;
    readKubernetesObject(object, facts, { source: 'manifest', chart: context.chart });
  }
  return nested !== undefined;
}

function nestedIn(root: SyntaxNode): readonly SyntaxNode[] | undefined {
  const group = (wordOf(get(root, 'apiVersion')) ?? '').split('/')[0]!;
  const spec = get(root, 'spec');
  switch (`${group} ${wordOf(get(root, 'kind'))}`) {
    case 'apiextensions.crossplane.io Composition':
      return [...bases(spec), ...listOf(get(spec, 'pipeline')).flatMap((step) => bases(get(step, 'input')))];
    case 'kubernetes.crossplane.io Object':
    case 'kubernetes.m.crossplane.io Object':
      return listOf(get(spec, 'forProvider', 'manifest'));
    case 'kro.run ResourceGraphDefinition':
      return listOf(get(spec, 'resources')).flatMap((resource) => get(resource, 'template') ?? []);
    default:
      return undefined;
  }
}

function compositionOf(root: SyntaxNode, { file, composition }: NestedContext): string | undefined {
  return wordOf(get(root, 'kind')) === 'Composition' ? `${file}:${root.start}` : composition;
}

function bases(node: SyntaxNode | undefined): SyntaxNode[] {
  return listOf(get(node, 'resources')).flatMap((resource) => {
    const base = get(resource, 'base');
    return base ? [patchedBase(base, resource, node)] : [];
  });
}

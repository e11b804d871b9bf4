import type { EksctlCluster } from '../../facts/model.js';
import { get, outermost, type SyntaxNode } from '../../syntax/tree.js';
import type { Workspace } from '../../workspace/workspace.js';

/**
 * May two things be in one cluster that are tied by namespace and name alone? A repository of several clusters has many of
 * one name: then what is said of one goes for the nearest in the folders. Where several are equally near it goes for none
 * of them, unless it stands above them all.
 * @param others of the same kind and name as `one`; it may be among them
 */
export function mayBeTogether(one: SyntaxNode, others: Iterable<SyntaxNode>, other: SyntaxNode): boolean {
  const [own, wanted] = [foldersOf(one), foldersOf(other)];
  const near = inCommon(own, wanted);
  const isAbove = near === wanted.length;
  for (const each of others) {
    const folders = foldersOf(each);
    if (folders.length === own.length && inCommon(folders, own) === own.length) continue;
    const nearness = inCommon(folders, wanted);
    if (isAbove ? nearness > near : nearness >= near) return false;
  }
  return true;
}

/** How many folders two things have in common, from the root on. */
function inCommon(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  while (common < a.length && a[common] === b[common]) common++;
  return common;
}

function foldersOf(node: SyntaxNode): readonly string[] {
  return fileOf(node).split('/').slice(0, -1);
}

/** The file that was typed; of what a module makes, the one that calls it. */
function fileOf({ document }: SyntaxNode): string {
  let outer = outermost(document);
  while (outer.use) outer = outermost(outer.use.call.document);
  return outer.file;
}

export function eksctlClusterAround(node: SyntaxNode, workspace: Workspace): EksctlCluster | undefined {
  return workspace
    .eksctlClusters()
    .find((each) => each.node.document === node.document && each.node.start <= node.start && node.end <= each.node.end);
}

/** Two configurations in two files, each of which makes a whole cluster: somebody takes the one or the other. */
export function areAlternatives(a: EksctlCluster, b: EksctlCluster): boolean {
  return fileOf(a.node) !== fileOf(b.node) && makesCluster(a) && makesCluster(b);
}

function makesCluster({ node, autoMode }: EksctlCluster): boolean {
  return autoMode || WHOLE.some((key) => get(node, key) !== undefined);
}

const WHOLE = ['managedNodeGroups', 'nodeGroups', 'fargateProfiles', 'vpc', 'availabilityZones'];

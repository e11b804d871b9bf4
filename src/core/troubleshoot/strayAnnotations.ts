import type { Analysis, Finding } from '../analysis.js';
import type { Facts, KustomizePatch, Metadata } from '../facts/model.js';
import type { FileIdentity } from '../features/identities.js';
import { podAccount } from '../rules/support/podAccount.js';
import { literalOf } from '../syntax/text.js';
import { literal, type Place, placeOf, type SyntaxNode } from '../syntax/tree.js';
import { directoryOf, joinPath } from '../workspace/paths.js';
import type { Workspace } from '../workspace/workspace.js';

const RULES: ReadonlySet<string> = new Set(['sa-misplaced-annotation', 'sa-misspelled-annotation']);

/**
 * Annotations that are meant for the account and have no effect, wherever they stand: in Kustomize's patches of it or of its
 * workloads; where nothing gives it a role, also on workloads that do not name it yet, and on its namespace.
 */
export function strayAnnotations(analysis: Analysis, identity: FileIdentity): readonly Finding[] {
  const workspace = analysis.workspace();
  const patched = patchedFiles(analysis, identity);
  return [...analysis.files()].flatMap((file) => {
    const found = analysis.findings(file).filter(({ ruleId }) => RULES.has(ruleId));
    const facts = found.length > 0 ? analysis.factsOf(file) : undefined;
    if (!facts) return [];
    const nodes = [
      ...patches(facts, identity, workspace),
      ...((identity.annotation ?? identity.association) ? [] : onOthers(facts, identity, workspace)),
      ...(patched.has(file) ? facts.jsonPatches.map(({ node }) => node) : []),
    ];
    const places = nodes.map(placeOf);
    return found.filter((finding) => places.some((place) => contains(place, finding)));
  });
}

export function contains(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

function patches(facts: Facts, identity: FileIdentity, workspace: Workspace): SyntaxNode[] {
  return [
    ...facts.serviceAccounts
      .filter((fact) => !workspace.accountOf(fact) && isNamed(fact.metadata, identity))
      .map(({ node }) => node),
    ...facts.workloads
      .filter((fact) => !workspace.workloadOf(fact) && podAccount(fact, workspace)?.fact === identity.account.fact)
      .map(({ node }) => node),
    ...facts.kustomizations
      .flatMap((kustomization) => kustomization.patches)
      .filter((patch) => isFor(patch, identity))
      .flatMap(({ content, adds }) => [...(content ? [content] : []), ...adds.map(({ key }) => key)]),
  ];
}

function onOthers(facts: Facts, identity: FileIdentity, workspace: Workspace): SyntaxNode[] {
  return [
    ...facts.workloads.filter((fact) => podAccount(fact, workspace)?.fact === identity.account.fact),
    ...facts.annotated.filter(
      ({ kind, metadata }) => kind === 'Namespace' && literal(metadata.name) === identity.namespace,
    ),
  ].map(({ node }) => node);
}

/** JSON patches that are files of their own: a kustomization says what they are for. */
function patchedFiles(analysis: Analysis, identity: FileIdentity): ReadonlySet<string> {
  const files = new Set<string>();
  for (const file of analysis.files()) {
    if (!/(?:^|\/)kustomization(?:\.ya?ml)?$/i.test(file)) continue;
    for (const patch of analysis.factsOf(file)?.kustomizations.flatMap((each) => each.patches) ?? []) {
      const path = patch.path && literalOf(patch.path.text);
      if (path !== undefined && isFor(patch, identity)) files.add(joinPath(directoryOf(file), path));
    }
  }
  return files;
}

/** A target's name is a pattern to Kustomize; those that people write as plain names are looked for. */
function isFor({ target }: KustomizePatch, { namespace, name, workloads }: FileIdentity): boolean {
  if (!target || (target.namespace !== undefined && target.namespace !== namespace)) return false;
  if (target.kind === 'ServiceAccount') return target.name === name;
  return workloads.some((workload) => workload.kind === target.kind && workload.name === target.name);
}

function isNamed(metadata: Metadata, { namespace, name }: FileIdentity): boolean {
  return literal(metadata.name) === name && (literal(metadata.namespace) ?? namespace) === namespace;
}

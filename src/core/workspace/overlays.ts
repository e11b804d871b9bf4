import type { Facts, Kustomization, KustomizePatch, Metadata, ServiceAccount, Workload } from '../facts/model.js';
import { concat, type Text } from '../syntax/text.js';
import { get, literal, outermost, type StringNode, type SyntaxNode, wordOf } from '../syntax/tree.js';
import { baseName, directoryOf, joinPath } from './paths.js';

/** From the outermost overlay down to the kustomization that names the file. */
export type OverlayChain = readonly Kustomization[];

const FILE_NAMES = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);

/** Who includes what: every way from an outermost overlay to a file. */
export class Overlays {
  readonly #chains = new Map<string, OverlayChain[]>();
  /** Files that kustomizations name as patches: their objects add to others. */
  readonly patchFiles = new Map<string, { readonly patch: KustomizePatch; readonly by: Kustomization }[]>();
  readonly #patches = new Map<string, Facts>();
  readonly #own = new Set<string>();

  constructor(
    kustomizations: readonly Kustomization[],
    private readonly factsOf: (file: string) => Facts | undefined,
  ) {
    for (const { file } of kustomizations) this.#own.add(file);
    const byDirectory = new Map(kustomizations.map((each) => [directoryOf(each.file), each]));
    const included = new Set<Kustomization>();
    const found = new Map<Kustomization, { readonly target: string; readonly nested: Kustomization | undefined }[]>();
    const childrenOf = (kustomization: Kustomization) =>
      targetsOf(kustomization).map((target) => {
        const nested =
          byDirectory.get(target) ??
          (FILE_NAMES.has(baseName(target)) ? byDirectory.get(directoryOf(target)) : undefined);
        return { target, nested: nested === kustomization ? undefined : nested };
      });
    const children = (kustomization: Kustomization) => {
      let list = found.get(kustomization);
      if (!list) {
        list = childrenOf(kustomization);
        found.set(kustomization, list);
      }
      return list;
    };
    for (const each of kustomizations) for (const { nested } of children(each)) if (nested) included.add(nested);
    // A component changes what the kustomization has that names it, before that one's own patches do.
    const componentsOf = (kustomization: Kustomization, depth = 0): Kustomization[] =>
      depth > 20
        ? []
        : children(kustomization).flatMap(({ nested }) =>
            nested && wordOf(get(nested.node, 'kind')) === 'Component'
              ? [nested, ...componentsOf(nested, depth + 1)]
              : [],
          );
    const withComponents = (chain: OverlayChain): OverlayChain => {
      const components = chain.map((each) => componentsOf(each));
      if (components.every((list) => list.length === 0)) return chain;
      return [...new Set(chain.flatMap((each, i) => [each, ...components[i]!]))];
    };
    const walk = (chain: OverlayChain, depth: number) => {
      if (depth > 20) return;
      let complete: OverlayChain | undefined;
      for (const { target, nested } of children(chain.at(-1)!)) {
        if (nested) {
          if (!chain.includes(nested)) walk([...chain, nested], depth + 1);
          continue;
        }
        complete ??= withComponents(chain);
        const known = this.#chains.get(target);
        if (known) known.push(complete);
        else this.#chains.set(target, [complete]);
      }
    };
    for (const each of kustomizations) if (!included.has(each)) walk([each], 0);
    for (const by of kustomizations) {
      for (const patch of by.patches) {
        const path = literal(patch.path);
        if (path === undefined) continue;
        const file = joinPath(directoryOf(by.file), path);
        this.patchFiles.set(file, [...(this.patchFiles.get(file) ?? []), { patch, by }]);
        const facts = factsOf(file);
        if (facts) this.#patches.set(file, facts);
      }
    }
  }

  /** Is a file a kustomization or a patch of one? Its change changes other files' objects. */
  concerns(file: string): boolean {
    return this.#own.has(file) || this.patchFiles.has(file);
  }

  /** The kustomizations of which a file is a patch. */
  patchedBy(file: string): readonly Kustomization[] {
    return (this.patchFiles.get(file) ?? []).map(({ by }) => by);
  }

  /**
   * Files whose objects are made otherwise than under the overlays of before.
   * @param restated kustomizations of before whose patches say something else
   */
  differences(before: Overlays, restated: ReadonlySet<Kustomization>): ReadonlySet<string> {
    const differing = new Set<string>();
    for (const [file, chains] of before.#chains)
      if (!isSame(chains, this.chainsOf(file), restated)) differing.add(file);
    for (const file of this.#chains.keys()) if (!before.#chains.has(file)) differing.add(file);
    for (const file of before.patchFiles.keys()) if (!this.patchFiles.has(file)) differing.add(file);
    for (const file of this.patchFiles.keys()) if (!before.patchFiles.has(file)) differing.add(file);
    return differing;
  }

  chainsOf(file: string): readonly OverlayChain[] {
    return this.#chains.get(file) ?? [];
  }

  isPatch(fact: ServiceAccount | Workload): boolean {
    return fact.patch === true || this.patchFiles.has(outermost(fact.node.document).file);
  }

  /** What the patches of a chain say of one object, innermost first. */
  patchesFor(chain: OverlayChain, kind: string, metadata: Metadata): PatchContent[] {
    const found: PatchContent[] = [];
    for (const kustomization of [...chain].reverse()) {
      for (const patch of kustomization.patches) found.push(...this.#contents(kustomization, patch, kind, metadata));
      if (kustomization.commonAnnotations.length > 0) found.push({ annotations: kustomization.commonAnnotations });
    }
    return found;
  }

  /** The service account that the patches of a chain give to a workload's pods; `unknown` where a JSON patch sets it. */
  accountNameFor(chain: OverlayChain, { kind, metadata }: Workload): StringNode | 'unknown' | undefined {
    const name = literal(metadata.name);
    let found: StringNode | 'unknown' | undefined;
    for (const kustomization of [...chain].reverse()) {
      for (const patch of kustomization.patches) {
        const { target, content } = patch;
        const targeted =
          target !== undefined &&
          (target.kind === undefined || target.kind === kind) &&
          (target.name === undefined || matchesName(target.name, name));
        const path = literal(patch.path);
        const facts =
          path === undefined ? undefined : this.#patches.get(joinPath(directoryOf(kustomization.file), path));
        const inline = (this.factsOf(kustomization.file)?.workloads ?? []).filter(({ node }) =>
          isWithin(node, content),
        );
        for (const workload of [...(facts?.workloads ?? []), ...inline]) {
          const own = targeted || (workload.kind === kind && literal(workload.metadata.name) === name);
          if (own && workload.serviceAccountName) found = workload.serviceAccountName;
        }
        const jsonPatches = [...(facts?.jsonPatches ?? []).map(({ node }) => node), ...(content ? [content] : [])];
        if (targeted && jsonPatches.some(setsAccountName)) {
          found = 'unknown';
        }
      }
    }
    return found;
  }

  #contents(kustomization: Kustomization, patch: KustomizePatch, kind: string, metadata: Metadata): PatchContent[] {
    const name = literal(metadata.name);
    const { target } = patch;
    const targeted =
      target !== undefined &&
      (target.kind === undefined || target.kind === kind) &&
      (target.name === undefined || matchesName(target.name, name));
    const facts =
      patch.path === undefined
        ? undefined
        : this.#patches.get(joinPath(directoryOf(kustomization.file), literal(patch.path) ?? ''));
    const adds = [...patch.adds, ...(facts?.jsonPatches ?? []).flatMap((file) => file.adds)];
    const own: PatchContent[] = targeted && adds.length > 0 ? [{ annotations: adds }] : [];
    const accounts = [...(facts?.serviceAccounts ?? []), ...this.#inlineAccounts(kustomization, patch)];
    if (kind !== 'ServiceAccount') return own;
    const matching = accounts.filter(({ metadata: by }) =>
      targeted ? true : literal(by.name) !== undefined && literal(by.name) === name,
    );
    return [...own, ...matching.map(({ metadata: by }) => ({ annotations: by.annotations, open: by.open === true }))];
  }

  /** Inline patches' objects are facts of the kustomization's own file. */
  #inlineAccounts(kustomization: Kustomization, { content }: KustomizePatch): readonly ServiceAccount[] {
    if (!content) return [];
    const accounts = this.factsOf(kustomization.file)?.serviceAccounts ?? [];
    return accounts.filter(({ node }) => isWithin(node, content));
  }
}

function isSame(
  before: readonly OverlayChain[],
  now: readonly OverlayChain[],
  restated: ReadonlySet<Kustomization>,
): boolean {
  return (
    before.length === now.length &&
    before.every((chain, i) => {
      const other = now[i]!;
      return chain.length === other.length && chain.every((each, k) => each === other[k] && !restated.has(each));
    })
  );
}

const targets = new WeakMap<Kustomization, readonly string[]>();

/** Where its resources lie; made once, as each change of a kustomization asks for those of all. */
function targetsOf(kustomization: Kustomization): readonly string[] {
  let known = targets.get(kustomization);
  if (!known) {
    known = kustomization.resources.flatMap((resource) => {
      const path = literal(resource);
      if (path === undefined || /^[a-z]+:\/\/|^git@|github\.com/.test(path)) return [];
      return [joinPath(directoryOf(kustomization.file), path)];
    });
    targets.set(kustomization, known);
  }
  return known;
}

function setsAccountName(patch: SyntaxNode): boolean {
  return (
    patch.kind === 'array' && /\/serviceAccount(?:Name)?\b/.test(patch.document.text.slice(patch.start, patch.end))
  );
}

function isWithin(node: SyntaxNode, content: SyntaxNode | undefined): boolean {
  return (
    content !== undefined &&
    node.document === content.document &&
    node.start >= content.start &&
    node.end <= content.end
  );
}

export interface PatchContent {
  readonly annotations: Metadata['annotations'];
  readonly open?: boolean;
}

/** Kustomize's targets are anchored regular expressions; most are plain names. */
function matchesName(pattern: string, name: string | undefined): boolean {
  if (name === undefined) return false;
  if (/^[a-z0-9.-]+$/.test(pattern) && pattern === name) return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(name);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The outermost namespace set wins, as it is applied last. */
export function namespaceIn(chain: OverlayChain): StringNode | undefined {
  return chain.find((each) => each.namespace !== undefined)?.namespace;
}

/** Prefixes and suffixes of all overlays, the innermost nearest to the name. */
export function nameIn(chain: OverlayChain, name: Text): Text {
  return [...chain]
    .reverse()
    .reduce<Text>((inner, each) => concat(each.namePrefix?.text ?? [], inner, each.nameSuffix?.text ?? []), name);
}

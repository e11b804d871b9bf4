import { embedYaml } from '../syntax/embed.js';
import { JSON_POINTER, stringPart } from '../syntax/stringPart.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
  wordOf,
} from '../syntax/tree.js';
import { readValues } from './helmValues.js';
import { pairs, readKubernetesObject, readMetadata } from './kubernetes.js';
import type { Annotation, CredentialStore, Facts, KustomizePatch } from './model.js';

const FILE_NAME = /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/;

/** Kustomize's `Kustomization` and `Component`; not Flux's kind of the same name, which only points at a folder. */
export function readKustomization(root: SyntaxNode, facts: Facts, context: { readonly file: string }): boolean {
  if (root.kind !== 'object' || !isKustomization(root, context.file)) return false;
  const namespace = stringAt(root, 'namespace');
  const namePrefix = stringAt(root, 'namePrefix');
  const nameSuffix = stringAt(root, 'nameSuffix');
  facts.kustomizations.push({
    file: context.file,
    node: root,
    ...(namespace ? { namespace } : {}),
    ...(namePrefix ? { namePrefix } : {}),
    ...(nameSuffix ? { nameSuffix } : {}),
    resources: ['resources', 'bases', 'components'].flatMap((field) => stringsOf(get(root, field))),
    patches: [
      ...listOf(get(root, 'patches')).map((item) => readPatch(item, facts)),
      ...stringsOf(get(root, 'patchesStrategicMerge')).map((item) => readStrategicMerge(item, facts)),
      ...listOf(get(root, 'patchesJson6902')).map((item) => readPatch(item, facts)),
    ],
    commonAnnotations: pairs(get(root, 'commonAnnotations')),
  });
  for (const chart of listOf(get(root, 'helmCharts'))) {
    const values = get(chart, 'valuesInline');
    if (values?.kind === 'object') readValues(values, facts, {});
  }
  for (const field of ['secretGenerator', 'configMapGenerator'] as const) {
    for (const item of listOf(get(root, field))) {
      if (item.kind === 'object')
        facts.credentialStores.push(readGenerator(item, field === 'secretGenerator' ? 'Secret' : 'ConfigMap'));
    }
  }
  return true;
}

function isKustomization(root: ObjectNode, file: string): boolean {
  const apiVersion = wordOf(get(root, 'apiVersion'));
  if (apiVersion !== undefined) return apiVersion.startsWith('kustomize.config.k8s.io/');
  return FILE_NAME.test(file);
}

function readPatch(item: SyntaxNode, facts: Facts): KustomizePatch {
  const path = stringAt(item, 'path');
  const inline = stringAt(item, 'patch');
  const target = get(item, 'target');
  return {
    ...(path ? { path } : {}),
    ...(target?.kind === 'object' ? { target: readTarget(target) } : {}),
    ...(inline ? readInline(inline, facts) : { adds: [] }),
  };
}

/** A file's path, or the patch itself as a text of several lines or in braces. */
function readStrategicMerge(item: StringNode, facts: Facts): KustomizePatch {
  const inline = item.raw.includes('\n') || item.raw.trimStart().startsWith('{');
  return inline ? readInline(item, facts) : { path: item, adds: [] };
}

function readInline(node: StringNode, facts: Facts): Pick<KustomizePatch, 'content' | 'adds'> {
  const roots = embedYaml(node);
  for (const root of roots) readKubernetesObject(root, facts, { source: 'manifest', patch: true });
  const [content] = roots;
  return { ...(content ? { content } : {}), adds: roots.flatMap(readJsonPatch) };
}

function readTarget(node: ObjectNode): NonNullable<KustomizePatch['target']> {
  const [kind, name, namespace] = ['kind', 'name', 'namespace'].map((field) => literal(get(node, field)));
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/** A file that a kustomization's `path` may name. */
export function readJsonPatchFile(root: SyntaxNode, facts: Facts): boolean {
  if (root.kind !== 'array' || root.items.length === 0) return false;
  if (!root.items.every((item) => property(item, 'op') && property(item, 'path'))) return false;
  facts.jsonPatches.push({ node: root, adds: readJsonPatch(root) });
  return true;
}

/** The annotations that a JSON patch (RFC 6902) gives to its target. */
export function readJsonPatch(root: SyntaxNode): Annotation[] {
  if (root.kind !== 'array') return [];
  return root.items.flatMap((operation) => {
    const op = wordOf(get(operation, 'op'));
    const path = stringAt(operation, 'path');
    const value = get(operation, 'value');
    if (!path || (op !== 'add' && op !== 'replace')) return [];
    if (path.raw === '/metadata') return pairs(get(value, 'annotations'));
    if (path.raw === ANNOTATIONS) return pairs(value);
    if (!path.raw.startsWith(`${ANNOTATIONS}/`)) return [];
    return [{ key: stringPart(path, ANNOTATIONS.length + 1, path.raw.length, JSON_POINTER), value }];
  });
}

const ANNOTATIONS = '/metadata/annotations';

/** `literals: [KEY=value]` of a generator; what its `files` and `envs` hold stands elsewhere. */
function readGenerator(node: ObjectNode, kind: CredentialStore['kind']): CredentialStore {
  const name = stringAt(node, 'name');
  const namespace = stringAt(node, 'namespace');
  const entries = stringsOf(get(node, 'literals')).flatMap((item) => {
    const equals = item.raw.indexOf('=');
    if (equals <= 0) return [];
    const value = stringPart(item, equals + 1, item.raw.length);
    return [{ key: stringPart(item, 0, equals), value, decoded: literal(value) }];
  });
  const metadata = readMetadata(node, 'options');
  return {
    kind,
    metadata: { ...metadata, node, ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) },
    node,
    entries,
  };
}

import { embedDocument } from '../../syntax/embed.js';
import { type HclProperty, isUnknown, makeKey, makeSynthetic } from '../../syntax/hclNodes.js';
import {
  type ArrayNode,
  get,
  listOf,
  literal,
  type ObjectNode,
  type Property,
  type StringNode,
  type SyntaxNode,
  stringAt,
} from '../../syntax/tree.js';
import { parseYaml } from '../../syntax/yaml.js';
import { readValues } from '../helmValues.js';
import { pairs, readKubernetesObject } from '../kubernetes.js';
import type { Facts, Metadata, ServiceAccount } from '../model.js';
import { blocksAsList, blocksOf, given } from './fields.js';
import { headerOf } from './module.js';
import type { ModuleReader } from './read.js';
import type { Instance } from './scope.js';
import { yamlIn as documentIn } from './templates.js';

/** The Kubernetes provider's resources, without the `_v1` that newer ones end with. */
const KINDS: Readonly<Record<string, string>> = {
  kubernetes_service_account: 'ServiceAccount',
  kubernetes_default_service_account: 'ServiceAccount',
  kubernetes_namespace: 'Namespace',
  kubernetes_pod: 'Pod',
  kubernetes_deployment: 'Deployment',
  kubernetes_stateful_set: 'StatefulSet',
  kubernetes_daemonset: 'DaemonSet',
  kubernetes_daemon_set: 'DaemonSet',
  kubernetes_replication_controller: 'ReplicationController',
  kubernetes_job: 'Job',
  kubernetes_cron_job: 'CronJob',
  kubernetes_secret: 'Secret',
  kubernetes_config_map: 'ConfigMap',
};

/** Blocks that may be repeated, with the name of Kubernetes' list. */
const LISTS: Readonly<Record<string, string>> = {
  container: 'containers',
  init_container: 'initContainers',
  env: 'env',
  env_from: 'envFrom',
  volume: 'volumes',
  volume_mount: 'volumeMounts',
  toleration: 'tolerations',
};

/** Arguments whose keys are data, not names of the schema. */
const MAPS = new Set(['annotations', 'labels', 'node_selector', 'match_labels', 'data', 'binary_data', 'string_data']);

export function kubernetesKind(type: string): string | undefined {
  return KINDS[type.replace(/_v\d+(?:(?:alpha|beta)\d+)?$/, '')];
}

export function readKubernetesResource(reader: ModuleReader, instance: Instance, kind: string): void {
  const { evaluator, facts } = reader;
  const body = evaluator.body(instance);
  const at = { document: instance.item.document, ...headerOf(instance.item) };
  const seen = asKubernetes(body, kind === 'Secret' ? { data: 'stringData', binary_data: 'data' } : {});
  const root: ObjectNode = {
    ...seen,
    properties: [
      { key: makeKey(at.document, { start: at.start, end: at.start }, 'kind'), value: makeSynthetic(at, kind) },
      ...seen.properties,
    ],
  };
  const before = facts.serviceAccounts.length;
  readKubernetesObject(root, facts, { source: 'terraform' });
  const account = facts.serviceAccounts[before];
  if (!account) return;
  const named = /default_service_account/.test(instance.item.type) && !account.metadata.name;
  facts.serviceAccounts[before] = {
    ...account,
    address: evaluator.address(instance.item, instance.suffix),
    ...(named ? { metadata: { ...account.metadata, name: makeSynthetic(at, 'default') } } : {}),
  };
}

/** The object with Kubernetes' own names: what reads a manifest reads this too. Values, spans and places are the same. */
function asKubernetes(node: ObjectNode, renamed: Readonly<Record<string, string>> = {}): ObjectNode {
  const properties: Property[] = [];
  const done = new Set<string>();
  for (const member of node.properties) {
    const name = member.key.raw;
    const list = LISTS[name];
    if (list !== undefined && isBlocks(member.value)) {
      if (done.has(name)) continue;
      done.add(name);
      const items = blocksAsList(node, name)!;
      const views: ArrayNode = {
        ...items,
        items: items.items.map((item) => (item.kind === 'object' ? asKubernetes(item) : item)),
      };
      properties.push(renamedTo(member, list, views));
      continue;
    }
    const value = MAPS.has(name) ? member.value : asKubernetesValue(member.value);
    properties.push(renamedTo(member, renamed[name] ?? camelCase(name), value));
  }
  return { ...node, properties };
}

/** A block that may stand once is a list of one in the JSON syntax. */
function asKubernetesValue(value: SyntaxNode | undefined): SyntaxNode | undefined {
  if (value?.kind === 'object') return asKubernetes(value);
  const only = value?.kind === 'array' ? value.items.at(-1) : undefined;
  return only?.kind === 'object' ? asKubernetes(only) : value;
}

function isBlocks(value: SyntaxNode | undefined): boolean {
  return listOf(value).some((item) => item.kind === 'object');
}

function renamedTo(member: Property, name: string, value: SyntaxNode | undefined): Property {
  const { key } = member;
  const { span } = member as Partial<HclProperty>;
  const made = key.raw === name ? key : { ...makeKey(key.document, key, name), style: key.style, parent: key.parent };
  return span ? ({ key: made, value, span } as HclProperty) : { key: made, value };
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

// ── whole manifests ────────────────────────────────────────────────────────────────────────────────────────────────────

/** `kubernetes_manifest` takes an object, `kubectl_manifest` YAML. */
export function readManifest(reader: ModuleReader, instance: Instance): void {
  const { evaluator, facts } = reader;
  for (const name of ['manifest', 'yaml_body']) {
    const value = evaluator.argument(instance, name);
    for (const root of yamlIn(value)) readKubernetesObject(root, facts, { source: 'terraform' });
  }
}

/** The objects of a value that is one, or of the YAML in a string of this module (a YAML file is read as a file). */
function yamlIn(value: SyntaxNode | undefined): readonly SyntaxNode[] {
  if (value?.kind === 'object') return [value];
  if (value?.kind !== 'string' || isUnknown(value) || value.document.language !== 'hcl') return [];
  return parseYaml(embedDocument(value, 'yaml')).flatMap(({ root }) => root ?? []);
}

/** `kubernetes_annotations` puts annotations on an object that something else has made. */
export function readAnnotations(reader: ModuleReader, instance: Instance): void {
  const body = reader.evaluator.body(instance);
  if (literal(get(body, 'kind')) !== 'ServiceAccount') return;
  const metadata = blocksOf(body, 'metadata')[0]?.content;
  const annotations = get(body, 'annotations');
  reader.facts.serviceAccounts.push(
    account('terraform', body, {
      node: metadata ?? body,
      ...names(metadata),
      annotations: pairs(annotations),
      ...(annotations?.kind === 'object' ? { annotationsNode: annotations } : {}),
      labels: [],
      others: [],
      open: true,
    }),
  );
}

function names(node: SyntaxNode | undefined): Pick<Metadata, 'name' | 'namespace'> {
  const name = stringAt(node, 'name');
  const namespace = stringAt(node, 'namespace');
  return { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}) };
}

function account(source: ServiceAccount['source'], node: ObjectNode, metadata: Metadata): ServiceAccount {
  return { source, node, metadata };
}

// ── charts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const SET_ANNOTATION = /^((?:.*[.])?serviceAccount[.])annotations[.](.+)$/s;

/** The service accounts of a chart, as `set` and `values` make them. */
export function readRelease(reader: ModuleReader, instance: Instance): void {
  const { facts, evaluator } = reader;
  const body = evaluator.body(instance);
  const namespace = stringAt(body, 'namespace');
  for (const value of listOf(given(body, 'values')))
    for (const root of valuesIn(value)) if (root.kind === 'object') readValuesOf(root, namespace, facts);
  const sets = [...blocksOf(body, 'set'), ...blocksOf(body, 'set_sensitive')].map(({ content }) => content);
  const sections = new Map<string, ObjectNode[]>();
  for (const set of sets) {
    const prefix = SET_ANNOTATION.exec(stringAt(set, 'name')?.raw ?? '')?.[1];
    if (prefix !== undefined) sections.set(prefix, [...(sections.get(prefix) ?? []), set]);
  }
  for (const [prefix, annotations] of sections) {
    const name = sets.find((set) => stringAt(set, 'name')?.raw === `${prefix}name`);
    const named = stringAt(name, 'value');
    facts.serviceAccounts.push(
      account('helm-values', body, {
        node: body,
        ...(named ? { name: named } : {}),
        ...(namespace ? { namespace } : {}),
        annotations: annotations.flatMap((set) => {
          const key = stringAt(set, 'name')!;
          const word = SET_ANNOTATION.exec(key.raw)![2]!.replace(/\\(.)/gs, '$1');
          return [{ key: makeSynthetic(key, word), value: given(set, 'value') }];
        }),
        labels: [],
        others: [],
        open: true,
      }),
    );
  }
}

/** Values as an object, as YAML in a text of this module, or in a file that is read or filled in. */
function valuesIn(value: SyntaxNode): readonly SyntaxNode[] {
  if (value.kind !== 'string' || isUnknown(value) || value.document.language === 'hcl') return yamlIn(value);
  const root = documentIn(value);
  return root ? [root] : [];
}

/** As a chart's values are read, in the namespace of the release where they say none. */
function readValuesOf(root: ObjectNode, namespace: StringNode | undefined, facts: Facts): void {
  const [accounts, annotated] = [facts.serviceAccounts.length, facts.annotated.length];
  readValues(root, facts, {});
  if (!namespace) return;
  const placed = <T extends { readonly metadata: Metadata }>(fact: T): T =>
    fact.metadata.namespace ? fact : { ...fact, metadata: { ...fact.metadata, namespace } };
  facts.serviceAccounts.push(...facts.serviceAccounts.splice(accounts).map(placed));
  facts.annotated.push(...facts.annotated.splice(annotated).map(placed));
}

import { embedYaml } from '../syntax/embed.js';
import { type Notation, stringPart } from '../syntax/stringPart.js';
import { isMasked } from '../syntax/text.js';
import {
  get,
  listOf,
  type ObjectNode,
  type Property,
  property,
  type SyntaxNode,
  stringAt,
  wordOf,
} from '../syntax/tree.js';
import { pairs, readEnvironment, readEnvironmentSource, readKubernetesObject } from './kubernetes.js';
import type { Annotation, Container, EnvironmentSource, EnvironmentVariable, Facts, Metadata } from './model.js';

interface ValuesContext {
  readonly file: string;
  /** The chart that the file lies in: its other values and templates are of the same chart. */
  readonly chart?: string | undefined;
}

const VALUES_FILE = /(?:^|[/._-])values(?:[._-][^/]*)?\.ya?ml(?:\.gotmpl)?$|(?:^|\/)values\//i;

/**
 * A chart's values, known by the file's name, or by a service account section with an identity annotation. Sections are found
 * at any depth, as charts nest those of their parts.
 */
export function readHelmValues(root: SyntaxNode, facts: Facts, context: ValuesContext): boolean {
  if (root.kind !== 'object' || property(root, 'kind') || property(root, 'apiVersion')) return false;
  const inChart = context.chart !== undefined && !/(?:^|\/)templates\//.test(context.file);
  if (!inChart && !VALUES_FILE.test(context.file) && !hasIdentitySection(root)) return false;
  readValues(root, facts, context);
  return true;
}

/** Values that stand inside something else: Argo CD's `Application`, Flux's `HelmRelease`, Kustomize's `helmCharts`. */
export function readHelmReleases(root: SyntaxNode, facts: Facts): boolean {
  const values = valuesIn(root);
  if (values) for (const source of argoSources(root)) readParameters(source, facts);
  for (const node of values ?? []) {
    // Which chart it is that they are for, no file says.
    for (const object of node.kind === 'string' ? embedYaml(node) : [node]) {
      if (object.kind === 'object') readValues(object, facts, {});
    }
  }
  return values !== undefined;
}

function valuesIn(root: SyntaxNode): SyntaxNode[] | undefined {
  const group = (wordOf(get(root, 'apiVersion')) ?? '').split('/')[0]!;
  const spec = get(root, 'spec');
  switch (`${group} ${wordOf(get(root, 'kind'))}`) {
    case 'argoproj.io Application':
    case 'argoproj.io ApplicationSet':
      return argoSources(root).flatMap((source) => [
        ...present(get(source, 'helm', 'valuesObject')),
        ...present(get(source, 'helm', 'values')),
      ]);
    case 'helm.toolkit.fluxcd.io HelmRelease':
      return present(get(spec, 'values'));
    case 'helm.cattle.io HelmChart':
      return present(get(spec, 'valuesContent'));
    default:
      return undefined;
  }
}

function argoSources(root: SyntaxNode): SyntaxNode[] {
  const spec = get(root, 'spec');
  return [spec, get(spec, 'template', 'spec')].flatMap((each) => [
    ...listOf(get(each, 'source')),
    ...listOf(get(each, 'sources')),
  ]);
}

/** `helm --set`'s paths: a dot inside a key has a backslash before it. */
const SET_PATH: Notation = {
  escaped: /\\\./g,
  decode: () => '.',
  encode: (text) => text.replaceAll('.', '\\.'),
};

/** Argo CD's `parameters`: `serviceAccount.annotations.eks\\.amazonaws\\.com/role-arn`. */
function readParameters(source: SyntaxNode, facts: Facts): void {
  for (const item of listOf(get(source, 'helm', 'parameters'))) {
    const name = stringAt(item, 'name');
    const path = name && /(?:^|\.)service_?account\.annotations\./i.exec(name.raw);
    if (!name || !path || item.kind !== 'object') continue;
    const key = stringPart(name, path.index + path[0].length, name.raw.length, SET_PATH);
    const annotations: Annotation[] = [{ key, value: get(item, 'value') }];
    const metadata: Metadata = { node: item, annotations, labels: [], others: [], open: true };
    facts.serviceAccounts.push({ source: 'helm-values', metadata, node: item });
  }
}

function present(node: SyntaxNode | undefined): SyntaxNode[] {
  return node ? [node] : [];
}

const MAX_DEPTH = 12;
const ACCOUNT = /^service_?accounts?$/i;
const ACCOUNT_ANNOTATIONS = /^service_?account_?annotations$/i;
const POD_ANNOTATIONS = /^pod_?annotations$/i;
const ENVIRONMENT = /^(?:extra|additional)?_?env(?:ironment)?_?(?:var(?:iable)?)?s?$/i;
const ENVIRONMENT_FROM = /^(?:extra|additional)?_?env(?:Vars?)?From$/i;
const IDENTITY_KEY = /amazonaws\.com/;

function hasIdentitySection(root: ObjectNode): boolean {
  let found = false;
  walk(root, (_holder, { key, value }) => {
    const annotations = ACCOUNT.test(key.raw)
      ? get(value, 'annotations')
      : ACCOUNT_ANNOTATIONS.test(key.raw)
        ? value
        : undefined;
    if (pairs(annotations).some((annotation) => IDENTITY_KEY.test(annotation.key.raw))) found = true;
  });
  return found;
}

/** The sections of a chart's values that concern identity. */
export function readValues(root: ObjectNode, facts: Facts, context: { readonly chart?: string | undefined }): void {
  const chart = context.chart === undefined ? {} : { chart: context.chart };
  walk(
    root,
    (holder, pair) => {
      const { key, value } = pair;
      if (ACCOUNT.test(key.raw)) {
        for (const section of accountSections(pair)) {
          facts.serviceAccounts.push({
            source: 'helm-values',
            metadata: sectionMetadata(section, pairs(get(section, 'annotations'))),
            node: section,
            ...chart,
          });
        }
      } else if (ACCOUNT_ANNOTATIONS.test(key.raw) && value?.kind === 'object') {
        const metadata: Metadata = {
          node: holder,
          annotations: pairs(value),
          annotationsNode: value,
          labels: [],
          others: [],
          open: true,
        };
        facts.serviceAccounts.push({ source: 'helm-values', metadata, node: holder, ...chart });
      } else if (POD_ANNOTATIONS.test(key.raw) && value?.kind === 'object') {
        const metadata: Metadata = {
          node: holder,
          annotations: pairs(value),
          annotationsNode: value,
          labels: [],
          others: [],
          open: true,
        };
        facts.annotated.push({ kind: 'Pod', metadata, node: holder, ...chart });
      }
    },
    (node) => readKubernetesObject(node, facts, { source: 'manifest', chart: context.chart }),
  );
  for (const container of containersIn(root)) {
    facts.workloads.push({
      source: 'helm-values',
      kind: 'Pod',
      metadata: { node: container.node, annotations: [], labels: [], others: [], open: true },
      node: container.node,
      containers: [container],
      nodeSelector: [],
      ...chart,
    });
  }
}

/** Objects written out in values (`extraObjects`): they are what they say. */
function isManifest(node: ObjectNode): boolean {
  return wordOf(get(node, 'apiVersion')) !== undefined && wordOf(get(node, 'kind')) !== undefined;
}

const SECTION_FIELDS = new Set(['create', 'name', 'annotations', 'labels', 'enabled', 'extraAnnotations', 'namespace']);

/** `serviceAccount: {…}`, or one section for each part of the chart: `serviceAccounts: {server: {…}, worker: {…}}`. */
function accountSections({ value }: Property): ObjectNode[] {
  if (value?.kind === 'array') return value.items.flatMap((item) => (item.kind === 'object' ? [item] : []));
  if (value?.kind !== 'object') return [];
  const isSection = value.properties.some(({ key }) => SECTION_FIELDS.has(key.raw) || IDENTITY_KEY.test(key.raw));
  if (isSection) return [value];
  return value.properties.flatMap(({ value: part }) => (part?.kind === 'object' ? [part] : []));
}

function sectionMetadata(section: ObjectNode, annotations: readonly Annotation[]): Metadata {
  const name = stringAt(section, 'name');
  const namespace = stringAt(section, 'namespace');
  const annotationsNode = get(section, 'annotations');
  const labels = get(section, 'labels');
  return {
    node: section,
    // An empty name is made up by the chart.
    ...(name && name.raw !== '' ? { name } : {}),
    ...(namespace && namespace.raw !== '' ? { namespace } : {}),
    annotations,
    ...(annotationsNode?.kind === 'object' ? { annotationsNode } : {}),
    labels: pairs(labels),
    ...(labels?.kind === 'object' ? { labelsNode: labels } : {}),
    others: section.properties.filter(({ key }) => !SECTION_FIELDS.has(key.raw)),
    // Other values files and the chart itself may add more.
    open: true,
  };
}

/** The holders of environment variables of which some concern AWS; all of a holder's lists are one container's. */
function containersIn(root: ObjectNode): Container[] {
  const found = new Map<ObjectNode, { env: EnvironmentVariable[]; envFrom: EnvironmentSource[] }>();
  const of = (holder: ObjectNode) => {
    const known = found.get(holder) ?? { env: [], envFrom: [] };
    found.set(holder, known);
    return known;
  };
  walk(root, (holder, { key, value }) => {
    if (!value || isMasked(key.raw)) return;
    if (ENVIRONMENT.test(key.raw)) of(holder).env.push(...environmentOf(value));
    else if (ENVIRONMENT_FROM.test(key.raw)) of(holder).envFrom.push(...listOf(value).flatMap(readEnvironmentSource));
  });
  return [...found]
    .filter(([, { env, envFrom }]) => envFrom.length > 0 || env.some(({ name }) => name.raw.startsWith('AWS_')))
    .map(([node, { env, envFrom }]) => ({ node, env, envFrom }));
}

/** Some charts split the mapping: `env: {open: {…}, secret: {…}}`. */
function environmentOf(node: SyntaxNode): EnvironmentVariable[] {
  if (node.kind !== 'object') return readEnvironment(node);
  return [node, ...node.properties.map(({ value }) => value)].flatMap((part) =>
    part?.kind === 'object' && !property(part, 'valueFrom') ? readEnvironment(part) : [],
  );
}

/** Every member of every mapping, once, however often an alias names it. */
function walk(
  root: ObjectNode,
  visit: (holder: ObjectNode, pair: Property) => void,
  manifest?: (node: ObjectNode) => void,
): void {
  const seen = new Set<SyntaxNode>();
  const step = (node: SyntaxNode | undefined, depth: number) => {
    if (!node || depth > MAX_DEPTH || (node.kind !== 'object' && node.kind !== 'array') || seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'array') for (const item of node.items) step(item, depth + 1);
    else {
      if (depth > 0 && isManifest(node)) {
        manifest?.(node);
        return;
      }
      for (const pair of node.properties) {
        visit(node, pair);
        step(pair.value, depth + 1);
      }
    }
  };
  step(root, 0);
}

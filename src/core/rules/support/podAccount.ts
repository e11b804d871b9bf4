import type { ServiceAccount, Workload } from '../../facts/model.js';
import { addProperty, type Edit, inFile, replaceString } from '../../syntax/edits.js';
import { documentEol } from '../../syntax/layout.js';
import { display, hasHole, literalOf, type Text } from '../../syntax/text.js';
import { outermost, type SourceDocument, type StringNode } from '../../syntax/tree.js';
import { directoryOf } from '../../workspace/paths.js';
import type { PlacedWorkload, Workspace } from '../../workspace/workspace.js';
import { setAnnotations } from './annotationEdits.js';
import { typed } from './typed.js';

/** The account that a workload's pods run as, or should: where an annotation belongs that a person put on the pods. */
export interface PodAccount {
  /** The one that the workspace defines; undefined where it defines none. */
  readonly fact?: ServiceAccount;
  /** As typed in the workload's file. */
  readonly name: string;
  readonly namespace?: string;
  /** The workload names none, or the default one: it gets this one. */
  readonly assign: boolean;
}

export function podAccount(workload: Workload, workspace: Workspace): PodAccount | undefined {
  const placed = placedWorkload(workload, workspace);
  const base = placed?.fact ?? workload;
  const named = workload.serviceAccountName ?? base.serviceAccountName;
  const own = named && named.raw !== '' && named.raw !== 'default' ? named : undefined;
  const name = own ?? base.metadata.name;
  if (!name) return undefined;
  const fact = accountNear(base, name, placed, workspace);
  const namespace = base.metadata.namespace ?? workload.metadata.namespace;
  return {
    ...(fact ? { fact } : {}),
    name: typed(name),
    ...(namespace ? { namespace: typed(namespace) } : {}),
    assign: own === undefined,
  };
}

/** The workload itself, or the one that a patch changes. */
function placedWorkload(workload: Workload, workspace: Workspace): PlacedWorkload | undefined {
  const own = workspace.workloadOf(workload);
  if (own) return own;
  const name = workload.metadata.name;
  if (!name) return undefined;
  return workspace
    .workloadsNamed(name.raw)
    .find(({ fact }) => fact.kind === workload.kind && literalOf(fact.metadata.name!.text) !== undefined);
}

function accountNear(
  workload: Workload,
  name: StringNode,
  placed: PlacedWorkload | undefined,
  workspace: Workspace,
): ServiceAccount | undefined {
  const inChart = workload.chart === undefined ? [] : workspace.accountsOfChart(workload.chart);
  const candidates = [
    ...new Set([
      ...workspace.accountsTyped(name.text),
      ...inChart.filter(({ fact: { metadata } }) => {
        const own = metadata.name;
        return own !== undefined && hasHole(own.text) && typed(own) === typed(name);
      }),
    ]),
  ];
  const namespaceOf = (text: Text | undefined) => (text ? display(text) : '');
  const wanted = placed?.variants.map(({ namespace }) => namespaceOf(namespace)) ?? [
    namespaceOf(workload.metadata.namespace?.text),
  ];
  const inNamespace = candidates.filter(({ variants }) =>
    variants.some(({ namespace }) => wanted.includes(namespaceOf(namespace))),
  );
  const folder = directoryOf(outermost(workload.node.document).file);
  // Without a namespace, what stands beside it is meant.
  const unsaid = candidates.filter(
    ({ fact }) =>
      (fact.metadata.namespace === undefined) !== (workload.metadata.namespace === undefined) &&
      directoryOf(outermost(fact.node.document).file) === folder,
  );
  return (inNamespace[0] ?? unsaid[0])?.fact ?? chartAccount(workload, workspace);
}

/** A chart's pods run as the account of its values, where there is just one. */
function chartAccount(workload: Workload, workspace: Workspace): ServiceAccount | undefined {
  if (workload.chart === undefined || workload.source !== 'helm-values') return undefined;
  const own = workspace.accountsOfChart(workload.chart).filter(({ fact }) => fact.source === 'helm-values');
  return own.length === 1 ? own[0]!.fact : undefined;
}

/** Gives the account the annotations, making the account where there is none. Empty where that cannot be written. */
export function annotateAccount(
  target: PodAccount,
  workload: Workload,
  entries: readonly { readonly key: string; readonly value: string }[],
): Edit[] {
  const edits: Edit[] = [];
  let created: Edit | undefined;
  if (target.fact) {
    const { metadata, node } = target.fact;
    const own = setAnnotations(metadata, node, entries);
    if (own.length === 0) return [];
    edits.push(...own);
  } else {
    created = newAccount(target, workload, entries);
    if (!created) return [];
  }
  if (target.assign) {
    const { podSpec, serviceAccountName } = workload;
    if (serviceAccountName) edits.push(replaceString(serviceAccountName, target.name));
    else if (podSpec) edits.push(addBefore(podSpec, target.name));
    else return [];
  }
  // Last: where the pod's spec ends the file, both are written at its end.
  return created ? [...edits, created] : edits;
}

/** In front of the containers, where people write it. */
function addBefore(podSpec: NonNullable<Workload['podSpec']>, name: string): Edit {
  const index = podSpec.properties.findIndex(({ key }) => key.raw === 'containers');
  const after = index > 0 ? podSpec.properties[index - 1] : undefined;
  return addProperty(podSpec, 'serviceAccountName', name, after);
}

/** One more document at the end of a YAML file, one more resource at the end of a Terraform file. */
function newAccount(
  { name, namespace }: PodAccount,
  workload: Workload,
  entries: readonly { readonly key: string; readonly value: string }[],
): Edit | undefined {
  const document = outermost(workload.node.document);
  const own = workload.node.document;
  // Not into a string: what stands in a patch or a template of another kind is no file of its own.
  if (own !== document && own.host?.document !== document) return undefined;
  if (document.language === 'hcl') return newResource(document, { name, namespace }, entries);
  if (document.language !== 'yaml' || own.language !== 'yaml') return undefined;
  const { text } = document;
  const eol = documentEol(text);
  const ended = /(?:^|\n)---[ \t]*\r?\n?\s*$/.test(text) || text.trim() === '';
  const lines = [
    ...(ended ? [] : ['---']),
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${scalar(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${scalar(namespace)}`]),
    '  annotations:',
    ...entries.map(({ key, value }) => `    ${key}: ${scalar(value)}`),
  ];
  const newline = text === '' || text.endsWith('\n') ? '' : eol;
  return inFile(document, { start: text.length, end: text.length, newText: `${newline}${lines.join(eol)}${eol}` });
}

function newResource(
  document: SourceDocument,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
  entries: readonly { readonly key: string; readonly value: string }[],
): Edit {
  const { text } = document;
  const eol = documentEol(text);
  const lines = [
    '',
    `resource "kubernetes_service_account" "${name.replace(/\W+/g, '_')}" {`,
    '  metadata {',
    `    name = ${JSON.stringify(name)}`,
    ...(namespace === undefined ? [] : [`    namespace = ${JSON.stringify(namespace)}`]),
    '    annotations = {',
    ...entries.map(({ key, value }) => `      ${JSON.stringify(key)} = ${JSON.stringify(value)}`),
    '    }',
    '  }',
    '}',
  ];
  const newline = text === '' || text.endsWith('\n') ? '' : eol;
  return inFile(document, { start: text.length, end: text.length, newText: `${newline}${lines.join(eol)}${eol}` });
}

function scalar(value: string): string {
  if (/^\{\{.*\}\}$/.test(value)) return value;
  return /^[A-Za-z][\w./:@-]*[\w]$/.test(value) &&
    !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value) &&
    !/:(?:\s|$)/.test(value)
    ? value
    : JSON.stringify(value);
}

import { pairs } from '../facts/kubernetes.js';
import type {
  AnnotatedObject,
  Annotation,
  Kustomization,
  KustomizePatch,
  Metadata,
  ServiceAccount,
  Workload,
} from '../facts/model.js';
import { addProperty, type Edit, replaceString, setAt } from '../syntax/edits.js';
import { JSON_POINTER, stringPart } from '../syntax/stringPart.js';
import { display, literalOf, sameText } from '../syntax/text.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  objectAt,
  placeOf,
  type StringNode,
  type SyntaxNode,
  stringAt,
} from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Reporter } from './rule.js';
import { annotationNamed, merged, removeMember, removeMembers, setAnnotation } from './support/annotationEdits.js';
import { IDENTITY_KEYS, meantKey, ROLE_ARN, SKIP_CONTAINERS, worksOnPods } from './support/annotationKeys.js';
import { accountYaml, deploymentYaml, exampleArn } from './support/manifestExamples.js';
import { annotateAccount, podAccount } from './support/podAccount.js';
import { typed } from './support/typed.js';

export const saMisplacedAnnotation = defineRule({
  id: 'sa-misplaced-annotation',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary:
      "The role's annotation stands on the service account, not on a pod, its template, a workload or a namespace.",
    why: "The webhook looks at the annotations of the pod's service account. On anything else 'eks.amazonaws.com/role-arn' has no effect, and the pods get no role.",
    bad: {
      'deploy.yaml': deploymentYaml('gateway', 'edge', {
        account: 'gateway',
        podAnnotations: [`${ROLE_ARN}: ${exampleArn('gateway')}`],
      }),
      'sa.yaml': accountYaml('gateway', 'edge'),
    },
    good: {
      'deploy.yaml': deploymentYaml('gateway', 'edge', { account: 'gateway' }),
      'sa.yaml': accountYaml('gateway', 'edge', [`${ROLE_ARN}: ${exampleArn('gateway')}`]),
    },
    links: [
      'https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html',
      'https://github.com/aws/amazon-eks-pod-identity-webhook',
    ],
  },
  check(facts, report, workspace) {
    for (const workload of facts.workloads) onWorkload(workload, report, workspace);
    for (const account of facts.serviceAccounts) onAccount(account, report, workspace);
    for (const object of facts.annotated) onObject(object, report, workspace);
    for (const kustomization of facts.kustomizations) inJsonPatches(kustomization, report, workspace);
  },
});

// ── Kustomize's JSON patches ───────────────────────────────────────────────────────────────────────────────────────────

const TEMPLATE = /^(\/spec\/(?:jobTemplate\/spec\/)?template)\/metadata\/annotations(?:\/|$)/;

/** What one operation gives to a pod's template, whole or key by key. */
function inTemplate(operation: SyntaxNode): readonly Annotation[] {
  const path = stringAt(operation, 'path');
  const [annotations] = (path && TEMPLATE.exec(path.raw)) ?? [];
  if (!path || annotations === undefined) return [];
  const value = get(operation, 'value');
  if (!annotations.endsWith('/')) return pairs(value);
  return value ? [{ key: stringPart(path, annotations.length, path.raw.length, JSON_POINTER), value }] : [];
}

function inJsonPatches(kustomization: Kustomization, report: Reporter, workspace: Workspace): void {
  for (const patch of kustomization.patches) {
    const { target, adds, content } = patch;
    if (target?.kind === undefined || target.kind === 'ServiceAccount') continue;
    const template = listOf(content).flatMap(inTemplate);
    for (const annotation of [...adds, ...template]) {
      const meant = meantOf(annotation);
      const pods = target.kind === 'Pod' || template.includes(annotation);
      if (meant === undefined || (pods && worksOnPods(meant))) continue;
      report({
        at: annotation.key,
        message: message(
          annotation.key,
          meant,
          template.includes(annotation) ? "a pod's template" : `a ${target.kind}`,
        ),
        fixes: () => retarget(kustomization, patch, annotation, workspace),
      });
    }
  }
}

/** A patch that does nothing else is made one of the service account. */
function retarget(
  { node }: Kustomization,
  { target, content }: KustomizePatch,
  { key, value }: Annotation,
  workspace: Workspace,
): Fix[] {
  const operations = listOf(content);
  const [operation] = operations;
  const path = stringAt(operation, 'path');
  const added = get(operation, 'value');
  const only =
    operations.length === 1 && (added === value || (added?.kind === 'object' && added.properties.length === 1));
  const item = ['patches', 'patchesJson6902']
    .flatMap((field) => listOf(get(node, field)))
    .find((each) => holds(each, key));
  const [kind, name] = ['kind', 'name'].map((field) => stringAt(item, 'target', field));
  if (!only || !path || !kind || !name) return [];
  const workload = workspace.workloadsNamed(name.raw).find(({ fact }) => fact.kind === target?.kind);
  const account = workload && podAccount(workload.fact, workspace);
  if (!account?.fact || account.assign) return [];
  const edits = [replaceString(kind, 'ServiceAccount')];
  if (account.name !== name.raw) edits.push(replaceString(name, account.name));
  const [, pod] = TEMPLATE.exec(path.raw) ?? [];
  if (pod !== undefined) edits.push(replaceString(path, path.raw.slice(pod.length)));
  return [{ title: `Patch service account '${account.name}' instead`, safety: 'suggested', edits }];
}

function holds(item: SyntaxNode, key: StringNode): boolean {
  const [outer, inner] = [placeOf(item), placeOf(key)];
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

function isOurs({ key }: Annotation): boolean {
  return IDENTITY_KEYS.includes(key.raw);
}

/** Most annotations and labels have nothing to do with us, and are not looked at any closer. */
function mayHoldOurs(metadata: Metadata | undefined): boolean {
  for (const { key, value } of metadata?.annotations ?? [])
    if (IDENTITY_KEYS.includes(key.raw) || meantKey(key.raw, value) !== undefined) return true;
  return metadata?.labels.some(isOurs) ?? false;
}

/** The key of ours that it is, or that it is meant to be. */
function meantOf({ key, value }: Annotation): string | undefined {
  const known = literalOf(key.text);
  if (known === undefined || value?.kind === 'object') return undefined;
  return IDENTITY_KEYS.includes(known) ? known : meantKey(known, value);
}

function message(key: StringNode, meant: string, holder: string): string {
  const where = worksOnPods(meant)
    ? "the pod's own annotations (a template's 'metadata')"
    : 'the service account that the pods run as';
  const spelling = key.raw === meant ? '' : `, spelled '${meant}'`;
  return `'${display(key.text)}' has no effect on ${holder}; it belongs on ${where}${spelling}.`;
}

// ── workloads ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function onWorkload(workload: Workload, report: Reporter, workspace: Workspace): void {
  const { metadata, podMetadata, kind } = workload;
  if (kind !== 'CronJob' && !mayHoldOurs(metadata) && !mayHoldOurs(podMetadata)) return;
  const places: { metadata: Metadata; pod: boolean; holder: string }[] = [];
  if (podMetadata !== metadata) places.push({ metadata, pod: false, holder: `a ${kind}` });
  if (podMetadata)
    places.push({ metadata: podMetadata, pod: true, holder: podMetadata === metadata ? 'a Pod' : "a pod's template" });
  const jobTemplate =
    kind === 'CronJob' ? objectAt(workload.node, 'spec', 'jobTemplate', 'metadata', 'annotations') : undefined;
  if (jobTemplate)
    places.push({
      metadata: { node: jobTemplate, annotations: jobTemplate.properties, labels: [], others: [] },
      pod: false,
      holder: "a job's template",
    });
  for (const { metadata: at, pod, holder } of places) {
    if (!mayHoldOurs(at)) continue;
    const misplaced = [...at.annotations, ...at.labels.filter(isOurs)].flatMap((annotation) => {
      const meant = meantOf(annotation);
      const labelled = at.labels.includes(annotation);
      // A near miss that works on pods is misspelled only.
      if (meant === undefined || (pod && !labelled && worksOnPods(meant))) return [];
      return [{ annotation, meant, labelled }];
    });
    for (const { annotation, meant, labelled } of misplaced) {
      report({
        at: annotation.key,
        message: message(annotation.key, meant, labelled ? `a label of ${holder}` : holder),
        fixes: () => [...moveFrom(workload, annotation, meant, workspace), ...moveAll(workload, misplaced, workspace)],
      });
    }
  }
}

/** Several of one mapping, where the account has none of them yet. */
function moveAll(
  workload: Workload,
  misplaced: readonly { readonly annotation: Annotation; readonly meant: string }[],
  workspace: Workspace,
): Fix[] {
  const target = podAccount(workload, workspace);
  const entries = misplaced.flatMap(({ annotation, meant }) => {
    const value = sourceOf(annotation);
    const there = target?.fact && annotationNamed(target.fact.metadata, meant)?.value;
    return value === undefined || worksOnPods(meant) || there ? [] : [{ key: meant, value }];
  });
  if (!target || misplaced.length < 2 || entries.length < misplaced.length) return [];
  if (new Set(entries.map(({ key }) => key)).size < entries.length) return [];
  const removed = removeMembers(misplaced.map(({ annotation }) => annotation.key));
  const edits = annotateAccount(target, workload, entries);
  if (removed.length === 0 || edits.length === 0) return [];
  const whose = `${target.fact ? '' : 'a new '}service account '${target.name}'`;
  return [{ title: `Move all of them to ${whose}`, safety: 'suggested', edits: merged([...removed, ...edits]) }];
}

function moveFrom(workload: Workload, annotation: Annotation, meant: string, workspace: Workspace): Fix[] {
  const removed = removeMember(annotation.key);
  const value = sourceOf(annotation);
  if (removed.length === 0 || value === undefined) return [];
  if (worksOnPods(meant)) {
    const edits = annotatePods(workload, meant, value);
    return edits.length === 0
      ? []
      : [{ title: "Move it to the pods' annotations", safety: 'suggested', edits: merged([...removed, ...edits]) }];
  }
  const target = podAccount(workload, workspace);
  if (!target) return [{ title: 'Remove it', safety: 'suggested', edits: removed }];
  const label = target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`;
  const there = target.fact && annotationNamed(target.fact.metadata, meant)?.value;
  if (there?.kind === 'string' && there.raw !== '') {
    const same = there.raw === value;
    const keep: Fix = {
      title: same
        ? `Remove it: service account '${label}' has it already`
        : `Remove it, and keep '${there.raw}' of service account '${label}'`,
      safety: 'suggested',
      edits: removed,
    };
    if (same) return [keep];
    return [
      keep,
      {
        title: `Move it to service account '${label}', in the place of '${there.raw}'`,
        safety: 'suggested',
        edits: merged([...removed, ...setAnnotation(target.fact!.metadata, target.fact!.node, meant, value)]),
      },
    ];
  }
  const edits = annotateAccount(target, workload, [{ key: meant, value }]);
  if (edits.length === 0) return [{ title: 'Remove it', safety: 'suggested', edits: removed }];
  const verb = target.fact ? 'Move it to service account' : 'Move it to a new service account';
  return [
    {
      title: `${verb} '${label}'${target.assign ? ', and run the pods as it' : ''}`,
      safety: 'suggested',
      edits: merged([...removed, ...edits]),
    },
  ];
}

/** On the pods' own metadata, made where it is missing. */
function annotatePods({ podMetadata, podSpec }: Workload, key: string, value: string): Edit[] {
  const template = podSpec?.parent;
  if (!podMetadata || template?.kind !== 'object') return [];
  return setAnnotation(podMetadata, template, key, value);
}

function sourceOf({ value }: Annotation): string | undefined {
  if (value?.kind === 'string') return typed(value);
  return value?.kind === 'number' || value?.kind === 'boolean' ? value.source : undefined;
}

// ── service accounts ───────────────────────────────────────────────────────────────────────────────────────────────────

/** `skip-containers` is read from pods only. */
function onAccount(account: ServiceAccount, report: Reporter, workspace: Workspace): void {
  for (const annotation of account.metadata.annotations) {
    if (annotation.key.raw !== SKIP_CONTAINERS) continue;
    report({
      at: annotation.key,
      message: message(annotation.key, SKIP_CONTAINERS, 'a ServiceAccount'),
      fixes: () => {
        const removed = removeMember(annotation.key);
        const value = sourceOf(annotation);
        if (removed.length === 0 || value === undefined) return [];
        const named = account.metadata.name;
        const edits = (named ? workspace.workloadsTyping(named.text) : [])
          .filter(({ fact }) => runsAs(fact, account))
          .flatMap(({ fact }) => annotatePods(fact, SKIP_CONTAINERS, value));
        const remove: Fix = { title: 'Remove it', safety: 'suggested', edits: removed };
        if (edits.length === 0) return [remove];
        return [
          {
            title: 'Move it to the pods that run as this service account',
            safety: 'suggested',
            edits: merged([...removed, ...edits]),
          },
          remove,
        ];
      },
    });
  }
}

function runsAs({ serviceAccountName, metadata }: Workload, account: ServiceAccount): boolean {
  const name = account.metadata.name;
  if (!serviceAccountName || !name || sameText(serviceAccountName.text, name.text) !== 'yes') return false;
  return (literal(metadata.namespace) ?? '') === (literal(account.metadata.namespace) ?? '');
}

// ── anything else ──────────────────────────────────────────────────────────────────────────────────────────────────────

function onObject(object: AnnotatedObject, report: Reporter, workspace: Workspace): void {
  const pods = object.kind === 'Pod';
  for (const annotation of object.metadata.annotations) {
    const meant = meantOf(annotation);
    if (meant === undefined || (pods && worksOnPods(meant))) continue;
    report({
      at: annotation.key,
      message: message(annotation.key, meant, pods ? "a chart's pods" : `a ${object.kind}`),
      fixes: () =>
        pods ? toChartAccount(object, annotation, meant) : toAccountsOf(object, annotation, meant, workspace),
    });
  }
}

/** From `podAnnotations` to the section of the account that stands beside them in the chart's values. */
function toChartAccount({ node }: AnnotatedObject, annotation: Annotation, meant: string): Fix[] {
  const removed = removeMember(annotation.key);
  const value = sourceOf(annotation);
  if (removed.length === 0 || value === undefined) return [];
  const holder = holderOf(node);
  const existing = get(holder, 'serviceAccount');
  // What `podAnnotations` leaves behind may end the mapping: nothing new is written there.
  const before = holder.properties.findLast(({ value: each }) => each !== undefined && each.end < annotation.key.start);
  const edit = existing
    ? setAt(holder, ['serviceAccount', 'annotations', meant], value)
    : addProperty(holder, 'serviceAccount', { annotations: { [meant]: value } }, before);
  if (!edit || removed.some((one) => one.start <= edit.start && edit.start < one.end))
    return [{ title: 'Remove it', safety: 'suggested', edits: removed }];
  return [{ title: "Move it to 'serviceAccount.annotations'", safety: 'suggested', edits: merged([...removed, edit]) }];
}

/** The nearest mapping outwards with a service account section; else the one of the pods. */
function holderOf(node: ObjectNode): ObjectNode {
  for (let at: ObjectNode | undefined = node; at; ) {
    if (objectAt(at, 'serviceAccount')) return at;
    const parent: ObjectNode['parent'] = at.parent;
    at = parent?.kind === 'object' ? parent : undefined;
  }
  return node;
}

/** From a namespace to each account that is in it. */
function toAccountsOf(object: AnnotatedObject, annotation: Annotation, meant: string, workspace: Workspace): Fix[] {
  const removed = removeMember(annotation.key);
  const value = sourceOf(annotation);
  const name = literal(object.metadata.name);
  if (removed.length === 0) return [];
  const remove: Fix = { title: 'Remove it', safety: 'suggested', edits: removed };
  if (value === undefined || name === undefined || worksOnPods(meant)) return [remove];
  const moves = workspace.accountsOfNamespace(name).flatMap(({ fact }): Fix[] => {
    if (annotationNamed(fact.metadata, meant)?.value) return [];
    const edits = setAnnotation(fact.metadata, fact.node, meant, value);
    const own = fact.metadata.name ? display(fact.metadata.name.text) : '';
    return edits.length === 0
      ? []
      : [
          {
            title: `Move it to service account '${name}/${own}'`,
            safety: 'suggested',
            edits: merged([...removed, ...edits]),
          },
        ];
  });
  return [...moves, remove];
}

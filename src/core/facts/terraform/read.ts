import { hclReady, parseHcl } from '../../syntax/hcl.js';
import { parseJson } from '../../syntax/json.js';
import type { SourceDocument } from '../../syntax/tree.js';
import { type Facts, noFacts, type RoleReference } from '../model.js';
import { readAddon, readAssociation, readLaunchTemplates, readOidcProvider } from './eks.js';
import { Evaluator } from './evaluate.js';
import { kubernetesKind, readAnnotations, readKubernetesResource, readManifest, readRelease } from './kubernetes.js';
import { localModule, type ModuleCall } from './localModules.js';
import { readDeclarations, type TerraformFile, type TerraformItem, type TerraformModule } from './module.js';
import { readModuleCall } from './modules.js';
import { POLICY_DOCUMENT, PolicyDocuments } from './policyDocument.js';
import { addTrustPolicy, readAttachments, readRole } from './roles.js';
import type { EvaluationContext, Instance, Target } from './scope.js';

/** What the readers of a module share. */
export interface ModuleReader {
  readonly evaluator: Evaluator;
  readonly documents: PolicyDocuments;
  readonly facts: Facts;
  /** Policies that a module call attaches to its role, by the policy's address. */
  readonly modulePolicies: [string, readonly RoleReference[]][];
  instancesOf(type: string): readonly Instance[];
  /** A module of the workspace as a call makes it. */
  childOf(call: Instance): ModuleReader | undefined;
}

/**
 * Reads the files of one folder, which Terraform takes as one module.
 * @param files texts by name, `.tf` and `.tf.json`; `loadHcl` must have been awaited for the former
 * @param context the folder's name as files are named, and the other texts of the workspace for `file()` and `templatefile()`
 */
export function readTerraformFiles(
  files: readonly { file: string; text: string }[],
  context: EvaluationContext,
): Facts {
  return readTerraformModule(files.map(parseTerraform), context);
}

export function parseTerraform({ file, text }: { file: string; text: string }): TerraformFile {
  if (/\.json$/.test(file)) {
    const document: SourceDocument = { file, language: 'json', text };
    return { document, body: parseJson(document).root };
  }
  const document: SourceDocument = { file, language: 'hcl', text };
  return { document, body: hclReady() ? parseHcl(document, concernsUs) : undefined };
}

export function readTerraformModule(files: readonly TerraformFile[], context: EvaluationContext): Facts {
  const facts = noFacts();
  readModule(moduleReader(files, context, facts));
  return facts;
}

/** @param by the reader of the module that calls this one, and the call */
export function moduleReader(
  files: readonly TerraformFile[],
  context: EvaluationContext,
  facts: Facts,
  by?: { readonly caller: ModuleReader; readonly call: ModuleCall },
): ModuleReader {
  const module = readDeclarations(files, context.directory, by?.call.prefix);
  const documents: PolicyDocuments = new PolicyDocuments(() => evaluator, by?.caller.documents);
  const children = new Map<Instance, ModuleReader | undefined>();
  const childOf = (call: Instance) => {
    if (!children.has(call)) {
      children.set(call, undefined);
      children.set(call, localModule(reader, call));
    }
    return children.get(call);
  };
  const evaluator: Evaluator = new Evaluator(
    module,
    context,
    (target, instance) => outputOf(documents, target, instance),
    (call) => childOf(call)?.evaluator,
    by?.call.inputs,
    by?.call.use,
  );
  const byType = groupByType(module);
  const reader: ModuleReader = {
    evaluator,
    documents,
    facts,
    modulePolicies: [],
    instancesOf: (type) => (byType.get(type) ?? []).flatMap((item) => evaluator.instances(item)),
    childOf,
  };
  return reader;
}

function readModule(reader: ModuleReader): void {
  const { evaluator, documents, facts } = reader;
  for (const item of evaluator.module.items)
    for (const instance of evaluator.instances(item)) readItem(reader, instance);
  readLaunchTemplates(reader);
  readAttachments(reader);
  // Only now is it known which documents nobody uses.
  for (const instance of reader.instancesOf(POLICY_DOCUMENT)) {
    const policy = documents.unusedTrustPolicy(instance);
    if (policy) addTrustPolicy(facts, policy, undefined);
  }
}

function outputOf(documents: PolicyDocuments, { item, attribute }: Target, instance: Instance | undefined) {
  if (item.type !== POLICY_DOCUMENT || !instance) return undefined;
  return attribute === 'json' || attribute === 'minified_json' ? documents.body(instance) : undefined;
}

function groupByType({ items }: TerraformModule): Map<string, TerraformItem[]> {
  const groups = new Map<string, TerraformItem[]>();
  for (const item of items) {
    const group = groups.get(item.type);
    if (group) group.push(item);
    else groups.set(item.type, [item]);
  }
  return groups;
}

function readItem(reader: ModuleReader, instance: Instance): void {
  const { kind, type } = instance.item;
  if (kind === 'module') {
    const child = reader.childOf(instance);
    if (child) readModule(child);
    else readModuleCall(reader, instance);
    return;
  }
  if (kind === 'data') return;
  switch (type) {
    case 'aws_iam_role':
      readRole(reader, instance);
      break;
    case 'aws_iam_openid_connect_provider':
      readOidcProvider(reader, instance);
      break;
    case 'aws_eks_pod_identity_association':
      readAssociation(reader, instance);
      break;
    case 'aws_eks_addon':
      readAddon(reader, instance);
      break;
    case 'kubernetes_manifest':
    case 'kubectl_manifest':
      readManifest(reader, instance);
      break;
    case 'kubernetes_annotations':
      readAnnotations(reader, instance);
      break;
    case 'helm_release':
      readRelease(reader, instance);
      break;
    default: {
      const kubernetes = kubernetesKind(type);
      if (kubernetes) readKubernetesResource(reader, instance, kubernetes);
    }
  }
}

const CONCERNING = /^(?:aws_(?:iam_|eks_|launch_template)|kubernetes_|kubectl_manifest|helm_release)/;

/** Blocks that say something here or that values may come from; the rest of an infrastructure is not even looked into. */
function concernsUs(type: string, label: string | undefined): boolean {
  if (type === 'resource' || type === 'data') return label !== undefined && CONCERNING.test(label);
  return type === 'module' || type === 'locals' || type === 'variable' || type === 'output';
}

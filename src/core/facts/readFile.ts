import { parseJson } from '../syntax/json.js';
import type { SourceDocument, SyntaxNode } from '../syntax/tree.js';
import { parseYaml } from '../syntax/yaml.js';
import { baseName } from '../workspace/paths.js';
import { looksLikePermissionPolicy, looksLikeTrustPolicy, readPermissionPolicy, readTrustPolicy } from './iamPolicy.js';
import { readKubernetesObject } from './kubernetes.js';
import { type Facts, noFacts } from './model.js';

/** How a file is read; `terraform` ones are read with their whole folder. */
export type FileKind = 'json' | 'yaml' | 'terraform' | 'dockerfile' | 'shell';

export interface ReadContext {
  readonly file: string;
  /** The root folder of the Helm chart that the file belongs to. */
  readonly chart?: string | undefined;
}

/** Reads one document of a kind; true when it is theirs, so that nobody else looks at it. */
export type DocumentReader = (root: SyntaxNode, facts: Facts, context: ReadContext) => boolean;

/** By name, and where that leaves it open by the first characters. */
export function kindOf(file: string, text: string): FileKind | undefined {
  const name = baseName(file);
  if (/\.(?:tf|tofu)(?:\.json)?$/.test(name)) return 'terraform';
  if (/^(?:Dockerfile|Containerfile)(?:\..*)?$|\.(?:dockerfile|containerfile)$/i.test(name)) return 'dockerfile';
  if (/\.(?:sh|bash|zsh)$/.test(name)) return 'shell';
  if (/\.(?:json|jsonc|json5)(?:\.(?:tpl|tftpl|tmpl|j2|erb))?$/i.test(name)) return 'json';
  if (/\.(?:ya?ml)(?:\.(?:tpl|tftpl|tmpl|gotmpl|j2|erb))?$/i.test(name) || name === 'Kustomization') return 'yaml';
  if (/\.(?:template|tpl|tftpl|tmpl|cfn|policy|txt)$/i.test(name)) return /^\s*[{[](?!\{)/.test(text) ? 'json' : 'yaml';
  return undefined;
}

/**
 * A cheap look: a text with none of these words has nothing to do with workload identity and is not parsed. They are the
 * words that the readers look for, not those that the rules do.
 */
const TELLTALE =
  /AssumeRole|sts:|oidc|PodIdentity|system:serviceaccount|pods\.eks|erviceAccount|AWS::|(?:eks|iam)\.(?:\w+\.)?amazonaws|AWS_(?:ACCESS|SECRET|SESSION|ROLE|WEB|CONTAINER)|AKIA|ASIA|Statement|MetadataOptions|metadataOptions|eksctl\.io|aws_access_key|role-arn|podAnnotations|kind:\s*["']?(?:Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Secret|ConfigMap|Namespace|Kustomization|List|Component)\b|"kind"|namePrefix|kustomiz|patches|iam\.|eks\./i;

export function concernsIdentity(text: string): boolean {
  return TELLTALE.test(text);
}

/** In the order in which they are asked; the first that knows a document has it. */
const readers: DocumentReader[] = [];

/** Everything one file says. Never throws on any text. */
export function readFile(file: string, text: string, context: Omit<ReadContext, 'file'> = {}): Facts {
  const facts = noFacts();
  const kind = kindOf(file, text);
  const named: ReadContext = { file, ...context };
  if (kind === 'json' && concernsIdentity(text)) {
    const document: SourceDocument = { file, language: 'json', text };
    const { root } = parseJson(document);
    if (root) readDocument(root, facts, named);
  } else if (kind === 'yaml') {
    const document: SourceDocument = { file, language: 'yaml', text };
    const always = /^kustomization/i.test(baseName(file));
    for (const { root } of parseYaml(document, (part) => always || concernsIdentity(part))) {
      if (root) readDocument(root, facts, named);
    }
  }
  return facts;
}

export function readDocument(root: SyntaxNode, facts: Facts, context: ReadContext): void {
  for (const reader of readers) if (reader(root, facts, context)) return;
  if (readKubernetesObject(root, facts, { source: 'manifest', chart: context.chart })) return;
  readBarePolicy(root, facts);
}

/** A policy document on its own: nothing says which role it belongs to. */
function readBarePolicy(root: SyntaxNode, facts: Facts): void {
  if (root.kind !== 'object') return;
  if (looksLikeTrustPolicy(root)) {
    const policy = readTrustPolicy(root);
    if (policy) facts.trustPolicies.push(policy);
  } else if (looksLikePermissionPolicy(root)) {
    const policy = readPermissionPolicy(root, []);
    if (policy) facts.permissionPolicies.push(policy);
  }
}

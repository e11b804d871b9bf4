import { parseJson } from '../syntax/json.js';
import type { SyntaxNode } from '../syntax/tree.js';
import { parseYaml, parseYamlPart, type YamlPart } from '../syntax/yaml.js';
import { baseName } from '../workspace/paths.js';
import { readAck } from './ack.js';
import { readAwsCli } from './awsCli.js';
import { readCloudFormation } from './cloudformation.js';
import { readCrossplane } from './crossplane.js';
import { readDockerfile } from './dockerfile.js';
import { readEksctl } from './eksctl.js';
import { readHelmReleases, readHelmValues } from './helmValues.js';
import { looksLikePermissionPolicy, looksLikeTrustPolicy, readPermissionPolicy, readTrustPolicy } from './iamPolicy.js';
import { isOwnKind, readKubernetesObject } from './kubernetes.js';
import { readJsonPatchFile, readKustomization } from './kustomize.js';
import { type Facts, noFacts } from './model.js';
import { readNestedObjects } from './nestedObjects.js';
import { readNodeClass } from './nodeClasses.js';
import { readShell } from './shell.js';
import { readStream, type YamlStream } from './yamlStream.js';

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
  if (/\.(?:tf|tofu|tfvars)(?:\.json)?$/.test(name)) return 'terraform';
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
  /AssumeRole|sts:|oidc|Pod-?Identity|OpenIDConnect|open-id-connect|system:serviceaccount|pods\.eks|erviceAccount|AWS::|(?:eks|iam)\.(?:\w+\.)?amazonaws|AWS_(?:ACCESS|SECRET|SESSION|ROLE|WEB|CONTAINER)|AKIA|ASIA|Statement|MetadataOptions|metadataOptions|eksctl\.io|aws_access_key|role-arn|podAnnotations|kind:\s*["']?(?:Pod|Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob|Secret|ConfigMap|Namespace|Kustomization|List|Component)\b|"kind"|namePrefix|kustomiz|patches|iam\.|eks\./i;

export function concernsIdentity(text: string): boolean {
  return TELLTALE.test(text);
}

/** In the order in which they are asked; the first that knows a document has it. */
const readers: readonly DocumentReader[] = [
  readCloudFormation,
  readEksctl,
  readKustomization,
  readJsonPatchFile,
  readAck,
  readCrossplane,
  readNodeClass,
  readNestedObjects,
  readHelmReleases,
  (root, facts, { chart }) => readKubernetesObject(root, facts, { source: 'manifest', chart }),
  readAwsCli,
  readHelmValues,
];

/** A part of a file that is read on its own: a whole JSON file, or one document of a YAML stream. */
export interface FilePart {
  readonly facts: Facts;
  /** Set for YAML, where a part may move in its file. */
  readonly document?: YamlPart;
}

export interface FileReading {
  /** Those that have to do with identity. */
  readonly parts: readonly FilePart[];
  /** Set for YAML. */
  readonly stream?: YamlStream;
}

/** Everything one file says. Never throws on any text. */
export function readFile(file: string, text: string, context: Omit<ReadContext, 'file'> = {}): Facts {
  const { parts } = readParts(file, text, context);
  return parts.length === 1 ? parts[0]!.facts : mergeFacts(parts.map(({ facts }) => facts));
}

/**
 * The same, part by part.
 * @param before what was read of an earlier version in the same context: what has not changed is taken from there
 */
export function readParts(
  file: string,
  text: string,
  context: Omit<ReadContext, 'file'> = {},
  before?: YamlStream,
): FileReading {
  const named: ReadContext = { file, ...context };
  switch (kindOf(file, text)) {
    case 'json':
      return readWhole(text, (facts) => {
        const { root } = parseJson({ file, language: 'json', text });
        if (root) readDocument(root, facts, named);
      });
    case 'yaml':
      return readYaml(text, named, before);
    case 'dockerfile':
      return readWhole(text, (facts) => readDockerfile({ file, language: 'dockerfile', text }, facts));
    case 'shell':
      return readWhole(text, (facts) =>
        readShell({ file, language: 'shell', text }, facts, (root, into) => readDocument(root, into, named)),
      );
    default:
      return NOTHING;
  }
}

const NOTHING: FileReading = { parts: [] };

function readWhole(text: string, read: (facts: Facts) => void): FileReading {
  if (!concernsIdentity(text)) return NOTHING;
  const facts = noFacts();
  read(facts);
  return { parts: [{ facts }] };
}

function readYaml(text: string, context: ReadContext, before: YamlStream | undefined): FileReading {
  const always = /^kustomization/i.test(baseName(context.file));
  const stream = readStream({ file: context.file, language: 'yaml', text }, before, (document) => {
    if (!always && !concernsIdentity(document.text)) return undefined;
    const facts = noFacts();
    const { root } = parseYamlPart(document);
    if (root) readDocument(root, facts, context);
    return { facts, document };
  });
  return { parts: stream.pieces.flatMap(({ part }) => part ?? []), stream };
}

/** How many places of a text its parser could not read; 0 for formats that are not parsed as a whole. */
export function syntaxFaults(file: string, text: string): number {
  switch (kindOf(file, text)) {
    case 'json':
      return parseJson({ file, language: 'json', text }).faults.length;
    case 'yaml':
      return parseYaml({ file, language: 'yaml', text }).reduce((sum, { faults }) => sum + faults.length, 0);
    default:
      return 0;
  }
}

export function mergeFacts(all: readonly Facts[]): Facts {
  const merged = noFacts();
  for (const facts of all) {
    for (const key of Object.keys(merged) as (keyof Facts)[]) (merged[key] as unknown[]).push(...facts[key]);
  }
  return merged;
}

export function readDocument(root: SyntaxNode, facts: Facts, context: ReadContext): void {
  if (isOwnKind(root) && readKubernetesObject(root, facts, { source: 'manifest', chart: context.chart })) return;
  for (const reader of readers) if (reader(root, facts, context)) return;
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

import { at, isJson, items, type Json, record, text } from './json.js';

/**
 * What is kept of Kubernetes objects: the few fields that say something about identity. A pod of 10 kB becomes some hundred
 * bytes, as it arrives.
 */
export interface ServiceAccountRecord {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Only those of `eks.amazonaws.com/` and `iam.amazonaws.com/`, and near misses of them. */
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PodRecord extends PodTemplate {
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly node: string | undefined;
  /** ms since the epoch. */
  readonly startedAt: number | undefined;
}

/** What all pods of a workload have in common. */
interface PodTemplate {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly owner: string | undefined;
  readonly hostNetwork: boolean;
  /** The pod's own label keeps the webhook away. */
  readonly skipsWebhook: boolean;
  readonly skipContainers: readonly string[];
  /** A role annotation on the pod itself, where nothing reads it. */
  readonly misplacedRole: string | undefined;
  readonly windows: boolean;
  readonly fargate: boolean;
  readonly containers: readonly ContainerRecord[];
}

export interface ContainerRecord {
  readonly name: string;
  /** Only where set. */
  readonly roleArn?: string;
  readonly webIdentityTokenFile?: string;
  readonly containerCredentialsUri?: string;
  /** Without that URI, which the webhook always sets beside it. */
  readonly containerTokenFileAlone?: true;
  /** Names of the static credential variables that are set; never their values. */
  readonly staticCredentials: readonly string[];
  /** What may hold others: only where there are some. */
  readonly envFrom?: readonly EnvironmentSource[];
}

/** All entries of a Secret or ConfigMap as variables. */
export interface EnvironmentSource {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly prefix: string;
}

export interface NodeRecord {
  readonly name: string;
  readonly nodeGroup: string | undefined;
  readonly compute: 'ec2' | 'fargate' | 'hybrid' | 'unknown';
  readonly autoMode: boolean;
  readonly windows: boolean;
}

/**
 * The earlier record where nothing that is kept has changed: a refresh then holds a large cluster once and not twice, and what
 * was made of the record stays.
 */
export function unlessChanged<T extends object>(before: T | undefined, now: T): T {
  return before !== undefined && same(before, now) ? before : now;
}

/** Of plain data. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** One of fifty thousand, so its own fields are few. */
class Pod implements PodRecord {
  constructor(
    readonly name: string,
    readonly uid: string,
    readonly phase: string,
    readonly node: string | undefined,
    readonly startedAt: number | undefined,
    private readonly template: PodTemplate,
  ) {}

  get namespace() {
    return this.template.namespace;
  }
  get serviceAccount() {
    return this.template.serviceAccount;
  }
  get owner() {
    return this.template.owner;
  }
  get hostNetwork() {
    return this.template.hostNetwork;
  }
  get skipsWebhook() {
    return this.template.skipsWebhook;
  }
  get skipContainers() {
    return this.template.skipContainers;
  }
  get misplacedRole() {
    return this.template.misplacedRole;
  }
  get windows() {
    return this.template.windows;
  }
  get fargate() {
    return this.template.fargate;
  }
  get containers() {
    return this.template.containers;
  }
}

/**
 * Values that thousands of pods have in common are kept once: names of namespaces and nodes, the containers of a workload. A
 * string that JSON brings is another one each time.
 */
export class Shared {
  private readonly texts = new Map<string, string>();
  /** By workload, as its pods were last. */
  private readonly templates = new Map<string, PodTemplate>();
  private before: Shared | undefined;

  /** @param before of an earlier read: what comes again is taken from there, what does not is forgotten with it */
  constructor(before?: Shared) {
    this.before = before;
  }

  /** The read is done: what it did not meet is not kept. */
  forgetBefore(): void {
    this.before = undefined;
  }

  text<T extends string | undefined>(value: T): T {
    if (value === undefined) return value;
    const known = this.texts.get(value);
    if (known !== undefined) return known as T;
    const kept = this.before?.texts.get(value) ?? value;
    this.texts.set(kept, kept);
    return kept as T;
  }

  template(template: PodTemplate): PodTemplate {
    const workload = `${template.namespace}/${template.serviceAccount}/${template.owner}`;
    const known = this.templates.get(workload);
    const kept = unlessChanged(known ?? this.before?.templates.get(workload), template);
    if (kept !== known) this.templates.set(workload, kept);
    return kept;
  }
}

export const STATIC_CREDENTIALS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

const OUR_ANNOTATIONS = /amazonaws/i;

export function serviceAccountRecord(object: unknown): ServiceAccountRecord | undefined {
  const metadata = at(object, 'metadata');
  const namespace = text(metadata?.namespace);
  const name = text(metadata?.name);
  if (namespace === undefined || name === undefined) return undefined;
  const annotations: Record<string, string> = {};
  for (const [key, value] of Object.entries(at(metadata, 'annotations') ?? {})) {
    if (typeof value === 'string' && OUR_ANNOTATIONS.test(key)) annotations[key] = value;
  }
  return { namespace, name, uid: text(metadata?.uid) ?? '', annotations };
}

/** @param shared of the list that the pod is from */
export function podRecord(object: unknown, shared = new Shared()): PodRecord | undefined {
  const metadata = at(object, 'metadata');
  const spec = at(object, 'spec');
  const status = at(object, 'status');
  const namespace = text(metadata?.namespace);
  const name = text(metadata?.name);
  if (namespace === undefined || name === undefined) return undefined;
  const labels = at(metadata, 'labels');
  const annotations = at(metadata, 'annotations');
  const selector = at(spec, 'nodeSelector');
  const node = text(spec?.nodeName);
  const started = Date.parse(text(metadata?.creationTimestamp) ?? text(status?.startTime) ?? '');
  const template: PodTemplate = {
    namespace,
    serviceAccount: text(spec?.serviceAccountName) ?? text(spec?.serviceAccount) ?? 'default',
    owner: ownerOf(metadata),
    hostNetwork: spec?.hostNetwork === true,
    skipsWebhook: labels !== undefined && 'eks.amazonaws.com/skip-pod-identity-webhook' in labels,
    skipContainers: (text(annotations?.['eks.amazonaws.com/skip-containers']) ?? '')
      .split(',')
      .filter((part) => part !== ''),
    misplacedRole: text(annotations?.['eks.amazonaws.com/role-arn']),
    windows:
      text(selector?.['kubernetes.io/os']) === 'windows' ||
      text(at(spec, 'os')?.name) === 'windows' ||
      hasWindowsAffinity(at(at(spec, 'affinity'), 'nodeAffinity')),
    fargate:
      text(labels?.['eks.amazonaws.com/fargate-profile']) !== undefined ||
      (node?.startsWith('fargate-') ?? false) ||
      text(spec?.schedulerName) === 'fargate-scheduler',
    containers: [...items(spec?.initContainers), ...items(spec?.containers)].map(containerRecord),
  };
  return new Pod(
    name,
    text(metadata?.uid) ?? '',
    // As kubectl calls it: the phase itself does not tell.
    shared.text(text(metadata?.deletionTimestamp) ? 'Terminating' : (text(status?.phase) ?? 'Unknown')),
    shared.text(node),
    Number.isNaN(started) ? undefined : started,
    shared.template(template),
  );
}

function hasWindowsAffinity(affinity: Json | undefined): boolean {
  return affinity !== undefined && WINDOWS_AFFINITY.test(JSON.stringify(affinity));
}

const WINDOWS_AFFINITY = /"operator":"In","values":\["windows"\]|"values":\["windows"\],"operator":"In"/;

function containerRecord(object: unknown): ContainerRecord {
  const container = record(object) ?? {};
  let roleArn: string | undefined;
  let webIdentityTokenFile: string | undefined;
  let containerCredentialsUri: string | undefined;
  let containerTokenFile = false;
  const staticCredentials: string[] = [];
  for (const entry of items(container.env)) {
    if (!isJson(entry)) continue;
    const name = text(entry.name);
    if (name === undefined || !name.startsWith('AWS_')) continue;
    if (name === 'AWS_ROLE_ARN') roleArn = text(entry.value) ?? '';
    else if (name === 'AWS_WEB_IDENTITY_TOKEN_FILE') webIdentityTokenFile = text(entry.value) ?? '';
    else if (name === 'AWS_CONTAINER_CREDENTIALS_FULL_URI') containerCredentialsUri = text(entry.value) ?? '';
    else if (name === 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE') containerTokenFile = true;
    else if (STATIC_CREDENTIALS.includes(name) && (text(entry.value) !== undefined || entry.valueFrom !== undefined))
      staticCredentials.push(name);
  }
  const envFrom = items(container.envFrom).flatMap(environmentSource);
  return {
    name: text(container.name) ?? '',
    ...(envFrom.length === 0 ? {} : { envFrom }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(webIdentityTokenFile === undefined ? {} : { webIdentityTokenFile }),
    ...(containerCredentialsUri === undefined ? {} : { containerCredentialsUri }),
    ...(containerTokenFile && containerCredentialsUri === undefined ? { containerTokenFileAlone: true } : {}),
    staticCredentials: staticCredentials.length === 0 ? NOTHING : staticCredentials,
  };
}

const NOTHING: readonly never[] = [];

function environmentSource(entry: unknown): EnvironmentSource[] {
  const prefix = text(record(entry)?.prefix) ?? '';
  if (!STATIC_CREDENTIALS.some((variable) => variable.startsWith(prefix))) return [];
  const secret = text(at(entry, 'secretRef')?.name);
  const configMap = text(at(entry, 'configMapRef')?.name);
  return [
    ...(secret === undefined ? [] : [{ kind: 'Secret' as const, name: secret, prefix }]),
    ...(configMap === undefined ? [] : [{ kind: 'ConfigMap' as const, name: configMap, prefix }]),
  ];
}

export function nodeRecord(object: unknown): NodeRecord | undefined {
  const metadata = at(object, 'metadata');
  const name = text(metadata?.name);
  if (name === undefined) return undefined;
  const labels = at(metadata, 'labels') ?? {};
  const provider = text(at(object, 'spec')?.providerID) ?? '';
  const type = text(labels['eks.amazonaws.com/compute-type']);
  const fargate = type === 'fargate' || name.startsWith('fargate-');
  const hybrid = type === 'hybrid' || provider.startsWith('eks-hybrid:');
  const nodeGroup = text(labels['eks.amazonaws.com/nodegroup']);
  const ec2 =
    provider.startsWith('aws:') ||
    nodeGroup !== undefined ||
    type === 'auto' ||
    text(labels['alpha.eksctl.io/nodegroup-name']) !== undefined;
  return {
    name,
    nodeGroup,
    compute: fargate ? 'fargate' : hybrid ? 'hybrid' : ec2 ? 'ec2' : 'unknown',
    autoMode: type === 'auto',
    windows: text(labels['kubernetes.io/os']) === 'windows' || text(labels['beta.kubernetes.io/os']) === 'windows',
  };
}

/** `Deployment/api` where the ReplicaSet's name ends in its pod-template-hash, else the controller itself. */
function ownerOf(metadata: Json | undefined): string | undefined {
  const controllers = items(metadata?.ownerReferences).filter(isJson);
  const owner = controllers.find((reference) => reference.controller === true) ?? controllers[0];
  const kind = text(owner?.kind);
  const name = text(owner?.name);
  if (kind === undefined || name === undefined) return undefined;
  const hash = text(at(metadata, 'labels')?.['pod-template-hash']);
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`))
    return `Deployment/${name.slice(0, -hash.length - 1)}`;
  return `${kind}/${name}`;
}

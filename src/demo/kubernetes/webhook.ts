import type { Injected } from '../scenarioTypes.js';

/**
 * What the EKS pod identity webhook does to a pod when it is created
 * (amazon-eks-pod-identity-webhook: pkg/handler, pkg/cache).
 */

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: Record<string, unknown>;
}

export interface Container {
  name: string;
  env?: EnvVar[];
  volumeMounts?: Record<string, unknown>[];
  [field: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: Record<string, unknown>[];
  nodeSelector?: Record<string, string>;
  serviceAccountName?: string;
  [field: string]: unknown;
}

/** The options of IRSA that a service account and a pod carry. */
export interface WebhookOptions {
  readonly annotations: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly region: string;
}

const prefix = 'eks.amazonaws.com/';
const defaultExpiration = 86_400;
const irsaDirectory = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const podIdentityDirectory = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';

/** What a pod of this service account gets if it is created now. An association wins over an annotation. */
export function injectionFor(
  annotations: Readonly<Record<string, string>> | undefined,
  hasAssociation: boolean,
): Injected {
  const roleArn = annotations?.[`${prefix}role-arn`];
  if (hasAssociation) {
    return { mechanism: 'pod-identity' };
  }
  return roleArn ? { mechanism: 'irsa', roleArn } : { mechanism: 'none' };
}

function expiration(options: WebhookOptions): number {
  for (const annotations of [options.podAnnotations, options.annotations]) {
    const text = annotations[`${prefix}token-expiration`];
    if (text !== undefined && /^[+-]?\d+$/.test(text)) {
      return Math.max(600, Number(text));
    }
  }
  return defaultExpiration;
}

function projectedToken(name: string, audience: string, path: string, seconds: number): Record<string, unknown> {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [{ serviceAccountToken: { audience, expirationSeconds: seconds, path } }],
    },
  };
}

/** Adds the variables unless one of them is there already: then none, as the webhook does. */
function addTogether(container: Container, variables: readonly EnvVar[]): void {
  const present = new Set((container.env ?? []).map(({ name }) => name));
  if (!variables.some(({ name }) => present.has(name))) {
    container.env = [...(container.env ?? []), ...variables];
  }
}

/** Puts environment, volume and mounts into the pod spec, and returns the labels the pod gets for it. */
export function inject(spec: PodSpec, injected: Injected, options: WebhookOptions): Record<string, string> {
  if (injected.mechanism === 'none') {
    return {};
  }
  const windows = spec.nodeSelector?.['kubernetes.io/os'] === 'windows';
  const place = (path: string): string => (windows ? `C:${path.replaceAll('/', '\\')}` : path);
  const skipped = new Set((options.podAnnotations[`${prefix}skip-containers`] ?? '').split(',').filter(Boolean));
  const irsa = injected.mechanism === 'irsa';
  const volume = irsa ? 'aws-iam-token' : 'eks-pod-identity-token';
  const directory = irsa ? irsaDirectory : podIdentityDirectory;
  const file = irsa ? 'token' : 'eks-pod-identity-token';
  const audience = irsa ? (options.annotations[`${prefix}audience`] ?? 'sts.amazonaws.com') : 'pods.eks.amazonaws.com';
  const regional = options.annotations[`${prefix}sts-regional-endpoints`];

  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (skipped.has(container.name)) {
      continue;
    }
    // EKS turns regional endpoints on unless the service account says false (user guide, configure-sts-endpoint).
    if (!/^(0|f|F|FALSE|false|False)$/.test(regional ?? 'true')) {
      addTogether(container, [{ name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' }]);
    }
    addTogether(container, [
      { name: 'AWS_DEFAULT_REGION', value: options.region },
      { name: 'AWS_REGION', value: options.region },
    ]);
    addTogether(
      container,
      irsa
        ? [
            { name: 'AWS_ROLE_ARN', value: injected.roleArn },
            { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: place(`${directory}/${file}`) },
          ]
        : [
            { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
            { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: place(`${directory}/${file}`) },
          ],
    );
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: volume, mountPath: place(directory), readOnly: true },
    ];
  }
  spec.volumes = [...(spec.volumes ?? []), projectedToken(volume, audience, file, expiration(options))];
  return irsa ? {} : { 'eks.amazonaws.com/pod-identity': 'enabled' };
}

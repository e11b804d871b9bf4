import { issuerHost, type NodeRecord, type PodRecord, type Scenario, type WorkloadRecord } from '../scenarioTypes.js';
import { type KubernetesObject, type OwnerReference, stableSuffix, stableUid } from './objects.js';
import { type Collection, objectKey, type Store } from './store.js';
import { type Container, inject, injectionFor, type PodSpec } from './webhook.js';

/** What turns records into objects: the scenario, when it begins, and quick ways to look things up in it. */
export interface Manifests {
  readonly scenario: Scenario;
  at(ageMinutes: number): string;
  node(name: string): NodeRecord | undefined;
  annotationsOf(namespace: string, serviceAccount: string): Readonly<Record<string, string>> | undefined;
  hasAssociation(namespace: string, serviceAccount: string): boolean;
}

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
};

export function createManifests(scenario: Scenario, now: Date): Manifests {
  const nodes = new Map(scenario.nodes.map((node) => [node.name, node]));
  const accounts = new Map(scenario.serviceAccounts.map((each) => [`${each.namespace}/${each.name}`, each]));
  const associated = new Set(scenario.associations.map((each) => `${each.namespace}/${each.serviceAccount}`));
  return {
    scenario,
    at: (ageMinutes) => `${new Date(now.getTime() - ageMinutes * 60_000).toISOString().slice(0, 19)}Z`,
    node: (name) => nodes.get(name),
    annotationsOf: (namespace, name) => accounts.get(`${namespace}/${name}`)?.annotations,
    hasAssociation: (namespace, name) => associated.has(`${namespace}/${name}`),
  };
}

function containerOf(workload: WorkloadRecord): Container {
  return {
    name: workload.name,
    image: workload.image,
    imagePullPolicy: 'IfNotPresent',
    ...(workload.env ? { env: workload.env.map((each) => ({ ...each })) } : {}),
    resources: { requests: { cpu: '100m', memory: '128Mi' } },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

/** The pod spec as a person writes it into the template. */
function templateSpec(workload: WorkloadRecord): PodSpec {
  return {
    ...(workload.nodeSelector ? { nodeSelector: { ...workload.nodeSelector } } : {}),
    ...(workload.hostNetwork ? { hostNetwork: true } : {}),
    serviceAccountName: workload.serviceAccount,
    serviceAccount: workload.serviceAccount,
    containers: [containerOf(workload)],
    restartPolicy: workload.kind === 'Job' || workload.kind === 'CronJob' ? 'OnFailure' : 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  };
}

function labelsOf(workload: WorkloadRecord): Record<string, string> {
  return { 'app.kubernetes.io/name': workload.name };
}

function templateOf(workload: WorkloadRecord): Record<string, unknown> {
  return {
    metadata: {
      labels: labelsOf(workload),
      ...(workload.podAnnotations ? { annotations: { ...workload.podAnnotations } } : {}),
    },
    spec: templateSpec(workload),
  };
}

function ownerReference(kind: string, namespace: string, name: string): OwnerReference {
  return {
    apiVersion: apiVersions[kind] ?? 'v1',
    kind,
    name,
    uid: stableUid(kind, namespace, name),
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** What owns a workload's pods directly, and how the pods are called. */
export interface PodNaming {
  readonly owner?: OwnerReference;
  readonly hash?: string;
  nameOf(index: number): string;
}

export function podNaming(workload: Pick<WorkloadRecord, 'kind' | 'namespace' | 'name'>, revision = ''): PodNaming {
  const { kind, namespace, name } = workload;
  const suffix = (length: number, ...parts: string[]): string =>
    stableSuffix(length, kind, namespace, name, revision, ...parts);
  switch (kind) {
    case 'Deployment': {
      const hash = suffix(10);
      const replicaSet = `${name}-${hash}`;
      return {
        owner: ownerReference('ReplicaSet', namespace, replicaSet),
        hash,
        nameOf: (index) => `${replicaSet}-${suffix(5, String(index))}`,
      };
    }
    case 'StatefulSet':
      return { owner: ownerReference('StatefulSet', namespace, name), nameOf: (index) => `${name}-${index}` };
    case 'DaemonSet':
    case 'Job':
      return {
        owner: ownerReference(kind, namespace, name),
        nameOf: (index) => `${name}-${suffix(5, String(index))}`,
      };
    case 'CronJob': {
      // Names of a CronJob's jobs end in the minute they were planned for.
      const job = `${name}-29341440`;
      return { owner: ownerReference('Job', namespace, job), nameOf: (index) => `${job}-${suffix(5, String(index))}` };
    }
    case 'Pod':
      return { nameOf: () => name };
  }
}

function podAddress(namespace: string, name: string): string {
  const digits = stableUid('ip', namespace, name);
  return `10.0.${Number.parseInt(digits.slice(0, 2), 16)}.${Number.parseInt(digits.slice(2, 4), 16)}`;
}

/** Environment and volumes as the webhook leaves them, bound to a node and running. */
export function runningPod(
  manifests: Manifests,
  bare: { namespace: string; name: string; spec: PodSpec; labels: Record<string, string>; owner?: OwnerReference },
  more: {
    node: string;
    created: string;
    uid: string;
    annotations?: Readonly<Record<string, string>>;
    accountAnnotations: Readonly<Record<string, string>> | undefined;
    injected: ReturnType<typeof injectionFor>;
  },
): KubernetesObject {
  const { namespace, name, spec } = bare;
  const node = manifests.node(more.node);
  const webhookLabels = inject(spec, more.injected, {
    annotations: more.accountAnnotations ?? {},
    podAnnotations: more.annotations ?? {},
    region: manifests.scenario.cluster.region,
  });
  const finished = spec.restartPolicy === 'OnFailure';
  const address = podAddress(namespace, name);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: more.uid,
      creationTimestamp: more.created,
      labels: {
        ...bare.labels,
        ...webhookLabels,
        ...(node?.fargateProfile ? { 'eks.amazonaws.com/fargate-profile': node.fargateProfile } : {}),
      },
      ...(more.annotations ? { annotations: { ...more.annotations } } : {}),
      ...(bare.owner ? { ownerReferences: [bare.owner] } : {}),
    },
    spec: {
      ...spec,
      volumes: [
        ...(spec.volumes ?? []),
        {
          name: 'kube-api-access',
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }],
          },
        },
      ],
      nodeName: more.node,
      ...(node?.fargateProfile ? { schedulerName: 'fargate-scheduler' } : {}),
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
      enableServiceLinks: true,
    },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: more.created,
      })),
      hostIP: address,
      podIP: address,
      podIPs: [{ ip: address }],
      startTime: more.created,
      qosClass: 'Burstable',
      containerStatuses: spec.containers.map((container) => ({
        name: container.name,
        image: container.image,
        imageID: `${String(container.image)}@sha256:${stableUid(String(container.image)).replaceAll('-', '')}`,
        containerID: `containerd://${stableUid(namespace, name, container.name).replaceAll('-', '')}`,
        ready: true,
        started: true,
        restartCount: finished ? 1 : 0,
        lastState: {},
        state: { running: { startedAt: more.created } },
      })),
    },
  };
}

function podOf(manifests: Manifests, workload: WorkloadRecord, pod: PodRecord, index: number): KubernetesObject {
  const naming = podNaming(workload);
  const { namespace } = workload;
  const name = naming.nameOf(index);
  const annotations = manifests.annotationsOf(namespace, workload.serviceAccount);
  return runningPod(
    manifests,
    {
      namespace,
      name,
      spec: templateSpec(workload),
      labels: { ...labelsOf(workload), ...(naming.hash ? { 'pod-template-hash': naming.hash } : {}) },
      ...(naming.owner ? { owner: naming.owner } : {}),
    },
    {
      node: pod.node,
      created: manifests.at(pod.ageMinutes),
      uid: stableUid('Pod', namespace, name),
      ...(workload.podAnnotations ? { annotations: workload.podAnnotations } : {}),
      accountAnnotations: annotations,
      injected: pod.injected ?? injectionFor(annotations, manifests.hasAssociation(namespace, workload.serviceAccount)),
    },
  );
}

function controllerOf(manifests: Manifests, workload: WorkloadRecord): KubernetesObject {
  const { kind, namespace, name } = workload;
  const replicas = workload.pods.length;
  const selector = { matchLabels: labelsOf(workload) };
  const template = templateOf(workload);
  const base = {
    apiVersion: apiVersions[kind] ?? 'v1',
    kind,
    metadata: {
      name,
      namespace,
      uid: stableUid(kind, namespace, name),
      generation: 1,
      creationTimestamp: manifests.at(workload.ageMinutes),
      labels: labelsOf(workload),
      ...(workload.annotations ? { annotations: { ...workload.annotations } } : {}),
    },
  };
  const counts = {
    observedGeneration: 1,
    replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    updatedReplicas: replicas,
  };
  switch (kind) {
    case 'Deployment':
      return {
        ...base,
        spec: { replicas, selector, template, strategy: { type: 'RollingUpdate' } },
        status: {
          ...counts,
          conditions: [{ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }],
        },
      };
    case 'StatefulSet':
      return {
        ...base,
        spec: { replicas, selector, serviceName: name, template },
        status: { ...counts, currentReplicas: replicas },
      };
    case 'DaemonSet':
      return {
        ...base,
        spec: { selector, template, updateStrategy: { type: 'RollingUpdate' } },
        status: {
          observedGeneration: 1,
          currentNumberScheduled: replicas,
          desiredNumberScheduled: replicas,
          numberAvailable: replicas,
          numberMisscheduled: 0,
          numberReady: replicas,
          updatedNumberScheduled: replicas,
        },
      };
    case 'Job':
      return {
        ...base,
        spec: { completions: 1, parallelism: 1, backoffLimit: 6, selector, template },
        status: { active: replicas, ready: replicas, startTime: manifests.at(workload.ageMinutes) },
      };
    case 'CronJob':
      return {
        ...base,
        spec: {
          schedule: '0 * * * *',
          suspend: false,
          concurrencyPolicy: 'Forbid',
          jobTemplate: { metadata: {}, spec: { template } },
        },
        status: { lastScheduleTime: manifests.at(workload.pods[0]?.ageMinutes ?? 60) },
      };
    case 'Pod':
      throw new Error('a pod has no controller');
  }
}

/** The ReplicaSet between a Deployment and its pods. */
export function replicaSetOf(deployment: KubernetesObject, hash: string, created: string): KubernetesObject {
  const { namespace = 'default', name, labels } = deployment.metadata;
  const spec = deployment.spec as { replicas: number; template: { metadata: Record<string, unknown> } };
  const ownLabels = { ...labels, 'pod-template-hash': hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      uid: stableUid('ReplicaSet', namespace, `${name}-${hash}`),
      generation: 1,
      creationTimestamp: created,
      labels: ownLabels,
      annotations: { 'deployment.kubernetes.io/revision': '1' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name,
          uid: deployment.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: ownLabels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels: ownLabels } },
    },
    status: {
      observedGeneration: 1,
      replicas: spec.replicas,
      readyReplicas: spec.replicas,
      availableReplicas: spec.replicas,
      fullyLabeledReplicas: spec.replicas,
    },
  };
}

function jobOfCronJob(manifests: Manifests, workload: WorkloadRecord, name: string): KubernetesObject {
  const created = manifests.at(workload.pods[0]?.ageMinutes ?? 60);
  const { namespace } = workload;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace,
      uid: stableUid('Job', namespace, name),
      generation: 1,
      creationTimestamp: created,
      labels: labelsOf(workload),
      ownerReferences: [ownerReference('CronJob', namespace, workload.name)],
    },
    spec: {
      completions: 1,
      parallelism: 1,
      selector: { matchLabels: labelsOf(workload) },
      template: templateOf(workload),
    },
    status: { active: workload.pods.length, ready: workload.pods.length, startTime: created },
  };
}

function seedWorkload(manifests: Manifests, store: Store, workload: WorkloadRecord): void {
  const { kind, namespace, name } = workload;
  const put = (resource: string, object: string, make: () => KubernetesObject): void =>
    store.collection(resource).seed(`${namespace}/${object}`, make);
  const naming = podNaming(workload);
  if (kind !== 'Pod') {
    put(`${kind.toLowerCase()}s`, name, () => controllerOf(manifests, workload));
  }
  if (kind === 'Deployment' && naming.hash && naming.owner) {
    const { hash } = naming;
    put('replicasets', naming.owner.name, () =>
      replicaSetOf(controllerOf(manifests, workload), hash, manifests.at(workload.ageMinutes)),
    );
  }
  if (kind === 'CronJob' && naming.owner) {
    const job = naming.owner.name;
    put('jobs', job, () => jobOfCronJob(manifests, workload, job));
  }
  for (const [index, pod] of workload.pods.entries()) {
    put('pods', naming.nameOf(index), () => podOf(manifests, workload, pod, index));
  }
}

function nodeOf(manifests: Manifests, node: NodeRecord): KubernetesObject {
  const created = manifests.at(node.ageMinutes);
  const address =
    node.name
      .match(/ip-(\d+)-(\d+)-(\d+)-(\d+)/)
      ?.slice(1)
      .join('.') ?? '10.0.0.1';
  const { region, account, name: cluster } = manifests.scenario.cluster;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      uid: stableUid('Node', node.name),
      creationTimestamp: created,
      labels: {
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': node.os,
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/region': region,
        'topology.kubernetes.io/zone': node.zone,
        ...(node.nodeGroup
          ? { 'eks.amazonaws.com/nodegroup': node.nodeGroup, 'eks.amazonaws.com/capacityType': 'ON_DEMAND' }
          : {}),
        ...(node.fargateProfile ? { 'eks.amazonaws.com/compute-type': 'fargate' } : {}),
      },
      annotations: { 'demo.pod-iam/cluster': `${account}/${cluster}` },
    },
    spec: {
      providerID: `aws:///${node.zone}/${node.instanceId}`,
      ...(node.fargateProfile
        ? { taints: [{ key: 'eks.amazonaws.com/compute-type', value: 'fargate', effect: 'NoSchedule' }] }
        : {}),
    },
    status: {
      capacity: { cpu: '2', memory: '7934Mi', pods: '29' },
      allocatable: { cpu: '1930m', memory: '7244Mi', pods: '29' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: created,
          lastTransitionTime: created,
        },
      ],
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: node.name },
      ],
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: node.os === 'windows' ? '10.0.20348.3207' : '6.1.128-136.201.amzn2023.x86_64',
        osImage: node.os === 'windows' ? 'Windows Server 2022 Datacenter' : 'Amazon Linux 2023.6.20250218',
        containerRuntimeVersion: 'containerd://1.7.25',
        kubeletVersion: `v${manifests.scenario.cluster.version}.1-eks-5d632ec`,
        kubeProxyVersion: `v${manifests.scenario.cluster.version}.1-eks-5d632ec`,
        operatingSystem: node.os,
        architecture: 'amd64',
      },
    },
  };
}

function webhookConfiguration(manifests: Manifests): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name: 'pod-identity-webhook',
      uid: stableUid('MutatingWebhookConfiguration', 'pod-identity-webhook'),
      generation: 1,
      creationTimestamp: manifests.at(manifests.scenario.cluster.ageMinutes),
    },
    webhooks: [
      {
        name: 'iam-for-pods.amazonaws.com',
        admissionReviewVersions: ['v1beta1'],
        clientConfig: { url: 'https://127.0.0.1:23443/mutate' },
        failurePolicy: 'Ignore',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {
          matchExpressions: [{ key: 'eks.amazonaws.com/skip-pod-identity-webhook', operator: 'DoesNotExist' }],
        },
        reinvocationPolicy: 'IfNeeded',
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: '*' }],
        sideEffects: 'None',
        timeoutSeconds: 10,
      },
    ],
  };
}

function seedEvents(manifests: Manifests, pods: Collection, events: Collection): void {
  for (const [index, event] of manifests.scenario.events.entries()) {
    // An event names a workload; it is told of that workload's first pod.
    const owner = manifests.scenario.workloads.find(
      (each) => each.namespace === event.namespace && each.name === event.name,
    );
    const name = event.kind === 'Pod' && owner ? podNaming(owner).nameOf(0) : event.name;
    const about = pods.get(`${event.namespace}/${name}`)?.object;
    const object = `${name}.${stableUid(String(index)).slice(0, 16).replaceAll('-', '')}`;
    events.seed(`${event.namespace}/${object}`, () => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: object,
        namespace: event.namespace,
        uid: stableUid('Event', event.namespace, object),
        creationTimestamp: manifests.at(event.ageMinutes),
      },
      involvedObject: {
        apiVersion: 'v1',
        kind: event.kind,
        namespace: event.namespace,
        name,
        ...(about?.metadata.uid ? { uid: about.metadata.uid } : {}),
      },
      type: event.type,
      reason: event.reason,
      message: event.message,
      count: 1,
      firstTimestamp: manifests.at(event.ageMinutes),
      lastTimestamp: manifests.at(event.ageMinutes),
      eventTime: null,
      reportingComponent: '',
      reportingInstance: '',
      source: { component: 'kubelet' },
    }));
  }
}

/** Fills a store with everything that the scenario's cluster holds. */
export function seedStore(manifests: Manifests, store: Store): void {
  const { scenario } = manifests;
  for (const name of scenario.namespaces) {
    store.collection('namespaces').seed(name, () => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        uid: stableUid('Namespace', name),
        creationTimestamp: manifests.at(scenario.cluster.ageMinutes),
        labels: { 'kubernetes.io/metadata.name': name },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    }));
    store.collection('configmaps').seed(`${name}/kube-root-ca.crt`, () => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace: name,
        uid: stableUid('ConfigMap', name, 'kube-root-ca.crt'),
        creationTimestamp: manifests.at(scenario.cluster.ageMinutes),
      },
      data: { issuer: `https://${issuerHost(scenario.cluster)}` },
    }));
  }
  for (const node of scenario.nodes) {
    store.collection('nodes').seed(node.name, () => nodeOf(manifests, node));
  }
  for (const account of scenario.serviceAccounts) {
    const { namespace, name } = account;
    store.collection('serviceaccounts').seed(objectKey({ namespaced: true }, namespace, name), () => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name,
        namespace,
        uid: stableUid('ServiceAccount', namespace, name),
        creationTimestamp: manifests.at(account.ageMinutes),
        ...(account.annotations ? { annotations: { ...account.annotations } } : {}),
      },
    }));
  }
  for (const workload of scenario.workloads) {
    seedWorkload(manifests, store, workload);
  }
  store.collection('mutatingwebhookconfigurations').seed('pod-identity-webhook', () => webhookConfiguration(manifests));
  seedEvents(manifests, store.collection('pods'), store.collection('events'));
}

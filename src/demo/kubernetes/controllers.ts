import { type Manifests, podNaming, replicaSetOf, runningPod } from './manifests.js';
import { type KubernetesObject, stableUid } from './objects.js';
import type { Store } from './store.js';
import { injectionFor, type PodSpec } from './webhook.js';

const owners: Readonly<Record<string, string>> = {
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  Job: 'jobs',
};

interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

/**
 * Stands in for the controllers, the scheduler and the webhook: pods that go are replaced, and a changed template
 * brings new pods, with the identity that the webhook injects at that moment.
 */
export class Controllers {
  private revisions = 0;

  constructor(
    private readonly store: Store,
    private readonly manifests: Manifests,
    private readonly now: () => Date,
    private readonly associated: (namespace: string, serviceAccount: string) => boolean,
  ) {}

  /** A pod as it is after admission, scheduling and start. */
  startPod(pod: KubernetesObject, preferredNode?: string): KubernetesObject {
    const namespace = pod.metadata.namespace ?? 'default';
    const { name, labels = {}, annotations, ownerReferences } = pod.metadata;
    const spec = structuredClone(pod.spec) as PodSpec;
    spec.serviceAccountName ??= 'default';
    const account = this.store.collection('serviceaccounts').get(`${namespace}/${spec.serviceAccountName}`)?.object;
    const skip = labels['eks.amazonaws.com/skip-pod-identity-webhook'] !== undefined;
    this.revisions += 1;
    const [owner] = ownerReferences ?? [];
    return runningPod(
      this.manifests,
      { namespace, name, spec, labels, ...(owner ? { owner } : {}) },
      {
        node: preferredNode ?? this.manifests.scenario.nodes[0]?.name ?? 'node',
        created: `${this.now().toISOString().slice(0, 19)}Z`,
        uid: stableUid('Pod', namespace, name, String(this.revisions)),
        ...(annotations ? { annotations } : {}),
        accountAnnotations: account?.metadata.annotations,
        injected: skip
          ? { mechanism: 'none' }
          : injectionFor(account?.metadata.annotations, this.associated(namespace, spec.serviceAccountName)),
      },
    );
  }

  /** Puts a new pod in the place of one that was deleted, if something owns it. */
  replacePod(pod: KubernetesObject): void {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    const resource = owner && owners[owner.kind];
    const namespace = pod.metadata.namespace ?? 'default';
    const controller = resource && this.store.collection(resource).get(`${namespace}/${owner.name}`)?.object;
    if (!owner || !controller) {
      return;
    }
    const template = (controller.spec as { template: Template }).template;
    this.revisions += 1;
    const name =
      owner.kind === 'StatefulSet'
        ? pod.metadata.name
        : `${owner.name}-${podNaming({ kind: 'Job', namespace, name: owner.name }, String(this.revisions)).nameOf(0).slice(-5)}`;
    const created = this.startPod(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name,
          namespace,
          labels: { ...template.metadata?.labels },
          ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
          ownerReferences: [owner],
        },
        spec: template.spec,
      },
      (pod.spec as { nodeName?: string }).nodeName,
    );
    this.store.collection('pods').put(`${namespace}/${name}`, created);
  }

  /** Rolls a Deployment, StatefulSet or DaemonSet out if its template changed. */
  rollOut(before: KubernetesObject, after: KubernetesObject): void {
    const templateOf = (object: KubernetesObject): Template | undefined =>
      (object.spec as { template?: Template } | undefined)?.template;
    if (JSON.stringify(templateOf(before)) === JSON.stringify(templateOf(after))) {
      return;
    }
    const { namespace = 'default', uid } = after.metadata;
    const pods = this.store.collection('pods');
    let ownerUids = [uid];
    if (after.kind === 'Deployment') {
      ownerUids = this.replaceReplicaSet(after);
    }
    for (const { object } of pods.all()) {
      const owner = object.metadata.ownerReferences?.[0];
      if (object.metadata.namespace !== namespace || !owner || !ownerUids.includes(owner.uid)) {
        continue;
      }
      pods.delete(`${namespace}/${object.metadata.name}`);
      const current = after.kind === 'Deployment' ? this.currentReplicaSet(after) : undefined;
      this.replacePod(
        current
          ? {
              ...object,
              metadata: {
                ...object.metadata,
                ownerReferences: [{ ...owner, name: current.metadata.name, uid: current.metadata.uid ?? '' }],
              },
            }
          : object,
      );
    }
  }

  private replicaSetsOf(deployment: KubernetesObject): KubernetesObject[] {
    return this.store
      .collection('replicasets')
      .all()
      .map(({ object }) => object)
      .filter((each) => each.metadata.ownerReferences?.[0]?.uid === deployment.metadata.uid);
  }

  private currentReplicaSet(deployment: KubernetesObject): KubernetesObject | undefined {
    return this.replicaSetsOf(deployment).find((each) => (each.spec as { replicas: number }).replicas > 0);
  }

  /** Scales the ReplicaSets there are to nothing, adds one for the new template, returns the old ones' ids. */
  private replaceReplicaSet(deployment: KubernetesObject): string[] {
    const { namespace = 'default', name } = deployment.metadata;
    const replicaSets = this.store.collection('replicasets');
    const old = this.replicaSetsOf(deployment);
    for (const each of old) {
      replicaSets.put(`${namespace}/${each.metadata.name}`, {
        ...each,
        spec: { ...(each.spec as object), replicas: 0 },
        status: { observedGeneration: 1, replicas: 0 },
      });
    }
    this.revisions += 1;
    const { hash = '' } = podNaming({ kind: 'Deployment', namespace, name }, String(this.revisions));
    const created = replicaSetOf(deployment, hash, `${this.now().toISOString().slice(0, 19)}Z`);
    replicaSets.put(`${namespace}/${created.metadata.name}`, created);
    return old.map(({ metadata }) => metadata.uid ?? '');
  }
}

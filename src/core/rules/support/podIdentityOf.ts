import type { Association, Workload } from '../../facts/model.js';
import { display } from '../../syntax/text.js';
import type { Named, Whereabouts } from '../../workspace/keys.js';
import type { PlacedWorkload, Workspace } from '../../workspace/workspace.js';

/** What the webhook gives to a workload's pods, where the workspace surely tells. */
export interface PodIdentity {
  readonly mechanism: 'irsa' | 'pod-identity';
  /** As in messages: `etl/importer`. */
  readonly account: string;
  readonly association?: Association;
}

/** The workload as it is deployed; for a patch the one that it changes. */
export function deployed(workload: Workload, workspace: Workspace): PlacedWorkload | undefined {
  const own = workspace.workloadOf(workload);
  if (own) return own;
  const name = workload.metadata.name;
  return name && workspace.workloadsNamed(name.raw).find(({ fact }) => fact.kind === workload.kind);
}

/** Undefined where a variant gets nothing, or something else than the others, or it is not known. */
export function podIdentityOf(workload: Workload, workspace: Workspace): PodIdentity | undefined {
  const placed = deployed(workload, workspace);
  if (!placed) return undefined;
  const answers = placed.variants.map(({ namespace, serviceAccountName }) =>
    serviceAccountName ? identityOf({ namespace, name: serviceAccountName }, placed.fact, workspace) : undefined,
  );
  const [first] = answers;
  return first && answers.every((answer) => answer?.mechanism === first.mechanism) ? first : undefined;
}

function identityOf(wanted: Named, from: Whereabouts, workspace: Workspace): PodIdentity | undefined {
  const account = display(wanted.name);
  const [association] = workspace.associationsNaming(wanted);
  if (association) return { mechanism: 'pod-identity', account, association };
  const annotated = workspace.accountsMeant(wanted, from).some(({ variant }) => variant.roleArn !== undefined);
  return annotated ? { mechanism: 'irsa', account } : undefined;
}

import type { Association, Workload } from '../../facts/model.js';
import { display, literalOf, sameText, type Ternary, type Text } from '../../syntax/text.js';
import { type ObjectNode, placeOf } from '../../syntax/tree.js';
import { directoryOf } from '../../workspace/paths.js';
import type { Account, AccountVariant, PlacedWorkload, Workspace } from '../../workspace/workspace.js';

/** What the webhook gives to a workload's pods, where the workspace surely tells. */
export interface PodIdentity {
  readonly mechanism: 'irsa' | 'pod-identity';
  /** As in messages: `etl/importer`. */
  readonly account: string;
  readonly association?: Association;
}

interface Named {
  readonly namespace: Text;
  readonly name: Text;
}

/** What a fact is part of: what is not said in two objects of one chart or folder is the same in both. */
interface Whereabouts {
  readonly node: ObjectNode;
  readonly chart?: string;
}

/** The workload as it is deployed; for a patch the one that it changes. */
export function deployed(workload: Workload, workspace: Workspace): PlacedWorkload | undefined {
  const own = workspace.workloadOf(workload);
  if (own) return own;
  const name = workload.metadata.name;
  return workspace
    .workloads()
    .find(({ fact }) => fact.kind === workload.kind && name !== undefined && fact.metadata.name?.raw === name.raw);
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
  const association = workspace
    .associations()
    .find(
      ({ namespace, serviceAccount }) =>
        namespace &&
        serviceAccount &&
        sameText(namespace.text, wanted.namespace) === 'yes' &&
        sameText(serviceAccount.text, wanted.name) === 'yes',
    );
  if (association) return { mechanism: 'pod-identity', account, association };
  const annotated = accountsMeant(wanted, from, workspace).some(({ variant }) => variant.roleArn !== undefined);
  return annotated ? { mechanism: 'irsa', account } : undefined;
}

/** The accounts of the workspace that a name surely means. */
export function accountsMeant(
  wanted: Named,
  from: Whereabouts,
  workspace: Workspace,
): { readonly account: Account; readonly variant: AccountVariant }[] {
  const [namespace, name] = [literalOf(wanted.namespace), literalOf(wanted.name)];
  const candidates =
    namespace === undefined || name === undefined ? workspace.accounts() : workspace.accountsNamed(namespace, name);
  return candidates.flatMap((account) =>
    account.variants.flatMap((variant) =>
      sameAccount(wanted, variant, areTogether(from, account.fact)) === 'yes' ? [{ account, variant }] : [],
    ),
  );
}

export function sameAccount(a: Named, b: Named, together: boolean): Ternary {
  const answers = [same(a.namespace, b.namespace, together), same(a.name, b.name, together)];
  if (answers.includes('no')) return 'no';
  return answers.every((answer) => answer === 'yes') ? 'yes' : 'maybe';
}

function same(a: Text, b: Text, together: boolean): Ternary {
  return together && display(a) === display(b) ? 'yes' : sameText(a, b);
}

export function areTogether(a: Whereabouts, b: Whereabouts): boolean {
  if (a.chart !== undefined || b.chart !== undefined) return a.chart === b.chart;
  return directoryOf(placeOf(a.node).file) === directoryOf(placeOf(b.node).file);
}

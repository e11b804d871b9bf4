/**
 * Drift: what the files of the workspace say and the cluster does not, and the other way round. Pure. Only what is surely
 * different is told; what a template fills in or nobody could read is none.
 */
import type { Association, Role, TrustPolicy } from '../facts/model.js';
import { CannotWrite } from '../refactorings/refactoring.js';
import { setStatements } from '../refactorings/statements.js';
import { removeMember, setAnnotation } from '../rules/support/annotationEdits.js';
import { tagsDisabled } from '../rules/support/associations.js';
import { arnOfRole } from '../rules/support/roleArns.js';
import { type Edit, type Json, replaceString, replaceValue } from '../syntax/edits.js';
import { display, fits, hasHole, literalOf, type Text } from '../syntax/text.js';
import { type Place, placeOf, type StringNode, type SyntaxNode } from '../syntax/tree.js';
import type { Account, AccountVariant, Workspace } from '../workspace/workspace.js';
import { compareTrust, usersByRole } from './driftTrust.js';
import type { LiveAccount, LiveAssociation, LiveView } from './driftView.js';

export type DriftKind =
  | 'account-only-in-file'
  | 'account-only-live'
  | 'annotation'
  | 'association-only-in-file'
  | 'association-only-live'
  | 'association'
  | 'trust-policy';

export interface Drift {
  readonly kind: DriftKind;
  readonly severity: 'warning' | 'information' | 'hint';
  readonly message: string;
  /** For a row: `the cluster has …/other`. */
  readonly short: string;
  /** What it is about. */
  readonly namespace?: string;
  readonly name?: string;
  readonly roleArn?: string;
  /** Where the file says it; absent for what only the cluster has. */
  readonly place?: Place;
  /** Makes the file say what the cluster has; absent where the file has no place for it or a template says it. */
  readonly pull?: { readonly title: string; readonly edits: readonly Edit[] };
  /** A manifest of what only the cluster has; made when somebody asks. */
  readonly manifest?: () => string;
}

export interface DriftReport {
  readonly context: string;
  readonly drifts: readonly Drift[];
  /** Service accounts of the files that were compared. */
  readonly compared: number;
  /** Those of the files whose namespace or name a template fills in. */
  readonly notCompared: number;
}

const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

/** So many cheap steps are made as one. */
const SLICE = 100;

/** One service account of the cluster as the files have it; several overlays may say different things of it. */
interface FileAccount {
  readonly account: Account;
  readonly variant: AccountVariant;
}

export function findDrift(workspace: Workspace, view: LiveView): DriftReport {
  const steps = driftSteps(workspace, view);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in small steps, for hosts that must stay responsive; the files must not change in between. */
export function* driftSteps(workspace: Workspace, view: LiveView): Generator<void, DriftReport, void> {
  const files = new Map<string, FileAccount[]>();
  const namespaces = new Set<string>();
  const loose = new Set<string>();
  let notCompared = 0;
  for (const account of workspace.accounts()) {
    for (const variant of account.variants) {
      const namespace = literalOf(variant.namespace);
      const name = literalOf(variant.name);
      if (namespace !== undefined) namespaces.add(namespace);
      if (namespace === undefined || name === undefined) {
        notCompared++;
        if (name !== undefined) loose.add(name);
        continue;
      }
      const key = `${namespace}/${name}`;
      files.set(key, [...(files.get(key) ?? []), { account, variant }]);
    }
  }
  const associations = ownAssociations(workspace, view);
  const drifts: Drift[] = [];
  for (const [key, all] of files) {
    const live = view.accounts.get(key);
    drifts.push(...accountDrift(key, all, live, view));
    if (live?.association && !live.association.ownerArn && !associations.has(key))
      drifts.push(...unwrittenAssociation(key, all, live.association, workspace, view));
    yield;
  }
  for (const [key, all] of associations) {
    drifts.push(...associationDrift(key, all, workspace, view));
    yield;
  }
  for (const live of view.accounts.values()) {
    const key = `${live.namespace}/${live.name}`;
    const known = files.has(key) || associations.has(key) || loose.has(live.name) || !namespaces.has(live.namespace);
    if (!known && (live.roleArn !== undefined || (live.association && !live.association.ownerArn)))
      drifts.push(onlyLive(live, view));
    if (drifts.length % SLICE === 0) yield;
  }
  yield;
  const users = usersByRole(view);
  const arns = arnsByName(view);
  for (const role of workspace.roles()) {
    drifts.push(...trustDrift(role, users, arns, view));
    yield;
  }
  return { context: view.context, drifts, compared: files.size, notCompared };
}

// ── Service accounts ───────────────────────────────────────────────────────────────────────────────────────────────────

function accountDrift(
  key: string,
  all: readonly FileAccount[],
  live: LiveAccount | undefined,
  view: LiveView,
): Drift[] {
  const [first] = all;
  if (!first) return [];
  const [namespace, name] = key.split('/') as [string, string];
  const who = { namespace, name };
  const { account, variant } = first;
  const place = placeOf(account.fact.metadata.name ?? account.fact.node);
  if (!live?.seen) {
    if (live || !view.isListed(namespace)) return [];
    return [
      {
        kind: 'account-only-in-file',
        severity: 'information',
        ...who,
        place,
        short: `not in ${view.context}`,
        message: `${key} is in the file, but ${view.context} has no such service account.`,
      },
    ];
  }
  // One that agrees is enough: the others may be for other clusters.
  if (all.some((each) => agrees(each, live.roleArn))) return [];
  const typed = variant.roleArn && display(variant.roleArn.text);
  const pull = annotationPull(first, live.roleArn);
  const common = {
    kind: 'annotation' as const,
    severity: 'warning' as const,
    ...who,
    place: variant.roleArn ? placeOf(variant.roleArn) : place,
    ...(pull.length === 0 ? {} : { pull: { title: pullTitle(live.roleArn, view), edits: pull } }),
  };
  if (live.roleArn === undefined)
    return [
      {
        ...common,
        short: 'annotation is not in the cluster',
        message: `The file annotates ${key} with '${typed}', but in ${view.context} it has no role annotation.`,
      },
    ];
  return [
    {
      ...common,
      roleArn: live.roleArn,
      short: `${view.context} has ${shortRole(live.roleArn)}`,
      message:
        typed === undefined
          ? `In ${view.context}, ${key} is annotated with '${live.roleArn}'; the file has no role annotation.`
          : `In ${view.context}, ${key} is annotated with '${live.roleArn}', in the file with '${typed}'.`,
    },
  ];
}

function agrees({ account, variant }: FileAccount, live: string | undefined): boolean {
  const { roleArn, open } = variant;
  // The tool that makes the account makes the annotation too, for a role that it names itself.
  if (account.fact.managed && roleArn === undefined) return true;
  if (roleArn === undefined) return live === undefined || open;
  return live === undefined ? false : fitsText(roleArn.text, live);
}

function fitsText(text: Text, value: string): boolean {
  return hasHole(text) ? fits(text, value) : literalOf(text) === value;
}

function annotationPull({ account, variant }: FileAccount, live: string | undefined): readonly Edit[] {
  const { fact } = account;
  const { roleArn } = variant;
  if (fact.managed) return [];
  if (roleArn && hasHole(roleArn.text)) return [];
  if (live !== undefined)
    return roleArn ? [replaceString(roleArn, live)] : setAnnotation(fact.metadata, fact.node, ROLE_ANNOTATION, live);
  const annotation = variant.annotations.findLast(({ value }) => value === roleArn);
  return annotation ? removeMember(annotation.key) : [];
}

function pullTitle(live: string | undefined, view: LiveView): string {
  return live === undefined
    ? `Take the annotation out, as in ${view.context}`
    : `Take '${shortRole(live)}' over from ${view.context}`;
}

function onlyLive(live: LiveAccount, view: LiveView): Drift {
  const { namespace, name, roleArn, association } = live;
  const by =
    roleArn === undefined ? `an association with ${shortRole(association?.roleArn ?? 'a role')}` : shortRole(roleArn);
  return {
    kind: 'account-only-live',
    severity: 'information',
    namespace,
    name,
    ...(roleArn === undefined ? {} : { roleArn }),
    short: 'not in the files',
    message: `${view.context} has ${namespace}/${name} with ${by}; no file of this workspace names it.`,
    manifest: () => manifestOf(live),
  };
}

/** What `kubectl apply` would take. */
function manifestOf({ namespace, name, roleArn }: LiveAccount): string {
  return [
    'apiVersion: v1',
    'kind: ServiceAccount',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    ...(roleArn === undefined ? [] : ['  annotations:', `    ${ROLE_ANNOTATION}: ${yamlString(roleArn)}`]),
    '',
  ].join('\n');
}

function yamlString(value: string): string {
  return /^arn:[\w:/+=,.@-]+$/.test(value) ? value : JSON.stringify(value);
}

// ── Associations ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Those of the files that are for this cluster, or do not say for which, by `namespace/name`. */
function ownAssociations(workspace: Workspace, view: LiveView): Map<string, Association[]> {
  const found = new Map<string, Association[]>();
  for (const association of workspace.associations()) {
    const namespace = association.namespace && literalOf(association.namespace.text);
    const name = association.serviceAccount && literalOf(association.serviceAccount.text);
    const cluster = association.clusterName && literalOf(association.clusterName.text);
    if (namespace === undefined || name === undefined || association.addon !== undefined) continue;
    if (cluster !== undefined && view.clusterName !== undefined && cluster !== view.clusterName) continue;
    const key = `${namespace}/${name}`;
    found.set(key, [...(found.get(key) ?? []), association]);
  }
  return found;
}

function unwrittenAssociation(
  key: string,
  all: readonly FileAccount[],
  live: LiveAssociation,
  workspace: Workspace,
  view: LiveView,
): Drift[] {
  // Another one of the files may be meant for it, its names filled in by a template.
  if (all.some(({ account }) => workspace.associationsFor(account).length > 0)) return [];
  const [{ account }] = all as [FileAccount];
  const [namespace, name] = key.split('/') as [string, string];
  return [
    {
      kind: 'association-only-live',
      severity: 'information',
      namespace,
      name,
      ...(live.roleArn === undefined ? {} : { roleArn: live.roleArn }),
      place: placeOf(account.fact.metadata.name ?? account.fact.node),
      short: `association ${live.id} is not in the files`,
      message: `In ${view.context}, the association '${live.id}' gives ${key} ${live.roleArn ? `the role '${live.roleArn}'` : 'a role'}; no file of this workspace has it.`,
    },
  ];
}

function associationDrift(key: string, all: readonly Association[], workspace: Workspace, view: LiveView): Drift[] {
  const [first] = all;
  if (!first) return [];
  const live = view.accounts.get(key)?.association;
  const [namespace, name] = key.split('/') as [string, string];
  const place = placeOf(first.serviceAccount ?? first.node);
  if (!live) {
    if (!view.associationsKnown) return [];
    return [
      {
        kind: 'association-only-in-file',
        severity: 'warning',
        namespace,
        name,
        place,
        short: `no association in ${view.context}`,
        message: `The file associates ${key} with a role, but ${view.context} has no association for it.`,
      },
    ];
  }
  if (!live.described) return [];
  const candidates = all.map((association) => differencesOf(association, live, workspace));
  if (candidates.some((differences) => differences.length === 0)) return [];
  return candidates[0]!.map(({ field, file, live: inCluster, node, edit }) => ({
    kind: 'association' as const,
    severity: 'warning' as const,
    namespace,
    name,
    ...(live.roleArn === undefined ? {} : { roleArn: live.roleArn }),
    place: node ? placeOf(node) : place,
    short: `${field}: ${view.context} has ${shortRole(inCluster)}`,
    message: `The association of ${key} has ${field} '${inCluster}' in ${view.context}, and '${file}' in the file.`,
    ...(edit ? { pull: { title: `Take ${field} over from ${view.context}`, edits: [edit] } } : {}),
  }));
}

interface FieldDifference {
  readonly field: string;
  readonly file: string;
  readonly live: string;
  readonly node?: SyntaxNode;
  readonly edit?: Edit;
}

const NOTHING = 'nothing';

function differencesOf(association: Association, live: LiveAssociation, workspace: Workspace): FieldDifference[] {
  const differences: FieldDifference[] = [];
  const role = association.roleArn;
  if (role && live.roleArn !== undefined) {
    const found = hasHole(role.text) ? workspace.roleFor(role).found : undefined;
    const known = found && arnOfRole(found);
    const same = known?.known ? known.arn === live.roleArn : fitsText(role.text, live.roleArn);
    if (!same) differences.push(stringDifference('role', role, live.roleArn, known?.known ? known.arn : undefined));
  }
  const target = association.targetRoleArn;
  if (target && !fitsText(target.text, live.targetRoleArn ?? ''))
    differences.push(stringDifference('target role', target, live.targetRoleArn));
  if (!target && live.targetRoleArn !== undefined && !mayHaveMore(association))
    differences.push({ field: 'target role', file: NOTHING, live: live.targetRoleArn });
  const off = tagsDisabled(association);
  const liveOff = live.disableSessionTags === true;
  if (off !== undefined && off !== liveOff) {
    const node = association.disableSessionTags;
    differences.push({
      field: 'disabled session tags',
      file: String(off),
      live: String(liveOff),
      ...(node ? { node, edit: replaceValue(node, liveOff) } : {}),
    });
  }
  const policy = association.policy !== undefined;
  if (live.hasSessionPolicy !== undefined && !policy && live.hasSessionPolicy)
    differences.push({ field: 'session policy', file: NOTHING, live: 'a session policy' });
  if (policy && !live.hasSessionPolicy)
    differences.push({ field: 'session policy', file: 'a session policy', live: NOTHING, node: association.policy! });
  return differences;
}

/** Fields of it may be named elsewhere: a reference, a module's own. */
function mayHaveMore({ source }: Association): boolean {
  return source === 'terraform-module' || source === 'ack' || source === 'crossplane';
}

function stringDifference(
  field: string,
  node: StringNode,
  live: string | undefined,
  file: string = display(node.text),
): FieldDifference {
  return {
    field,
    file,
    live: live ?? NOTHING,
    node,
    ...(hasHole(node.text) || live === undefined ? {} : { edit: replaceString(node, live) }),
  };
}

// ── Trust policies ─────────────────────────────────────────────────────────────────────────────────────────────────────

function trustDrift(
  role: Role,
  users: ReadonlyMap<string, readonly LiveAccount[]>,
  arns: ReadonlyMap<string, readonly string[]>,
  view: LiveView,
): Drift[] {
  const policy = role.trustPolicy;
  const arn = policy && liveArnOf(role, arns);
  const live = arn === undefined ? undefined : view.trustPolicies.get(arn);
  const difference =
    policy && live && arn !== undefined
      ? compareTrust(policy, live.policy, arn, users.get(arn) ?? [], view)
      : undefined;
  if (!policy || !live || arn === undefined || !difference) return [];
  const { verdicts, statements } = difference;
  const edits = trustPull(policy, live.text);
  const common = {
    kind: 'trust-policy' as const,
    roleArn: arn,
    place: placeOf(role.name ?? policy.node),
    ...(edits.length === 0
      ? {}
      : { pull: { title: `Take the trust policy of '${shortRole(arn)}' over from AWS`, edits } }),
  };
  const [first] = verdicts;
  if (first) {
    const more = verdicts.length > 1 ? ` and ${verdicts.length - 1} more` : '';
    return [
      {
        ...common,
        severity: 'warning' as const,
        short: `trust differs for ${first.account}${more}`,
        message: `The trust policy of '${shortRole(arn)}' means something else in AWS: ${first.account}${more} is ${first.live} there and ${first.file} by the file.`,
      },
    ];
  }
  const only = statements?.onlyLive[0] ?? statements?.onlyFile[0] ?? '';
  const where = statements?.onlyLive[0] === undefined ? 'Only the file says' : 'Only AWS says';
  return [
    {
      ...common,
      severity: 'information' as const,
      short: 'trust policy is worded otherwise in AWS',
      message: `The trust policy of '${shortRole(arn)}' is another one in AWS, with the same verdict for every service account that uses it. ${where}: ${only}`,
    },
  ];
}

/** By its whole ARN; where the files do not tell the account, by name and path, if one role only is that. */
export function liveArnOf(role: Role, arns: ReadonlyMap<string, readonly string[]>): string | undefined {
  const own = arnOfRole(role);
  if (!own) return undefined;
  if (own.known) return own.arn;
  const found = arns.get(nameAndPath(own.arn)) ?? [];
  return found.length === 1 ? found[0] : undefined;
}

/** The ARNs of roles that were read, by their path and name. */
export function arnsByName(view: LiveView): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const arn of view.trustPolicies.keys()) {
    const name = nameAndPath(arn);
    found.set(name, [...(found.get(name) ?? []), arn]);
  }
  return found;
}

function nameAndPath(arn: string): string {
  return arn.slice(arn.indexOf(':role/'));
}

/** References of the file would be lost: then it is a person's to write. */
function trustPull(policy: TrustPolicy, live: string): readonly Edit[] {
  if (policy.open || policy.statements.some((statement) => statement.open || hasHoles(statement.node))) return [];
  const { Statement } = JSON.parse(live) as { Statement?: Json };
  if (typeof Statement !== 'object' || Statement === null) return [];
  try {
    return setStatements(policy, (Array.isArray(Statement) ? Statement : [Statement]) as { [element: string]: Json }[]);
  } catch (error) {
    if (error instanceof CannotWrite) return [];
    throw error;
  }
}

function hasHoles(node: SyntaxNode): boolean {
  switch (node.kind) {
    case 'string':
      return hasHole(node.text);
    case 'array':
      return node.items.some(hasHoles);
    case 'object':
      return node.properties.some(({ key, value }) => hasHole(key.text) || (value !== undefined && hasHoles(value)));
    default:
      return false;
  }
}

function shortRole(arn: string): string {
  return /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? arn;
}

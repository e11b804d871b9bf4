import type { TrustPolicy } from '../facts/model.js';
import { type Check, type Decision, type Evaluation, evaluate, type StatementTrace } from '../iam/evaluate.js';
import { isEksIssuer, parseProviderArn } from '../iam/issuer.js';
import { isNamespaceName, isServiceAccountName } from '../iam/names.js';
import { nearestMiss } from '../iam/nearestMiss.js';
import { type AccessRequest, irsaRequest, podIdentityRequest } from '../iam/request.js';
import { type Chain, type ChainDetail, type ChainLink, type Mark, tokenLinks } from '../identity/explain.js';
import { type Mechanism, type Resolution, resolve } from '../identity/resolve.js';
import { display, hasHole, onlyHole, type Text } from '../syntax/text.js';
import { booleanOf, outermost, type Place, placeOf, type SourceDocument, type SyntaxNode } from '../syntax/tree.js';
import { accountOf } from '../workspace/queries.js';
import type { Account, AccountVariant, PlacedWorkload, Workspace } from '../workspace/workspace.js';

/** A service account of the files with the identity its pods will get, as far as the files say. */
export interface FileIdentity {
  /** Holes as `${…}`. */
  readonly namespace: string;
  readonly name: string;
  readonly mechanism: Mechanism;
  readonly winner: Resolution['winner'];
  readonly roleArn?: string;
  readonly trust: Decision | 'not-checked';
  readonly status: 'ok' | 'warning' | 'error' | 'unknown';
  /** One line: the reason, not the category. */
  readonly summary: string;
  readonly reason: string;
  /** `namespace 'payment' ≠ 'payments'` */
  readonly nearestMiss?: string;
  /** Zero-based, of the statement that lets it in. */
  readonly statement?: number;
  /** Where its name stands. */
  readonly place: Place;
  readonly annotation?: Place;
  readonly association?: Place;
  readonly trustPolicy?: Place;
  /**
   * All that is its own, whole: account, annotation, association, trust policy, workloads. What the rules say there is said of
   * it.
   */
  readonly parts: readonly Place[];
  /** Workloads that run as it. */
  readonly workloads: readonly {
    readonly name: string;
    readonly kind: string;
    readonly place: Place;
    /** All of it. */
    readonly whole: Place;
  }[];
  readonly account: Account;
  readonly policy?: TrustPolicy;
  /** The explanation; made when somebody asks. */
  chain(): Chain;
}

/** Every service account of the files, by namespace and name; one that several overlays place is there once for each. */
export function identities(workspace: Workspace): FileIdentity[] {
  return workspace
    .accounts()
    .flatMap((account) => identitiesOf(account, workspace))
    .sort(byName);
}

/**
 * The same for hosts that give way now and then: accounts that are gone meanwhile are left out.
 * @param pause called after each account
 */
export async function identitiesInSlices(
  workspace: Workspace,
  pause: () => Promise<void> | undefined,
): Promise<FileIdentity[]> {
  const found: FileIdentity[] = [];
  for (const account of workspace.accounts()) {
    if (workspace.accountOf(account.fact) !== account) continue;
    found.push(...identitiesOf(account, workspace));
    const waiting = pause();
    if (waiting) await waiting;
  }
  return found.sort(byName);
}

function byName(a: FileIdentity, b: FileIdentity): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

/** The identities of one account. */
export function identitiesOf(account: Account, workspace: Workspace): FileIdentity[] {
  const workloads = workloadsByAccount(workspace);
  return account.variants.map((variant) => identityOf(account, variant, workspace, workloads));
}

/** What nothing in the files says is said to be unknown; a template's expression stands as it is. */
function shown(text: Text): string {
  const hole = onlyHole(text);
  return hole && hole.address === undefined && /^(?:namespace|name)$/.test(hole.expression)
    ? `(${hole.expression} not set)`
    : display(text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Workloads = ReadonlyMap<string, readonly (() => FileIdentity['workloads'][number])[]>;

/** The list is another one after each change. */
const byAccount = new WeakMap<readonly PlacedWorkload[], Workloads>();

function workloadsByAccount(workspace: Workspace): Workloads {
  const workloads = workspace.workloads();
  const known = byAccount.get(workloads);
  if (known) return known;
  const found = new Map<string, (() => FileIdentity['workloads'][number])[]>();
  for (const { fact, variants } of workloads) {
    for (const { namespace, name, serviceAccountName } of variants) {
      if (!serviceAccountName) continue;
      const key = `${shown(namespace)}/${shown(serviceAccountName)}`;
      // A document is moved by changes above it, so that its place is told when somebody asks.
      const told = () => ({
        name: display(name),
        kind: fact.kind,
        place: placeOf(fact.metadata.name ?? fact.node),
        whole: placeOf(fact.node),
      });
      const list = found.get(key);
      if (list) list.push(told);
      else found.set(key, [told]);
    }
  }
  byAccount.set(workloads, found);
  return found;
}

/** Stand for roles that have no name in the files. */
const OF_EKSCTL = 'a role of its own by eksctl';
const OF_THE_FILES = 'a role of these files';

function identityOf(
  account: Account,
  variant: AccountVariant,
  workspace: Workspace,
  workloads: Workloads,
): FileIdentity {
  const associations = workspace.associationsFor(account);
  const association = associations.find(({ certain }) => certain)?.association;
  const possible = associations.some(({ certain }) => !certain);
  const resolved = resolve({
    annotation: variant.roleArn ? display(variant.roleArn.text) : account.fact.managed && OF_EKSCTL,
    association: association && {
      roleArn: association.roleArn ? display(association.roleArn.text) : association.role && OF_THE_FILES,
    },
    associationsKnown: !possible,
    staticCredentials: false,
    node: { reach: 'none', why: 'files do not say what its nodes offer' },
  });
  const resolution =
    resolved.roleArn === OF_EKSCTL
      ? { ...resolved, reason: 'eksctl makes a role for it, with the annotation and the trust policy.' }
      : resolved;
  const reference =
    resolution.winner === 'pod-identity'
      ? association?.roleArn
      : resolution.winner === 'irsa'
        ? variant.roleArn
        : undefined;
  const address = resolution.winner === 'pod-identity' ? association?.role?.address : undefined;
  const match = reference
    ? workspace.roleFor(reference)
    : address === undefined
      ? undefined
      : workspace.roleFor({ address });
  const role = match?.found;
  const policy = role?.trustPolicy;
  const verdict =
    policy && judge(policy, requests(policy, resolution.winner, variant, association?.disableSessionTags));
  const managed = account.fact.managed || role?.managedTrust;
  const trust = managed ? 'allowed' : (verdict?.evaluation.decision ?? 'not-checked');
  const miss = verdict && trust === 'denied' ? nearestMiss(verdict.evaluation, verdict.request) : undefined;
  const allowed = verdict?.evaluation.statements.find(({ effect, matches }) => effect === 'Allow' && matches === 'yes');
  const namespace = shown(variant.namespace);
  const name = shown(variant.name);
  const runs = (workloads.get(`${namespace}/${name}`) ?? []).map((told) => told());
  // A reference says less to a person than the name of what it refers to.
  const isReference = reference !== undefined && hasHole(reference.text);
  const made = resolution.roleArn === OF_EKSCTL || resolution.roleArn === OF_THE_FILES;
  const roleArn =
    (isReference || made ? undefined : resolution.roleArn) ??
    (role?.name && display(role.name.text)) ??
    (made ? undefined : resolution.roleArn);
  const place = placeOf(account.fact.metadata.name ?? account.fact.node);
  const parts: Parts = {
    resolution,
    trust,
    ...(miss === undefined ? {} : { miss }),
    hasPolicy: policy !== undefined || managed === true,
  };
  return {
    namespace,
    name,
    mechanism: resolution.mechanism,
    winner: resolution.winner,
    ...(roleArn === undefined ? {} : { roleArn }),
    trust,
    status: statusOf(parts),
    summary: summaryOf(parts, roleArn ?? (made ? resolution.roleArn : undefined)),
    reason: resolution.reason,
    ...(miss === undefined ? {} : { nearestMiss: miss }),
    ...(allowed ? { statement: allowed.index } : {}),
    place,
    ...(variant.roleArn ? { annotation: placeOf(variant.roleArn) } : {}),
    ...(association ? { association: placeOf(association.serviceAccount ?? association.node) } : {}),
    ...(policy ? { trustPolicy: placeOf(policy.node), policy } : {}),
    parts: [
      ...[account.fact.node, account.fact.depends, variant.roleArn, association?.node, policy?.node].flatMap((node) =>
        node ? [placeOf(node)] : [],
      ),
      ...runs.map(({ whole }) => whole),
    ],
    workloads: runs,
    account,
    chain: () =>
      chainOf({
        namespace,
        name,
        resolution,
        roleArn,
        trust,
        miss,
        runs,
        account,
        variant,
        association: association?.serviceAccount ?? association?.node,
        policy,
        verdict,
      }),
  };
}

interface Parts {
  readonly resolution: Resolution;
  readonly trust: FileIdentity['trust'];
  readonly miss?: string;
  readonly hasPolicy: boolean;
}

function statusOf({ resolution, trust }: Parts): FileIdentity['status'] {
  if (trust === 'denied') return 'error';
  if (resolution.mechanism === 'both') return 'warning';
  if (resolution.winner === 'none') return resolution.certain ? 'ok' : 'unknown';
  return trust === 'allowed' && resolution.certain ? 'ok' : 'unknown';
}

const names: Readonly<Record<string, string>> = { irsa: 'IRSA', 'pod-identity': 'Pod Identity' };

function summaryOf({ resolution, trust, miss, hasPolicy }: Parts, roleArn: string | undefined): string {
  const mechanism = names[resolution.winner];
  if (!mechanism) return resolution.certain ? 'no role of its own' : 'no annotation; an association may exist';
  const start = `${mechanism} → ${roleArn === undefined ? 'unknown role' : shortRole(roleArn)}`;
  if (resolution.mechanism === 'both') return `${start} · annotation ignored`;
  if (trust === 'denied') return `trust denies${miss === undefined ? '' : `: ${miss}`} · ${start}`;
  if (trust === 'allowed') return start;
  return `${start} · ${hasPolicy ? 'trust unknown' : 'role is not in the workspace'}`;
}

function shortRole(arn: string): string {
  return /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? arn;
}

// ── Trust ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Verdict {
  readonly evaluation: Evaluation;
  readonly request: AccessRequest;
}

/** The files do not say which cluster it runs in, so each issuer that the policy names is tried. */
export function requests(
  policy: TrustPolicy,
  winner: Resolution['winner'],
  variant: AccountVariant,
  disableSessionTags?: SyntaxNode,
): AccessRequest[] {
  const { namespace, name: serviceAccount } = variant;
  if (winner === 'pod-identity') {
    const off = booleanOf(disableSessionTags);
    // A role for Pod Identity stands in the account of the cluster.
    const owner = policy.role && accountOf(policy.role);
    return [
      podIdentityRequest({
        namespace,
        serviceAccount,
        ...(owner === undefined ? {} : { account: [owner] }),
        ...(off === undefined ? {} : { disableSessionTags: off }),
      }),
    ];
  }
  const audience = audienceOf(variant);
  const providers = policy.statements
    .filter(({ effectValue }) => effectValue !== 'Deny')
    .flatMap(({ principals }) => principals.filter(({ type }) => type === 'Federated').map(({ value }) => value.text))
    .filter((text) => isEksProvider(text));
  const given = { namespace, serviceAccount, ...(audience ? { audience } : {}) };
  return providers.length === 0
    ? [irsaRequest(given)]
    : providers.map((providerArn) => irsaRequest({ ...given, providerArn }));
}

function audienceOf({ audience }: AccountVariant): Text | undefined {
  if (audience === undefined) return undefined;
  return audience.kind === 'string' ? audience.text : [{ expression: 'audience' }];
}

function isEksProvider(text: Text): boolean {
  const issuer = parseProviderArn(text)?.issuer;
  return issuer === undefined || isEksIssuer(issuer) !== 'no';
}

const rank: Readonly<Record<Decision, number>> = { allowed: 2, unknown: 1, denied: 0 };

function judge(policy: TrustPolicy, tries: readonly AccessRequest[]): Verdict | undefined {
  let best: Verdict | undefined;
  for (const request of tries) {
    const evaluation = evaluate(policy, request);
    if (!best || rank[evaluation.decision] > rank[best.evaluation.decision]) best = { evaluation, request };
  }
  return best;
}

// ── Who is let in ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The service accounts of the files whose role has this trust policy, by namespace and name. */
export function usersOf(policy: TrustPolicy, workspace: Workspace): readonly FileIdentity[] {
  const associated = workspace.rolesWith(policy).flatMap((role) =>
    workspace.associationsOf(role).flatMap(({ namespace, serviceAccount, node }) => {
      if (!namespace || !serviceAccount) return [];
      const meant = workspace.accountsMeant({ namespace: namespace.text, name: serviceAccount.text }, { node });
      return meant.map(({ account }) => account);
    }),
  );
  return [...new Set([...workspace.accountsUsing(policy), ...associated])]
    .flatMap((account) => identitiesOf(account, workspace))
    .filter((identity) => identity.policy === policy)
    .sort(byName);
}

/** ARNs, as the files name them, of the roles whose trust policies the files hold. */
export function rolesWithTrustPolicy(workspace: Workspace): ReadonlySet<string> {
  return new Set(
    identities(workspace).flatMap(({ roleArn, policy }) => (roleArn !== undefined && policy ? [roleArn] : [])),
  );
}

// ── Explanation ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Told {
  readonly namespace: string;
  readonly name: string;
  readonly resolution: Resolution;
  readonly roleArn: string | undefined;
  readonly trust: FileIdentity['trust'];
  readonly miss: string | undefined;
  readonly runs: FileIdentity['workloads'];
  readonly account: Account;
  readonly variant: AccountVariant;
  readonly association: SyntaxNode | undefined;
  readonly policy: TrustPolicy | undefined;
  readonly verdict: Verdict | undefined;
}

const decisions = { allowed: 'ALLOWED', denied: 'DENIED', unknown: 'UNKNOWN', 'not-checked': 'UNKNOWN' } as const;

function chainOf(told: Told): Chain {
  const { namespace, name, resolution, roleArn, runs, variant, account, association, policy, verdict } = told;
  const links: ChainLink[] = runs.map((run) => ({
    label: run.kind.toLowerCase(),
    text: `${run.name} runs as ${name}`,
    source: lineOf(run.place, account.fact.node.document),
  }));
  links.push({
    label: 'account',
    text: `${namespace}/${name}`,
    source: sourceOf(account.fact.metadata.name ?? account.fact.node),
  });
  if (variant.roleArn) {
    links.push({
      label: 'annotation',
      text: `eks.amazonaws.com/role-arn = ${display(variant.roleArn.text)}`,
      source: sourceOf(variant.roleArn),
      ...(resolution.mechanism === 'both' ? { note: 'ignored: the association wins', mark: 'no' as const } : {}),
    });
  }
  if (association)
    links.push({
      label: 'association',
      text: `gives it ${roleArn ?? 'a role that the files do not name'}`,
      source: sourceOf(association),
    });
  links.push({ label: 'mechanism', text: resolution.reason });
  if (verdict) {
    const { request, evaluation } = verdict;
    if (request.mechanism === 'irsa') {
      links.push(
        ...tokenLinks(
          request.issuer ? display(request.issuer) : 'unknown',
          `system:serviceaccount:${namespace}:${name}`,
          request.audience ? display(request.audience) : 'sts.amazonaws.com',
        ),
      );
    }
    for (const statement of evaluation.statements) links.push(statementLink(statement));
  } else if (resolution.winner !== 'none') {
    links.push({
      label: 'trust',
      text:
        told.trust === 'allowed'
          ? 'the tool that makes the role lets it in'
          : 'the role’s trust policy is not in the workspace',
      mark: told.trust === 'allowed' ? 'yes' : 'maybe',
    });
  }
  if (told.miss !== undefined)
    links.push({
      label: 'difference',
      text: told.miss,
      ...(verdict && policy ? { source: sourceOf(missedNode(verdict.evaluation) ?? policy.node) } : {}),
    });
  if (told.trust === 'denied') {
    links.push({
      label: 'what AWS says',
      text:
        resolution.winner === 'irsa'
          ? 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity'
          : 'AccessDeniedException: … is not authorized to perform: sts:AssumeRole',
    });
  }
  return {
    subject: `${namespace}/${name}`,
    target: roleArn ?? resolution.roleArn ?? 'no role of its own',
    verdict: resolution.winner === 'none' ? 'NO ROLE' : decisions[told.trust],
    links,
  };
}

/** The value that stands in the way, of the first statement that could let it in. */
function missedNode({ statements }: Evaluation): SyntaxNode | undefined {
  const missed = statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ checks }) => checks.filter(({ matches }) => matches === 'no'));
  return missed[0] && (missed[0].condition?.values[0] ?? missed[0].node);
}

export function statementLink({ index, effect, matches, checks, statement }: StatementTrace): ChainLink {
  const applies = matches === 'yes' ? 'matches' : matches === 'no' ? 'does not match' : 'may match';
  return {
    label: index === 0 ? 'trust' : '',
    text: `statement ${index + 1}  ${effect}  ${applies}`,
    mark: matches,
    source: sourceOf(statement.node),
    details: checks.map(detailOf),
  };
}

function detailOf(check: Check): ChainDetail {
  const operator = check.operator ? `${check.operator}  ` : '';
  const actual =
    check.actual === undefined ? 'absent' : check.actual.length === 0 ? 'unknown' : check.actual.join(', ');
  return {
    label: check.element === 'condition' ? shortKey(check.key) : check.element,
    text: `${operator}${check.expected.join(' | ') || 'nothing'}`,
    mark: check.matches as Mark,
    ...(check.matches === 'yes' ? {} : { note: `got ${actual}` }),
  };
}

/** `oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF:sub` → `…CDEF:sub`: the issuer stands above already. */
function shortKey(key: string): string {
  const claim = /\/id\/[^:]*([^:]{4}):(\w+)$/.exec(key);
  return claim ? `…${claim[1]}:${claim[2]}` : key;
}

function sourceOf(node: { document: SourceDocument; start: number; end: number }): string {
  return lineOf(placeOf(node), node.document);
}

/** `k8s/worker.yaml:8`, or the file alone where its text is another one's. */
function lineOf(place: Place, document: SourceDocument): string {
  const host = outermost(document);
  if (host.file !== place.file) return place.file;
  let line = 1;
  for (let at = host.text.indexOf('\n'); at >= 0 && at < place.start; at = host.text.indexOf('\n', at + 1)) line++;
  return `${place.file}:${line}`;
}

/** Both names are known: neither a template's expression nor said to be unknown. */
export function isDefinite({ namespace, name }: Pick<FileIdentity, 'namespace' | 'name'>): boolean {
  return isNamespaceName(namespace) && isServiceAccountName(name);
}

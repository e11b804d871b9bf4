import { checkRoleArn } from '../core/iam/arn.js';
import { type NodeFallback, type Resolution, resolve } from '../core/identity/resolve.js';
import { parseRoleArn, type RoleArn } from './aws/roles.js';
import { drawnCredentials } from './kubernetes/environmentSources.js';
import type { PodRecord, ServiceAccountRecord } from './kubernetes/records.js';
import { accountFindings } from './liveRules.js';
import { type PodIdentity, podIdentity } from './podEnvironment.js';
import { type ClusterState, keyOf, PENDING, type ReadRole, unknownIn } from './state.js';
import { askTrust, type TrustAnswer, type TrustQuestion } from './trust.js';
import type {
  AssociationState,
  CallerIdentity,
  Known,
  LiveFinding,
  PodState,
  PodsOfAccount,
  RoleState,
  ServiceAccountIdentity,
  Status,
  Trust,
  TrustDetail,
} from './types.js';

export const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';
const AUDIENCE_ANNOTATION = 'eks.amazonaws.com/audience';
export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

/** A row and what it was made of, for explaining and verifying. */
export interface Judgement {
  readonly row: ServiceAccountIdentity;
  readonly resolution: Resolution;
  readonly question: TrustQuestion | undefined;
  readonly role: ReadRole | undefined;
}

const RANK = { error: 0, warning: 1, information: 2, hint: 3 } as const;

/** Collects what is found and what is not known while one service account is judged. */
class Notes {
  readonly findings: LiveFinding[] = [];
  readonly unknown: string[] = [];
  pending = false;

  find(ruleId: string, severity: LiveFinding['severity'], short: string, message: string, object?: string): void {
    this.findings.push({ ruleId, severity, message, short, ...(object === undefined ? {} : { object }) });
  }

  /** @returns whether it is known */
  need<T>(value: Known<T>, what: string): value is { known: true; value: T } {
    if (value.known) return true;
    if (value.reason === 'pending') this.pending = true;
    this.missing(`${what}: ${value.why}`);
    return false;
  }

  missing(why: string): void {
    if (!this.unknown.includes(why)) this.unknown.push(why);
  }
}

/** The role annotation; the webhook takes an empty one as absent. */
export function annotationOf(account: ServiceAccountRecord): string | undefined {
  return account.annotations[ROLE_ANNOTATION] || undefined;
}

/** Everything that is known of one service account, put together. Pure: the same state gives the same row. */
export function judge(state: ClusterState, account: ServiceAccountRecord): Judgement {
  const { namespace, name } = account;
  const key = keyOf(namespace, name);
  const notes = new Notes();
  const annotation = annotationOf(account);
  const audience = account.annotations[AUDIENCE_ANNOTATION] ?? DEFAULT_AUDIENCE;
  const association = state.associations.get(key);
  const pods = runningPods(state, key);
  const podsGap = unknownIn(state.podsUnknown, namespace);

  const resolution = resolve({
    annotation,
    association: association && { roleArn: association.roleArn },
    associationsKnown: state.associationsKnown.known,
    observedPodIdentity: pods.some((pod) => podIdentity(pod).environment.kind === 'pod-identity'),
    staticCredentials: pods.some((pod) => identityOf(state, pod).staticCredentials.length > 0),
    node: nodeFallback(state, pods, podsGap !== undefined),
  });
  notes.need(state.associationsKnown, 'Pod Identity associations');
  // Its namespace was not listed: an association names it, and its annotations are not known.
  const accountGap = state.serviceAccounts.has(key) ? undefined : unknownIn(state.accountsUnknown, namespace);
  if (accountGap) notes.need(accountGap, 'the service account');
  if (podsGap) notes.need(podsGap, 'its pods');

  notes.findings.push(...accountFindings(account));
  const linked = judgeRole(state, account, resolution, association, audience, notes);
  const podStates = pods.map((pod) => ({ pod, identity: identityOf(state, pod, resolution) }));
  judgeMechanism(state, account, resolution, association, podStates, notes);
  judgePods(resolution, podStates, association, notes);
  judgeSources(state, podStates, notes);
  if (resolution.winner === 'node-role' && resolution.roleArn === undefined)
    notes.missing("the node's role: it could not be read");
  // That all node groups have this role says nothing of nodes outside them.
  if (resolution.winner === 'node-role') notes.need(state.nodesKnown, 'its nodes');

  const refused =
    linked.trust === 'denied' ||
    notes.findings.some(({ ruleId }) => ruleId === 'association-trust-denied' || ruleId === 'live-role-not-found');
  const expected = refused ? undefined : expectedIdentity(resolution, association);
  const verified = state.verified.get(key);
  // Keys in the environment may be anybody's; they are reported as what they are.
  if (verified && resolution.winner !== 'static-credentials') judgeVerified(verified, expected, notes);
  const status = statusOf(notes);
  const stale = podStates.filter(({ identity }) => identity.stale).length;
  const callerIdentity: CallerIdentity = {
    ...(expected === undefined ? {} : { expected }),
    ...(verified ?? { how: 'not-verified' as const }),
  };
  const role = linked.role?.role;
  const row: ServiceAccountIdentity = {
    namespace,
    name,
    mechanism: resolution.mechanism,
    winner: resolution.winner,
    reason: resolution.reason,
    ...(resolution.roleArn === undefined ? {} : { roleArn: resolution.roleArn }),
    ...(annotation === undefined ? {} : { annotation }),
    audience,
    ...(association === undefined ? {} : { associationId: association.id, association }),
    ...(role === undefined ? {} : { role: roleState(role) }),
    trust: linked.trust,
    ...(linked.detail === undefined ? {} : { trustDetail: linked.detail }),
    status,
    identity: identityLine(resolution),
    summary: summaryOf(notes, status, podStates.length, podsGap === undefined),
    callerIdentity,
    pods: new JudgedPods(state, pods, resolution, association, stale, podsGap === undefined),
    findings: notes.findings.sort((a, b) => RANK[a.severity] - RANK[b.severity]),
    unknown: notes.unknown,
    pending: notes.pending,
  };
  return { row, resolution, question: linked.question, role: linked.role };
}

/** What AWS really answered, where that is not what everything else says. */
function judgeVerified(verified: CallerIdentity, expected: string | undefined, notes: Notes): void {
  const { verdict, actual, message } = verified;
  if (verdict === 'other-role' && actual !== undefined) {
    const wanted = expected === undefined ? 'no identity was to be expected' : `'${expected}' was to be expected`;
    notes.find(
      'live-other-identity',
      'error',
      `really ${roleOfSession(actual)}`,
      `Verified: its pods are '${actual}', and ${wanted}.`,
      actual,
    );
  } else if (verdict === 'refused' && expected !== undefined) {
    const because = message === undefined ? '' : `: ${message}`;
    notes.find(
      'live-identity-refused',
      'error',
      'AWS refuses',
      `Verified: AWS refuses its pods, and '${expected}' was to be expected${because}.`,
      expected,
    );
  }
}

/** `NAME` of `assumed-role/NAME/SESSION`, else what follows the account. */
function roleOfSession(arn: string): string {
  return /:assumed-role\/([^/]+)\//.exec(arn)?.[1] ?? arn.slice(arn.lastIndexOf(':') + 1);
}

/** Each pod is looked at for a few rows only, and fifty thousand are many. */
class JudgedPods implements PodsOfAccount {
  constructor(
    private readonly state: ClusterState,
    private readonly pods: readonly PodRecord[],
    private readonly resolution: Resolution,
    private readonly association: AssociationState | undefined,
    readonly stale: number,
    readonly known: boolean,
  ) {}

  get total(): number {
    return this.pods.length;
  }

  get list(): readonly PodState[] {
    const { state, pods, resolution, association } = this;
    return pods.map((pod) => podState(state, pod, identityOf(state, pod, resolution), association));
  }
}

function runningPods(state: ClusterState, key: string): PodRecord[] {
  const all = state.pods.get(key);
  return all ? [...all.values()].filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed') : [];
}

// ── role and trust ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface LinkedRole {
  readonly trust: Trust;
  readonly detail?: TrustDetail;
  readonly role?: ReadRole;
  readonly question?: TrustQuestion;
}

function judgeRole(
  state: ClusterState,
  account: ServiceAccountRecord,
  resolution: Resolution,
  association: AssociationState | undefined,
  audience: string,
  notes: Notes,
): LinkedRole {
  const { winner, roleArn } = resolution;
  if (winner !== 'irsa' && winner !== 'pod-identity') return { trust: 'not-checked' };
  if (roleArn === undefined) {
    const gap = association ? (state.associationUnknown.get(association.id) ?? PENDING) : state.associationsKnown;
    notes.need(gap, "the association's role");
    return { trust: 'unknown' };
  }
  const arn = parseRoleArn(roleArn);
  if (!arn) {
    // The catalogue's rule says it where the annotation is at fault; an association's role was checked by AWS.
    const verdict = checkRoleArn([roleArn]);
    if (!notes.findings.some((finding) => finding.ruleId === 'sa-malformed-role-arn')) {
      notes.find(
        'sa-malformed-role-arn',
        'error',
        'no role ARN',
        `'${roleArn}' is no role ARN${verdict.ok === 'no' ? `: ${verdict.reason}` : ''}; it must be like 'arn:aws:iam::111122223333:role/NAME'.`,
      );
    }
    return { trust: 'not-checked' };
  }
  const known = state.roles.get(roleArn);
  if (known === undefined || !notes.need(known, `role ${arn.name}`)) {
    if (known === undefined) {
      notes.pending = true;
      notes.missing(`role ${arn.name}: still being read`);
    }
    return { trust: 'unknown' };
  }
  const answer = known.value;
  if (answer.kind === 'missing') {
    notes.find(
      'live-role-not-found',
      'error',
      'role does not exist',
      `Role '${arn.name}' does not exist in account ${arn.account}; AWS refuses its pods.`,
      roleArn,
    );
    return { trust: 'not-checked' };
  }
  if (answer.kind === 'other-path') {
    const { arn: actual } = answer.read.role;
    notes.find(
      'sa-trust-denied',
      'error',
      `path differs: ${actual.slice(actual.indexOf(':role/') + 1)}`,
      `'${roleArn}' does not exist: the role of that name is '${actual}', and an ARN includes the path.`,
      actual,
    );
    return { trust: 'denied', detail: { nearestMiss: `'${roleArn}' ≠ '${actual}'`, trace: [] }, role: answer.read };
  }
  const { read } = answer;
  notes.findings.push(...read.findings);
  if (!read.policy) {
    notes.missing(`the trust policy of ${arn.name} could not be read`);
    return { trust: 'unknown', role: read };
  }
  const question = questionFor(state, account, winner, arn, association, audience, notes);
  if (!question) return { trust: 'unknown', role: read };
  const asked = askTrust(read.policy, question);
  if (asked.trust === 'unknown')
    notes.missing(
      `the trust policy of ${arn.name}: ${asked.detail.why ?? 'its decision depends on what is not known'}`,
    );
  if (asked.trust === 'denied') denied(state, account, winner, arn, association, asked, read, notes);
  if (winner === 'irsa') judgeProvider(state, arn, audience, asked.trust, notes);
  return { trust: asked.trust, detail: asked.detail, role: read, question };
}

function questionFor(
  state: ClusterState,
  account: ServiceAccountRecord,
  winner: 'irsa' | 'pod-identity',
  arn: RoleArn,
  association: AssociationState | undefined,
  audience: string,
  notes: Notes,
): TrustQuestion | undefined {
  const who = { namespace: account.namespace, serviceAccount: account.name };
  if (winner === 'irsa') {
    if (!notes.need(state.issuer, "the cluster's issuer")) return undefined;
    const issuer = state.issuer.value;
    // The provider must stand in the role's own account.
    return {
      mechanism: 'irsa',
      ...who,
      issuer,
      providerArn: state.shared.text(`arn:${arn.partition}:iam::${arn.account}:oidc-provider/${issuer}`),
      audience,
    };
  }
  if (state.clusterArn === undefined) {
    notes.missing("the cluster's ARN");
    return undefined;
  }
  return {
    mechanism: 'pod-identity',
    ...who,
    clusterArn: state.clusterArn,
    disableSessionTags: association?.disableSessionTags === true,
  };
}

function denied(
  state: ClusterState,
  account: ServiceAccountRecord,
  winner: 'irsa' | 'pod-identity',
  arn: RoleArn,
  association: AssociationState | undefined,
  asked: TrustAnswer,
  read: ReadRole,
  notes: Notes,
): void {
  const who = `${account.namespace}/${account.name}`;
  const miss = asked.detail.nearestMiss;
  const because = miss === undefined ? '' : `: ${miss}`;
  if (winner === 'irsa') {
    notes.find(
      'sa-trust-denied',
      'error',
      miss === undefined ? 'trust denies' : `trust denies: ${miss}`,
      `The trust policy of '${arn.name}' denies ${who}${because}.`,
      arn.arn,
    );
    return;
  }
  if (association?.disableSessionTags && state.clusterArn !== undefined) {
    const withTags =
      read.policy &&
      askTrust(read.policy, {
        mechanism: 'pod-identity',
        clusterArn: state.clusterArn,
        namespace: account.namespace,
        serviceAccount: account.name,
        disableSessionTags: false,
      });
    if (withTags?.trust === 'allowed') {
      notes.find(
        'association-invalid',
        'error',
        'session tags are off, and the trust policy needs them',
        `The association turns session tags off, and the trust policy of '${arn.name}' requires 'aws:RequestTag/…': it denies ${who}.`,
        arn.arn,
      );
      return;
    }
  }
  // What the role's own document is reported for is the reason already.
  if (read.findings.some((finding) => finding.severity === 'error')) return;
  notes.find(
    'association-trust-denied',
    'error',
    miss === undefined ? 'trust denies' : `trust denies: ${miss}`,
    `The trust policy of '${arn.name}' denies Pod Identity for ${who}${because}.`,
    arn.arn,
  );
}

/** STS looks the provider up before it looks at the role: without it, or with another audience, nobody gets in. */
function judgeProvider(state: ClusterState, arn: RoleArn, audience: string, trust: Trust, notes: Notes): void {
  if (state.account !== undefined && arn.account !== state.account && arn.account !== state.callerAccount) {
    notes.missing(`the OIDC provider in account ${arn.account}`);
    return;
  }
  if (!notes.need(state.oidcProvider, 'the OIDC provider in IAM')) return;
  const provider = state.oidcProvider.value;
  if (!provider.exists) {
    const issuer = state.issuer.known ? state.issuer.value : 'the cluster';
    notes.find(
      'live-oidc-provider-missing',
      'error',
      'no OIDC provider in IAM',
      `IAM has no OIDC provider for '${issuer}' in account ${arn.account}; STS refuses every token of the cluster.`,
    );
  } else if (!provider.clientIds.includes(audience) && trust !== 'denied') {
    notes.find(
      'live-audience-not-registered',
      'error',
      `audience '${audience}' is not registered`,
      `The OIDC provider does not accept the audience '${audience}'; it has ${provider.clientIds.map((id) => `'${id}'`).join(', ') || 'none'}.`,
      provider.arn,
    );
  }
}

// ── mechanism and pods ─────────────────────────────────────────────────────────────────────────────────────────────────

interface JudgedPod {
  readonly pod: PodRecord;
  readonly identity: PodIdentity;
}

function judgeMechanism(
  state: ClusterState,
  account: ServiceAccountRecord,
  resolution: Resolution,
  association: AssociationState | undefined,
  pods: readonly JudgedPod[],
  notes: Notes,
): void {
  const { mechanism, winner } = resolution;
  const unsupported =
    winner === 'pod-identity' ? pods.filter(({ pod }) => ['fargate', 'windows'].includes(computeOf(state, pod))) : [];
  if (mechanism === 'both') {
    const where =
      unsupported.length > 0 ? ` On ${computeNames(state, unsupported)} its pods then get no credentials at all.` : '';
    notes.find(
      'sa-mixed-mechanisms',
      'warning',
      'annotation ignored',
      `It has a role annotation and an association: Pod Identity wins, the annotation is ignored.${where}`,
    );
  }
  if (unsupported.length > 0) {
    const names = computeNames(state, unsupported);
    notes.find(
      'workload-unsupported-compute',
      'error',
      `no Pod Identity on ${names}`,
      `Pod Identity does not work on ${names}: ${quote(unsupported.map(({ pod }) => pod.name))} ${unsupported.length === 1 ? 'gets' : 'get'} no credentials.`,
    );
  }
  if (winner !== 'pod-identity') return;
  if (account.name === 'default' && !notes.findings.some(({ ruleId }) => ruleId === 'sa-default-account')) {
    notes.find(
      'sa-default-account',
      'warning',
      'the default account has a role',
      "The association is for 'default': every pod of the namespace that names no service account gets the role.",
    );
  }
  if (pods.some(({ pod }) => pod.node !== undefined && computeOf(state, pod) === 'unknown'))
    notes.need(state.nodesKnown, "its pods' nodes, which may have no Pod Identity");
  if (unsupported.length === 0 || unsupported.length < pods.length) judgeAgent(state, notes);
  if (association) judgeTarget(state, account, association, notes);
}

function judgeAgent(state: ClusterState, notes: Notes): void {
  if (!notes.need(state.agent, 'the Pod Identity agent')) return;
  const agent = state.agent.value;
  if (agent.kind === 'missing') {
    notes.find(
      'live-agent-missing',
      'error',
      'the agent is missing',
      "The add-on 'eks-pod-identity-agent' is not installed; pods get no credentials by Pod Identity.",
    );
  } else if (!agent.healthy) {
    const issues = agent.issues.length > 0 ? `: ${agent.issues.join('; ')}` : '';
    notes.find(
      'live-agent-degraded',
      'warning',
      `the agent is ${agent.status ?? 'degraded'}`,
      `The add-on 'eks-pod-identity-agent' is ${agent.status ?? 'degraded'}${issues}.`,
    );
  }
}

/** The second hop: the association's role assumes the target. */
function judgeTarget(
  state: ClusterState,
  account: ServiceAccountRecord,
  association: AssociationState,
  notes: Notes,
): void {
  const { roleArn, targetRoleArn } = association;
  if (targetRoleArn === undefined || roleArn === undefined) return;
  const name = roleName(targetRoleArn);
  const known = state.roles.get(targetRoleArn) ?? PENDING;
  if (!notes.need(known, `target role ${name}`)) return;
  const answer = known.value;
  if (answer.kind !== 'found') {
    const message = `The target role '${targetRoleArn}' does not exist.`;
    notes.find('live-role-not-found', 'error', 'target role does not exist', message, targetRoleArn);
    return;
  }
  if (!answer.read.policy || state.clusterArn === undefined) {
    notes.missing(`the trust policy of target role ${name}`);
    return;
  }
  const asked = askTrust(answer.read.policy, {
    mechanism: 'role-chain',
    roleArn,
    externalId: association.externalId ?? '',
    clusterArn: state.clusterArn,
    namespace: account.namespace,
    serviceAccount: account.name,
    disableSessionTags: association.disableSessionTags === true,
  });
  if (asked.trust === 'unknown') {
    notes.missing(
      `the trust policy of target role ${name}: it depends on the permissions of ${roleName(roleArn)}, or on what only AWS knows`,
    );
  } else if (asked.trust === 'denied') {
    const message = `The target role '${name}' does not let '${roleName(roleArn)}' in, so its pods get no credentials.`;
    notes.find('association-trust-denied', 'error', `target role ${name} denies`, message, targetRoleArn);
  }
}

function judgePods(
  resolution: Resolution,
  pods: readonly JudgedPod[],
  association: AssociationState | undefined,
  notes: Notes,
): void {
  const own = resolution.winner === 'irsa' || resolution.winner === 'pod-identity';
  const stale = pods.filter(({ identity }) => identity.stale);
  if (stale.length > 0) {
    const older =
      association?.createdAt !== undefined &&
      stale.every(({ pod }) => (pod.startedAt ?? Number.POSITIVE_INFINITY) < association.createdAt!);
    const [verb, them] = stale.length === 1 ? ['shows', 'it'] : ['show', 'them'];
    notes.find(
      'live-stale-pods',
      'warning',
      `${stale.length} of ${pods.length} pods ${older ? 'older than the association' : 'show another identity'}`,
      `${quote(stale.map(({ pod }) => pod.name))} still ${verb} another identity than a new pod would get; restart ${them}.`,
    );
  }
  const keyed = pods.filter(({ identity }) => identity.staticCredentials.length > 0);
  if (keyed.length > 0) {
    const names = [...new Set(keyed.flatMap(({ identity }) => identity.staticCredentials))].join(', ');
    notes.find(
      'workload-static-credentials',
      'error',
      'AWS keys in the environment',
      `${quote(keyed.map(({ pod }) => pod.name))} ${keyed.length === 1 ? 'has' : 'have'} ${names} in the environment${own ? ', which most SDKs use instead of the role' : ''}.`,
    );
  }
  const preset = own ? pods.filter(({ identity }) => identity.preset.length > 0) : [];
  if (preset.length > 0) {
    const names = [...new Set(preset.flatMap(({ identity }) => identity.preset))].join(', ');
    notes.find(
      'workload-preset-identity-env',
      'error',
      `${names} set by hand`,
      `${quote(preset.map(({ pod }) => pod.name))} ${preset.length === 1 ? 'sets' : 'set'} ${names} by hand, so the webhook injects neither variable.`,
    );
  }
  const passedOver = own ? pods.filter(({ pod }) => !pod.skipsWebhook && skipsAll(pod)) : [];
  if (passedOver.length > 0) {
    const names = quote(passedOver.map(({ pod }) => pod.name));
    notes.find(
      'live-webhook-skipped',
      'warning',
      'the webhook skips every container',
      `'eks.amazonaws.com/skip-containers' of ${names} names every container, so nothing is injected.`,
    );
  }
  const skipped = own ? pods.filter(({ pod }) => pod.skipsWebhook) : [];
  if (skipped.length > 0) {
    notes.find(
      'live-webhook-skipped',
      'warning',
      'the webhook is switched off by a label',
      `${quote(skipped.map(({ pod }) => pod.name))} ${skipped.length === 1 ? 'carries' : 'carry'} the label 'eks.amazonaws.com/skip-pod-identity-webhook', so nothing is injected.`,
    );
  }
  const misplaced = pods.filter(({ pod }) => pod.misplacedRole !== undefined);
  if (misplaced.length > 0) {
    notes.find(
      'sa-misplaced-annotation',
      'error',
      'the role annotation is on the pods',
      `'${ROLE_ANNOTATION}' on ${quote(misplaced.map(({ pod }) => pod.name))} has no effect; it belongs on the service account.`,
    );
  }
}

/** A pod's identity by its own variables and by those that it takes from Secrets and ConfigMaps. */
function identityOf(state: ClusterState, pod: PodRecord, resolution?: Resolution): PodIdentity {
  const identity = podIdentity(pod, resolution);
  const { names } = drawnCredentials(state.sources, pod);
  if (names.length === 0) return identity;
  return {
    ...identity,
    environment: { kind: 'static-credentials' },
    staticCredentials: [...new Set([...identity.staticCredentials, ...names])],
  };
}

/** Keys that nobody could look for are not absent. */
function judgeSources(state: ClusterState, pods: readonly JudgedPod[], notes: Notes): void {
  for (const { pod, identity } of pods) {
    if (identity.staticCredentials.length > 0) continue;
    for (const { source, keys } of drawnCredentials(state.sources, pod).gaps)
      notes.need(keys ?? PENDING, `the ${source.kind} '${source.name}', which its pods take variables from`);
  }
}

function skipsAll({ containers, skipContainers }: PodRecord): boolean {
  return containers.length > 0 && containers.every(({ name }) => skipContainers.includes(name));
}

function podState(
  state: ClusterState,
  pod: PodRecord,
  identity: PodIdentity,
  association: AssociationState | undefined,
): PodState {
  return {
    name: pod.name,
    phase: pod.phase,
    ...(pod.node === undefined ? {} : { node: pod.node }),
    compute: computeOf(state, pod),
    ...(pod.owner === undefined ? {} : { owner: pod.owner }),
    ...(pod.startedAt === undefined ? {} : { startedAt: pod.startedAt }),
    identity: identity.environment,
    stale: identity.stale,
    ...(identity.stale ? { note: staleNote(pod, identity, association) } : {}),
  };
}

function staleNote(pod: PodRecord, { environment }: PodIdentity, association: AssociationState | undefined): string {
  const older =
    association?.createdAt !== undefined && pod.startedAt !== undefined && pod.startedAt < association.createdAt;
  const shows =
    environment.kind === 'irsa'
      ? `still uses ${roleName(environment.roleArn)}`
      : environment.kind === 'pod-identity'
        ? 'still uses Pod Identity'
        : 'has no identity of its own';
  return older ? `older than the association; ${shows}` : shows;
}

function computeOf(state: ClusterState, pod: PodRecord): PodState['compute'] {
  if (pod.fargate) return 'fargate';
  const node = pod.node === undefined ? undefined : state.nodes.get(pod.node);
  if (pod.windows || node?.windows) return 'windows';
  return node?.compute ?? 'unknown';
}

function computeNames(state: ClusterState, pods: readonly JudgedPod[]): string {
  const names = new Set(pods.map(({ pod }) => (computeOf(state, pod) === 'fargate' ? 'Fargate' : 'Windows')));
  return [...names].join(' and ');
}

/** What a pod without an identity of its own finds at the instance metadata address. */
function nodeFallback(state: ClusterState, pods: readonly PodRecord[], podsUnknown: boolean): NodeFallback {
  if (pods.length === 0)
    return { reach: 'none', why: podsUnknown ? 'its pods could not be listed' : 'no pod runs as it' };
  let why = '';
  let unnamed = false;
  for (const pod of pods) {
    const compute = computeOf(state, pod);
    const node = pod.node === undefined ? undefined : state.nodes.get(pod.node);
    if (compute === 'fargate') why = 'on Fargate there is no node role to take';
    else if (compute === 'hybrid') why = 'hybrid nodes have no instance metadata';
    else if (pod.node === undefined && pod.phase === 'Pending') why = 'its pods are on no node yet';
    // Auto Mode's nodes answer only to pods on the host's network: their hop limit is 1.
    else if (node?.autoMode && !pod.hostNetwork) why = 'Auto Mode keeps the node role from pods';
    else if (!pod.hostNetwork && keepsOut(state, node?.nodeGroup))
      why = 'a hop limit of 1 keeps the node role from pods';
    else {
      const roleArn = nodeRole(state, node?.nodeGroup, node?.autoMode === true);
      if (roleArn !== undefined) return { reach: 'role', roleArn, nodeGroup: node?.nodeGroup };
      unnamed = true;
    }
  }
  return unnamed ? { reach: 'role', roleArn: undefined, nodeGroup: undefined } : { reach: 'none', why };
}

/** Tokens are required and do not come as far as a pod. IMDSv1 has no such limit. */
function keepsOut(state: ClusterState, nodeGroup: string | undefined): boolean {
  if (nodeGroup === undefined || !state.nodeGroups.known) return false;
  const imds = state.nodeGroups.value.find((group) => group.name === nodeGroup)?.imds;
  return imds?.disabled === true || (imds?.tokens === 'required' && imds.hopLimit === 1);
}

function nodeRole(state: ClusterState, nodeGroup: string | undefined, autoMode: boolean): string | undefined {
  if (autoMode) return state.eks.known ? state.eks.value.autoModeNodeRole : undefined;
  if (!state.nodeGroups.known) return undefined;
  const groups = state.nodeGroups.value;
  if (nodeGroup !== undefined) return groups.find((group) => group.name === nodeGroup)?.nodeRole;
  // Nodes could not be listed: if all groups share a role, it is that one.
  if (state.nodesKnown.known) return undefined;
  const roles = new Set(groups.map((group) => group.nodeRole));
  return roles.size === 1 ? groups[0]?.nodeRole : undefined;
}

// ── the row ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The worst of what is known; something unknown is never fine. */
function statusOf(notes: Notes): Status {
  if (notes.findings.some((finding) => finding.severity === 'error')) return 'error';
  if (notes.findings.some((finding) => finding.severity === 'warning')) return 'warning';
  return notes.unknown.length > 0 ? 'unknown' : 'ok';
}

function expectedIdentity(resolution: Resolution, association: AssociationState | undefined): string | undefined {
  if (resolution.winner === 'pod-identity') return association?.targetRoleArn ?? resolution.roleArn;
  if (resolution.winner === 'irsa' || resolution.winner === 'node-role') {
    return resolution.roleArn !== undefined && parseRoleArn(resolution.roleArn) ? resolution.roleArn : undefined;
  }
  return undefined;
}

function identityLine({ winner, roleArn }: Resolution): string {
  switch (winner) {
    case 'irsa':
      return `IRSA → ${roleName(roleArn)}`;
    case 'pod-identity':
      return `Pod Identity → ${roleName(roleArn)}`;
    case 'static-credentials':
      return 'static AWS keys';
    case 'node-role':
      return roleArn === undefined ? 'node role' : `node role ${roleName(roleArn)}`;
    case 'none':
      return 'no identity';
  }
}

export function roleName(arn: string | undefined): string {
  return arn === undefined ? '(unknown)' : (arn.split('/').pop() ?? arn);
}

function summaryOf(notes: Notes, status: Status, pods: number, podsKnown: boolean): string {
  const worst =
    notes.findings.find((finding) => finding.severity === 'error') ??
    notes.findings.find((finding) => finding.severity === 'warning');
  if (worst && status !== 'ok') return worst.short;
  if (notes.pending) return 'reading…';
  if (notes.unknown.length > 0) return notes.unknown[0]!;
  return podsKnown ? `${pods} ${pods === 1 ? 'pod' : 'pods'}` : '';
}

const roleStates = new WeakMap<ReadRole['role'], RoleState>();

/** One for all rows of the role. */
function roleState(role: ReadRole['role']): RoleState {
  const known = roleStates.get(role);
  if (known) return known;
  const { trustPolicy: _, ...rest } = role;
  roleStates.set(role, rest);
  return rest;
}

function quote(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `'${name}'`);
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ');
}

import { concat, type Hole, literalOf, type Text } from '../syntax/text.js';
import { parseArn } from './arn.js';
import { parseConditionKey } from './conditionKey.js';
import { literalPattern, matchPattern } from './globs.js';
import { bareIssuer, parseProviderArn } from './issuer.js';
import { subjectOf } from './names.js';
import { ASSUME_ROLE, POD_IDENTITY_ACTIONS, WEB_IDENTITY_ACTION } from './principals.js';

/** What a request says of one condition key. */
export type KeyState =
  | { readonly state: 'absent' }
  /** Present; a value that is not known is a hole. */
  | { readonly state: 'values'; readonly values: readonly Text[] }
  /** Either absent or these. */
  | { readonly state: 'maybe'; readonly values: readonly Text[] }
  | { readonly state: 'unknown' };

export const ABSENT: KeyState = { state: 'absent' };
export const UNKNOWN: KeyState = { state: 'unknown' };

export type RequestPrincipal =
  | { readonly kind: 'provider'; readonly arn: Text }
  /** The provider's account is not given: it is the one that the policy names for this issuer. */
  | { readonly kind: 'issuer'; readonly issuer: Text }
  | { readonly kind: 'any-provider' }
  | { readonly kind: 'service'; readonly name: string }
  /** The second hop of a chain: a session of this role. */
  | { readonly kind: 'role'; readonly arn: Text };

export interface AccessRequest {
  readonly mechanism: 'irsa' | 'pod-identity';
  readonly principal: RequestPrincipal;
  /** All of them must be allowed. */
  readonly actions: readonly string[];
  /** @param name as typed in the policy; case does not count */
  key(name: Text): KeyState;
  /** What the request was made from, for messages. */
  readonly account: { readonly namespace: Text; readonly name: Text };
  readonly issuer: Text | undefined;
  readonly audience: Text | undefined;
}

/** Further keys, by name; an empty list says that the key is absent. */
export type Context = Readonly<Record<string, readonly (string | Text)[]>>;

export const DEFAULT_AUDIENCE = 'sts.amazonaws.com';

/** A hole for a value that nobody gave. */
export function unknownText(expression: string): Text {
  const hole: Hole = { expression };
  return [hole];
}

export interface IrsaInput {
  /** `HOST/id/ID`; also taken with scheme. Without it that of `providerArn`; without both, no key is known to be the token's. */
  readonly issuer?: Text | undefined;
  /** Without it the provider of the issuer in whatever account the policy names. */
  readonly providerArn?: Text | undefined;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  /** Of the token; `sts.amazonaws.com` where nothing else is asked for. */
  readonly audience?: Text | undefined;
  readonly context?: Context | undefined;
}

/** A pod that exchanges its projected token: `sts:AssumeRoleWithWebIdentity` by the cluster's OIDC provider. */
export function irsaRequest(input: IrsaInput): AccessRequest {
  const provider = input.providerArn;
  const issuer = input.issuer ? bareIssuer(input.issuer) : provider && parseProviderArn(provider)?.issuer;
  const audience = input.audience ?? [DEFAULT_AUDIENCE];
  const claims = new Map<string, Text>([
    ['sub', subjectOf(input.namespace, input.serviceAccount)],
    ['aud', audience],
  ]);
  return {
    mechanism: 'irsa',
    principal: provider
      ? { kind: 'provider', arn: provider }
      : issuer
        ? { kind: 'issuer', issuer }
        : { kind: 'any-provider' },
    actions: [WEB_IDENTITY_ACTION],
    account: { namespace: input.namespace, name: input.serviceAccount },
    issuer,
    audience,
    key: keys(input.context, (name) => {
      const key = parseConditionKey(name);
      if (key.kind !== 'claim') return UNKNOWN;
      // Claims come from the token, and only from its own issuer.
      const same = issuer ? matchPattern(literalPattern(key.issuer, { ignoreCase: true }), issuer) : 'maybe';
      if (same === 'no') return ABSENT;
      const value = claims.get(key.claim);
      if (value === undefined) return UNKNOWN;
      return { state: same === 'yes' ? 'values' : 'maybe', values: [value] };
    }),
  };
}

export interface PodIdentityInput {
  readonly clusterArn?: Text | undefined;
  /** Where the ARN is not known as a whole. */
  readonly clusterName?: Text | undefined;
  readonly account?: Text | undefined;
  readonly namespace: Text;
  readonly serviceAccount: Text;
  readonly podName?: Text | undefined;
  readonly podUid?: Text | undefined;
  /** The association has `disableSessionTags`: no `aws:RequestTag/…` is sent. */
  readonly disableSessionTags?: boolean | undefined;
  readonly context?: Context | undefined;
}

/** EKS assuming the role for a pod: `sts:AssumeRole` and `sts:TagSession` by the service `pods.eks.amazonaws.com`. */
export function podIdentityRequest(input: PodIdentityInput): AccessRequest {
  const given = input.clusterArn && parseArn(input.clusterArn);
  const account = input.account ?? given?.account ?? unknownText('account');
  const resource = given?.resource;
  const first = resource?.[0];
  const named =
    typeof first === 'string' && first.startsWith('cluster/')
      ? concat([first.slice('cluster/'.length)], resource!.slice(1))
      : undefined;
  const clusterName = input.clusterName ?? named ?? unknownText('cluster');
  // Whatever is not given is still known to be a cluster's ARN.
  const clusterArn =
    input.clusterArn ??
    concat(
      ['arn:'],
      unknownText('partition'),
      [':eks:'],
      unknownText('region'),
      [':'],
      account,
      [':cluster/'],
      clusterName,
    );
  const tags: Readonly<Record<string, Text>> = {
    'eks-cluster-arn': clusterArn,
    'eks-cluster-name': clusterName,
    'kubernetes-namespace': input.namespace,
    'kubernetes-service-account': input.serviceAccount,
    'kubernetes-pod-name': input.podName ?? unknownText('pod name'),
    'kubernetes-pod-uid': input.podUid ?? unknownText('pod uid'),
  };
  const known = new Map<string, KeyState>([
    ['aws:sourcearn', { state: 'values', values: [clusterArn] }],
    ['aws:sourceaccount', { state: 'values', values: [account] }],
  ]);
  for (const [tag, value] of Object.entries(tags)) {
    known.set(`aws:requesttag/${tag}`, input.disableSessionTags ? ABSENT : { state: 'values', values: [value] });
  }
  return {
    mechanism: 'pod-identity',
    principal: { kind: 'service', name: 'pods.eks.amazonaws.com' },
    actions: POD_IDENTITY_ACTIONS,
    account: { namespace: input.namespace, name: input.serviceAccount },
    issuer: undefined,
    audience: undefined,
    key: keys(input.context, (name) => {
      const literal = literalOf(name)?.toLowerCase();
      const state = literal === undefined ? undefined : known.get(literal);
      if (state) return state;
      // No token is exchanged here, so there are no claims of any issuer.
      if (parseConditionKey(name).kind === 'claim') return ABSENT;
      const tagged = literal?.startsWith('aws:requesttag/');
      return tagged && input.disableSessionTags ? ABSENT : UNKNOWN;
    }),
  };
}

export interface RoleChainInput extends PodIdentityInput {
  /** The association's role, which assumes the target. */
  readonly roleArn: Text;
  /** What EKS sends where session tags are off. */
  readonly externalId?: Text | undefined;
}

/** The second hop of an association with a target role: the association's role assumes the target, with the same tags. */
export function roleChainRequest(input: RoleChainInput): AccessRequest {
  const { key, ...first } = podIdentityRequest(input);
  const account = parseArn(input.roleArn)?.account;
  const known = new Map<string, KeyState>([
    ['aws:principalarn', { state: 'values', values: [input.roleArn] }],
    ['aws:principaltype', { state: 'values', values: [['AssumedRole']] }],
    ['sts:externalid', input.externalId ? { state: 'values', values: [input.externalId] } : ABSENT],
    // A role calls, no service does.
    ['aws:sourcearn', ABSENT],
    ['aws:sourceaccount', ABSENT],
  ]);
  if (account) known.set('aws:principalaccount', { state: 'values', values: [account] });
  return {
    ...first,
    principal: { kind: 'role', arn: input.roleArn },
    actions: input.disableSessionTags ? [ASSUME_ROLE] : POD_IDENTITY_ACTIONS,
    key: keys(input.context, (name) => known.get(literalOf(name)?.toLowerCase() ?? '') ?? key(name)),
  };
}

/** What was given explicitly comes first. */
function keys(context: Context | undefined, known: (name: Text) => KeyState): (name: Text) => KeyState {
  const given = new Map<string, KeyState>();
  for (const [name, values] of Object.entries(context ?? {})) {
    given.set(
      name.toLowerCase(),
      values.length === 0
        ? ABSENT
        : { state: 'values', values: values.map((value) => (typeof value === 'string' ? [value] : value)) },
    );
  }
  return (name) => {
    const literal = literalOf(name)?.toLowerCase();
    if (literal === undefined) return given.size === 0 ? known(name) : withGiven(known(name), name, given);
    return given.get(literal) ?? known(name);
  };
}

/** A key with holes may be one of those that were given. */
function withGiven(state: KeyState, name: Text, given: ReadonlyMap<string, KeyState>): KeyState {
  const pattern = literalPattern(name, { ignoreCase: true });
  for (const key of given.keys()) if (matchPattern(pattern, [key]) !== 'no') return UNKNOWN;
  return state;
}

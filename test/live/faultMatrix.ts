import type { FaultEffect } from '../../src/demo/faults.js';
import type { Service } from '../../src/demo/requestLog.js';
import type { FailureReason } from '../../src/live/types.js';

/** A call of a read that is harmed, and rows that need its answer. */
export interface HarmedCall {
  readonly service: Service;
  readonly operation: string;
  readonly subject?: string;
  /** Its name among the failures. */
  readonly what: RegExp;
  /** Become unknown; none where the answer can be had otherwise or is only shown. */
  readonly rows: readonly string[];
  /** That there is no such thing is an answer of this call, and no failure. */
  readonly absence?: true;
  /** Nothing else of its service is asked once this one is refused. */
  readonly gate?: true;
  readonly list?: true;
}

export const CALLS: readonly HarmedCall[] = [
  {
    service: 'kubernetes',
    operation: 'create selfsubjectreviews',
    what: /^who you are in Kubernetes$/,
    rows: [],
    absence: true,
    gate: true,
  },
  // DescribeCluster knows the issuer as well.
  {
    service: 'kubernetes',
    operation: 'get /.well-known/openid-configuration',
    what: /^read \/\.well-known\/openid-configuration$/,
    rows: [],
  },
  { service: 'kubernetes', operation: 'get /version', what: /^read \/version$/, rows: [], absence: true },
  {
    service: 'kubernetes',
    operation: 'list serviceaccounts',
    what: /^list serviceaccounts$/,
    rows: ['payments/api'],
    list: true,
  },
  {
    service: 'kubernetes',
    operation: 'list pods',
    what: /^list pods$/,
    rows: ['checkout/api', 'payments/api'],
    list: true,
  },
  { service: 'kubernetes', operation: 'list nodes', what: /^list nodes$/, rows: ['checkout/frontend'], list: true },
  {
    service: 'sts',
    operation: 'GetCallerIdentity',
    what: /^sts:GetCallerIdentity$/,
    rows: [],
    gate: true,
  },
  { service: 'eks', operation: 'DescribeCluster', what: /^eks:DescribeCluster orders-prod$/, rows: [] },
  {
    service: 'eks',
    operation: 'ListPodIdentityAssociations',
    what: /^eks:ListPodIdentityAssociations orders-prod$/,
    rows: ['checkout/api', 'payments/api', 'checkout/frontend'],
  },
  {
    service: 'eks',
    operation: 'DescribePodIdentityAssociation',
    subject: 'a-4wvljrezsukshq1bv',
    what: /^eks:DescribePodIdentityAssociation a-4wvljrezsukshq1bv$/,
    rows: ['payments/api'],
  },
  { service: 'eks', operation: 'ListNodegroups', what: /^eks:ListNodegroups$/, rows: ['checkout/frontend'] },
  {
    service: 'eks',
    operation: 'DescribeNodegroup',
    subject: 'ng-default',
    what: /^eks:DescribeNodegroup ng-default$/,
    rows: ['checkout/frontend'],
  },
  { service: 'eks', operation: 'ListFargateProfiles', what: /^eks:ListFargateProfiles$/, rows: [] },
  { service: 'eks', operation: 'DescribeFargateProfile', what: /^eks:DescribeFargateProfile fp-data$/, rows: [] },
  // The agent's DaemonSet tells the same.
  { service: 'eks', operation: 'DescribeAddon', what: /^eks:DescribeAddon /, rows: [], absence: true },
  {
    service: 'iam',
    operation: 'GetRole',
    subject: 'checkout-api',
    what: /^iam:GetRole checkout-api$/,
    rows: ['checkout/api'],
    absence: true,
  },
  {
    service: 'iam',
    operation: 'GetOpenIDConnectProvider',
    what: /^iam:GetOpenIDConnectProvider$/,
    rows: ['checkout/api'],
    absence: true,
  },
  {
    service: 'ec2',
    operation: 'DescribeLaunchTemplateVersions',
    what: /^ec2:DescribeLaunchTemplateVersions /,
    rows: ['checkout/frontend'],
  },
];

/** What goes wrong, and the reasons that may be given for it. */
export interface Harm {
  readonly name: string;
  readonly effect: FaultEffect | ((call: HarmedCall) => FaultEffect);
  readonly kubernetes: readonly FailureReason[];
  readonly aws: readonly FailureReason[];
  readonly absence?: true;
}

const cutOff: readonly FailureReason[] = ['unreachable', 'invalid-response'];

/** These are answered at once. */
export const HARMS: readonly Harm[] = [
  {
    name: 'expired credentials (401)',
    effect: (call) => ({
      kind: 'error',
      status: call.service === 'kubernetes' ? 401 : 403,
      code: call.service === 'kubernetes' ? 'Unauthorized' : 'ExpiredTokenException',
    }),
    kubernetes: ['unauthenticated'],
    aws: ['unauthenticated'],
  },
  {
    name: 'a clock that is off',
    effect: (call) => ({
      kind: 'error',
      status: call.service === 'kubernetes' ? 401 : 403,
      code: call.service === 'kubernetes' ? 'Unauthorized' : 'InvalidSignatureException',
      message: 'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z',
    }),
    kubernetes: ['unauthenticated'],
    aws: ['unauthenticated'],
  },
  {
    name: '403',
    effect: { kind: 'error', status: 403, code: 'AccessDeniedException' },
    kubernetes: ['forbidden'],
    aws: ['forbidden'],
  },
  {
    name: '404',
    effect: (call) => ({
      kind: 'error',
      status: 404,
      code:
        call.service === 'iam'
          ? 'NoSuchEntity'
          : call.service === 'kubernetes'
            ? 'NotFound'
            : 'ResourceNotFoundException',
    }),
    kubernetes: ['not-found'],
    aws: ['not-found'],
    absence: true,
  },
  {
    name: '409',
    effect: { kind: 'error', status: 409, code: 'ResourceInUseException' },
    kubernetes: ['invalid-response'],
    aws: ['invalid-response'],
  },
  {
    name: '429 that asks to come again in an hour',
    effect: { kind: 'throttle', retryAfterSeconds: 3_600 },
    kubernetes: ['throttled'],
    aws: ['throttled'],
  },
  {
    name: '500',
    effect: { kind: 'error', status: 500, code: 'InternalFailure' },
    kubernetes: ['invalid-response', 'unreachable'],
    aws: ['unreachable', 'invalid-response'],
  },
  {
    name: '503',
    effect: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
    kubernetes: ['unreachable'],
    aws: ['unreachable'],
  },
  { name: 'an answer that is cut off', effect: { kind: 'truncate' }, kubernetes: cutOff, aws: cutOff },
  { name: 'rubbish', effect: { kind: 'garbage' }, kubernetes: ['invalid-response'], aws: ['invalid-response'] },
  {
    name: 'JSON of another kind',
    effect: { kind: 'garbage', body: '["something else"]' },
    kubernetes: ['invalid-response'],
    aws: ['invalid-response'],
  },
  { name: 'a reset connection', effect: { kind: 'reset' }, kubernetes: ['unreachable'], aws: ['unreachable'] },
];

/** These make one wait: they harm many calls at once, and the deadline is the same for all. */
export const DELAYS: readonly Harm[] = [
  // A call that waits its turn behind throttled ones may not have been sent at all when its time is up.
  {
    name: 'throttling without end',
    effect: { kind: 'throttle' },
    kubernetes: ['throttled'],
    aws: ['throttled', 'timeout'],
  },
  { name: 'a connection that stalls', effect: { kind: 'stall' }, kubernetes: ['timeout'], aws: ['timeout'] },
  {
    name: 'an answer that stalls halfway',
    effect: { kind: 'stall', afterBytes: 5 },
    kubernetes: ['timeout'],
    aws: ['timeout'],
  },
  {
    name: 'an answer that drips',
    effect: { kind: 'drip', bytes: 1, everyMilliseconds: 1_000 },
    kubernetes: ['timeout'],
    aws: ['timeout'],
  },
];

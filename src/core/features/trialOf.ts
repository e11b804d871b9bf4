import type { TrustPolicy } from '../facts/model.js';
import { type Decision, type Evaluation, evaluate } from '../iam/evaluate.js';
import { nearestMiss } from '../iam/nearestMiss.js';
import { type AccessRequest, irsaRequest, podIdentityRequest } from '../iam/request.js';
import { type Chain, type ChainLink, tokenLinks } from '../identity/explain.js';
import { display, literalOf } from '../syntax/text.js';
import { statementLink } from './identities.js';

const AGENT = 'pods.eks.amazonaws.com';
const rank: Readonly<Record<Decision, number>> = { allowed: 2, unknown: 1, denied: 0 };
const verdicts = { allowed: 'ALLOWED', denied: 'DENIED', unknown: 'UNKNOWN' } as const;

/**
 * What a trust policy says to a service account, whether or not anything ties the two: by each mechanism that the policy has a
 * principal for, the best answer of them.
 */
export function trialOf(policy: TrustPolicy, namespace: string, serviceAccount: string): Chain {
  const best = requestsFor(policy, namespace, serviceAccount)
    .map((request) => ({ request, evaluation: evaluate(policy, request) }))
    .reduce((a, b) => (rank[b.evaluation.decision] > rank[a.evaluation.decision] ? b : a));
  const { request, evaluation } = best;
  const miss = nearestMiss(evaluation, request);
  const links: ChainLink[] = [
    {
      label: 'mechanism',
      text:
        request.mechanism === 'irsa'
          ? 'IRSA, as the policy names an OIDC provider'
          : `Pod Identity, as the policy names ${AGENT}`,
    },
    ...(request.mechanism === 'irsa' ? tokenOf(request) : []),
    ...evaluation.statements.map(statementLink),
    ...(miss === undefined ? [] : [{ label: 'difference', text: miss }]),
  ];
  return {
    subject: `${namespace}/${serviceAccount}`,
    target: nameOf(policy),
    verdict: verdicts[evaluation.decision satisfies Evaluation['decision']],
    links,
  };
}

function nameOf({ role }: TrustPolicy): string {
  const text = role?.arn?.text ?? role?.name?.text;
  return text === undefined ? (role?.address?.replace(/^[^#]*#/, '') ?? 'this trust policy') : display(text);
}

function requestsFor(policy: TrustPolicy, namespace: string, serviceAccount: string): AccessRequest[] {
  const given = { namespace: [namespace], serviceAccount: [serviceAccount] };
  const principals = policy.statements.flatMap(({ effectValue, principals: all }) =>
    effectValue === 'Deny' ? [] : all,
  );
  const providers = principals.filter(({ type }) => type === 'Federated').map(({ value }) => value.text);
  const agent = principals.some(({ type, value }) => type === 'Service' && literalOf(value.text) === AGENT);
  const requests: AccessRequest[] = [
    ...providers.map((providerArn) => irsaRequest({ ...given, providerArn })),
    ...(agent ? [podIdentityRequest(given)] : []),
  ];
  return requests.length > 0 ? requests : [irsaRequest(given)];
}

function tokenOf({ issuer, audience, account }: AccessRequest): readonly ChainLink[] {
  return tokenLinks(
    issuer ? display(issuer) : 'unknown',
    `system:serviceaccount:${display(account.namespace)}:${display(account.name)}`,
    audience ? display(audience) : 'sts.amazonaws.com',
  );
}

import type { TrustPolicy } from '../core/facts/model.js';
import { type Evaluation, evaluate } from '../core/iam/evaluate.js';
import { nearestMiss } from '../core/iam/nearestMiss.js';
import { type AccessRequest, irsaRequest, podIdentityRequest, roleChainRequest } from '../core/iam/request.js';
import type { TraceLine, Trust, TrustDetail } from './types.js';

/** Who wants in. */
export type TrustQuestion =
  | {
      readonly mechanism: 'irsa';
      /** Without `https://`. */
      readonly issuer: string;
      readonly providerArn: string;
      readonly namespace: string;
      readonly serviceAccount: string;
      readonly audience: string;
    }
  | {
      readonly mechanism: 'pod-identity';
      readonly clusterArn: string;
      readonly namespace: string;
      readonly serviceAccount: string;
      readonly disableSessionTags: boolean;
    }
  | {
      /** The second hop: the association's role assumes its target. */
      readonly mechanism: 'role-chain';
      readonly roleArn: string;
      readonly externalId: string;
      readonly clusterArn: string;
      readonly namespace: string;
      readonly serviceAccount: string;
      readonly disableSessionTags: boolean;
    };

/** The decision and its nearest miss; the trace is made when somebody looks at it, ten thousand would weigh too much. */
export interface TrustAnswer {
  readonly trust: Trust;
  readonly detail: TrustDetail;
}

const asked = new WeakMap<TrustPolicy, Map<string, TrustAnswer>>();

/** Asks a role's trust policy, as AWS would be asked for the next pod. The same question is answered once. */
export function askTrust(policy: TrustPolicy, question: TrustQuestion): TrustAnswer {
  const key = Object.values(question).join('\n');
  const known = asked.get(policy);
  const answer = known?.get(key) ?? answerOf(policy, question);
  if (known) known.set(key, answer);
  else asked.set(policy, new Map([[key, answer]]));
  return answer;
}

function answerOf(policy: TrustPolicy, question: TrustQuestion): TrustAnswer {
  const request = requestOf(question);
  const evaluation = evaluate(policy, request);
  const { decision } = evaluation;
  const decisive = evaluation.statements.find(
    ({ effect, matches }) => matches === 'yes' && effect === (decision === 'denied' ? 'Deny' : 'Allow'),
  );
  // Its words are about pods and tokens; of a chain the trace says it.
  const miss = question.mechanism === 'role-chain' ? undefined : nearestMiss(evaluation, request);
  const open = decision === 'unknown' ? unknownKeys(evaluation) : [];
  return {
    trust: decision,
    detail: {
      get trace() {
        return traceOf(evaluate(policy, requestOf(question)));
      },
      ...(decisive === undefined ? {} : { statement: decisive.index }),
      ...(miss === undefined ? {} : { nearestMiss: miss }),
      ...(open.length === 0
        ? {}
        : { why: `it depends on ${open.map((key) => `'${key}'`).join(', ')}, which only AWS knows at that moment` }),
    },
  };
}

function traceOf(evaluation: Evaluation): TraceLine[] {
  return evaluation.statements.flatMap(({ index, effect, matches, checks }): TraceLine[] => [
    { statement: index, effect, element: 'statement', key: '', expected: '', actual: '', matches },
    ...checks.map(
      (check): TraceLine => ({
        statement: index,
        effect,
        element: check.element,
        key: check.key,
        ...(check.operator === undefined ? {} : { operator: check.operator }),
        expected: check.expected.join(', '),
        actual: check.actual === undefined ? 'absent' : check.actual.length === 0 ? 'unknown' : check.actual.join(', '),
        matches: check.matches,
      }),
    ),
  ]);
}

function unknownKeys(evaluation: Evaluation): string[] {
  const keys = evaluation.statements.flatMap(({ checks }) =>
    checks.filter((check) => check.matches === 'maybe').map((check) => check.key),
  );
  return [...new Set(keys)];
}

function requestOf(question: TrustQuestion): AccessRequest {
  const who = { namespace: [question.namespace], serviceAccount: [question.serviceAccount] };
  if (question.mechanism === 'irsa') {
    const { issuer, providerArn, audience } = question;
    return irsaRequest({ ...who, issuer: [issuer], providerArn: [providerArn], audience: [audience] });
  }
  const pod = { ...who, clusterArn: [question.clusterArn], disableSessionTags: question.disableSessionTags };
  if (question.mechanism === 'pod-identity') return podIdentityRequest(pod);
  const { roleArn, externalId } = question;
  return roleChainRequest({ ...pod, roleArn: [roleArn], ...(externalId === '' ? {} : { externalId: [externalId] }) });
}

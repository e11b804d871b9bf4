import type { TrustPolicy } from '../../core/facts/model.js';
import { type Evaluation, evaluate } from '../../core/iam/evaluate.js';
import { nearestMiss } from '../../core/iam/nearestMiss.js';
import { type AccessRequest, irsaRequest, podIdentityRequest, roleChainRequest } from '../../core/iam/request.js';
import type { TraceLine, Trust, TrustDetail } from '../types.js';

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

/** The decision and its nearest miss. */
export interface TrustAnswer {
  readonly trust: Trust;
  readonly detail: TrustDetail;
}

const asked = new WeakMap<TrustPolicy, { readonly about: string; readonly answers: Map<string, TrustAnswer> }>();

/** Asks a role's trust policy, as AWS would be asked for the next pod. The same question is answered once. */
export function askTrust(policy: TrustPolicy, question: TrustQuestion): TrustAnswer {
  const { namespace, serviceAccount, ...rest } = question;
  const about = Object.values(rest).join('\n');
  let known = asked.get(policy);
  // Mostly the same, of one cluster: kept once, and not for each of a role's service accounts.
  if (known?.about !== about) {
    known = { about, answers: new Map() };
    asked.set(policy, known);
  }
  const key = `${namespace}/${serviceAccount}`;
  const answer = known.answers.get(key) ?? answerOf(policy, question);
  known.answers.set(key, answer);
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
    detail: new AskedTrust(policy, question, {
      ...(decisive === undefined ? {} : { statement: decisive.index }),
      ...(miss === undefined ? {} : { nearestMiss: miss }),
      ...(open.length === 0
        ? {}
        : { why: `it depends on ${open.map((key) => `'${key}'`).join(', ')}, which only AWS knows at that moment` }),
    }),
  };
}

/** The trace is made when somebody looks at it, ten thousand would weigh too much. */
class AskedTrust implements TrustDetail {
  declare readonly statement?: number;
  declare readonly nearestMiss?: string;
  declare readonly why?: string;

  constructor(
    private readonly policy: TrustPolicy,
    private readonly question: TrustQuestion,
    found: Omit<TrustDetail, 'trace'>,
  ) {
    Object.assign(this, found);
  }

  get trace(): readonly TraceLine[] {
    return traceOf(evaluate(this.policy, requestOf(this.question)));
  }
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

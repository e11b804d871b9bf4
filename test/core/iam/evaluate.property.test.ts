import { describe, expect, it } from 'vitest';
import { readTrustPolicy } from '../../../src/core/facts/iamPolicy.js';
import { treeOfValue } from '../../../src/core/iam/asDeployed.js';
import { evaluate } from '../../../src/core/iam/evaluate.js';
import { type Context, irsaRequest, podIdentityRequest, unknownText } from '../../../src/core/iam/request.js';
import {
  fullContext,
  type GeneratedPolicy,
  type GeneratedRequest,
  Random,
  randomPolicy,
  randomRequest,
  UNKNOWABLE,
  vary,
} from './generator.js';
import { oracle } from './oracle.js';

const PAIRS = Number(process.env.ORACLE_PAIRS ?? 50_000);

function answerOf(
  policy: GeneratedPolicy,
  request: GeneratedRequest,
  unknown: ReadonlySet<string> = new Set(),
): string {
  const trust = readTrustPolicy(treeOfValue(policy));
  if (!trust) throw new Error('no policy');
  const context: Context = Object.fromEntries(
    Object.entries(request.context).filter(
      ([key]) => ![...unknown].some((one) => one.toLowerCase() === key.toLowerCase()),
    ),
  );
  const namespace = unknown.has('namespace') ? unknownText('namespace') : [request.namespace];
  const serviceAccount = unknown.has('name') ? unknownText('name') : [request.serviceAccount];
  if (request.mechanism === 'irsa') {
    const provider = unknown.has('issuer') ? {} : { issuer: [request.issuer], providerArn: [request.providerArn] };
    return evaluate(
      trust,
      irsaRequest({ ...provider, namespace, serviceAccount, audience: [request.audience], context }),
    ).decision;
  }
  return evaluate(
    trust,
    podIdentityRequest({
      ...(unknown.has('cluster') ? {} : { clusterArn: [request.clusterArn] }),
      ...(unknown.has('pod') ? {} : { podName: [request.podName], podUid: [request.podUid] }),
      namespace,
      serviceAccount,
      context,
    }),
  ).decision;
}

function truth(policy: GeneratedPolicy, request: GeneratedRequest): string {
  return oracle(JSON.parse(JSON.stringify(policy)), {
    principal:
      request.mechanism === 'irsa' ? { Federated: request.providerArn } : { Service: 'pods.eks.amazonaws.com' },
    actions: request.mechanism === 'irsa' ? ['sts:AssumeRoleWithWebIdentity'] : ['sts:AssumeRole', 'sts:TagSession'],
    context: fullContext(request),
  });
}

describe('evaluate', () => {
  it(`agrees with the oracle on ${PAIRS} random policies and requests`, () => {
    const random = new Random(4);
    const counts: Record<string, number> = {};
    for (let i = 0; i < PAIRS; i++) {
      const request = randomRequest(random);
      const policy = randomPolicy(random, request);
      const wanted = truth(policy, request);
      const got = answerOf(policy, request);
      if (got !== wanted)
        expect.fail(`${got}, but the oracle says ${wanted}:\n${JSON.stringify({ policy, request }, null, 1)}`);
      counts[got] = (counts[got] ?? 0) + 1;
    }
    // A generator that yields one answer only would prove nothing.
    expect(counts.allowed).toBeGreaterThan(PAIRS / 12);
    expect(counts.denied).toBeGreaterThan(PAIRS / 12);
  });

  it('gives a definite answer only where every filling of the unknown has it', () => {
    const random = new Random(5);
    const counts: Record<string, number> = {};
    let undecided = 0;
    for (let i = 0; i < PAIRS / 5; i++) {
      const request = randomRequest(random);
      const policy = randomPolicy(random, request);
      const unknown = new Set(UNKNOWABLE.filter(() => random.chance(0.3)));
      const got = answerOf(policy, request, unknown);
      counts[got] = (counts[got] ?? 0) + 1;
      const seen = new Set<string>();
      for (let sample = 0; sample < 12; sample++) {
        const filled = vary(random, request, unknown, policy);
        const wanted = truth(policy, filled);
        seen.add(wanted);
        if (got !== 'unknown' && got !== wanted) {
          expect.fail(
            `${got}, but it can be ${wanted}:\n${JSON.stringify({ policy, unknown: [...unknown], filled }, null, 1)}`,
          );
        }
      }
      if (got === 'unknown' && seen.size === 1) undecided++;
    }
    for (const answer of ['allowed', 'denied', 'unknown']) expect(counts[answer]).toBeGreaterThan(PAIRS / 100);
    // Twelve samples miss much, so this is a bound on vagueness, not a proof of exactness.
    expect(undecided / counts.unknown!).toBeLessThan(0.6);
  });
});

/** Verification of many service accounts: one plan, a few at a time, slower where AWS or the API server asks for it. */
import { forEachOf, pause } from './deadline.js';
import type { Judgement } from './judge/judge.js';
import type { ClusterState } from './state.js';
import type {
  CallerIdentity,
  VerifyBatchItem,
  VerifyBatchPlan,
  VerifyBatchResult,
  VerifyScope,
  VerifyWay,
} from './types.js';
import { planVerify, type Verification } from './verify.js';

/** So many service accounts at a time. */
export const CONCURRENT = 4;
const MOST_ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

export function planVerifyAll(
  state: ClusterState,
  judgements: Iterable<Judgement>,
  scope: VerifyScope,
  ways: readonly VerifyWay[],
): VerifyBatchPlan {
  const targets: VerifyBatchItem[] = [];
  const left: { namespace: string; name: string; why: string }[] = [];
  const wanted = [...judgements].filter(({ row }) => includes(scope, row.namespace, row.name)).sort(byNamespaceAndName);
  for (const judgement of wanted) {
    const { namespace, name } = judgement.row;
    const whys: string[] = [];
    let any = false;
    for (const way of ways) {
      const { how, impossible } = planVerify(state, judgement, way);
      if (impossible === undefined) targets.push({ namespace, name, way, how });
      else whys.push(impossible);
      any ||= impossible === undefined;
    }
    if (!any) left.push({ namespace, name, why: whys.join(' ') });
  }
  return { targets, left, steps: stepsOf(targets) };
}

function includes({ namespace, names }: VerifyScope, inNamespace: string, name: string): boolean {
  if (namespace !== undefined && namespace !== inNamespace) return false;
  return names === undefined || names.has(`${inNamespace}/${name}`);
}

function byNamespaceAndName({ row: a }: Judgement, { row: b }: Judgement): number {
  const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What is done how often, in the order of the ways. */
function stepsOf(targets: readonly VerifyBatchItem[]): string[] {
  const count = (how: VerifyBatchItem['how']) => targets.filter((target) => target.how === how).length;
  const [web, pod, exec] = [count('web-identity'), count('pod-identity'), count('exec')];
  const minted = web + pod;
  return [
    ...(web > 0
      ? [
          `${times(web)}: request a service account token (10 minutes), exchange it with STS (AssumeRoleWithWebIdentity) for credentials of its role (15 minutes), ask STS who they are`,
        ]
      : []),
    ...(pod > 0
      ? [
          `${times(pod)}: request a token bound to a running pod (10 minutes), exchange it with EKS Auth (AssumeRoleForPodIdentity, signed as you) for credentials of its role, ask STS who they are`,
        ]
      : []),
    ...(exec > 0 ? [`${times(exec)}: run 'aws sts get-caller-identity' inside a running pod`] : []),
    ...(minted > 0
      ? [
          `In all ${minted} ${minted === 1 ? 'token is' : 'tokens are'} minted and up to as many sets of credentials; they are kept in memory only and forgotten at once`,
        ]
      : []),
    ...(targets.length > 1 ? [`${CONCURRENT} at a time at most, fewer where AWS throttles`] : []),
  ];
}

function times(number: number): string {
  return number === 1 ? 'Once' : `${number} times`;
}

/**
 * Runs a plan. Aborted, it starts nothing more and tells what is there; otherwise it never throws.
 * @param run verifies one; its throttling is answered by waiting, for all of them
 */
export async function verifyEach(
  targets: readonly VerifyBatchItem[],
  run: (target: VerifyBatchItem, signal: AbortSignal) => Promise<Verification>,
  onResult: (result: VerifyBatchResult, done: number) => void,
  signal: AbortSignal,
): Promise<readonly VerifyBatchResult[]> {
  const results = new Map<VerifyBatchItem, VerifyBatchResult>();
  const brake = new Brake();
  try {
    await forEachOf(targets, CONCURRENT, signal, async (target) => {
      let verification: Verification | undefined;
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        await brake.wait(signal);
        verification = await run(target, signal);
        if (!verification.throttled) break;
        brake.press();
      }
      if (!verification) return;
      if (!verification.throttled) brake.release();
      const result = { ...target, identity: verification.identity };
      results.set(target, result);
      onResult(result, results.size);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return targets.flatMap((target) => results.get(target) ?? []);
}

/** Throttling is the account's, not the call's: while one waits, all do. */
class Brake {
  private until = 0;
  private ms = FIRST_WAIT_MS;

  press(): void {
    const now = performance.now();
    // Several that were under way together are one warning.
    if (now < this.until) return;
    this.until = now + this.ms;
    this.ms = Math.min(this.ms * 2, LONGEST_WAIT_MS);
  }

  release(): void {
    this.ms = Math.max(FIRST_WAIT_MS, this.ms / 2);
  }

  async wait(signal: AbortSignal): Promise<void> {
    for (let left = this.until - performance.now(); left > 0; left = this.until - performance.now())
      await pause(left * (1 + Math.random() / 4), signal);
    signal.throwIfAborted();
  }
}

const GRAVITY: Readonly<Record<NonNullable<CallerIdentity['verdict']>, number>> = {
  unknown: 0,
  'as-expected': 1,
  refused: 2,
  'other-role': 3,
};

/** Of two answers about one service account the one that a row shows: a difference first, an answer before none, AWS before a pod. */
export function graver(a: CallerIdentity | undefined, b: CallerIdentity): CallerIdentity {
  if (a?.verdict === undefined) return b;
  const difference = GRAVITY[a.verdict] - GRAVITY[b.verdict ?? 'unknown'];
  return difference > 0 || (difference === 0 && b.how === 'exec') ? a : b;
}

import { expect } from 'vitest';
import type { Fault } from '../../src/demo/faults.js';
import type { ClusterSnapshot, LiveFailure } from '../../src/live/types.js';
import type { Harm, HarmedCall } from './faultMatrix.js';

export function faultOf(call: HarmedCall, { effect }: Harm): Fault {
  const { service, operation, subject } = call;
  return {
    service,
    operation,
    ...(subject === undefined ? {} : { subject }),
    effect: typeof effect === 'function' ? effect(call) : effect,
  };
}

/** Connections of this process, both ends of those to the servers in it. */
export function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

/** The one failure of the call, with one of the reasons, and nothing said twice. */
export function failureOf(seen: ClusterSnapshot, call: HarmedCall, harm: Harm): LiveFailure {
  const told = seen.failures.filter(({ what }) => call.what.test(what));
  expect(new Set(told.map(({ what }) => what)).size, 'each call once').toBe(told.length);
  expect(told.length, JSON.stringify(seen.failures)).toBeGreaterThan(0);
  expect(call.service === 'kubernetes' ? harm.kubernetes : harm.aws).toContain(told[0]!.reason);
  expect(told[0]!.message).not.toBe('');
  return told[0]!;
}

/** Nothing becomes fine that was not, and what needs nothing unknown is judged as before. */
export function restIsRight(seen: ClusterSnapshot, healthy: ClusterSnapshot): void {
  for (const now of seen.serviceAccounts) {
    const key = `${now.namespace}/${now.name}`;
    const before = healthy.serviceAccounts.find((row) => `${row.namespace}/${row.name}` === key);
    // Where accounts were not listed, those that associations name are shown, and never as fine.
    if (!before) {
      expect(now.unknown.length, key).toBeGreaterThan(0);
      continue;
    }
    if (now.status === 'ok') expect(before.status, key).toBe('ok');
    if (now.status === 'unknown') expect(now.unknown.length, key).toBeGreaterThan(0);
    expect(now.pending, key).toBe(false);
    if (now.unknown.length > 0) continue;
    const verdict = ({ mechanism, roleArn, trust, status, findings }: typeof now) => ({
      mechanism,
      roleArn,
      trust,
      status,
      findings: findings.map(({ ruleId }) => ruleId),
    });
    expect(verdict(now), key).toEqual(verdict(before));
  }
}

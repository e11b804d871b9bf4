import type { ClusterSnapshot } from '../../live/types.js';

/** What AWS said this long ago is asked for anew when somebody looks again; ms. */
export const OLD_MS = 15 * 60_000;

/**
 * Kubernetes tells what changes, AWS does not: roles, associations, provider and node groups are as of when they were read. True
 * where that was long ago, and asking again can help: whoever is not signed in is not asked to again and again.
 */
export function isOld(snapshot: ClusterSnapshot | undefined, now: number): boolean {
  if (!snapshot?.complete || snapshot.failures.some(({ reason }) => reason === 'unauthenticated')) return false;
  return now - snapshot.awsReadAt >= OLD_MS;
}

/** `14:03`, or with the day where it is not today's. */
export function clock(then: number, now: number): string {
  const [at, today] = [new Date(then), new Date(now)];
  const two = (number: number) => String(number).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return at.toDateString() === today.toDateString()
    ? time
    : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

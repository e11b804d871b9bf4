import { describe, expect, it } from 'vitest';
import { podRecord, Shared, unlessChanged } from '../../../src/live/kubernetes/records.js';

function pod(name: string, { image = 'app', phase = 'Running', role = 'app', labels = {} as object } = {}) {
  return {
    metadata: { namespace: 'shop', name, uid: `uid-${name}`, labels, ownerReferences: [{ kind: 'Job', name: 'sync' }] },
    spec: {
      serviceAccountName: 'sync',
      nodeName: 'node-1',
      containers: [
        { name: 'sync', image, env: [{ name: 'AWS_ROLE_ARN', value: `arn:aws:iam::111122223333:role/${role}` }] },
      ],
    },
    status: { phase },
  };
}

describe('records of pods', () => {
  it('keep once what the pods of a workload have in common, each with what is its own', () => {
    const shared = new Shared();
    const [first, second, other] = [
      podRecord(pod('a'), shared)!,
      podRecord(pod('b', { phase: 'Pending' }), shared)!,
      podRecord(pod('c', { role: 'other' }), shared)!,
    ];
    expect(second.containers).toBe(first.containers);
    expect([first.name, second.name, second.phase]).toEqual(['a', 'b', 'Pending']);
    expect(first.containers[0]?.roleArn).toBe('arn:aws:iam::111122223333:role/app');
    expect(other.containers[0]?.roleArn).toBe('arn:aws:iam::111122223333:role/other');
  });

  it('are the earlier ones where nothing has changed that is kept', () => {
    const before = new Shared();
    const earlier = podRecord(pod('a'), before)!;
    const now = new Shared(before);
    const again = podRecord(pod('a', { image: 'app:2', labels: { any: 'thing' } }), now)!;
    expect(unlessChanged(earlier, again)).toBe(earlier);
    // Of the template alone, too.
    expect(again.containers).toBe(earlier.containers);
    for (const changed of [pod('a', { phase: 'Failed' }), pod('a', { role: 'other' })]) {
      const record = podRecord(changed, now)!;
      expect(unlessChanged(earlier, record)).toBe(record);
    }
  });
});

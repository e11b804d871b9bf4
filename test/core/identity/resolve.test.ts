import { describe, expect, it } from 'vitest';
import { type IdentityFacts, resolve } from '../../../src/core/identity/resolve.js';

const role = 'arn:aws:iam::111122223333:role/api';
const other = 'arn:aws:iam::111122223333:role/other';
const nothing: IdentityFacts = {
  annotation: undefined,
  association: undefined,
  associationsKnown: true,
  staticCredentials: false,
  node: { reach: 'none', why: 'no pod runs as it' },
};
const node = { reach: 'role', roleArn: other, nodeGroup: 'ng' } as const;

describe('which identity pods get', () => {
  it.each<[string, Partial<IdentityFacts>, object]>([
    ['nothing', {}, { mechanism: 'none', winner: 'none', roleArn: undefined, certain: true }],
    ['an annotation', { annotation: role }, { mechanism: 'irsa', winner: 'irsa', roleArn: role, certain: true }],
    [
      'an association',
      { association: { roleArn: role } },
      { mechanism: 'pod-identity', winner: 'pod-identity', roleArn: role, certain: true },
    ],
    [
      'both: the association wins',
      { annotation: other, association: { roleArn: role } },
      { mechanism: 'both', winner: 'pod-identity', roleArn: role, certain: true },
    ],
    [
      'an association whose role is unknown',
      { association: { roleArn: undefined } },
      { mechanism: 'pod-identity', roleArn: undefined, certain: false },
    ],
    [
      'an annotation, associations unknown',
      { annotation: role, associationsKnown: false },
      { mechanism: 'irsa', roleArn: role, certain: false },
    ],
    [
      'pods that show Pod Identity, associations unknown',
      { associationsKnown: false, observedPodIdentity: true },
      { mechanism: 'pod-identity', roleArn: undefined, certain: false },
    ],
    [
      'the same with an annotation',
      { annotation: role, associationsKnown: false, observedPodIdentity: true },
      { mechanism: 'both', winner: 'pod-identity', roleArn: undefined, certain: false },
    ],
    [
      'pods that showed it, and no association any more',
      { observedPodIdentity: true },
      { mechanism: 'none', certain: true },
    ],
    [
      'keys in the environment',
      { staticCredentials: true, node },
      { mechanism: 'static-credentials', winner: 'static-credentials', roleArn: undefined },
    ],
    ['keys beside an annotation', { staticCredentials: true, annotation: role }, { mechanism: 'irsa', winner: 'irsa' }],
    ["the node's role", { node }, { mechanism: 'node-role', winner: 'node-role', roleArn: other, certain: true }],
    [
      "a node's role that is unknown",
      { node: { reach: 'role', roleArn: undefined, nodeGroup: undefined } },
      { mechanism: 'node-role', roleArn: undefined, certain: false },
    ],
    ['nothing, associations unknown', { associationsKnown: false }, { mechanism: 'none', certain: false }],
  ])('%s', (_, facts, wanted) => {
    expect(resolve({ ...nothing, ...facts })).toMatchObject(wanted);
  });
});

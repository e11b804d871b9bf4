import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateScenario } from '../../src/demo/generateScenario.js';
import { podNaming } from '../../src/demo/kubernetes/manifests.js';
import { assumeRoleForPodIdentity, requestToken, startServers, type TestServers } from '../support/servers.js';

const size = { serviceAccounts: 300, pods: 900, associations: 120, roles: 40, namespaces: 12 };

describe('a generated scenario', () => {
  let servers: TestServers;
  const scenario = generateScenario(size);

  beforeAll(async () => {
    servers = await startServers({ scenario });
  });

  afterAll(() => servers.close());

  it('has the size that is asked for', () => {
    expect(scenario.serviceAccounts).toHaveLength(size.serviceAccounts);
    expect(scenario.associations).toHaveLength(size.associations);
    expect(scenario.namespaces).toHaveLength(size.namespaces);
    expect(scenario.workloads.reduce((sum, { pods }) => sum + pods.length, 0)).toBe(size.pods);
    // And the role of the nodes.
    expect(scenario.roles).toHaveLength(size.roles + 1);
  });

  it('is the same each time', () => {
    expect(generateScenario(size)).toEqual(scenario);
  });

  it('refuses sizes that can not be', () => {
    expect(() => generateScenario({ ...size, associations: 301 })).toThrow(/no more associations/);
    expect(() => generateScenario({ ...size, pods: 1.5 })).toThrow(/whole number/);
  });

  it.each([
    { serviceAccounts: 1, pods: 0, associations: 0, roles: 1, namespaces: 1 },
    { serviceAccounts: 5, pods: 3, associations: 5, roles: 2, namespaces: 2 },
    { serviceAccounts: 5, pods: 3, associations: 2, roles: 1, namespaces: 9 },
    { serviceAccounts: 0, pods: 0, associations: 0, roles: 3, namespaces: 1 },
  ])('goes small: %o', (small) => {
    expect(generateScenario(small).serviceAccounts).toHaveLength(small.serviceAccounts);
  });

  it('expects what its STS and EKS answer', async () => {
    const differing: string[] = [];
    const seen = new Set<string>();
    for (const { namespace, name, expected } of scenario.serviceAccounts) {
      let answer = 'allowed';
      if (expected.mechanism === 'irsa') {
        const token = await requestToken(servers, namespace, name, 'sts.amazonaws.com');
        await servers.sts
          .send(
            new AssumeRoleWithWebIdentityCommand({
              RoleArn: expected.roleArn ?? '',
              RoleSessionName: 'test',
              WebIdentityToken: token,
            }),
          )
          .catch(() => {
            answer = 'denied';
          });
      } else if (expected.mechanism === 'pod-identity') {
        const pod = podNaming({ kind: 'Deployment', namespace, name }).nameOf(0);
        const token = await requestToken(servers, namespace, name, 'pods.eks.amazonaws.com', pod);
        const { error } = await assumeRoleForPodIdentity(servers.demo, token);
        answer = error === null ? 'allowed' : 'denied';
      } else {
        answer = 'not-checked';
      }
      seen.add(`${expected.mechanism} ${answer}`);
      if (answer !== expected.trust) {
        differing.push(`${namespace}/${name}: ${answer}, expected ${expected.trust}`);
      }
    }
    expect(differing).toEqual([]);
    expect([...seen].sort()).toEqual([
      'irsa allowed',
      'irsa denied',
      'node-role not-checked',
      'pod-identity allowed',
      'pod-identity denied',
    ]);
  });
});

import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podNaming } from '../../src/demo/kubernetes/manifests.js';
import { ordersProd } from '../../src/demo/scenario.js';
import type { ServiceAccountRecord } from '../../src/demo/scenarioTypes.js';
import {
  assumeRoleForPodIdentity,
  clientSettings,
  requestToken,
  startServers,
  type TestServers,
} from '../support/servers.js';

let servers: TestServers;

beforeAll(async () => {
  servers = await startServers();
});

afterAll(() => servers.close());

/** What the mechanism's own call says for a new pod: the role that answered, or the refusal's code. */
async function askWithWebIdentity(account: ServiceAccountRecord, roleArn: string): Promise<string> {
  const audience = account.annotations?.['eks.amazonaws.com/audience'] ?? 'sts.amazonaws.com';
  const token = await requestToken(servers, account.namespace, account.name, audience);
  try {
    const assumed = await servers.sts.send(
      new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn, RoleSessionName: 'test', WebIdentityToken: token }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = assumed.Credentials ?? {};
    const minted = new STSClient(
      clientSettings(servers.demo, {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      }),
    );
    const identity = await minted.send(new GetCallerIdentityCommand({}));
    minted.destroy();
    return identity.Arn ?? '';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

async function askWithPodIdentity(account: ServiceAccountRecord): Promise<string> {
  const workload = ordersProd.workloads.find(
    (each) => each.namespace === account.namespace && each.serviceAccount === account.name,
  );
  const pod = workload ? podNaming(workload).nameOf(0) : '';
  const token = await requestToken(servers, account.namespace, account.name, 'pods.eks.amazonaws.com', pod);
  const { error, body } = await assumeRoleForPodIdentity(servers.demo, token);
  return error ?? (body.assumedRoleUser as { arn: string }).arn;
}

/** `arn:aws:sts::ACCOUNT:assumed-role/NAME` of a role. */
function assumedRole(roleArn: string): string {
  return `arn:aws:sts::${roleArn.split(':')[4]}:assumed-role/${roleArn.split('/').at(-1)}/`;
}

describe('the demo cluster', () => {
  it('has each service account once', () => {
    const names = ordersProd.serviceAccounts.map(({ namespace, name }) => `${namespace}/${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  it('names nothing that is not there', () => {
    const accounts = new Set(ordersProd.serviceAccounts.map(({ namespace, name }) => `${namespace}/${name}`));
    const nodes = new Set(ordersProd.nodes.map(({ name }) => name));
    const missing = ordersProd.workloads.filter(
      ({ namespace, serviceAccount, pods }) =>
        !accounts.has(`${namespace}/${serviceAccount}`) || pods.some(({ node }) => !nodes.has(node)),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
    // One association is for a service account that does not exist, on purpose.
    const lonely = ordersProd.associations.filter((each) => !accounts.has(`${each.namespace}/${each.serviceAccount}`));
    expect(lonely.map(({ serviceAccount }) => serviceAccount)).toEqual(['tempo']);
  });

  it.each(ordersProd.serviceAccounts.filter(({ expected }) => expected.mechanism === 'irsa'))(
    'gives $namespace/$name by IRSA what it says: $story',
    async (account) => {
      const { roleArn = '', refusal } = account.expected;
      const answer = await askWithWebIdentity(account, roleArn);
      expect(answer.replace(/Exception$/, '')).toBe(refusal ?? `${assumedRole(roleArn)}test`);
    },
  );

  it.each(ordersProd.serviceAccounts.filter(({ expected }) => ['pod-identity', 'both'].includes(expected.mechanism)))(
    'gives $namespace/$name by Pod Identity what it says: $story',
    async (account) => {
      const { roleArn = '', targetRoleArn, refusal } = account.expected;
      const answer = await askWithPodIdentity(account);
      if (refusal) {
        expect(answer).toBe(refusal);
      } else {
        expect(answer.startsWith(assumedRole(targetRoleArn ?? roleArn))).toBe(true);
      }
    },
  );

  it('refuses by trust exactly where it says denied', () => {
    const odd = ordersProd.serviceAccounts.filter(
      ({ expected }) => expected.trust === 'denied' && !/^AccessDenied/.test(expected.refusal ?? ''),
    );
    expect(odd.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual([]);
  });
});

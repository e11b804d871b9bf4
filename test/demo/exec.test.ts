import { Writable } from 'node:stream';
import { Exec, type V1Pod, type V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ordersProd } from '../../src/demo/scenario.js';
import type { ServiceAccountRecord } from '../../src/demo/scenarioTypes.js';
import { startServers, type TestServers } from '../support/servers.js';

let servers: TestServers;
let pods: V1Pod[];

beforeAll(async () => {
  servers = await startServers();
  pods = (await servers.core.listPodForAllNamespaces()).items;
});

afterAll(() => servers.close());

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function exec(pod: V1Pod, command: string[]): Promise<{ out: string; error: string; status: V1Status }> {
  const out = new Collected();
  const error = new Collected();
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(servers.config)
      .exec(
        pod.metadata?.namespace ?? '',
        pod.metadata?.name ?? '',
        pod.spec?.containers[0]?.name ?? '',
        command,
        out,
        error,
        null,
        false,
        resolve,
      )
      .catch(reject);
  });
  return { out: out.text, error: error.text, status };
}

/** The youngest pod of a service account: one that is not stale. */
function podOf({ namespace, name }: ServiceAccountRecord): V1Pod | undefined {
  const own = pods.filter(
    ({ metadata, spec }) => metadata?.namespace === namespace && spec?.serviceAccountName === name,
  );
  const age = ({ metadata }: V1Pod): number => metadata?.creationTimestamp?.getTime() ?? 0;
  return own.sort((left, right) => age(right) - age(left))[0];
}

/** Names of the roles and users that answer where that is not the role that `expected` names. */
const otherAnswers: Readonly<Record<string, string | RegExp>> = {
  'payments/fraud': ':user/payments-fraud"',
  // A role ARN without a token file counts for nothing, and the node role is next.
  'data/loader': ':assumed-role/ng-default/i-',
  'data/spark': /Connect timeout/,
  'data/windows-agent': /Connect timeout/,
  // These have no `aws`.
  'checkout/frontend': '',
  'kube-system/coredns': '',
};

describe('commands in the containers of the demo', () => {
  it.each(ordersProd.serviceAccounts.filter((account) => account.expected.mechanism !== 'none'))(
    'tell the caller identity of $namespace/$name',
    async (account) => {
      const pod = podOf(account);
      expect(pod).toBeDefined();
      const { out, error, status } = await exec(pod as V1Pod, ['aws', 'sts', 'get-caller-identity']);
      const { roleArn = '', targetRoleArn, refusal } = account.expected;
      const other = otherAnswers[`${account.namespace}/${account.name}`];
      if (other instanceof RegExp) {
        expect(error).toMatch(other);
        expect(status.status).toBe('Failure');
      } else if (other === '') {
        expect(status.message).toContain('executable file not found');
      } else if (other !== undefined) {
        expect(out).toContain(other);
      } else if (refusal) {
        expect(error).toContain(`${refusal.replace(/Exception$/, '')}`);
        expect(status.details?.causes?.[0]?.reason).toBe('ExitCode');
      } else {
        const name = (targetRoleArn ?? roleArn).split('/').at(-1);
        expect(JSON.parse(out)).toMatchObject({ Arn: expect.stringContaining(`:assumed-role/${name}/`) });
      }
    },
  );

  it('show the environment', async () => {
    const account = ordersProd.serviceAccounts.find(({ name }) => name === 'etl');
    const pod = account && podOf(account);
    expect((await exec(pod as V1Pod, ['env'])).out).toContain('AWS_ROLE_ARN=arn:aws:iam::111122223333:role/data-etl\n');
  });
});

import { describe, expect, it } from 'vitest';
import { principalOfToken } from '../../src/demo/kubernetes/awsToken.js';
import { ordersProd } from '../../src/demo/scenario.js';
import { awsClients } from '../../src/live/aws/clients.js';
import { eksToken } from '../../src/live/aws/eksToken.js';
import { redact } from '../../src/live/redact.js';
import { never } from './support.js';

const now = new Date('2026-03-04T05:06:07Z');

/** The token and the URL in it, made with keys of the environment. */
async function tokenFor(cluster: string, region: string, environment: Record<string, string> = {}) {
  const before = { ...process.env };
  const { accessKeyId, secretAccessKey } = ordersProd.caller;
  delete process.env.AWS_ENDPOINT_URL;
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...environment,
  });
  const aws = await awsClients({ region, timeoutMs: 5_000 });
  try {
    const made = await eksToken(aws, cluster, 5_000, now, never());
    if (!made.ok) throw new Error(made.failure.message);
    const token = made.value.token!;
    const url = new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString('utf8'));
    return { token, url, expiresAt: made.value.expiresAt };
  } finally {
    aws.destroy();
    process.env = before;
  }
}

describe('a token of EKS', () => {
  it('is a signed URL of the region’s STS, as the AWS CLI makes it', async () => {
    const { token, url, expiresAt } = await tokenFor('orders-prod', 'eu-west-1');
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    expect(url.origin + url.pathname).toBe('https://sts.eu-west-1.amazonaws.com/');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `${ordersProd.caller.accessKeyId}/20260304/eu-west-1/sts/aws4_request`,
      'X-Amz-Date': '20260304T050607Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(expiresAt).toBe(now.getTime() + 14 * 60_000);
  });

  it('follows the partition, and carries the token of a session', async () => {
    expect((await tokenFor('a', 'cn-north-1')).url.hostname).toBe('sts.cn-north-1.amazonaws.com.cn');
    const { url } = await tokenFor('a', 'us-east-1', { AWS_SESSION_TOKEN: 'of+a/session=' });
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe('of+a/session=');
  });

  it('is good for its cluster and its time only', async () => {
    const good = async (cluster: string, later = 0) =>
      principalOfToken((await tokenFor(cluster, 'eu-west-1')).token, ordersProd, new Date(now.getTime() + later));
    expect(await good('orders-prod')).toBe('arn:aws:iam::111122223333:role/engineer');
    expect(await good('staging')).toBeUndefined();
    expect(await good('orders-prod', 16 * 60_000)).toBeUndefined();
  });

  it('is taken out of whatever is shown', async () => {
    const { token, url } = await tokenFor('orders-prod', 'eu-west-1');
    expect(redact(`token ${token} and ${url}`)).not.toMatch(
      new RegExp(`${url.searchParams.get('X-Amz-Signature')}|${token.slice(20, 60)}|${ordersProd.caller.accessKeyId}`),
    );
  });
});

import { createHash, createHmac } from 'node:crypto';
import type { Scenario } from '../scenarioTypes.js';

const LONGEST_SECONDS = 900;

/**
 * Whose token it is that `aws eks get-token` makes: a signed URL of STS's GetCallerIdentity, good with the header
 * `x-k8s-aws-id` only. The real API server's webhook sends it to STS; here its signature is worked out anew.
 * @returns the ARN of the user or the role; undefined where the token is not good
 */
export function principalOfToken(token: string, { cluster, caller }: Scenario, now: Date): string | undefined {
  let url: URL;
  try {
    url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const parameter = (name: string) => url.searchParams.get(name) ?? '';
  const [key, date = '', region = '', service, end] = parameter('X-Amz-Credential').split('/');
  const time = parameter('X-Amz-Date').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const age = (now.getTime() - Date.parse(time)) / 1000;
  const fits =
    !token.includes('=') &&
    url.pathname === '/' &&
    parameter('Action') === 'GetCallerIdentity' &&
    parameter('X-Amz-SignedHeaders').split(';').includes('x-k8s-aws-id') &&
    Number(parameter('X-Amz-Expires')) <= LONGEST_SECONDS &&
    age > -300 &&
    age < LONGEST_SECONDS &&
    key === caller.accessKeyId &&
    service === 'sts' &&
    end === 'aws4_request' &&
    parameter('X-Amz-Signature') === signature(url, cluster.name, caller.secretAccessKey, date, region);
  return fits ? caller.arn.replace(/:sts::(\d{12}):assumed-role\/([^/]+)\/.*$/, ':iam::$1:role/$2') : undefined;
}

/** Signature Version 4 in the query: @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signature(url: URL, cluster: string, secret: string, date: string, region: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = ['GET', '/', query, headers, 'host;x-k8s-aws-id', hash('')].join('\n');
  const scope = `${date}/${region}/sts/aws4_request`;
  const time = url.searchParams.get('X-Amz-Date') ?? '';
  const toSign = ['AWS4-HMAC-SHA256', time, scope, hash(canonical)].join('\n');
  const key = [date, region, 'sts', 'aws4_request'].reduce<Buffer | string>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

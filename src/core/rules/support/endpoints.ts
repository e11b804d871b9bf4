import { PARTITIONS } from '../../iam/arn.js';

/** `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_S3`, `S3_ENDPOINT`, `CART_DYNAMODB_ENDPOINT`, … */
const ENDPOINT =
  /(?:^|_)(?:AWS|S3|DYNAMO_?DB|SQS|SNS|STS|KINESIS|SECRETS_?MANAGER|SSM)_ENDPOINT(?:_URL)?(?:_[A-Z0-9_]+)?$/;
const SUFFIXES = ['api.aws', ...new Set(PARTITIONS.map(({ suffix }) => suffix))];

/**
 * Does a variable name the address of a stand-in for AWS, as of MinIO or LocalStack? The keys beside it are that one's,
 * and no role opens it.
 */
export function isForeignEndpoint(name: string, value: string | undefined): boolean {
  if (!ENDPOINT.test(name.toUpperCase())) return false;
  const host = /^\s*(?:[a-z0-9+.-]+:\/\/)?([a-z0-9_.-]+)/i.exec(value ?? '')?.[1]?.toLowerCase();
  return host !== undefined && !SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
}

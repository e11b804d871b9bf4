import { partitionOfRegion } from '../../iam/arn.js';
import { bareIssuer, type IssuerProblem } from '../../iam/issuer.js';
import { type Hole, sameText, type Ternary, type Text } from '../../syntax/text.js';
import type { ConditionReading, ProviderReading, StatementReading } from './reading.js';

/** What is wrong with an issuer, for people. Those left out are no matter of the issuer alone. */
export const ISSUER_PROBLEMS: Readonly<Record<IssuerProblem, string>> = {
  scheme: "an issuer stands without 'https://'",
  'trailing-slash': "an issuer has no '/' at its end",
  'provider-arn': "the issuer stands here alone, without the provider's ARN before it",
  'swapped-host': "the host reads 'oidc.eks.REGION…', not 'oidc.REGION.eks…'",
  'missing-id': "the issuer ends with '/id/' and the cluster's id",
  host: "that is no EKS issuer's host and path, 'oidc.eks.REGION.amazonaws.com/id/ID'",
  region: "the host's region and domain belong to different partitions",
};

/** The same corrections on the text as it is typed, holes and all. */
export function repaired(issuer: string): string {
  let text = issuer
    .replace(/^arn:.*?oidc-provider\//, '')
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '');
  const swapped = /^oidc\.([a-z0-9-]+)\.eks\./i.exec(text);
  if (swapped && partitionOfRegion(swapped[1]!)) text = `oidc.eks.${swapped[1]}.${text.slice(swapped[0].length)}`;
  if (/^oidc(?:\.eks|-eks)\.[^/]+\/[^/]+$/i.test(text) && !/\/id$/i.test(text)) text = text.replace('/', '/id/');
  return text;
}

// What these give begins with `https://`, wherever they stand.
const WITH_SCHEME =
  /^[\w.[\]"'*-]*(?:cluster_oidc_issuer_url|identity(?:\[0\]|\.0)\.(?:0\.)?oidc(?:\[0\]|\.0)\.(?:0\.)?issuer|OpenIdConnectIssuerUrl)$/;

/** Is the first part a reference that surely brings its scheme along? */
export function schemeBehindReference(issuer: Text): Hole | undefined {
  const [first] = issuer;
  return typeof first === 'object' && WITH_SCHEME.test(first.expression.trim()) ? first : undefined;
}

const PROVIDER_ARN =
  /^(?:module\.[\w-]+(?:\[[^\]]*\])?\.oidc_provider_arn|(?:data\.)?aws_iam_openid_connect_provider\.[\w-]+(?:\[[^\]]*\])?\.arn)$/;

/** Is the first part a reference that surely is the provider's ARN? */
export function arnBehindReference(issuer: Text): Hole | undefined {
  const [first] = issuer;
  return typeof first === 'object' && PROVIDER_ARN.test(first.expression.trim()) ? first : undefined;
}

/** Do the host's region and domain disagree in the provider too? Then the finding stands there alone. */
export function sharesRegionProblem({ issuer }: ConditionReading, reading: StatementReading): boolean {
  return reading.providers.some(
    ({ arn, issuer: own }) =>
      arn &&
      own?.problems.includes('region') &&
      issuer &&
      sameText(bareIssuer(arn.issuer), bareIssuer(issuer)) === 'yes',
  );
}

/** Is this issuer one of the statement's providers'? `maybe` where one of them is not known. */
export function isProviders(
  issuer: Text,
  providers: readonly ProviderReading[],
  same: (a: Text, b: Text) => Ternary,
): Ternary {
  let answer: Ternary = 'no';
  for (const provider of providers) {
    const own = provider.issuer?.meant;
    const each = own ? same(own, issuer) : 'maybe';
    if (each === 'yes') return 'yes';
    if (each === 'maybe') answer = 'maybe';
  }
  return answer;
}

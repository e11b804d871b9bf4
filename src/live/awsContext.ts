import type { AwsCluster, ContextSummary } from './types.js';

/** `eks:eu-west-1/orders-prod`, `eks:eu-west-1/orders-prod@dev`: one name for each cluster seen as somebody. */
export function awsContext(aws: AwsCluster): ContextSummary {
  const { name, region, profile } = aws;
  return {
    name: `eks:${region}/${name}${profile === undefined ? '' : `@${profile}`}`,
    current: false,
    server: '',
    user: profile === undefined ? 'the default AWS identity' : `AWS profile ${profile}`,
    signIn: 'AWS',
    eks: { name, region, ...(profile === undefined ? {} : { profile }) },
    aws,
  };
}

/** As the SDKs find it: the service's own variable, the general one, the public endpoint. Without a slash at the end. */
export function serviceEndpoint(
  service: 'eks-auth' | 'ec2',
  region: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const own = environment[`AWS_ENDPOINT_URL_${service.toUpperCase().replace('-', '_')}`];
  const configured =
    environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true' ? undefined : own || environment.AWS_ENDPOINT_URL;
  return (configured || `https://${publicHost(service, region)}`).replace(/\/+$/, '');
}

function publicHost(service: 'eks-auth' | 'ec2', region: string): string {
  const china = region.startsWith('cn-');
  // EKS Auth is dual-stack only, under the `api` domain (botocore, endpoint rules of eks-auth).
  if (service === 'eks-auth') return `eks-auth.${region}.${china ? 'api.amazonwebservices.com.cn' : 'api.aws'}`;
  return `ec2.${region}.${china ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

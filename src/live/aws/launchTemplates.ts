import { deadline, orAborted } from '../deadline.js';
import { failed, failure, messageOf, networkReason, reasonOfStatus, success } from '../failure.js';
import type { ImdsSettings, NodeGroupState, Result } from '../types.js';
import type { AwsClients } from './clients.js';
import { serviceEndpoint } from './endpoint.js';
import { reasonOf } from './errorNames.js';
import { signed } from './sign.js';

const PERMISSION = 'ec2:DescribeLaunchTemplateVersions';

/**
 * The metadata options of a node group's launch template, by EC2's query protocol. The EC2 SDK alone would be larger than
 * everything else together, for this one call. What the template leaves out is the AMI's default, and unknown.
 */
export async function readImds(
  aws: AwsClients,
  template: NonNullable<NodeGroupState['launchTemplate']>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<ImdsSettings>> {
  const what = `${PERMISSION} ${template.name ?? template.id ?? ''}`;
  const parameters = new URLSearchParams({
    Action: 'DescribeLaunchTemplateVersions',
    Version: '2016-11-15',
    'LaunchTemplateVersion.1': template.version ?? '$Default',
  });
  if (template.id !== undefined) parameters.set('LaunchTemplateId', template.id);
  else if (template.name !== undefined) parameters.set('LaunchTemplateName', template.name);
  const limit = deadline(signal, timeoutMs);
  try {
    const request = {
      method: 'POST',
      url: new URL(`${serviceEndpoint('ec2', aws.region)}/`),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: parameters.toString(),
    } as const;
    const credentials = await orAborted(aws.eks.config.credentials(), limit.signal);
    const headers = {
      ...signed(request, { service: 'ec2', region: aws.region }, credentials, new Date()),
      // One call a template: nothing is to be kept open for more.
      connection: 'close',
    };
    const response = await fetch(request.url, { method: 'POST', headers, body: request.body, signal: limit.signal });
    const xml = await response.text();
    if (!response.ok) {
      const code = element(xml, 'Code') ?? String(response.status);
      const reason = reasonOf(code, response.status) ?? reasonOfStatus(response.status);
      return {
        ok: false,
        failure: {
          ...failure(what, reason, `${code}: ${element(xml, 'Message') ?? ''}`, PERMISSION),
          status: response.status,
        },
      };
    }
    if (!xml.includes('<launchTemplateVersionSet'))
      return failed(what, 'invalid-response', 'the answer holds no launch template', PERMISSION);
    const options = element(xml, 'metadataOptions') ?? '';
    const tokens = element(options, 'httpTokens');
    const hops = Number(element(options, 'httpPutResponseHopLimit') ?? Number.NaN);
    return success({
      ...(tokens === 'required' || tokens === 'optional' ? { tokens } : {}),
      ...(Number.isInteger(hops) ? { hopLimit: hops } : {}),
      ...(element(options, 'httpEndpoint') === 'disabled' ? { disabled: true } : {}),
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limit.expired) return failed(what, 'timeout', 'no answer in time', PERMISSION);
    const network = networkReason(error);
    return failed(what, network?.reason ?? 'invalid-response', network?.message ?? messageOf(error), PERMISSION);
  } finally {
    limit.dispose();
  }
}

/** The content of the first element of that name; EC2's answers have no attributes and no CDATA here. */
function element(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const end = start < 0 ? -1 : xml.indexOf(`</${name}>`, start);
  return end < 0 ? undefined : xml.slice(start + name.length + 2, end);
}

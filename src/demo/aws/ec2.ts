import type { NodeGroupRecord } from '../scenarioTypes.js';
import { AwsError } from './errors.js';
import { type XmlValue, xml } from './xml.js';

/** EC2's lists are called `item`, unlike those of IAM and STS. */
function items(values: readonly XmlValue[]): string {
  return values.map((value) => `<item>${xml(value)}</item>`).join('');
}

/** The one EC2 call that tells how a node group's instances are reached: DescribeLaunchTemplateVersions. */
export function ec2Call(operation: string, parameters: URLSearchParams, groups: readonly NodeGroupRecord[]): string {
  if (operation !== 'DescribeLaunchTemplateVersions') {
    throw new AwsError('InvalidAction', 400, `The action ${operation} is not valid for this web service.`);
  }
  const id = parameters.get('LaunchTemplateId');
  const name = parameters.get('LaunchTemplateName');
  const template = groups
    .map(({ launchTemplate }) => launchTemplate)
    .find((each) => each !== undefined && (each.id === id || each.name === name));
  if (!template) {
    throw new AwsError(
      'InvalidLaunchTemplateId.NotFound',
      400,
      `The specified launch template, with template ID ${id ?? name}, does not exist.`,
    );
  }
  const version: XmlValue = {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: 1,
    defaultVersion: true,
    createdBy: 'arn:aws:iam::111122223333:user/terraform',
    launchTemplateData: {
      metadataOptions: {
        httpTokens: template.httpTokens,
        httpPutResponseHopLimit: template.httpPutResponseHopLimit,
        httpEndpoint: 'enabled',
      },
    },
  };
  return `<launchTemplateVersionSet>${items([version])}</launchTemplateVersionSet>`;
}

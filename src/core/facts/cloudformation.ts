import { embedJson } from '../syntax/embed.js';
import { onlyHole } from '../syntax/text.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  objectAt,
  property,
  type StringNode,
  type SyntaxNode,
  stringAt,
  stringsOf,
  wordOf,
} from '../syntax/tree.js';
import { addonAccount } from './addonAccounts.js';
import { branchesOf, TemplateValues } from './cloudformationValues.js';
import { readPermissionPolicy, readTrustPolicy } from './iamPolicy.js';
import { readKubernetesObject } from './kubernetes.js';
import type { Association, Facts, Role } from './model.js';
import { readMetadataOptions } from './nodeTemplates.js';
import { accountByProvider } from './providerAccount.js';
import { roleReference } from './roleReferences.js';

/** CloudFormation and SAM templates, also those that CDK writes and those inside a `serverless.yml`. */
export function readCloudFormation(root: SyntaxNode, facts: Facts, context: { readonly file: string }): boolean {
  const templates = templatesIn(root);
  for (const template of templates) new TemplateReader(template, facts, context.file).read();
  return templates.length > 0;
}

function templatesIn(root: SyntaxNode): ObjectNode[] {
  const candidates = [root, ...listOf(get(root, 'resources'))];
  return candidates.filter((node): node is ObjectNode => node.kind === 'object' && isTemplate(node));
}

function isTemplate(node: ObjectNode): boolean {
  const resources = objectAt(node, 'Resources');
  if (!resources) return false;
  return (
    property(node, 'AWSTemplateFormatVersion') !== undefined ||
    resources.properties.some(
      ({ key, value }) =>
        key.raw.startsWith('Fn::') || /^(?:AWS|Alexa|Custom|[A-Z]\w+)::/.test(wordOf(get(value, 'Type')) ?? ''),
    )
  );
}

interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly node: ObjectNode;
  readonly properties: ObjectNode;
}

class TemplateReader {
  readonly #values: TemplateValues;
  readonly #resources: readonly Resource[];

  constructor(
    template: ObjectNode,
    private readonly facts: Facts,
    file: string,
  ) {
    this.#values = new TemplateValues(template, file);
    this.#resources = this.#collect(objectAt(template, 'Resources')!, 0);
  }

  read(): void {
    for (const resource of this.#resources) this.#readers[resource.type]?.(resource);
  }

  /** With those inside `Fn::ForEach`, whose third argument is a map of resources. */
  #collect(map: ObjectNode, depth: number): Resource[] {
    return map.properties.flatMap(({ key, value }) => {
      if (key.raw.startsWith('Fn::ForEach::') && depth < 4) {
        const body = value?.kind === 'array' ? value.items[2] : undefined;
        return body?.kind === 'object' ? this.#collect(body, depth + 1) : [];
      }
      const type = wordOf(get(value, 'Type'));
      if (type === undefined || value?.kind !== 'object' || !(type in this.#readers)) return [];
      const written = objectAt(value, 'Properties');
      const properties = written && this.#values.resolve(written);
      return properties?.kind === 'object' ? [{ logicalId: key.raw, type, node: value, properties }] : [];
    });
  }

  readonly #readers: Readonly<Record<string, (resource: Resource) => void>> = {
    'AWS::IAM::Role': (resource) => this.#role(resource),
    'AWS::IAM::Policy': (resource) => this.#policy(resource),
    'AWS::IAM::RolePolicy': (resource) => this.#policy(resource),
    'AWS::IAM::ManagedPolicy': (resource) => this.#policy(resource),
    'AWS::IAM::OIDCProvider': (resource) => this.#provider(resource),
    'AWS::EKS::PodIdentityAssociation': (resource) => this.#association(resource),
    'AWS::EKS::Addon': (resource) => this.#addon(resource),
    'AWS::EKS::Nodegroup': () => undefined,
    'AWS::EC2::LaunchTemplate': (resource) => this.#launchTemplate(resource),
    'AWS::Serverless::Function': (resource) => this.#function(resource),
    'Custom::AWSCDK-EKS-KubernetesResource': (resource) => this.#manifest(resource),
    'AWSQS::Kubernetes::Resource': (resource) => this.#manifest(resource),
  };

  #role({ logicalId, node, properties }: Resource): void {
    const { facts } = this;
    const address = this.#values.address(logicalId);
    const trustPolicy = this.#trustPolicy(node, properties);
    const account = accountByProvider(trustPolicy);
    const name = stringAt(properties, 'RoleName');
    const path = stringAt(properties, 'Path');
    const role: Role = {
      source: 'cloudformation',
      address,
      ...(name ? { name } : {}),
      ...(path ? { path } : {}),
      ...(account === undefined ? {} : { account }),
      ...(trustPolicy ? { trustPolicy } : {}),
      node,
    };
    if (trustPolicy) trustPolicy.role = role;
    facts.roles.push(role);
    for (const item of listOf(get(properties, 'Policies'))) {
      const policy = readPermissionPolicy(get(item, 'PolicyDocument'), [{ address }]);
      if (policy) facts.permissionPolicies.push(policy);
    }
    for (const arn of stringsOf(get(properties, 'ManagedPolicyArns')))
      facts.managedPolicyArns.push({ arn, roles: [{ address }] });
  }

  /** Of a conditional document each version is checked, but none is said to be the role's. */
  #trustPolicy(node: ObjectNode, properties: ObjectNode): Role['trustPolicy'] {
    const written = get(node, 'Properties', 'AssumeRolePolicyDocument');
    for (const branch of (written && branchesOf(written)) ?? []) {
      const policy = readTrustPolicy(this.#values.resolve(branch));
      if (policy) this.facts.trustPolicies.push(policy);
    }
    const policy = readTrustPolicy(get(properties, 'AssumeRolePolicyDocument'));
    if (policy) this.facts.trustPolicies.push(policy);
    return policy;
  }

  #policy({ logicalId, type, properties }: Resource): void {
    const named = [...stringsOf(get(properties, 'Roles')), ...stringsOf(get(properties, 'RoleName'))];
    const policy = readPermissionPolicy(get(properties, 'PolicyDocument'), named.map(roleReference));
    const address = type === 'AWS::IAM::ManagedPolicy' ? { address: this.#values.address(logicalId) } : {};
    if (policy) this.facts.permissionPolicies.push({ ...policy, ...address });
  }

  #provider({ logicalId, node, properties }: Resource): void {
    const url = stringAt(properties, 'Url');
    this.facts.oidcProviders.push({
      ...(url ? { url } : {}),
      clientIds: stringsOf(get(properties, 'ClientIdList')),
      address: this.#values.address(logicalId),
      node,
    });
  }

  #association({ properties }: Resource): void {
    const targetRoleArn = stringAt(properties, 'TargetRoleArn');
    const disableSessionTags = get(properties, 'DisableSessionTags');
    const policy = get(properties, 'Policy');
    this.facts.associations.push({
      ...associationBase(properties, stringAt(properties, 'Namespace')),
      ...(targetRoleArn ? { targetRoleArn } : {}),
      ...(disableSessionTags ? { disableSessionTags } : {}),
      ...(policy ? { policy } : {}),
    });
  }

  #addon({ properties }: Resource): void {
    const addon = literal(get(properties, 'AddonName'));
    const clusterName = stringAt(properties, 'ClusterName');
    for (const item of listOf(get(properties, 'PodIdentityAssociations'))) {
      if (item.kind !== 'object') continue;
      this.facts.associations.push({
        ...associationBase(item, undefined),
        ...(clusterName ? { clusterName } : {}),
        addon: addon ?? '',
      });
    }
    const roleArn = property(properties, 'ServiceAccountRoleArn');
    if (roleArn?.value?.kind !== 'string') return;
    this.facts.serviceAccounts.push(
      addonAccount({
        source: 'cloudformation',
        node: properties,
        addon: stringAt(properties, 'AddonName'),
        namespace: stringAt(properties, 'NamespaceConfig', 'Namespace'),
        key: roleArn.key,
        roleArn: roleArn.value,
      }),
    );
  }

  #launchTemplate({ logicalId, node, properties }: Resource): void {
    const data = objectAt(properties, 'LaunchTemplateData');
    const name = stringAt(properties, 'LaunchTemplateName');
    const options = readMetadataOptions(objectAt(data, 'MetadataOptions'), 'HttpTokens', 'HttpPutResponseHopLimit');
    if (!options) return;
    this.facts.nodeTemplates.push({
      kind: 'launch-template',
      ...(name ? { name } : {}),
      node,
      ...options,
      eks:
        this.#isUsedByNodes(logicalId, name) ||
        speaksOfEks(get(data, 'UserData')) ||
        speaksOfEks(get(data, 'TagSpecifications')) ||
        speaksOfEks(name),
    });
  }

  #isUsedByNodes(logicalId: string, name: StringNode | undefined): boolean {
    const address = this.#values.address(logicalId);
    return this.#resources.some(({ type, properties }) => {
      if (type !== 'AWS::EKS::Nodegroup') return false;
      const used = objectAt(properties, 'LaunchTemplate');
      const id = stringAt(used, 'Id') ?? stringAt(used, 'Name');
      if (!id) return false;
      if (onlyHole(id.text)?.address === address) return true;
      return name !== undefined && literal(name) !== undefined && literal(id) === literal(name);
    });
  }

  #function({ node, properties }: Resource): void {
    this.#trustPolicy(node, properties);
  }

  /** CDK's `cluster.addManifest` and `addServiceAccount`: a JSON list of Kubernetes objects. */
  #manifest({ properties }: Resource): void {
    const manifest = stringAt(properties, 'Manifest');
    for (const object of listOf(manifest && embedJson(manifest)))
      readKubernetesObject(object, this.facts, { source: 'cloudformation' });
  }
}

function associationBase(node: ObjectNode, namespace: StringNode | undefined): Association {
  const clusterName = stringAt(node, 'ClusterName');
  const serviceAccount = stringAt(node, 'ServiceAccount');
  const roleArn = stringAt(node, 'RoleArn');
  const hole = roleArn && onlyHole(roleArn.text);
  return {
    source: 'cloudformation',
    node,
    ...(clusterName ? { clusterName } : {}),
    ...(namespace ? { namespace } : {}),
    ...(serviceAccount ? { serviceAccount } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(hole?.address === undefined ? {} : { role: { address: hole.address } }),
    fields: [],
  };
}

const EKS_WORDS = /\beks\b|nodeadm|NodeConfig|bootstrap\.sh|kubernetes\.io\/cluster\//i;

/** Anywhere in a value's source: user data is mostly text under `Fn::Base64`, which nobody reads further. */
function speaksOfEks(node: SyntaxNode | undefined): boolean {
  if (!node) return false;
  const { start, end } = node.outer ?? node;
  return EKS_WORDS.test(node.document.text.slice(start, end));
}

import { randomBytes, randomUUID } from 'node:crypto';
import {
  type AddonRecord,
  associationArn,
  type ClusterRecord,
  clusterArn,
  type FargateProfileRecord,
  issuerHost,
  type NodeGroupRecord,
} from '../scenarioTypes.js';
import { AwsError } from './errors.js';
import type { Association, AwsState } from './state.js';

type Json = Record<string, unknown>;

/** A REST call that was recognised: the operation's name and what stands in its path. */
export interface EksCall {
  readonly operation: string;
  readonly cluster: string;
  /** Add-on, node group, profile or association. */
  readonly item: string;
}

const routes: readonly { method: string; pattern: RegExp; operation: string }[] = [
  { method: 'GET', pattern: /^\/clusters$/, operation: 'ListClusters' },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)$/, operation: 'DescribeCluster' },
  {
    method: 'GET',
    pattern: /^\/clusters\/([^/]+)\/pod-identity-associations$/,
    operation: 'ListPodIdentityAssociations',
  },
  {
    method: 'POST',
    pattern: /^\/clusters\/([^/]+)\/pod-identity-associations$/,
    operation: 'CreatePodIdentityAssociation',
  },
  {
    method: 'GET',
    pattern: /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
    operation: 'DescribePodIdentityAssociation',
  },
  {
    method: 'POST',
    pattern: /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
    operation: 'UpdatePodIdentityAssociation',
  },
  {
    method: 'DELETE',
    pattern: /^\/clusters\/([^/]+)\/pod-identity-associations\/([^/]+)$/,
    operation: 'DeletePodIdentityAssociation',
  },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)\/addons$/, operation: 'ListAddons' },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)\/addons\/([^/]+)$/, operation: 'DescribeAddon' },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)\/node-groups$/, operation: 'ListNodegroups' },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)\/node-groups\/([^/]+)$/, operation: 'DescribeNodegroup' },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)\/fargate-profiles$/, operation: 'ListFargateProfiles' },
  { method: 'GET', pattern: /^\/clusters\/([^/]+)\/fargate-profiles\/([^/]+)$/, operation: 'DescribeFargateProfile' },
  {
    method: 'POST',
    pattern: /^\/clusters\/([^/]+)\/assume-role-for-pod-identity$/,
    operation: 'AssumeRoleForPodIdentity',
  },
];

export function eksCall(method: string, path: string): EksCall | undefined {
  for (const route of routes) {
    const found = route.method === method ? path.match(route.pattern) : null;
    if (found) {
      return {
        operation: route.operation,
        cluster: decodeURIComponent(found[1] ?? ''),
        item: decodeURIComponent(found[2] ?? ''),
      };
    }
  }
  return undefined;
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 404, message);
}

/** One page; `nextToken` is missing on the last. */
function page<Item>(items: readonly Item[], query: URLSearchParams): { items: Item[]; nextToken?: string } {
  const size = Number(query.get('maxResults') ?? 100);
  const token = query.get('nextToken');
  const start = token ? Number(Buffer.from(token, 'base64url').toString()) : 0;
  if (!Number.isInteger(size) || size < 1 || size > 100) {
    throw invalid('maxResults must be between 1 and 100');
  }
  if (!Number.isInteger(start)) {
    throw invalid('Invalid nextToken');
  }
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {}),
  };
}

function parse(body: string): Json {
  try {
    return (body === '' ? {} : JSON.parse(body)) as Json;
  } catch (error) {
    throw new AwsError('SerializationException', 400, error instanceof Error ? error.message : String(error));
  }
}

/** The part of EKS that the product asks (REST, JSON). */
export class Eks {
  /** Ids of created associations by the token of the request that made them: a request sent twice makes one. */
  private readonly created = new Map<string, string>();

  constructor(private readonly state: AwsState) {}

  /** The ARN an operation is about, for the check of rights. */
  resourceOf(call: EksCall): string {
    const { cluster } = this.state.scenario;
    return call.cluster ? clusterArn({ ...cluster, name: call.cluster }) : '*';
  }

  /** @param region that the request was signed for: each has clusters of its own */
  call(call: EksCall, query: URLSearchParams, body: string, region?: string): Json {
    const { scenario } = this.state;
    const there = [scenario.cluster, ...scenario.otherClusters].filter(
      (cluster) => region === undefined || cluster.region === region,
    );
    if (call.operation === 'ListClusters') {
      const names = there.map(({ name }) => name).sort();
      const { items, nextToken } = page(names, query);
      return { clusters: items, nextToken };
    }
    const cluster = there.find(({ name }) => name === call.cluster);
    if (!cluster) {
      throw notFound(`No cluster found for name: ${call.cluster}.`);
    }
    // What stands in the clusters beside is not part of the scenario.
    const main = cluster === scenario.cluster;
    switch (call.operation) {
      case 'DescribeCluster':
        return { cluster: this.describeCluster(cluster, main) };
      case 'ListPodIdentityAssociations':
        return this.listAssociations(main ? [...this.state.associations.values()] : [], query);
      case 'CreatePodIdentityAssociation':
        return { association: this.describe(this.create(parse(body))) };
      case 'DescribePodIdentityAssociation':
        return { association: this.describe(this.association(call.item)) };
      case 'UpdatePodIdentityAssociation':
        return { association: this.describe(this.update(this.association(call.item), parse(body))) };
      case 'DeletePodIdentityAssociation': {
        const association = this.association(call.item);
        this.state.deleteAssociation(call.item);
        return { association: this.describe(association) };
      }
      case 'ListAddons': {
        const { items, nextToken } = page(main ? scenario.addons.map(({ name }) => name) : [], query);
        return { addons: items, nextToken };
      }
      case 'DescribeAddon':
        return { addon: this.describeAddon(find(main ? scenario.addons : [], call.item, 'addon')) };
      case 'ListNodegroups': {
        const { items, nextToken } = page(main ? scenario.nodeGroups.map(({ name }) => name) : [], query);
        return { nodegroups: items, nextToken };
      }
      case 'DescribeNodegroup':
        return { nodegroup: this.describeNodeGroup(find(main ? scenario.nodeGroups : [], call.item, 'node group')) };
      case 'ListFargateProfiles': {
        const { items, nextToken } = page(main ? scenario.fargateProfiles.map(({ name }) => name) : [], query);
        return { fargateProfileNames: items, nextToken };
      }
      case 'DescribeFargateProfile':
        return {
          fargateProfile: this.describeProfile(
            find(main ? scenario.fargateProfiles : [], call.item, 'Fargate Profile'),
          ),
        };
      default:
        throw new AwsError('UnknownOperationException', 404, `no operation ${call.operation}`);
    }
  }

  private describeCluster(cluster: ClusterRecord, main: boolean): Json {
    const { endpoint } = this.state;
    return {
      name: cluster.name,
      arn: clusterArn(cluster),
      createdAt: seconds(this.state.ago(cluster.ageMinutes)),
      version: cluster.version,
      platformVersion: 'eks.12',
      status: 'ACTIVE',
      endpoint: main ? endpoint.url : this.state.unreachableEndpoint,
      roleArn: `arn:aws:iam::${cluster.account}:role/eks-cluster`,
      certificateAuthority: { data: Buffer.from(endpoint.authority).toString('base64') },
      identity: { oidc: { issuer: `https://${issuerHost(cluster)}` } },
      accessConfig: { authenticationMode: cluster.authenticationMode },
      resourcesVpcConfig: {
        subnetIds: ['subnet-0a1b2c3d4e5f60001', 'subnet-0a1b2c3d4e5f60002', 'subnet-0a1b2c3d4e5f60003'],
        securityGroupIds: [],
        clusterSecurityGroupId: 'sg-0a1b2c3d4e5f60001',
        vpcId: 'vpc-0a1b2c3d4e5f60001',
        endpointPublicAccess: cluster.privateEndpoint !== true,
        endpointPrivateAccess: true,
        publicAccessCidrs: cluster.privateEndpoint ? [] : ['0.0.0.0/0'],
      },
      kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16', ipFamily: 'ipv4' },
      logging: { clusterLogging: [] },
      health: { issues: [] },
      tags: {},
    };
  }

  private listAssociations(all: readonly Association[], query: URLSearchParams): Json {
    const namespace = query.get('namespace');
    const serviceAccount = query.get('serviceAccount');
    const wanted = all.filter(
      (each) =>
        (namespace === null || each.namespace === namespace) &&
        (serviceAccount === null || each.serviceAccount === serviceAccount),
    );
    const { items, nextToken } = page(wanted, query);
    return {
      // No role here: that takes a DescribePodIdentityAssociation for each.
      associations: items.map((each) => ({
        clusterName: this.state.scenario.cluster.name,
        namespace: each.namespace,
        serviceAccount: each.serviceAccount,
        associationArn: each.arn,
        associationId: each.id,
        ownerArn: each.ownerArn,
      })),
      nextToken,
    };
  }

  private describe(association: Association): Json {
    return {
      clusterName: this.state.scenario.cluster.name,
      namespace: association.namespace,
      serviceAccount: association.serviceAccount,
      roleArn: association.roleArn,
      associationArn: association.arn,
      associationId: association.id,
      tags: association.tags,
      createdAt: seconds(association.createdAt),
      modifiedAt: seconds(association.modifiedAt),
      ownerArn: association.ownerArn,
      disableSessionTags: association.disableSessionTags ?? false,
      targetRoleArn: association.targetRoleArn,
      externalId: association.externalId,
      policy: association.policy,
    };
  }

  private association(id: string): Association {
    const association = this.state.associations.get(id);
    if (!association) {
      throw notFound(`No pod identity association found for associationId: ${id}.`);
    }
    return association;
  }

  private create(input: Json): Association {
    const { cluster } = this.state.scenario;
    for (const name of ['namespace', 'serviceAccount', 'roleArn']) {
      if (typeof input[name] !== 'string' || input[name] === '') {
        throw invalid(`${name} is required`);
      }
    }
    const { namespace, serviceAccount } = input as { namespace: string; serviceAccount: string };
    const token = typeof input.clientRequestToken === 'string' ? input.clientRequestToken : '';
    const made = this.state.associations.get(this.created.get(token) ?? '');
    if (made) {
      return made;
    }
    if (this.state.associationOf(namespace, serviceAccount)) {
      throw new AwsError(
        'ResourceInUseException',
        409,
        `Association already exists: ${this.state.associationOf(namespace, serviceAccount)?.id}`,
      );
    }
    const id = `a-${randomBytes(10).toString('hex').slice(0, 17)}`;
    const now = this.state.now();
    const association = this.withInput(
      {
        id,
        arn: associationArn(cluster, id),
        namespace,
        serviceAccount,
        roleArn: '',
        ageMinutes: 0,
        createdAt: now,
        modifiedAt: now,
        tags: (input.tags ?? {}) as Record<string, string>,
      },
      input,
    );
    this.state.putAssociation(association);
    if (token !== '') {
      this.created.set(token, id);
    }
    return association;
  }

  private update(association: Association, input: Json): Association {
    const updated = this.withInput({ ...association, modifiedAt: this.state.now() }, input);
    this.state.putAssociation(updated);
    return updated;
  }

  private withInput(association: Association, input: Json): Association {
    const { cluster } = this.state.scenario;
    const text = (name: string): string | undefined => (typeof input[name] === 'string' ? input[name] : undefined);
    const roleArn = text('roleArn') ?? association.roleArn;
    if (!new RegExp(`^arn:aws:iam::${cluster.account}:role/\\S+$`).test(roleArn)) {
      throw invalid(`Role ${roleArn} is not a role of the account ${cluster.account}.`);
    }
    // An empty text takes the target role or the policy away.
    const targetRoleArn = text('targetRoleArn') ?? association.targetRoleArn;
    const policy = text('policy') ?? association.policy;
    const disableSessionTags = (input.disableSessionTags as boolean | undefined) ?? association.disableSessionTags;
    if (policy && !disableSessionTags) {
      throw invalid('A session policy requires disableSessionTags to be true.');
    }
    const { targetRoleArn: _target, policy: _policy, externalId: _external, ...rest } = association;
    return {
      ...rest,
      roleArn,
      ...(disableSessionTags === undefined ? {} : { disableSessionTags }),
      ...(targetRoleArn
        ? {
            targetRoleArn,
            externalId: `${cluster.region}/${cluster.account}/${cluster.name}/${association.namespace}/${association.serviceAccount}`,
          }
        : {}),
      ...(policy ? { policy } : {}),
    };
  }

  private describeAddon(addon: AddonRecord): Json {
    const { cluster } = this.state.scenario;
    return {
      addonName: addon.name,
      clusterName: cluster.name,
      status: addon.status,
      addonVersion: addon.version,
      health: { issues: addon.issues ?? [] },
      addonArn: `arn:aws:eks:${cluster.region}:${cluster.account}:addon/${cluster.name}/${addon.name}/${randomUUID()}`,
      createdAt: seconds(this.state.ago(cluster.ageMinutes)),
      modifiedAt: seconds(this.state.ago(cluster.ageMinutes)),
      serviceAccountRoleArn: addon.serviceAccountRoleArn,
      podIdentityAssociations: addon.podIdentityAssociationArns,
      tags: {},
    };
  }

  private describeNodeGroup(group: NodeGroupRecord): Json {
    const { cluster } = this.state.scenario;
    return {
      nodegroupName: group.name,
      nodegroupArn: `arn:aws:eks:${cluster.region}:${cluster.account}:nodegroup/${cluster.name}/${group.name}/0ec8f0d2-1b7e-4c1c-9f51-2f0a6d0b7c11`,
      clusterName: cluster.name,
      version: cluster.version,
      releaseVersion: `${cluster.version}.1-20250224`,
      createdAt: seconds(this.state.ago(cluster.ageMinutes)),
      modifiedAt: seconds(this.state.ago(30 * 24 * 60)),
      status: 'ACTIVE',
      capacityType: 'ON_DEMAND',
      scalingConfig: { minSize: 1, maxSize: 10, desiredSize: 3 },
      instanceTypes: [group.instanceType],
      subnets: ['subnet-0a1b2c3d4e5f60001', 'subnet-0a1b2c3d4e5f60002'],
      amiType: group.amiType,
      nodeRole: group.nodeRoleArn,
      diskSize: group.launchTemplate ? undefined : 20,
      health: { issues: [] },
      launchTemplate: group.launchTemplate
        ? { id: group.launchTemplate.id, name: group.launchTemplate.name, version: '1' }
        : undefined,
      tags: {},
    };
  }

  private describeProfile(profile: FargateProfileRecord): Json {
    const { cluster } = this.state.scenario;
    return {
      fargateProfileName: profile.name,
      fargateProfileArn: `arn:aws:eks:${cluster.region}:${cluster.account}:fargateprofile/${cluster.name}/${profile.name}/1ec8f0d2-1b7e-4c1c-9f51-2f0a6d0b7c11`,
      clusterName: cluster.name,
      createdAt: seconds(this.state.ago(cluster.ageMinutes)),
      podExecutionRoleArn: profile.podExecutionRoleArn,
      subnets: ['subnet-0a1b2c3d4e5f60001'],
      selectors: profile.namespaces.map((namespace) => ({ namespace, labels: {} })),
      status: 'ACTIVE',
      tags: {},
    };
  }
}

function find<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const item = items.find((each) => each.name === name);
  if (!item) {
    throw notFound(`No ${what} found for name: ${name}.`);
  }
  return item;
}

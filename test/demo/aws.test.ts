import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeFargateProfileCommand,
  DescribeNodegroupCommand,
  DescribePodIdentityAssociationCommand,
  ListAddonsCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
  paginateListPodIdentityAssociations,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import {
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  paginateListRoles,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assumeRoleForPodIdentity,
  clientSettings,
  requestToken,
  startServers,
  type TestServers,
} from '../support/servers.js';

let servers: TestServers;
const clusterName = 'orders-prod';

beforeAll(async () => {
  servers = await startServers();
});

afterAll(() => servers.close());

function failure(call: Promise<unknown>): Promise<{ name: string; message: string; status: number | undefined }> {
  return call.then(
    () => {
      throw new Error('the call succeeded');
    },
    (error: { name: string; message: string; $metadata?: { httpStatusCode?: number } }) => ({
      name: error.name,
      message: error.message,
      status: error.$metadata?.httpStatusCode,
    }),
  );
}

describe("the demo's IAM", () => {
  it('gives a role with its trust policy URL-encoded', async () => {
    const { Role } = await servers.iam.send(new GetRoleCommand({ RoleName: 'checkout-api' }));
    expect(Role).toMatchObject({
      Arn: 'arn:aws:iam::111122223333:role/checkout-api',
      Path: '/',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'team', Value: 'checkout' }],
    });
    expect(Role?.AssumeRolePolicyDocument).toMatch(/^%7B%22Version/);
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRoleWithWebIdentity' }],
    });
    expect(Role?.RoleLastUsed?.LastUsedDate).toBeInstanceOf(Date);
  });

  it('finds a role with a path by its name', async () => {
    const { Role } = await servers.iam.send(new GetRoleCommand({ RoleName: 'orders-notifications' }));
    expect(Role?.Arn).toBe('arn:aws:iam::111122223333:role/teams/orders/orders-notifications');
    expect(Role?.Path).toBe('/teams/orders/');
  });

  it('lists the roles of its account in pages', async () => {
    const arns: string[] = [];
    let pages = 0;
    for await (const page of paginateListRoles({ client: servers.iam, pageSize: 10 }, {})) {
      pages += 1;
      arns.push(...(page.Roles ?? []).map(({ Arn }) => Arn ?? ''));
    }
    expect(pages).toBe(Math.ceil(arns.length / 10));
    expect(new Set(arns).size).toBe(arns.length);
    expect(arns.every((arn) => arn.startsWith('arn:aws:iam::111122223333:'))).toBe(true);
  });

  it('fails as IAM does', async () => {
    expect(await failure(servers.iam.send(new GetRoleCommand({ RoleName: 'orders-importer' })))).toEqual({
      name: 'NoSuchEntityException',
      message: 'The role with name orders-importer cannot be found.',
      status: 404,
    });
    const denied = await failure(servers.iam.send(new GetRoleCommand({ RoleName: 'orders-exporter' })));
    expect(denied).toMatchObject({
      status: 403,
      message: expect.stringContaining('not authorized to perform: iam:GetRole'),
    });
    expect(denied.name).toMatch(/^AccessDenied/);
  });

  it('gives policies', async () => {
    const attached = await servers.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'ng-default' }));
    expect(attached.AttachedPolicies).toHaveLength(2);
    const arn = attached.AttachedPolicies?.[0]?.PolicyArn ?? '';
    const { Policy } = await servers.iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    const { PolicyVersion } = await servers.iam.send(
      new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: Policy?.DefaultVersionId ?? '' }),
    );
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toContain('eks-auth:AssumeRoleForPodIdentity');
    const names = await servers.iam.send(new ListRolePoliciesCommand({ RoleName: 'checkout-api' }));
    expect(names.PolicyNames).toEqual(['orders']);
    const inline = await servers.iam.send(new GetRolePolicyCommand({ RoleName: 'checkout-api', PolicyName: 'orders' }));
    expect(decodeURIComponent(inline.PolicyDocument ?? '')).toContain('dynamodb:PutItem');
  });

  it('gives the OIDC providers of its account', async () => {
    const { OpenIDConnectProviderList } = await servers.iam.send(new ListOpenIDConnectProvidersCommand({}));
    expect(OpenIDConnectProviderList).toHaveLength(2);
    const provider = await servers.iam.send(
      new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: OpenIDConnectProviderList?.[0]?.Arn ?? '' }),
    );
    expect(provider).toMatchObject({
      Url: 'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718',
      ClientIDList: ['sts.amazonaws.com'],
    });
  });

  it('takes a better trust policy and refuses a bad one', async () => {
    const token = await requestToken(servers, 'checkout', 'worker', 'sts.amazonaws.com');
    const assume = (): Promise<unknown> =>
      servers.sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: 'arn:aws:iam::111122223333:role/checkout-worker',
          RoleSessionName: 'test',
          WebIdentityToken: token,
        }),
      );
    const { Role } = await servers.iam.send(new GetRoleCommand({ RoleName: 'checkout-worker' }));
    const document = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
    expect((await failure(assume())).name).toMatch(/^AccessDenied/);
    const put = (text: string): Promise<unknown> =>
      servers.iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'checkout-worker', PolicyDocument: text }));
    const bad = await failure(put(document.replace('sts:AssumeRoleWithWebIdentity', 'sts:TagSessions')));
    expect(bad.name).toMatch(/^MalformedPolicyDocument/);
    await put(document.replace('wrker', 'worker'));
    await assume();
  });
});

describe("the demo's STS", () => {
  it('says who asks', async () => {
    expect(await servers.sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:sts::111122223333:assumed-role/engineer/me',
    });
  });

  it('refuses keys that it does not know, and requests without a signature', async () => {
    const stranger = new STSClient(
      clientSettings(servers.demo, { accessKeyId: 'AKIANOBODY0000000000', secretAccessKey: 'x' }),
    );
    expect(await failure(stranger.send(new GetCallerIdentityCommand({})))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
    stranger.destroy();
    const unsigned = await fetch(`${servers.demo.awsUrl}/clusters`);
    expect(unsigned.status).toBe(403);
    expect(unsigned.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationToken');
  });

  it('refuses tokens that are forged, expired or no tokens', async () => {
    const assume = (token: string): Promise<{ name: string; message: string }> =>
      failure(
        servers.sts.send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: 'arn:aws:iam::111122223333:role/checkout-api',
            RoleSessionName: 'test',
            WebIdentityToken: token,
          }),
        ),
      );
    const token = await requestToken(servers, 'checkout', 'worker', 'sts.amazonaws.com');
    const [head = '', body = '', signature = ''] = token.split('.');
    const forged = Buffer.from(body, 'base64url').toString().replaceAll(':worker', ':api');
    expect((await assume(`${head}.${Buffer.from(forged).toString('base64url')}.${signature}`)).name).toMatch(
      /^InvalidIdentityToken/,
    );
    expect((await assume('no-token-at-all')).name).toMatch(/^InvalidIdentityToken/);
    const strange = await requestToken(servers, 'checkout', 'api', 'other.example');
    expect((await assume(strange)).message).toBe('Incorrect token audience');
  });

  it('chains roles by trust and permission', async () => {
    expect(
      await failure(
        servers.sts.send(
          new AssumeRoleCommand({
            RoleArn: 'arn:aws:iam::444455556666:role/warehouse-reader',
            RoleSessionName: 'test',
          }),
        ),
      ),
    ).toMatchObject({ status: 403, message: expect.stringContaining('not authorized to perform: sts:AssumeRole') });
  });
});

describe("the demo's EKS", () => {
  it('describes the cluster that the kubeconfig leads to', async () => {
    const { clusters } = await servers.eks.send(new ListClustersCommand({}));
    expect(clusters).toEqual(['orders-prod', 'staging']);
    const { cluster } = await servers.eks.send(new DescribeClusterCommand({ name: clusterName }));
    expect(cluster).toMatchObject({
      arn: servers.config.getCurrentCluster()?.name,
      endpoint: servers.config.getCurrentCluster()?.server,
      identity: { oidc: { issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718' } },
      certificateAuthority: { data: servers.config.getCurrentCluster()?.caData },
    });
    expect(cluster?.createdAt).toBeInstanceOf(Date);
    expect((await failure(servers.eks.send(new DescribeClusterCommand({ name: 'none' })))).name).toBe(
      'ResourceNotFoundException',
    );
  });

  it('lists associations in pages, without their roles', async () => {
    const found: { associationId?: string | undefined }[] = [];
    let pages = 0;
    for await (const page of paginateListPodIdentityAssociations(
      { client: servers.eks, pageSize: 5 },
      { clusterName },
    )) {
      pages += 1;
      found.push(...(page.associations ?? []));
    }
    expect(found).toHaveLength(servers.demo.scenario.associations.length);
    expect(pages).toBe(Math.ceil(found.length / 5));
    expect(found.some((each) => 'roleArn' in each)).toBe(false);
    const associationId = 'a-warehouse000000001';
    const { association } = await servers.eks.send(
      new DescribePodIdentityAssociationCommand({ clusterName, associationId }),
    );
    expect(association).toMatchObject({
      roleArn: 'arn:aws:iam::111122223333:role/reports-warehouse',
      targetRoleArn: 'arn:aws:iam::444455556666:role/warehouse-reader',
      externalId: 'eu-west-1/111122223333/orders-prod/reports/warehouse',
      disableSessionTags: false,
    });
  });

  it('creates, changes and deletes associations, and new pods follow', async () => {
    const input = { clusterName, namespace: 'checkout', serviceAccount: 'frontend' };
    const roleArn = 'arn:aws:iam::111122223333:role/monitoring-prometheus';
    const created = await servers.eks.send(new CreatePodIdentityAssociationCommand({ ...input, roleArn }));
    const associationId = created.association?.associationId ?? '';
    expect((await failure(servers.eks.send(new CreatePodIdentityAssociationCommand({ ...input, roleArn })))).name).toBe(
      'ResourceInUseException',
    );
    const [old] = (
      await servers.core.listNamespacedPod({ namespace: 'checkout', labelSelector: 'app.kubernetes.io/name=frontend' })
    ).items;
    await servers.core.deleteNamespacedPod({ namespace: 'checkout', name: old?.metadata?.name ?? '' });
    const [pod] = (
      await servers.core.listNamespacedPod({ namespace: 'checkout', labelSelector: 'app.kubernetes.io/name=frontend' })
    ).items;
    expect(pod?.metadata?.name).not.toBe(old?.metadata?.name);
    const name = pod?.metadata?.name ?? '';
    const token = await requestToken(servers, 'checkout', 'frontend', 'pods.eks.amazonaws.com', name);
    expect((await assumeRoleForPodIdentity(servers.demo, token)).status).toBe(200);

    const policy = '{"Version":"2012-10-17","Statement":[]}';
    const refused = await failure(
      servers.eks.send(new UpdatePodIdentityAssociationCommand({ clusterName, associationId, policy })),
    );
    expect(refused.name).toBe('InvalidParameterException');
    const updated = await servers.eks.send(
      new UpdatePodIdentityAssociationCommand({ clusterName, associationId, policy, disableSessionTags: true }),
    );
    expect(updated.association).toMatchObject({ policy, disableSessionTags: true });
    await servers.eks.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
    expect(await assumeRoleForPodIdentity(servers.demo, token)).toMatchObject({
      status: 404,
      error: 'ResourceNotFoundException',
    });
  });

  it('describes add-ons, node groups and Fargate profiles', async () => {
    expect((await servers.eks.send(new ListAddonsCommand({ clusterName }))).addons).toContain('eks-pod-identity-agent');
    const { addon } = await servers.eks.send(
      new DescribeAddonCommand({ clusterName, addonName: 'aws-ebs-csi-driver' }),
    );
    expect(addon).toMatchObject({ status: 'ACTIVE', podIdentityAssociations: [expect.stringContaining('a-ebs0csi1')] });
    expect((await servers.eks.send(new ListNodegroupsCommand({ clusterName }))).nodegroups).toEqual([
      'ng-default',
      'ng-windows',
    ]);
    const { nodegroup } = await servers.eks.send(
      new DescribeNodegroupCommand({ clusterName, nodegroupName: 'ng-default' }),
    );
    expect(nodegroup?.nodeRole).toBe('arn:aws:iam::111122223333:role/ng-default');
    const { fargateProfile } = await servers.eks.send(
      new DescribeFargateProfileCommand({ clusterName, fargateProfileName: 'fp-data' }),
    );
    expect(fargateProfile?.selectors).toEqual([{ namespace: 'data', labels: {} }]);
  });
});

describe("the demo's EC2", () => {
  it('tells how the instances of a launch template may be asked for credentials', async () => {
    const { accessKeyId } = servers.demo.scenario.caller;
    const signature = '0'.repeat(64);
    const answer = await fetch(servers.demo.awsUrl, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20250101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=${signature}`,
      },
      body: new URLSearchParams({
        Action: 'DescribeLaunchTemplateVersions',
        Version: '2016-11-15',
        LaunchTemplateId: 'lt-0a1b2c3d4e5f60001',
      }),
    });
    expect(await answer.text()).toContain(
      '<metadataOptions><httpTokens>required</httpTokens><httpPutResponseHopLimit>2</httpPutResponseHopLimit>',
    );
  });
});

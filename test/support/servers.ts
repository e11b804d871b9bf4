import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { type DemoOptions, type DemoServers, startDemo } from '../../src/demo/startDemo.js';

/** The demo servers with real clients that are set up for them. */
export interface TestServers {
  readonly demo: DemoServers;
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly eks: EKSClient;
  close(): Promise<void>;
}

export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Settings for an AWS client of the demo; one attempt, so that a test sees the first answer. */
export function clientSettings(demo: DemoServers, credentials?: TestCredentials, maxAttempts = 1) {
  return {
    endpoint: demo.awsUrl,
    region: demo.scenario.cluster.region,
    credentials: credentials ?? {
      accessKeyId: demo.scenario.caller.accessKeyId,
      secretAccessKey: demo.scenario.caller.secretAccessKey,
    },
    maxAttempts,
  };
}

/** Starts the servers with a folder of their own, which goes with them. */
export async function startServers(options: Omit<DemoOptions, 'directory'> = {}): Promise<TestServers> {
  const directory = await mkdtemp(join(tmpdir(), 'pod-iam-test-'));
  const demo = await startDemo({ directory, ...options });
  const config = new KubeConfig();
  config.loadFromFile(demo.kubeconfig);
  const iam = new IAMClient(clientSettings(demo));
  const sts = new STSClient(clientSettings(demo));
  const eks = new EKSClient(clientSettings(demo));
  return {
    demo,
    config,
    core: config.makeApiClient(CoreV1Api),
    iam,
    sts,
    eks,
    close: async () => {
      for (const client of [iam, sts, eks]) {
        client.destroy();
      }
      await demo.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A token of a service account by the TokenRequest API. */
export async function requestToken(
  servers: TestServers,
  namespace: string,
  name: string,
  audience: string,
  pod?: string,
): Promise<string> {
  const answer = await servers.core.createNamespacedServiceAccountToken({
    namespace,
    name,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        audiences: [audience],
        expirationSeconds: 600,
        ...(pod ? { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod } } : {}),
      },
    },
  });
  return answer.status?.token ?? '';
}

/** Asks EKS Auth directly, with a header in the form of a signature: there is no other caller of it in the tests. */
export async function assumeRoleForPodIdentity(
  demo: DemoServers,
  token: string,
): Promise<{ status: number; error: string | null; body: Record<string, unknown> }> {
  const { cluster, caller } = demo.scenario;
  const scope = `${caller.accessKeyId}/20250101/${cluster.region}/eks-auth/aws4_request`;
  const answer = await fetch(`${demo.awsUrl}/clusters/${cluster.name}/assume-role-for-pod-identity`, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${createHash('sha256').digest('hex')}`,
    },
    body: JSON.stringify({ token }),
  });
  return {
    status: answer.status,
    error: answer.headers.get('x-amzn-errortype'),
    body: (await answer.json()) as Record<string, unknown>,
  };
}

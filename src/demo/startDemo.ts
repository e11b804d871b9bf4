import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsServer } from './aws/server.js';
import { AwsState } from './aws/state.js';
import { createServerCertificate } from './certificates.js';
import { type Fault, Faults } from './faults.js';
import { closedPort, serve } from './httpServer.js';
import { createSigningKey } from './jwt.js';
import { kubeconfigOf } from './kubeconfig.js';
import { Controllers } from './kubernetes/controllers.js';
import type { RunCommand } from './kubernetes/exec.js';
import { createManifests, seedStore } from './kubernetes/manifests.js';
import { KubernetesServer } from './kubernetes/server.js';
import { Store } from './kubernetes/store.js';
import { TokenIssuer } from './kubernetes/tokens.js';
import { PodCommands } from './podCommands.js';
import { RequestLog } from './requestLog.js';
import { ordersProd } from './scenario.js';
import { issuerHost, type Scenario } from './scenarioTypes.js';

export interface DemoOptions {
  /** What is in the cluster and the account; `orders-prod` if not given. */
  readonly scenario?: Scenario;
  /** Where the kubeconfig is written; made if it is not there. */
  readonly directory: string;
  readonly faults?: readonly Fault[];
  /** The servers' clock: ages, token times and expiry follow it. */
  readonly now?: () => Date;
  /** How often a watch that allows them gets a bookmark; a minute if not given. */
  readonly bookmarkMilliseconds?: number;
}

export interface DemoServers {
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  /** What the AWS SDKs need in the environment; the keys are good here only. */
  readonly env: Readonly<Record<string, string>>;
  readonly scenario: Scenario;
  readonly kubernetesUrl: string;
  readonly awsUrl: string;
  readonly requests: RequestLog;
  readonly faults: Faults;
  /** The cluster's objects, to change them behind the clients' backs. */
  readonly store: Store;
  readonly aws: AwsState;
  readonly kubernetes: KubernetesServer;
  close(): Promise<void>;
}

/** Starts the demo cluster and its AWS account on free ports of 127.0.0.1. */
export async function startDemo(options: DemoOptions): Promise<DemoServers> {
  const scenario = options.scenario ?? ordersProd;
  const now = options.now ?? (() => new Date());
  const startedAt = now();
  // Clients hold certificates against the real time, whatever time it is in the cluster.
  const certificate = createServerCertificate(new Date());
  const signingKey = await createSigningKey();
  const signingKeys = [signingKey];
  const faults = new Faults(options.faults);
  const requests = new RequestLog();
  const unreachableUrl = `https://127.0.0.1:${await closedPort()}`;

  const manifests = createManifests(scenario, startedAt);
  const store = new Store();
  seedStore(manifests, store);
  let aws: AwsState | undefined;
  const controllers = new Controllers(
    store,
    manifests,
    now,
    (namespace, name) => aws?.associationOf(namespace, name) !== undefined,
  );
  const tokens = new TokenIssuer(scenario.cluster, store, signingKey, now);
  const runCommand: RunCommand = (pod, container, command) => {
    if (!aws) {
      throw new Error('a command before the servers were up');
    }
    return new PodCommands(aws, store, tokens).run(pod, container, command);
  };
  const kubernetes = new KubernetesServer({
    manifests,
    store,
    controllers,
    signingKeys,
    tokens,
    runCommand,
    now,
    bookmarkMilliseconds: options.bookmarkMilliseconds ?? 60_000,
  });
  const kubernetesServer = await serve(kubernetes, requests, faults, certificate);
  aws = new AwsState(
    scenario,
    new Map([[issuerHost(scenario.cluster), signingKeys]]),
    { url: kubernetesServer.url, authority: certificate.authority },
    unreachableUrl,
    startedAt,
    now,
  );
  const awsServer = await serve(new AwsServer(aws), requests, faults);

  await mkdir(options.directory, { recursive: true });
  const kubeconfig = join(options.directory, 'kubeconfig');
  await writeFile(
    kubeconfig,
    kubeconfigOf(scenario, { url: kubernetesServer.url, unreachableUrl, authority: certificate.authority }),
    { mode: 0o600 },
  );
  return {
    kubeconfig,
    env: {
      AWS_ENDPOINT_URL: awsServer.url,
      AWS_REGION: scenario.cluster.region,
      AWS_ACCESS_KEY_ID: scenario.caller.accessKeyId,
      AWS_SECRET_ACCESS_KEY: scenario.caller.secretAccessKey,
      // No credential source of the machine is asked, should these two ever be taken out.
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    scenario,
    kubernetesUrl: kubernetesServer.url,
    awsUrl: awsServer.url,
    requests,
    faults,
    store,
    aws,
    kubernetes,
    close: async () => {
      await Promise.all([kubernetesServer.close(), awsServer.close()]);
    },
  };
}

import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { noteAttempts } from './attempts.js';
import { readWholeBodies } from './wholeBodies.js';

export interface AwsTarget {
  /** Else that of the environment or the profile. */
  readonly region?: string;
  readonly profile?: string;
  /** For one attempt. */
  readonly timeoutMs: number;
}

/** The three services, with one credential chain: the profile's where one is named, else the default chain. */
export interface AwsClients {
  readonly region: string;
  readonly eks: EKSClient;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  destroy(): void;
}

/**
 * Endpoints follow `AWS_ENDPOINT_URL`, its per-service forms and the profile, as in every AWS tool. Throttling is met by the
 * SDK's adaptive mode, a few times at most; a refused sign-in never is repeated.
 * @throws where no region is to be found
 */
export async function awsClients(target: AwsTarget): Promise<AwsClients> {
  // Which Node runs us is the editor's or the packager's choice: the person who reads the terminal cannot change it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const common = {
    ...(target.region === undefined ? {} : { region: target.region }),
    retryMode: 'adaptive',
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: Math.min(target.timeoutMs, 5_000),
      requestTimeout: target.timeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(target.profile === undefined ? {} : { profile: target.profile }),
  };
  const eks = new EKSClient(common);
  // One chain for all: a profile that runs a process or signs in by SSO is asked once, not three times.
  const shared = { ...common, credentials: eks.config.credentials };
  const iam = new IAMClient(shared);
  const sts = new STSClient(shared);
  for (const client of [eks, iam, sts]) {
    noteAttempts(client);
    readWholeBodies(client);
  }
  return {
    region: await eks.config.region(),
    eks,
    iam,
    sts,
    destroy() {
      eks.destroy();
      iam.destroy();
      sts.destroy();
    },
  };
}

import { EksAuth } from './aws/eksAuth.js';
import { AwsError } from './aws/errors.js';
import type { AwsState } from './aws/state.js';
import { roleName } from './aws/state.js';
import { Sts } from './aws/sts.js';
import type { CommandResult, RunCommand } from './kubernetes/exec.js';
import type { KubernetesObject } from './kubernetes/objects.js';
import { StatusError } from './kubernetes/status.js';
import type { Store } from './kubernetes/store.js';
import type { TokenIssuer } from './kubernetes/tokens.js';
import type { Container, PodSpec } from './kubernetes/webhook.js';

interface Identity {
  readonly UserId: string;
  readonly Account: string;
  readonly Arn: string;
}

function failed(stderr: string, exitCode: number): CommandResult {
  return { stdout: '', stderr: `\n${stderr}\n`, exitCode };
}

/** What the demo's containers can run: `env` and `aws sts get-caller-identity`, which follows the SDKs' own order. */
export class PodCommands {
  private readonly sts: Sts;
  private readonly eksAuth: EksAuth;

  constructor(
    private readonly state: AwsState,
    private readonly store: Store,
    private readonly tokens: TokenIssuer,
  ) {
    this.sts = new Sts(state);
    this.eksAuth = new EksAuth(state, this.sts);
  }

  readonly run: RunCommand = (pod, containerName, command) => {
    const spec = pod.spec as PodSpec;
    const container = spec.containers.find(({ name }) => name === containerName);
    if (!container) {
      return failed(`container ${containerName} is not valid for pod ${pod.metadata.name}`, 1);
    }
    if (command[0] === 'env' || command[0] === 'printenv') {
      return {
        stdout: (container.env ?? []).map(({ name, value = '' }) => `${name}=${value}\n`).join(''),
        stderr: '',
        exitCode: 0,
      };
    }
    const hasAws = !this.state.scenario.workloads.some(
      ({ image, withoutAws }) => withoutAws === true && image === container.image,
    );
    if (command[0] !== 'aws' || !hasAws) {
      return undefined;
    }
    if (command[1] !== 'sts' || command[2] !== 'get-caller-identity') {
      return failed('aws: error: the demo has no command but sts get-caller-identity', 252);
    }
    return this.callerIdentity(pod, container);
  };

  private callerIdentity(pod: KubernetesObject, container: Container): CommandResult {
    const env = new Map((container.env ?? []).map((each) => [each.name, each.value ?? '']));
    const { account } = this.state;
    const serviceAccount = (pod.spec as PodSpec).serviceAccountName ?? 'default';
    if (env.has('AWS_ACCESS_KEY_ID')) {
      // The demo's static keys belong to a user that is called like the service account.
      const user = `${pod.metadata.namespace}-${serviceAccount}`;
      return this.print({
        UserId: 'AIDADEMO0STATICUSER0',
        Account: account,
        Arn: `arn:aws:iam::${account}:user/${user}`,
      });
    }
    const roleArn = env.get('AWS_ROLE_ARN');
    if (roleArn && env.has('AWS_WEB_IDENTITY_TOKEN_FILE')) {
      return this.withWebIdentity(pod, roleArn);
    }
    if (env.has('AWS_CONTAINER_CREDENTIALS_FULL_URI')) {
      return this.withPodIdentity(pod);
    }
    return this.withNodeRole(pod);
  }

  private token(pod: KubernetesObject, volume: string): string {
    const { namespace, name, uid } = pod.metadata;
    const { serviceAccountName, volumes } = pod.spec as PodSpec;
    const account = this.store.collection('serviceaccounts').get(`${namespace}/${serviceAccountName}`)?.object;
    const projected = volumes?.find((each) => each.name === volume)?.projected as
      | { sources: { serviceAccountToken?: { audience?: string } }[] }
      | undefined;
    const audience = projected?.sources[0]?.serviceAccountToken?.audience;
    if (!account || audience === undefined) {
      throw new StatusError(404, `no token in the volume ${volume}`);
    }
    return this.tokens.issue(account, {
      audiences: [audience],
      boundObjectRef: { kind: 'Pod', name, ...(uid ? { uid } : {}) },
    }).token;
  }

  private withWebIdentity(pod: KubernetesObject, roleArn: string): CommandResult {
    try {
      this.sts.call(
        'AssumeRoleWithWebIdentity',
        new URLSearchParams({
          RoleArn: roleArn,
          RoleSessionName: `botocore-session-${Math.floor(this.state.now().getTime() / 1000)}`,
          WebIdentityToken: this.token(pod, 'aws-iam-token'),
        }),
        undefined,
      );
    } catch (error) {
      if (error instanceof AwsError) {
        return failed(
          `An error occurred (${error.code}) when calling the AssumeRoleWithWebIdentity operation: ${error.message}`,
          254,
        );
      }
      throw error;
    }
    return this.printLatestSession();
  }

  private withPodIdentity(pod: KubernetesObject): CommandResult {
    const prefix = 'Error when retrieving credentials from container-role: Error retrieving metadata:';
    const node = this.state.scenario.nodes.find(({ name }) => name === (pod.spec as PodSpec).nodeName);
    const agent = this.state.scenario.addons.some(({ name }) => name === 'eks-pod-identity-agent');
    if (!agent || node?.fargateProfile || node?.os === 'windows') {
      return failed(
        `${prefix} Received error when attempting to retrieve container metadata: Connect timeout on endpoint URL: "http://169.254.170.23/v1/credentials"`,
        255,
      );
    }
    try {
      this.eksAuth.assumeRoleForPodIdentity(
        this.state.scenario.cluster.name,
        this.token(pod, 'eks-pod-identity-token'),
      );
    } catch (error) {
      if (error instanceof AwsError) {
        return failed(
          `${prefix} Received non 200 response ${error.status} from container metadata: [${error.code}]: ${error.message}`,
          255,
        );
      }
      throw error;
    }
    return this.printLatestSession();
  }

  /** The instance metadata service answers a pod if two hops are allowed, or if the pod is on the node's network. */
  private withNodeRole(pod: KubernetesObject): CommandResult {
    const { nodeName, hostNetwork } = pod.spec as PodSpec;
    const node = this.state.scenario.nodes.find(({ name }) => name === nodeName);
    const group = this.state.scenario.nodeGroups.find(({ name }) => name === node?.nodeGroup);
    const hops = group?.launchTemplate?.httpPutResponseHopLimit ?? 2;
    if (!node || !group || (hops < 2 && hostNetwork !== true)) {
      return failed('Unable to locate credentials. You can configure credentials by running "aws configure".', 253);
    }
    return this.print({
      UserId: `AROADEMO0NODE0000000:${node.instanceId}`,
      Account: this.state.account,
      Arn: `arn:aws:sts::${this.state.account}:assumed-role/${roleName(group.nodeRoleArn)}/${node.instanceId}`,
    });
  }

  private printLatestSession(): CommandResult {
    const session = [...this.state.sessions.values()].at(-1);
    if (!session) {
      throw new Error('no session was given out');
    }
    return this.print({ UserId: session.userId, Account: session.roleArn.split(':')[4] ?? '', Arn: session.arn });
  }

  private print(identity: Identity): CommandResult {
    return { stdout: `${JSON.stringify(identity, undefined, 4)}\n`, stderr: '', exitCode: 0 };
  }
}

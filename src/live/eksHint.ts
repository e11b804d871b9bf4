import type { KubeCluster, KubeContext, KubeUser } from './kubeconfig.js';
import type { EksHint } from './types.js';

type Mutable = { -readonly [K in keyof EksHint]: EksHint[K] };

/**
 * What a kubeconfig context says about the EKS cluster behind it. The most exact source wins: the exec plugin's arguments (`aws
 * eks get-token --cluster-name`, `aws-iam-authenticator token -i`), then a cluster ARN (`aws eks update-kubeconfig` names contexts
 * and clusters so), eksctl's `NAME.REGION.eksctl.io`, and for the region the endpoint's host.
 */
export function eksHint(context: KubeContext, cluster: KubeCluster | undefined, user: KubeUser | undefined): EksHint {
  const hint: Mutable = {};
  const add = (more: EksHint) => Object.assign(hint, { ...more, ...hint });
  if (user?.exec) add(fromExec(user.exec.args, user.exec.env));
  for (const name of [context.cluster, context.name, context.user]) add(fromArn(name) ?? fromEksctl(name) ?? {});
  add(fromEndpoint(cluster?.server));
  return hint;
}

function fromExec(args: readonly string[], env: readonly { readonly name: string; readonly value: string }[]): EksHint {
  const hint: Mutable = {};
  const option = (...names: string[]) => {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      for (const name of names) {
        if (arg === name) return args[i + 1];
        if (name.startsWith('--') && arg.startsWith(`${name}=`)) return arg.slice(name.length + 1);
      }
    }
    return undefined;
  };
  const variable = (name: string) => env.find((entry) => entry.name === name)?.value;
  const name = option('--cluster-name', '--cluster-id', '-i');
  const region = option('--region') ?? variable('AWS_REGION') ?? variable('AWS_DEFAULT_REGION');
  const profile = option('--profile') ?? variable('AWS_PROFILE') ?? variable('AWS_DEFAULT_PROFILE');
  const roleArn = option('--role-arn', '--role', '-r');
  if (name) {
    // aws-iam-authenticator and newer CLIs also take the ARN for the name.
    Object.assign(hint, fromArn(name) ?? { name });
  }
  if (region) hint.region = region;
  if (profile) hint.profile = profile;
  if (roleArn?.startsWith('arn:')) hint.roleArn = roleArn;
  return hint;
}

const CLUSTER_ARN = /^(?:.*[@/])?arn:(aws[a-z0-9-]*):eks:([a-z0-9-]+):(\d{12}):cluster\/([0-9A-Za-z][\w-]*)$/;

function fromArn(name: string): EksHint | undefined {
  const found = CLUSTER_ARN.exec(name);
  return found ? { partition: found[1]!, region: found[2]!, account: found[3]!, name: found[4]! } : undefined;
}

const EKSCTL = /^(?:.*@)?([0-9A-Za-z][\w-]*)\.([a-z]{2,}(?:-[a-z]+)+-\d)\.eksctl\.io$/;

function fromEksctl(name: string): EksHint | undefined {
  const found = EKSCTL.exec(name);
  return found ? { name: found[1]!, region: found[2]! } : undefined;
}

// https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com, also …eks.amazonaws.com.cn and api.aws dual-stack.
const ENDPOINT =
  /^https:\/\/[0-9A-Za-z]+\.(?:[a-z0-9-]+\.)?([a-z]{2,}(?:-[a-z]+)+-\d)\.eks\.(?:amazonaws\.com|api\.aws|amazonaws\.eu|c2s|sc2s|csp|cloud)/;
const ENDPOINT_DUAL = /^https:\/\/[0-9A-Za-z]+\.(?:[a-z0-9-]+\.)?eks-cluster\.([a-z]{2,}(?:-[a-z]+)+-\d)\.api\./;

function fromEndpoint(server: string | undefined): EksHint {
  const region = server === undefined ? undefined : (ENDPOINT.exec(server)?.[1] ?? ENDPOINT_DUAL.exec(server)?.[1]);
  return region === undefined ? {} : { region };
}

/**
 * The AWS CLI takes keys of the environment before a profile that `AWS_PROFILE` names, but after one of `--profile`; so do we, or
 * the plugin and we were two people.
 */
export function profileAsUsed(hint: EksHint, user: KubeUser | undefined, environment: NodeJS.ProcessEnv): EksHint {
  const byArgument = user?.exec?.args.some((arg) => arg === '--profile' || arg.startsWith('--profile=')) === true;
  if (hint.profile === undefined || byArgument || !environment.AWS_ACCESS_KEY_ID || !environment.AWS_SECRET_ACCESS_KEY)
    return hint;
  const { profile: _, ...rest } = hint;
  return rest;
}

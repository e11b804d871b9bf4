import { validatePolicy as validate } from './auditPolicy.js';
import { listAwsClusters as listClusters } from './aws/listClusters.js';
import { readProfiles } from './aws/profiles.js';
import { awsContext as contextOf } from './awsContext.js';
import { Cluster } from './cluster.js';
import { eksHint, profileAsUsed } from './eksHint.js';
import { EksSource } from './eksSource.js';
import { failed, messageOf, success } from './failure.js';
import { readContexts as contextsOf, readKubeconfig } from './kubeconfig.js';
import { Connection } from './kubernetes/connection.js';
import type { AwsCluster, EksHint, LiveCluster, LiveModule, OpenOptions, Result } from './types.js';

const CALL_MS = 30_000;

/** Reads kubeconfig files; connects to nothing, runs nothing. */
export const readContexts: LiveModule['readContexts'] = contextsOf;

/** Asks IAM Access Analyzer. */
export const validatePolicy: LiveModule['validatePolicy'] = validate;

/** Reads the AWS configuration files; calls nothing. */
export const readAwsProfiles: LiveModule['readAwsProfiles'] = async () => {
  try {
    return success(await readProfiles());
  } catch (error) {
    return failed('read the AWS configuration', 'forbidden', messageOf(error));
  }
};

/** Asks EKS in each place. */
export const listAwsClusters: LiveModule['listAwsClusters'] = (places, signal, { timeoutMs = CALL_MS } = {}) =>
  listClusters(places, timeoutMs, signal);

export const awsContext: LiveModule['awsContext'] = contextOf;

/** Prepares a cluster; the first connection is made by its `read`. */
export async function openCluster(options: OpenOptions): Promise<Result<LiveCluster>> {
  if (options.aws) return success(openAws(options.aws, options));
  const config = await readKubeconfig(options);
  if (!config.ok) return config;
  const name = options.context ?? config.value.currentContext;
  if (name === undefined)
    return failed('open a cluster', 'not-found', 'the kubeconfig has no current context; name one');
  const timeoutMs = options.timeoutMs ?? CALL_MS;
  const connection = Connection.of(config.value, name, timeoutMs);
  if (!connection.ok) return connection;
  const context = config.value.contexts.get(name)!;
  const user = config.value.users.get(context.user);
  const hint = withOptions(
    profileAsUsed(eksHint(context, config.value.clusters.get(context.cluster), user), user, process.env),
    options,
  );
  return success(
    new Cluster({
      context: name,
      clusterEntry: context.cluster,
      contextNamespace: context.namespace,
      connection: connection.value,
      hint,
      namespace: options.namespace,
      namespaces: options.namespaces ?? [],
      timeoutMs,
    }),
  );
}

function openAws(aws: AwsCluster, { namespace, namespaces = [], timeoutMs = CALL_MS }: OpenOptions): LiveCluster {
  const { name, eks } = contextOf(aws);
  return new Cluster({
    context: name,
    clusterEntry: aws.name,
    contextNamespace: undefined,
    connection: Connection.from(new EksSource(aws, timeoutMs), timeoutMs),
    hint: eks,
    namespace,
    namespaces,
    timeoutMs,
    withoutKubeconfig: true,
  });
}

/** What was asked for beats what the file says; another cluster is then another account's, perhaps. */
function withOptions(hint: EksHint, { cluster, region, profile }: OpenOptions): EksHint {
  const renamed = (cluster !== undefined && cluster !== hint.name) || (region !== undefined && region !== hint.region);
  const { account, ...rest } = hint;
  return {
    ...rest,
    ...(account === undefined || renamed ? {} : { account }),
    ...(cluster === undefined ? {} : { name: cluster }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
}

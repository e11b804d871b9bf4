import { validatePolicy as validate } from './auditPolicy.js';
import { Cluster } from './cluster.js';
import { eksHint, profileAsUsed } from './eksHint.js';
import { failed, success } from './failure.js';
import { readContexts as contextsOf, readKubeconfig } from './kubeconfig.js';
import { Connection } from './kubernetes/connection.js';
import type { EksHint, LiveCluster, LiveModule, OpenOptions, Result } from './types.js';

const CALL_MS = 30_000;

/** Reads kubeconfig files; connects to nothing, runs nothing. */
export const readContexts: LiveModule['readContexts'] = contextsOf;

/** Asks IAM Access Analyzer. */
export const validatePolicy: LiveModule['validatePolicy'] = validate;

/** Prepares a cluster; the first connection is made by its `read`. */
export async function openCluster(options: OpenOptions): Promise<Result<LiveCluster>> {
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
      timeoutMs,
    }),
  );
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

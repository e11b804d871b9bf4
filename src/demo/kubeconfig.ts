import { clusterArn, type Scenario } from './scenarioTypes.js';

/** What a kubeconfig's servers are. */
export interface Endpoints {
  readonly url: string;
  readonly unreachableUrl: string;
  /** PEM */
  readonly authority: string;
}

/**
 * A kubeconfig as `aws eks update-kubeconfig --alias …` leaves it: clusters go by their ARN. Users have a static token
 * where AWS has an exec plugin, because that plugin is the `aws` program. JSON is YAML, and needs no writer.
 */
export function kubeconfigOf(scenario: Scenario, endpoints: Endpoints): string {
  const records = [scenario.cluster, ...scenario.otherClusters];
  const arnOf = (name: string): string => clusterArn(records.find((each) => each.name === name) ?? scenario.cluster);
  const reachable = new Map(scenario.contexts.map((context) => [context.cluster, context.reachable]));
  const users = new Set(scenario.contexts.map(({ user }) => user));
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      preferences: {},
      'current-context': scenario.contexts[0]?.name ?? '',
      clusters: [...reachable].map(([name, reached]) => ({
        name: arnOf(name),
        cluster: {
          server: reached ? endpoints.url : endpoints.unreachableUrl,
          'certificate-authority-data': Buffer.from(endpoints.authority).toString('base64'),
        },
      })),
      contexts: scenario.contexts.map(({ name, cluster, user, namespace }) => ({
        name,
        context: { cluster: arnOf(cluster), user, ...(namespace ? { namespace } : {}) },
      })),
      users: [...users].map((name) => ({
        name,
        user: { token: scenario.users.find((each) => each.name === name)?.token ?? `demo-token-of-nobody` },
      })),
    },
    undefined,
    2,
  )}\n`;
}

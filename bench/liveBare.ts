// What the SDKs alone need for the same answers: typed clients, pages of the same size, the same number of calls at a time.
import {
  DescribePodIdentityAssociationCommand,
  EKSClient,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const CONCURRENT = 12;
const [kubeconfig = '', clusterName = ''] = process.argv.slice(2);

export interface BareReading {
  readonly totalMs: number;
  readonly cpuMs: number;
  readonly peakMB: number;
}

const begun = performance.now();
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const kubernetes = config.makeApiClient(CoreV1Api);
const eks = new EKSClient({});
const iam = new IAMClient({});
const roles = new Set<string>();

async function pages<T>(
  list: (token: string | undefined) => Promise<{ metadata?: { _continue?: string }; items: T[] }>,
  each: (item: T) => void,
) {
  let token: string | undefined;
  do {
    const page = await list(token);
    page.items.forEach(each);
    token = page.metadata?._continue || undefined;
  } while (token !== undefined);
}

async function lanes<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: CONCURRENT }, lane));
}

await Promise.all([
  pages(
    (_continue) =>
      kubernetes.listServiceAccountForAllNamespaces({ limit: 500, ...(_continue === undefined ? {} : { _continue }) }),
    (account) => {
      const arn = account.metadata?.annotations?.['eks.amazonaws.com/role-arn'];
      if (arn) roles.add(arn);
    },
  ),
  pages(
    (_continue) =>
      kubernetes.listPodForAllNamespaces({ limit: 500, ...(_continue === undefined ? {} : { _continue }) }),
    () => undefined,
  ),
  pages(
    (_continue) => kubernetes.listNode({ limit: 500, ...(_continue === undefined ? {} : { _continue }) }),
    () => undefined,
  ),
  (async () => {
    const ids: string[] = [];
    for await (const page of paginateListPodIdentityAssociations({ client: eks, pageSize: 100 }, { clusterName }))
      for (const { associationId } of page.associations ?? []) if (associationId) ids.push(associationId);
    await lanes(ids, async (associationId) => {
      const { association } = await eks.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId }));
      if (association?.roleArn) roles.add(association.roleArn);
    });
  })(),
]);
await lanes(roles, async (arn) => {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: arn.slice(arn.lastIndexOf('/') + 1) }));
  JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}'));
});
const used = process.cpuUsage();
process.send?.({
  totalMs: performance.now() - begun,
  cpuMs: (used.user + used.system) / 1000,
  peakMB: process.resourceUsage().maxRSS / 1024,
} satisfies BareReading);
process.disconnect?.();

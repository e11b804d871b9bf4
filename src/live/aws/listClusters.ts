import { ListClustersCommand } from '@aws-sdk/client-eks';
import { forEachOf } from '../deadline.js';
import { failure, messageOf } from '../failure.js';
import type { AwsCluster, AwsClusters, AwsPlace, LiveFailure, Result } from '../types.js';
import { awsClients } from './clients.js';
import { listNames } from './listNames.js';

const CONCURRENT = 4;

/** The EKS clusters of each place, by ListClusters. What a place could not tell is among the failures. */
export async function listAwsClusters(
  places: readonly AwsPlace[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<AwsClusters> {
  const clusters: AwsCluster[] = [];
  const failures: (LiveFailure & { readonly place: AwsPlace })[] = [];
  await forEachOf(places, CONCURRENT, signal, async (place) => {
    const names = await namesIn(place, timeoutMs, signal);
    if (names.ok) clusters.push(...names.value.map((name) => ({ name, ...place })));
    else failures.push({ ...names.failure, what: `${names.failure.what} in ${placeWords(place)}`, place });
  });
  return { clusters: clusters.sort(byPlaceAndName), failures };
}

/** `eu-west-1 (profile dev)` */
function placeWords({ region, profile }: AwsPlace): string {
  return profile === undefined ? region : `${region} (profile ${profile})`;
}

async function namesIn(place: AwsPlace, timeoutMs: number, signal: AbortSignal): Promise<Result<string[]>> {
  const what = 'eks:ListClusters';
  let aws: Awaited<ReturnType<typeof awsClients>>;
  try {
    aws = await awsClients({ ...place, timeoutMs });
  } catch (error) {
    return { ok: false, failure: failure(what, 'not-found', messageOf(error)) };
  }
  try {
    return await listNames(what, timeoutMs, signal, async (nextToken, abortSignal) => {
      const page = await aws.eks.send(new ListClustersCommand({ nextToken }), { abortSignal });
      return { names: page.clusters, nextToken: page.nextToken };
    });
  } finally {
    aws.destroy();
  }
}

function byPlaceAndName(a: AwsCluster, b: AwsCluster): number {
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
}

function key({ profile, region, name }: AwsCluster): string {
  return `${profile ?? ''}\n${region}\n${name}`;
}

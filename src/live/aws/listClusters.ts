import { ListClustersCommand } from '@aws-sdk/client-eks';
import { forEachOf } from '../deadline.js';
import { failed, failure, messageOf, success } from '../failure.js';
import type { AwsCluster, AwsClusters, AwsPlace, LiveFailure, Result } from '../types.js';
import { awsCall } from './call.js';
import { awsClients } from './clients.js';
import { turnPage } from './turnPage.js';

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
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await awsCall(
        {
          what,
          permission: what,
          timeoutMs,
          send: (abortSignal) => aws.eks.send(new ListClustersCommand({ nextToken }), { abortSignal }),
        },
        signal,
      );
      if (!page.ok) return page;
      if (!page.value.clusters) return failed(what, 'invalid-response', 'the answer holds no list', what);
      names.push(...page.value.clusters);
      const next = turnPage(what, nextToken, page.value.nextToken);
      if (!next.ok) return next;
      nextToken = next.value;
    } while (nextToken !== undefined);
    return success(names);
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

import type * as vscode from 'vscode';
import type { AwsCluster, AwsPlace } from '../../live/types.js';

const CLUSTERS = 'aws.clusters';
const PLACES = 'aws.places';

/** EKS clusters that a person chose from AWS, and where they were looked for: in the user's own state, whatever the workspace. */
export class AwsClusterMemory {
  constructor(private readonly memory: vscode.Memento) {}

  clusters(): readonly AwsCluster[] {
    return listOf(this.memory.get(CLUSTERS)).flatMap((entry) => {
      const place = placeOf(entry);
      return place && typeof entry.name === 'string' ? [{ name: entry.name, ...place }] : [];
    });
  }

  /** Where the last search was. */
  places(): readonly AwsPlace[] {
    return listOf(this.memory.get(PLACES)).flatMap((entry) => placeOf(entry) ?? []);
  }

  /** What was chosen of these places takes the place of what was chosen of them before. */
  async choose(searched: readonly AwsPlace[], chosen: readonly AwsCluster[]): Promise<void> {
    const elsewhere = this.clusters().filter((cluster) => !searched.some((place) => samePlace(place, cluster)));
    await this.memory.update(PLACES, searched);
    await this.memory.update(CLUSTERS, [...elsewhere, ...chosen]);
  }

  async remove(cluster: AwsCluster): Promise<void> {
    const left = this.clusters().filter((each) => each.name !== cluster.name || !samePlace(each, cluster));
    await this.memory.update(CLUSTERS, left);
  }
}

export function samePlace(a: AwsPlace, b: AwsPlace): boolean {
  return a.region === b.region && a.profile === b.profile;
}

/** What an older version or another hand left there is not trusted to have a shape. */
function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}

function placeOf({ region, profile }: Readonly<Record<string, unknown>>): AwsPlace | undefined {
  if (typeof region !== 'string') return undefined;
  return { region, ...(typeof profile === 'string' ? { profile } : {}) };
}

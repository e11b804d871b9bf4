import * as vscode from 'vscode';
import type { AwsCluster, AwsClusters, AwsPlace, AwsProfile } from '../../live/types.js';
import type { Live } from '../live.js';
import type { Settings } from '../settings.js';
import { samePlace } from '../tree/awsClusters.js';
import type { ClustersView } from '../tree/clustersView.js';
import { withProgress } from '../withProgress.js';
import { awsRegions } from './awsRegions.js';

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** Adds EKS clusters that no kubeconfig knows: asks as whom and where to look, looks, and asks which to show. */
export class AwsClusterChooser {
  constructor(
    private readonly live: Live,
    private readonly clusters: ClustersView,
    private readonly settings: Settings,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async run(): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const module = await this.live.module();
    const read = await module.readAwsProfiles();
    if (!read.ok) this.log.warn(`${read.failure.what}: ${read.failure.message}`);
    const profiles = await this.#askProfiles(read.ok ? read.value : []);
    if (!profiles) return;
    const regions = await this.#askRegions(profiles);
    if (!regions) return;
    const places: AwsPlace[] = profiles.flatMap((profile) =>
      regions.map((region) => ({ region, ...(profile === undefined ? {} : { profile: profile.name }) })),
    );
    const found = await withProgress(vscode.l10n.t('Asking EKS for its clusters'), (signal) =>
      module.listAwsClusters(places, signal),
    );
    if (found) await this.#choose(places, found);
  }

  /** @returns the profiles, `undefined` among them for the default chain; undefined where a person left */
  async #askProfiles(profiles: readonly AwsProfile[]): Promise<readonly (AwsProfile | undefined)[] | undefined> {
    if (profiles.length === 0) return [undefined];
    const before = this.clusters.aws.places();
    const configured = this.settings.machine('aws.profile');
    const picked = (name: string | undefined) =>
      before.length > 0 ? before.some(({ profile }) => profile === name) : name === (configured || undefined);
    const items = [
      {
        label: vscode.l10n.t('Default credentials'),
        description: vscode.l10n.t('as the AWS CLI finds them without --profile'),
        profile: undefined as AwsProfile | undefined,
        picked: picked(undefined),
      },
      ...profiles.map((profile) => ({
        label: profile.name,
        description: profile.region ?? '',
        profile,
        picked: picked(profile.name),
      })),
    ];
    const chosen = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      title: vscode.l10n.t('Add Clusters from AWS (1/3): as whom?'),
      placeHolder: vscode.l10n.t('AWS profiles to look with'),
    });
    return chosen && chosen.length > 0 ? chosen.map(({ profile }) => profile) : undefined;
  }

  async #askRegions(profiles: readonly (AwsProfile | undefined)[]): Promise<readonly string[] | undefined> {
    const before = this.clusters.aws.places().map(({ region }) => region);
    const likely = [
      this.settings.machine('aws.region'),
      ...profiles.map((profile) => profile?.region ?? ''),
      process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? '',
    ];
    const marked = new Set((before.length > 0 ? before : likely).filter((region) => REGION.test(region)));
    const known = new Map(awsRegions);
    const other = vscode.l10n.t('Another region…');
    const items = [
      ...[...marked].map((region) => ({ label: region, description: known.get(region) ?? '', picked: true })),
      ...awsRegions.filter(([region]) => !marked.has(region)).map(([label, description]) => ({ label, description })),
      { label: other, description: '' },
    ];
    const chosen = await vscode.window.showQuickPick(items, {
      canPickMany: true,
      matchOnDescription: true,
      title: vscode.l10n.t('Add Clusters from AWS (2/3): where?'),
      placeHolder: vscode.l10n.t('One call of eks:ListClusters for each region and profile'),
    });
    if (!chosen || chosen.length === 0) return undefined;
    const regions = chosen.map(({ label }) => label).filter((label) => label !== other);
    if (regions.length === chosen.length) return regions;
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('Another AWS region'),
      validateInput: (value) =>
        REGION.test(value.trim()) ? undefined : vscode.l10n.t("'{0}' is no region", value.trim()),
    });
    return typed === undefined ? undefined : [...regions, typed.trim()];
  }

  async #choose(places: readonly AwsPlace[], { clusters, failures }: AwsClusters): Promise<void> {
    for (const { what, message } of failures) this.log.warn(`${what}: ${message}`);
    const failed = failures.map(({ what, message }) => `${what}: ${message}`).join('\n');
    if (clusters.length === 0) {
      if (failed) await vscode.window.showErrorMessage(failed);
      else await vscode.window.showInformationMessage(vscode.l10n.t('EKS has no clusters there.'));
      return;
    }
    const known = this.clusters.aws.clusters();
    const isKnown = (cluster: AwsCluster) =>
      known.some(({ name, ...place }) => name === cluster.name && samePlace(place, cluster));
    // Who looks for the first time wants to see what there is.
    const fresh = !clusters.some(isKnown);
    const chosen = await vscode.window.showQuickPick(
      clusters.map((cluster) => ({
        label: cluster.name,
        description: [cluster.region, cluster.profile].filter(Boolean).join(' · '),
        picked: fresh || isKnown(cluster),
        cluster,
      })),
      {
        canPickMany: true,
        matchOnDescription: true,
        title: vscode.l10n.t('Add Clusters from AWS (3/3): which?'),
        placeHolder: failed
          ? vscode.l10n.t('{0} of {1} could not be asked', failures.length, places.length)
          : vscode.l10n.t('Nothing connects before you open one'),
      },
    );
    if (!chosen) return;
    // What could not be asked keeps what was chosen of it before.
    const asked = places.filter((place) => !failures.some((failure) => samePlace(failure.place, place)));
    await this.clusters.aws.choose(
      asked,
      chosen.map(({ cluster }) => cluster),
    );
    await this.clusters.showAwsClusters();
    if (failed) await vscode.window.showWarningMessage(failed);
  }
}

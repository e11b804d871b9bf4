import * as vscode from 'vscode';
import { identities } from '../../core/features/identities.js';
import { type Analyses, trustPolicyScheme } from '../analyses.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';
import { roleName } from '../tree/words.js';
import { goTo } from './goTo.js';

/** Trust policies as AWS has them, read-only and judged by the same rules; those of files where they stand. */
export class TrustPolicies implements vscode.Disposable {
  readonly #documents: ReadOnlyDocuments;

  constructor(
    private readonly clusters: ClustersView,
    private readonly analyses: Analyses,
  ) {
    this.#documents = new ReadOnlyDocuments(trustPolicyScheme, (uri) => {
      const { context, roleArn } = JSON.parse(uri.query) as { context: string; roleArn: string };
      return this.clusters.connection(context)?.cluster?.trustPolicy(roleArn);
    });
  }

  async show(target: RowTarget | undefined): Promise<void> {
    if (target?.trustPolicyPlace) return goTo(this.analyses, target.trustPolicyPlace);
    const uri = liveUri(target);
    if (uri) await this.#documents.show(uri);
  }

  /** The live policy beside the file that defines the role. */
  async compare(target: RowTarget | undefined): Promise<void> {
    const live = liveUri(target);
    const file = this.#inFiles(target?.roleArn);
    if (!live || !target?.roleArn) return;
    if (!file) {
      await vscode.window.showInformationMessage(
        vscode.l10n.t('No file of this workspace defines {0} for a service account.', roleName(target.roleArn)),
      );
      return;
    }
    await vscode.commands.executeCommand(
      'vscode.diff',
      live,
      file,
      vscode.l10n.t('{0}: in AWS ↔ in the file', roleName(target.roleArn)),
    );
  }

  dispose(): void {
    this.#documents.dispose();
  }

  #inFiles(roleArn: string | undefined): vscode.Uri | undefined {
    const found = identities(this.analyses.workspace.workspace()).find(
      (identity) => identity.roleArn === roleArn && identity.trustPolicy,
    );
    return found?.trustPolicy && this.analyses.names.uriOf(found.trustPolicy.file);
  }
}

function liveUri(target: RowTarget | undefined): vscode.Uri | undefined {
  if (target?.context === undefined || target.roleArn === undefined) return undefined;
  const { context, roleArn } = target;
  return vscode.Uri.from({
    scheme: trustPolicyScheme,
    path: `/${encodeURIComponent(context)}/${roleName(roleArn)}.json`,
    query: JSON.stringify({ context, roleArn }),
  });
}

import * as vscode from 'vscode';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';
import { roleName } from '../tree/words.js';
import { withProgress } from '../withProgress.js';
import { policiesText } from './policiesText.js';

const scheme = 'pod-iam-policies';

/** Attached and inline permission policies of a live role, read when somebody asks. */
export class PermissionPolicies implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #documents = new ReadOnlyDocuments(scheme, (uri) => this.#texts.get(uri.path));

  constructor(private readonly clusters: ClustersView) {}

  async show(target: RowTarget | undefined): Promise<void> {
    const cluster = this.clusters.connection(target?.context)?.cluster;
    const roleArn = target?.roleArn;
    if (!vscode.workspace.isTrusted || !cluster || roleArn === undefined) return;
    const name = roleName(roleArn);
    const read = await withProgress(vscode.l10n.t('Reading the policies of {0}', name), (signal) =>
      cluster.rolePolicies(roleArn, signal),
    );
    if (!read) return;
    if (!read.ok) {
      await vscode.window.showErrorMessage(`${read.failure.what}: ${read.failure.message}`);
      return;
    }
    const path = `/${target?.context?.replace(/[^\w.-]+/g, ' ')}/${name} policies.md`;
    this.#texts.set(path, policiesText(read.value));
    await this.#documents.preview(vscode.Uri.from({ scheme, path }));
  }

  dispose(): void {
    this.#documents.dispose();
  }
}

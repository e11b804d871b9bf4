import * as vscode from 'vscode';
import { adviceFor, computes, type Needs } from '../../core/features/mechanismAdvice.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';

const scheme = 'pod-iam-advice';

/** Three questions, and the mechanism that fits with its reasons. */
export class MechanismAdvice implements vscode.Disposable {
  #advice = '';
  readonly #documents = new ReadOnlyDocuments(scheme, () => this.#advice);

  async run(): Promise<void> {
    const title = vscode.l10n.t('IRSA or Pod Identity?');
    const compute = await vscode.window.showQuickPick(
      computes.map(({ id, label, detail }) => ({ id, label, detail })),
      { title, placeHolder: vscode.l10n.t('Where do the pods run?') },
    );
    if (!compute) return;
    const clusters = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('In one cluster'), many: false },
        { label: vscode.l10n.t('In several clusters, or clusters that are replaced'), many: true },
      ],
      { title, placeHolder: vscode.l10n.t('Where will the role be used?') },
    );
    if (!clusters) return;
    const account = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('In the account of the cluster'), cross: false },
        { label: vscode.l10n.t('In another account'), cross: true },
      ],
      { title, placeHolder: vscode.l10n.t('Where are the resources?') },
    );
    if (!account) return;
    const needs: Needs = { compute: compute.id, manyClusters: clusters.many, crossAccount: account.cross };
    this.#advice = adviceFor(needs);
    const uri = vscode.Uri.from({ scheme, path: '/IRSA or Pod Identity.md' });
    await this.#documents.preview(uri);
  }

  dispose(): void {
    this.#documents.dispose();
  }
}

import * as vscode from 'vscode';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';

/** Finds out for real which identity a service account gets, after a person has read what will be minted and agreed. */
export async function verifyCallerIdentity(clusters: ClustersView, target: RowTarget | undefined): Promise<void> {
  const connection = clusters.connection(target?.context);
  const cluster = connection?.cluster;
  if (!vscode.workspace.isTrusted || !cluster || !target?.namespace || !target.name) return;
  const { namespace, name } = target;
  const plan = cluster.planVerify(namespace, name);
  if (plan.impossible) {
    await vscode.window.showInformationMessage(vscode.l10n.t('{0} cannot be verified', `${namespace}/${name}`), {
      modal: true,
      detail: plan.impossible,
    });
    return;
  }
  const verify = vscode.l10n.t('Verify');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Verify the caller identity of {0}?', `${namespace}/${name}`),
    { modal: true, detail: plan.steps.map((step, index) => `${index + 1}. ${step}`).join('\n') },
    verify,
  );
  if (answer !== verify) return;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Verifying {0}', `${namespace}/${name}`),
      cancellable: true,
    },
    async (_progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      try {
        await cluster.verify(namespace, name, stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
      connection.touch();
    },
  );
}

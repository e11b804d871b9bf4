import * as vscode from 'vscode';
import type { VerifyPlan } from '../../live/types.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';
import { withProgress } from '../withProgress.js';

/** Finds out for real which identity a service account gets, after a person has read what will be done and agreed. */
export async function verifyCallerIdentity(clusters: ClustersView, target: RowTarget | undefined): Promise<void> {
  const connection = clusters.connection(target?.context);
  const cluster = connection?.cluster;
  if (!vscode.workspace.isTrusted || !cluster || !target?.namespace || !target.name) return;
  const { namespace, name } = target;
  const mint = cluster.planVerify(namespace, name, 'mint');
  const exec = cluster.planVerify(namespace, name, 'exec');
  const [canMint, canExec] = [mint.impossible === undefined, exec.impossible === undefined];
  if (!canMint && !canExec) {
    await vscode.window.showInformationMessage(vscode.l10n.t('{0} cannot be verified', `${namespace}/${name}`), {
      modal: true,
      detail: [mint.impossible, exec.impossible].join('\n'),
    });
    return;
  }
  const verify = vscode.l10n.t('Verify');
  const ask = vscode.l10n.t('Ask Inside the Pod');
  const detail = [
    ...(canMint ? [`${verify}:`, steps(mint)] : [mint.impossible]),
    ...(canExec ? ['', vscode.l10n.t('{0}, which mints nothing:', ask), steps(exec)] : []),
  ].join('\n');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Verify the caller identity of {0}?', `${namespace}/${name}`),
    { modal: true, detail },
    ...(canMint ? [verify] : []),
    ...(canExec ? [ask] : []),
  );
  if (answer === undefined) return;
  await withProgress(vscode.l10n.t('Verifying {0}', `${namespace}/${name}`), (signal) =>
    cluster.verify(namespace, name, signal, answer === ask ? 'exec' : 'mint'),
  );
  connection.touch();
}

function steps(plan: VerifyPlan): string {
  return plan.steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
}

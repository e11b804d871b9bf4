import * as vscode from 'vscode';
import type { ClustersView } from '../tree/clustersView.js';
import type { Connection } from '../tree/connection.js';

/** Which EKS cluster is behind a context whose kubeconfig does not say: asked for once, remembered on this machine. */
export async function chooseEksCluster(clusters: ClustersView, connection: Connection | undefined): Promise<void> {
  if (!connection) return;
  const { eks, name } = connection.context;
  const title = vscode.l10n.t('EKS cluster behind {0}', name);
  const cluster = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Name of the cluster in EKS; empty: as the kubeconfig says'),
    value: eks.name ?? '',
    validateInput: (value) =>
      value === '' || /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(value)
        ? undefined
        : vscode.l10n.t("'{0}' is no cluster name", value),
  });
  if (cluster === undefined) return;
  const region = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Its AWS region; empty: as the kubeconfig or the settings say'),
    value: eks.region ?? '',
    validateInput: (value) =>
      value === '' || /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(value) ? undefined : vscode.l10n.t("'{0}' is no region", value),
  });
  if (region === undefined) return;
  await clusters.rememberEks(name, { ...(cluster ? { cluster } : {}), ...(region ? { region } : {}) });
}

/** Sets `podIam.kubeconfig` in the user's own settings. */
export async function chooseKubeconfig(): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Choose a kubeconfig'),
      openLabel: vscode.l10n.t('Use'),
      canSelectMany: false,
    })) ?? [];
  if (file)
    await vscode.workspace
      .getConfiguration('podIam')
      .update('kubeconfig', file.fsPath, vscode.ConfigurationTarget.Global);
}

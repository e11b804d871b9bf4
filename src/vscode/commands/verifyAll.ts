import * as vscode from 'vscode';
import type { VerifyBatchPlan, VerifyBatchResult, VerifyScope, VerifyWay } from '../../live/types.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import { filterable } from '../tree/accountRows.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { Connection } from '../tree/connection.js';
import { withProgress } from '../withProgress.js';
import { batchConfirmation, batchReport, batchSummary } from './verifyText.js';

const scheme = 'pod-iam-verified';

/** Caller identities of a namespace or a whole cluster, after one confirmation that says what is minted and how often. */
export class Verifications implements vscode.Disposable {
  readonly #reports = new Map<string, string>();
  readonly #documents = new ReadOnlyDocuments(scheme, (uri) => this.#reports.get(uri.path));
  readonly #running = new Set<Connection>();

  constructor(private readonly clusters: ClustersView) {}

  async run(connection: Connection | undefined, namespace: string | undefined): Promise<void> {
    const cluster = connection?.cluster;
    if (!vscode.workspace.isTrusted || !cluster || this.#running.has(connection)) return;
    const where = namespace === undefined ? connection.context.name : `${connection.context.name}/${namespace}`;
    const ways = await askWays(vscode.l10n.t('Verify the caller identities of {0}', where));
    if (!ways) return;
    const plan = cluster.planVerifyAll(this.#scope(connection, namespace), ways);
    const title = vscode.l10n.t('Caller identities of {0}', where);
    if (plan.targets.length === 0) {
      await vscode.window.showInformationMessage(vscode.l10n.t('None can be verified so'), {
        modal: true,
        detail: plan.left
          .slice(0, 10)
          .map(({ namespace, name, why }) => `${namespace}/${name}: ${why}`)
          .join('\n'),
      });
      return;
    }
    const verify = vscode.l10n.t('Verify {0}', plan.targets.length);
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Verify the caller identities of {0}?', where),
      { modal: true, detail: batchConfirmation(plan) },
      verify,
    );
    if (answer !== verify) return;
    this.#running.add(connection);
    try {
      const results = await this.#verify(connection, plan, title);
      connection.touch();
      const path = `/${title.replace(/[^\w.-]+/g, ' ').slice(0, 80)}.md`;
      this.#reports.set(path, batchReport(title, plan, results, new Date()));
      await this.#documents.preview(vscode.Uri.from({ scheme, path }));
      void vscode.window.showInformationMessage(batchSummary(plan, results));
    } finally {
      this.#running.delete(connection);
    }
  }

  dispose(): void {
    this.#documents.dispose();
  }

  /** What a filter hides is not meant. */
  #scope(connection: Connection, namespace: string | undefined): VerifyScope {
    const filter = this.clusters.activeFilter;
    if (filter.isEmpty) return namespace === undefined ? {} : { namespace };
    const shown = (connection.snapshot?.serviceAccounts ?? []).filter((account) => filter.matches(filterable(account)));
    return {
      ...(namespace === undefined ? {} : { namespace }),
      names: new Set(shown.map((account) => `${account.namespace}/${account.name}`)),
    };
  }

  async #verify(connection: Connection, plan: VerifyBatchPlan, title: string): Promise<readonly VerifyBatchResult[]> {
    const step = 100 / plan.targets.length;
    const results = await withProgress(
      title,
      async (signal, progress) =>
        connection.cluster?.verifyAll(plan, signal, ({ namespace, name }, done) => {
          progress.report({ increment: step, message: `${done} of ${plan.targets.length} · ${namespace}/${name}` });
          connection.touch();
        }),
      true,
    );
    return results ?? [];
  }
}

async function askWays(title: string): Promise<readonly VerifyWay[] | undefined> {
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('Mint credentials as a new pod would get them'),
        detail: vscode.l10n.t('IRSA by AssumeRoleWithWebIdentity, Pod Identity by AssumeRoleForPodIdentity'),
        ways: ['mint'] as const,
      },
      {
        label: vscode.l10n.t('Ask inside running pods'),
        detail: vscode.l10n.t("runs 'aws sts get-caller-identity' where a container has it; also pods without a role"),
        ways: ['exec'] as const,
      },
      {
        label: vscode.l10n.t('Both'),
        detail: vscode.l10n.t('every way that applies to each'),
        ways: ['mint', 'exec'] as const,
      },
    ],
    { title },
  );
  return picked?.ways;
}

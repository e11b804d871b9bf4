import * as vscode from 'vscode';
import { identities } from '../../core/features/identities.js';
import { explain } from '../../core/identity/explain.js';
import type { Analyses } from '../analyses.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';

const scheme = 'pod-iam-explain';

/** What an explanation is about: a service account of a cluster, or of the workspace's files. */
interface Subject {
  readonly context?: string;
  readonly namespace: string;
  readonly name: string;
}

/** "Explain": the chain from the pod to the role as a read-only document. */
export class Explanations implements vscode.Disposable {
  readonly #documents: ReadOnlyDocuments;

  constructor(
    private readonly clusters: ClustersView,
    private readonly analyses: Analyses,
    /** Reads the workspace, unless that is done. */
    private readonly index: () => Promise<void>,
  ) {
    this.#documents = new ReadOnlyDocuments(scheme, (uri) => this.#text(JSON.parse(uri.query) as Subject));
  }

  async show(target: RowTarget | undefined): Promise<void> {
    const subject =
      target?.namespace !== undefined && target.name !== undefined ? (target as Subject) : await this.#pick();
    if (!subject) return;
    const { context, namespace, name } = subject;
    const query = JSON.stringify({ ...(context === undefined ? {} : { context }), namespace, name });
    await this.#documents.show(
      vscode.Uri.from({ scheme, path: `/${context ?? 'workspace'}/${namespace}/${name}`, query }),
    );
  }

  dispose(): void {
    this.#documents.dispose();
  }

  #text({ context, namespace, name }: Subject): string | undefined {
    if (context !== undefined) return this.clusters.connection(context)?.cluster?.explain(namespace, name)?.text;
    this.analyses.updateOpen();
    const found = identities(this.analyses.workspace.workspace()).filter(
      (identity) => identity.namespace === namespace && identity.name === name,
    );
    return found.length > 0 ? found.map((identity) => explain(identity.chain())).join('\n') : undefined;
  }

  async #pick(): Promise<Subject | undefined> {
    await this.index();
    this.analyses.updateOpen();
    const live = this.clusters.openConnections().flatMap(({ context, snapshot }) =>
      (snapshot?.serviceAccounts ?? []).map((account) => ({
        label: `${account.namespace}/${account.name}`,
        description: context.name,
        detail: account.summary,
        subject: { context: context.name, namespace: account.namespace, name: account.name },
      })),
    );
    const files = identities(this.analyses.workspace.workspace()).map((identity) => ({
      label: `${identity.namespace}/${identity.name}`,
      description: identity.place.file,
      detail: identity.summary,
      subject: { namespace: identity.namespace, name: identity.name },
    }));
    if (files.length + live.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('No file of the workspace defines a service account, and no cluster is open.'),
      );
      return undefined;
    }
    const picked = await vscode.window.showQuickPick<(typeof files)[number] & { subject: Subject }>(
      [...files, ...live],
      {
        placeHolder: vscode.l10n.t('A service account to explain'),
        matchOnDescription: true,
        matchOnDetail: true,
      },
    );
    return picked?.subject;
  }
}

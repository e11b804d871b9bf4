import * as vscode from 'vscode';
import { identities } from '../../core/features/identities.js';
import { diagnose, diagnosisText } from '../../core/troubleshoot/diagnose.js';
import { type Evidence, fileEvidence } from '../../core/troubleshoot/evidence.js';
import { symptoms } from '../../core/troubleshoot/symptoms.js';
import type { Analyses } from '../analyses.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { ClustersView } from '../tree/clustersView.js';
import { pickOrType } from './pickOrType.js';

const scheme = 'pod-iam-troubleshoot';

/** Paste or pick an error, choose the service account, get the checks that can explain it with their evidence. */
export class Troubleshooter implements vscode.Disposable {
  readonly #documents: ReadOnlyDocuments;
  readonly #reports = new Map<string, string>();

  constructor(
    private readonly clusters: ClustersView,
    private readonly analyses: Analyses,
    private readonly index: () => Promise<void>,
  ) {
    this.#documents = new ReadOnlyDocuments(scheme, (uri) => this.#reports.get(uri.path));
  }

  async run(): Promise<void> {
    const error = await askError();
    if (error === undefined) return;
    await this.index();
    const account = await this.#askAccount();
    if (account === undefined) return;
    const path = `/${account.id === '' ? 'any' : account.id}.md`;
    const evidence = account.evidence();
    this.#reports.set(path, diagnosisText(diagnose(error, evidence), evidence));
    const uri = vscode.Uri.from({ scheme, path });
    await this.#documents.preview(uri);
  }

  dispose(): void {
    this.#documents.dispose();
  }

  async #askAccount() {
    this.analyses.updateOpen();
    const { workspace } = this.analyses;
    const known = identities(workspace.workspace());
    const files = known.map((identity) => ({
      label: `${identity.namespace}/${identity.name}`,
      description: identity.place.file,
      detail: identity.summary,
      id: `${identity.namespace}/${identity.name}`,
      evidence: (): Evidence => ({ files: fileEvidence(workspace, identity) }),
    }));
    const live = this.clusters.openConnections().flatMap(({ context, snapshot }) =>
      (snapshot?.serviceAccounts ?? []).map((account) => ({
        label: `${account.namespace}/${account.name}`,
        description: context.name,
        detail: account.summary,
        id: `${context.name}/${account.namespace}/${account.name}`,
        evidence: (): Evidence => {
          const identity = known.find(
            ({ namespace, name }) => namespace === account.namespace && name === account.name,
          );
          const { agent, oidcProvider } = snapshot!;
          return {
            live: { ...account, context: context.name, agent, oidcProvider },
            ...(identity ? { files: fileEvidence(workspace, identity) } : {}),
          };
        },
      })),
    );
    const none = {
      label: vscode.l10n.t('Only the general checks'),
      description: '',
      detail: vscode.l10n.t('without looking at a service account'),
      id: '',
      evidence: (): Evidence => ({}),
    };
    return vscode.window.showQuickPick([...live, ...files, none], {
      title: vscode.l10n.t('Whose error is it?'),
      placeHolder: vscode.l10n.t('The service account that the pod runs as'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
  }
}

/** Those that most people come with stand first; the others as they are tried, the more exact before the more general. */
const common = ['web-identity-denied', 'pod-identity-denied', 'node-role', 'no-effect', 'no-credentials'];

/** One of the known errors, or whatever was pasted. */
async function askError(): Promise<string | undefined> {
  const known = [
    ...symptoms.filter(({ id }) => common.includes(id)),
    ...symptoms.filter(({ id }) => !common.includes(id)),
  ].map((symptom) => ({ label: symptom.title, detail: symptom.example }));
  const answer = await pickOrType({
    title: vscode.l10n.t('Which error did the pod log?'),
    placeholder: vscode.l10n.t('Paste it, or pick one that looks like it'),
    known,
    isAnswer: () => true,
    typedHint: vscode.l10n.t('as pasted'),
  });
  return answer?.detail ?? answer?.label;
}

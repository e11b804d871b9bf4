import * as vscode from 'vscode';
import type { TrustPolicy } from '../../core/facts/model.js';
import { identities, isDefinite } from '../../core/features/identities.js';
import { trialOf } from '../../core/features/trialOf.js';
import { explain } from '../../core/identity/explain.js';
import { display } from '../../core/syntax/text.js';
import { placeOf } from '../../core/syntax/tree.js';
import type { Analyses } from '../analyses.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import { pickOrType } from './pickOrType.js';

const scheme = 'pod-iam-trial';
const ACCOUNT = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\/([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)$/;

/** A trust policy of the active editor, in whatever format it is written, tried with a service account that a person names. */
export class TrustPolicyTrials implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #documents = new ReadOnlyDocuments(scheme, (uri) => this.#texts.get(uri.path));
  #last = '';

  constructor(private readonly analyses: Analyses) {}

  async run(): Promise<void> {
    const policy = await this.#choose();
    if (!policy) return;
    const accounts = identities(this.analyses.workspace.workspace()).filter(isDefinite);
    const labels = new Map(accounts.map((each) => [`${each.namespace}/${each.name}`, each.summary]));
    const answer = await pickOrType({
      title: vscode.l10n.t('Can this service account assume {0}?', policy.label),
      placeholder: vscode.l10n.t('NAMESPACE/NAME, or one of the workspace'),
      // The one of the last time stands first.
      known: [...labels]
        .sort(([a], [b]) => Number(b === this.#last) - Number(a === this.#last))
        .map(([label, description]) => ({ label, description })),
      isAnswer: (text) => ACCOUNT.test(text),
      typedHint: vscode.l10n.t('not in the workspace'),
    });
    const [, namespace, name] = ACCOUNT.exec(answer?.label ?? '') ?? [];
    if (namespace === undefined || name === undefined) return;
    this.#last = `${namespace}/${name}`;
    const path = `/${policy.label.replace(/[^\w.-]+/g, ' ')}/${namespace}/${name}`;
    this.#texts.set(path, explain(trialOf(policy.policy, namespace, name)));
    await this.#documents.show(vscode.Uri.from({ scheme, path }));
  }

  dispose(): void {
    this.#documents.dispose();
  }

  /** The one at the cursor, the only one, or the one that a person picks. */
  async #choose(): Promise<{ readonly label: string; readonly policy: TrustPolicy } | undefined> {
    const editor = vscode.window.activeTextEditor;
    const found = editor && this.analyses.of(editor.document);
    const facts = found?.analysis.factsOf(found.file);
    const own = (node: Parameters<typeof placeOf>[0]) => placeOf(node).file === found?.file;
    const policies = new Set([
      ...(facts?.trustPolicies ?? []).filter(({ node }) => own(node)),
      // Of a role here whose document stands elsewhere, as in Terraform.
      ...(facts?.roles ?? []).flatMap((role) => (role.trustPolicy && own(role.node) ? [role.trustPolicy] : [])),
    ]);
    const items = [...policies].map((policy) => ({ label: labelOf(policy), policy }));
    const offset = editor?.document.offsetAt(editor.selection.active) ?? 0;
    const here = items.find(({ policy }) =>
      [policy.node, ...(policy.role ? [policy.role.node] : [])].some((node) => {
        const { file, start, end } = placeOf(node);
        return file === found?.file && start <= offset && offset <= end;
      }),
    );
    if (here || items.length === 1) return here ?? items[0];
    if (items.length === 0) {
      await vscode.window.showInformationMessage(vscode.l10n.t('There is no trust policy in the active editor.'));
      return undefined;
    }
    return vscode.window.showQuickPick(items, { title: vscode.l10n.t('Which role?') });
  }
}

function labelOf({ role }: TrustPolicy): string {
  const text = role?.name?.text ?? role?.arn?.text;
  return text === undefined ? (role?.address?.replace(/^[^#]*#/, '') ?? vscode.l10n.t('this role')) : display(text);
}

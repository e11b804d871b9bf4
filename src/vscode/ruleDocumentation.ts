import * as vscode from 'vscode';
import { rules } from '../core/rules/index.js';
import { ruleMarkdown } from '../core/rules/page.js';
import { ReadOnlyDocuments } from './readOnlyDocuments.js';

const scheme = 'pod-iam-rule';

/** What a click on a squiggle's code opens. */
export function ruleLink(ruleId: string): vscode.Uri {
  return vscode.Uri.parse(`command:podIam.showRule?${encodeURIComponent(JSON.stringify([ruleId]))}`);
}

/** The rules' pages, made of the same documentation as everything else that speaks of a rule. */
export class RuleDocumentation implements vscode.Disposable {
  readonly #pages = new ReadOnlyDocuments(scheme, (uri) => {
    const rule = rules.find(({ id }) => `/${id}.md` === uri.path);
    return rule && ruleMarkdown(rule);
  });

  /** Shows the page of a rule, asking which where none is named. */
  async show(ruleId?: unknown): Promise<void> {
    const id = typeof ruleId === 'string' ? ruleId : await pickRule();
    if (!rules.some((rule) => rule.id === id)) return;
    const page = vscode.Uri.from({ scheme, path: `/${id}.md` });
    await this.#pages.preview(page);
  }

  dispose(): void {
    this.#pages.dispose();
  }
}

async function pickRule(): Promise<string | undefined> {
  const picked = await vscode.window.showQuickPick(
    rules.map((rule) => ({ label: rule.id, description: rule.severity, detail: rule.docs.summary })),
    { placeHolder: vscode.l10n.t('A rule to read about'), matchOnDetail: true },
  );
  return picked?.label;
}

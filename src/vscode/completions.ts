import * as vscode from 'vscode';
import { type Completion, completionsAt } from '../core/features/completion.js';
import type { Analyses } from './analyses.js';
import { toRange } from './positions.js';

const kinds = {
  value: vscode.CompletionItemKind.Value,
  key: vscode.CompletionItemKind.Property,
  operator: vscode.CompletionItemKind.Operator,
  reference: vscode.CompletionItemKind.Reference,
};

export class Completions implements vscode.CompletionItemProvider {
  static readonly triggers = ['"', ':', '/'];

  constructor(private readonly analyses: Analyses) {}

  provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
    const analysis = this.analyses.of(document);
    const facts = analysis?.analysis.factsOf(analysis.file);
    if (!analysis || !facts) return [];
    const offset = document.offsetAt(position);
    const found = completionsAt(
      facts,
      this.analyses.allFacts(analysis.analysis),
      analysis.analysis.workspace(),
      analysis.file,
      offset,
      document.getText(),
    );
    return found.map((completion, index) => toItem(document, completion, index));
  }
}

function toItem(document: vscode.TextDocument, completion: Completion, index: number): vscode.CompletionItem {
  const item = new vscode.CompletionItem(completion.text, kinds[completion.kind]);
  item.range = toRange(document, completion.replaces);
  item.insertText = completion.insert ?? completion.text;
  // A key that was chosen wants its value.
  if (completion.insert !== undefined)
    item.command = { command: 'editor.action.triggerSuggest', title: vscode.l10n.t('Suggest a value') };
  item.filterText = completion.text;
  item.sortText = String(index).padStart(5, '0');
  if (completion.detail) item.detail = completion.detail;
  if (completion.docs) item.documentation = new vscode.MarkdownString(completion.docs);
  return item;
}

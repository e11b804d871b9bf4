import * as vscode from 'vscode';
import { applySafeFixes } from '../core/features/safeFixes.js';
import type { Edit } from '../core/syntax/edits.js';
import type { Analyses, FileAnalysis } from './analyses.js';
import { toWorkspaceEdit } from './workspaceEdits.js';

export const fixAllKind = vscode.CodeActionKind.SourceFixAll.append('podIam');

/** `source.fixAll.podIam`: every safe fix that stays in the file, on save or by command. */
export class FixAll implements vscode.CodeActionProvider {
  static readonly kinds = [fixAllKind];

  constructor(private readonly analyses: Analyses) {}

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (!context.only?.intersects(fixAllKind)) return [];
    const edit = this.edit(document);
    if (!edit) return [];
    const action = new vscode.CodeAction(vscode.l10n.t('Fix all safe Pod IAM problems'), fixAllKind);
    action.edit = edit;
    return [action];
  }

  /** @returns undefined where nothing is to be done */
  edit(document: vscode.TextDocument): vscode.WorkspaceEdit | undefined {
    this.analyses.updateOpen();
    const analysis = this.analyses.of(document);
    const edits = analysis ? this.#safeEdits(analysis) : [];
    return edits.length > 0 ? toWorkspaceEdit(this.analyses, { edits }) : undefined;
  }

  /** How many findings have fixes that a person is to choose, as they may change what works or touch another file. */
  suggestedIn(document: vscode.TextDocument): number {
    const shown = this.analyses.of(document)?.findings() ?? [];
    return shown.filter(({ finding }) => finding.fixes().length > 0).length;
  }

  /** Those that a fix makes room for, too: once is enough. */
  #safeEdits(shown: FileAnalysis): readonly Edit[] {
    const { file, analysis } = shown;
    const findings = () => shown.findings().map(({ finding }) => finding);
    return this.analyses.trying(
      shown,
      () => applySafeFixes(analysis, findings, (changed) => changed === file).get(file) ?? [],
    );
  }
}

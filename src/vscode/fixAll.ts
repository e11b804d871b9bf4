import * as vscode from 'vscode';
import type { Edit } from '../core/syntax/edits.js';
import type { Analyses, ShownFinding } from './analyses.js';
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
    const edits = analysis ? safeEdits(analysis.file, analysis.findings()) : [];
    return edits.length > 0 ? toWorkspaceEdit(this.analyses, { edits }) : undefined;
  }
}

/** One safe fix a finding; where two would change the same text, the first one. */
export function safeEdits(file: string, findings: readonly ShownFinding[]): readonly Edit[] {
  const chosen: Edit[] = [];
  for (const { finding } of findings) {
    const fix = finding
      .fixes()
      .find(({ safety, edits }) => safety === 'safe' && edits.every((edit) => edit.file === file));
    if (fix?.edits.every((edit) => chosen.every((other) => apart(edit, other)))) chosen.push(...fix.edits);
  }
  return chosen;
}

/** Two insertions at one place have no order: they are not apart. */
function apart(a: Edit, b: Edit): boolean {
  if (a.start === b.start) return false;
  return a.end <= b.start || b.end <= a.start;
}

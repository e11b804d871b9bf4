import * as vscode from 'vscode';
import type { Fix } from '../core/rules/rule.js';
import type { Edit } from '../core/syntax/edits.js';
import { textOf } from '../core/syntax/text.js';
import type { Analyses } from './analyses.js';
import { TextPositions } from './positions.js';

/**
 * The edits of a fix as VS Code applies them, over all files they touch.
 * @returns undefined where a file is no longer known: then nothing must be changed at all
 */
export function toWorkspaceEdit(
  analyses: Analyses,
  fix: Pick<Fix, 'edits' | 'placeholder'>,
): vscode.WorkspaceEdit | undefined {
  const workspaceEdit = new vscode.WorkspaceEdit();
  const files = new Map<string, Edit[]>();
  for (const edit of fix.edits) files.set(edit.file, [...(files.get(edit.file) ?? []), edit]);
  for (const [file, edits] of files) {
    const uri = analyses.names.uriOf(file);
    const text = uri && analyses.textOf(uri);
    if (!uri || text === undefined) return undefined;
    const positions = new TextPositions(text);
    workspaceEdit.set(
      uri,
      edits.map((edit) => {
        const snippet = fix.placeholder && placeholders(edit.newText);
        const range = positions.rangeOf(edit);
        return snippet ? new vscode.SnippetTextEdit(range, snippet) : new vscode.TextEdit(range, edit.newText);
      }),
    );
  }
  return workspaceEdit;
}

/** What is left to be filled in becomes a field that the editor selects. */
function placeholders(newText: string): vscode.SnippetString | undefined {
  const parts = textOf(newText);
  if (parts.every((part) => typeof part === 'string')) return undefined;
  const snippet = new vscode.SnippetString();
  for (const part of parts) {
    if (typeof part === 'string') snippet.appendText(part);
    else snippet.appendPlaceholder(part.expression);
  }
  return snippet;
}

import { applyEdits, modify } from 'jsonc-parser';
import * as vscode from 'vscode';
import { CONFIGURATION_FILE } from '../severities.js';

/** Writes `"rules": { ID: "off" }` into the folder's `.pod-iam.json`, keeping what stands there, comments too. */
export async function turnRuleOff(ruleId: unknown, uri: unknown): Promise<void> {
  if (typeof ruleId !== 'string' || !(uri instanceof vscode.Uri)) return;
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return;
  const file = vscode.Uri.joinPath(folder.uri, CONFIGURATION_FILE);
  const before = await textOf(file);
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: before?.includes('\r\n') ? '\r\n' : '\n' };
  const text = before?.trim() ? before : '{}\n';
  const after = applyEdits(text, modify(text, ['rules', ruleId], 'off', { formattingOptions }));
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(after));
}

async function textOf(file: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}

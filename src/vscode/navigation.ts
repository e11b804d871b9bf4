import * as vscode from 'vscode';
import { definitionsAt, referencesAt, renameEdits, renameRange } from '../core/features/navigation.js';
import { isServiceAccountName } from '../core/iam/names.js';
import type { Place } from '../core/syntax/tree.js';
import type { Analyses } from './analyses.js';
import { toRange } from './positions.js';
import { toWorkspaceEdit } from './workspaceEdits.js';

/** Definition, references and rename of service accounts and roles, over all files. */
export class Navigation implements vscode.DefinitionProvider, vscode.ReferenceProvider, vscode.RenameProvider {
  constructor(private readonly analyses: Analyses) {}

  provideDefinition(document: vscode.TextDocument, position: vscode.Position): vscode.Location[] {
    const at = this.#at(document, position);
    return at ? this.#locations(definitionsAt(at.facts, at.workspace, at.file, at.offset)) : [];
  }

  provideReferences(document: vscode.TextDocument, position: vscode.Position): vscode.Location[] {
    const at = this.#at(document, position);
    return at ? this.#locations(referencesAt(at.facts, at.all, at.workspace, at.file, at.offset)) : [];
  }

  prepareRename(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): { range: vscode.Range; placeholder: string } {
    const at = this.#at(document, position);
    const range = at && renameRange(at.facts, at.workspace, at.file, at.offset);
    if (!range)
      throw new Error(vscode.l10n.t('Only a service account whose namespace and name are known can be renamed.'));
    return { range: toRange(document, range), placeholder: range.name };
  }

  provideRenameEdits(
    document: vscode.TextDocument,
    position: vscode.Position,
    newName: string,
  ): vscode.WorkspaceEdit | undefined {
    if (!isServiceAccountName(newName))
      throw new Error(vscode.l10n.t("'{0}' is no name for a service account.", newName));
    this.analyses.updateOpen();
    const at = this.#at(document, position);
    const edits = at && renameEdits(at.facts, at.all, at.workspace, at.file, at.offset, newName);
    return edits && toWorkspaceEdit(this.analyses, { edits });
  }

  #at(document: vscode.TextDocument, position: vscode.Position) {
    const analysis = this.analyses.of(document);
    const facts = analysis?.analysis.factsOf(analysis.file);
    if (!analysis || !facts) return undefined;
    return {
      facts,
      all: this.analyses.allFacts(analysis.analysis),
      workspace: analysis.analysis.workspace(),
      file: analysis.file,
      offset: document.offsetAt(position),
    };
  }

  #locations(places: readonly Place[]): vscode.Location[] {
    return places.flatMap((place) => this.analyses.locationOf(place) ?? []);
  }
}

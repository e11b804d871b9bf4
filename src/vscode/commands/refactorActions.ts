import * as vscode from 'vscode';
import { type Offer, offersAt } from '../../core/refactorings/offers.js';
import type { Analyses } from '../analyses.js';

const commands: Readonly<Record<Offer['kind'], string>> = {
  'to-pod-identity': 'podIam.moveToPodIdentity',
  'to-irsa': 'podIam.moveToIrsa',
  'split-role': 'podIam.splitRole',
  'exact-subjects': 'podIam.listSubjects',
};

/** Offers the refactorings of what stands at the cursor. They ask and show a preview, so that none has an edit of its own. */
export class RefactorActions implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.RefactorRewrite];

  constructor(private readonly analyses: Analyses) {}

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (context.only && !context.only.intersects(vscode.CodeActionKind.RefactorRewrite)) return [];
    const found = this.analyses.of(document);
    const facts = found?.analysis.factsOf(found.file);
    // A live trust policy stands alone: what uses it is not in the files.
    if (!found || !facts || found.analysis !== this.analyses.workspace) return [];
    const offset = document.offsetAt(range.start);
    return offersAt(found.analysis.workspace(), facts, found.file, offset).map(({ kind, title }) => {
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.RefactorRewrite);
      action.command = { title, command: commands[kind], arguments: [{ file: found.file, offset }] };
      return action;
    });
  }
}

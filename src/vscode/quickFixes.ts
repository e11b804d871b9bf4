import * as vscode from 'vscode';
import { suppressionComment } from '../core/features/suppressionComment.js';
import type { Analyses, FileAnalysis, ShownFinding } from './analyses.js';
import { toSpan } from './positions.js';
import { toWorkspaceEdit } from './workspaceEdits.js';

/** Trying a comment out reads the file anew; beyond this many characters that is not done while a light bulb waits. */
const LARGEST = 300_000;

/** The light bulb of a finding: its fixes, why it matters, how to turn it off. */
export class QuickFixes implements vscode.CodeActionProvider {
  static readonly kinds = [vscode.CodeActionKind.QuickFix];

  constructor(private readonly analyses: Analyses) {}

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (context.only && !context.only.intersects(vscode.CodeActionKind.QuickFix)) return [];
    this.analyses.updateOpen();
    const analysis = this.analyses.of(document);
    if (!analysis) return [];
    const found = analysis.findingsIn(toSpan(document, range));
    return [
      ...found.flatMap((shown) => this.#fixes(shown, diagnosticOf(document, shown, context))),
      ...found.flatMap((shown) => this.#more(document, analysis, shown, diagnosticOf(document, shown, context))),
    ];
  }

  #fixes({ finding }: ShownFinding, diagnostic: vscode.Diagnostic | undefined): vscode.CodeAction[] {
    const fixes = finding.fixes();
    return fixes.flatMap((fix) => {
      const edit = toWorkspaceEdit(this.analyses, fix);
      if (!edit) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      if (diagnostic) action.diagnostics = [diagnostic];
      // Only what cannot change what works may be taken without being read.
      if (fix.safety === 'safe' || fixes.length === 1) action.isPreferred = fix.safety === 'safe';
      return [action];
    });
  }

  #more(
    document: vscode.TextDocument,
    analysis: FileAnalysis,
    { finding }: ShownFinding,
    diagnostic: vscode.Diagnostic | undefined,
  ): vscode.CodeAction[] {
    const { ruleId } = finding;
    const actions = [command(vscode.l10n.t('Why this matters: {0}', ruleId), 'podIam.showRule', [ruleId])];
    const comment =
      document.getText().length <= LARGEST
        ? suppressionComment(document.getText(), { ...finding, ruleId }, document.languageId)
        : undefined;
    const edit = comment && toWorkspaceEdit(this.analyses, { edits: [comment.edit] });
    if (comment && edit) {
      const title =
        comment.scope === 'line'
          ? vscode.l10n.t('Turn off {0} here', ruleId)
          : vscode.l10n.t('Turn off {0} in this file', ruleId);
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.edit = edit;
      actions.push(action);
    }
    if (vscode.workspace.getWorkspaceFolder(analysis.uri)) {
      actions.push(
        command(vscode.l10n.t('Turn off {0} for the workspace', ruleId), 'podIam.turnRuleOff', [ruleId, analysis.uri]),
      );
    }
    if (diagnostic) for (const action of actions) action.diagnostics = [diagnostic];
    return actions;
  }
}

function command(title: string, id: string, args: unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { title, command: id, arguments: args };
  return action;
}

/** The squiggle of this finding, by rule and span, never by its message. */
function diagnosticOf(
  document: vscode.TextDocument,
  { finding }: ShownFinding,
  context: vscode.CodeActionContext,
): vscode.Diagnostic | undefined {
  return context.diagnostics.find(({ code, range }) => {
    const span = toSpan(document, range);
    return (
      typeof code === 'object' &&
      code.value === finding.ruleId &&
      span.start === finding.start &&
      span.end === finding.end
    );
  });
}

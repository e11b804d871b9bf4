import * as vscode from 'vscode';
import { mentionsOf } from '../core/features/mentions.js';
import { literalOf } from '../core/syntax/text.js';
import type { Analyses } from './analyses.js';
import { roleConsoleUrl } from './commands/copyTexts.js';
import { toRange } from './positions.js';

/** Role ARNs that no file defines lead to the AWS console; the others lead to their definition already. */
export class DocumentLinks implements vscode.DocumentLinkProvider {
  constructor(private readonly analyses: Analyses) {}

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const analysis = this.analyses.of(document);
    const facts = analysis?.analysis.factsOf(analysis.file);
    if (!analysis || !facts) return [];
    const workspace = analysis.analysis.workspace();
    return mentionsOf(facts).flatMap((mention) => {
      if (mention.kind !== 'role' || mention.use === 'definition' || mention.place.file !== analysis.file) return [];
      const arn = literalOf(mention.node.text);
      const url = arn && roleConsoleUrl(arn);
      if (!url || workspace.roleFor(mention.node).found) return [];
      const link = new vscode.DocumentLink(toRange(document, mention.place), vscode.Uri.parse(url));
      link.tooltip = vscode.l10n.t('Open the role in the AWS console');
      return [link];
    });
  }
}

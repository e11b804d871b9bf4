import * as vscode from 'vscode';
import { hoverAt } from '../core/features/hover.js';
import { ruleById } from '../core/rules/index.js';
import { prose } from '../core/rules/page.js';
import type { Analyses, FileAnalysis, ShownFinding } from './analyses.js';
import { toRange } from './positions.js';

/** What stands under the pointer, and why it is marked. The message itself VS Code shows above this. */
export class Hovers implements vscode.HoverProvider {
  constructor(private readonly analyses: Analyses) {}

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const analysis = this.analyses.of(document);
    if (!analysis) return undefined;
    const offset = document.offsetAt(position);
    const findings = analysis.findingsIn({ start: offset, end: offset });
    const thing = this.#thing(analysis, offset);
    const contents = [...(thing ? [thing.markdown] : []), ...findings.flatMap(whyItMatters)];
    if (contents.length === 0) return undefined;
    const span = thing ?? findings[0]!.finding;
    return new vscode.Hover(contents, toRange(document, span));
  }

  #thing(analysis: FileAnalysis, offset: number) {
    const facts = analysis.analysis.factsOf(analysis.file);
    const hover = facts && hoverAt(facts, analysis.analysis.workspace(), analysis.file, offset);
    if (!hover) return undefined;
    const links: string[] = [];
    if (hover.trustPolicy)
      links.push(link(vscode.l10n.t('Open trust policy'), 'podIam.goToFile', { target: { place: hover.trustPolicy } }));
    if (hover.subject) links.push(link(vscode.l10n.t('Explain'), 'podIam.explain', { target: hover.subject }));
    const markdown = new vscode.MarkdownString(
      [...hover.lines, ...(links.length > 0 ? [links.join(' · ')] : [])].join('\n\n'),
    );
    markdown.isTrusted = { enabledCommands: ['podIam.goToFile', 'podIam.explain'] };
    return { ...hover, markdown };
  }
}

function whyItMatters({ finding }: ShownFinding): vscode.MarkdownString[] {
  const docs = ruleById(finding.ruleId)?.docs;
  if (!docs) return [];
  const said = docs.awsSays ? [`${vscode.l10n.t('AWS says:')} \`${docs.awsSays.replaceAll('`', "'")}\``] : [];
  const markdown = new vscode.MarkdownString(
    [
      prose(docs.why),
      ...said,
      link(vscode.l10n.t('More about {0}', finding.ruleId), 'podIam.showRule', finding.ruleId),
    ].join('\n\n'),
  );
  markdown.isTrusted = { enabledCommands: ['podIam.showRule'] };
  return [markdown];
}

function link(title: string, command: string, argument: unknown): string {
  return `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
}

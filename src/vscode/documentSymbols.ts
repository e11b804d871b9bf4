import * as vscode from 'vscode';
import { type OutlineItem, outlineOf } from '../core/features/outline.js';
import type { Analyses } from './analyses.js';
import { toRange } from './positions.js';

const kinds: Readonly<Record<OutlineItem['kind'], vscode.SymbolKind>> = {
  policy: vscode.SymbolKind.Interface,
  statement: vscode.SymbolKind.Method,
  account: vscode.SymbolKind.Object,
  workload: vscode.SymbolKind.Module,
  association: vscode.SymbolKind.Event,
};

export class DocumentSymbols implements vscode.DocumentSymbolProvider {
  constructor(private readonly analyses: Analyses) {}

  provideDocumentSymbols(document: vscode.TextDocument): vscode.DocumentSymbol[] {
    const analysis = this.analyses.of(document);
    const facts = analysis?.analysis.factsOf(analysis.file);
    return analysis && facts ? outlineOf(facts, analysis.file).map((item) => toSymbol(document, item)) : [];
  }
}

function toSymbol(document: vscode.TextDocument, item: OutlineItem): vscode.DocumentSymbol {
  const range = toRange(document, item.place);
  const selection = toRange(document, item.selection);
  // VS Code refuses a selection outside of the range.
  const symbol = new vscode.DocumentSymbol(
    item.name,
    item.detail,
    kinds[item.kind],
    range,
    range.contains(selection) ? selection : range,
  );
  symbol.children = item.children.map((child) => toSymbol(document, child));
  return symbol;
}

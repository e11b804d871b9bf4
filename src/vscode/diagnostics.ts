import * as vscode from 'vscode';
import type { Analyses, ShownFinding } from './analyses.js';
import { TextPositions } from './positions.js';
import { ruleLink } from './ruleDocumentation.js';
import type { Settings } from './settings.js';
import { SlicedQueue } from './slices.js';

export const diagnosticSource = 'Pod IAM';

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Shows the findings of a file whenever they may have changed. */
export class Diagnostics implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('podIam');
  readonly #queue = new SlicedQueue<string>((key) => this.#publish(vscode.Uri.parse(key)));
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly analyses: Analyses,
    private readonly settings: Settings,
  ) {
    this.#subscriptions = [
      analyses.onDidChange((uris) => this.#queue.add(uris.map(String))),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#queue.add([uri.toString()])),
    ];
  }

  /** Everything anew, as after a change of settings. */
  refresh(): void {
    this.#collection.clear();
    this.#queue.clear();
    this.#queue.add(this.analyses.files().map(String));
  }

  dispose(): void {
    this.#queue.dispose();
    vscode.Disposable.from(this.#collection, ...this.#subscriptions).dispose();
  }

  #publish(uri: vscode.Uri): void {
    const key = uri.toString();
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === key);
    const analysis = document
      ? this.analyses.of(document)
      : this.settings.get('enable') && this.settings.get('check') === 'workspace'
        ? this.analyses.ofFile(uri)
        : undefined;
    const findings = analysis?.findings() ?? [];
    const text = findings.length > 0 ? this.analyses.textOf(uri) : undefined;
    if (text === undefined) {
      this.#collection.delete(uri);
      return;
    }
    const positions = new TextPositions(text);
    this.#collection.set(
      uri,
      findings.map((finding) => this.#toDiagnostic(positions, finding)),
    );
  }

  #toDiagnostic(positions: TextPositions, { finding, severity }: ShownFinding): vscode.Diagnostic {
    const diagnostic = new vscode.Diagnostic(positions.rangeOf(finding), finding.message, severities[severity]);
    diagnostic.source = diagnosticSource;
    diagnostic.code = { value: finding.ruleId, target: ruleLink(finding.ruleId) };
    const related = finding.related.flatMap((place) => {
      const location = this.analyses.locationOf(place);
      return location ? [new vscode.DiagnosticRelatedInformation(location, place.message)] : [];
    });
    if (related.length > 0) diagnostic.relatedInformation = related;
    return diagnostic;
  }
}

import * as vscode from 'vscode';
import type { TrustPolicy } from '../../core/facts/model.js';
import { jsonOf } from '../../core/refactorings/jsonOf.js';
import { CannotWrite } from '../../core/refactorings/refactoring.js';
import { type Place, placeOf, type SyntaxNode } from '../../core/syntax/tree.js';
import type { AnalyzerFinding, PolicyStep } from '../../live/auditTypes.js';
import type { Analyses } from '../analyses.js';
import type { Live } from '../live.js';
import { TextPositions } from '../positions.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { Settings } from '../settings.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { RowTarget } from '../tree/row.js';
import { withProgress } from '../withProgress.js';
import { callsText, type OwnFinding, type PlacedFinding, policyAuditText } from './auditText.js';

const scheme = 'pod-iam-audit';
const source = 'IAM Access Analyzer';

const severities = {
  ERROR: vscode.DiagnosticSeverity.Error,
  SECURITY_WARNING: vscode.DiagnosticSeverity.Warning,
  WARNING: vscode.DiagnosticSeverity.Warning,
  SUGGESTION: vscode.DiagnosticSeverity.Information,
};

/** On request: what Access Analyzer says of the open trust policy beside ours, and which credentials pods asked for lately. */
export class Audits implements vscode.Disposable {
  readonly #documents: ReadOnlyDocuments;
  readonly #texts = new Map<string, string>();
  readonly #collection = vscode.languages.createDiagnosticCollection('podIam.accessAnalyzer');
  readonly #subscription: vscode.Disposable;

  constructor(
    private readonly live: Live,
    private readonly clusters: ClustersView,
    private readonly analyses: Analyses,
    private readonly settings: Settings,
  ) {
    this.#documents = new ReadOnlyDocuments(scheme, (uri) => this.#texts.get(uri.path));
    // What was said of a text is nothing about the next.
    this.#subscription = vscode.workspace.onDidChangeTextDocument(({ document }) =>
      this.#collection.delete(document.uri),
    );
  }

  async validate(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const analysis = document && this.analyses.of(document);
    const offset = document?.offsetAt(vscode.window.activeTextEditor!.selection.active) ?? 0;
    const policies = analysis?.analysis.factsOf(analysis.file)?.trustPolicies ?? [];
    const own = policies.filter(({ node }) => placeOf(node).file === analysis?.file);
    const policy = own.find(({ node }) => covers(placeOf(node), offset)) ?? own[0];
    if (!vscode.workspace.isTrusted) return;
    if (!document || !analysis || !policy) {
      await vscode.window.showInformationMessage(vscode.l10n.t('There is no trust policy in the active editor.'));
      return;
    }
    const text = policyText(policy);
    if (text === undefined) {
      await vscode.window.showInformationMessage(
        vscode.l10n.t('This trust policy is not written as JSON or YAML here, so it cannot be sent as it stands.'),
      );
      return;
    }
    const send = vscode.l10n.t('Send');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Send this trust policy to IAM Access Analyzer?'),
      {
        modal: true,
        detail: vscode.l10n.t('access-analyzer:ValidatePolicy, with your AWS credentials. Nothing is changed in AWS.'),
      },
      send,
    );
    if (answer !== send) return;
    const module = await this.live.module();
    const region = this.settings.machine('aws.region') || this.clusters.openConnections()[0]?.snapshot?.region;
    const profile = this.settings.machine('aws.profile');
    const found = await withProgress(vscode.l10n.t('Asking IAM Access Analyzer'), (signal) =>
      module.validatePolicy({ ...(region ? { region } : {}), ...(profile ? { profile } : {}) }, text, signal),
    );
    if (!found) return;
    if (!found.ok) {
      await vscode.window.showErrorMessage(`${found.failure.what}: ${found.failure.message}`);
      return;
    }
    const positions = new TextPositions(document.getText());
    const whole = placeOf(policy.node);
    const ours = analysis
      .findings()
      .filter(({ finding }) => finding.start >= whole.start && finding.end <= whole.end)
      .map(({ finding, severity }) => ({ finding, severity, line: positions.positionAt(finding.start).line + 1 }));
    const own2 = new Map<(typeof ours)[number], OwnFinding>(
      ours.map((each) => [
        each,
        { ruleId: each.finding.ruleId, severity: each.severity, message: each.finding.message, line: each.line },
      ]),
    );
    const placed = found.value.map((finding) => {
      const place = placeIn(policy, finding);
      const same = ours.find(
        ({ finding: { start, end } }) => start < place.end && place.start < end && isSmall(place, whole),
      );
      const line = positions.positionAt(place.start).line + 1;
      return { finding, place, line, ...(same ? { ours: own2.get(same)! } : {}) };
    });
    this.#collection.set(
      document.uri,
      placed
        // What ours says already stands there.
        .filter(({ ours: said }) => said === undefined)
        .map(({ finding, place }) => diagnosticOf(finding, positions.rangeOf(place))),
    );
    const title = vscode.l10n.t('Trust policy in {0}', vscode.workspace.asRelativePath(document.uri));
    await this.#show(
      `/${title}.md`,
      policyAuditText(title, [...own2.values()], placed satisfies readonly PlacedFinding[]),
    );
  }

  async calls(target: RowTarget | undefined): Promise<void> {
    const cluster = this.clusters.connection(target?.context)?.cluster;
    if (!vscode.workspace.isTrusted || !cluster || target?.namespace === undefined || target.name === undefined) return;
    const { namespace, name } = target;
    const hours = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('the last hour'), hours: 1 },
        { label: vscode.l10n.t('the last day'), hours: 24 },
        { label: vscode.l10n.t('the last week'), hours: 24 * 7 },
      ],
      { title: vscode.l10n.t('Calls of {0} in CloudTrail', `${namespace}/${name}`) },
    );
    if (!hours) return;
    const history = await withProgress(vscode.l10n.t('Asking CloudTrail'), (signal) =>
      cluster.recentCalls(namespace, name, signal, hours.hours * 3_600_000),
    );
    if (!history) return;
    if (!history.ok) {
      await vscode.window.showErrorMessage(`${history.failure.what}: ${history.failure.message}`);
      return;
    }
    await this.#show(`/${namespace}-${name}-calls.md`, callsText(`${namespace}/${name}`, history.value));
  }

  dispose(): void {
    vscode.Disposable.from(this.#documents, this.#collection, this.#subscription).dispose();
  }

  async #show(path: string, text: string): Promise<void> {
    this.#texts.set(path, text);
    await this.#documents.preview(vscode.Uri.from({ scheme, path }));
  }
}

function diagnosticOf(finding: AnalyzerFinding, range: vscode.Range): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, finding.message, severities[finding.type]);
  diagnostic.source = source;
  diagnostic.code =
    finding.link === undefined
      ? finding.issueCode
      : { value: finding.issueCode, target: vscode.Uri.parse(finding.link) };
  return diagnostic;
}

/** In IAM's grammar the tree is the document that was sent, so the way through one is the way through the other. */
function policyText(policy: TrustPolicy): string | undefined {
  if (policy.statements.some(({ grammar }) => grammar !== 'iam')) return undefined;
  try {
    return JSON.stringify(jsonOf(policy.node));
  } catch (error) {
    if (error instanceof CannotWrite) return undefined;
    throw error;
  }
}

function placeIn(policy: TrustPolicy, { places }: AnalyzerFinding): Place {
  let node: SyntaxNode = policy.node;
  for (const step of places[0] ?? []) {
    const next = follow(node, step);
    if (!next) break;
    node = next;
  }
  return placeOf(node);
}

function follow(node: SyntaxNode, step: PolicyStep): SyntaxNode | undefined {
  if (step.kind === 'index') return node.kind === 'array' ? node.items[step.index] : undefined;
  if (step.kind === 'substring' || node.kind !== 'object') return undefined;
  const member = node.properties.find(({ key }) => key.raw === step.name);
  return step.kind === 'key' ? member?.key : member?.value;
}

/** A finding about the whole policy is no word about each of its parts. */
function isSmall(place: Place, whole: Place): boolean {
  return place.end - place.start < whole.end - whole.start;
}

function covers(place: Place, offset: number): boolean {
  return place.start <= offset && offset <= place.end;
}

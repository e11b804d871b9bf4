import * as vscode from 'vscode';
import { Analysis, type AnalysisOptions, type Finding } from '../core/analysis.js';
import type { Facts } from '../core/facts/model.js';
import type { Severity } from '../core/rules/rule.js';
import { hclReady } from '../core/syntax/hcl.js';
import type { Place } from '../core/syntax/tree.js';
import { FileNames } from './fileNames.js';
import { type Span, TextPositions, touches } from './positions.js';
import type { SeverityWishes } from './severities.js';
import { Slice } from './slices.js';
import { Terraform } from './terraform.js';

/** A live role's trust policy: judged by itself, for its namesake in the workspace is another text. */
export const trustPolicyScheme = 'pod-iam-trust';

/** Documents of other schemes are ours if they belong to the workspace; else they are other versions of a file, output, settings. */
const ownSchemes = new Set(['file', 'untitled', trustPolicyScheme]);

/** Changes of files outside the editor come in bursts; they are judged together, this many ms after the last … */
const BURST = 40;
/** … but not later than this many ms after the first. */
const LONGEST_BURST = 500;

export interface ShownFinding {
  readonly finding: Finding;
  readonly severity: Severity;
}

/** A file as it stands now. */
export class FileAnalysis {
  constructor(
    readonly file: string,
    readonly uri: vscode.Uri,
    readonly analysis: Analysis,
    private readonly wishes: SeverityWishes,
  ) {}

  /** With the severities that the settings and `.pod-iam.json` wish. */
  findings(): readonly ShownFinding[] {
    return this.analysis.findings(this.file).flatMap((finding) => {
      const severity = this.wishes.severityOf(finding.ruleId, this.uri) ?? finding.severity;
      return severity === 'off' ? [] : [{ finding, severity }];
    });
  }

  findingsIn(span: Span): readonly ShownFinding[] {
    return this.findings().filter(({ finding }) => touches(finding, span));
  }
}

/**
 * The core's picture of the workspace, with documents put in and URIs given out. Every provider asks here, so that a text is
 * parsed once a version, whoever asks first.
 */
export class Analyses implements vscode.Disposable {
  readonly names = new FileNames();
  /** Files whose permission policies a person wants judged. */
  readonly #chosen = new Set<string>();
  /** Made when first asked for: it loads the engine, which activating must not wait for. */
  #workspace: Analysis | undefined;
  readonly #alone = new Map<string, Analysis>();
  readonly #versions = new Map<string, number>();
  #waitsForHcl = false;
  readonly #changed = new vscode.EventEmitter<readonly vscode.Uri[]>();
  #burst: ReturnType<typeof setTimeout> | undefined;
  #burstEnd = 0;
  #held = 0;
  #running: Promise<void> | undefined;
  #disposed = false;
  #progress: vscode.Progress<{ message?: string }> | undefined;
  readonly #wanted = new vscode.EventEmitter<vscode.Uri>();
  /** The text of a file is to be handed in again: it was not kept, and now something reads it. */
  readonly onTextWanted = this.#wanted.event;
  /** Files whose findings were made anew. */
  readonly onDidChange = this.#changed.event;

  constructor(
    private readonly wishes: SeverityWishes,
    private readonly log: vscode.LogOutputChannel,
    private readonly isWanted: (uri: vscode.Uri) => boolean,
    private readonly terraform: Terraform,
  ) {}

  /** Questions to it are answered from what is known at the moment; `settled` waits for the rest. */
  get workspace(): Analysis {
    this.#workspace ??= new Analysis(this.#workspaceOptions());
    return this.#workspace;
  }

  /** The analysis of the document's present text; undefined for what is none of ours. */
  of(document: vscode.TextDocument): FileAnalysis | undefined {
    const { uri } = document;
    if (!(ownSchemes.has(uri.scheme) || vscode.workspace.getWorkspaceFolder(uri)) || !this.isWanted(uri))
      return undefined;
    this.#update(document);
    return this.ofFile(uri);
  }

  /** Of the text that is known of the file, open or not. */
  ofFile(uri: vscode.Uri): FileAnalysis {
    const file = this.names.nameOf(uri);
    return new FileAnalysis(file, uri, this.#alone.get(file) ?? this.workspace, this.wishes);
  }

  /** Open documents with changes that wait for a pause in typing: edits over several files need the present text of all. */
  updateOpen(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (this.#versions.has(this.names.nameOf(document.uri, document.languageId))) this.#update(document);
    }
  }

  /** The file of a document that was removed is there again. */
  revive(document: vscode.TextDocument): void {
    const file = this.names.nameOf(document.uri, document.languageId);
    if (this.workspace.text(file) !== undefined) return;
    this.#versions.delete(file);
    this.#update(document);
    this.#refreshSoon();
  }

  /** Lets `work` put other texts in for a file, to see what would be found; then its own text holds again. */
  trying<T>({ file, analysis }: FileAnalysis, work: () => T): T {
    const text = analysis.text(file);
    try {
      return work();
    } finally {
      if (text !== undefined && analysis.text(file) !== text) {
        analysis.setFile(file, text);
        this.#refreshSoon();
      }
    }
  }

  /** A file's text as the disk has it; judged with others that come at the same time. */
  setText(uri: vscode.Uri, text: string): void {
    const file = this.names.nameOf(uri);
    this.#versions.delete(file);
    this.#set(file, this.workspace, text);
    this.#refreshSoon();
  }

  /**
   * The file is no more.
   * @param remembered its document where the editor still has it: that version of it is not to come back
   */
  remove(uri: vscode.Uri, remembered?: vscode.TextDocument): void {
    const file = this.names.nameOf(uri);
    if (remembered) this.#versions.set(file, remembered.version);
    else this.#versions.delete(file);
    if (!this.#alone.delete(file)) this.#workspace?.removeFile(file);
    // Its own findings are to be taken down at once; those of files that it is linked to change with others of its time.
    this.#changed.fire([uri]);
    this.names.forget(uri);
    this.#refreshSoon();
  }

  /** While many files are read nothing is judged but what is open; the end of `work` judges all of it. */
  async hold(work: () => Promise<unknown>): Promise<void> {
    const options = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Pod IAM reads the workspace') };
    await vscode.window.withProgress(options, async (progress) => {
      this.#held++;
      try {
        await work();
      } finally {
        this.#held--;
      }
      this.#progress = progress;
      await this.settled();
      this.#progress = undefined;
    });
  }

  /** Resolves when everything that has changed is read and judged. */
  async settled(): Promise<void> {
    clearTimeout(this.#burst);
    this.#burst = undefined;
    while (!this.#disposed && this.#workspace && (this.#running || !this.#workspace.isSettled)) {
      this.#running ??= this.#judgeAll();
      await this.#running;
    }
  }

  /** In slices: typing, and every other extension, goes on meanwhile. */
  async #judgeAll(): Promise<void> {
    const analysis = this.workspace;
    const slice = new Slice();
    const tell = (files: readonly string[]) => this.#tell(files);
    try {
      const touched = await analysis.refreshInSlices({
        pause: () => slice.pause(),
        isCancelled: () => this.#disposed || this.#workspace !== analysis,
        onProgress: (left) => this.#progress?.report({ message: vscode.l10n.t('{0} left', left) }),
        onTouched: tell,
      });
      if (this.#workspace === analysis) tell(touched);
    } finally {
      this.#running = undefined;
    }
  }

  #tell(files: readonly string[]): void {
    const uris = files.flatMap((file) => this.names.uriOf(file) ?? []);
    if (uris.length > 0) this.#changed.fire(uris);
  }

  /** Every file that is known, ours or not. */
  files(): readonly vscode.Uri[] {
    return [...(this.#workspace?.files() ?? []), ...this.#alone.keys()].flatMap((file) => this.names.uriOf(file) ?? []);
  }

  /** Of every file, each once; Terraform's of a whole folder at a time. */
  allFacts(analysis: Analysis): Set<Facts> {
    const facts = new Set<Facts>();
    for (const file of analysis.files()) {
      const own = analysis.factsOf(file);
      if (own) facts.add(own);
    }
    return facts;
  }

  textOf(uri: vscode.Uri): string | undefined {
    const file = this.names.nameOf(uri);
    return (this.#alone.get(file) ?? this.#workspace)?.text(file);
  }

  /** Where a place of the core is, for the editor. */
  locationOf(place: Place): vscode.Location | undefined {
    const uri = this.names.uriOf(place.file);
    const text = uri && this.textOf(uri);
    return uri && text !== undefined ? new vscode.Location(uri, new TextPositions(text).rangeOf(place)) : undefined;
  }

  /** Forgets every file: the names depend on the workspace's folders. */
  clear(): void {
    const uris = this.files();
    this.#workspace = undefined;
    this.#alone.clear();
    this.#versions.clear();
    this.#changed.fire(uris);
    this.names.clear();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#burst);
    this.#wanted.dispose();
    this.#changed.dispose();
  }

  #update(document: vscode.TextDocument): void {
    const file = this.names.nameOf(document.uri, document.languageId);
    if (this.#versions.get(file) === document.version) return;
    this.#versions.set(file, document.version);
    if (document.uri.scheme === trustPolicyScheme && !this.#alone.has(file)) this.#alone.set(file, this.#newAnalysis());
    const analysis = this.#alone.get(file) ?? this.workspace;
    this.#set(file, analysis, document.getText());
    // What is typed is judged at once, what is linked to it with others of its time.
    analysis.findings(file);
    this.#changed.fire([document.uri]);
    this.#refreshSoon();
  }

  #set(file: string, analysis: Analysis, text: string): void {
    analysis.setFile(file, text);
    if (this.#waitsForHcl || hclReady() || !Terraform.isTerraform(file)) return;
    this.#waitsForHcl = true;
    void this.terraform.load().then(() => {
      if (!hclReady()) return;
      this.#workspace?.hclLoaded();
      this.#refreshSoon();
    });
  }

  #refreshSoon(): void {
    if (this.#held > 0 || this.#running) return;
    const now = performance.now();
    if (this.#burst === undefined) this.#burstEnd = now + LONGEST_BURST;
    clearTimeout(this.#burst);
    this.#burst = setTimeout(() => void this.settled(), Math.max(0, Math.min(BURST, this.#burstEnd - now)));
  }

  /** The permission policies of a file are judged from now on, even if no role of the workspace uses them. */
  choosePolicies(uri: vscode.Uri): void {
    this.#chosen.add(this.names.nameOf(uri));
    this.#workspace?.configure(this.#workspaceOptions());
    this.#changed.fire([uri]);
    this.#refreshSoon();
  }

  #workspaceOptions(): AnalysisOptions {
    return this.#withLog({
      patient: true,
      chosenPolicies: this.#chosen,
      onTextWanted: (file) => {
        const uri = this.names.uriOf(file);
        if (uri) this.#wanted.fire(uri);
      },
    });
  }

  #newAnalysis(): Analysis {
    return new Analysis(this.#withLog({}));
  }

  #withLog(options: AnalysisOptions): AnalysisOptions {
    return {
      ...options,
      onInternalError: (ruleId, file, error) =>
        this.log.error(
          `Rule ${ruleId} failed on ${file}; the others go on. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        ),
    };
  }
}

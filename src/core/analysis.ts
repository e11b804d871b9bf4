import { type Facts, noFacts } from './facts/model.js';
import { kindOf, readFile } from './facts/readFile.js';
import { rules as allRules } from './rules/index.js';
import type { Fix, Report, Rule, Severity } from './rules/rule.js';
import { type Suppressions, suppressionsOf } from './suppression.js';
import { type Place, placeOf } from './syntax/tree.js';
import { baseName, directoryOf } from './workspace/paths.js';
import { TrackedWorkspace, topicsOf } from './workspace/topics.js';
import { WorkspaceIndex } from './workspace/workspaceIndex.js';

export interface Finding extends Place {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly message: string;
  readonly related: readonly (Place & { readonly message: string })[];
  /** Made on demand from the facts as they are now; empty when the finding is gone meanwhile. */
  fixes(): readonly Fix[];
}

export interface AnalysisOptions {
  /** A rule's severity as the user wants it. */
  readonly severities?: Readonly<Record<string, Severity | 'off'>>;
  /** Files whose permission policies are judged even if no role of the workspace uses them. */
  readonly chosenPolicies?: ReadonlySet<string>;
  /** A rule threw: said once a rule and file, the others go on. */
  readonly onInternalError?: (ruleId: string, file: string, error: unknown) => void;
  readonly rules?: readonly Rule[];
}

/** A text longer than this is no policy and no manifest that a person edits. UTF-16 code units. */
export const MAX_FILE_LENGTH = 4_000_000;

interface Unit {
  readonly id: string;
  readonly files: Set<string>;
  facts: Facts;
  topics: ReadonlyMap<string, string>;
  local: Reported[];
  linked: Reported[];
  asked: ReadonlySet<string>;
  localDirty: boolean;
  linkedDirty: boolean;
}

interface Reported {
  readonly rule: Rule;
  readonly report: Report;
  readonly place: Place;
}

/**
 * The whole workspace under check. Hosts hand texts in and take findings out; nothing here reads a disk.
 * Files are named as the host likes (relative paths or URIs with `/`).
 */
export class Analysis {
  readonly #texts = new Map<string, string>();
  readonly #units = new Map<string, Unit>();
  readonly #suppressions = new Map<string, Suppressions>();
  readonly #charts = new Set<string>();
  #index: WorkspaceIndex | undefined;
  #options: AnalysisOptions;
  #revision = 0;
  #byFile = new Map<string, Finding[]>();
  /** Units whose facts must be read again. */
  readonly #stale = new Set<string>();

  constructor(options: AnalysisOptions = {}) {
    this.#options = options;
  }

  get rules(): readonly Rule[] {
    return this.#options.rules ?? allRules;
  }

  /** New settings: everything is judged again, nothing read again. */
  configure(options: AnalysisOptions): void {
    this.#options = options;
    this.#index = undefined;
    for (const unit of this.#units.values()) {
      unit.localDirty = true;
      unit.linkedDirty = true;
    }
  }

  files(): IterableIterator<string> {
    return this.#texts.keys();
  }

  text(file: string): string | undefined {
    return this.#texts.get(file);
  }

  setFile(file: string, text: string): void {
    if (this.#texts.get(file) === text) return;
    this.#texts.set(file, text.length > MAX_FILE_LENGTH ? '' : text);
    this.#suppressions.delete(file);
    this.#chartChanged(file, true);
    const id = unitOf(file, text);
    if (id === undefined) return;
    let unit = this.#units.get(id);
    if (!unit) {
      unit = {
        id,
        files: new Set(),
        facts: noFacts(),
        topics: new Map(),
        local: [],
        linked: [],
        asked: new Set(),
        localDirty: true,
        linkedDirty: true,
      };
      this.#units.set(id, unit);
    }
    unit.files.add(file);
    this.#stale.add(id);
  }

  removeFile(file: string): void {
    const text = this.#texts.get(file);
    if (text === undefined) return;
    this.#texts.delete(file);
    this.#suppressions.delete(file);
    this.#chartChanged(file, false);
    const id = unitOf(file, text);
    const unit = id === undefined ? undefined : this.#units.get(id);
    if (!unit) return;
    unit.files.delete(file);
    this.#stale.add(unit.id);
  }

  /** Files of a chart are read otherwise than loose ones. */
  #chartChanged(file: string, there: boolean): void {
    if (baseName(file) !== 'Chart.yaml') return;
    const chart = directoryOf(file);
    if (this.#charts.has(chart) === there) return;
    if (there) this.#charts.add(chart);
    else this.#charts.delete(chart);
    for (const unit of this.#units.values()) if (unit.id.startsWith(chart)) this.#stale.add(unit.id);
  }

  #chartOf(file: string): string | undefined {
    if (this.#charts.size === 0) return undefined;
    for (let directory = directoryOf(file); ; directory = directoryOf(directory)) {
      if (this.#charts.has(directory)) return directory;
      if (directory === '') return undefined;
    }
  }

  /** What a file (or its Terraform folder) says. */
  factsOf(file: string): Facts | undefined {
    this.#readStale();
    const text = this.#texts.get(file);
    const id = text === undefined ? undefined : unitOf(file, text);
    return id === undefined ? undefined : this.#units.get(id)?.facts;
  }

  workspace(): WorkspaceIndex {
    this.#readStale();
    this.#index ??= this.#makeIndex();
    return this.#index;
  }

  #makeIndex(): WorkspaceIndex {
    const facts = [...this.#units.values()].map((unit) => unit.facts);
    return new WorkspaceIndex(facts, (file) => this.#units.get(file)?.facts, this.#options.chosenPolicies);
  }

  #readStale(): void {
    if (this.#stale.size === 0) return;
    const changed = new Set<string>();
    const before = this.#index;
    const units = [...this.#stale].map((id) => this.#units.get(id)!);
    this.#stale.clear();
    this.#revision++;
    for (const unit of units) {
      if (unit.files.size === 0) this.#units.delete(unit.id);
      unit.facts = this.#read(unit);
      unit.localDirty = true;
      unit.linkedDirty = true;
    }
    this.#index = this.#makeIndex();
    for (const unit of units) {
      const old = unit.topics;
      unit.topics = topicsOf(unit.facts, this.#index);
      for (const topic of new Set([...old.keys(), ...unit.topics.keys()])) {
        if (old.get(topic) !== unit.topics.get(topic)) changed.add(topic);
      }
    }
    if (before === undefined && this.#units.size === units.length) return;
    for (const unit of this.#units.values()) {
      if (unit.linkedDirty) continue;
      if (changed.has('*') || intersects(unit.asked, changed)) unit.linkedDirty = true;
    }
  }

  #read(unit: Unit): Facts {
    const [file] = unit.files;
    return file === undefined ? noFacts() : readFile(file, this.#texts.get(file) ?? '', { chart: this.#chartOf(file) });
  }

  /** Judges what must be judged again. @returns the files whose findings were made anew */
  refresh(): readonly string[] {
    const index = this.workspace();
    const touched = new Set<string>();
    for (const unit of this.#units.values()) {
      if (!unit.localDirty && !unit.linkedDirty) continue;
      this.#check(unit, index);
      for (const file of unit.files) touched.add(file);
    }
    for (const file of this.#byFile.keys()) if (!this.#texts.has(file)) touched.add(file);
    if (touched.size > 0) this.#collect(touched);
    return [...touched];
  }

  findings(file: string): readonly Finding[] {
    this.refresh();
    return this.#byFile.get(file) ?? [];
  }

  /** Every finding, by file, in the order of the file names. */
  allFindings(): ReadonlyMap<string, readonly Finding[]> {
    this.refresh();
    return new Map([...this.#byFile].filter(([, list]) => list.length > 0).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #check(unit: Unit, index: WorkspaceIndex): void {
    // Document rules may look further for their wording and fixes; what they ask is remembered all the same.
    const tracked = new TrackedWorkspace(index);
    if (unit.localDirty) unit.local = this.#run(unit, 'document', tracked);
    if (unit.linkedDirty || unit.localDirty) unit.linked = this.#run(unit, 'workspace', tracked);
    unit.asked = tracked.asked;
    unit.localDirty = false;
    unit.linkedDirty = false;
  }

  #run(unit: Unit, scope: Rule['scope'], workspace: TrackedWorkspace): Reported[] {
    const found: Reported[] = [];
    for (const rule of this.rules) {
      if (rule.scope !== scope || this.#options.severities?.[rule.id] === 'off') continue;
      try {
        for (const report of rule.check(unit.facts, workspace)) found.push({ rule, report, place: placeOf(report.at) });
      } catch (error) {
        this.#options.onInternalError?.(rule.id, unit.id, error);
      }
    }
    return found;
  }

  #collect(files: ReadonlySet<string>): void {
    const units = new Set<Unit>();
    for (const file of files) {
      this.#byFile.delete(file);
      const text = this.#texts.get(file);
      const unit = text === undefined ? undefined : this.#units.get(unitOf(file, text) ?? '');
      if (unit) units.add(unit);
    }
    for (const unit of units) {
      const seen = new Set<string>();
      for (const reported of [...unit.local, ...unit.linked]) {
        const { place, rule } = reported;
        const key = `${rule.id} ${place.file} ${place.start} ${place.end}`;
        if (seen.has(key) || this.#suppressed(rule.id, place)) continue;
        seen.add(key);
        const list = this.#byFile.get(place.file) ?? [];
        list.push(this.#finding(unit, reported));
        this.#byFile.set(place.file, list);
      }
    }
    for (const file of files)
      this.#byFile.get(file)?.sort((a, b) => a.start - b.start || a.end - b.end || (a.ruleId < b.ruleId ? -1 : 1));
  }

  #suppressed(ruleId: string, place: Place): boolean {
    let suppressions = this.#suppressions.get(place.file);
    if (!suppressions) {
      suppressions = suppressionsOf(this.#texts.get(place.file) ?? '');
      this.#suppressions.set(place.file, suppressions);
    }
    return suppressions.has(ruleId, place.start);
  }

  #finding(unit: Unit, { rule, report, place }: Reported): Finding {
    const madeAt = this.#revision;
    const severity = this.#options.severities?.[rule.id];
    return {
      ...place,
      ruleId: rule.id,
      severity: severity && severity !== 'off' ? severity : (report.severity ?? rule.severity),
      message: report.message,
      related: (report.related ?? []).map(({ at, message }) => ({ ...placeOf(at), message })),
      fixes: () => {
        // Edits hold offsets of every file they touch: after any change they are made from the facts of now.
        const current = this.#revision === madeAt && this.#stale.size === 0 ? report : this.#again(unit, rule, place);
        return withoutOverlaps(current?.fixes?.() ?? []);
      },
    };
  }

  #again(unit: Unit, rule: Rule, place: Place): Report | undefined {
    const index = this.workspace();
    for (const report of rule.check(unit.facts, index)) {
      const at = placeOf(report.at);
      if (at.file === place.file && at.start === place.start && at.end === place.end) return report;
    }
    return undefined;
  }
}

function unitOf(file: string, text: string): string | undefined {
  const kind = kindOf(file, text);
  if (kind === undefined) return undefined;
  return kind === 'terraform' ? `tf:${directoryOf(file)}` : file;
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const each of small) if (large.has(each)) return true;
  return false;
}

/** Two fixes of one title are one fix; edits that overlap would tear the file. */
function withoutOverlaps(fixes: readonly Fix[]): Fix[] {
  const titles = new Set<string>();
  return fixes.filter(({ title, edits }) => {
    if (titles.has(title) || edits.length === 0) return false;
    titles.add(title);
    return edits.every((a, i) =>
      edits.every((b, k) => k <= i || a.file !== b.file || a.end <= b.start || b.end <= a.start),
    );
  });
}

import { type Facts, noFacts } from './facts/model.js';
import { type FilePart, kindOf, mergeFacts, readParts, syntaxFaults } from './facts/readFile.js';
import { callsIn } from './facts/terraform/localModules.js';
import { isVariableFile, type TerraformFile } from './facts/terraform/module.js';
import { parseTerraform, readTerraformModule } from './facts/terraform/read.js';
import type { VariableFile } from './facts/terraform/scope.js';
import { rules as allRules, concerns } from './rules/index.js';
import type { Fix, Report, Rule, Severity } from './rules/rule.js';
import { type Suppressions, suppressionsOf } from './suppression.js';
import { applyEdits, type Edit } from './syntax/edits.js';
import { hclReady } from './syntax/hcl.js';
import { outermost, type Place, placeOf } from './syntax/tree.js';
import { atTheCall, ModuleCalls, mayRead, onlyByAddress, variableFileKind } from './workspace/modules.js';
import { Overlays } from './workspace/overlays.js';
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
  /** A rule threw; the others go on. */
  readonly onInternalError?: (ruleId: string, file: string, error: unknown) => void;
  readonly rules?: readonly Rule[];
}

/** A text longer than this is no policy and no manifest that a person edits. UTF-16 code units. */
export const MAX_FILE_LENGTH = 4_000_000;

/** UTF-16 code units up to which a fix is always tried out before it is offered. */
const SHORT = 30_000;

/** Prefix of the owners that are Terraform folders. */
const TERRAFORM = 'tf:';

/** What is judged as one: a document of a YAML stream, another file, or a Terraform folder. */
interface Unit {
  readonly owner: Owner;
  readonly part: FilePart;
  topics: ReadonlyMap<string, string>;
  local: Reported[];
  linked: Reported[];
  asked: ReadonlySet<string>;
  localDirty: boolean;
  linkedDirty: boolean;
}

/** What is read as one: a file, or all files of a Terraform folder. */
interface Owner {
  readonly id: string;
  readonly files: Set<string>;
  units: Unit[];
}

interface Reported {
  readonly rule: Rule;
  readonly report: Report;
}

/**
 * The whole workspace under check. Hosts hand texts in and take findings out; nothing here reads a disk.
 * Files are named as the host likes (relative paths or URIs with `/`).
 */
export class Analysis {
  readonly #texts = new Map<string, string>();
  readonly #owners = new Map<string, Owner>();
  readonly #suppressions = new Map<string, Suppressions>();
  readonly #charts = new Set<string>();
  readonly #stale = new Set<string>();
  readonly #rulesByKinds = new Map<string, readonly Rule[]>();
  readonly #parsed = new Map<string, TerraformFile>();
  /** Terraform folders that read a file by `file()` or `templatefile()`, or another folder as a module. */
  readonly #usersOf = new Map<string, Set<string>>();
  readonly #moduleCalls = new ModuleCalls();
  readonly #variableFiles = new Set<string>();
  /** Owners whose findings must be collected anew. */
  readonly #unsettled = new Set<Owner>();
  readonly #gone = new Set<string>();
  #units: Unit[] | undefined;
  #index: WorkspaceIndex | undefined;
  #overlays: Overlays | undefined;
  #options: AnalysisOptions;
  #revision = 0;
  readonly #byFile = new Map<string, readonly Finding[]>();
  /** Who has had findings in a file. */
  readonly #reporters = new Map<string, Set<Owner>>();

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
    this.#rulesByKinds.clear();
    for (const unit of this.#allUnits()) {
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
    const known = this.#texts.get(file);
    if (known === text) return;
    const kept = text.length > MAX_FILE_LENGTH ? '' : text;
    const before = known === undefined ? undefined : ownerOf(file, known);
    const id = ownerOf(file, kept);
    if (before !== undefined && before !== id) this.removeFile(file);
    this.#texts.set(file, kept);
    this.#suppressions.delete(file);
    this.#gone.delete(file);
    this.#chartChanged(file, true);
    this.#staleUsers(file, id);
    if (id === undefined) return;
    let owner = this.#owners.get(id);
    if (!owner) {
      owner = { id, files: new Set(), units: [] };
      this.#owners.set(id, owner);
    }
    owner.files.add(file);
    this.#stale.add(id);
  }

  removeFile(file: string): void {
    const text = this.#texts.get(file);
    if (text === undefined) return;
    this.#texts.delete(file);
    this.#suppressions.delete(file);
    this.#gone.add(file);
    this.#chartChanged(file, false);
    this.#parsed.delete(file);
    const id = ownerOf(file, text);
    this.#staleUsers(file, id);
    const owner = id === undefined ? undefined : this.#owners.get(id);
    if (!owner) return;
    owner.files.delete(file);
    this.#stale.add(owner.id);
  }

  /** Who reads the file, its folder as a module, or values of variables from it is to be read again. */
  #staleUsers(file: string, id: string | undefined): void {
    for (const user of this.#usersOf.get(file) ?? []) this.#stale.add(user);
    if (id === undefined) return;
    for (const user of this.#usersOf.get(id) ?? []) this.#stale.add(user);
    if (!isVariableFile(file)) return;
    if (this.#texts.has(file)) this.#variableFiles.add(file);
    else this.#variableFiles.delete(file);
    for (const owner of this.#owners.keys())
      if (owner.startsWith(TERRAFORM) && mayRead(owner.slice(TERRAFORM.length), file)) this.#stale.add(owner);
  }

  /** Terraform files that were handed in before the parser was there are read now. */
  hclLoaded(): void {
    for (const id of this.#owners.keys()) if (id.startsWith(TERRAFORM)) this.#stale.add(id);
  }

  /** Files of a chart are read otherwise than loose ones. */
  #chartChanged(file: string, there: boolean): void {
    if (baseName(file) !== 'Chart.yaml') return;
    const chart = directoryOf(file);
    if (this.#charts.has(chart) === there) return;
    if (there) this.#charts.add(chart);
    else this.#charts.delete(chart);
    for (const owner of this.#owners.values()) {
      if (!owner.id.startsWith(chart)) continue;
      this.#stale.add(owner.id);
      owner.units = [];
      this.#units = undefined;
    }
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
    const id = text === undefined ? undefined : ownerOf(file, text);
    return id === undefined ? undefined : factsOf(this.#owners.get(id));
  }

  workspace(): WorkspaceIndex {
    this.#readStale();
    this.#index ??= this.#makeIndex();
    return this.#index;
  }

  #allUnits(): readonly Unit[] {
    this.#units ??= [...this.#owners.values()].flatMap((owner) => owner.units);
    return this.#units;
  }

  #makeIndex(): WorkspaceIndex {
    const facts = this.#allUnits().map(({ owner, part }) =>
      // What a module makes is told by its calls.
      this.#isCalled(owner.id) ? onlyByAddress(part.facts) : part.facts,
    );
    this.#overlays ??= new Overlays(
      facts.flatMap((each) => each.kustomizations),
      (file) => factsOf(this.#owners.get(file)),
    );
    return new WorkspaceIndex(facts, this.#overlays, this.#options.chosenPolicies);
  }

  #readStale(): void {
    if (this.#stale.size === 0) return;
    this.#readModuleCalls();
    const owners = [...this.#stale].flatMap((id) => this.#owners.get(id) ?? []);
    this.#stale.clear();
    this.#revision++;
    const changed = new Set<string>();
    const dropped: Unit[] = [];
    for (const owner of owners) dropped.push(...this.#read(owner));
    this.#units = undefined;
    // Overlays and patches reach into other files: a change of theirs, or of a file they name, moves everything.
    if (this.#overlays === undefined || this.#touchesOverlays(owners, dropped)) {
      this.#overlays = undefined;
      changed.add('*');
    }
    this.#index = this.#makeIndex();
    for (const owner of owners) {
      for (const unit of owner.units) if (unit.localDirty) unit.topics = topicsOf(unit.part.facts, this.#index);
    }
    addDifferences(
      changed,
      dropped,
      owners.flatMap((owner) => owner.units.filter((unit) => unit.localDirty)),
    );
    for (const unit of this.#allUnits()) {
      if (!unit.linkedDirty && (changed.has('*') || intersects(unit.asked, changed))) unit.linkedDirty = true;
    }
  }

  #touchesOverlays(owners: readonly Owner[], dropped: readonly Unit[]): boolean {
    const overlays = this.#overlays!;
    return (
      dropped.some((unit) => unit.part.facts.kustomizations.length > 0) ||
      owners.some(
        (owner) =>
          overlays.concerns(owner.id) ||
          owner.units.some((unit) => unit.localDirty && unit.part.facts.kustomizations.length > 0),
      )
    );
  }

  /** Reads an owner anew; parts whose text is the same stay as they are. @returns the units that are no more */
  #read(owner: Owner): Unit[] {
    this.#unsettled.add(owner);
    const before = new Map<string, Unit[]>();
    for (const unit of owner.units) {
      const key = unit.part.document?.text ?? '';
      before.set(key, [...(before.get(key) ?? []), unit]);
    }
    const byPart = new Map<FilePart, Unit>();
    const parts = this.#parts(owner, (text) => {
      const unit = before.get(text)?.shift();
      if (unit) byPart.set(unit.part, unit);
      return unit?.part;
    });
    const kept = new Set(byPart.values());
    const dropped = owner.units.filter((unit) => !kept.has(unit));
    owner.units = parts
      .filter(({ facts }) => saysAnything(facts))
      .map((part) => byPart.get(part) ?? newUnit(owner, part));
    if (owner.files.size === 0) this.#owners.delete(owner.id);
    return dropped;
  }

  #parts(owner: Owner, reuse: (text: string) => FilePart | undefined): FilePart[] {
    if (owner.id.startsWith(TERRAFORM)) return [{ facts: this.#readTerraform(owner) }];
    const [file] = owner.files;
    if (file === undefined) return [];
    return readParts(file, this.#texts.get(file) ?? '', { chart: this.#chartOf(file) }, reuse);
  }

  #readTerraform(owner: Owner): Facts {
    const files = [...owner.files].sort().map((file) => this.#terraformFile(file));
    if (files.length === 0) return noFacts();
    const directory = owner.id.slice(TERRAFORM.length);
    const givenByCalls = this.#moduleCalls.inputsOf(directory);
    return readTerraformModule(files, {
      directory,
      givenByCalls,
      variableFiles: givenByCalls ? [] : this.#variableFilesOf(directory),
      readFile: (path) => {
        this.#remember(path, owner);
        return this.#texts.get(path);
      },
      readModule: (folder) => {
        this.#remember(TERRAFORM + folder, owner);
        const module = this.#owners.get(TERRAFORM + folder);
        return module && this.#hasCode(module)
          ? [...module.files].sort().map((file) => this.#terraformFile(file))
          : undefined;
      },
    });
  }

  #remember(read: string, user: Owner): void {
    const users = this.#usersOf.get(read) ?? new Set();
    this.#usersOf.set(read, users.add(user.id));
  }

  #hasCode({ files }: Owner): boolean {
    for (const file of files) if (!isVariableFile(file)) return true;
    return false;
  }

  #isCalled(owner: string): boolean {
    return owner.startsWith(TERRAFORM) && this.#moduleCalls.inputsOf(owner.slice(TERRAFORM.length)) !== undefined;
  }

  /** Which folders the stale ones call; a folder that is called otherwise than before reads otherwise too. */
  #readModuleCalls(): void {
    for (const id of [...this.#stale]) {
      if (!id.startsWith(TERRAFORM)) continue;
      const directory = id.slice(TERRAFORM.length);
      const files = [...(this.#owners.get(id)?.files ?? [])].map((file) => this.#terraformFile(file));
      for (const folder of this.#moduleCalls.set(directory, callsIn(files, directory)))
        this.#stale.add(TERRAFORM + folder);
    }
  }

  #variableFilesOf(directory: string): VariableFile[] {
    return [...this.#variableFiles].flatMap((file) => {
      const kind = mayRead(directory, file) ? variableFileKind(directory, file, (at) => this.#codeIn(at)) : undefined;
      return kind ? [{ ...this.#terraformFile(file), kind }] : [];
    });
  }

  #codeIn(directory: string): boolean {
    const owner = this.#owners.get(TERRAFORM + directory);
    return owner !== undefined && this.#hasCode(owner);
  }

  /** Parsed once a version, though a change makes the whole folder be read again. */
  #terraformFile(file: string): TerraformFile {
    const text = this.#texts.get(file) ?? '';
    const known = this.#parsed.get(file);
    if (known && known.document.text === text && (known.body !== undefined || !hclReady())) return known;
    const parsed = parseTerraform({ file, text });
    this.#parsed.set(file, parsed);
    return parsed;
  }

  /** Judges what must be judged again. @returns the files whose findings were made anew */
  refresh(): readonly string[] {
    const index = this.workspace();
    for (const unit of this.#allUnits()) {
      if (!unit.localDirty && !unit.linkedDirty) continue;
      this.#check(unit, index);
      this.#unsettled.add(unit.owner);
    }
    const touched = new Set<string>(this.#gone);
    for (const owner of this.#unsettled) for (const file of owner.files) touched.add(file);
    this.#collect(touched);
    this.#unsettled.clear();
    this.#gone.clear();
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
    // Document rules may look further for their wording; what they ask is remembered, and they run again with the others.
    const tracked = new TrackedWorkspace(index);
    unit.local = this.#run(unit, 'document', tracked);
    unit.linked = this.#run(unit, 'workspace', tracked);
    unit.asked = tracked.asked;
    unit.localDirty = false;
    unit.linkedDirty = false;
  }

  #run(unit: Unit, scope: Rule['scope'], workspace: TrackedWorkspace): Reported[] {
    const found: Reported[] = [];
    for (const rule of this.#rulesFor(unit.part.facts)) {
      if (rule.scope !== scope || this.#options.severities?.[rule.id] === 'off') continue;
      try {
        for (const report of rule.check(unit.part.facts, workspace)) found.push({ rule, report });
      } catch (error) {
        this.#options.onInternalError?.(rule.id, unit.owner.id, error);
      }
    }
    return found;
  }

  /** The rules that have something to look at in these facts; units of a kind share the answer. */
  #rulesFor(facts: Facts): readonly Rule[] {
    const kinds = Object.keys(facts)
      .filter((key) => facts[key as keyof Facts].length > 0)
      .join();
    let chosen = this.#rulesByKinds.get(kinds);
    if (!chosen) {
      chosen = this.rules.filter((rule) => concerns(rule, facts));
      this.#rulesByKinds.set(kinds, chosen);
    }
    return chosen;
  }

  /** Gathers the findings of files anew, with those that another file's owner (a Terraform folder) has in them. */
  #collect(files: ReadonlySet<string>): void {
    const touched = new Set(files);
    const lists = new Map<string, Map<string, Finding>>();
    const done = new Set<Owner>();
    for (const file of touched) {
      const text = this.#texts.get(file);
      const own = text === undefined ? undefined : this.#owners.get(ownerOf(file, text) ?? '');
      for (const owner of new Set([...(own ? [own] : []), ...(this.#reporters.get(file) ?? [])])) {
        if (done.has(owner)) continue;
        done.add(owner);
        for (const finding of this.#findingsOf(owner)) {
          const list = lists.get(finding.file) ?? new Map<string, Finding>();
          lists.set(finding.file, list);
          list.set(`${finding.ruleId} ${finding.start} ${finding.end}`, finding);
          const reporters = this.#reporters.get(finding.file) ?? new Set();
          this.#reporters.set(finding.file, reporters.add(owner));
          touched.add(finding.file);
        }
      }
    }
    for (const file of touched) {
      const list = lists.get(file);
      if (!list) this.#byFile.delete(file);
      else {
        const order = (a: Finding, b: Finding) => a.start - b.start || a.end - b.end || (a.ruleId < b.ruleId ? -1 : 1);
        this.#byFile.set(file, [...list.values()].sort(order));
      }
    }
  }

  #findingsOf(owner: Owner): Finding[] {
    return owner.units.flatMap((unit) =>
      [...unit.local, ...unit.linked].flatMap((reported) => {
        const own = this.#ofTheCall(reported);
        if (!own) return [];
        const places = [own, reported].map(({ report }) => this.#within(placeOf(report.at)));
        if (places.some((place) => this.#suppressed(own.rule.id, place))) return [];
        return [this.#finding(unit, own, places[0]!)];
      }),
    );
  }

  /**
   * What is wrong in a module's file only as a call makes it is the call's mistake.
   * @returns undefined where the module's own reading says it too
   */
  #ofTheCall(reported: Reported): Reported | undefined {
    const { rule, report } = reported;
    if (!outermost(report.at.document).use) return reported;
    const place = placeOf(report.at);
    const module = this.#owners.get(ownerOf(place.file, this.#texts.get(place.file) ?? '') ?? '');
    const said = module?.units.some((unit) =>
      [...unit.local, ...unit.linked].some((each) => {
        const other = placeOf(each.report.at);
        const same = other.file === place.file && other.start === place.start && other.end === place.end;
        return same && each.rule === rule && !outermost(each.report.at.document).use;
      }),
    );
    const severity = report.severity ?? rule.severity;
    if (said || severity === 'hint') return undefined;
    return { rule, report: atTheCall(report) };
  }

  /** What stands in a half-typed string may end behind the text. */
  #within(place: Place): Place {
    const length = this.#texts.get(place.file)?.length ?? place.end;
    return place.end <= length ? place : { ...place, start: Math.min(place.start, length), end: length };
  }

  #suppressed(ruleId: string, place: Place): boolean {
    let suppressions = this.#suppressions.get(place.file);
    if (!suppressions) {
      suppressions = suppressionsOf(this.#texts.get(place.file) ?? '');
      this.#suppressions.set(place.file, suppressions);
    }
    return suppressions.has(ruleId, place.start);
  }

  #finding(unit: Unit, { rule, report }: Reported, place: Place): Finding {
    const madeAt = this.#revision;
    const severity = this.#options.severities?.[rule.id];
    return {
      ...place,
      ruleId: rule.id,
      severity: severity && severity !== 'off' ? severity : (report.severity ?? rule.severity),
      message: report.message,
      related: (report.related ?? []).map(({ at, message }) => ({ ...placeOf(at), message })),
      fixes: () => {
        if (report.fixes === undefined) return [];
        // Edits may touch other files: after any change they are made from the facts of now.
        const current = this.#revision === madeAt && this.#stale.size === 0 ? report : this.#again(unit, rule, place);
        return withoutOverlaps(current?.fixes?.() ?? []).filter((fix) => this.#keepsSyntax(fix));
      },
    };
  }

  /** In a text that is half-typed an edit may hit something else than it looks like: it must not break more than there is. */
  #keepsSyntax({ edits }: Fix): boolean {
    return [...new Set(edits.map(({ file }) => file))].every((file) => {
      const text = this.#texts.get(file);
      if (text === undefined) return true;
      const before = syntaxFaults(file, text);
      // A long text that reads well is taken to stay so: two more readings for each fix would be felt.
      if (before === 0 && text.length > SHORT) return true;
      const own = edits.filter((edit) => edit.file === file);
      return syntaxFaults(file, applyEdits(text, own)) <= before;
    });
  }

  #again(unit: Unit, rule: Rule, place: Place): Report | undefined {
    const index = this.workspace();
    for (const report of rule.check(unit.part.facts, index)) {
      const at = this.#within(placeOf(report.at));
      if (at.file === place.file && at.start === place.start && at.end === place.end) return report;
    }
    return undefined;
  }
}

function newUnit(owner: Owner, part: FilePart): Unit {
  return {
    owner,
    part,
    topics: new Map(),
    local: [],
    linked: [],
    asked: new Set(),
    localDirty: true,
    linkedDirty: true,
  };
}

function factsOf(owner: Owner | undefined): Facts | undefined {
  if (!owner) return undefined;
  if (owner.units.length === 1) return owner.units[0]!.part.facts;
  return owner.units.length === 0 ? noFacts() : mergeFacts(owner.units.map((unit) => unit.part.facts));
}

function saysAnything(facts: Facts): boolean {
  for (const key in facts) if (facts[key as keyof Facts].length > 0) return true;
  return false;
}

/** Topics that have another answer now than with the units that are gone. */
function addDifferences(changed: Set<string>, before: readonly Unit[], after: readonly Unit[]): void {
  const old = joined(before);
  const now = joined(after);
  for (const topic of new Set([...old.keys(), ...now.keys()]))
    if (old.get(topic) !== now.get(topic)) changed.add(topic);
}

function joined(units: readonly Unit[]): Map<string, string> {
  const all = new Map<string, string>();
  for (const unit of units)
    for (const [topic, signature] of unit.topics) all.set(topic, (all.get(topic) ?? '') + signature);
  return all;
}

function ownerOf(file: string, text: string): string | undefined {
  const kind = kindOf(file, text);
  if (kind === undefined) return undefined;
  return kind === 'terraform' ? TERRAFORM + directoryOf(file) : file;
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const each of small) if (large.has(each)) return true;
  return false;
}

/** Two fixes of one title are one fix; edits that overlap would tear the file. */
function withoutOverlaps(fixes: readonly Fix[]): Fix[] {
  const titles = new Set<string>();
  return fixes.flatMap((fix) => {
    if (titles.has(fix.title) || fix.edits.length === 0) return [];
    // What cannot be written (a module's own value) is no change; a fix that needs it is none.
    if (fix.edits.some(({ start, end, newText }) => start === end && newText === '')) return [];
    titles.add(fix.title);
    const edits = joinInsertions(fix.edits);
    const apart = edits.every((a, i) =>
      edits.every((b, k) => k <= i || a.file !== b.file || a.end <= b.start || b.end <= a.start),
    );
    return apart ? [{ ...fix, edits }] : [];
  });
}

/** Texts for one place are one edit: who applies them need not know in which order. */
function joinInsertions(edits: readonly Edit[]): Edit[] {
  const joined: Edit[] = [];
  for (const edit of edits) {
    const same = joined.findIndex(
      (each) => each.file === edit.file && each.start === edit.start && each.end === each.start,
    );
    if (same >= 0 && edit.end === edit.start) joined[same] = { ...edit, newText: joined[same]!.newText + edit.newText };
    else joined.push(edit);
  }
  return joined;
}

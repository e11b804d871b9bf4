import { type Facts, type Kustomization, noFacts } from './facts/model.js';
import { concernsIdentity, type FilePart, kindOf, mergeFacts, readParts, syntaxFaults } from './facts/readFile.js';
import { callsIn } from './facts/terraform/localModules.js';
import { isVariableFile, type TerraformFile } from './facts/terraform/module.js';
import { parseTerraform, readTerraformModule } from './facts/terraform/read.js';
import type { VariableFile } from './facts/terraform/scope.js';
import type { YamlStream } from './facts/yamlStream.js';
import { FoundByFile } from './foundByFile.js';
import { rules as allRules, concerns } from './rules/index.js';
import type { Fix, Report, Rule, Severity } from './rules/rule.js';
import { type Suppressions, suppressionsOf } from './suppression.js';
import { applyEdits, type Edit } from './syntax/edits.js';
import { hclReady } from './syntax/hcl.js';
import { outermost, type Place, placeOf } from './syntax/tree.js';
import { KUSTOMIZATIONS } from './workspace/entries.js';
import { FactStore, type Slot } from './workspace/factStore.js';
import { atTheCall, ModuleCalls, mayRead, onlyByAddress, variableFileKind } from './workspace/modules.js';
import { Overlays } from './workspace/overlays.js';
import { baseName, directoryOf } from './workspace/paths.js';
import { Askers, TrackedWorkspace } from './workspace/topics.js';
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
  /**
   * The host has so many files that none of the questions here may wait for all that is new to be read and judged: they are
   * answered from what is known, with the file that they are about brought up to date; `refreshInSlices` does the rest.
   */
  readonly patient?: boolean;
  /**
   * The host can give texts again: those of files that say nothing of identity are not kept. Called for one that a Terraform
   * folder reads all the same; it is to be handed in by `setFile` once more.
   */
  readonly onTextWanted?: (file: string) => void;
}

export interface SlicesOptions {
  /** Called between any two small steps; gives way once the host's slice of time is used up. */
  readonly pause: () => Promise<void> | undefined;
  /** Asked after each pause; what is left to do then is left to the next refresh. */
  readonly isCancelled?: () => boolean;
  /** @param left steps that are known to be left; a step may bring new ones */
  readonly onProgress?: (left: number) => void;
  /** Files whose findings were made anew since the last time; for hosts that show findings while others are still made. */
  readonly onTouched?: (files: readonly string[]) => void;
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
  /** Its place in the index, once it has one. */
  slot: UnitSlot | undefined;
  ordinal: number;
  reports: Reported[];
}

interface UnitSlot extends Slot {
  ordinal: number;
  readonly unit: Unit;
}

/** What is read as one: a file, or all files of a Terraform folder. */
interface Owner {
  readonly id: string;
  readonly files: Set<string>;
  units: Unit[];
  /** Of a YAML file: what the next reading may take over. */
  stream: YamlStream | undefined;
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
  /** Undefined: not kept, as it says nothing of identity. */
  readonly #texts = new Map<string, string | undefined>();
  readonly #owners = new Map<string, Owner>();
  readonly #suppressions = new Map<string, Suppressions>();
  readonly #charts = new Set<string>();
  readonly #rulesByKinds = new Map<string, readonly Rule[]>();
  readonly #parsed = new Map<string, TerraformFile>();
  /** Terraform folders that read a file by `file()` or `templatefile()`, or another folder as a module. */
  readonly #usersOf = new Map<string, Set<string>>();
  readonly #moduleCalls = new ModuleCalls();
  readonly #variableFiles = new Set<string>();
  readonly #askers = new Askers<Unit>();
  readonly #store = new FactStore(NO_OVERLAYS, undefined, () => !this.#askers.isEmpty);
  readonly #index = new WorkspaceIndex(this.#store);
  readonly #found = new FoundByFile<Finding>();
  #options: AnalysisOptions;
  #revision = 0;

  // What is left to do, in this order. It may be left half done at any time, and more may come meanwhile.
  /** Files of Terraform's values that have changed, or are for others than before. */
  readonly #movedValues = new Set<string>();
  /** Terraform folders whose calls of modules are to be read again. */
  readonly #staleCalls = new Set<string>();
  /** Owners that are to be read again. */
  readonly #stale = new Set<string>();
  /** Units that are no more, but still in the index. */
  readonly #dropped = new Set<Unit>();
  /** Units that are not in the index yet. */
  readonly #fresh = new Set<Unit>();
  /** Something has been read or put in the index since that was brought in order as a whole. */
  #unlinked = false;
  /** Owners that have been read again since overlays were looked at. */
  readonly #reread = new Set<string>();
  #overlaysStale = false;
  /** Units that are to be judged. */
  readonly #dirty = new Set<Unit>();
  /** Owners whose findings must be collected anew. */
  readonly #unsettled = new Set<string>();
  /** Files of which the next refresh says that their findings were made anew. */
  #touched = new Set<string>();

  constructor(options: AnalysisOptions = {}) {
    this.#options = options;
    this.#store.chosenPolicies = options.chosenPolicies ?? new Set();
  }

  get rules(): readonly Rule[] {
    return this.#options.rules ?? allRules;
  }

  /** New settings: everything is judged again, nothing read again. */
  configure(options: AnalysisOptions): void {
    this.#options = options;
    this.#store.chosenPolicies = options.chosenPolicies ?? new Set();
    this.#rulesByKinds.clear();
    for (const owner of this.#owners.values()) for (const unit of owner.units) this.#dirty.add(unit);
  }

  files(): IterableIterator<string> {
    return this.#texts.keys();
  }

  /** Undefined for files that are not there, and for those that say nothing of identity where their texts are not kept. */
  text(file: string): string | undefined {
    return this.#texts.get(file);
  }

  setFile(file: string, text: string): void {
    if (this.#texts.get(file) === text) return;
    const own = text.length > MAX_FILE_LENGTH ? '' : text;
    const relevant = mayConcern(file, own);
    const kept = relevant || !this.#options.onTextWanted || this.#usersOf.has(file) ? own : undefined;
    this.#texts.set(file, kept);
    this.#suppressions.delete(file);
    this.#chartChanged(file, true);
    const id = ownerOf(file);
    this.#staleUsers(file, id);
    if (id === undefined) return;
    let owner = this.#owners.get(id);
    if (!owner) {
      if (!relevant) return;
      owner = { id, files: new Set(), units: [], stream: undefined };
      this.#owners.set(id, owner);
    }
    const hadCode = this.#hasCode(owner);
    owner.files.add(file);
    this.#readAgain(id);
    if (this.#hasCode(owner) !== hadCode) this.#codeChanged();
  }

  removeFile(file: string): void {
    if (!this.#texts.has(file)) return;
    this.#texts.delete(file);
    this.#suppressions.delete(file);
    this.#touched.add(file);
    this.#chartChanged(file, false);
    this.#parsed.delete(file);
    const id = ownerOf(file);
    this.#staleUsers(file, id);
    const owner = id === undefined ? undefined : this.#owners.get(id);
    if (!owner) return;
    const hadCode = this.#hasCode(owner);
    owner.files.delete(file);
    this.#readAgain(owner.id);
    if (this.#hasCode(owner) !== hadCode) this.#codeChanged();
  }

  /** Which folder a file of values is for depends on where code lies. */
  #codeChanged(): void {
    for (const file of this.#variableFiles) this.#movedValues.add(file);
  }

  /** Once for all of them: a branch that is checked out brings many. */
  #staleReaders(): void {
    if (this.#movedValues.size === 0) return;
    for (const owner of this.#owners.keys()) {
      if (!owner.startsWith(TERRAFORM) || this.#stale.has(owner)) continue;
      const directory = owner.slice(TERRAFORM.length);
      for (const file of this.#movedValues) {
        if (!mayRead(directory, file)) continue;
        this.#stale.add(owner);
        break;
      }
    }
    this.#movedValues.clear();
  }

  #readAgain(id: string): void {
    this.#stale.add(id);
    if (id.startsWith(TERRAFORM)) this.#staleCalls.add(id);
  }

  /** Who reads the file, its folder as a module, or values of variables from it is to be read again. */
  #staleUsers(file: string, id: string | undefined): void {
    for (const user of this.#usersOf.get(file) ?? []) this.#stale.add(user);
    if (id === undefined) return;
    for (const user of this.#usersOf.get(id) ?? []) this.#stale.add(user);
    if (!isVariableFile(file)) return;
    if (this.#texts.has(file)) this.#variableFiles.add(file);
    else this.#variableFiles.delete(file);
    this.#movedValues.add(file);
  }

  /** Terraform files that were handed in before the parser was there are read now. */
  hclLoaded(): void {
    for (const id of this.#owners.keys()) if (id.startsWith(TERRAFORM)) this.#readAgain(id);
  }

  /** Files of a chart are read otherwise than loose ones. */
  #chartChanged(file: string, there: boolean): void {
    if (baseName(file) !== 'Chart.yaml') return;
    const chart = directoryOf(file);
    if (this.#charts.has(chart) === there) return;
    if (there) this.#charts.add(chart);
    else this.#charts.delete(chart);
    for (const owner of this.#owners.values()) {
      if (chart !== '' && !owner.id.startsWith(`${chart}/`)) continue;
      this.#stale.add(owner.id);
      for (const unit of owner.units) this.#drop(unit);
      owner.units = [];
      owner.stream = undefined;
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
    const id = this.#texts.has(file) ? ownerOf(file) : undefined;
    this.#catchUp(id);
    return id === undefined ? undefined : (factsOf(this.#owners.get(id)) ?? NOTHING);
  }

  workspace(): WorkspaceIndex {
    this.#catchUp(undefined);
    return this.#index;
  }

  /** Reads what is new: all of it, or of a patient host's files just what is asked about. */
  #catchUp(id: string | undefined): void {
    this.#staleReaders();
    if (!this.#options.patient) finish(this.#read());
    else if (id !== undefined && this.#stale.has(id)) {
      if (this.#staleCalls.has(id)) finish(this.#readCalls(id));
      this.#readOwner(id);
      finish(this.#link(id), MOST_AT_ONCE);
    }
  }

  *#read(): Generator<void> {
    this.#staleReaders();
    while (this.#stale.size > 0 || this.#unlinked) {
      // A folder that is called otherwise than before reads otherwise too: all calls come first.
      for (const id of this.#staleCalls) yield* this.#readCalls(id);
      for (const id of this.#stale) {
        if (this.#staleCalls.size > 0) break;
        this.#readOwner(id);
        yield;
      }
      this.#staleReaders();
      if (this.#stale.size === 0) yield* this.#link();
    }
  }

  /** Reads an owner anew; parts whose text is the same stay as they are. */
  #readOwner(id: string): void {
    this.#stale.delete(id);
    this.#unlinked = true;
    this.#reread.add(id);
    this.#unsettled.add(id);
    const owner = this.#owners.get(id);
    if (!owner) return;
    const units = new Map(owner.units.map((unit) => [unit.part, unit]));
    const parts = this.#parts(owner);
    let last = -1;
    let shuffled = false;
    for (const part of parts) {
      const unit = units.get(part);
      if (!unit) continue;
      shuffled ||= unit.ordinal < last;
      last = unit.ordinal;
    }
    // Answers stand in the order of the parts: those that changed places are put in anew.
    const kept = new Set(shuffled ? [] : parts);
    for (const unit of owner.units) if (!kept.has(unit.part)) this.#drop(unit);
    owner.units = [];
    for (const part of parts) {
      if (!saysAnything(part.facts)) continue;
      const known = shuffled ? undefined : units.get(part);
      const unit = known ?? { owner, part, slot: undefined, ordinal: 0, reports: [] };
      unit.ordinal = owner.units.length;
      if (unit.slot) unit.slot.ordinal = unit.ordinal;
      owner.units.push(unit);
      if (!known) this.#fresh.add(unit);
    }
    for (const file of owner.files) {
      for (const unit of this.#askers.concerned([`${AT}${file}`])) this.#unsettled.add(unit.owner.id);
    }
    if (owner.files.size === 0) this.#owners.delete(id);
  }

  #drop(unit: Unit): void {
    this.#unlinked = true;
    this.#dirty.delete(unit);
    if (this.#fresh.delete(unit)) this.#askers.delete(unit);
    else this.#dropped.add(unit);
  }

  /** Brings the index up to date with what has been read: with all, or first with one owner's units. */
  *#link(only?: string): Generator<void> {
    this.#revision++;
    for (const unit of this.#dropped) {
      if (only !== undefined && unit.owner.id !== only) continue;
      this.#dropped.delete(unit);
      this.#askers.delete(unit);
      if (!unit.slot) continue;
      this.#overlaysStale ||= unit.part.facts.kustomizations.length > 0;
      this.#store.remove(unit.slot);
      unit.slot = undefined;
      yield;
    }
    // Where things stand depends on the overlays, so these come first.
    const fresh = [...this.#fresh].filter(({ owner }) => only === undefined || owner.id === only);
    for (const unit of fresh) {
      if (unit.part.facts.kustomizations.length === 0) continue;
      this.#overlaysStale = true;
      if (!this.#fresh.has(unit)) continue;
      this.#enter(unit);
      yield;
    }
    this.#lookAtOverlays();
    yield;
    for (const unit of fresh) {
      if (!this.#fresh.has(unit)) continue;
      this.#enter(unit);
      yield;
    }
    for (let slot = this.#store.placeNext(); slot; slot = this.#store.placeNext()) {
      this.#dirty.add((slot as UnitSlot).unit);
      yield;
    }
    for (let key = this.#store.takeChange(); key !== undefined; key = this.#store.takeChange()) {
      for (const unit of this.#askers.concerned([key])) this.#dirty.add(unit);
      yield;
    }
    this.#unlinked = this.#fresh.size + this.#dropped.size > 0;
  }

  #enter(unit: Unit): void {
    const { owner, part, ordinal } = unit;
    this.#fresh.delete(unit);
    // What a module makes is told by its calls.
    const facts = this.#isCalled(owner.id) ? onlyByAddress(part.facts) : part.facts;
    unit.slot = { facts, owner: owner.id, ordinal, unit };
    this.#store.add(unit.slot);
    this.#dirty.add(unit);
  }

  /** Overlays and patches reach into other files: a change of theirs moves what stands there. */
  #lookAtOverlays(): void {
    const before = this.#store.overlays;
    const restated = new Set<Kustomization>();
    for (const id of this.#reread) {
      this.#overlaysStale ||= before.concerns(id);
      for (const kustomization of before.patchedBy(id)) restated.add(kustomization);
    }
    this.#reread.clear();
    if (!this.#overlaysStale) return;
    this.#overlaysStale = false;
    const overlays = new Overlays(this.#store.get<Kustomization>(KUSTOMIZATIONS), (file) =>
      factsOf(this.#owners.get(file)),
    );
    this.#store.setOverlays(overlays, restated);
  }

  #parts(owner: Owner): readonly FilePart[] {
    if (owner.id.startsWith(TERRAFORM)) return [{ facts: this.#readTerraform(owner) }];
    const [file] = owner.files;
    if (file === undefined) return [];
    const reading = readParts(file, this.#texts.get(file) ?? '', { chart: this.#chartOf(file) }, owner.stream);
    owner.stream = reading.stream;
    return reading.parts;
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
        const text = this.#texts.get(path);
        if (text === undefined && this.#texts.has(path)) this.#options.onTextWanted?.(path);
        return text;
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

  #hasCode({ id, files }: Owner): boolean {
    if (!id.startsWith(TERRAFORM)) return false;
    for (const file of files) if (!isVariableFile(file)) return true;
    return false;
  }

  #isCalled(owner: string): boolean {
    return owner.startsWith(TERRAFORM) && this.#moduleCalls.inputsOf(owner.slice(TERRAFORM.length)) !== undefined;
  }

  /** Which other folders a folder calls; those that are called otherwise than before read otherwise too. */
  *#readCalls(id: string): Generator<void> {
    const files: TerraformFile[] = [];
    for (const file of this.#owners.get(id)?.files ?? []) {
      files.push(this.#terraformFile(file));
      yield;
    }
    this.#staleCalls.delete(id);
    const directory = id.slice(TERRAFORM.length);
    for (const folder of this.#moduleCalls.set(directory, callsIn(files, directory)))
      this.#stale.add(TERRAFORM + folder);
  }

  #variableFilesOf(directory: string): VariableFile[] {
    return [...this.#variableFiles].sort().flatMap((file) => {
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
    finish(this.#work());
    return this.#takeTouched();
  }

  /**
   * The same in small steps, for hosts that serve others too. Everything may be asked and changed between them; whatever comes
   * meanwhile is done with the rest.
   * @returns the files whose findings were made anew, as far as it came and nobody was told of them
   */
  async refreshInSlices({ pause, isCancelled, onProgress, onTouched }: SlicesOptions): Promise<readonly string[]> {
    for (const _step of this.#work()) {
      const waiting = pause();
      if (!waiting) continue;
      onProgress?.(this.#left());
      if (onTouched && this.#touched.size > 0) onTouched(this.#takeTouched());
      await waiting;
      if (isCancelled?.()) break;
    }
    onProgress?.(this.#left());
    return this.#takeTouched();
  }

  /** Is there nothing left to read or judge? */
  get isSettled(): boolean {
    return this.#left() === 0;
  }

  #left(): number {
    const toRead = this.#movedValues.size + this.#stale.size;
    const toLink = this.#dropped.size + this.#fresh.size + Number(this.#unlinked);
    return toRead + toLink + this.#dirty.size + this.#unsettled.size;
  }

  *#work(): Generator<void> {
    while (this.#left() > 0) {
      yield* this.#read();
      for (const unit of this.#dirty) {
        this.#judge(unit);
        yield;
      }
      for (const id of this.#unsettled) {
        if (this.#dirty.size > 0 || this.#stale.size > 0) break;
        this.#collect(id);
        yield;
      }
    }
  }

  #takeTouched(): readonly string[] {
    const touched = this.#touched;
    this.#touched = new Set();
    return [...touched];
  }

  findings(file: string): readonly Finding[] {
    const id = ownerOf(file);
    if (!this.#options.patient) finish(this.#work());
    else if (id !== undefined) {
      this.#catchUp(id);
      for (const unit of this.#owners.get(id)?.units ?? []) if (this.#dirty.has(unit)) this.#judge(unit);
      if (this.#unsettled.has(id)) this.#collect(id);
    }
    return this.#found.in(file);
  }

  /** Every finding, by file, in the order of the file names. */
  allFindings(): ReadonlyMap<string, readonly Finding[]> {
    finish(this.#work());
    return this.#found.all();
  }

  #judge(unit: Unit): void {
    this.#dirty.delete(unit);
    const tracked = new TrackedWorkspace(this.#index);
    unit.reports = this.#run(unit, tracked);
    // A file that is only shifted is judged by nobody anew, but what is shown of it elsewhere is shifted too.
    for (const { report } of unit.reports) {
      for (const { at } of report.related ?? []) tracked.asked.add(`${AT}${outermost(at.document).file}`);
    }
    tracked.close();
    this.#askers.set(unit, tracked.asked);
    this.#unsettled.add(unit.owner.id);
    // Which of its mistakes are a module's own, the module's findings tell.
    for (const user of this.#usersOf.get(unit.owner.id) ?? []) this.#unsettled.add(user);
  }

  #run(unit: Unit, workspace: TrackedWorkspace): Reported[] {
    const found: Reported[] = [];
    for (const rule of this.#rulesFor(unit.part.facts)) {
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
    let kinds = '';
    for (const kind of KINDS) if (facts[kind].length > 0) kinds += `${kind} `;
    let chosen = this.#rulesByKinds.get(kinds);
    if (!chosen) {
      const on = this.rules.filter((rule) => concerns(rule, facts) && this.#options.severities?.[rule.id] !== 'off');
      // Document rules may look further for their wording; what they ask is remembered, and they run again with the others.
      chosen = [...on.filter(({ scope }) => scope === 'document'), ...on.filter(({ scope }) => scope === 'workspace')];
      this.#rulesByKinds.set(kinds, chosen);
    }
    return chosen;
  }

  #collect(id: string): void {
    this.#unsettled.delete(id);
    const owner = this.#owners.get(id);
    for (const file of owner?.files ?? []) this.#touched.add(file);
    for (const file of this.#found.set(id, owner ? this.#findingsOf(owner) : [])) this.#touched.add(file);
  }

  #findingsOf(owner: Owner): Finding[] {
    return owner.units.flatMap((unit) =>
      unit.reports.flatMap((reported) => {
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
    const module = this.#owners.get(ownerOf(place.file) ?? '');
    const said = module?.units.some((unit) =>
      unit.reports.some((each) => {
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
        const current =
          this.#revision === madeAt && this.#isRead()
            ? report
            : this.#again(unit.owner.id, rule, place, report.message);
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

  #isRead(): boolean {
    return this.#stale.size + this.#movedValues.size === 0 && !this.#unlinked;
  }

  /** A rule may say two things of one place. */
  #again(id: string, rule: Rule, place: Place, message: string): Report | undefined {
    this.#catchUp(id);
    let found: Report | undefined;
    for (const unit of this.#owners.get(id)?.units ?? []) {
      for (const report of rule.check(unit.part.facts, new TrackedWorkspace(this.#index))) {
        const at = this.#within(placeOf(report.at));
        if (at.file !== place.file || at.start !== place.start || at.end !== place.end) continue;
        if (report.message === message) return report;
        found = report;
      }
    }
    return found;
  }
}

const NOTHING = noFacts();
const NO_OVERLAYS = new Overlays([], () => undefined);

/** The prefix of the question what stands in a file. */
const AT = 'at:';

/** So many steps a patient host's question may wait for; a change of one file hardly takes as many. */
const MOST_AT_ONCE = 2000;

function finish(steps: Generator<void>, most = Number.POSITIVE_INFINITY): void {
  let count = 0;
  for (const _step of steps) if (++count >= most) return;
}

/** A text without any telling word is not read at all. */
function mayConcern(file: string, text: string): boolean {
  const kind = kindOf(file, text);
  return kind === 'terraform' || /^kustomization/i.test(baseName(file)) || concernsIdentity(text);
}

function factsOf(owner: Owner | undefined): Facts | undefined {
  if (!owner) return undefined;
  if (owner.units.length === 1) return owner.units[0]!.part.facts;
  return owner.units.length === 0 ? noFacts() : mergeFacts(owner.units.map((unit) => unit.part.facts));
}

function saysAnything(facts: Facts): boolean {
  for (const kind of KINDS) if (facts[kind].length > 0) return true;
  return false;
}

const KINDS = Object.keys(noFacts()) as (keyof Facts)[];

function ownerOf(file: string): string | undefined {
  const kind = kindOf(file, '');
  if (kind === undefined) return undefined;
  return kind === 'terraform' ? TERRAFORM + directoryOf(file) : file;
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

import { ChosenRules, kindsOf } from './analysis/chosenRules.js';
import { FoundByFile } from './analysis/foundByFile.js';
import { offered } from './analysis/offeredFixes.js';
import { folderId, isFolder, TerraformFolders } from './analysis/terraformFolders.js';
import { type Facts, type Kustomization, noFacts } from './facts/model.js';
import { concernsIdentity, type FilePart, kindOf, mergeFacts, readParts } from './facts/readFile.js';
import type { YamlStream } from './facts/yamlStream.js';
import { rules as allRules } from './rules/index.js';
import type { Fix, Report, Rule, Severity } from './rules/rule.js';
import { type Suppressions, suppressionsOf } from './suppression.js';
import { outermost, type Place, placeOf } from './syntax/tree.js';
import { FactStore, type Slot } from './workspace/factStore.js';
import { atTheCall, onlyByAddress } from './workspace/modules.js';
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

/** What is judged as one: a document of a YAML stream, another file, or a Terraform folder. */
interface Unit {
  readonly owner: Owner;
  readonly part: FilePart;
  /** Of facts that it has. */
  readonly kinds: number;
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
  readonly #folders = new TerraformFolders({
    textOf: (file) => this.#texts.get(file),
    want: (file) => {
      if (this.#texts.has(file)) this.#options.onTextWanted?.(file);
    },
    filesOf: (id) => this.#owners.get(id)?.files,
    ids: () => this.#owners.keys(),
  });
  readonly #askers = new Askers<Unit>();
  readonly #store = new FactStore(NO_OVERLAYS, undefined, () => !this.#askers.isEmpty);
  readonly #index = new WorkspaceIndex(this.#store);
  readonly #found = new FoundByFile<Finding>();
  #options: AnalysisOptions;
  #rules: ChosenRules;
  #revision = 0;

  // What is left to do, in this order. It may be left half done at any time, and more may come meanwhile.
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
  /** Somebody wants to have a say between two steps; otherwise all is done at once, which is faster. */
  #inSteps: boolean;
  /** Files of which the next refresh says that their findings were made anew. */
  #touched = new Set<string>();

  constructor(options: AnalysisOptions = {}) {
    this.#options = options;
    this.#inSteps = options.patient === true;
    this.#store.chosenPolicies = options.chosenPolicies ?? new Set();
    this.#rules = new ChosenRules(this.rules, options.severities);
  }

  get rules(): readonly Rule[] {
    return this.#options.rules ?? allRules;
  }

  /** New settings: everything is judged again, nothing read again. */
  configure(options: AnalysisOptions): void {
    this.#options = options;
    this.#inSteps = options.patient === true;
    this.#store.chosenPolicies = options.chosenPolicies ?? new Set();
    this.#rules = new ChosenRules(this.rules, options.severities);
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
    const kept = relevant || !this.#options.onTextWanted || this.#folders.usersOf(file).size > 0 ? own : undefined;
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
    const hadCode = this.#folders.hasCode(id);
    owner.files.add(file);
    this.#readAgain(id);
    if (this.#folders.hasCode(id) !== hadCode) this.#folders.codeChanged();
  }

  removeFile(file: string): void {
    if (!this.#texts.has(file)) return;
    this.#texts.delete(file);
    this.#suppressions.delete(file);
    this.#touched.add(file);
    this.#chartChanged(file, false);
    const id = ownerOf(file);
    this.#staleUsers(file, id);
    const owner = id === undefined ? undefined : this.#owners.get(id);
    if (!owner) return;
    const hadCode = this.#folders.hasCode(owner.id);
    owner.files.delete(file);
    this.#readAgain(owner.id);
    if (this.#folders.hasCode(owner.id) !== hadCode) this.#folders.codeChanged();
  }

  #readAgain(id: string): void {
    this.#stale.add(id);
    if (isFolder(id)) this.#folders.changed(id);
  }

  /** Who reads the file, its folder as a module, or values of variables from it is to be read again. */
  #staleUsers(file: string, id: string | undefined): void {
    for (const user of this.#folders.usersOf(file)) this.#stale.add(user);
    if (id === undefined) return;
    for (const user of this.#folders.usersOf(id)) this.#stale.add(user);
    this.#folders.fileChanged(file, this.#texts.has(file));
  }

  /** Terraform files that were handed in before the parser was there are read now. */
  hclLoaded(): void {
    for (const id of this.#owners.keys()) if (isFolder(id)) this.#readAgain(id);
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
      finish(this.#folders.readCalls((called) => this.#stale.add(called), id));
      this.#readOwner(id);
      finish(this.#link(id), MOST_AT_ONCE);
    }
  }

  #staleReaders(): void {
    for (const id of this.#folders.takeReaders()) this.#stale.add(id);
  }

  *#read(): Generator<void> {
    this.#staleReaders();
    while (this.#stale.size > 0 || this.#unlinked) {
      // A folder that is called otherwise than before reads otherwise too: all calls come first.
      yield* this.#folders.readCalls((called) => this.#stale.add(called));
      for (const id of this.#stale) {
        if (this.#folders.hasStaleCalls) break;
        this.#readOwner(id);
        if (this.#inSteps) yield;
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
    const parts = this.#parts(owner);
    const kept = owner.units.length === 0 ? undefined : this.#dropGone(owner, parts);
    owner.units = [];
    for (const part of parts) {
      const known = kept?.get(part);
      const kinds = known?.kinds ?? kindsOf(part.facts);
      if (kinds === 0) continue;
      const unit = known ?? { owner, part, kinds, slot: undefined, ordinal: 0, reports: [] };
      unit.ordinal = owner.units.length;
      if (unit.slot) unit.slot.ordinal = unit.ordinal;
      owner.units.push(unit);
      if (!known) this.#fresh.add(unit);
    }
    for (const file of owner.files) {
      for (const unit of this.#askers.concerned({ group: 'at', name: file })) this.#unsettled.add(unit.owner.id);
    }
    if (owner.files.size === 0) this.#owners.delete(id);
  }

  /** Drops units whose part is no more. @returns the others; none where they changed places */
  #dropGone({ units }: Owner, parts: readonly FilePart[]): ReadonlyMap<FilePart, Unit> {
    const known = new Map(units.map((unit) => [unit.part, unit]));
    let last = -1;
    let shuffled = false;
    for (const part of parts) {
      const unit = known.get(part);
      if (!unit) continue;
      shuffled ||= unit.ordinal < last;
      last = unit.ordinal;
    }
    // Answers stand in the order of the parts: those that changed places are put in anew.
    const kept = new Set(shuffled ? [] : parts);
    for (const unit of units) {
      if (kept.has(unit.part)) continue;
      known.delete(unit.part);
      this.#drop(unit);
    }
    return known;
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
      if (this.#inSteps) yield;
    }
    // Where things stand depends on the overlays, so these come first.
    const fresh = [...this.#fresh].filter(({ owner }) => only === undefined || owner.id === only);
    for (const unit of fresh) {
      if (unit.part.facts.kustomizations.length === 0) continue;
      this.#overlaysStale = true;
      if (!this.#fresh.has(unit)) continue;
      this.#enter(unit);
      if (this.#inSteps) yield;
    }
    this.#lookAtOverlays();
    if (this.#inSteps) yield;
    for (const unit of fresh) {
      if (!this.#fresh.has(unit)) continue;
      this.#enter(unit);
      if (this.#inSteps) yield;
    }
    for (let slot = this.#store.placeNext(); slot; slot = this.#store.placeNext()) {
      this.#dirty.add((slot as UnitSlot).unit);
      if (this.#inSteps) yield;
    }
    for (let change = this.#store.takeChange(); change; change = this.#store.takeChange()) {
      for (const unit of this.#askers.concerned(change)) this.#dirty.add(unit);
      if (this.#inSteps) yield;
    }
    this.#unlinked = this.#fresh.size + this.#dropped.size > 0;
  }

  #enter(unit: Unit): void {
    const { owner, part, ordinal } = unit;
    this.#fresh.delete(unit);
    // What a module makes is told by its calls.
    const facts = this.#folders.isCalled(owner.id) ? onlyByAddress(part.facts) : part.facts;
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
    const overlays = new Overlays(this.#store.get<Kustomization>('kustomizations', ''), (file) =>
      factsOf(this.#owners.get(file)),
    );
    this.#store.setOverlays(overlays, restated);
  }

  #parts(owner: Owner): readonly FilePart[] {
    if (isFolder(owner.id)) return [{ facts: this.#folders.read(owner.id) }];
    const [file] = owner.files;
    if (file === undefined) return [];
    const reading = readParts(file, this.#texts.get(file) ?? '', { chart: this.#chartOf(file) }, owner.stream);
    owner.stream = reading.stream;
    return reading.parts;
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
    this.#inSteps = true;
    for (const _step of this.#work()) {
      const waiting = pause();
      if (!waiting) continue;
      onProgress?.(this.#left());
      if (onTouched && this.#touched.size > 0) onTouched(this.#takeTouched());
      await waiting;
      if (isCancelled?.()) break;
    }
    this.#inSteps = this.#options.patient === true;
    onProgress?.(this.#left());
    return this.#takeTouched();
  }

  /** Is there nothing left to read or judge? */
  get isSettled(): boolean {
    return this.#left() === 0;
  }

  #left(): number {
    const toRead = this.#folders.left + this.#stale.size;
    const toLink = this.#dropped.size + this.#fresh.size + Number(this.#unlinked);
    return toRead + toLink + this.#dirty.size + this.#unsettled.size;
  }

  *#work(): Generator<void> {
    while (this.#left() > 0) {
      yield* this.#read();
      for (const unit of this.#dirty) {
        this.#judge(unit);
        if (this.#inSteps) yield;
      }
      for (const id of this.#unsettled) {
        if (this.#dirty.size > 0 || this.#stale.size > 0) break;
        this.#collect(id);
        if (this.#inSteps) yield;
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
      for (const { at } of report.related ?? []) tracked.ask('at', outermost(at.document).file);
    }
    tracked.close();
    this.#askers.set(unit, tracked.asked);
    this.#unsettled.add(unit.owner.id);
    // Which of its mistakes are a module's own, the module's findings tell.
    for (const user of this.#folders.usersOf(unit.owner.id)) this.#unsettled.add(user);
  }

  #run(unit: Unit, workspace: TrackedWorkspace): Reported[] {
    const found: Reported[] = [];
    const { facts } = unit.part;
    for (const rule of this.#rules.for(facts, unit.kinds)) {
      try {
        rule.check(facts, (report) => found.push({ rule, report }), workspace);
      } catch (error) {
        this.#options.onInternalError?.(rule.id, unit.owner.id, error);
      }
    }
    return found;
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
        // What is given from outside stands elsewhere, and what is said of it then stands at the element round it.
        const same = other.file === place.file && (isIn(other, place) || isIn(place, other));
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
        return offered(current?.fixes?.() ?? [], (file) => this.#texts.get(file));
      },
    };
  }

  #isRead(): boolean {
    return this.#stale.size + this.#folders.left === 0 && !this.#unlinked;
  }

  /** A rule may say two things of one place. */
  #again(id: string, rule: Rule, place: Place, message: string): Report | undefined {
    this.#catchUp(id);
    const found: Report[] = [];
    for (const unit of this.#owners.get(id)?.units ?? []) {
      const isThere = (report: Report) => {
        const at = this.#within(placeOf(report.at));
        if (at.file === place.file && at.start === place.start && at.end === place.end) found.push(report);
      };
      rule.check(unit.part.facts, isThere, new TrackedWorkspace(this.#index));
    }
    return found.find((report) => report.message === message) ?? found.at(-1);
  }
}

const NOTHING = noFacts();
const NO_OVERLAYS = new Overlays([], () => undefined);

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

function isIn(inner: Place, outer: Place): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

function factsOf(owner: Owner | undefined): Facts | undefined {
  if (!owner) return undefined;
  if (owner.units.length === 1) return owner.units[0]!.part.facts;
  return owner.units.length === 0 ? noFacts() : mergeFacts(owner.units.map((unit) => unit.part.facts));
}

function ownerOf(file: string): string | undefined {
  const kind = kindOf(file, '');
  if (kind === undefined) return undefined;
  return kind === 'terraform' ? folderId(directoryOf(file)) : file;
}

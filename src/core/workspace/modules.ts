import { type Facts, noFacts } from '../facts/model.js';
import type { VariableFile } from '../facts/terraform/scope.js';
import type { Report } from '../rules/rule.js';
import { type ModuleUse, outermost } from '../syntax/tree.js';
import { baseName, directoryOf } from './paths.js';

/** Which Terraform folders call which others as modules, and with which inputs. */
export class ModuleCalls {
  /** Called folder → caller → inputs. */
  readonly #callers = new Map<string, Map<string, ReadonlySet<string>>>();
  readonly #calls = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();

  /** @returns the folders that are called otherwise now */
  set(caller: string, calls: ReadonlyMap<string, ReadonlySet<string>>): string[] {
    const before = this.#calls.get(caller) ?? new Map<string, ReadonlySet<string>>();
    const changed = [...new Set([...before.keys(), ...calls.keys()])].filter(
      (folder) => shown(before.get(folder)) !== shown(calls.get(folder)),
    );
    if (calls.size > 0) this.#calls.set(caller, calls);
    else this.#calls.delete(caller);
    for (const folder of changed) {
      const inputs = calls.get(folder);
      const callers = this.#callers.get(folder) ?? new Map<string, ReadonlySet<string>>();
      if (inputs) callers.set(caller, inputs);
      else callers.delete(caller);
      if (callers.size > 0) this.#callers.set(folder, callers);
      else this.#callers.delete(folder);
    }
    return changed;
  }

  /** The inputs that some call gives; undefined for a folder that nobody calls. */
  inputsOf(folder: string): ReadonlySet<string> | undefined {
    const callers = this.#callers.get(folder);
    return callers && new Set([...callers.values()].flatMap((inputs) => [...inputs]));
  }
}

function shown(inputs: ReadonlySet<string> | undefined): string | undefined {
  return inputs && [...inputs].sort().join();
}

const reduced = new WeakMap<Facts, Facts>();

/** A module's own reading: its things exist only as its calls make them, but what it says of itself must find its roles. */
export function onlyByAddress(facts: Facts): Facts {
  let rest = reduced.get(facts);
  if (!rest) {
    rest = {
      ...noFacts(),
      roles: facts.roles.map(({ name: _name, arn: _arn, ...role }) => role),
      permissionPolicies: facts.permissionPolicies,
      managedPolicyArns: facts.managedPolicyArns,
    };
    reduced.set(facts, rest);
  }
  return rest;
}

// ── values of variables ────────────────────────────────────────────────────────────────────────────────────────────────

/** Can a file of values concern a folder at all: below it, or beside it or a folder that it lies in? */
export function mayRead(directory: string, file: string): boolean {
  const own = directoryOf(file);
  return isWithin(own, directory) || isWithin(directory, directoryOf(own));
}

/**
 * How a folder gets at a file of values. `environments/prod.tfvars` below a folder with code is for that folder; one that lies
 * apart from all code may be for any folder near it.
 * @param hasCode whether there are Terraform files in a folder
 */
export function variableFileKind(
  directory: string,
  file: string,
  hasCode: (directory: string) => boolean,
): VariableFile['kind'] | undefined {
  const own = directoryOf(file);
  for (let at = own; ; at = directoryOf(at)) {
    if (hasCode(at)) {
      if (at !== directory) return undefined;
      return own === directory && isLoaded(baseName(file)) ? 'always' : 'chosen';
    }
    if (at === '' || directoryOf(at) === at) return isWithin(directory, directoryOf(own)) ? 'loose' : undefined;
  }
}

function isLoaded(name: string): boolean {
  return /^terraform\.tfvars(?:\.json)?$|\.auto\.tfvars(?:\.json)?$/.test(name);
}

function isWithin(directory: string, folder: string): boolean {
  return folder === '' || directory === folder || directory.startsWith(`${folder}/`);
}

// ── findings in a module's files ───────────────────────────────────────────────────────────────────────────────────────

const COMPUTED = /\$\{|\b(?:var|local|each|count|module|data)\./;

/**
 * The report where the mistake was made: on the input whose value the module puts in that place, else on the call. What is
 * typed in the module as it is stays there.
 */
export function atTheCall(report: Report): Report {
  const { fixes: _none, ...kept } = report;
  let { at } = report;
  for (let document = outermost(at.document); document.use; document = outermost(at.document)) {
    const typed = typedAt(at);
    // An empty default is no mistake of the module: the call should give the value.
    if (!COMPUTED.test(typed) && typed !== '""') break;
    at = inputOf(typed, document.use) ?? document.use.call;
  }
  if (at === report.at) return kept;
  const here = { at: report.at, message: 'what the module makes of it' };
  return { ...kept, at, related: [here, ...(report.related ?? [])] };
}

/** The input that a text is made of, if it is one and nothing else; of several that make a subject the odd one. */
function inputOf(typed: string, use: ModuleUse): Report['at'] | undefined {
  const references = typed.match(/\$\{[^}]*\}/g) ?? [typed];
  const names = new Set(references.map((each) => /^(?:\$\{)?\s*var\.([\w-]+)\s*\}?$/.exec(each)?.[1]));
  const given = [...names].flatMap((name) => (name === undefined ? [] : (use.input(name) ?? [])));
  if (names.size === 1) return given[0];
  if (names.has(undefined) || !SUBJECT.test(typed)) return undefined;
  const odd = given.filter(({ document, start, end }) => !NAME.test(document.text.slice(start, end)));
  return odd.length === 1 ? odd[0] : undefined;
}

const SUBJECT = /^"?(?:system:serviceaccount:)?\$\{[^}]*\}:\$\{[^}]*\}"?$/;
/** A known word that may be a namespace's or a service account's name: it is not to blame. */
const NAME = /^"[a-z0-9.-]+"$/;

function typedAt(at: Report['at']): string {
  let { document, start, end } = at;
  while (document.host) {
    const { host } = document;
    [start, end] = [host.toHost(start), host.toHost(end)];
    document = host.document;
  }
  return document.text.slice(start, end);
}

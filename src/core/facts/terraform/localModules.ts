import { parseJson } from '../../syntax/json.js';
import { literal, type ModuleUse, type SourceDocument, type SyntaxNode } from '../../syntax/tree.js';
import { joinPath } from '../../workspace/paths.js';
import type { Evaluator } from './evaluate.js';
import { attributesOf, headerOf, isHclBody, isVariableFile, type TerraformFile } from './module.js';
import { type ModuleReader, moduleReader } from './read.js';
import type { Instance } from './scope.js';
import type { Inputs } from './variables.js';

/** A call of a module of the workspace. */
export interface ModuleCall {
  readonly prefix: string;
  readonly inputs: Inputs;
  readonly use: ModuleUse;
}

/** Arguments of a call that are not the module's inputs. */
const OF_THE_CALL = new Set(['source', 'version', 'providers', 'count', 'for_each', 'depends_on']);

/** A module that calls modules that call modules: deeper than anybody writes them by hand. */
const DEEPEST = 5;

/** Calls that are followed from one folder; of the rest nothing is known, as of a module from elsewhere. */
const MOST_CALLS = 300;
const followed = new WeakMap<object, number>();

/** The module that a call means, with its inputs; undefined where it is none of the workspace, or calls itself. */
export function localModule(caller: ModuleReader, call: Instance): ModuleReader | undefined {
  const { evaluator, facts } = caller;
  const directory = moduleFolder(evaluator.module.directory, literal(evaluator.argument(call, 'source')));
  const files = directory === undefined ? undefined : evaluator.context.readModule?.(directory);
  if (directory === undefined || !files || depthOf(call.item.document) >= DEEPEST) return undefined;
  const calls = (followed.get(facts) ?? 0) + 1;
  followed.set(facts, calls);
  if (calls > MOST_CALLS) return undefined;
  const use = useOf(evaluator, call);
  const { readFile, readModule } = evaluator.context;
  return moduleReader(
    files.filter(isCode).map((file) => usedBy(file, use)),
    { directory, readFile, readModule },
    facts,
    {
      caller,
      call: {
        prefix: `${evaluator.address(call.item, call.suffix)}.`,
        inputs: inputsOf(evaluator, call),
        use,
      },
    },
  );
}

/** @returns undefined where the source is no path */
export function moduleFolder(directory: string, source: string | undefined): string | undefined {
  if (source === undefined || !/^\.\.?(?:\/|$)/.test(source)) return undefined;
  const folder = joinPath(directory, source);
  return folder === directory ? undefined : folder;
}

function isCode({ document }: TerraformFile): boolean {
  return !isVariableFile(document.file);
}

function depthOf(document: SourceDocument): number {
  let depth = 0;
  for (let at = document.use; at; at = at.call.document.use) depth++;
  return depth;
}

function inputsOf(evaluator: Evaluator, call: Instance): Inputs {
  const { content } = call.item;
  const names =
    content.kind === 'block'
      ? attributesOf(content.body).map(({ name }) => name)
      : content.properties.map(({ key }) => key.raw);
  return new Map(
    names
      .filter((name) => !OF_THE_CALL.has(name))
      .map((name) => [name, () => evaluator.argument(call, name) ?? unknown(evaluator, call)]),
  );
}

/** An argument that is half typed. */
function unknown(evaluator: Evaluator, call: Instance): SyntaxNode {
  return evaluator.hole(headerOf(call.item), call.scope);
}

function useOf(evaluator: Evaluator, call: Instance): ModuleUse {
  const { document } = call.item;
  const at = { document, ...headerOf(call.item) };
  return {
    call: at,
    input: (name) => {
      const value = OF_THE_CALL.has(name) ? undefined : evaluator.sourceIn(call.item, name);
      const span = value?.form === 'hcl' ? value.expression : value?.node;
      return span && { document, start: span.start, end: span.end };
    },
  };
}

/** The same text with nodes of its own, so that what is said of them is known to be of one call. */
function usedBy({ document, body }: TerraformFile, use: ModuleUse): TerraformFile {
  const own: SourceDocument = { ...document, use };
  return { document: own, body: body && !isHclBody(body) ? parseJson(own).root : body };
}

/** The folders that files call as modules, with the inputs that they give. Nothing is evaluated: a source is a literal. */
export function callsIn(files: readonly TerraformFile[], directory: string): Map<string, Set<string>> {
  const calls = new Map<string, Set<string>>();
  const add = (source: string | undefined, names: readonly string[]) => {
    const folder = moduleFolder(directory, source);
    if (folder === undefined) return;
    const inputs = calls.get(folder) ?? new Set<string>();
    for (const name of names) if (!OF_THE_CALL.has(name)) inputs.add(name);
    calls.set(folder, inputs);
  };
  for (const { document, body } of files) {
    if (!body) continue;
    if (isHclBody(body)) {
      for (const block of body.items) {
        if (block.kind !== 'block' || block.type !== 'module') continue;
        const attributes = attributesOf(block.body);
        const source = attributes.find(({ name }) => name === 'source')?.value;
        const typed = source && document.text.slice(source.start, source.end).replaceAll('"', '').trim();
        add(
          typed,
          attributes.map(({ name }) => name),
        );
      }
    } else if (body.kind === 'object') {
      for (const { content, source } of jsonCalls(body)) add(source, content);
    }
  }
  return calls;
}

function jsonCalls(root: SyntaxNode): { source: string | undefined; content: string[] }[] {
  if (root.kind !== 'object') return [];
  return root.properties
    .filter(({ key }) => key.raw === 'module')
    .flatMap(({ value }) => (value?.kind === 'object' ? value.properties : []))
    .flatMap(({ value }) => (value?.kind === 'array' ? value.items : value ? [value] : []))
    .flatMap((call) =>
      call.kind === 'object'
        ? [
            {
              source: literal(call.properties.find(({ key }) => key.raw === 'source')?.value),
              content: call.properties.map(({ key }) => key.raw),
            },
          ]
        : [],
    );
}

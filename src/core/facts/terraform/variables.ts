import type { SyntaxNode } from '../../syntax/tree.js';
import { baseName } from '../../workspace/paths.js';
import type { Evaluator } from './evaluate.js';
import { attributesOf, isHclBody, type Source } from './module.js';
import type { VariableFile } from './scope.js';
import { isPlaceholderDefault } from './values.js';

/** What a call gives its module, by input; evaluated where the call stands, when somebody asks. */
export type Inputs = ReadonlyMap<string, () => SyntaxNode>;

/** What the variables of a module are, where that can be known. */
export class Variables {
  #files: readonly { readonly kind: VariableFile['kind']; readonly values: ReadonlyMap<string, Source> }[] | undefined;
  readonly #known = new Map<string, SyntaxNode | undefined>();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly inputs: Inputs | undefined,
  ) {}

  /** @returns undefined where it may be anything, or one of several */
  valueOf(name: string): SyntaxNode | undefined {
    if (!this.#known.has(name)) {
      // Whoever asks for it meanwhile asks in a circle.
      this.#known.set(name, undefined);
      this.#known.set(name, this.#find(name));
    }
    return this.#known.get(name);
  }

  #find(name: string): SyntaxNode | undefined {
    const { module, context } = this.evaluator;
    const given = this.inputs?.get(name);
    if (given) return given();
    if (!this.inputs && context.givenByCalls?.has(name)) return undefined;
    const own = this.#value(module.variables.get(name));
    // A call that gives nothing means the default, even an empty one.
    if (this.inputs) return own;
    const base = this.#given('always', name).at(-1) ?? (own && isPlaceholderDefault(own) ? undefined : own);
    const chosen = this.#given('chosen', name);
    const value = base ?? chosen[0];
    if (!value) return undefined;
    // Which of the files is named when, nobody knows here: only what all agree on is certain.
    const others = [...chosen, ...this.#given('loose', name)];
    return others.every((other) => alike(other, value)) ? value : undefined;
  }

  #value(source: Source | undefined): SyntaxNode | undefined {
    return source && this.evaluator.evaluateSource(source, this.evaluator.scopeOf(source.document));
  }

  #given(kind: VariableFile['kind'], name: string): SyntaxNode[] {
    this.#files ??= [...(this.evaluator.context.variableFiles ?? [])]
      .sort((a, b) => byPrecedence(a.document.file, b.document.file))
      .map((file) => ({ kind: file.kind, values: valuesIn(file) }));
    return this.#files.flatMap((file) => (file.kind === kind ? (this.#value(file.values.get(name)) ?? []) : []));
  }
}

/** The later one holds: `terraform.tfvars`, `terraform.tfvars.json`, then `*.auto.tfvars` by name. */
function byPrecedence(a: string, b: string): number {
  const rank = (file: string) =>
    ['terraform.tfvars', 'terraform.tfvars.json'].indexOf(baseName(file)) + (/\.auto\.tfvars/.test(file) ? 3 : 0);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function valuesIn({ document, body }: VariableFile): Map<string, Source> {
  const values = new Map<string, Source>();
  if (!body) return values;
  if (isHclBody(body)) {
    for (const { name, value } of attributesOf(body))
      if (value) values.set(name, { form: 'hcl', expression: value, document });
  } else if (body.kind === 'object') {
    // Strings of this form are no templates.
    for (const { key, value } of body.properties)
      if (value) values.set(key.raw, { form: 'value', node: value, document });
  }
  return values;
}

function alike(a: SyntaxNode, b: SyntaxNode): boolean {
  const shown = plain(a);
  return shown !== undefined && shown === plain(b);
}

/** A known value as JSON with its keys in order; undefined where something in it is unknown. */
function plain(node: SyntaxNode): string | undefined {
  switch (node.kind) {
    case 'string':
      return node.text.some((part) => typeof part !== 'string') ? undefined : JSON.stringify(node.raw);
    case 'number':
    case 'boolean':
      return JSON.stringify(String(node.value));
    case 'null':
      return 'null';
    case 'array': {
      const items = node.items.map(plain);
      return node.open || items.includes(undefined) ? undefined : `[${items.join()}]`;
    }
    case 'object': {
      const members = node.properties.map(({ key, value }) => {
        const shown = value && plain(value);
        return shown === undefined ? undefined : `${JSON.stringify(key.raw)}:${shown}`;
      });
      return node.open || members.includes(undefined) ? undefined : `{${members.sort().join()}}`;
    }
  }
}

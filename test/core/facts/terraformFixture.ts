import type { Facts } from '../../../src/core/facts/model.js';
import { readTerraformFiles } from '../../../src/core/facts/terraform/read.js';
import { display } from '../../../src/core/syntax/text.js';
import { placeOf, type SourceDocument, type SyntaxNode } from '../../../src/core/syntax/tree.js';

/** The folder `infra`, read as one module; other files are there for `file()`. */
export class Module {
  readonly facts: Facts;

  constructor(readonly files: Readonly<Record<string, string>>) {
    const names = Object.keys(files).filter((name) => /^infra\/[^/]+\.tf(?:\.json)?$/.test(name));
    this.facts = readTerraformFiles(
      names.map((file) => ({ file, text: files[file]! })),
      { directory: 'infra', readFile: (path) => files[path] },
    );
  }

  /** What is typed where a node stands. */
  typed(node: { document: SourceDocument; start: number; end: number } | undefined): string | undefined {
    if (!node) return undefined;
    const place = placeOf(node);
    return this.files[place.file]?.slice(place.start, place.end);
  }

  file(node: { document: SourceDocument; start: number; end: number }): string {
    return placeOf(node).file;
  }
}

export function tf(text: string): Module {
  return new Module({ 'infra/main.tf': text });
}

/** A value as a person would read it. */
export function shown(node: SyntaxNode | undefined): string | undefined {
  if (!node) return undefined;
  if (node.kind === 'string') return display(node.text);
  return node.kind === 'number' || node.kind === 'boolean' ? node.source : node.kind;
}

/** A trust policy in short: `Federated x | sts:… | StringEquals x:sub = a, b`. */
export function summary(module: Module): string[] {
  return module.facts.trustPolicies.flatMap((policy) =>
    policy.statements.map((statement) =>
      [
        statement.effectValue,
        ...statement.principals.map(({ type, value }) => `${type} ${shown(value)}`),
        statement.actions.map(shown).join(', '),
        ...statement.conditions.map(
          ({ operator, key, values, open }) =>
            `${shown(operator)} ${shown(key)} = ${values.map(shown).join(', ')}${open ? ', …' : ''}`,
        ),
        ...(statement.open || policy.open ? ['open'] : []),
      ].join(' | '),
    ),
  );
}

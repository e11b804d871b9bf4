import { typed } from '../rules/support/typed.js';
import type { Json } from '../syntax/edits.js';
import type { SyntaxNode } from '../syntax/tree.js';
import { CannotWrite } from './refactoring.js';

/** A value as plain data, to be written elsewhere. @throws CannotWrite for what only its own place gives a meaning */
export function jsonOf(node: SyntaxNode | undefined): Json | undefined {
  switch (node?.kind) {
    case undefined:
      return undefined;
    case 'object':
      return Object.fromEntries(node.properties.map(({ key, value }) => [typed(key), jsonOf(value) ?? null]));
    case 'array':
      return node.items.map((item) => jsonOf(item) ?? null);
    case 'string':
      if (node.tag) throw new CannotWrite('a value with a tag of its own cannot be moved');
      return typed(node);
    case 'number':
      return node.value;
    case 'boolean':
      return node.value;
    case 'null':
      return null;
  }
}

import type { Json, LocalEdit, Writer } from './edits.js';
import { shellWord } from './shell.js';
import type { SyntaxNode } from './tree.js';

/** A command line as an object: `--role-name x` is the member `RoleName`, a flag alone is true. */
export const writer: Writer = {
  encode: (_node, text) => text,
  replaceString: (node, value) => ({ start: node.start, end: node.end, newText: shellWord(value) }),
  renameKey: (key, name) => ({ start: key.start, end: key.end, newText: option(name) }),
  replaceValue: (node, value) => ({ start: node.start, end: node.end, newText: argument(value) }),
  removeProperty: (object, property) => {
    const end = property.value ? Math.max(property.value.end, property.key.end) : property.key.end;
    return withBlank(object, property.key.start, end);
  },
  removeItem: (array, item) => withBlank(array, item.start, item.end),
  addProperty: (object, key, value, after) => {
    const last = after ?? object.properties.at(-1);
    const at = last ? Math.max(last.value?.end ?? 0, last.key.end) : object.end;
    return { start: at, end: at, newText: ` ${member(key, value)}` };
  },
  fillProperty: (_object, property, value) => ({
    start: property.key.end,
    end: property.key.end,
    newText: ` ${argument(value)}`,
  }),
  appendItem: (node, value) => ({ start: node.end, end: node.end, newText: ` ${argument(value)}` }),
};

/** With the blank before it, so that no two are left; a line of its own keeps its indentation and its backslash. */
function withBlank(holder: SyntaxNode, start: number, end: number): LocalEdit {
  const before = /[ \t]$/.test(holder.document.text.slice(0, start)) ? 1 : 0;
  return { start: start - before, end, newText: '' };
}

function member(key: string, value: Json): string {
  if (value === true) return option(key);
  if (value === false) return option(`no${key[0]?.toUpperCase() ?? ''}${key.slice(1)}`);
  return `${option(key)} ${argument(value)}`;
}

function option(key: string): string {
  return `--${key.replace(/(?<=[a-z0-9])[A-Z]|^[A-Z]/g, (letter, at: number) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`)}`;
}

function argument(value: Json): string {
  return shellWord(typeof value === 'string' ? value : JSON.stringify(value));
}

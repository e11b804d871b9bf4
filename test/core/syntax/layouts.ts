/** Writes values as people write them: random layouts of JSON and YAML, made from a stream of random choices. */
import type { Json } from '../../../src/core/syntax/edits.js';

/** Gives the next of a list of random numbers, over and over. */
export class Choices {
  #next = 0;
  constructor(private readonly numbers: readonly number[]) {}

  /** One of `count`, zero-based. */
  of(count: number): number {
    const number = this.numbers[this.#next++ % Math.max(1, this.numbers.length)] ?? 0;
    return number % count;
  }

  yes(oneIn: number): boolean {
    return this.of(oneIn) === 0;
  }
}

export interface JsonLayout {
  readonly comments: boolean;
  readonly trailingCommas: boolean;
}

export function writeJson(value: Json, choices: Choices, layout: JsonLayout): string {
  const unit = ['  ', '    ', '\t'][choices.of(3)]!;
  const write = (node: Json, indent: string, inline: boolean): string => {
    if (typeof node !== 'object' || node === null) return JSON.stringify(node);
    const [open, close] = Array.isArray(node) ? ['[', ']'] : ['{', '}'];
    const flat = inline || choices.yes(2);
    const inner = indent + unit;
    const members = Array.isArray(node)
      ? node.map((item) => write(item, inner, flat))
      : Object.entries(node as Record<string, Json>).map(
          ([key, item]) =>
            `${JSON.stringify(key)}${choices.yes(6) ? ' ' : ''}:${choices.yes(6) ? '' : ' '}${write(item, inner, flat)}`,
        );
    if (members.length === 0) return open + (choices.yes(4) ? (flat ? ' ' : `\n${indent}`) : '') + close;
    if (flat) {
      const pad = choices.yes(2) ? ' ' : '';
      const comma = choices.yes(5) ? ',' : ', ';
      return open + pad + members.join(comma) + (layout.trailingCommas && choices.yes(4) ? ',' : '') + pad + close;
    }
    const lines = members.map((member, index) => {
      const last = index === members.length - 1;
      const comma = !last || (layout.trailingCommas && choices.yes(2)) ? ',' : '';
      const above = layout.comments && choices.yes(5) ? `${inner}// say, "why" {\n` : '';
      const behind = layout.comments && choices.yes(5) ? (choices.yes(2) ? ' // , }' : ' /* ] */') : '';
      const between = layout.comments && comma !== '' && choices.yes(6) ? ' /* } */' : '';
      return `${above}${inner}${member}${between}${comma}${behind}`;
    });
    return `${open}\n${lines.join('\n')}\n${indent}${close}`;
  };
  return write(value, '', false);
}

/** Block and flow, lists indented or not, comments, blank lines, all kinds of quotes. */
export function writeYaml(value: Json, choices: Choices): string {
  const step = choices.yes(2) ? '  ' : '    ';
  const listsIndented = choices.yes(2);
  const comment = () => (choices.yes(7) ? ' # why: {' : '');
  const above = (indent: string) => (choices.yes(9) ? `${indent}# above\n` : choices.yes(9) ? '\n' : '');

  const isEmpty = (node: Json) => typeof node === 'object' && node !== null && Object.keys(node).length === 0;
  const flow = (node: Json): string => {
    if (typeof node === 'string') return quoted(node, choices.of(3));
    if (typeof node !== 'object' || node === null) return String(node);
    if (Array.isArray(node)) return `[${choices.yes(3) ? ' ' : ''}${node.map(flow).join(', ')}]`;
    const members = Object.entries(node as Record<string, Json>).map(
      ([key, item]) => `${quoted(key, choices.of(3))}: ${flow(item)}`,
    );
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  };
  const manyLines = (node: Json, indent: string): string => {
    if (typeof node !== 'object' || node === null || isEmpty(node) || choices.yes(2)) return flow(node);
    const inner = indent + step;
    const [open, close] = Array.isArray(node) ? ['[', ']'] : ['{', '}'];
    const members = Array.isArray(node)
      ? node.map((item: Json) => manyLines(item, inner))
      : Object.entries(node as Record<string, Json>).map(
          ([key, item]) => `${quoted(key, choices.of(3))}: ${manyLines(item, inner)}`,
        );
    const lines = members.map(
      (each, index) => `${inner}${each}${index < members.length - 1 || choices.yes(3) ? ',' : ''}${comment()}`,
    );
    return `${open}\n${lines.join('\n')}\n${indent}${close}`;
  };
  const isFlow = (node: Json) => typeof node !== 'object' || node === null || isEmpty(node) || choices.yes(4);
  const scalar = (node: Json, indent: string): string => {
    if (typeof node === 'string' && /^[^\n]+(?:\n[^\n]+)*\n$/.test(node) && !/^\s/.test(node))
      return `|\n${node.trimEnd().replace(/^/gm, indent)}`;
    return manyLines(node, indent);
  };
  const block = (node: Json, indent: string): string => {
    if (Array.isArray(node)) {
      return node.map((item) => `${above(indent)}${indent}- ${inDash(item, `${indent}  `)}`).join('\n');
    }
    return Object.entries(node as Record<string, Json>)
      .map(([key, item]) => above(indent) + indent + member(key, item, indent))
      .join('\n');
  };
  const member = (key: string, item: Json, indent: string): string => {
    const name = quoted(key, choices.of(4));
    if (isFlow(item)) return `${name}: ${withComment(scalar(item, indent + step))}`;
    const inner = Array.isArray(item) && !listsIndented ? indent : indent + step;
    return `${name}:${comment()}\n${block(item, inner)}`;
  };
  const withComment = (text: string) => (text.includes('\n') ? text : text + comment());
  const inDash = (item: Json, indent: string): string => {
    if (isFlow(item)) return withComment(scalar(item, indent));
    if (Array.isArray(item)) return block(item, indent).replace(/^(?:\s*#.*\n|\n)*\s*/, '');
    return block(item, indent).replace(/^(?:\s*#.*\n|\n)*\s*/, '');
  };
  return `${isFlow(value) ? flow(value) : block(value, '')}\n`;
}

const SAFE = /^[A-Za-z][\w/.*-]*(?::[\w/.*-]+)*$/;
const WORD = /^(?:true|false|yes|no|on|off|null|y|n|~)$/i;

function quoted(text: string, choice: number): string {
  if (choice === 0 && SAFE.test(text) && !WORD.test(text)) return text;
  if (choice <= 1 && !text.includes('\n')) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text);
}

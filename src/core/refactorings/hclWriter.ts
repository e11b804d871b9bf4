import type { Json } from '../syntax/edits.js';
import { hclEscape, isIdentifier } from '../syntax/hclText.js';

/** A block to be written; attributes come first, then the blocks, each set off by a blank line. */
export interface HclBlock {
  readonly type: string;
  readonly labels?: readonly string[];
  readonly attributes: { readonly [name: string]: HclValue };
  readonly blocks?: readonly HclBlock[];
}

/** Strings are written in quotes with `${…}` kept; one that is nothing but `${…}` is written as the expression. */
export type HclValue = Json | HclExpression | readonly HclValue[] | { readonly [key: string]: HclValue };

/** Written as it stands. */
export interface HclExpression {
  readonly expression: string;
  /** A function round a value: `jsonencode(…)`. */
  readonly of?: HclValue;
}

export interface HclLayout {
  readonly indent: string;
  readonly unit: string;
  readonly eol: string;
}

export const PLAIN_LAYOUT: HclLayout = { indent: '', unit: '  ', eol: '\n' };

/** Without the indentation of its first line, laid out as `terraform fmt` does. */
export function renderBlock({ type, labels = [], attributes, blocks = [] }: HclBlock, layout: HclLayout): string {
  const { indent, eol } = layout;
  const inner = deeper(layout);
  const header = [type, ...labels.map((label) => `"${label}"`)].join(' ');
  const parts = [
    ...(Object.keys(attributes).length > 0 ? [attributeLines(attributes, inner)] : []),
    ...blocks.map((block) => inner.indent + renderBlock(block, inner)),
  ];
  if (parts.length === 0) return `${header} {}`;
  return `${header} {${eol}${parts.join(eol + eol)}${eol}${indent}}`;
}

/** Neighbouring lines of one line each have their signs in one column. */
function attributeLines(attributes: { readonly [name: string]: HclValue }, layout: HclLayout): string {
  const members = Object.entries(attributes).map(([name, value]) => ({
    name: isIdentifier(name) ? name : `"${hclEscape(name)}"`,
    value: render(value, layout),
  }));
  const many = members.map(({ value }) => value.includes('\n'));
  const widths = members.map((_, i) => {
    if (many[i]) return 0;
    let from = i;
    let to = i;
    while (from > 0 && !many[from - 1]) from--;
    while (to + 1 < members.length && !many[to + 1]) to++;
    return Math.max(...members.slice(from, to + 1).map(({ name }) => name.length));
  });
  return members.map(({ name, value }, i) => `${layout.indent}${name.padEnd(widths[i]!)} = ${value}`).join(layout.eol);
}

function render(value: HclValue, layout: HclLayout): string {
  if (typeof value === 'string') return renderString(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isExpression(value))
    return value.of === undefined ? value.expression : `${value.expression}(${render(value.of, layout)})`;
  const inner = deeper(layout);
  const { eol } = layout;
  if (Array.isArray(value)) {
    const items = value as readonly HclValue[];
    if (items.every((item) => typeof item !== 'object'))
      return `[${items.map((item) => render(item, layout)).join(', ')}]`;
    const lines = items.map((item) => `${inner.indent}${render(item, inner)},`);
    return `[${eol}${lines.join(eol)}${eol}${layout.indent}]`;
  }
  const members = value as { readonly [key: string]: HclValue };
  if (Object.keys(members).length === 0) return '{}';
  return `{${eol}${attributeLines(members, inner)}${eol}${layout.indent}}`;
}

function renderString(value: string): string {
  const whole = /^\$\{([^{}]+)\}$/.exec(value)?.[1];
  return whole !== undefined && !/^[a-z]+:\S/.test(whole) ? whole : `"${hclEscape(value)}"`;
}

function isExpression(value: object): value is HclExpression {
  return 'expression' in value && typeof value.expression === 'string';
}

function deeper(layout: HclLayout): HclLayout {
  return { ...layout, indent: layout.indent + layout.unit };
}

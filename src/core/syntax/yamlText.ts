import type { Json } from './edits.js';
import { documentEol, indentUnit } from './layout.js';

/** How a document lays its collections out. */
export interface YamlLayout {
  readonly eol: string;
  /** One level of a mapping in a mapping. */
  readonly unit: string;
  /** What a list is indented by under its key: nothing, where the document writes them so. */
  readonly listUnit: string;
}

export function yamlLayout(text: string): YamlLayout {
  const unit = indentUnit(text);
  const spaces = unit.startsWith('\t') ? '  ' : unit;
  const flush = /^( *)[^\s#-][^\n]*:[ \t]*\r?\n\1- /m.test(text.slice(0, 20_000));
  return { eol: documentEol(text), unit: spaces, listUnit: flush ? '' : spaces };
}

export function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

// Nothing that begins or ends anything in YAML, in blocks and in brackets alike; a colon inside a word only.
const PLAIN = /^[A-Za-z0-9_./$(](?:[^\p{Cc}#:{}[\],&*!|>'"%`]|:(?!\s|$))*$/u;
const SPECIAL = /^(?:null|true|false|yes|no|on|off|y|n|~|[-+.]?\d[\d_.,:eE+-]*|0[xo][\da-f]+|[-+]?\.(?:inf|nan)|\.+)$/i;

export function plainOrQuoted(value: string): string {
  return PLAIN.test(value) && !SPECIAL.test(value) && value.trim() === value ? value : JSON.stringify(value);
}

/** In one line. */
export function flow(value: Json): string {
  if (typeof value === 'string') return plainOrQuoted(value);
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as Record<string, Json>).map(
    ([key, item]) => `${plainOrQuoted(key)}: ${flow(item)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** A member of a block mapping whose keys stand at `indent`; the first line without it. */
export function member(key: string, value: Json, indent: string, layout: YamlLayout): string {
  return `${plainOrQuoted(key)}:${behindKey(value, indent, layout)}`;
}

/** What stands behind the colon of a key at `indent`. */
export function behindKey(value: Json, indent: string, layout: YamlLayout): string {
  if (isScalar(value)) return ` ${flow(value)}`;
  const inner = indent + (Array.isArray(value) ? layout.listUnit : layout.unit);
  return layout.eol + inner + block(value, inner, layout);
}

/** The lines of a collection that stands at `indent`; the first one without it, as behind a dash. */
export function block(value: Json, indent: string, layout: YamlLayout): string {
  const between = layout.eol + indent;
  if (Array.isArray(value)) return value.map((item: Json) => `- ${itemOf(item, indent, layout)}`).join(between);
  return Object.entries(value as Record<string, Json>)
    .map(([key, item]) => member(key, item, indent, layout))
    .join(between);
}

/** What stands behind a dash at `indent`. */
export function itemOf(value: Json, indent: string, layout: YamlLayout): string {
  return isScalar(value) ? flow(value) : block(value, `${indent}  `, layout);
}

import { type Json, policy } from './trustCases.js';

/** A trust policy as a file; `«…»` round a whole string in it marks the string with its quotes. */
export function text(...statements: readonly Json[]): string {
  return `${JSON.stringify(policy(...statements), null, 2)}\n`.replace(/"«([^"»]*)»"/g, '«"$1"»');
}

/** The same with a mark round a part of the text. */
export function marked(part: string, ...statements: readonly Json[]): string {
  const whole = text(...statements);
  const at = whole.indexOf(part);
  if (at < 0) throw new Error(`no such part: ${part} in\n${whole}`);
  return `${whole.slice(0, at)}«${part}»${whole.slice(at + part.length)}`;
}

export function account(namespace: string, name: string, annotations: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(annotations).map(([key, value]) => `    ${key}: ${value}\n`);
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\n${lines.length > 0 ? `  annotations:\n${lines.join('')}` : ''}`;
}

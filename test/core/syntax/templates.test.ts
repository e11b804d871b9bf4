// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { areExclusive, maskTemplates, maskTemplatesInJson } from '../../../src/core/syntax/templates.js';
import { display, MASK_FIRST, MASK_REST } from '../../../src/core/syntax/text.js';
import { get, type ObjectNode, stringAt } from '../../../src/core/syntax/tree.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';

/** Masks as boxes, for people. */
const boxed = (text: string) => text.replaceAll(MASK_FIRST, '█').replaceAll(MASK_REST, '░');
const root = (text: string) => parseYaml({ file: 'a.yaml', language: 'yaml', text })[0]!.root as ObjectNode;

describe('templates in YAML', () => {
  it.each([
    ['a: {{ .b }}', 'a: █░░░░░░░'],
    ['a: "x-{{ .b }}-y"', 'a: "x-█░░░░░░░-y"'],
    ['{{- if .a }}\nb: c\n{{- end }}', '            \nb: c\n          '],
    ['a:\n  {{- toYaml .b | nindent 2 }}', `a:\n  █${'░'.repeat(26)}:`],
    ['a: {{ if .b }}c{{ else }}d{{ end }}', `a: █${'░'.repeat(31)}`],
    ['a: {{ "{{" }} b', 'a: █░░░░░░░░░ b'],
    ['a: {{ `}}` }} b', 'a: █░░░░░░░░░ b'],
    ['a: ${{ b }}', 'a: █░░░░░░░'],
    ['a: {{ .b\nc: {{ .d }}', 'a: {{ .b\nc: █░░░░░░░'],
    ['a: {{', 'a: {{'],
    ['{{/* a\n  "{{ b */}}\nc: d', '      \n            \nc: d'],
  ])('%j', (text, expected) => {
    const result = maskTemplates(text);
    expect(boxed(result)).toBe(expected);
    expect(result).toHaveLength(text.length);
  });

  it('keep the offsets and tell what the hole is', () => {
    const text =
      'metadata:\n  name: {{ include "cart.name" . }}-x\n  annotations:\n    {{- toYaml .Values.a | nindent 4 }}\n    b: c\n';
    const name = stringAt(root(text), 'metadata', 'name')!;
    expect(display(name.text)).toBe('${include "cart.name" .}-x');
    expect(text.slice(name.start, name.end)).toBe('{{ include "cart.name" . }}-x');
    expect(get(root(text), 'metadata', 'annotations')).toMatchObject({ kind: 'object', open: true });
    expect(load(maskTemplates(text))).toMatchObject({ metadata: { annotations: { b: 'c' } } });
  });

  it('leave a mapping with keys made by a template open', () => {
    expect(root('a: b\n{{ .c }}: d\n').properties).toHaveLength(2);
    expect(root('a: b\n{{ include "x" . }}\n').open).toBe(true);
  });
});

describe('templates in JSON', () => {
  it.each([
    ['{"a": {{ .b }}}', '{"a": "█░░░░░"}'],
    ['{"a": "{{ .b }}"}', '{"a": "█░░░░░░░"}'],
    ['{"a": ${b}}', '{"a": "█░"}'],
    ['{"a": "${b}"}', '{"a": "${b}"}'],
    ['{"a":{"b":{}}}', '{"a":{"b":{}}}'],
    ['{{- if .a }}\n{"b": 1}\n{{- end }}', '            \n{"b": 1}\n          '],
    ['{"a": {{', '{"a": {{'],
  ])('%j', (text, expected) => {
    const result = maskTemplatesInJson(text);
    expect(boxed(result)).toBe(expected);
    expect(result).toHaveLength(text.length);
  });
});

describe('branches of templates', () => {
  it.each([
    ['{{ if .a }} 1 {{ else }} 2 {{ end }}', true],
    ['{{- if .a }} 1 {{- else if .b }} {{ if .c }} 2 {{ end }} {{ end }}', true],
    ['{{ if .a }} {{ with .b }} 1 {{ end }} {{ if .c }} {{ else }} {{ end }} 2 {{ end }}', false],
    ['{{ if .a }} 1 {{ end }} {{ if .a }} {{ else }} 2 {{ end }}', false],
    ['1 {{ if .a }} {{ else }} 2 {{ end }}', false],
    ['{{ if .a }} {{ else }} 1 2 {{ end }}', false],
    ['1 {{ else }} 2', false],
    ['1 2', false],
  ])('%j', (text, expected) => {
    const [first, second] = [text.indexOf('1'), text.indexOf('2')];
    expect(areExclusive(text, first, second)).toBe(expected);
    expect(areExclusive(text, second, first)).toBe(expected);
  });
});

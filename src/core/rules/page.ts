import type { Rule } from './rule.js';

/**
 * A rule's documentation as a page; the editor, the command line, SARIF and `docs/` show the same.
 * @param sentences how sentences are written; as they are where nobody renders the page, as in a terminal
 */
export function ruleMarkdown(rule: Rule, sentences: (text: string) => string = prose): string {
  const { summary, why, awsSays, bad, good, links } = rule.docs;
  const fix =
    rule.fix === 'none'
      ? 'none'
      : rule.fix === 'safe'
        ? 'safe: applied by fix all and `--fix`'
        : 'suggested: one at a time, the title says what changes';
  return [
    `# ${rule.id}`,
    sentences(summary),
    `**Severity:** ${rule.severity} · **Fix:** ${fix} · **Looks at:** ${rule.scope === 'document' ? 'the file' : 'the workspace'}`,
    '## Why this matters',
    sentences(why),
    ...(awsSays === undefined ? [] : ['## What AWS says', fence('text', awsSays)]),
    '## Wrong',
    ...examples(bad),
    '## Right',
    ...examples(good),
    '## Turning it off',
    `A comment \`pod-iam-ignore ${rule.id}\` on the line or the line above, the setting \`podIam.rules\`, or \`.pod-iam.json\`:`,
    fence('json', JSON.stringify({ rules: { [rule.id]: 'off' } })),
    ...(links.length > 0 ? ['## Sources', links.map((link) => `- <${link}>`).join('\n')] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

/** Sentences for people as Markdown: what stands between backticks is code, and `*`, `_`, `<` elsewhere are themselves. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[*_<[\]\\]/g, '\\$&')))
    .join('');
}

/** The same without markup, for terminals and for SARIF viewers that have none. */
export function ruleText(rule: Rule): string {
  return `${rule.docs.summary}\n\n${rule.docs.why}`;
}

function examples(files: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(files);
  return names.flatMap((name) => [
    ...(names.length > 1 ? [`\`${name}\``] : []),
    fence(languageOf(name), files[name]!.trimEnd()),
  ]);
}

function languageOf(name: string): string {
  if (/\.ya?ml$/.test(name)) return 'yaml';
  if (/\.tf$/.test(name)) return 'hcl';
  if (/dockerfile/i.test(name)) return 'dockerfile';
  return name.endsWith('.json') ? 'json' : 'text';
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

import { type Command, Option } from 'commander';
import { ruleById, rules } from '../core/rules/index.js';
import { ruleMarkdown } from '../core/rules/page.js';
import type { Rule } from '../core/rules/rule.js';
import { UsageError } from './exit.js';
import { wrap } from './formats/wrap.js';

/** A column of summaries that is narrower is hard to read; each stands below its rule then. */
const LEAST_SUMMARY = 60;

export function registerRules(program: Command): void {
  program
    .command('rules')
    .description('list the rules, or explain one')
    .argument('[id]', 'a rule')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'markdown']).default('text'))
    .action((id: string | undefined, { format }: { format: 'text' | 'json' | 'markdown' }) => {
      const chosen = id === undefined ? rules : [known(id)];
      process.stdout.write(print(chosen, id !== undefined, format, process.stdout.columns));
    });
}

function known(id: string): Rule {
  const rule = ruleById(id);
  if (!rule) throw new UsageError(`'${id}' is no rule; 'pod-iam rules' lists them`);
  return rule;
}

/** @param width of the window, in characters; undefined where there is none */
export function print(
  chosen: readonly Rule[],
  whole: boolean,
  format: 'text' | 'json' | 'markdown',
  width: number | undefined,
): string {
  if (format === 'json') {
    const data = chosen.map(({ id, severity, scope, fix, docs }) => ({ id, severity, scope, fix, ...docs }));
    return `${JSON.stringify({ version: 1, rules: data }, null, 2)}\n`;
  }
  if (whole)
    return format === 'text'
      ? prose(
          ruleMarkdown(chosen[0]!, (text) => text),
          width,
        )
      : ruleMarkdown(chosen[0]!);
  if (format === 'markdown') {
    const rows = chosen.map(({ id, severity, fix, docs }) => `| \`${id}\` | ${severity} | ${fix} | ${docs.summary} |`);
    return `| rule | severity | fix | what must be so |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  }
  const ids = Math.max(...chosen.map(({ id }) => id.length));
  const severities = Math.max(...chosen.map(({ severity }) => severity.length));
  const indent = ids + severities + 4;
  const beside = width === undefined || width - indent >= LEAST_SUMMARY;
  return chosen
    .map(({ id, severity, docs }) => {
      if (!beside) return `${id}  ${severity}\n    ${wrap(docs.summary, width - 4).join('\n    ')}\n`;
      const summary = wrap(docs.summary, width === undefined ? undefined : width - indent);
      return `${id.padEnd(ids)}  ${severity.padEnd(severities)}  ${summary.join(`\n${' '.repeat(indent)}`)}\n`;
    })
    .join('');
}

/** Paragraphs in lines that fit; examples as they are. */
function prose(markdown: string, width: number | undefined): string {
  let inExample = false;
  return markdown
    .split('\n')
    .flatMap((line) => {
      const fence = line.startsWith('```');
      if (fence) inExample = !inExample;
      return fence || inExample || line.startsWith('#') ? [line] : wrap(line, width);
    })
    .join('\n');
}

import { type Command, Option } from 'commander';
import { ruleById, rules } from '../core/rules/index.js';
import { ruleMarkdown } from '../core/rules/page.js';
import type { Rule } from '../core/rules/rule.js';
import { UsageError } from './exit.js';

export function registerRules(program: Command): void {
  program
    .command('rules')
    .description('list the rules, or explain one')
    .argument('[id]', 'a rule')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'markdown']).default('text'))
    .action((id: string | undefined, { format }: { format: 'text' | 'json' | 'markdown' }) => {
      const chosen = id === undefined ? rules : [known(id)];
      process.stdout.write(print(chosen, id !== undefined, format));
    });
}

function known(id: string): Rule {
  const rule = ruleById(id);
  if (!rule) throw new UsageError(`'${id}' is no rule; 'pod-iam rules' lists them`);
  return rule;
}

function print(chosen: readonly Rule[], whole: boolean, format: 'text' | 'json' | 'markdown'): string {
  if (format === 'json') {
    const data = chosen.map(({ id, severity, scope, fix, docs }) => ({ id, severity, scope, fix, ...docs }));
    return `${JSON.stringify({ version: 1, rules: data }, null, 2)}\n`;
  }
  if (whole) return format === 'text' ? ruleMarkdown(chosen[0]!, (text) => text) : ruleMarkdown(chosen[0]!);
  if (format === 'markdown') {
    const rows = chosen.map(({ id, severity, fix, docs }) => `| \`${id}\` | ${severity} | ${fix} | ${docs.summary} |`);
    return `| rule | severity | fix | what must be so |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  }
  const width = Math.max(...chosen.map(({ id }) => id.length));
  return chosen
    .map(({ id, severity, docs }) => `${id.padEnd(width)}  ${severity.padEnd(11)}  ${docs.summary}\n`)
    .join('');
}

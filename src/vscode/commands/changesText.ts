import type { ChangeOutcome, ChangePlan, PlannedCall, Recipe, Tool } from '../../live/changes/types.js';

export const toolNames: Readonly<Record<Tool, string>> = {
  awsCli: 'AWS CLI',
  kubectl: 'kubectl',
  eksctl: 'eksctl',
  terraform: 'Terraform',
  cloudFormation: 'CloudFormation',
};

const fences: Readonly<Record<Tool, string>> = {
  awsCli: 'sh',
  kubectl: 'sh',
  eksctl: 'sh',
  terraform: 'hcl',
  cloudFormation: 'yaml',
};

/** The preview: what is there, what will be, the exact calls, how it is undone, and the same in the words of other tools. */
export function planText(plan: ChangePlan, cluster: string): string {
  return [
    `# ${plan.title}`,
    `In **${cluster}**. Nothing has been changed yet.`,
    ...(plan.needless ? ['**It is so already; there is nothing to do.**'] : []),
    '## Before',
    fenced('text', plan.before),
    '## After',
    fenced('text', plan.after),
    ...(plan.effects.length > 0 ? ['## Who gets in or out', list(plan.effects)] : []),
    '## Calls',
    ...plan.calls.map(callText),
    ...(plan.notes.length > 0 ? ['## To know', list(plan.notes)] : []),
    '## To undo it',
    ...plan.undo.calls.map(callText),
    ...(plan.undo.notes.length > 0 ? [list(plan.undo.notes)] : []),
    '## With other tools',
    toolTexts(plan),
    '### Undo with other tools',
    toolTexts(plan.undo),
    '',
  ].join('\n\n');
}

function callText(call: PlannedCall, index: number): string {
  const what = call.service === 'kubernetes' ? 'Kubernetes API' : `${call.service}:${call.operation}`;
  const type = call.contentType === undefined ? '' : `\ncontent-type: ${call.contentType}`;
  return [
    `${index + 1}. ${call.summary} — ${what}, needs \`${call.permission}\``,
    fenced('http', `${call.method} ${call.path}${type}\n\n${JSON.stringify(call.parameters, null, 2)}`),
  ].join('\n\n');
}

function toolTexts({ asText }: Recipe): string {
  return (Object.keys(toolNames) as Tool[])
    .map((tool) => {
      const words = asText[tool];
      return words.kind === 'text'
        ? `**${toolNames[tool]}**\n\n${fenced(fences[tool], words.text)}`
        : `**${toolNames[tool]}**: ${words.why}`;
    })
    .join('\n\n');
}

/** For the confirmation: short, and still every call. */
export function confirmation(plan: ChangePlan): string {
  return [
    ...plan.calls.map(({ summary, method, path }, index) => `${index + 1}. ${summary}\n    ${method} ${path}`),
    ...(plan.effects.length > 0 ? ['', ...plan.effects.slice(0, 10)] : []),
    ...(plan.notes.length > 0 ? ['', ...plan.notes] : []),
    '',
    ...plan.undo.calls.map(({ summary }) => `To undo: ${summary}`),
  ].join('\n');
}

/** What became of the calls, one line each. */
export function outcomeText({ results, direction }: ChangeOutcome): string {
  if (results.length === 0) return direction === 'undo' ? 'There was nothing to undo.' : 'There was nothing to do.';
  const words = { done: 'done', failed: 'refused', unknown: 'may have been done', 'not-sent': 'not sent' } as const;
  return results
    .map(({ call, outcome, failure, differs }) =>
      [`${call.summary}: ${words[outcome]}`, failure?.message, differs].filter(Boolean).join('. '),
    )
    .join('\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.replaceAll('```', "'''")}\n\`\`\``;
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line.replaceAll('\n', ' ')}`).join('\n');
}

import { findCredentials } from '../rules/support/awsKeys.js';
import type { Answer, Check, State } from './checks.js';
import type { Evidence } from './evidence.js';
import { generalChecks, type Symptom, symptoms } from './symptoms.js';

export interface CheckResult {
  readonly check: Check;
  readonly answer: Answer;
}

export interface Diagnosis {
  readonly error: string;
  /** Undefined for an error that is not known. */
  readonly symptom: Symptom | undefined;
  /** Failed ones first, then what is not known, then what passed; among each the likeliest cause first. */
  readonly results: readonly CheckResult[];
}

const ORDER: Readonly<Record<State, number>> = { failed: 0, unknown: 1, passed: 2 };

/** Which checks can explain the error, and what the evidence says to each. */
export function diagnose(error: string, evidence: Evidence = {}): Diagnosis {
  const symptom = symptoms.find(({ matches }) => matches.test(error));
  const results = (symptom?.checks ?? generalChecks).map((check) => ({ check, answer: check.look(evidence) }));
  return {
    error,
    symptom,
    results: results.sort((a, b) => ORDER[a.answer.state] - ORDER[b.answer.state]),
  };
}

const SIGNS: Readonly<Record<State, string>> = { failed: '✗', unknown: '?', passed: '✓' };

/** Markdown: what the error means, and each check with its evidence and its remedy. */
export function diagnosisText({ error, symptom, results }: Diagnosis, evidence: Evidence = {}): string {
  return [
    `# ${symptom?.title ?? 'An error that is not known here'}`,
    `\`\`\`text\n${withoutCredentials(error).replaceAll('```', "'''").trim()}\n\`\`\``,
    symptom?.meaning ?? 'These are the checks for everything that can go wrong on the way to credentials.',
    checkedFor(evidence),
    '## Checks',
    ...results.map(({ check, answer }, index) =>
      [
        `${index + 1}. **${SIGNS[answer.state]}** **${check.title}** — ${answer.text}${answer.source ? ` *(${answer.source})*` : ''}`,
        ...(answer.state === 'passed' ? [] : [`   ${check.remedy}`]),
        ...(check.by && answer.state === 'unknown' ? [`   See: ${check.by}`] : []),
      ].join('\n\n'),
    ),
    '',
  ].join('\n\n');
}

const TOKEN = /\beyJ[\w-]{6,}(?:\.[\w-]*){0,2}/g;

/** Logs that people paste hold tokens and keys; a report is passed on. */
function withoutCredentials(text: string): string {
  let clean = text.replace(TOKEN, '[redacted]');
  for (let found = findCredentials(clean); found; found = findCredentials(clean))
    clean = `${clean.slice(0, found.start)}[redacted]${clean.slice(found.end)}`;
  return clean;
}

function checkedFor({ files, live }: Evidence): string {
  const who = live ?? files?.identity;
  if (!who) return 'Choose a service account to have these answered.';
  const where = [
    ...(live ? [live.context === undefined ? 'the cluster' : `the cluster ${live.context}`] : []),
    ...(files ? ['the files of the workspace'] : []),
  ].join(' and ');
  return `Checked for **${who.namespace}/${who.name}** by ${where}.`;
}

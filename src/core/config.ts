import { ruleById } from './rules/index.js';
import type { Severity } from './rules/rule.js';
import { parseJson } from './syntax/json.js';
import { get, literal, stringsOf } from './syntax/tree.js';

/** `.pod-iam.json`: for the workspace and the command line alike. */
export interface Config {
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Globs of files that are not checked, relative to the folder of the file. */
  readonly exclude: readonly string[];
  /** What is wrong with it, for a person. */
  readonly problems: readonly string[];
}

export const SEVERITIES: readonly (Severity | 'off')[] = ['error', 'warning', 'information', 'hint', 'off'];

export function isSeverity(word: string | undefined): word is Severity | 'off' {
  return SEVERITIES.includes(word as Severity);
}

export function readConfig(text: string): Config {
  const { root, faults } = parseJson({ file: '.pod-iam.json', language: 'json', text });
  const problems = faults.slice(0, 1).map((fault) => `not valid JSON: ${fault.message}`);
  const severities: Record<string, Severity | 'off'> = {};
  if (root && root.kind !== 'object') problems.push('must be an object');
  const rules = get(root, 'rules');
  if (rules && rules.kind !== 'object') problems.push("'rules' must be an object of rule ids and severities");
  for (const { key, value } of rules?.kind === 'object' ? rules.properties : []) {
    const severity = literal(value);
    if (!ruleById(key.raw)) problems.push(`'${key.raw}' is no rule; 'pod-iam rules' lists them`);
    else if (!isSeverity(severity)) problems.push(`'${key.raw}' must be one of ${SEVERITIES.join(', ')}`);
    else severities[key.raw] = severity;
  }
  const known = new Set(['rules', 'exclude', '$schema']);
  for (const { key } of root?.kind === 'object' ? root.properties : []) {
    if (!known.has(key.raw)) problems.push(`'${key.raw}' is no setting; there are 'rules' and 'exclude'`);
  }
  return { severities, exclude: stringsOf(get(root, 'exclude')).map((each) => each.raw), problems };
}

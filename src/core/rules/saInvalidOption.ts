import type { Annotation } from '../facts/model.js';
import { replaceString, replaceValue } from '../syntax/edits.js';
import { hasHole, literalOf } from '../syntax/text.js';
import type { SyntaxNode } from '../syntax/tree.js';
import { defineRule, type Fix } from './rule.js';
import { accountAnnotations } from './support/accountAnnotations.js';
import { removeMember } from './support/annotationEdits.js';
import {
  AUDIENCE,
  IDENTITY_KEYS,
  SKIP_CONTAINERS,
  STS_REGIONAL,
  TOKEN_EXPIRATION,
  worksOnAccounts,
  worksOnPods,
} from './support/annotationKeys.js';
import { accountYaml } from './support/manifestExamples.js';

/** As `strconv.ParseBool` of Go takes them. */
const BOOLEANS = new Set(['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False']);
const SHORTEST = 600;
const LONGEST = 86_400;

export const saInvalidOption = defineRule({
  id: 'sa-invalid-option',
  severity: 'warning',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary:
      "The webhook's options hold values that it can read: seconds, booleans, a list without blanks, each as a string.",
    why: 'What the webhook cannot read it leaves aside without a word, and takes its default. Kubernetes refuses numbers and booleans as annotations altogether.',
    awsSays:
      'ServiceAccount in version "v1" cannot be handled as a ServiceAccount: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.annotations of type string',
    bad: { 'sa.yaml': accountYaml('api', 'shop', [`${TOKEN_EXPIRATION}: "60"`]) },
    good: { 'sa.yaml': accountYaml('api', 'shop', [`${TOKEN_EXPIRATION}: "3600"`, `${STS_REGIONAL}: "true"`]) },
    links: [
      'https://github.com/aws/amazon-eks-pod-identity-webhook',
      'https://docs.aws.amazon.com/eks/latest/userguide/configure-sts-endpoint.html',
    ],
  },
  check(facts, report) {
    const found: { annotation: Annotation; strings: boolean }[] = [];
    for (const annotation of accountAnnotations(facts)) {
      const works =
        worksOnAccounts(annotation.key.raw) || (annotation.common && IDENTITY_KEYS.includes(annotation.key.raw));
      // Terraform makes strings of what it is given.
      if (works) found.push({ annotation, strings: annotation.account?.source !== 'terraform' });
    }
    for (const { podMetadata, source } of facts.workloads) {
      for (const annotation of podMetadata?.annotations ?? [])
        if (worksOnPods(annotation.key.raw)) found.push({ annotation, strings: source !== 'terraform' });
    }
    for (const { metadata, kind } of facts.annotated) {
      if (kind === 'Namespace') continue;
      for (const annotation of metadata.annotations)
        if (worksOnPods(annotation.key.raw)) found.push({ annotation, strings: true });
    }
    for (const { annotation, strings } of found) {
      const { key, value } = annotation;
      const problem = problemOf(key.raw, value, strings);
      if (!value || !problem) continue;
      report({ at: value, message: `${problem.message}.`, fixes: () => repair(annotation, value, problem) });
    }
  },
});

interface Problem {
  readonly message: string;
  /** What it should be; undefined where the annotation is better left out. */
  readonly values: readonly string[];
  readonly removable?: true;
  /** Only the quotes are missing. */
  readonly quotes?: true;
}

function problemOf(key: string, value: SyntaxNode | undefined, strings: boolean): Problem | undefined {
  if (value?.kind === 'number' || value?.kind === 'boolean') {
    const inner = optionProblem(key, value.source);
    if (!strings) return inner;
    const kind = value.kind === 'number' ? 'a number' : 'a boolean';
    const message = `'${value.source}' is ${kind}, and annotations are strings; it should be '"${inner?.values[0] ?? value.source}"'`;
    return inner
      ? { ...inner, message: `${message}: ${inner.message}` }
      : { message, values: [value.source], quotes: true };
  }
  if (value?.kind !== 'string') return undefined;
  const known = literalOf(value.text);
  if (known !== undefined) return optionProblem(key, known);
  // A list's blanks count wherever its holes are.
  const blanks = value.text.some((part) => typeof part === 'string' && /\s/.test(part));
  return key === SKIP_CONTAINERS && blanks && hasHole(value.text)
    ? { message: 'The list of containers holds blanks, which the webhook takes as part of their names', values: [] }
    : undefined;
}

function optionProblem(key: string, value: string): Problem | undefined {
  switch (key) {
    case TOKEN_EXPIRATION:
      return expirationProblem(value);
    case STS_REGIONAL:
      if (BOOLEANS.has(value)) return undefined;
      return {
        message: `'${value}' is no boolean, so the webhook takes its default; it should be 'true' or 'false'`,
        values: /^\s*(?:no?|off|false|disabled?|legacy|global)\s*$/i.test(value)
          ? ['false', 'true']
          : ['true', 'false'],
      };
    case AUDIENCE:
      if (value !== '' && !/^\s|\s$/.test(value)) return undefined;
      if (value.trim() !== '')
        return {
          message: `The audience '${value}' has blanks round it; it should be '${value.trim()}'`,
          values: [value.trim()],
        };
      return {
        message:
          "The empty audience is asked for as it stands, and no provider has it; leave it out, or name one, as in 'sts.amazonaws.com'",
        values: ['sts.amazonaws.com'],
        removable: true,
      };
    case SKIP_CONTAINERS: {
      if (!/\s/.test(value)) return undefined;
      const list = value
        .split(/[,\s]+/)
        .filter((name) => name !== '')
        .join(',');
      return {
        message: `'${value}' holds blanks, which the webhook takes as part of the containers' names; it should be '${list}'`,
        values: [list],
      };
    }
    default:
      return undefined;
  }
}

function expirationProblem(value: string): Problem | undefined {
  const seconds = /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
  if (seconds === undefined) {
    return {
      message: `'${value}' is no whole number of seconds, so the webhook takes its default; it should be one from ${SHORTEST} to ${LONGEST}`,
      values: [String(meantSeconds(value))],
    };
  }
  if (seconds < SHORTEST)
    return {
      message: `'${value}' seconds are fewer than the ${SHORTEST} that a token lasts at least`,
      values: [String(SHORTEST)],
    };
  if (seconds > LONGEST)
    return { message: `'${value}' seconds are more than the ${LONGEST} that EKS allows`, values: [String(LONGEST)] };
  return undefined;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `1h`, `30 min`, `3,600`: the seconds that are meant, within what is allowed. */
function meantSeconds(value: string): number {
  const found = /^\s*([\d,_]+(?:\.\d+)?)\s*([smhd]?)[a-z]*\s*$/i.exec(value);
  const seconds = found ? Number(found[1]!.replace(/[,_]/g, '')) * UNITS[found[2]!.toLowerCase()]! : LONGEST;
  return Number.isFinite(seconds) ? Math.min(LONGEST, Math.max(SHORTEST, Math.round(seconds))) : LONGEST;
}

function repair({ key }: Annotation, value: SyntaxNode, problem: Problem): Fix[] {
  const fixes: Fix[] = problem.values.map((wanted) => ({
    title: problem.quotes ? `Quote it: "${wanted}"` : `Change to '${wanted}'`,
    safety: problem.quotes ? 'safe' : 'suggested',
    edits: [value.kind === 'string' ? replaceString(value, wanted) : replaceValue(value, wanted)],
  }));
  const removed = problem.removable ? removeMember(key) : [];
  if (removed.length > 0) fixes.push({ title: `Remove '${key.raw}'`, safety: 'suggested', edits: removed });
  return fixes;
}

import { hasWildcard } from '../iam/globs.js';
import { parseSubject, SUBJECT_PREFIX } from '../iam/names.js';
import { replacePart, replaceString } from '../syntax/edits.js';
import { display, hasHole, literalOf, type Text } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report } from './rule.js';
import { type ConditionReading, type StatementReading, trustReadings, type ValueReading } from './support/reading.js';
import { replaceOne } from './support/statementEdits.js';
import { patternCoverage } from './support/subjectPattern.js';
import { ISSUER, irsa, LINKS, trust } from './support/trustExamples.js';
import { fix, quote, together } from './support/wording.js';

export const trustMalformedSubject = defineRule({
  id: 'trust-malformed-subject',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "A subject reads 'system:serviceaccount:NAMESPACE:NAME', with names as Kubernetes allows them.",
    why: "The ':sub' of a service account's token always has these four parts, in lower case. A value of another form equals no token's, so nobody gets the role.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({
        Condition: { StringEquals: { [`${ISSUER}:sub`]: 'payments/api', [`${ISSUER}:aud`]: 'sts.amazonaws.com' } },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.names],
  },
  check(facts, report, workspace) {
    for (const { statements } of trustReadings(facts)) {
      for (const reading of statements) {
        if (!reading.irsa) continue;
        const reports = reading.conditions
          .filter(
            ({ claim, swapped, foreign, operator }) =>
              claim === 'sub' && !swapped && !foreign && operator?.type !== 'null',
          )
          .flatMap((condition) => condition.values.flatMap((value) => judge(reading, condition, value, workspace)));
        for (const each of together(reports, 'Correct all subjects of this statement')) report(each);
      }
    }
  },
});

function judge(
  reading: StatementReading,
  condition: ConditionReading,
  value: ValueReading,
  workspace: Workspace,
): Report[] {
  const { node, text, subject, literalWildcard, looksLike } = value;
  // Under an operator that is not known, a star may be a pattern or not; both are read as one.
  if (subject.accounts !== 'none' || literalWildcard || looksLike === 'audience') return [];
  const wild = hasWildcard(text);
  const parsed = parseSubject(text, { patterns: wild });
  const reason =
    parsed.kind === 'malformed' ? parsed.message : `a subject has four parts: ${SUBJECT_PREFIX}NAMESPACE:NAME`;
  const slash = hasHole(text) ? onlySlash(value) : undefined;
  const meant = slash
    ? display(text).replace('/', ':')
    : meantBy(text, parsed.kind === 'malformed' ? parsed.meant : undefined);
  return [
    {
      at: node,
      message: `${quote(text)} is the subject of no token: ${reason}. It should be '${meant ?? `${SUBJECT_PREFIX}NAMESPACE:NAME`}'.`,
      fixes: () =>
        slash
          ? fix("Write ':' for '/'", 'suggested', [replacePart(slash.node, slash.at, slash.at + 1, ':')])
          : fixes(reading, condition, value, meant, workspace),
    },
  ];
}

function fixes(
  reading: StatementReading,
  { condition }: ConditionReading,
  { node }: ValueReading,
  meant: string | undefined,
  workspace: Workspace,
): readonly Fix[] {
  const write = (subject: string) =>
    node.kind === 'string' ? [replaceString(node, subject)] : replaceOne(reading.statement, condition, node, [subject]);
  if (meant !== undefined) return fix(`Write '${meant}'`, 'suggested', write(meant));
  const word = node.kind === 'string' ? node.raw : '';
  const near = workspace
    .accounts()
    .flatMap(({ variants }) => variants)
    .flatMap(({ namespace, name }) => {
      const [ns, own] = [literalOf(namespace), literalOf(name)];
      return ns && own && word.toLowerCase().includes(own) ? [`${SUBJECT_PREFIX}${ns}:${own}`] : [];
    });
  return [
    ...[...new Set(near)].slice(0, 6).flatMap((subject) => fix(`Write '${subject}'`, 'suggested', write(subject))),
    ...fix('Write a subject …', 'suggested', write(`${SUBJECT_PREFIX}NAMESPACE:NAME`), 'placeholder'),
  ];
}

/** Between namespace and name, of which a part is unknown: that part stays as it is typed. */
function onlySlash({ node, text }: ValueReading): { readonly node: StringNode; readonly at: number } | undefined {
  const typed = display(text);
  if (node.kind !== 'string' || typed.split('/').length !== 2 || typed.split(':').length !== 3) return undefined;
  const at = node.raw.indexOf('/');
  return at < 0 ? undefined : { node, at };
}

/** The one subject or pattern that it can mean. */
function meantBy(text: Text, parsed: string | undefined): string | undefined {
  if (parsed !== undefined) return parsed;
  const known = literalOf(text);
  if (known === undefined) return undefined;
  const parts = known
    .replace(/\s+/g, '')
    .toLowerCase()
    .replace(/^(?:system[:/])?(?:service-?accounts?[:/])?/, '')
    .split(/[:/]+/)
    .filter((part) => part !== '');
  const [namespace, name] = parts;
  if (parts.length !== 2) return undefined;
  const meant = `${SUBJECT_PREFIX}${namespace!.replaceAll('_', '-')}:${name!.replaceAll('_', '-')}`;
  const { accounts } = patternCoverage([meant]);
  return meant !== known && accounts !== 'none' && accounts !== 'unknown' ? meant : undefined;
}

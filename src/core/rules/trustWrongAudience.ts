import type { TrustPolicy } from '../facts/model.js';
import { matchGlob } from '../iam/globs.js';
import { fits, literalOf, type Text } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import type { AccountVariant, Workspace } from '../workspace/workspace.js';
import { defineRule, type Report } from './rule.js';
import {
  AUDIENCE,
  type ConditionReading,
  conditionsOn,
  isStsAudience,
  type PolicyReading,
  type StatementReading,
  trustReadings,
  type ValueReading,
} from './support/reading.js';
import { replaceOne } from './support/statementEdits.js';
import { audienceOf, knownAmong, subjectFor, usesRoleOf } from './support/trustAccounts.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { fix, listed, quote, together } from './support/wording.js';

export const trustWrongAudience = defineRule({
  id: 'trust-wrong-audience',
  severity: 'error',
  scope: 'workspace',
  fix: 'suggested',
  docs: {
    summary: "The condition on ':aud' asks for the audience that the service account's tokens have.",
    why: "Tokens of IRSA are for 'sts.amazonaws.com', in China and with regional endpoints too: it is a word in the token, no address. The annotation 'eks.amazonaws.com/audience' asks for another one. Where the two differ, nobody gets the role.",
    awsSays: 'InvalidIdentityToken: Incorrect token audience',
    bad: trust(
      irsa({ Condition: { StringEquals: { [`${ISSUER}:sub`]: SUBJECT, [`${ISSUER}:aud`]: 'sts.amazonaws.com.cn' } } }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa, 'https://github.com/aws/amazon-eks-pod-identity-webhook'],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (!reading.allows || !reading.irsa) continue;
        const reports = conditionsOn(reading, 'aud')
          .filter(
            ({ claim, swapped, operator }) =>
              claim === 'aud' && !swapped && operator && !operator.negated && operator.type !== 'null',
          )
          .flatMap((condition) => judge(policy, reading, condition, workspace));
        for (const each of together(reports, `Ask for '${AUDIENCE}' throughout`)) report(each);
      }
    }
  },
});

function judge(
  policy: PolicyReading,
  reading: StatementReading,
  condition: ConditionReading,
  workspace: Workspace,
): readonly Report[] {
  const asked = audiencesAsked(policy, reading, workspace);
  const wanted = asked.definite ? [...asked.all] : [AUDIENCE, ...asked.all];
  const takes = ({ text }: ValueReading, audience: string) =>
    condition.operator!.wildcards ? matchGlob(text, [audience]) !== 'no' : fits(text, audience);
  const matching = condition.values.filter((value) => wanted.some((audience) => takes(value, audience)));
  // What else the list takes does no harm.
  if (matching.length > 0 || condition.open) return [];
  return condition.values.flatMap((value): Report[] => {
    if (value.literalWildcard || value.looksLike === 'subject') return [];
    if (!asked.definite && !cannotBeAsked(value.text)) return [];
    const should = asked.definite ? wanted : [AUDIENCE];
    const why =
      asked.definite && asked.by
        ? `is not what ${asked.by} asks for`
        : 'is not the audience of the tokens: IRSA uses one for every region and partition';
    return [
      {
        at: value.node,
        message: `${quote(value.text)} ${why}; it should be ${listed(should.map(quote), 'or')}.`,
        fixes: () =>
          should.flatMap((audience) =>
            fix(
              `Ask for '${audience}'`,
              'suggested',
              replaceOne(reading.statement, condition.condition, value.node, [audience]),
            ),
          ),
      },
    ];
  });
}

/** Like STS's name, but not it: regional, with a scheme, of China, misspelled. No token has an empty one. */
function cannotBeAsked(text: Text): boolean {
  const known = literalOf(text);
  if (known !== undefined) return known.trim() === '' || isStsAudience(known);
  const [first] = text;
  return typeof first === 'string' && /^(?:https?:\/\/)?sts\./i.test(first);
}

/**
 * What the service accounts ask for that the statement is for: those that carry the role's ARN; and where the role is not
 * known, those that the statement names, if they say by annotation what they want.
 */
function audiencesAsked(
  { policy }: PolicyReading,
  reading: StatementReading,
  workspace: Workspace,
): { readonly all: ReadonlySet<string>; readonly definite: boolean; readonly by: string | undefined } {
  const all = new Set<string>();
  let unknown = false;
  let by: string | undefined;
  for (const { label, variant } of accountsOf(policy, reading, workspace)) {
    if (usesRoleOf(workspace, variant, policy)) {
      const audience = audienceOf(variant);
      if (audience === undefined) unknown = true;
      else all.add(audience);
      by ??= label;
      continue;
    }
    const annotated = literal(variant.audience);
    // It may carry the ARN of some other role that is known.
    if (!annotated || (variant.roleArn && workspace.roleFor(variant.roleArn).found?.trustPolicy)) continue;
    all.add(annotated);
    by ??= label;
  }
  return { all, definite: all.size > 0 && !unknown, by };
}

/** The accounts that the subjects name; where these are patterns, all that they match. */
function accountsOf(
  policy: TrustPolicy,
  reading: StatementReading,
  workspace: Workspace,
): readonly { label: string; variant: AccountVariant }[] {
  const subjects = conditionsOn(reading, 'sub').flatMap(({ values }) => values);
  const named = subjects.flatMap(({ subject }) => {
    if (subject.accounts !== 'one' || !subject.exact) return [];
    const { namespace, name } = subject.exact;
    return workspace
      .accountsNamed(namespace, name)
      .flatMap(({ variants }) => variants.map((variant) => ({ label: `${namespace}/${name}`, variant })));
  });
  const patterns = subjects.filter(({ subject }) => subject.accounts === 'many');
  if (patterns.length === 0) return named;
  // Of all that match only those decide that use the role or say what they ask for.
  const telling = [...workspace.accountsUsing(policy), ...workspace.accountsWithAudience()];
  const matching = knownAmong(telling, workspace).filter((account) =>
    patterns.some(({ text }) => matchGlob(text, [subjectFor(account)]) === 'yes'),
  );
  return [...named, ...matching.map(({ namespace, name, variant }) => ({ label: `${namespace}/${name}`, variant }))];
}

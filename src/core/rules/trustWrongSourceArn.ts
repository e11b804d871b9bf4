import { checkClusterArn, parseArn } from '../iam/arn.js';
import { hasWildcard, matchGlob, patternsIntersect } from '../iam/globs.js';
import { replaceString } from '../syntax/edits.js';
import { display, literalOf, type Text } from '../syntax/text.js';
import { defineRule, type Fix, type Report } from './rule.js';
import { type ConditionReading, trustReadings, type ValueReading } from './support/reading.js';
import { LINKS, podIdentity, trust } from './support/trustExamples.js';
import { fix, quote, together } from './support/wording.js';

export const trustWrongSourceArn = defineRule({
  id: 'trust-wrong-source-arn',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "'aws:SourceArn' of a Pod Identity statement is the cluster's ARN.",
    why: 'EKS asks for the role on behalf of the cluster, not of the association, the service account or the role. With another ARN the condition never holds, and the pod gets no credentials.',
    awsSays:
      'AccessDeniedException: Unauthorized Exception! EKS does not have permissions to assume the associated role.',
    bad: trust(
      podIdentity({
        Condition: {
          ArnEquals: {
            'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:podidentityassociation/orders/a-4wvljrezsukshq1bv',
          },
        },
      }),
    ),
    good: trust(
      podIdentity({
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:eks:eu-west-1:111122223333:cluster/orders' } },
      }),
    ),
    links: [LINKS.podIdentity, LINKS.confusedDeputy],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      for (const reading of statements) {
        if (reading.podIdentity.length === 0 && reading.speaks !== 'pod-identity') continue;
        const reports = reading.conditions
          .filter(
            ({ key, operator }) =>
              key.kind === 'service' && key.prefix === 'aws' && isSourceArn(key.name) && operator?.type !== 'null',
          )
          .flatMap((condition) => condition.values.flatMap((value) => judge(condition, value)));
        for (const each of together(reports, 'Correct all source ARNs of this statement')) report(each);
      }
    }
  },
});

function isSourceArn(name: Text): boolean {
  return literalOf(name)?.toLowerCase() === 'sourcearn';
}

function judge({ operator }: ConditionReading, { node, text, literalWildcard }: ValueReading): Report[] {
  const problem = problemOf(text, operator === undefined || operator.wildcards || literalWildcard);
  if (!problem) return [];
  const meant = meantBy(text);
  return [
    {
      at: node,
      message: `${quote(text)} is no cluster's ARN: ${problem}. It should be '${meant ?? 'arn:aws:eks:REGION:ACCOUNT:cluster/NAME'}'.`,
      fixes: (): readonly Fix[] => {
        if (node.kind !== 'string') return [];
        if (meant) return fix(`Write '${meant}'`, 'suggested', [replaceString(node, meant)]);
        return fix("Write a cluster's ARN …", 'suggested', [replaceString(node, placeholderFor(text))], 'placeholder');
      },
    },
  ];
}

function problemOf(text: Text, patterns: boolean): string | undefined {
  if (text.some((part) => typeof part === 'string' && part.includes('${'))) return undefined;
  if (patterns && hasWildcard(text)) {
    const arn = parseArn(text);
    if (!arn)
      return patternsIntersect(text, ['arn:*:eks:*:*:cluster/*']) === 'no' ? "no cluster's ARN matches it" : undefined;
    // With all of an ARN's colons there, no star is left to cross one.
    if (matchGlob(arn.service, ['eks']) === 'no') return `'${display(arn.service)}' is not 'eks'`;
    if (patternsIntersect(arn.resource, ['cluster/*']) === 'no') return `'${display(arn.resource)}' is not 'cluster/…'`;
    const account = literalOf(arn.account);
    if (account !== undefined && !/[*?]/.test(account) && !/^\d{12}$/.test(account)) {
      return account === '' ? 'the account is missing' : `the account '${account}' is not twelve digits`;
    }
    return literalOf(arn.region) === '' ? 'the region is missing' : undefined;
  }
  const verdict = checkClusterArn(text);
  return verdict.ok === 'no' ? verdict.reason : undefined;
}

/** An association's ARN names its cluster. */
function meantBy(text: Text): string | undefined {
  const known = literalOf(text);
  if (known === undefined) return undefined;
  const found =
    /^(arn:[^:]+:eks:[^:]+:\d{12}:)(?:podidentityassociation|nodegroup|addon|fargateprofile|identityproviderconfig|access-entry)\/([^/]+)(?:\/.*)?$/.exec(
      known.trim(),
    );
  if (found) return `${found[1]}cluster/${found[2]}`;
  const trimmed = known.replace(/\s+/g, '');
  return trimmed !== known && checkClusterArn([trimmed]).ok === 'yes' ? trimmed : undefined;
}

function placeholderFor(text: Text): string {
  const arn = parseArn(text);
  const literalPart = (part: Text | undefined, fallback: string, form: RegExp) => {
    const known = part && literalOf(part);
    return known && form.test(known) ? known : fallback;
  };
  const partition = literalPart(arn?.partition, 'aws', /^aws[a-z-]*$/);
  const region = literalPart(arn?.region, 'REGION', /^[a-z]+-[a-z-]+-\d+$/);
  return `arn:${partition}:eks:${region}:${literalPart(arn?.account, 'ACCOUNT', /^\d{12}$/)}:cluster/CLUSTER_NAME`;
}

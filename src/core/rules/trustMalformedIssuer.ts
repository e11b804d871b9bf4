import type { IssuerProblem } from '../iam/issuer.js';
import type { Edit } from '../syntax/edits.js';
import { replacePart } from '../syntax/edits.js';
import { syntheticOf } from '../syntax/hclNodes.js';
import { display, literalOf } from '../syntax/text.js';
import { defineRule, type Fix, type Report } from './rule.js';
import {
  arnBehindReference,
  ISSUER_PROBLEMS,
  repaired,
  schemeBehindReference,
  sharesRegionProblem,
} from './support/issuerRepair.js';
import { claimKey, issuerExpression } from './support/issuers.js';
import {
  type ConditionReading,
  isEksText,
  type ProviderReading,
  type StatementReading,
  trustReadings,
} from './support/reading.js';
import { setKey } from './support/statementEdits.js';
import { ISSUER, irsa, LINKS, SUBJECT, trust } from './support/trustExamples.js';
import { typed } from './support/typed.js';
import { fix, quote, together } from './support/wording.js';

export const trustMalformedIssuer = defineRule({
  id: 'trust-malformed-issuer',
  severity: 'error',
  scope: 'document',
  fix: 'safe',
  docs: {
    summary:
      "An issuer is written 'oidc.eks.REGION.amazonaws.com/id/ID': in a condition key alone, in the provider's ARN behind 'oidc-provider/'.",
    why: "IAM compares the characters. With 'https://', with the provider's ARN as the key's prefix, or with the host's parts in another order the key names nothing, and the condition never holds.",
    awsSays: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    bad: trust(
      irsa({
        Condition: {
          StringEquals: { [`https://${ISSUER}:sub`]: SUBJECT, [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
        },
      }),
    ),
    good: trust(irsa()),
    links: [LINKS.irsa, LINKS.oidcKeys],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      for (const reading of statements) {
        if (!reading.irsa) continue;
        const reports = [
          ...reading.providers.flatMap(inProvider),
          ...reading.conditions.flatMap((condition) => inKey(reading, condition)),
        ];
        for (const each of together(reports, 'Correct the issuer throughout the statement')) report(each);
      }
    }
  },
});

// ── the provider's ARN ─────────────────────────────────────────────────────────────────────────────────────────────────

function inProvider({ node, arn, issuer, verdict }: ProviderReading): Report[] {
  // What is no provider's ARN at all is trust-malformed-arn's matter; so is a region of another partition.
  if (!arn || !issuer || verdict.ok === 'no') return [];
  const reference = schemeBehindReference(arn.issuer);
  if (reference) {
    return [
      {
        at: node,
        message: `${quote(node.text)}: '${reference.expression}' brings 'https://' along; an issuer stands without it.`,
        fixes: () => fix("Take 'https://' away", 'safe', providerWithoutScheme(node, reference.expression)),
      },
    ];
  }
  const problem = issuer.problems.find((each) => each !== 'region');
  if (!problem || issuer.problems.includes('region')) return [];
  return [
    {
      at: node,
      message: `${quote(node.text)}: ${ISSUER_PROBLEMS[problem]}${issuer.meant ? `; it should end with '${display(issuer.meant)}'` : ''}.`,
      fixes: () => (issuer.meant ? fix('Correct the issuer', 'safe', withIssuer(node)) : []),
    },
  ];
}

function withIssuer(node: ProviderReading['node']): readonly Edit[] {
  const written = typed(node);
  const at = node.raw.indexOf('oidc-provider/');
  const start = written.indexOf('oidc-provider/');
  if (at < 0 || start < 0) return [];
  return [replacePart(node, at + 14, node.raw.length, repaired(written.slice(start + 14)))];
}

function providerWithoutScheme(node: ProviderReading['node'], expression: string): readonly Edit[] {
  const at = node.raw.indexOf('oidc-provider/') + 'oidc-provider/'.length;
  const rest = typed(node).split('oidc-provider/')[1];
  const reference = `\${${expression}}`;
  if (node.document.language !== 'hcl' || !rest?.startsWith(reference)) return [];
  const end = at + (/^\uE000\uE001*/.exec(node.raw.slice(at))?.[0].length ?? 0);
  return [replacePart(node, at, end, `\${replace(${expression}, "https://", "")}`)];
}

// ── condition keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

function inKey(reading: StatementReading, condition: ConditionReading): Report[] {
  const { issuer, issuerReading, claim, foreign, key } = condition;
  if (!issuer || !issuerReading || foreign || claim === undefined) return [];
  const at = condition.condition.key;
  // A module makes its keys from the provider's ARN, where the mistake is.
  if (syntheticOf(at)) return [];
  const name = quote(at.text);
  if (issuer.length === 0) {
    const wanted = claimKey(reading, claimName(condition));
    return [
      {
        at,
        message: `${name} names no issuer; it should be '${wanted.placeholder ? 'ISSUER:sub' : wanted.name}'.`,
        fixes: () =>
          fix(
            `Write '${wanted.name}'`,
            'suggested',
            setKey(condition.condition, wanted.name),
            wanted.placeholder ? 'placeholder' : undefined,
          ),
      },
    ];
  }
  const reference = schemeBehindReference(issuer);
  if (reference) {
    return [
      {
        at,
        message: `${name} begins with 'https://', which '${reference.expression}' brings along; an issuer stands without it.`,
        fixes: () => withoutScheme(condition, reference.expression),
      },
    ];
  }
  const arn = arnBehindReference(issuer);
  if (arn) {
    return [
      {
        at,
        message: `${name}: ${ISSUER_PROBLEMS['provider-arn']}; '${arn.expression}' is that ARN.`,
        fixes: () => withoutArn(condition, arn.expression),
      },
    ];
  }
  if (key.kind !== 'claim') {
    const wanted = `${repaired(typed(at).replace(/[./]?(?:sub|aud)\s*$/i, ''))}:${claim}`;
    return [
      {
        at,
        message: `${name}: a ':' parts the issuer from the claim; it should be '${wanted}'.`,
        fixes: () => fix(`Write ':${claim}'`, 'safe', setKey(condition.condition, wanted)),
      },
    ];
  }
  const problem = problemIn(condition, reading);
  if (!problem) return [];
  const { meant } = issuerReading;
  return [
    {
      at,
      message: `${name}: ${ISSUER_PROBLEMS[problem]}${meant ? `; it should be '${display(meant)}:${claim}'` : ''}.`,
      fixes: () => keyFixes(reading, condition),
    },
  ];
}

function problemIn(condition: ConditionReading, reading: StatementReading): IssuerProblem | undefined {
  const { problems } = condition.issuerReading!;
  if (problems.includes('region') && sharesRegionProblem(condition, reading)) return undefined;
  return problems[0];
}

function keyFixes(reading: StatementReading, condition: ConditionReading): readonly Fix[] {
  const { issuerReading, claim } = condition;
  const at = condition.condition.key;
  const { meant, problems } = issuerReading!;
  const known = meant && literalOf(meant);
  if (known !== undefined && meant) {
    const fixed = `${known}:${typedClaim(condition)}`;
    return fix(
      `Write '${fixed}'`,
      problems.includes('region') ? 'suggested' : 'safe',
      setKey(condition.condition, fixed),
    );
  }
  if (meant) {
    const written = typed(at);
    const colon = written.lastIndexOf(':');
    const fixed = `${repaired(written.slice(0, colon))}${written.slice(colon)}`;
    return fixed === written ? [] : fix('Correct the issuer', 'safe', setKey(condition.condition, fixed));
  }
  const wanted = claimKey(
    { ...reading, conditions: reading.conditions.filter((each) => each !== condition) },
    claimName(condition),
  );
  if (wanted.placeholder || isEksText([wanted.name]) === 'no') return [];
  return claim === undefined
    ? []
    : fix(`Use the provider's issuer: '${wanted.name}'`, 'suggested', setKey(condition.condition, wanted.name));
}

function claimName({ claim }: ConditionReading): 'sub' | 'aud' {
  return claim === 'aud' ? 'aud' : 'sub';
}

function typedClaim({ condition }: ConditionReading): string {
  const written = typed(condition.key);
  return written.slice(written.lastIndexOf(':') + 1);
}

function withoutScheme({ condition }: ConditionReading, expression: string): readonly Fix[] {
  const written = typed(condition.key);
  const reference = `\${${expression}}`;
  if (condition.key.document.language !== 'hcl' || !written.startsWith(reference)) return [];
  const fixed = `\${replace(${expression}, "https://", "")}${written.slice(reference.length)}`;
  return fix("Take 'https://' away", 'safe', setKey(condition, fixed));
}

function withoutArn({ condition }: ConditionReading, expression: string): readonly Fix[] {
  const written = typed(condition.key);
  const reference = `\${${expression}}`;
  const issuer = issuerExpression(expression);
  if (condition.key.document.language !== 'hcl' || !issuer || !written.startsWith(reference)) return [];
  return fix("Use the provider's issuer", 'safe', setKey(condition, issuer + written.slice(reference.length)));
}

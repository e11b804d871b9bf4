import { parseArn } from '../../iam/arn.js';
import { parseProviderArn, partitionOfIssuer, providerArn } from '../../iam/issuer.js';
import { display, literalOf, onlyHole, type Text } from '../../syntax/text.js';
import type { Workspace } from '../../workspace/workspace.js';
import { type Claim, issuersOf, type PolicyReading, type StatementReading, sameIssuer } from './reading.js';
import { typed } from './typed.js';

/** Stands for an issuer that nothing says, in a fix that leaves it to be filled in. */
const PLACEHOLDER = 'OIDC_PROVIDER';

export interface ClaimKey {
  readonly name: string;
  readonly placeholder: boolean;
}

/** How the key of a claim is written in this statement: with the provider's issuer, or else that of the other keys. */
export function claimKey(reading: StatementReading, claim: Claim): ClaimKey {
  const typed = typedIssuer(reading);
  // One verb more than a program gives values for would shift all that follow.
  const issuer = typed !== undefined && /%[sdvq]/.test(typed) ? undefined : typed;
  return { name: `${issuer ?? PLACEHOLDER}:${claim}`, placeholder: issuer === undefined };
}

/** A claim's key as a message names it. */
export function shownKey(reading: StatementReading, claim: Claim): string {
  const [issuer] = issuersOf(reading);
  // What nobody knows is told best in the words of the file, which a fix takes too.
  const known = issuer && literalOf(issuer);
  return `${known ?? typedIssuer(reading) ?? (issuer ? display(issuer) : 'ISSUER')}:${claim}`;
}

/** The issuer as this file would write it in a condition key. */
export function typedIssuer(reading: StatementReading): string | undefined {
  for (const { issuer } of reading.providers) {
    const known = issuer?.meant && literalOf(issuer.meant);
    if (known) return known;
  }
  for (const { condition, claim, foreign, issuer, issuerReading } of reading.conditions) {
    if (claim === undefined || foreign || !issuer || issuer.length === 0 || !issuerReading?.meant) continue;
    const known = literalOf(issuerReading.meant);
    if (known) return known;
    const key = typed(condition.key);
    const colon = key.lastIndexOf(':');
    if (issuerReading.problems.length === 0 && colon > 0) return key.slice(0, colon);
  }
  for (const { node, arn } of reading.providers) {
    const written = typed(node);
    const at = written.indexOf('oidc-provider/');
    if (arn && at >= 0) return written.slice(at + 'oidc-provider/'.length);
    const hole = onlyHole(node.text);
    if (hole && node.document.language === 'hcl') return issuerExpression(hole.expression);
  }
  return undefined;
}

/** Terraform's ways from a provider's ARN to its issuer. */
export function issuerExpression(expression: string): string | undefined {
  if (/^module\.[\w-]+(?:\[[^\]]*\])?\.oidc_provider_arn$/.test(expression)) {
    return `\${${expression.replace(/_arn$/, '')}}`;
  }
  const resource = /^(?:data\.)?aws_iam_openid_connect_provider\.[\w-]+(?:\[[^\]]*\])?(?=\.arn$)/.exec(expression)?.[0];
  if (resource) return `\${replace(${resource}.url, "https://", "")}`;
  return undefined;
}

/** The ARN of the provider for an issuer, from what the workspace says of it; else with a placeholder for the account. */
export function providerArnFor(
  issuer: Text,
  reading: PolicyReading,
  workspace: Workspace,
): { readonly arn: string; readonly placeholder: boolean } | undefined {
  const known = literalOf(issuer);
  if (known === undefined) return undefined;
  const partition = partitionOfIssuer(issuer)?.name ?? 'aws';
  const account = accountOf(issuer, reading, workspace);
  return { arn: providerArn(partition, account ?? 'ACCOUNT_ID', known), placeholder: account === undefined };
}

function accountOf(issuer: Text, reading: PolicyReading, workspace: Workspace): string | undefined {
  const arns: Text[] = [
    ...reading.statements.flatMap(({ providers }) => providers.map(({ node }) => node.text)),
    ...workspace.oidcProviders().flatMap(({ arn }) => (arn ? [arn.text] : [])),
    ...workspace.trustedPrincipals(),
  ];
  for (const text of arns) {
    const provider = parseProviderArn(text);
    const account = provider && literalOf(provider.account);
    if (account && /^\d{12}$/.test(account) && sameIssuer(provider.issuer, issuer) === 'yes') return account;
  }
  const { role } = reading.policy;
  const own = role?.account ?? (role?.arn ? literalOf(parseArn(role.arn.text)?.account ?? []) : undefined);
  return own && /^\d{12}$/.test(own) ? own : undefined;
}

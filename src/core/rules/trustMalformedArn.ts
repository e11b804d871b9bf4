import type { Principal } from '../facts/model.js';
import { parseArn, partitionNamed } from '../iam/arn.js';
import { hasWildcard } from '../iam/globs.js';
import { parseProviderArn, partitionOfIssuer, providerArn } from '../iam/issuer.js';
import { POD_IDENTITY } from '../iam/principals.js';
import { type Edit, renameKey, replacePart, replaceString } from '../syntax/edits.js';
import { display, literalOf, type Text } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Report, type Reporter } from './rule.js';
import { providerArnFor } from './support/issuers.js';
import {
  isPodIdentityService,
  type PolicyReading,
  type ProviderReading,
  type StatementReading,
  trustReadings,
} from './support/reading.js';
import { irsa, LINKS, trust } from './support/trustExamples.js';
import { fix, quote } from './support/wording.js';

export const trustMalformedArn = defineRule({
  id: 'trust-malformed-arn',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary:
      "The federated principal of IRSA is the ARN of an OIDC provider: 'arn:aws:iam::ACCOUNT:oidc-provider/ISSUER'.",
    why: "IAM refuses the policy, or trusts something that vouches for no pod: the cluster's own ARN and a role's are no identity providers.",
    awsSays: 'MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs',
    bad: trust(irsa({ Principal: { Federated: 'arn:aws:eks:eu-west-1:111122223333:cluster/orders' } })),
    good: trust(irsa()),
    links: [LINKS.principal, LINKS.arns],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const reading of policy.statements) {
        if (reading.irsa) for (const provider of reading.providers) judge(policy, report, reading, provider, workspace);
        else for (const provider of reading.allProviders) underFederated(reading, report, provider);
        services(reading, report);
        if (reading.speaks === 'pod-identity') callers(reading, report);
      }
    }
  },
});

function judge(
  policy: PolicyReading,
  report: Reporter,
  reading: StatementReading,
  provider: ProviderReading,
  workspace: Workspace,
): void {
  const { node, verdict, wildcard, arn, issuer, misplaced } = provider;
  if (wildcard) return;
  if (misplaced) {
    report({
      at: node,
      message: `${quote(node.text)} is an OIDC provider and stands under 'Federated', not under '${provider.principal.type}'.`,
      fixes: () => fix("Put it under 'Federated'", 'suggested', underType(reading, provider.principal, 'Federated')),
    });
    return;
  }
  if (isPodIdentityService(literal(node) ?? '')) {
    underFederated(reading, report, provider);
    return;
  }
  const form = `arn:aws:iam::ACCOUNT:oidc-provider/${issuer?.meant ? display(issuer.meant) : 'ISSUER'}`;
  if (verdict.ok === 'no') {
    report({
      at: node,
      message: `${quote(node.text)} is no OIDC provider's ARN: ${verdict.reason}. It should be '${meantBy(policy, reading, provider, workspace)?.arn ?? form}'.`,
      fixes: () => {
        const meant =
          verdict.meant === undefined
            ? meantBy(policy, reading, provider, workspace)
            : { arn: verdict.meant, placeholder: false };
        return meant
          ? fix(
              `Write '${meant.arn}'`,
              'suggested',
              [replaceString(node, meant.arn)],
              meant.placeholder ? 'placeholder' : undefined,
            )
          : [];
      },
    });
    return;
  }
  if (!arn) return;
  if (hasWildcard(node.text)) {
    report({ at: node, message: `${quote(node.text)}: a principal takes no pattern. It should be '${form}'.` });
    return;
  }
  const disagreement = partitionProblem(provider);
  if (disagreement) {
    report({
      at: node,
      message: `${quote(node.text)}: ${disagreement.reason}${disagreement.partition ? `; it should begin with 'arn:${disagreement.partition}:'` : ''}.`,
      fixes: () =>
        disagreement.partition && node.raw.startsWith('arn:')
          ? fix(`Write 'arn:${disagreement.partition}:…'`, 'suggested', [
              replacePart(node, 4, node.raw.indexOf(':', 4), disagreement.partition),
            ])
          : [],
    });
  }
}

/** Partition, region and the host's domain belong together. */
function partitionProblem({ arn, issuer }: ProviderReading): { reason: string; partition?: string } | undefined {
  if (!arn || !issuer) return undefined;
  if (issuer.problems.some((problem) => problem !== 'region')) return undefined;
  const home = partitionOfIssuer(arn.issuer);
  const partition = literalOf(arn.partition);
  if (home && partition !== undefined && partitionNamed(partition) && home.name !== partition) {
    const consistent = !issuer.problems.includes('region');
    return {
      reason: `its host is of the partition '${home.name}', the ARN of '${partition}'`,
      ...(consistent ? { partition: home.name } : {}),
    };
  }
  if (issuer.problems.includes('region')) {
    return {
      reason: `the host's region belongs to the partition '${home?.name ?? '?'}', whose domain is '${home?.suffix ?? '?'}'`,
    };
  }
  return undefined;
}

/** What the other parts of the policy say of the provider that belongs there. */
function meantBy(
  policy: PolicyReading,
  reading: StatementReading,
  provider: ProviderReading,
  workspace: Workspace,
): { arn: string; placeholder: boolean } | undefined {
  const issuer: Text | undefined = provider.issuer?.meant ?? issuerInKeys(reading);
  if (!issuer || literalOf(issuer) === undefined) return undefined;
  const own = parseArn(provider.node.text);
  const account = own && literalOf(own.account);
  if (account && /^\d{12}$/.test(account)) {
    const known = own && literalOf(own.partition);
    const partition = partitionOfIssuer(issuer)?.name ?? (known && partitionNamed(known) ? known : 'aws');
    return { arn: providerArn(partition, account, literalOf(issuer)!), placeholder: false };
  }
  return providerArnFor(issuer, policy, workspace);
}

function issuerInKeys({ conditions }: StatementReading): Text | undefined {
  for (const { foreign, claim, issuerReading } of conditions) {
    const known = issuerReading?.meant && literalOf(issuerReading.meant);
    // A module makes its keys from what stands in the provider's place.
    if (!foreign && claim !== undefined && known && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:\/|$)/i.test(known)) return [known];
  }
  return undefined;
}

/** Pod Identity's service under `Federated` or `AWS`. */
function underFederated(reading: StatementReading, report: Reporter, { principal, node }: ProviderReading): void {
  if (!isPodIdentityService(literal(node) ?? '')) return;
  report(misfiled(reading, principal));
}

function services(reading: StatementReading, report: Reporter): void {
  for (const principal of reading.podIdentity) {
    if (principal.type === 'AWS') report(misfiled(reading, principal));
  }
}

function misfiled(reading: StatementReading, principal: Principal): Report {
  return {
    at: principal.value,
    message: `${quote(principal.value.text)} is a service and stands under 'Service', not under '${principal.type}'; it should be { "Service": "${POD_IDENTITY}" }.`,
    fixes: () => fix("Put it under 'Service'", 'suggested', underType(reading, principal, 'Service')),
  };
}

/** The type's key, where nothing else stands under it and the right one is not there. */
function underType({ statement }: StatementReading, { typeNode }: Principal, type: string): readonly Edit[] {
  if (!typeNode) return [];
  const siblings = statement.principals.filter((other) => other.typeNode === typeNode);
  if (siblings.length > 1) return [];
  if (statement.grammar === 'terraform-block') return [replaceString(typeNode, type)];
  const element = statement.principalElement;
  const object = element && 'key' in element ? element.value : undefined;
  if (object?.kind !== 'object' || object.properties.some(({ key }) => key.raw === type)) return [];
  const property = object.properties.find(({ key }) => key === typeNode);
  return property ? [renameKey(property, type)] : [];
}

/** The source role of a chain: another account's root, role or user. */
function callers({ statement }: StatementReading, report: Reporter): void {
  for (const { type, value } of statement.principals) {
    const known = literal(value);
    if (
      type !== 'AWS' ||
      known === undefined ||
      known === '*' ||
      /^\d{12}$/.test(known) ||
      /^A[A-Z0-9]{15,}$/.test(known)
    )
      continue;
    if (isPodIdentityService(known) || parseProviderArn(value.text)) continue;
    const arn = parseArn(value.text);
    const [partition, account] = [arn && literalOf(arn.partition), arn && literalOf(arn.account)];
    const reason = !arn
      ? 'it is neither an account nor an ARN'
      : partition !== undefined && !partitionNamed(partition)
        ? `'${partition}' is no AWS partition`
        : account !== undefined && !/^\d{12}$/.test(account)
          ? `the account '${account}' is not twelve digits`
          : undefined;
    if (reason)
      report({
        at: value,
        message: `${quote(value.text)} is no principal: ${reason}. It should be 'arn:aws:iam::ACCOUNT:role/NAME'.`,
      });
  }
}

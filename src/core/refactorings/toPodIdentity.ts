/**
 * IRSA → EKS Pod Identity. Only what lets the migrated service accounts in by their cluster's OIDC provider goes; what takes its
 * place is for the same service accounts alone, which `eksctl utils migrate-to-pod-identity` does not do.
 */
import type { Role, TrustPolicy } from '../facts/model.js';
import { removeMember } from '../rules/support/annotationEdits.js';
import { listed, quote } from '../rules/support/wording.js';
import { display, literalOf, type Text } from '../syntax/text.js';
import type { StringNode } from '../syntax/tree.js';
import type { Account, AccountVariant, Workspace } from '../workspace/workspace.js';
import { accountLabelOf, nameIn } from './accountNames.js';
import { type AssociationFormat, associationFormat, writeAssociation } from './associations.js';
import { eksctlToAssociations } from './eksctlAccounts.js';
import { accountOfRole, clusterArn, regionOfIssuer, roleLabel, soleCluster } from './facts.js';
import { CannotWrite, Draft, isRefusal, type Outcome, refactor } from './refactoring.js';
import { podIdentityStatement } from './statements.js';
import {
  byNamespace,
  type IrsaGrant,
  irsaGrants,
  isExactlyFor,
  isPatternFor,
  letsInByPodIdentity,
  otherConditions,
  policyNaming,
  sameIssuers,
  sidOf,
  type TrustChange,
  type TrustedAccount,
  writeTrust,
} from './trust.js';

const ROLE_ARN = 'eks.amazonaws.com/role-arn';

export interface PodIdentityOptions {
  /** The EKS cluster's name, where a person or the connection says it. */
  readonly cluster?: string;
  /** Where a role trusts several clusters: the issuer of the one that is migrated. */
  readonly issuer?: string;
  readonly format?: AssociationFormat;
}

/** Could it be migrated: annotated, or made by eksctl for IRSA, and without an association? */
export function isIrsaAccount(workspace: Workspace, account: Account): boolean {
  // A command of a script (`kubectl annotate`, `eksctl create`) is no description that could be rewritten.
  if (account.fact.node.document.language === 'shell') return false;
  const irsa = account.fact.managed === true || account.variants.some(({ roleArn }) => roleArn !== undefined);
  return irsa && !workspace.associationsFor(account).some(({ certain }) => certain);
}

export function irsaAccounts(workspace: Workspace): readonly Account[] {
  return workspace.accounts().filter((account) => isIrsaAccount(workspace, account));
}

/** The issuers of the clusters from which the account's role lets it in; more than one must be chosen from. */
export function issuersFor(workspace: Workspace, account: Account): readonly string[] {
  const found = new Set<string>();
  for (const variant of account.variants) {
    const policy = variant.roleArn && workspace.roleFor(variant.roleArn).found?.trustPolicy;
    if (!policy) continue;
    const names: TrustedAccount = {
      ...variant,
      typedNamespace: display(variant.namespace),
      typedName: display(variant.name),
    };
    for (const { issuer, subjects } of irsaGrants(policy))
      if (subjects.values.some((value) => isExactlyFor(value, names))) found.add(display(issuer));
  }
  return [...found];
}

/**
 * Those that can be migrated, all at once; what cannot be is said in the warnings.
 * @returns a refusal where none can
 */
export function toPodIdentity(
  workspace: Workspace,
  accounts: readonly Account[],
  options: PodIdentityOptions = {},
): Outcome {
  const single = accounts.map((account) => ({ account, outcome: migrate(workspace, [account], options) }));
  const possible = single.filter(({ outcome }) => !isRefusal(outcome)).map(({ account }) => account);
  const refused = single.flatMap(({ account, outcome }) =>
    isRefusal(outcome) ? [`${accountLabelOf(account)} stays as it is: ${outcome.refused}.`] : [],
  );
  if (possible.length === 0)
    return {
      refused: accounts.length === 1 ? refusalOf(single[0]!.outcome) : (refused[0] ?? 'No service account uses IRSA'),
    };
  const whole = migrate(workspace, possible, options);
  return isRefusal(whole) ? whole : { ...whole, warnings: [...whole.warnings, ...refused] };
}

function refusalOf(outcome: Outcome): string {
  return isRefusal(outcome) ? outcome.refused : '';
}

interface Unit extends TrustedAccount {
  readonly account: Account;
  readonly variant: AccountVariant;
  readonly roleArn: StringNode;
  readonly role: Role | undefined;
  readonly policy: TrustPolicy;
}

function migrate(workspace: Workspace, accounts: readonly Account[], options: PodIdentityOptions): Outcome {
  return refactor(() => {
    const draft = new Draft();
    const managed = accounts.filter(({ fact }) => fact.source === 'eksctl');
    const annotated = accounts.filter(({ fact }) => fact.source !== 'eksctl');
    const units = accounts.flatMap((account) => (account.fact.managed ? [] : unitsOf(account, workspace, draft)));
    const scopes = new Map<TrustPolicy, Scope>();
    for (const [policy, own] of grouped(units)) scopes.set(policy, changeTrust(draft, policy, own, workspace, options));
    for (const unit of units) {
      if (unit.account.fact.source !== 'eksctl') associate(draft, unit, scopes.get(unit.policy)!, workspace, options);
    }
    for (const account of annotated) removeAnnotation(draft, account);
    if (managed.length > 0) eksctlToAssociations(draft, managed, workspace);
    return draft.done(titleOf(accounts));
  });
}

function titleOf(accounts: readonly Account[]): string {
  const labels = accounts.map(accountLabelOf);
  return labels.length <= 3
    ? `Move ${listed(labels)} to EKS Pod Identity`
    : `Move ${labels.length} service accounts to EKS Pod Identity`;
}

function grouped(units: readonly Unit[]): Map<TrustPolicy, Unit[]> {
  const groups = new Map<TrustPolicy, Unit[]>();
  for (const unit of units) groups.set(unit.policy, [...(groups.get(unit.policy) ?? []), unit]);
  return groups;
}

// ── who ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

function unitsOf(account: Account, workspace: Workspace, draft: Draft): Unit[] {
  const label = accountLabelOf(account);
  if (workspace.associationsFor(account).some(({ certain }) => certain))
    throw new CannotWrite(`${label} has an association already`);
  const units = account.variants.flatMap((variant) => {
    if (!variant.roleArn) return [];
    const role = workspace.roleFor(variant.roleArn).found;
    const names = nameIn(account, variant, role?.trustPolicy);
    const policy = role?.trustPolicy ?? (names && !role ? policyNaming(names, workspace.trustPolicies()) : undefined);
    if (!policy)
      throw new CannotWrite(
        role
          ? `the trust policy of ${quote(roleLabel(role))} is not in the workspace`
          : `the role ${quote(variant.roleArn.text)} is not in the workspace, so its trust policy cannot be changed`,
      );
    if (!names) throw new CannotWrite('its namespace or its name is not known');
    if (!role)
      draft.warn(
        `No file says whose trust policy it is that names ${label}; it is taken for that of ${display(variant.roleArn.text)}.`,
      );
    return [{ ...names, account, variant, roleArn: variant.roleArn, role, policy }];
  });
  if (units.length === 0) throw new CannotWrite(`${label} has no role annotation`);
  return units;
}

// ── trust ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Scope {
  readonly issuer: Text | undefined;
  readonly clusterExpression: string | undefined;
}

function changeTrust(
  draft: Draft,
  policy: TrustPolicy,
  units: readonly Unit[],
  workspace: Workspace,
  options: PodIdentityOptions,
): Scope {
  const { role } = units[0]!;
  const all = irsaGrants(policy);
  const naming = (grant: IrsaGrant) =>
    units.some((unit) => grant.subjects.values.some((value) => isExactlyFor(value, unit)));
  const issuers = new Map(all.filter(naming).map((grant) => [display(grant.issuer), grant.issuer]));
  if (issuers.size > 1 && options.issuer === undefined)
    throw new CannotWrite(
      `the role ${quote(roleLabel(role))} trusts ${issuers.size} clusters; say which one is migrated`,
    );
  const chosen = all.filter(({ issuer }) => options.issuer === undefined || sameIssuers(issuer, options.issuer));
  const gone: TrustChange['gone'][number][] = [];
  const let_in = new Set<Unit>();
  let more = {};
  let sid: string | undefined;
  for (const { reading, subjects } of chosen) {
    const own = subjects.values.filter((value) => units.some((unit) => isExactlyFor(value, unit)));
    for (const unit of units) {
      if (own.some((value) => isExactlyFor(value, unit))) let_in.add(unit);
      else if (subjects.values.some((value) => isPatternFor(value, unit))) {
        let_in.add(unit);
        draft.warn(
          `Statement ${reading.statement.index + 1} of the trust policy of ${quote(roleLabel(role))} lets ${unit.typedNamespace}/${unit.typedName} in by a pattern and stays.`,
        );
      }
    }
    if (own.length === 0) continue;
    more = {
      ...more,
      ...otherConditions(reading, ({ foreign, claim, meant }) => !foreign && (claim ?? meant) !== undefined),
    };
    if (own.length < subjects.values.length) gone.push({ reading, values: own, condition: subjects });
    else {
      sid ??= sidOf(reading);
      gone.push({ reading });
    }
  }
  const outside = units.find((unit) => !let_in.has(unit));
  if (outside)
    throw new CannotWrite(
      `the trust policy of ${quote(roleLabel(role))} does not let ${outside.typedNamespace}/${outside.typedName} in as it is`,
    );
  if (issuers.size > 1)
    draft.warn(
      `${quote(roleLabel(role))} goes on trusting the OIDC provider of another cluster; there the annotation is needed as long as it has no association.`,
    );
  const issuer = chosen.find(naming)?.issuer ?? chosen[0]?.issuer;
  const known = issuer && literalOf(issuer);
  const owner = accountOfRole(role, policy);
  const cluster = options.cluster ?? soleCluster(workspace);
  const scope = {
    account: owner,
    clusterArn: cluster === undefined ? undefined : clusterArn(cluster, known, owner),
  };
  const needed = byNamespace(units.filter((unit) => !letsInByPodIdentity(policy, unit, owner)));
  const added = needed.map((each, i) => podIdentityStatement(each, scope, i === 0 ? sid : undefined, more));
  if (gone.length > 0 || added.length > 0) {
    const names = listed(units.map(({ typedNamespace, typedName }) => `${typedNamespace}/${typedName}`));
    writeTrust(
      draft,
      `Trust policy of ${quote(roleLabel(role))}: let ${names} in by Pod Identity instead of the OIDC provider`,
      {
        policy,
        gone,
        added,
      },
    );
  }
  if (role?.source === 'iam')
    draft.warn(
      `Apply the new trust policy of ${quote(roleLabel(role))} with 'aws iam update-assume-role-policy': the file alone changes nothing in AWS.`,
    );
  return { issuer, clusterExpression: issuer && clusterExpressionOf(issuer) };
}

/** Terraform's cluster behind an expression of its provider or issuer. */
function clusterExpressionOf(issuer: Text): string | undefined {
  for (const part of issuer) {
    if (typeof part === 'string') continue;
    const module = /^(?:replace\()?(module\.[\w-]+(?:\[[^\]]*\])?)\.(?:oidc_provider|cluster_oidc_issuer)/.exec(
      part.expression,
    )?.[1];
    if (module) return `\${${module}.cluster_name}`;
    const resource = /\b((?:data\.)?aws_eks_cluster\.[\w-]+(?:\[[^\]]*\])?)\./.exec(part.expression)?.[1];
    if (resource) return `\${${resource}.name}`;
  }
  return undefined;
}

// ── association and annotation ─────────────────────────────────────────────────────────────────────────────────────────

function associate(draft: Draft, unit: Unit, scope: Scope, workspace: Workspace, options: PodIdentityOptions): void {
  const { role, typedNamespace, typedName } = unit;
  const format = options.format ?? associationFormat(role, workspace);
  const written = writeAssociation(
    {
      namespace: typedNamespace,
      serviceAccount: typedName,
      role,
      roleArn: literalOf(unit.roleArn.text),
      cluster: options.cluster,
      region: regionOfIssuer(scope.issuer && display(scope.issuer)),
      clusterExpression: scope.clusterExpression,
    },
    format,
    workspace,
  );
  const description = `Pod Identity association of ${typedNamespace}/${typedName} with ${quote(roleLabel(role))}`;
  if (written.edits.length > 0) draft.edit(description, written.edits);
  for (const file of written.newFiles) draft.file(description, file);
}

function removeAnnotation(draft: Draft, account: Account): void {
  const keys = new Set(
    account.variants.flatMap(({ annotations }) =>
      annotations.flatMap(({ key }) => (key.raw === ROLE_ARN ? [key] : [])),
    ),
  );
  for (const key of keys) {
    const edits = removeMember(key);
    if (edits.length === 0)
      throw new CannotWrite(`the annotation of ${accountLabelOf(account)} is set in a way that cannot be edited`);
    draft.edit(`Service account ${accountLabelOf(account)}: the annotation ${quote(ROLE_ARN)} goes`, edits);
  }
}

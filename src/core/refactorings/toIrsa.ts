/** EKS Pod Identity → IRSA, for clusters and computes that have no agent: the way back from `toPodIdentity`. */
import type { Association, Role, TrustPolicy } from '../facts/model.js';
import { partitionOfRegion } from '../iam/arn.js';
import { providerArn } from '../iam/issuer.js';
import { setAnnotation } from '../rules/support/annotationEdits.js';
import { typedIssuer } from '../rules/support/issuers.js';
import {
  type ConditionReading,
  readPolicy,
  type StatementReading,
  type ValueReading,
} from '../rules/support/reading.js';
import { typed } from '../rules/support/typed.js';
import { listed, quote } from '../rules/support/wording.js';
import {
  addProperty,
  appendItem,
  type Edit,
  type Json,
  removeItem,
  removeProperty,
  renameKey,
  replaceValue,
  setAt,
} from '../syntax/edits.js';
import { literalOf } from '../syntax/text.js';
import { booleanOf, get, literal, outermost } from '../syntax/tree.js';
import type { Account, Workspace } from '../workspace/workspace.js';
import { accountLabelOf } from './accountNames.js';
import { terraformReference } from './associations.js';
import { asServiceAccount } from './eksctlAccounts.js';
import {
  accountOfRole,
  arnOfRole,
  associationsOf,
  inSameFolder,
  type KnownProvider,
  knownProviders,
  regionOfIssuer,
  roleLabel,
  roleOfAssociation,
} from './facts.js';
import { CannotWrite, Draft, isRefusal, type Outcome, refactor } from './refactoring.js';
import { isAssociationBlock, isRepeated, itemOf, removal } from './sourceItem.js';
import { type IrsaTrust, irsaStatement } from './statements.js';
import { byNamespace, otherConditions, sidOf, type TrustChange, type TrustedAccount, writeTrust } from './trust.js';

const ROLE_ARN = 'eks.amazonaws.com/role-arn';

export interface IrsaOptions {
  /** The issuer of the cluster, `HOST/id/ID`, where a person or the connection says it. */
  readonly issuer?: string;
}

/** Does an association give it a role, and no annotation? */
export function isPodIdentityAccount(workspace: Workspace, account: Account): boolean {
  return (
    account.variants.every(({ roleArn }) => roleArn === undefined) &&
    workspace.associationsFor(account).some(({ certain }) => certain)
  );
}

export function podIdentityAccounts(workspace: Workspace): readonly Account[] {
  return workspace.accounts().filter((account) => isPodIdentityAccount(workspace, account));
}

/** The clusters whose providers the account's role could trust; more than one must be chosen from. */
export function providersFor(workspace: Workspace, account: Account): readonly KnownProvider[] {
  const [linked] = workspace.associationsFor(account).filter(({ certain }) => certain);
  const role = linked && roleOfAssociation(linked.association, workspace);
  return knownProviders(workspace, accountOfRole(role, role?.trustPolicy));
}

/** @returns a refusal where none of them can be moved; those that cannot be are named in the warnings */
export function toIrsa(workspace: Workspace, accounts: readonly Account[], options: IrsaOptions = {}): Outcome {
  const single = accounts.map((account) => ({ account, outcome: migrate(workspace, [account], options) }));
  const possible = single.filter(({ outcome }) => !isRefusal(outcome)).map(({ account }) => account);
  const refused = single.flatMap(({ account, outcome }) =>
    isRefusal(outcome) ? [`${accountLabelOf(account)} stays as it is: ${outcome.refused}.`] : [],
  );
  const [only] = single;
  if (only && single.length === 1) return only.outcome;
  if (possible.length === 0) return { refused: refused[0] ?? 'No service account uses Pod Identity' };
  const whole = migrate(workspace, possible, options);
  return isRefusal(whole) ? whole : { ...whole, warnings: [...whole.warnings, ...refused] };
}

interface Unit extends TrustedAccount {
  readonly account: Account;
  readonly association: Association;
  readonly role: Role;
}

function migrate(workspace: Workspace, accounts: readonly Account[], options: IrsaOptions): Outcome {
  return refactor(() => {
    const draft = new Draft();
    const units = accounts.map((account) => unitOf(account, workspace));
    const policies = new Map<TrustPolicy, Unit[]>();
    for (const unit of units) {
      const policy = unit.role.trustPolicy;
      if (unit.role.managedTrust) continue;
      if (!policy) throw new CannotWrite(`the trust policy of ${quote(roleLabel(unit.role))} is not in the workspace`);
      policies.set(policy, [...(policies.get(policy) ?? []), unit]);
    }
    for (const [policy, own] of policies) changeTrust(draft, policy, own, workspace, options);
    for (const unit of units) {
      const label = accountLabelOf(unit.account);
      if (unit.association.source === 'eksctl') eksctlAccount(draft, unit, workspace);
      else removeAssociation(draft, unit.association, label);
      if (unit.account.fact.source !== 'eksctl') annotate(draft, unit, workspace);
    }
    const labels = accounts.map(accountLabelOf);
    return draft.done(
      labels.length <= 3 ? `Move ${listed(labels)} to IRSA` : `Move ${labels.length} service accounts to IRSA`,
    );
  });
}

function unitOf(account: Account, workspace: Workspace): Unit {
  const label = accountLabelOf(account);
  const linked = workspace.associationsFor(account).filter(({ certain }) => certain);
  const [first, ...others] = linked;
  if (!first) throw new CannotWrite(`${label} has no association`);
  if (others.length > 0) throw new CannotWrite(`${label} has ${linked.length} associations, one for each cluster`);
  if (account.variants.some(({ roleArn }) => roleArn)) throw new CannotWrite(`${label} has a role annotation already`);
  const { association } = first;
  if (association.addon !== undefined)
    throw new CannotWrite(`the association belongs to the add-on ${quote(association.addon)}`);
  if (association.targetRoleArn)
    throw new CannotWrite('its association has a target role, which IRSA has no counterpart for');
  if (association.policy)
    throw new CannotWrite('its association has a session policy, which IRSA has no counterpart for');
  const role = roleOfAssociation(association, workspace);
  if (!role)
    throw new CannotWrite('the role of its association is not in the workspace, so its trust policy cannot be changed');
  const [variant] = account.variants;
  const { namespace, serviceAccount } = association;
  if (!variant || !namespace || !serviceAccount) throw new CannotWrite('its namespace or its name is not known');
  return {
    account,
    association,
    role,
    namespace: variant.namespace,
    name: variant.name,
    typedNamespace: literalOf(variant.namespace) ?? typed(namespace),
    typedName: literalOf(variant.name) ?? typed(serviceAccount),
  };
}

// ── trust ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

function changeTrust(
  draft: Draft,
  policy: TrustPolicy,
  units: readonly Unit[],
  workspace: Workspace,
  options: IrsaOptions,
): void {
  const { role } = units[0]!;
  const trust = trustFor(policy, role, units[0]!, workspace, options);
  const others = associationsOf(role, workspace).filter((association) =>
    units.every((unit) => unit.association !== association),
  );
  const gone: TrustChange['gone'][number][] = [];
  let more = {};
  let sid: string | undefined;
  for (const reading of readPolicy(policy).statements) {
    if (!reading.allows || reading.podIdentity.length === 0) continue;
    const part = partFor(reading, units, others.length > 0);
    if (part === 'stays') {
      draft.warn(
        `Statement ${reading.statement.index + 1} of the trust policy of ${quote(roleLabel(role))} lets others in by Pod Identity too and stays.`,
      );
      continue;
    }
    if (part === 'not-for-it') continue;
    more = { ...more, ...otherConditions(reading, ({ key }) => key.kind === 'service' && key.prefix === 'aws') };
    if (part === 'whole') sid ??= sidOf(reading);
    gone.push(part === 'whole' ? { reading } : { reading, ...part });
  }
  const accounts = byNamespace(units);
  const names = listed(units.map(({ typedNamespace, typedName }) => `${typedNamespace}/${typedName}`));
  writeTrust(
    draft,
    `Trust policy of ${quote(roleLabel(role))}: let ${names} in by the OIDC provider instead of Pod Identity`,
    {
      policy,
      gone,
      added: [irsaStatement(accounts, trust, sid, more)],
    },
  );
  if (role.source === 'iam')
    draft.warn(
      `Apply the new trust policy of ${quote(roleLabel(role))} with 'aws iam update-assume-role-policy': the file alone changes nothing in AWS.`,
    );
}

/** What of a Pod Identity statement is for the accounts alone. */
function partFor(
  reading: StatementReading,
  units: readonly Unit[],
  shared: boolean,
):
  | 'whole'
  | 'stays'
  | 'not-for-it'
  | { readonly values: readonly ValueReading[]; readonly condition: ConditionReading } {
  const namespaces = tag(reading, 'kubernetes-namespace');
  const names = tag(reading, 'kubernetes-service-account');
  if (!namespaces && !names) return shared ? 'stays' : 'whole';
  if (!namespaces || !names) return shared ? 'stays' : 'whole';
  const own = units.filter((unit) =>
    namespaces.values.some((value) => literalOf(value.text) === literalOf(unit.namespace)),
  );
  const mine = names.values.filter((value) => own.some((unit) => literalOf(value.text) === literalOf(unit.name)));
  if (mine.length === 0) return 'not-for-it';
  if (namespaces.values.length > 1) return shared ? 'stays' : 'whole';
  return mine.length === names.values.length ? 'whole' : { values: mine, condition: names };
}

function tag({ conditions }: StatementReading, name: string): ConditionReading | undefined {
  return conditions.find(({ condition }) => condition.key.raw.toLowerCase() === `aws:requesttag/${name}`);
}

/** The provider: the one that was chosen, the only one that the files know, the module's own; else one to be filled in. */
function trustFor(
  policy: TrustPolicy,
  role: Role,
  unit: Unit,
  workspace: Workspace,
  { issuer }: IrsaOptions,
): IrsaTrust {
  const owner = accountOfRole(role, policy);
  const known = knownProviders(workspace, owner);
  if (issuer !== undefined) {
    const found = known.find((each) => each.issuer === issuer);
    const partition = partitionOfRegion(regionOfIssuer(issuer) ?? '')?.name ?? 'aws';
    return { providerArn: found?.arn ?? providerArn(partition, owner ?? 'ACCOUNT_ID', issuer), issuer };
  }
  const expression = moduleProvider(policy, workspace);
  if (expression) return expression;
  if (known.length > 1)
    throw new CannotWrite(
      `the files know the OIDC providers of ${known.length} clusters; say which one ${unit.typedNamespace}/${unit.typedName} runs in`,
    );
  const [only] = known;
  if (only) return { providerArn: only.arn, issuer: only.issuer };
  const unknown = 'oidc.eks.AWS_REGION.amazonaws.com/id/OIDC_ID';
  return { providerArn: providerArn('aws', owner ?? 'ACCOUNT_ID', unknown), issuer: unknown };
}

/** In Terraform's module the expressions with which its other trust policies name the provider. */
function moduleProvider(policy: TrustPolicy, workspace: Workspace): IrsaTrust | undefined {
  if (policy.node.document.language !== 'hcl') return undefined;
  const found = new Map<string, IrsaTrust>();
  for (const other of workspace.trustPolicies()) {
    if (other.node.document.language !== 'hcl' || !inSameFolder(other.node, policy.node)) continue;
    for (const reading of readPolicy(other).statements) {
      const [provider] = reading.providers;
      const key = provider && typedIssuer(reading);
      if (provider?.eks === 'yes' && key !== undefined)
        found.set(key, { providerArn: typed(provider.node), issuer: key });
    }
  }
  return found.size === 1 ? [...found.values()][0] : undefined;
}

// ── association ────────────────────────────────────────────────────────────────────────────────────────────────────────

function removeAssociation(draft: Draft, association: Association, label: string): void {
  if (association.source === 'terraform-module')
    throw new CannotWrite(`the association of ${label} is made by a module`);
  const item = itemOf(association.node);
  if (isRepeated(item) || !isAssociationBlock(item))
    throw new CannotWrite(`the association of ${label} is made together with others`);
  const { edits, removedFiles } = removal(item);
  const description = `The Pod Identity association of ${label} goes`;
  if (edits.length > 0) draft.edit(description, edits);
  for (const file of removedFiles) draft.removeFile(description, file);
  if (association.source === 'cli')
    draft.warn(
      "Delete the association itself with 'aws eks delete-pod-identity-association': as long as it is there, it wins over the annotation.",
    );
}

function eksctlAccount(draft: Draft, { association, account, role }: Unit, workspace: Workspace): void {
  const { node } = association;
  const cluster = workspace
    .eksctlClusters()
    .find(({ podIdentityAssociationsProperty }) => listItems(podIdentityAssociationsProperty?.value).includes(node));
  const from = cluster?.podIdentityAssociationsProperty;
  const list = from?.value;
  if (!cluster?.iamNode || !from || list?.kind !== 'array') throw new CannotWrite("eksctl's associations are no list");
  const { iamNode: iam, serviceAccountsProperty: to } = cluster;
  const label = accountLabelOf(account);
  const moves = role.managedTrust === true || booleanOf(get(node, 'createServiceAccount')) === true;
  if (moves && role.managedTrust && account.fact.source !== 'eksctl')
    throw new CannotWrite(
      `eksctl makes the role of ${label}, and would make a service account with it that the files define too`,
    );
  const only = list.items.length === 1;
  const edits: Edit[] = [];
  if (!moves) edits.push(only ? removeProperty(iam, from) : removeItem(list, node));
  else {
    const item: Json = asServiceAccount(node);
    if (to?.value?.kind === 'array' && to.value.items.length > 0)
      edits.push(appendItem(to.value, item), only ? removeProperty(iam, from) : removeItem(list, node));
    else if (only && !to) edits.push(renameKey(from, 'serviceAccounts'), replaceValue(list, [item]));
    else {
      const before = iam.properties[iam.properties.indexOf(from) - 1];
      const last = list.items.at(-1) === node;
      if (to || (last && !before)) throw new CannotWrite("eksctl's 'iam' has no place for 'serviceAccounts'");
      edits.push(addProperty(iam, 'serviceAccounts', [item], last ? before! : from), removeItem(list, node));
    }
    if (booleanOf(cluster.withOidc?.value) !== true) {
      const oidc = setAt(iam, ['withOIDC'], true);
      if (oidc) edits.push(oidc);
    }
  }
  draft.edit(`eksctl: the association of ${label} goes${moves ? "; it stands under 'serviceAccounts'" : ''}`, edits);
}

function listItems(node: ReturnType<typeof get>): readonly unknown[] {
  return node?.kind === 'array' ? node.items : [];
}

// ── annotation ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function annotate(draft: Draft, { account, association, role }: Unit, workspace: Workspace): void {
  const { fact } = account;
  const together =
    fact.source === 'terraform' &&
    role.source === 'terraform' &&
    outermost(fact.node.document).language === 'hcl' &&
    inSameFolder(fact.node, role.node);
  const arn = together
    ? `\${${terraformReference(role)}.arn}`
    : (literal(association.roleArn) ??
      arnOfRole(role, workspace) ??
      `arn:aws:iam::ACCOUNT_ID:role/${literal(role.name) ?? 'ROLE_NAME'}`);
  const edits = setAnnotation(fact.metadata, fact.node, ROLE_ARN, arn).map((edit) =>
    together ? { ...edit, newText: edit.newText.replace(/"\$\{([^{}"]+)\}"/g, '$1') } : edit,
  );
  const label = accountLabelOf(account);
  if (edits.length === 0) throw new CannotWrite(`the service account ${label} has no place for an annotation`);
  draft.edit(`Service account ${label}: the annotation ${quote(ROLE_ARN)} names ${quote(arn)}`, edits);
}

/** One role for many → a role each: the role and what is attached to it are copied, and each trust policy names one account. */
import type { Association, Role, TrustPolicy } from '../facts/model.js';
import { typedIssuer } from '../rules/support/issuers.js';
import { readPolicy } from '../rules/support/reading.js';
import { typed } from '../rules/support/typed.js';
import { listed, quote } from '../rules/support/wording.js';
import { replaceString } from '../syntax/edits.js';
import { literalOf } from '../syntax/text.js';
import { get, outermost, outerSpan, placeOf, type StringNode, stringAt } from '../syntax/tree.js';
import type { Account, Workspace } from '../workspace/workspace.js';
import { accountLabelOf, nameIn } from './accountNames.js';
import { associationsOf, roleLabel } from './facts.js';
import { CannotWrite, Draft, type Outcome, refactor } from './refactoring.js';
import { copyRole, type Sources } from './roleCopies.js';
import { irsaStatement, podIdentityStatement, type StatementJson, setStatements } from './statements.js';
import {
  irsaGrants,
  isExactlyFor,
  otherConditions,
  type TrustChange,
  type TrustedAccount,
  writeTrust,
} from './trust.js';

/** Who gets the role now, and how. */
interface Member extends TrustedAccount {
  readonly label: string;
  readonly annotations: readonly StringNode[];
  readonly associations: readonly Association[];
}

/** Do several service accounts of the workspace use it? */
export function isShared(role: Role, workspace: Workspace): boolean {
  return !role.managedTrust && membersOf(role, workspace).length > 1;
}

export function sharedRoles(workspace: Workspace): readonly Role[] {
  return workspace.roles().filter((role) => isShared(role, workspace));
}

/** @param sources the texts of all files, for what is attached to the role elsewhere */
export function splitRole(workspace: Workspace, role: Role, sources: Sources): Outcome {
  return refactor(() => {
    const policy = role.trustPolicy;
    const label = roleLabel(role);
    if (!policy) throw new CannotWrite(`the trust policy of ${quote(label)} is not in the workspace`);
    if (workspace.roles().some((other) => other !== role && other.trustPolicy === policy))
      throw new CannotWrite(`${quote(label)} shares its trust policy with another role`);
    const members = membersOf(role, workspace);
    const [first, ...others] = members;
    if (!first || others.length === 0) throw new CannotWrite(`${quote(label)} is used by one service account alone`);
    const draft = new Draft();
    narrow(draft, policy, first, others, label);
    for (const member of others) {
      const copy = copyRole(
        role,
        suffixOf(member, members),
        setStatements(policy, statementsFor(policy, member)),
        sources,
      );
      const description = `New role ${quote(copy.name)} for ${member.label}, a copy of ${quote(label)}`;
      if (copy.edits.length > 0) draft.edit(description, copy.edits);
      for (const file of copy.newFiles) draft.file(description, file);
      for (const warning of copy.warnings) draft.warn(warning);
      const uses = [...member.annotations, ...member.associations.flatMap(referenceIn)];
      if (uses.length === 0) throw new CannotWrite(`what gives ${member.label} the role cannot be edited`);
      draft.edit(
        `${member.label} gets ${quote(copy.name)}`,
        uses.map((node) => renamed(node, copy.renames)),
      );
    }
    return draft.done(`Give each of ${listed(members.map((member) => member.label))} a role of its own`);
  });
}

function membersOf(role: Role, workspace: Workspace): Member[] {
  const members = new Map<string, Member>();
  const add = (member: Member) => {
    const known = members.get(member.label);
    members.set(
      member.label,
      known
        ? {
            ...known,
            annotations: [...new Set([...known.annotations, ...member.annotations])],
            associations: [...new Set([...known.associations, ...member.associations])],
          }
        : member,
    );
  };
  for (const account of workspace.accounts()) {
    for (const variant of account.variants) {
      if (!variant.roleArn || workspace.roleFor(variant.roleArn).found !== role) continue;
      const names = nameIn(account, variant, role.trustPolicy);
      if (names) add({ ...names, label: labelOf(names, account), annotations: [variant.roleArn], associations: [] });
    }
  }
  for (const association of associationsOf(role, workspace)) {
    const { namespace, serviceAccount } = association;
    if (!namespace || !serviceAccount) continue;
    const names = {
      namespace: namespace.text,
      name: serviceAccount.text,
      typedNamespace: typed(namespace),
      typedName: typed(serviceAccount),
    };
    add({
      ...names,
      label: `${names.typedNamespace}/${names.typedName}`,
      annotations: [],
      associations: [association],
    });
  }
  return [...members.values()].sort((a, b) => (a.label < b.label ? -1 : 1));
}

function labelOf({ typedNamespace, typedName }: TrustedAccount, account: Account): string {
  return typedName === '' ? accountLabelOf(account) : `${typedNamespace}/${typedName}`;
}

/** The account's name, with its namespace where another one has the same. */
function suffixOf(member: Member, members: readonly Member[]): string {
  const alone = members.filter(({ typedName }) => typedName === member.typedName).length === 1;
  const suffix = alone ? member.typedName : `${member.typedNamespace}-${member.typedName}`;
  if (/[^a-z0-9.-]/.test(suffix)) throw new CannotWrite(`the name of ${member.label} is not known`);
  return suffix.replaceAll('.', '-');
}

// ── trust ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What lets one account in, made from the statements that let it in now; statements about others are not taken along. */
function statementsFor(policy: TrustPolicy, member: Member): StatementJson[] {
  const accounts = [{ namespace: member.typedNamespace, names: [member.typedName] }];
  const statements: StatementJson[] = [];
  for (const reading of readPolicy(policy).statements) {
    if (!reading.allows) continue;
    const [provider] = reading.providers;
    if (reading.irsa && provider && member.annotations.length > 0) {
      const grant = irsaGrants(policy).find((each) => each.reading.statement === reading.statement);
      if (
        grant &&
        !grant.subjects.values.some((value) => isExactlyFor(value, member) || value.subject.accounts === 'many')
      )
        continue;
      const issuer = typedIssuer(reading);
      if (issuer === undefined) throw new CannotWrite('a provider of the trust policy is not known');
      const audience = reading.conditions.find(({ meant }) => meant === 'aud')?.values[0]?.node;
      const more = otherConditions(reading, ({ foreign, claim, meant }) => !foreign && (claim ?? meant) !== undefined);
      statements.push(
        irsaStatement(
          accounts,
          {
            providerArn: typed(provider.node),
            issuer,
            audience: audience?.kind === 'string' ? typed(audience) : undefined,
          },
          undefined,
          more,
        ),
      );
    } else if (reading.podIdentity.length > 0 && reading.assumes && member.associations.length > 0) {
      const names = tagValues(reading, 'kubernetes-service-account');
      if (names && !names.includes(member.typedName)) continue;
      const more = otherConditions(reading, ({ condition }) =>
        /^aws:RequestTag\/kubernetes-(?:namespace|service-account)$/i.test(condition.key.raw),
      );
      statements.push(podIdentityStatement(accounts[0]!, {}, undefined, more));
    }
  }
  if (statements.length === 0) throw new CannotWrite(`the trust policy does not let ${member.label} in as it is`);
  return statements;
}

function tagValues(reading: ReturnType<typeof readPolicy>['statements'][number], tag: string): string[] | undefined {
  const condition = reading.conditions.find(
    ({ condition: { key } }) => key.raw.toLowerCase() === `aws:requesttag/${tag}`,
  );
  return condition?.values.map(({ text, node }) => literalOf(text) ?? (node.kind === 'string' ? typed(node) : ''));
}

/** In the original what is for the others goes; statements about nobody of them stay byte for byte. */
function narrow(draft: Draft, policy: TrustPolicy, first: Member, others: readonly Member[], label: string): void {
  const gone: TrustChange['gone'][number][] = [];
  let missing = false;
  for (const { reading, subjects } of irsaGrants(policy)) {
    const foreign = subjects.values.filter((value) => others.some((other) => isExactlyFor(value, other)));
    const pattern = subjects.values.some(({ subject }) => subject.accounts === 'many');
    if (pattern) missing = true;
    if (pattern) gone.push({ reading });
    else if (foreign.length > 0)
      gone.push(
        foreign.length === subjects.values.length ? { reading } : { reading, values: foreign, condition: subjects },
      );
  }
  for (const reading of readPolicy(policy).statements) {
    if (!reading.allows || reading.podIdentity.length === 0 || !reading.assumes) continue;
    const condition = reading.conditions.find(({ condition: { key } }) =>
      /^aws:RequestTag\/kubernetes-service-account$/i.test(key.raw),
    );
    if (!condition) {
      missing = true;
      gone.push({ reading });
      continue;
    }
    const foreign = condition.values.filter(({ text }) =>
      others.some((other) => literalOf(text) === literalOf(other.name)),
    );
    const kept = condition.values.filter((value) => !foreign.includes(value));
    if (foreign.length === 0) continue;
    if (kept.length === 0 && foreign.some(({ text }) => literalOf(text) === literalOf(first.name))) continue;
    gone.push(kept.length === 0 ? { reading } : { reading, values: foreign, condition });
  }
  if (gone.length === 0) return;
  writeTrust(draft, `Trust policy of ${quote(label)}: ${first.label} alone`, {
    policy,
    gone,
    added: missing ? statementsFor(policy, first) : [],
  });
}

// ── references ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function referenceIn(association: Association): StringNode[] {
  if (association.source === 'terraform-module' || association.addon !== undefined)
    throw new CannotWrite('an association of the role belongs to a module or an add-on');
  if (association.roleArn) return [association.roleArn];
  const { node } = association;
  const reference = stringAt(get(node, 'roleRef'), 'from', 'name') ?? stringAt(get(node, 'roleArnRef'), 'name');
  return reference ? [reference] : [];
}

/** The same reference to the copy: by the first of the new names that its source text holds. */
function renamed(
  node: StringNode,
  renames: readonly { readonly from: RegExp; readonly to: string; readonly plain: string }[],
) {
  const known = literalOf(node.text);
  if (known !== undefined && !node.tag) {
    const arn = /^(arn:[^:]*:iam::[^:]*:role\/(?:.*\/)?)([^/]+)$/.exec(known);
    const plain = renames.find(({ plain: old }) => old === (arn?.[2] ?? known));
    if (plain) return replaceString(node, (arn?.[1] ?? '') + plain.to);
  }
  const document = outermost(node.document);
  const place = placeOf({ document: node.document, ...outerSpan(node) });
  const source = document.text.slice(place.start, place.end);
  const reference = renames.find(({ from }) => from.test(source));
  if (!reference) throw new CannotWrite(`the reference ${quote(source)} to the role cannot be edited`);
  return { ...place, newText: source.replace(reference.from, reference.to) };
}

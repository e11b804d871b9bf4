import type { Statement, TrustPolicy } from '../facts/model.js';
import { evaluate } from '../iam/evaluate.js';
import { hasWildcard, matchGlob } from '../iam/globs.js';
import { subjectOf } from '../iam/names.js';
import { podIdentityRequest } from '../iam/request.js';
import {
  type ConditionReading,
  conditionsMeantFor,
  isGuard,
  readPolicy,
  type StatementReading,
  sameIssuer,
  type ValueReading,
} from '../rules/support/reading.js';
import { removeValue, setValues } from '../rules/support/statementEdits.js';
import { typed } from '../rules/support/typed.js';
import type { Json } from '../syntax/edits.js';
import { sameText, type Text } from '../syntax/text.js';
import { get, literal, type SyntaxNode } from '../syntax/tree.js';
import { CannotWrite, type Draft } from './refactoring.js';
import {
  appendStatements,
  type MoreConditions,
  type NamedAccounts,
  removeStatements,
  replaceStatement,
  type StatementJson,
} from './statements.js';

/** A service account whose trust is changed: as texts for comparing, as typed for writing. */
export interface TrustedAccount {
  readonly namespace: Text;
  readonly name: Text;
  readonly typedNamespace: string;
  readonly typedName: string;
}

/** A statement that lets accounts in by the OIDC provider of a cluster, and what it says of subjects. */
export interface IrsaGrant {
  readonly reading: StatementReading;
  readonly issuer: Text;
  readonly subjects: ConditionReading;
}

/** The Allow statements of IRSA that say by one condition who may come in. Others are left alone. */
export function irsaGrants(policy: TrustPolicy): readonly IrsaGrant[] {
  return readPolicy(policy).statements.flatMap((reading) => {
    if (!reading.allows || !reading.irsa) return [];
    const [provider, ...others] = reading.providers;
    const [subjects, ...further] = conditionsMeantFor(reading, 'sub');
    if (!provider || others.length > 0 || !subjects || further.length > 0) return [];
    if (reading.statement.principals.length > 1 || subjects.open || isGuard(subjects) !== 'yes') return [];
    return [{ reading, issuer: provider.issuer?.meant ?? provider.node.text, subjects }];
  });
}

export function isExactlyFor(value: ValueReading, account: TrustedAccount): boolean {
  if (hasWildcard(value.text)) return false;
  return sameText(value.text, subjectOf(account.namespace, account.name)) === 'yes' || sameTyped(value, account);
}

/** In one Terraform module the same expression is the same value. */
function sameTyped({ node }: ValueReading, { typedNamespace, typedName }: TrustedAccount): boolean {
  return node.kind === 'string' && typed(node) === `system:serviceaccount:${typedNamespace}:${typedName}`;
}

export function isPatternFor(value: ValueReading, { namespace, name }: TrustedAccount): boolean {
  return hasWildcard(value.text) && matchGlob(value.text, subjectOf(namespace, name)) !== 'no';
}

/** What a statement asks for besides subject and audience, so that a new one asks for it too. */
export function otherConditions(
  reading: StatementReading,
  isOwn: (condition: ConditionReading) => boolean,
): MoreConditions {
  const more: Record<string, Record<string, Json>> = {};
  for (const condition of reading.conditions) {
    if (isOwn(condition)) continue;
    const { condition: fact } = condition;
    const values = fact.values.map(writable);
    const operator = fact.operator.raw;
    more[operator] = { ...more[operator], [typed(fact.key)]: values.length === 1 ? values[0]! : values };
  }
  return more;
}

function writable(node: SyntaxNode): Json {
  if (node.kind === 'string') {
    if (node.tag || (node.style === 'expression' && node.document.language !== 'hcl'))
      throw new CannotWrite('a condition of the statement has a value that cannot be repeated elsewhere');
    return typed(node);
  }
  if (node.kind === 'number' || node.kind === 'boolean') return node.source;
  throw new CannotWrite('a condition of the statement could not be read');
}

export function sidOf(reading: StatementReading): string | undefined {
  const { node, grammar } = reading.statement;
  return literal(get(node, grammar === 'iam' ? 'Sid' : 'sid'));
}

export function letsInByPodIdentity(policy: TrustPolicy, account: TrustedAccount, owner: string | undefined): boolean {
  const request = podIdentityRequest({
    namespace: account.namespace,
    serviceAccount: account.name,
    ...(owner === undefined ? {} : { account: [owner] }),
  });
  return evaluate(policy, request).decision === 'allowed';
}

/** Accounts by namespace, in the order in which they came. */
export function byNamespace(accounts: readonly TrustedAccount[]): NamedAccounts[] {
  const found = new Map<string, string[]>();
  for (const { typedNamespace, typedName } of accounts) {
    const names = found.get(typedNamespace) ?? [];
    if (!names.includes(typedName)) names.push(typedName);
    found.set(typedNamespace, names);
  }
  return [...found].map(([namespace, names]) => ({ namespace, names }));
}

/** A statement goes, or what it says of some accounts; a new one takes its place or is added. */
export interface TrustChange {
  readonly policy: TrustPolicy;
  readonly gone: readonly {
    readonly reading: StatementReading;
    readonly values?: readonly ValueReading[];
    readonly condition?: ConditionReading;
  }[];
  readonly added: readonly StatementJson[];
}

/** The new statements take the places of those that go, so that the rest of the document stays byte for byte. */
export function writeTrust(draft: Draft, description: string, { policy, gone, added }: TrustChange): void {
  const rest = [...added];
  const removed: Statement[] = [];
  const edits = gone.flatMap(({ reading, values, condition }) => {
    const { statement } = reading;
    if (values && condition) return withoutValues(reading, condition, values);
    const next = rest.shift();
    if (next) return replaceStatement(statement, next);
    removed.push(statement);
    return [];
  });
  draft.edit(description, [...edits, ...removeStatements(removed), ...appendStatements(policy, rest)]);
}

function withoutValues(
  { statement }: StatementReading,
  { condition, values }: ConditionReading,
  gone: readonly ValueReading[],
) {
  const [only] = gone;
  if (gone.length === 1 && only) {
    const edits = removeValue(statement, condition, only.node);
    if (edits.length > 0) return edits;
  }
  const left = values.filter((value) => !gone.includes(value)).map(({ node }) => String(writable(node)));
  const edits = setValues(statement, condition, left);
  if (edits.length === 0) throw new CannotWrite('the list of subjects is not typed in the policy itself');
  return edits;
}

export function sameIssuers(a: Text, wanted: string): boolean {
  return sameIssuer(a, [wanted]) !== 'no';
}

/** A bare trust policy belongs to a role by nothing but what it says: the only one that names the account. */
export function policyNaming(account: TrustedAccount, policies: readonly TrustPolicy[]): TrustPolicy | undefined {
  const naming = policies.filter(
    (policy) =>
      policy.role === undefined &&
      irsaGrants(policy).some(({ subjects }) => subjects.values.some((value) => isExactlyFor(value, account))),
  );
  return naming.length === 1 ? naming[0] : undefined;
}

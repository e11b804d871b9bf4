import type { Condition, Principal, Statement, TrustPolicy } from '../facts/model.js';
import { type Decision, evaluate } from '../iam/evaluate.js';
import { type AccessRequest, irsaRequest, podIdentityRequest } from '../iam/request.js';
import { hasHole, literalOf } from '../syntax/text.js';
import type { StringNode, SyntaxNode } from '../syntax/tree.js';
import type { LiveAccount, LiveView } from './driftView.js';

export interface TrustDifference {
  /** Service accounts whose verdict differs. */
  readonly verdicts: readonly { readonly account: string; readonly file: Decision; readonly live: Decision }[];
  /** Statements that only one of the two has, normalised; undefined where the file's cannot be told. */
  readonly statements: { readonly onlyFile: readonly string[]; readonly onlyLive: readonly string[] } | undefined;
}

/** So many accounts that use the role are asked, and so many others: they show whether a pattern became wider. */
const MOST_USERS = 50;
const OTHERS = 5;

/**
 * How two trust policies of one role differ: in whom they let in, and in what they say. Undefined where nothing is known to
 * differ. Order, case of what IAM compares without case, and one-element lists are no difference.
 */
export function compareTrust(
  file: TrustPolicy,
  live: TrustPolicy,
  roleArn: string,
  /** Service accounts whose role it is. */
  users: readonly LiveAccount[],
  view: LiveView,
): TrustDifference | undefined {
  const left = normalised(file);
  const right = normalised(live);
  if (left && right && left.join('\n') === right.join('\n')) return undefined;
  const asked = new Set<LiveAccount>(users.slice(0, MOST_USERS));
  for (const account of view.accounts.values()) {
    if (asked.size >= Math.min(users.length, MOST_USERS) + OTHERS) break;
    if (!users.includes(account)) asked.add(account);
  }
  const verdicts = [...asked].flatMap((account) =>
    requestsOf(account, roleArn, view).flatMap((request) => {
      const fileSays = evaluate(file, request).decision;
      const liveSays = evaluate(live, request).decision;
      // What depends on something unknown is no difference that can be named.
      if (fileSays === liveSays || fileSays === 'unknown' || liveSays === 'unknown') return [];
      return [{ account: `${account.namespace}/${account.name}`, file: fileSays, live: liveSays }];
    }),
  );
  const statements = left &&
    right && {
      onlyFile: left.filter((statement) => !right.includes(statement)),
      onlyLive: right.filter((statement) => !left.includes(statement)),
    };
  if (verdicts.length === 0 && (!statements || statements.onlyFile.length + statements.onlyLive.length === 0))
    return undefined;
  const unique = new Map(verdicts.map((verdict) => [verdict.account, verdict]));
  return { verdicts: [...unique.values()], statements };
}

/** Which service accounts have which role. */
export function usersByRole(view: LiveView): ReadonlyMap<string, readonly LiveAccount[]> {
  const users = new Map<string, LiveAccount[]>();
  for (const account of view.accounts.values()) {
    for (const arn of new Set([account.roleArn, account.association?.roleArn])) {
      if (arn === undefined) continue;
      const known = users.get(arn);
      if (known) known.push(account);
      else users.set(arn, [account]);
    }
  }
  return users;
}

/** By each mechanism that the cluster offers: a policy that lets an account in by one may shut it out by the other. */
function requestsOf(account: LiveAccount, roleArn: string, view: LiveView): AccessRequest[] {
  const who = { namespace: [account.namespace], serviceAccount: [account.name] };
  const [, partition = 'aws', , , owner = ''] = roleArn.split(':');
  const requests: AccessRequest[] = [];
  if (view.issuer !== undefined) {
    const providerArn = `arn:${partition}:iam::${owner}:oidc-provider/${view.issuer}`;
    requests.push(
      irsaRequest({ ...who, issuer: [view.issuer], providerArn: [providerArn], audience: [account.audience] }),
    );
  }
  if (view.clusterArn !== undefined) {
    const disableSessionTags = account.association?.disableSessionTags === true;
    requests.push(podIdentityRequest({ ...who, clusterArn: [view.clusterArn], disableSessionTags }));
  }
  return requests;
}

/** The statements as sorted lines that are equal where IAM sees no difference; undefined where something is not known. */
export function normalised(policy: TrustPolicy): readonly string[] | undefined {
  if (policy.open) return undefined;
  const lines: string[] = [];
  for (const statement of policy.statements) {
    const line = statementLine(statement);
    if (line === undefined) return undefined;
    lines.push(line);
  }
  return [...new Set(lines)].sort();
}

function statementLine(statement: Statement): string | undefined {
  if (statement.open || statement.effectValue === 'unknown') return undefined;
  const conditions = statement.conditions.map(conditionText);
  const parts = [
    statement.effectValue,
    set('Principal', statement.principals.map(principalText)),
    set('NotPrincipal', statement.notPrincipals.map(principalText)),
    set('Action', statement.actions.map(lowerText)),
    set('NotAction', statement.notActions.map(lowerText)),
    set('Condition', conditions),
    ...statement.resourceElements.map(({ key }) => key.raw),
  ];
  return parts.includes(undefined) ? undefined : parts.filter((part) => part !== '').join(' ');
}

function set(name: string, values: readonly (string | undefined)[]): string | undefined {
  if (values.includes(undefined)) return undefined;
  return values.length === 0 ? '' : `${name} [${[...new Set(values)].sort().join(', ')}]`;
}

function principalText({ type, value }: Principal): string | undefined {
  const text = literalOf(value.text);
  if (text === undefined) return undefined;
  // An account and its root are one principal to IAM.
  const account = type === 'AWS' ? /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/.exec(text)?.[1] : undefined;
  return `${type}:${account ?? text}`;
}

function lowerText({ text }: StringNode): string | undefined {
  return literalOf(text)?.toLowerCase();
}

function conditionText({ operator, key, values, open }: Condition): string | undefined {
  if (open || hasHole(operator.text) || hasHole(key.text)) return undefined;
  const all = values.map(valueText);
  if (all.includes(undefined)) return undefined;
  return `${literalOf(operator.text)?.toLowerCase()} ${literalOf(key.text)?.toLowerCase()} = ${[...new Set(all)].sort().join(' | ')}`;
}

function valueText(node: SyntaxNode): string | undefined {
  switch (node.kind) {
    case 'string':
      return literalOf(node.text);
    case 'number':
      return node.source;
    case 'boolean':
      return String(node.value);
    default:
      return undefined;
  }
}

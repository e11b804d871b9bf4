/** Wildcard subject → the list of those that really are there. */
import type { TrustPolicy } from '../facts/model.js';
import { hasWildcard, matchGlob } from '../iam/globs.js';
import { SUBJECT_PREFIX } from '../iam/names.js';
import { operatorName } from '../iam/operators.js';
import {
  type ConditionReading,
  conditionsMeantFor,
  readPolicy,
  type StatementReading,
  type ValueReading,
} from '../rules/support/reading.js';
import { replaceOne, setOperator } from '../rules/support/statementEdits.js';
import { knownAccounts } from '../rules/support/trustAccounts.js';
import { typed } from '../rules/support/typed.js';
import { listed, quote } from '../rules/support/wording.js';
import type { Edit } from '../syntax/edits.js';
import { hasHole, literalOf } from '../syntax/text.js';
import { placeOf } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { roleLabel } from './facts.js';
import { CannotWrite, Draft, type Outcome, refactor } from './refactoring.js';

/** A service account of a connected cluster. */
export interface RunningAccount {
  readonly namespace: string;
  readonly name: string;
  /** The role that it is annotated with. */
  readonly roleArn?: string | undefined;
}

export interface ExactSubjectsOptions {
  /** Those of the connected cluster; without them those of the files. */
  readonly running?: readonly RunningAccount[];
  /** Of the cluster that `running` is of: only its statements are changed then. */
  readonly issuer?: string;
}

interface Wild {
  readonly reading: StatementReading;
  readonly condition: ConditionReading;
  readonly patterns: readonly ValueReading[];
}

function wildcards(policy: TrustPolicy): readonly Wild[] {
  return readPolicy(policy).statements.flatMap((reading) => {
    if (!reading.allows || !reading.irsa) return [];
    return conditionsMeantFor(reading, 'sub').flatMap((condition) => {
      const { operator, values, open } = condition;
      if (!operator || operator.negated || operator.type !== 'string' || open) return [];
      const patterns = values.filter(({ text }) => hasWildcard(text));
      return patterns.length > 0 ? [{ reading, condition, patterns }] : [];
    });
  });
}

/** Trust policies that let service accounts in by a pattern. */
export function policiesWithWildcards(workspace: Pick<Workspace, 'trustPolicies'>): readonly TrustPolicy[] {
  return workspace.trustPolicies().filter((policy) => wildcards(policy).length > 0);
}

export function exactSubjects(workspace: Workspace, policy: TrustPolicy, options: ExactSubjectsOptions = {}): Outcome {
  return refactor(() => {
    const draft = new Draft();
    const label = policy.role ? quote(roleLabel(policy.role)) : placeOf(policy.node).file;
    const found = wildcards(policy).filter(
      ({ reading }) =>
        options.issuer === undefined ||
        reading.providers.some(
          ({ issuer }) =>
            issuer?.meant === undefined || literalOf(issuer.meant) === options.issuer || hasHole(issuer.meant),
        ),
    );
    if (found.length === 0) throw new CannotWrite(`the trust policy of ${label} has no pattern of subjects`);
    for (const wild of found) {
      const accounts = matching(wild, workspace, policy, options.running);
      const shown = wild.patterns.map(({ text }) => quote(text));
      if (accounts.length === 0)
        throw new CannotWrite(
          `no service account of ${options.running ? 'the cluster' : 'the workspace'} matches ${listed(shown, 'or')}`,
        );
      const edits = exactly(wild, accounts);
      if (edits.length === 0) throw new CannotWrite(`the subjects of ${label} are not typed in the policy itself`);
      draft.edit(`Trust policy of ${label}: ${listed(accounts)} instead of ${listed(shown)}`, edits);
    }
    draft.warn(
      options.running
        ? 'Only what the cluster runs now is let in; a job that is not there at this moment is not.'
        : 'Only the service accounts of the files are let in; others that use the role lose it.',
    );
    return draft.done(`List the service accounts that may assume ${label}`);
  });
}

/** Those that use the role, where any is known to; else all that the pattern lets in. As `namespace/name`. */
function matching(
  { patterns }: Wild,
  workspace: Workspace,
  policy: TrustPolicy,
  running: readonly RunningAccount[] | undefined,
): string[] {
  const arn = policy.role && literalOf(policy.role.arn?.text ?? [{ expression: 'arn' }]);
  const name = policy.role?.name && literalOf(policy.role.name.text);
  const uses = ({ roleArn }: RunningAccount) =>
    roleArn !== undefined &&
    (roleArn === arn || (arn === undefined && name !== undefined && roleArn.endsWith(`/${name}`)));
  const candidates: readonly { namespace: string; name: string; linked: boolean }[] =
    running?.map((account) => ({ ...account, linked: uses(account) })) ?? knownAccounts(workspace, policy);
  const let_in = candidates.filter((account) =>
    patterns.some(({ text }) => matchGlob(text, [`${SUBJECT_PREFIX}${account.namespace}:${account.name}`]) === 'yes'),
  );
  const linked = let_in.filter((account) => account.linked);
  const chosen = linked.length > 0 ? linked : let_in;
  return [...new Set(chosen.map((account) => `${account.namespace}/${account.name}`))].sort();
}

function exactly({ reading, condition, patterns }: Wild, accounts: readonly string[]): readonly Edit[] {
  const { statement } = reading;
  const { condition: fact, values, operator } = condition;
  const subjects = accounts.map((account) => SUBJECT_PREFIX + account.replace('/', ':'));
  const kept = values.flatMap((value) =>
    !patterns.includes(value) && value.node.kind === 'string' ? [typed(value.node)] : [],
  );
  const all = [...new Set([...kept, ...subjects])];
  if (!(fact.operatorProperty ?? fact.block) || !operator) {
    const [only] = patterns;
    return only && patterns.length === 1
      ? replaceOne(
          statement,
          fact,
          only.node,
          subjects.filter((each) => !kept.includes(each)),
        )
      : [];
  }
  return setOperator(statement, fact, operatorName({ ...operator, name: 'StringEquals' }), all);
}

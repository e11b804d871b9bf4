import type { Facts, Principal } from '../../facts/model.js';
import { literal } from '../../syntax/tree.js';
import type { Workspace } from '../../workspace/workspace.js';
import { type PolicyReading, readPolicy, type StatementReading, trustReadings } from './reading.js';

/** A statement that is for Pod Identity, and the service that stands for it there, rightly spelled or not. */
export interface PodIdentityStatement {
  readonly reading: StatementReading;
  readonly service: Principal;
}

/**
 * The Allow statements for Pod Identity. `eks.amazonaws.com` is the cluster's own role, unless the conditions speak of session
 * tags or an association uses the role.
 */
export function podIdentityStatements(policy: PolicyReading, workspace: Workspace): readonly PodIdentityStatement[] {
  let associated: boolean | undefined;
  return policy.statements.flatMap((reading) => {
    if (!reading.allows) return [];
    const [named] = reading.podIdentity;
    if (named) return [{ reading, service: named }];
    const cluster = reading.statement.principals.find(({ value }) =>
      /^eks(?:-auth)?\.amazonaws\.com(?:\.cn)?$/i.test(literal(value) ?? ''),
    );
    if (!cluster) return [];
    associated ??= isAssociated(policy, workspace);
    return reading.speaks === 'pod-identity' || associated ? [{ reading, service: cluster }] : [];
  });
}

export function isAssociated({ policy }: PolicyReading, workspace: Workspace): boolean {
  return policy.role !== undefined && workspace.associationsOf(policy.role).length > 0;
}

/** Also those that only an association makes a policy of Pod Identity. */
export function policiesOf(facts: Facts, workspace: Workspace): readonly PolicyReading[] {
  const known = trustReadings(facts);
  const seen = new Set(known.map(({ policy }) => policy));
  const others = facts.trustPolicies.filter(
    (policy) =>
      !seen.has(policy) &&
      policy.role !== undefined &&
      policy.statements.some(({ principals }) =>
        principals.some(({ value }) => /^eks(?:-auth)?\.amazonaws\.com/.test(literal(value) ?? '')),
      ),
  );
  return [
    ...known,
    ...others
      .map((policy) => readPolicy(policy))
      .filter((policy) => podIdentityStatements(policy, workspace).length > 0),
  ];
}

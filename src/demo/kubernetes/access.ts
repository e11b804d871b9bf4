import type { Scenario, UserRecord } from '../scenarioTypes.js';
import { principalOfToken } from './awsToken.js';
import { StatusError } from './status.js';

/** A right that is asked for, as in a SubjectAccessReview. */
export interface Attributes {
  readonly verb: string;
  readonly group: string;
  /** Plural name, with the subresource after a slash. */
  readonly resource: string;
  /** Empty for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace: string;
  readonly name: string;
}

export function isAllowed(user: UserRecord, asked: Attributes): boolean {
  return !user.denied.some(
    (denial) =>
      (denial.verbs.includes('*') || denial.verbs.includes(asked.verb)) &&
      (denial.resources.includes('*') || denial.resources.includes(asked.resource)) &&
      (denial.namespaces === undefined || denial.namespaces.includes(asked.namespace)),
  );
}

/** Throws the API server's own `Forbidden` unless the user may. */
export function authorize(user: UserRecord, asked: Attributes): void {
  if (isAllowed(user, asked)) {
    return;
  }
  const { verb, group, resource, namespace, name } = asked;
  const qualified = group ? `${resource.split('/')[0]}.${group}` : (resource.split('/')[0] ?? '');
  const where = namespace ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  throw new StatusError(
    403,
    `${qualified}${name ? ` "${name}"` : ''} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}"${where}`,
    { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource.split('/')[0] },
  );
}

/** The user whose token the request carries, or whom an access entry makes of the AWS caller; 401 without or with another. */
export function authenticate(scenario: Scenario, authorization: string | undefined, now: Date): UserRecord {
  const token = authorization?.match(/^Bearer (.+)$/i)?.[1];
  const user = token?.startsWith('k8s-aws-v1.')
    ? userOfPrincipal(scenario, principalOfToken(token, scenario, now))
    : scenario.users.find((each) => each.token === token);
  if (!user) {
    throw new StatusError(401, 'Unauthorized');
  }
  return user;
}

function userOfPrincipal({ accessEntries, users }: Scenario, principal: string | undefined): UserRecord | undefined {
  const entry = accessEntries?.find(({ principalArn }) => principalArn === principal);
  return entry && users.find(({ name }) => name === entry.user);
}

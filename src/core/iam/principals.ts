import type { Principal } from '../facts/model.js';
import { hasHole, literalOf, onlyHole, type Ternary, type Text } from '../syntax/text.js';
import { literalPattern, matchPattern } from './globs.js';
import { parseProviderArn, partitionOfIssuer } from './issuer.js';
import type { RequestPrincipal } from './request.js';
import { and } from './ternary.js';

/** The service that EKS Pod Identity assumes roles as. @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
export const POD_IDENTITY = 'pods.eks.amazonaws.com';
export const WEB_IDENTITY_ACTION = 'sts:AssumeRoleWithWebIdentity';
export const ASSUME_ROLE = 'sts:AssumeRole';
export const TAG_SESSION = 'sts:TagSession';
export const POD_IDENTITY_ACTIONS: readonly string[] = [ASSUME_ROLE, TAG_SESSION];

/**
 * Does one principal of a policy mean the requester? Values are compared exactly; `*` is a wildcard only as the whole value.
 * `"*"` and `{"AWS": "*"}` are the same: everybody, federated and service principals too.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function matchPrincipal(principal: Principal, requester: RequestPrincipal): Ternary {
  const value = principal.value.text;
  const everybody = literalOf(value) === '*';
  switch (principal.type) {
    case '*':
      return 'yes';
    case 'AWS':
      if (requester.kind === 'role' && !everybody) return matchRole(value, requester.arn);
      return everybody ? 'yes' : mayBeEverybody(value) ? 'maybe' : 'no';
    case 'Federated':
      if (requester.kind === 'service' || requester.kind === 'role') return 'no';
      return everybody ? 'yes' : matchProvider(value, requester);
    case 'Service':
      if (requester.kind !== 'service') return 'no';
      return everybody ? 'yes' : matchPattern(literalPattern(value), [requester.name]);
    case 'CanonicalUser':
      return 'no';
    default:
      // A hole in the place of the type, or of the whole element.
      return hasHole(principal.typeNode?.text ?? value) ? 'maybe' : 'no';
  }
}

function matchProvider(value: Text, requester: Exclude<RequestPrincipal, { kind: 'service' | 'role' }>): Ternary {
  if (requester.kind === 'provider') return matchPattern(literalPattern(value), requester.arn);
  if (onlyHole(value)) return 'maybe';
  const provider = parseProviderArn(value);
  if (!provider) return hasHole(value) ? 'maybe' : 'no';
  const account = literalOf(provider.account);
  const plausible: Ternary = account === undefined ? 'yes' : /^\d{12}$/.test(account) ? 'yes' : 'no';
  if (requester.kind === 'any-provider') return and(plausible, 'maybe');
  const home = partitionOfIssuer(requester.issuer);
  const partition: Ternary = home ? matchPattern(literalPattern(provider.partition), [home.name]) : 'yes';
  return and(plausible, and(partition, matchPattern(literalPattern(provider.issuer), requester.issuer)));
}

/** A role is named itself, or its whole account is trusted: then it depends on the role's own permissions. */
function matchRole(value: Text, role: Text): Ternary {
  const account = literalOf(role)?.split(':')[4];
  const known = literalOf(value);
  if (known !== undefined && (known === account || known.endsWith(`:iam::${account}:root`))) return 'maybe';
  return matchPattern(literalPattern(value), role);
}

/** A reference to some resource's ARN is never the star. */
function mayBeEverybody(value: Text): boolean {
  const hole = onlyHole(value);
  return hole !== undefined && hole.attribute === undefined;
}

import type { Facts } from '../facts/model.js';
import { associationDuplicate } from './associationDuplicate.js';
import { associationInvalid } from './associationInvalid.js';
import { associationTrustDenied } from './associationTrustDenied.js';
import { associationUnknownServiceAccount } from './associationUnknownServiceAccount.js';
import { dockerfileStaticCredentials } from './dockerfileStaticCredentials.js';
import { eksctlAddonConflict } from './eksctlAddonConflict.js';
import { eksctlMissingAgent } from './eksctlMissingAgent.js';
import { eksctlMissingOidc } from './eksctlMissingOidc.js';
import { nodeOpenImds } from './nodeOpenImds.js';
import { policyS3ArnMismatch } from './policyS3ArnMismatch.js';
import { policyUnknownManagedPolicy } from './policyUnknownManagedPolicy.js';
import { policyUnscopedSecrets } from './policyUnscopedSecrets.js';
import { policyWildcardAction } from './policyWildcardAction.js';
import type { Rule } from './rule.js';
import { saDefaultAccount } from './saDefaultAccount.js';
import { saInvalidOption } from './saInvalidOption.js';
import { saLegacyAnnotation } from './saLegacyAnnotation.js';
import { saMalformedRoleArn } from './saMalformedRoleArn.js';
import { saMisplacedAnnotation } from './saMisplacedAnnotation.js';
import { saMissingAnnotation } from './saMissingAnnotation.js';
import { saMisspelledAnnotation } from './saMisspelledAnnotation.js';
import { saMixedMechanisms } from './saMixedMechanisms.js';
import { saShared } from './saShared.js';
import { saTrustDenied } from './saTrustDenied.js';
import { secretStaticCredentials } from './secretStaticCredentials.js';
import { trustActionMismatch } from './trustActionMismatch.js';
import { trustContradiction } from './trustContradiction.js';
import { trustDuplicateKey } from './trustDuplicateKey.js';
import { trustIssuerMismatch } from './trustIssuerMismatch.js';
import { trustLiteralWildcard } from './trustLiteralWildcard.js';
import { trustMalformedArn } from './trustMalformedArn.js';
import { trustMalformedIssuer } from './trustMalformedIssuer.js';
import { trustMalformedSubject } from './trustMalformedSubject.js';
import { trustMissingAudience } from './trustMissingAudience.js';
import { trustMissingSubject } from './trustMissingSubject.js';
import { trustMissingTagSession } from './trustMissingTagSession.js';
import { trustNeedlessLike } from './trustNeedlessLike.js';
import { trustOptionalCondition } from './trustOptionalCondition.js';
import { trustOversize } from './trustOversize.js';
import { trustProhibitedElement } from './trustProhibitedElement.js';
import { trustSharedRole } from './trustSharedRole.js';
import { trustSwappedClaims } from './trustSwappedClaims.js';
import { trustTwoMechanisms } from './trustTwoMechanisms.js';
import { trustUnknownAction } from './trustUnknownAction.js';
import { trustUnknownClaim } from './trustUnknownClaim.js';
import { trustUnknownSubject } from './trustUnknownSubject.js';
import { trustUnscopedPodIdentity } from './trustUnscopedPodIdentity.js';
import { trustWildcardPrincipal } from './trustWildcardPrincipal.js';
import { trustWildcardSubject } from './trustWildcardSubject.js';
import { trustWrongAudience } from './trustWrongAudience.js';
import { trustWrongSourceArn } from './trustWrongSourceArn.js';
import { workloadMissingServiceAccount } from './workloadMissingServiceAccount.js';
import { workloadPresetIdentityEnv } from './workloadPresetIdentityEnv.js';
import { workloadStaticCredentials } from './workloadStaticCredentials.js';
import { workloadUnknownServiceAccount } from './workloadUnknownServiceAccount.js';
import { workloadUnsupportedCompute } from './workloadUnsupportedCompute.js';

/** Every rule of the catalogue, in its order. */
export const rules: readonly Rule[] = [
  trustWildcardSubject,
  trustMissingSubject,
  trustMissingAudience,
  trustWrongAudience,
  trustSwappedClaims,
  trustWildcardPrincipal,
  trustActionMismatch,
  trustMissingTagSession,
  trustUnknownAction,
  trustIssuerMismatch,
  trustMalformedIssuer,
  trustMalformedSubject,
  trustMalformedArn,
  trustLiteralWildcard,
  trustOptionalCondition,
  trustContradiction,
  trustWrongSourceArn,
  trustProhibitedElement,
  trustDuplicateKey,
  trustOversize,
  trustNeedlessLike,
  trustUnscopedPodIdentity,
  trustTwoMechanisms,
  trustSharedRole,
  trustUnknownSubject,
  trustUnknownClaim,
  saMalformedRoleArn,
  saMisspelledAnnotation,
  saMisplacedAnnotation,
  saInvalidOption,
  saMissingAnnotation,
  saDefaultAccount,
  saLegacyAnnotation,
  saMixedMechanisms,
  saTrustDenied,
  saShared,
  workloadMissingServiceAccount,
  workloadUnknownServiceAccount,
  workloadStaticCredentials,
  workloadPresetIdentityEnv,
  workloadUnsupportedCompute,
  secretStaticCredentials,
  dockerfileStaticCredentials,
  associationTrustDenied,
  associationUnknownServiceAccount,
  associationDuplicate,
  associationInvalid,
  eksctlMissingOidc,
  eksctlMissingAgent,
  eksctlAddonConflict,
  nodeOpenImds,
  policyWildcardAction,
  policyS3ArnMismatch,
  policyUnknownManagedPolicy,
  policyUnscopedSecrets,
];

export function ruleById(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id);
}

/** What each family of rules (the first word of their ids) looks at: a document without any of it is not shown to them. */
const FAMILIES: Readonly<Record<string, readonly (keyof Facts)[]>> = {
  trust: ['trustPolicies', 'eksctlClusters'],
  sa: ['serviceAccounts', 'workloads', 'annotated', 'associations', 'kustomizations', 'jsonPatches'],
  workload: ['workloads'],
  secret: ['credentialStores'],
  dockerfile: ['dockerCredentials'],
  association: ['associations'],
  eksctl: ['eksctlClusters'],
  node: ['nodeTemplates'],
  policy: ['permissionPolicies', 'managedPolicyArns'],
};

export function concerns({ id, looksAt }: Rule, facts: Facts): boolean {
  const kinds = looksAt ?? FAMILIES[id.slice(0, id.indexOf('-'))];
  return kinds === undefined || kinds.some((key) => facts[key].length > 0);
}

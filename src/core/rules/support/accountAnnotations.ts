import type { Annotation, Facts, ServiceAccount } from '../../facts/model.js';

/** An annotation that a service account gets. */
export interface AccountAnnotation extends Annotation {
  /** Absent where a Kustomize patch or `commonAnnotations` adds it. */
  readonly account?: ServiceAccount;
  /** Kustomize adds it to whatever has annotations, pods too. */
  readonly common?: true;
}

/** Of the service accounts of these facts, and what Kustomize adds to others'. */
export function accountAnnotations(facts: Facts): readonly AccountAnnotation[] {
  const all: AccountAnnotation[] = [];
  for (const account of facts.serviceAccounts) {
    for (const { key, value } of account.metadata.annotations) all.push({ key, value, account });
  }
  for (const { patches, commonAnnotations } of facts.kustomizations) {
    for (const { target, adds } of patches) {
      if (target?.kind === undefined || target.kind === 'ServiceAccount') all.push(...adds);
    }
    for (const { key, value } of commonAnnotations) all.push({ key, value, common: true });
  }
  for (const { adds } of facts.jsonPatches) all.push(...adds);
  return all;
}

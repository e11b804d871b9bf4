import { expect } from 'vitest';
import type { Analysis } from '../../../src/core/analysis.js';
import type { TrustPolicy } from '../../../src/core/facts/model.js';
import { type FileIdentity, identities } from '../../../src/core/features/identities.js';
import { evaluate } from '../../../src/core/iam/evaluate.js';
import { irsaRequest, podIdentityRequest } from '../../../src/core/iam/request.js';
import {
  editsOf,
  isRefusal,
  newFilesOf,
  type Outcome,
  type Refactoring,
  removedFilesOf,
} from '../../../src/core/refactorings/refactoring.js';
import { applyEdits } from '../../../src/core/syntax/edits.js';
import type { Account } from '../../../src/core/workspace/workspace.js';
import { analyze } from '../../support/ruleTester.js';

export type Texts = Readonly<Record<string, string>>;

/** The files after it, as an editor would leave them. */
export function applied(texts: Texts, refactoring: Refactoring): Record<string, string> {
  const result: Record<string, string> = { ...texts };
  const edits = editsOf(refactoring);
  for (const file of new Set(edits.map((edit) => edit.file))) {
    expect(texts[file], `${file} is there`).toBeDefined();
    result[file] = applyEdits(
      texts[file]!,
      edits.filter((edit) => edit.file === file),
    );
  }
  for (const { file, text } of newFilesOf(refactoring)) {
    expect(texts[file], `${file} is new`).toBeUndefined();
    result[file] = text;
  }
  for (const file of removedFilesOf(refactoring)) {
    expect(
      edits.some((edit) => edit.file === file),
      `${file} is removed and not edited`,
    ).toBe(false);
    delete result[file];
  }
  return result;
}

export function done(outcome: Outcome): Refactoring {
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.refused}`);
  return outcome;
}

export function refusal(outcome: Outcome): string {
  return isRefusal(outcome) ? outcome.refused : `not refused: ${outcome.title}`;
}

/** What would be squiggled, hints left out. */
export function serious(texts: Texts): string[] {
  return [...analyze(texts).allFindings().values()]
    .flat()
    .filter(({ severity }) => severity !== 'hint')
    .map(({ file, severity, ruleId, message }) => `${file}: ${severity} ${ruleId}: ${message}`);
}

/** Everything, hints too. */
export function findings(texts: Texts): string[] {
  return [...analyze(texts).allFindings().values()]
    .flat()
    .map(({ file, ruleId, message }) => `${file}: ${ruleId}: ${message}`);
}

export { analyze as analyzed };

export function identityOf(texts: Texts, name: string): FileIdentity {
  const found = identities(analyze(texts).workspace()).find(
    (each) => `${each.namespace}/${each.name}` === name || each.name === name,
  );
  if (!found) throw new Error(`${name} is no service account of these files`);
  return found;
}

export function accountIn(analysis: Analysis, name: string): Account {
  const found = identities(analysis.workspace()).find(
    (each) => `${each.namespace}/${each.name}` === name || each.name === name,
  );
  if (!found) throw new Error(`${name} is no service account of these files`);
  return found.account;
}

const CLUSTER_ARN = 'arn:aws:eks:eu-west-1:111122223333:cluster/orders-prod';

/** Whether the pods of an account of the cluster get the role by Pod Identity; with an issuer by IRSA. */
export function decision(policy: TrustPolicy, namespace: string, name: string, issuer?: string): string {
  const names = { namespace: [namespace], serviceAccount: [name] };
  return evaluate(
    policy,
    issuer === undefined
      ? podIdentityRequest({ ...names, clusterArn: [CLUSTER_ARN] })
      : irsaRequest({ ...names, issuer: [issuer] }),
  ).decision;
}

import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { forEachOf } from '../deadline.js';
import { failed, success } from '../failure.js';
import { policyFindings } from '../liveRules.js';
import type { LiveFailure, Result, RolePolicies, RolePolicy } from '../types.js';
import { awsCall } from './call.js';
import type { AwsClients } from './clients.js';
import type { RoleArn } from './roles.js';

const CONCURRENT = 4;

/**
 * The permission policies of a role with their documents: attached ones by ListAttachedRolePolicies, GetPolicy and
 * GetPolicyVersion, inline ones by ListRolePolicies and GetRolePolicy. As for `readRole`, the role must be of the caller's account.
 */
export async function readRolePolicies(
  aws: AwsClients,
  role: RoleArn,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result<RolePolicies>> {
  const ask = <T>(operation: string, subject: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    awsCall({ what: `iam:${operation} ${subject}`, permission: `iam:${operation}`, timeoutMs, send }, signal);
  const RoleName = role.name;
  const [attached, inline] = await Promise.all([
    pages(async (Marker) => {
      const command = new ListAttachedRolePoliciesCommand({ RoleName, Marker });
      const page = await ask('ListAttachedRolePolicies', RoleName, (abortSignal) =>
        aws.iam.send(command, { abortSignal }),
      );
      return page.ok ? success({ items: page.value.AttachedPolicies, marker: page.value.Marker }) : page;
    }, `iam:ListAttachedRolePolicies ${RoleName}`),
    pages(async (Marker) => {
      const command = new ListRolePoliciesCommand({ RoleName, Marker });
      const page = await ask('ListRolePolicies', RoleName, (abortSignal) => aws.iam.send(command, { abortSignal }));
      return page.ok ? success({ items: page.value.PolicyNames, marker: page.value.Marker }) : page;
    }, `iam:ListRolePolicies ${RoleName}`),
  ]);
  if (!attached.ok && !inline.ok) return attached;
  const failures: LiveFailure[] = [];
  const policies: RolePolicy[] = [];
  const add = (kind: RolePolicy['kind'], name: string, arn: string | undefined, document: Result<string>) => {
    const known = { kind, name, ...(arn === undefined ? {} : { arn }) };
    if (!document.ok) policies.push({ ...known, why: document.failure.message, findings: [] });
    // What AWS manages is not the reader's to change.
    else if (arn?.includes(':iam::aws:')) policies.push({ ...known, document: indented(document.value), findings: [] });
    else
      policies.push({ ...known, document: indented(document.value), findings: policyFindings(document.value, name) });
  };
  if (attached.ok) {
    await forEachOf(attached.value, CONCURRENT, signal, async ({ PolicyArn, PolicyName }) => {
      if (PolicyArn === undefined) return;
      add('attached', PolicyName ?? PolicyArn, PolicyArn, await managedDocument(PolicyArn));
    });
  } else failures.push(attached.failure);
  if (inline.ok) {
    await forEachOf(inline.value, CONCURRENT, signal, async (PolicyName) => {
      const command = new GetRolePolicyCommand({ RoleName, PolicyName });
      const answer = await ask('GetRolePolicy', `${RoleName}/${PolicyName}`, (abortSignal) =>
        aws.iam.send(command, { abortSignal }),
      );
      add('inline', PolicyName, undefined, answer.ok ? decoded(answer.value.PolicyDocument, PolicyName) : answer);
    });
  } else failures.push(inline.failure);
  policies.sort((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1));
  return success({ roleArn: role.arn, policies, failures });

  async function managedDocument(PolicyArn: string): Promise<Result<string>> {
    const policy = await ask('GetPolicy', PolicyArn, (abortSignal) =>
      aws.iam.send(new GetPolicyCommand({ PolicyArn }), { abortSignal }),
    );
    if (!policy.ok) return policy;
    const VersionId = policy.value.Policy?.DefaultVersionId;
    if (VersionId === undefined) return failed(`iam:GetPolicy ${PolicyArn}`, 'invalid-response', 'it has no version');
    const version = await ask('GetPolicyVersion', PolicyArn, (abortSignal) =>
      aws.iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }), { abortSignal }),
    );
    return version.ok ? decoded(version.value.PolicyVersion?.Document, PolicyArn) : version;
  }
}

async function pages<T>(
  page: (marker: string | undefined) => Promise<Result<{ items: T[] | undefined; marker: string | undefined }>>,
  what: string,
): Promise<Result<T[]>> {
  const all: T[] = [];
  let marker: string | undefined;
  do {
    const answer = await page(marker);
    if (!answer.ok) return answer;
    if (!answer.value.items) return failed(what, 'invalid-response', 'the answer holds no list');
    all.push(...answer.value.items);
    marker = answer.value.marker;
  } while (marker !== undefined);
  return success(all);
}

/** IAM encodes documents as in a URL (RFC 3986). */
function decoded(document: string | undefined, name: string): Result<string> {
  if (document === undefined) return failed(`read ${name}`, 'invalid-response', 'the answer holds no document');
  try {
    return success(decodeURIComponent(document));
  } catch {
    return success(document);
  }
}

function indented(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    // As it came: what cannot be read is shown all the same.
    return document;
  }
}

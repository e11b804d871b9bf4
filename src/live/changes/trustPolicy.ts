import { whoIsCalling } from '../aws/caller.js';
import { parseRoleArn, readRole } from '../aws/roles.js';
import { failed, success } from '../failure.js';
import { readPolicyOf } from '../liveRules.js';
import type { Result } from '../types.js';
import type { ChangeContext } from './context.js';
import { trustPolicyTexts } from './toolTexts.js';
import type { ChangePlan, ChangeRequest, PlannedCall } from './types.js';

/** IAM's largest quota for a trust policy, without whitespace. */
const MOST_CHARACTERS = 8_192;

export async function planTrustPolicy(
  context: ChangeContext,
  request: Extract<ChangeRequest, { kind: 'put-trust-policy' }>,
  signal: AbortSignal,
): Promise<Result<ChangePlan>> {
  const { roleArn } = request;
  const what = `put the trust policy of ${roleArn}`;
  const role = parseRoleArn(roleArn);
  if (!role) return failed(what, 'invalid-response', `'${roleArn}' is no role ARN`);
  const document = compact(request.document);
  if (!document.ok) return failed(what, 'invalid-response', document.why);
  const aws = await context.aws();
  if (!aws.ok) return aws;
  // IAM looks roles up by name in the caller's own account, whatever account an ARN names.
  const caller = await whoIsCalling(aws.value, context.timeoutMs, signal);
  if (!caller.ok) return caller;
  if (caller.value.account !== role.account)
    return failed(
      what,
      'other-account',
      `the role is in account ${role.account}, and you are in ${caller.value.account}`,
    );
  const live = await readRole(aws.value, role, context.timeoutMs, signal);
  if (!live.ok) return live;
  if (live.value.arn !== roleArn)
    return failed(what, 'not-found', `the role of that name is '${live.value.arn}', and an ARN includes the path`);
  const before = live.value.trustPolicy;
  const needless = before === document.text || same(before, document.text);
  const call = (policy: string, summary: string): PlannedCall => ({
    service: 'iam',
    operation: 'UpdateAssumeRolePolicy',
    method: 'POST',
    path: '/',
    parameters: { RoleName: role.name, PolicyDocument: policy },
    permission: 'iam:UpdateAssumeRolePolicy',
    summary,
  });
  const judged = readPolicyOf({ arn: roleArn, name: role.name, trustPolicy: document.text });
  return success({
    request,
    title: `Put the trust policy of ${role.name}`,
    before: pretty(before),
    after: pretty(document.text),
    effects: needless ? [] : context.effects(roleArn, document.text),
    needless,
    calls: needless ? [] : [call(document.text, `Replace the trust policy of ${role.name}`)],
    asText: trustPolicyTexts(context.where, role, document.text),
    notes: [
      ...judged.findings
        .filter(({ severity }) => severity === 'error' || severity === 'warning')
        .map(({ ruleId, severity, message }) => `${severity} ${ruleId}: ${message}`),
      'Sessions that were given out before stay valid until they end; IAM needs some seconds until it is everywhere.',
    ],
    undo: {
      calls: needless ? [] : [call(before, `Put the trust policy of ${role.name} back as it was`)],
      asText: trustPolicyTexts(context.where, role, before),
      notes: [],
    },
  });
}

function compact(document: string): { ok: true; text: string } | { ok: false; why: string } {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    return { ok: false, why: 'the trust policy is no JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !('Statement' in value))
    return { ok: false, why: 'the trust policy has no Statement' };
  const text = JSON.stringify(value);
  if (text.length > MOST_CHARACTERS)
    return { ok: false, why: `the trust policy has ${text.length} characters, and ${MOST_CHARACTERS} are the most` };
  return { ok: true, text };
}

function same(left: string, right: string): boolean {
  return pretty(left) === pretty(right);
}

/** Indented; as it is where it is no JSON. */
function pretty(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}

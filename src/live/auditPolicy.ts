import {
  AccessAnalyzerClient,
  type PathElement,
  ValidatePolicyCommand,
  type ValidatePolicyCommandOutput,
} from '@aws-sdk/client-accessanalyzer';
import type { AnalyzerFinding, PolicyStep } from './auditTypes.js';
import { noteAttempts } from './aws/attempts.js';
import { awsCall } from './aws/call.js';
import { failed, messageOf, success } from './failure.js';
import type { Result } from './types.js';

export interface AuditTarget {
  /** Else that of the environment or the profile. */
  readonly region?: string;
  readonly profile?: string;
  /** For one call; default 30 s. */
  readonly timeoutMs?: number;
}

const CALL_MS = 30_000;
const MOST_PAGES = 20;

/**
 * What IAM Access Analyzer says of a trust policy; the document is sent to AWS and nothing is changed there.
 * @throws the signal's reason when aborted
 */
export async function validatePolicy(
  target: AuditTarget,
  document: string,
  signal: AbortSignal,
): Promise<Result<readonly AnalyzerFinding[]>> {
  const timeoutMs = target.timeoutMs ?? CALL_MS;
  const client = new AccessAnalyzerClient({
    ...(target.region === undefined ? {} : { region: target.region }),
    ...(target.profile === undefined ? {} : { profile: target.profile }),
    maxAttempts: 3,
    retryMode: 'adaptive',
    requestHandler: { requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
  noteAttempts(client);
  const what = 'access-analyzer:ValidatePolicy';
  try {
    await client.config.region();
  } catch (error) {
    return failed(what, 'not-found', `${messageOf(error)}; name a region`);
  }
  const findings: AnalyzerFinding[] = [];
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const command = new ValidatePolicyCommand({
        policyDocument: document,
        policyType: 'RESOURCE_POLICY',
        validatePolicyResourceType: 'AWS::IAM::AssumeRolePolicyDocument',
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      const answer: Result<ValidatePolicyCommandOutput> = await awsCall(
        { what, permission: what, timeoutMs, send: (abortSignal) => client.send(command, { abortSignal }) },
        signal,
      );
      if (!answer.ok) return answer;
      for (const finding of answer.value.findings ?? []) {
        findings.push({
          type: finding.findingType ?? 'WARNING',
          issueCode: finding.issueCode ?? 'UNKNOWN',
          message: finding.findingDetails ?? finding.issueCode ?? '',
          ...(finding.learnMoreLink === undefined ? {} : { link: finding.learnMoreLink }),
          places: (finding.locations ?? []).map(({ path }) => (path ?? []).flatMap(stepOf)),
        });
      }
      nextToken = answer.value.nextToken;
      if (!nextToken) return success(findings);
    }
    return success(findings);
  } finally {
    client.destroy();
  }
}

function stepOf(element: PathElement): PolicyStep[] {
  if (element.index !== undefined) return [{ kind: 'index', index: element.index }];
  if (element.key !== undefined) return [{ kind: 'key', name: element.key }];
  if (element.value !== undefined) return [{ kind: 'value', name: element.value }];
  const { start, length } = element.substring ?? {};
  return start === undefined || length === undefined ? [] : [{ kind: 'substring', start, length }];
}

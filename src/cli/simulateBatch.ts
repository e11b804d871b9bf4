import { StringDecoder } from 'node:string_decoder';
import { readTrustPolicy } from '../core/facts/iamPolicy.js';
import type { TrustPolicy } from '../core/facts/model.js';
import { treeOfValue } from '../core/iam/asDeployed.js';
import { evaluate } from '../core/iam/evaluate.js';
import { type AccessRequest, type Context, irsaRequest, podIdentityRequest, unknownText } from '../core/iam/request.js';
import type { Text } from '../core/syntax/text.js';

/** Answers are handed on in pieces of about this many characters. */
const CHUNK = 1 << 16;

/**
 * JSON lines in, JSON lines out, in order, one for each line that is not blank.
 * @returns how many lines could not be read; these are answered with `unknown` and an `error`
 */
export async function simulateLines(
  input: AsyncIterable<Uint8Array | string>,
  write: (text: string) => Promise<void>,
): Promise<number> {
  let failures = 0;
  let pending = '';
  const answer = (line: string) => {
    if (line.trim() === '') return;
    const result = simulateLine(line);
    if ('error' in result) failures++;
    pending += `${JSON.stringify(result)}\n`;
  };
  // Only line feeds part lines: JSON strings may hold the other separators that readline cuts at.
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of input) {
    const text = rest + (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      answer(text.slice(start, end));
      start = end + 1;
      if (pending.length < CHUNK) continue;
      await write(pending);
      pending = '';
    }
    rest = text.slice(start);
  }
  answer(rest + decoder.end());
  await write(pending);
  return failures;
}

export function simulateLine(line: string): { decision: string; error?: string } {
  try {
    const input = fieldsOf(JSON.parse(line.charCodeAt(0) === 0xfeff ? line.slice(1) : line));
    return { decision: evaluate(policyOf(input.trustPolicy), requestOf(input)).decision };
  } catch (error) {
    // RangeError: nested too deeply to be walked.
    if (error instanceof LineError || error instanceof SyntaxError || error instanceof RangeError) {
      return { decision: 'unknown', error: error.message };
    }
    throw error;
  }
}

class LineError extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LineError('the line is no JSON object');
  return value as Fields;
}

function policyOf(value: unknown): TrustPolicy {
  if (value === undefined) throw new LineError("'trustPolicy' is missing");
  const document = typeof value === 'string' ? parsePolicyText(value) : value;
  const policy = readTrustPolicy(treeOfValue(document));
  if (!policy || typeof document === 'string') throw new LineError("'trustPolicy' is no policy document");
  return policy;
}

/** IAM's API returns policies URL-encoded. */
function parsePolicyText(text: string): unknown {
  if (!/^\s*%7[Bb]/.test(text)) return JSON.parse(text);
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch (error) {
    if (error instanceof URIError) throw new LineError("'trustPolicy' is not well URL-encoded");
    throw error;
  }
}

function requestOf(input: Fields): AccessRequest {
  const text = (name: string): Text | undefined => {
    const value = input[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw new LineError(`'${name}' is no string`);
    return [value];
  };
  const namespace = text('namespace') ?? unknownText('namespace');
  const serviceAccount = text('serviceAccount') ?? unknownText('service account');
  const context = contextOf(input.context);
  const clusterArn = text('clusterArn');
  const issuer = text('issuer');
  const providerArn = text('providerArn');
  const mechanism = input.mechanism ?? (clusterArn && !issuer && !providerArn ? 'pod-identity' : 'irsa');
  if (mechanism === 'irsa') {
    return irsaRequest({ issuer, providerArn, namespace, serviceAccount, audience: text('audience'), context });
  }
  if (mechanism !== 'pod-identity') throw new LineError("'mechanism' is neither 'irsa' nor 'pod-identity'");
  const disableSessionTags = input.disableSessionTags === true;
  return podIdentityRequest({ clusterArn, namespace, serviceAccount, disableSessionTags, context });
}

function contextOf(value: unknown): Context | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw new LineError("'context' is no object");
  const context: Record<string, readonly string[]> = {};
  for (const [key, given] of Object.entries(value)) {
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    context[key] = list.map((item) => {
      if (typeof item === 'string') return item;
      if (typeof item === 'number' || typeof item === 'boolean') return String(item);
      throw new LineError(`the context's '${key}' holds something that is no value of a key`);
    });
  }
  return context;
}

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { checkClusterArn, checkProviderArn } from '../core/iam/arn.js';
import { evaluate } from '../core/iam/evaluate.js';
import { bareIssuer } from '../core/iam/issuer.js';
import { type AccessRequest, irsaRequest, podIdentityRequest } from '../core/iam/request.js';
import { display } from '../core/syntax/text.js';
import { EXIT, UsageError } from './exit.js';
import { readText, reasonOf } from './files.js';
import { simulateLines } from './simulateBatch.js';
import { findPolicy } from './simulatePolicy.js';
import { simulationJson, simulationText } from './simulateText.js';

export interface SimulateOptions {
  readonly trustPolicy?: string;
  readonly role?: string;
  readonly issuer?: string;
  readonly providerArn?: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly audience?: string;
  readonly mechanism?: 'irsa' | 'pod-identity';
  readonly clusterArn?: string;
  readonly disableSessionTags?: boolean;
  readonly context?: readonly string[];
  readonly format?: 'text' | 'json';
  readonly batch?: string;
}

export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  write(text: string): Promise<void>;
  error(text: string): void;
  readonly color: boolean;
}

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('say whether a trust policy lets a service account in, and why')
    .option(
      '--trust-policy <file>',
      'the trust policy, or a file that holds one: JSON, YAML, CloudFormation, Terraform (- for standard input)',
    )
    .option('--role <name>', 'the role, where the file has several: its name, ARN, or how the file calls it')
    .option('--issuer <HOST/id/ID>', "the cluster's OIDC issuer")
    .option(
      '--provider-arn <arn>',
      'the OIDC provider in IAM; default: the one of the issuer in whatever account the policy names',
    )
    .option('--namespace <name>', "the service account's namespace")
    .option('--service-account <name>', "the service account's name")
    .option('--audience <audience>', "the token's audience (default: sts.amazonaws.com)")
    .addOption(new Option('--mechanism <mechanism>', 'default: irsa').choices(['irsa', 'pod-identity']))
    .option('--cluster-arn <arn>', 'the EKS cluster, for Pod Identity')
    .option('--disable-session-tags', 'the association sends no session tags')
    .option('--context <KEY=VALUE>', 'a further condition key, repeatable; KEY= says that it is absent', collect)
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--batch <file>', 'JSON lines in, JSON lines out (- for standard input)')
    .action(async (options: SimulateOptions) => {
      process.exitCode = await simulate(options, {
        stdin: process.stdin,
        write: writeAll,
        error: (text) => process.stderr.write(text),
        color: process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb',
      });
    });
}

/**
 * @returns the exit code: 0 for allowed, 1 for denied or unknown; for a batch 0, or 3 where a line could not be read
 */
export async function simulate(options: SimulateOptions, streams: Streams): Promise<number> {
  if (options.batch !== undefined) return batch(options.batch, options, streams);
  const { trustPolicy: file, namespace, serviceAccount } = options;
  if (file === undefined) throw new UsageError('simulate needs --trust-policy, or --batch');
  if (namespace === undefined || serviceAccount === undefined)
    throw new UsageError('simulate needs --namespace and --service-account');
  const request = requestOf(options, namespace, serviceAccount);
  const text = file === '-' ? await readAll(streams.stdin) : await readPolicyFile(file);
  const found = await findPolicy(file, text, options.role);
  const simulation = { ...found, request, evaluation: evaluate(found.policy, request) };
  await streams.write(options.format === 'json' ? simulationJson(simulation) : simulationText(simulation, streams));
  return simulation.evaluation.decision === 'allowed' ? EXIT.fine : EXIT.found;
}

async function batch(file: string, options: SimulateOptions, streams: Streams): Promise<number> {
  if (options.trustPolicy !== undefined || options.namespace !== undefined || options.serviceAccount !== undefined) {
    throw new UsageError('--batch takes everything from its lines');
  }
  const failures = await simulateLines(file === '-' ? streams.stdin : await openLines(file), (text) =>
    streams.write(text),
  );
  if (failures === 0) return EXIT.fine;
  streams.error(`pod-iam: ${failures} ${failures === 1 ? 'line' : 'lines'} could not be read\n`);
  return EXIT.unreachable;
}

function requestOf(options: SimulateOptions, namespace: string, serviceAccount: string): AccessRequest {
  const { issuer, providerArn, clusterArn } = options;
  const context = contextOf(options.context ?? []);
  const mechanism =
    options.mechanism ??
    (clusterArn !== undefined && issuer === undefined && providerArn === undefined ? 'pod-identity' : 'irsa');
  if (mechanism === 'pod-identity') {
    const verdict = clusterArn === undefined ? undefined : checkClusterArn([clusterArn]);
    if (verdict?.ok === 'no') throw new UsageError(`--cluster-arn '${clusterArn}': ${verdict.reason}`);
    return podIdentityRequest({
      clusterArn: clusterArn === undefined ? undefined : [clusterArn],
      namespace: [namespace],
      serviceAccount: [serviceAccount],
      disableSessionTags: options.disableSessionTags,
      context,
    });
  }
  const verdict = providerArn === undefined ? undefined : checkProviderArn([providerArn]);
  if (verdict?.ok === 'no') throw new UsageError(`--provider-arn '${providerArn}': ${verdict.reason}`);
  if (issuer !== undefined && (/^arn:/.test(issuer) || display(bareIssuer([issuer])) === '')) {
    throw new UsageError(`--issuer '${issuer}' is no issuer; it is the host and path behind https://`);
  }
  return irsaRequest({
    issuer: issuer === undefined ? undefined : [issuer],
    providerArn: providerArn === undefined ? undefined : [providerArn],
    namespace: [namespace],
    serviceAccount: [serviceAccount],
    audience: options.audience === undefined ? undefined : [options.audience],
    context,
  });
}

function contextOf(pairs: readonly string[]): Record<string, string[]> {
  const context: Record<string, string[]> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new UsageError(`--context '${pair}' is not KEY=VALUE`);
    const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    context[key] = value === '' ? [] : [...(context[key] ?? []), value];
  }
  return context;
}

async function readPolicyFile(file: string): Promise<string> {
  try {
    return await readText(file);
  } catch (error) {
    throw new Error(`${file}: ${reasonOf(error)}`);
  }
}

async function openLines(file: string): Promise<AsyncIterable<Uint8Array | string>> {
  try {
    const handle = await open(file);
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw Object.assign(new Error(), { code: 'EISDIR' });
    }
    await handle.close();
  } catch (error) {
    throw new Error(`${file}: ${reasonOf(error)}`);
  }
  return createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
}

async function readAll(input: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** Waits where the reader is slower than we are. */
function writeAll(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) resolve();
    else process.stdout.once('drain', resolve);
  });
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

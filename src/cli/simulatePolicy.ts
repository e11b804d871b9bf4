import { dirname, relative, resolve, sep } from 'node:path';
import { Analysis } from '../core/analysis.js';
import { policyObject, readTrustPolicy } from '../core/facts/iamPolicy.js';
import type { Role, TrustPolicy } from '../core/facts/model.js';
import { kindOf, readFile } from '../core/facts/readFile.js';
import { asDeployed } from '../core/iam/asDeployed.js';
import { hclReady } from '../core/syntax/hcl.js';
import { parseJson } from '../core/syntax/json.js';
import { literalOf } from '../core/syntax/text.js';
import { get, placeOf, property, type SyntaxNode } from '../core/syntax/tree.js';
import { findFiles, readText } from './files.js';
import { loadHclFromDisk } from './hcl.js';

/** A trust policy with the text that it stands in, for the places of its statements. */
export interface FoundPolicy {
  readonly policy: TrustPolicy;
  readonly file: string;
  readonly text: string;
}

interface Candidate extends FoundPolicy {
  /** What its role is called: name, ARN, address; the first is what a person would say. */
  readonly names: readonly string[];
}

/**
 * A trust policy on its own, IAM's answer that holds one, or any other file in which a role has one: a manifest, a template, or
 * Terraform with what its folder says.
 * @param role of several in one file
 * @throws where there is none, or several and none is named
 */
export async function findPolicy(file: string, text: string, role: string | undefined): Promise<FoundPolicy> {
  const { root } = parseJson({ file, language: 'json', text });
  const bare = /^\s*[{/"]/.test(text) && role === undefined ? policyObject(documentIn(root)) : undefined;
  // IAM's own documents are what AWS has, word for word; a template is read with what it leaves open.
  if (bare) {
    const policy = readTrustPolicy(asDeployed(bare));
    if (!policy) throw new Error(`${file} holds no trust policy`);
    return { policy, file, text };
  }
  const all = file !== '-' && kindOf(file, text) === 'terraform' ? await inTerraform(file) : candidatesIn(file, text);
  const [first, ...more] = role === undefined ? all : all.filter(({ names }) => names.includes(role));
  if (first && more.length === 0) return first;
  const named = all.map(({ names }) => names[0] ?? '(no name)').join(', ');
  if (role !== undefined && !first)
    throw new Error(
      all.length === 0
        ? `${file} holds no trust policy`
        : `${file} has no trust policy of a role '${role}'; it has: ${named}`,
    );
  if (!first) throw new Error(`${file} holds no trust policy`);
  throw new Error(
    role === undefined
      ? `${file} holds ${all.length} trust policies; name one with --role: ${named}`
      : `${file} holds ${more.length + 1} trust policies of a role '${role}'`,
  );
}

function documentIn(root: SyntaxNode | undefined): SyntaxNode | undefined {
  if (root?.kind === 'string') return root;
  if (property(root, 'Statement')) return root;
  return get(root, 'Role', 'AssumeRolePolicyDocument') ?? get(root, 'AssumeRolePolicyDocument');
}

function candidatesIn(file: string, text: string): Candidate[] {
  return readFile(file, text).trustPolicies.map((policy) => ({ policy, file, text, names: namesOf(policy.role) }));
}

/** Locals, variables, modules and policy documents stand in any file of the folder. */
async function inTerraform(path: string): Promise<Candidate[]> {
  const cwd = process.cwd();
  const file = relative(cwd, resolve(cwd, path)).split(sep).join('/');
  const { files } = await findFiles([dirname(resolve(cwd, path)), path], cwd, () => false);
  if (!hclReady()) await loadHclFromDisk();
  const analysis = new Analysis();
  const texts = new Map<string, string>();
  for (const each of files) {
    try {
      texts.set(each.file, await readText(each.path));
    } catch (error) {
      // What lies beside it may be anything; the file itself was read before.
      if (each.file === file) throw error;
    }
  }
  for (const [name, text] of texts) analysis.setFile(name, text);
  const found = new Map<TrustPolicy, readonly string[]>();
  const facts = analysis.factsOf(file);
  for (const role of facts?.roles ?? [])
    if (role.trustPolicy && placeOf(role.node).file === file) found.set(role.trustPolicy, namesOf(role));
  for (const policy of facts?.trustPolicies ?? [])
    if (!found.has(policy) && placeOf(policy.node).file === file && !policy.role) found.set(policy, []);
  return [...found].map(([policy, names]) => {
    const at = placeOf(policy.node).file;
    return { policy, file: at === file ? path : at, text: analysis.text(at) ?? texts.get(at) ?? '', names };
  });
}

function namesOf(role: Role | undefined): string[] {
  if (!role) return [];
  const address = role.address?.replace(/^[^#]*#/, '');
  const names = [
    role.name && literalOf(role.name.text),
    role.arn && literalOf(role.arn.text),
    address,
    address?.split('.').pop(),
  ];
  return [...new Set(names.flatMap((name) => name || []))];
}

import { embedJson, embedYaml } from '../syntax/embed.js';
import { parseShell, type ShellCommand } from '../syntax/shell.js';
import { stringPart } from '../syntax/stringPart.js';
import type { BooleanNode, ObjectNode, Property, SourceDocument, StringNode, SyntaxNode } from '../syntax/tree.js';
import { readAwsCli } from './awsCli.js';
import type { Facts } from './model.js';

/**
 * What a shell script says: `aws` commands about roles and associations, and the documents in its here-documents and quotes.
 * @param readDocument reads a JSON or YAML document that stands for itself, like a file's
 */
export function readShell(
  document: SourceDocument,
  facts: Facts,
  readDocument: (root: SyntaxNode, facts: Facts) => void,
): void {
  const { commands, heredocs } = parseShell(document);
  const used = new Set<StringNode>();
  const files = new Map(
    heredocs.flatMap(({ target, body }) => (target === undefined ? [] : [[target, body] as const])),
  );
  for (const command of commands) {
    readAnnotating(command, facts);
    readEksctlCommand(command, facts);
    const call = awsCall(command, files);
    if (!call) continue;
    for (const value of call.values) used.add(value);
    readAwsCli(call.node, facts);
  }
  const documents = [
    ...heredocs.map(({ body }) => body),
    ...commands.flatMap(({ words }) => words.flatMap(documentIn)),
  ];
  for (const node of documents) {
    if (used.has(node)) continue;
    for (const root of rootsIn(node)) readDocument(root, facts);
  }
}

/** A word that is a document, or an assignment of one: `POLICY='{…}'`. */
function documentIn(word: StringNode): StringNode[] {
  const assigned = /^[A-Za-z_]\w*=(?=\s*[{[])/.exec(word.raw)?.[0].length;
  if (assigned !== undefined) return [stringPart(word, assigned, word.raw.length)];
  return /^\s*[{[][\s\S]*"/.test(word.raw) ? [word] : [];
}

function rootsIn(node: StringNode): readonly SyntaxNode[] {
  if (/^\s*[{[]/.test(node.raw)) {
    const root = embedJson(node);
    return root ? [root] : [];
  }
  return /^(?:apiVersion|kind|Resources)[ \t]*:/m.test(node.raw) ? embedYaml(node) : [];
}

/** Commands whose options are the fields of an API call's input. */
const CALLS: Readonly<Record<string, 'iam' | 'eks'>> = {
  'create-role': 'iam',
  'update-assume-role-policy': 'iam',
  'put-role-policy': 'iam',
  'attach-role-policy': 'iam',
  'create-open-id-connect-provider': 'iam',
  'create-pod-identity-association': 'eks',
};

/** Names that the API spells otherwise than its options. */
const FIELDS: Readonly<Record<string, string>> = { ClientIdList: 'ClientIDList' };

interface AwsCall {
  /** The command's options as an object with the API's field names. */
  readonly node: ObjectNode;
  readonly values: readonly StringNode[];
}

function awsCall({ words, start, end }: ShellCommand, files: ReadonlyMap<string, StringNode>): AwsCall | undefined {
  const aws = words.findIndex(({ raw }) => /(?:^|\/)aws$/.test(raw));
  if (aws < 0) return undefined;
  const at = words.findIndex(({ raw }, index) => index > aws && Object.hasOwn(CALLS, raw));
  const name = words[at]?.raw;
  if (name === undefined || words[at - 1]?.raw !== CALLS[name]) return undefined;
  const values: StringNode[] = [];
  const properties: Property[] = [];
  const { document } = words[at]!;
  for (let index = at + 1; index < words.length; ) {
    const word = words[index++]!;
    const option = /^--([a-z][a-z0-9-]*)(=?)/.exec(word.raw);
    if (!option) continue;
    const given: StringNode[] = option[2] ? [stringPart(word, option[0].length, word.raw.length)] : [];
    while (!option[2] && index < words.length && !/^(?:--[a-z]|[<>]|\d>)/.test(words[index]!.raw))
      given.push(words[index++]!);
    const value = given[0] && fileBehind(given[0], files);
    if (value) values.push(value, ...given);
    properties.push({
      key: named(stringPart(word, 0, 2 + option[1]!.length), fieldName(option[1]!, CALLS[name]!)),
      value: value ? (given.length > 1 ? listOfWords(given) : value) : flag(word, option[1]!),
    });
  }
  const node: ObjectNode = { kind: 'object', document, start, end, properties, style: 'flow' };
  return { node, values };
}

/** `file://trust.json` is the here-document that the same script writes to that file. */
function fileBehind(value: StringNode, files: ReadonlyMap<string, StringNode>): StringNode {
  const path = /^file:\/\/(?:\.\/)?(.+)$/.exec(value.raw)?.[1];
  return (path === undefined ? undefined : (files.get(path) ?? files.get(`./${path}`))) ?? value;
}

function fieldName(option: string, service: 'iam' | 'eks'): string {
  const bare = option.replace(/^no-(?=disable-)/, '');
  const camel = bare.replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase());
  if (service === 'eks') return camel;
  const pascal = camel[0]!.toUpperCase() + camel.slice(1);
  return FIELDS[pascal] ?? pascal;
}

function named(key: StringNode, name: string): StringNode {
  return { ...key, raw: name, text: [name], style: 'expression' };
}

function flag(word: StringNode, option: string): BooleanNode {
  const { document, start, end } = word;
  return { kind: 'boolean', document, start, end, value: !option.startsWith('no-'), source: word.raw };
}

function listOfWords(items: readonly StringNode[]): SyntaxNode {
  const { document, start } = items[0]!;
  return { kind: 'array', document, start, end: items.at(-1)!.end, items, style: 'flow' };
}

/** `kubectl annotate serviceaccount NAME KEY=VALUE`: adds to an account that somebody has made. */
function readAnnotating({ words, start, end }: ShellCommand, facts: Facts): void {
  const kubectl = words.findIndex(({ raw }) => /(?:^|\/)(?:kubectl|oc)$/.test(raw));
  const at = words.findIndex(({ raw }, index) => index > kubectl && raw === 'annotate');
  if (kubectl < 0 || at < 0) return;
  const bare: StringNode[] = [];
  let namespace: StringNode | undefined;
  for (let index = kubectl + 1; index < words.length; index++) {
    const word = words[index]!;
    const equals = /^(?:-n|--namespace)=/.exec(word.raw)?.[0].length;
    if (equals !== undefined) namespace = stringPart(word, equals, word.raw.length);
    else if (word.raw === '-n' || word.raw === '--namespace') namespace = words[++index];
    else if (index > at && !word.raw.startsWith('-')) bare.push(word);
  }
  const kind = /^(?:sa|serviceaccounts?)(?:\/(?=.)|$)/i.exec(bare[0]?.raw ?? '')?.[0];
  if (kind === undefined) return;
  const inOne = kind.endsWith('/');
  const name = inOne ? stringPart(bare[0]!, kind.length, bare[0]!.raw.length) : bare[1];
  const annotations = bare.slice(inOne ? 1 : 2).flatMap((word) => {
    const equals = word.raw.indexOf('=');
    if (equals <= 0) return [];
    return [{ key: stringPart(word, 0, equals), value: stringPart(word, equals + 1, word.raw.length) }];
  });
  if (!name || annotations.length === 0) return;
  const node: ObjectNode = { kind: 'object', document: name.document, start, end, properties: [], style: 'flow' };
  facts.serviceAccounts.push({
    source: 'manifest',
    metadata: { node, name, ...(namespace ? { namespace } : {}), annotations, labels: [], others: [], open: true },
    node,
  });
}

/** `eksctl create iamserviceaccount` and `eksctl create podidentityassociation`, as their configuration file would say it. */
function readEksctlCommand({ words, start, end }: ShellCommand, facts: Facts): void {
  const at = words.findIndex(({ raw }) => /(?:^|\/)eksctl$/.test(raw));
  if (at < 0 || words[at + 1]?.raw !== 'create') return;
  const kind = words[at + 2]?.raw ?? '';
  const options = optionsIn(words.slice(at + 3));
  const { document } = words[at]!;
  const node: ObjectNode = { kind: 'object', document, start, end, properties: [], style: 'flow' };
  const cluster = options.get('cluster');
  const namespace = options.get('namespace');
  if (/^iamserviceaccounts?$/.test(kind)) {
    const name = options.get('name');
    const given = options.get('attach-role-arn');
    if (!name || options.has('role-only')) return;
    const key = given && named(given, 'eks.amazonaws.com/role-arn');
    facts.serviceAccounts.push({
      source: 'eksctl',
      metadata: {
        node,
        name,
        namespace: namespace ?? { ...named(name, 'default'), offsets: Array.from('default.', () => name.start) },
        annotations: key ? [{ key, value: given }] : [],
        labels: [],
        others: [],
      },
      node,
      ...(given ? {} : { managed: true as const }),
    });
    return;
  }
  const serviceAccount = options.get('service-account-name');
  if (!/^podidentityassociations?$/.test(kind) || !serviceAccount) return;
  const roleArn = options.get('role-arn');
  facts.associations.push({
    source: 'eksctl',
    node,
    ...(cluster ? { clusterName: cluster } : {}),
    ...(namespace ? { namespace } : {}),
    serviceAccount,
    ...(roleArn ? { roleArn } : {}),
    fields: [],
  });
}

/** `--name cart`, `--name=cart`; a flag alone has none. */
function optionsIn(words: readonly StringNode[]): ReadonlyMap<string, StringNode | undefined> {
  const options = new Map<string, StringNode | undefined>();
  for (const [index, word] of words.entries()) {
    const option = /^--([a-z][a-z0-9-]*)(=?)/.exec(word.raw);
    if (!option) continue;
    const next = words[index + 1];
    const value = option[2]
      ? stringPart(word, option[0].length, word.raw.length)
      : next && !next.raw.startsWith('-')
        ? next
        : undefined;
    options.set(option[1]!, value);
  }
  return options;
}

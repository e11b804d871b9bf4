import { type Edit, removeItem, removeProperty } from '../syntax/edits.js';
import { blocksIn, parseHcl } from '../syntax/hcl.js';
import type { HclBlock } from '../syntax/hclAst.js';
import { parseJson } from '../syntax/json.js';
import { lineStartOf } from '../syntax/layout.js';
import {
  get,
  listOf,
  literal,
  type ObjectNode,
  outermost,
  type Property,
  placeOf,
  type SourceDocument,
  type SyntaxNode,
  wordOf,
} from '../syntax/tree.js';
import { parseYaml } from '../syntax/yaml.js';
import { CannotWrite } from './refactoring.js';

/** What is defined as one in a file: a Terraform block, a resource of a template, a manifest, a command, a whole JSON file. */
export interface SourceItem {
  readonly file: string;
  /** Of the whole file. */
  readonly text: string;
  /** In the file, half-open; whole lines are not taken along. */
  readonly start: number;
  readonly end: number;
  readonly form: Form;
}

type Form =
  | { readonly kind: 'block'; readonly block: HclBlock }
  | { readonly kind: 'member'; readonly holder: ObjectNode; readonly member: Property }
  | { readonly kind: 'list-item'; readonly item: SyntaxNode }
  | { readonly kind: 'manifest'; readonly root: SyntaxNode; readonly only: boolean }
  | { readonly kind: 'command' }
  | { readonly kind: 'file' };

type Node = { readonly document: SourceDocument; readonly start: number; readonly end: number };

/** @throws CannotWrite where it stands inside something else (a Composition, a module) */
export function itemOf(node: Node): SourceItem {
  const document = outermost(node.document);
  const { file, text } = document;
  const place = placeOf(node);
  const at = (start: number, end: number, form: Form): SourceItem => ({ file, text, start, end, form });
  switch (document.language) {
    case 'hcl': {
      const block = blocksIn(parseHcl(document)).find(({ start, end }) => start <= place.start && place.start < end);
      if (!block) throw new CannotWrite('the Terraform block could not be found');
      return at(block.start, block.end, { kind: 'block', block });
    }
    case 'shell':
      return at(place.start, place.end, { kind: 'command' });
    case 'json': {
      const { root } = parseJson(document);
      const found = root && memberAround(root, place.start, /\.tf\.json$/.test(file));
      if (found) return at(found.member.key.start, found.member.value!.end, { kind: 'member', ...found });
      const item = root && listItemAround(root, place.start);
      if (item) return at(item.start, item.end, { kind: 'list-item', item });
      return at(0, text.length, { kind: 'file' });
    }
    default: {
      const documents = parseYaml(document).filter(({ root }) => root !== undefined);
      const found = documents.find(({ start, end }) => start <= place.start && place.start < end);
      const root = found?.root;
      if (!found || !root) throw new CannotWrite('the manifest could not be found');
      const member = memberAround(root, place.start, false);
      if (member) {
        const own = placeOf({ document: root.document, start: member.member.key.start, end: endOf(member.member) });
        return at(own.start, own.end, { kind: 'member', ...member });
      }
      if (!/^(?:Role|PodIdentityAssociation|RolePolicyAttachment|RolePolicy)$/.test(wordOf(get(root, 'kind')) ?? ''))
        throw new CannotWrite('it stands inside another object');
      return at(found.start, found.end, { kind: 'manifest', root, only: documents.length === 1 });
    }
  }
}

function endOf({ key, value }: Property): number {
  if (!value) return key.end;
  // A block's node ends behind its line break.
  return key.start + value.document.text.slice(key.start, value.end).trimEnd().length;
}

/** A resource of a CloudFormation template, or of Terraform's JSON. */
function memberAround(
  root: SyntaxNode,
  offset: number,
  terraform: boolean,
): { holder: ObjectNode; member: Property } | undefined {
  const holders = terraform
    ? ['resource', 'data'].flatMap((kind) => {
        const types = get(root, kind);
        return types?.kind === 'object' ? types.properties.map(({ value }) => value) : [];
      })
    : [get(root, 'Resources')];
  for (const holder of holders) {
    if (holder?.kind !== 'object') continue;
    for (const member of holder.properties) {
      if (!member.value) continue;
      const { start, end } = placeOf({ document: holder.document, start: member.key.start, end: member.value.end });
      if (start <= offset && offset < end) return { holder, member };
    }
  }
  return undefined;
}

function listItemAround(root: SyntaxNode, offset: number): SyntaxNode | undefined {
  for (const list of ['Roles', 'associations', 'RoleDetailList']) {
    const items = listOf(get(root, list));
    const found = items.length > 1 ? items.find(({ start, end }) => start <= offset && offset < end) : undefined;
    if (found) return found;
  }
  return undefined;
}

export interface Removal {
  readonly edits: readonly Edit[];
  /** Nothing would be left of the file. */
  readonly removedFiles: readonly string[];
}

/** Takes it out with its lines, the rest of the file stays as it is. */
export function removal(item: SourceItem): Removal {
  const { file, text, start, end, form } = item;
  const edits = (...list: Edit[]): Removal => ({ edits: list, removedFiles: [] });
  switch (form.kind) {
    case 'block':
    case 'command':
      return edits({ file, ...withLines(text, start, end), newText: '' });
    case 'member':
      return edits(removeProperty(form.holder, form.member));
    case 'list-item':
      if (form.item.parent?.kind !== 'array') throw new CannotWrite('it stands in no list');
      return edits(removeItem(form.item.parent, form.item));
    case 'manifest':
      if (form.only) return { edits: [], removedFiles: [file] };
      return edits({ file, ...withSeparator(text, start, end), newText: '' });
    case 'file':
      return { edits: [], removedFiles: [file] };
  }
}

/** With the blank line before it, or behind it at the file's beginning. */
export function withLines(text: string, start: number, end: number): { start: number; end: number } {
  const lineStart = lineStartOf(text, start);
  const blank = /(?<=\n|^)[ \t]*\r?\n$/.exec(text.slice(0, lineStart))?.[0].length ?? 0;
  const next = text.indexOf('\n', end);
  const to = next < 0 ? text.length : next + 1;
  if (blank > 0 || lineStart > 0) return { start: lineStart - blank, end: to };
  return { start: lineStart, end: to + (/^[ \t]*\r?\n/.exec(text.slice(to))?.[0].length ?? 0) };
}

/** The first document of a stream may have no `---` of its own: then the next one's goes. */
function withSeparator(text: string, start: number, end: number): { start: number; end: number } {
  if (/^---/.test(text.slice(start))) return { start, end };
  const next = /^---[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0;
  return { start, end: end + next };
}

/** Repeated by `count` or `for_each`: one block stands for many things. */
export function isRepeated({ form }: SourceItem): boolean {
  if (form.kind === 'block')
    return form.block.body.items.some((item) => item.kind === 'attribute' && /^(?:count|for_each)$/.test(item.name));
  return (
    form.kind === 'member' && (get(form.member.value, 'count') ?? get(form.member.value, 'for_each')) !== undefined
  );
}

export function isAssociationBlock({ form }: SourceItem): boolean {
  if (form.kind === 'block')
    return form.block.type === 'resource' && form.block.labels[0]?.value === 'aws_eks_pod_identity_association';
  if (form.kind !== 'member') return true;
  const type = literal(get(form.member.value, 'Type')) ?? wordOf(get(form.member.value, 'Type'));
  return type === undefined || type === 'AWS::EKS::PodIdentityAssociation';
}

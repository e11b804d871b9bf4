/** A role once more under another name, with its policies, in the format that it stands in. */
import type { Role } from '../facts/model.js';
import { appendItem, applyEdits, type Edit } from '../syntax/edits.js';
import { blocksIn, parseHcl } from '../syntax/hcl.js';
import type { HclAttribute, HclBlock } from '../syntax/hclAst.js';
import { documentEol, indentOfLine } from '../syntax/layout.js';
import {
  get,
  listOf,
  literal,
  objectAt,
  outermost,
  placeOf,
  property,
  type StringNode,
  stringAt,
  wordOf,
} from '../syntax/tree.js';
import { parseYaml } from '../syntax/yaml.js';
import { freeId, labelOf, pascal, terraformReference } from './associations.js';
import { fileOf, folderOf } from './facts.js';
import { CannotWrite, type NewFile } from './refactoring.js';
import { isRepeated, itemOf, type SourceItem } from './sourceItem.js';

/** The files' texts; an `Analysis` is one. */
export interface Sources {
  files(): Iterable<string>;
  text(file: string): string | undefined;
}

export interface RoleCopy {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly newFiles: readonly NewFile[];
  readonly warnings: readonly string[];
  /** How references to the role become references to the copy. `plain`: the name as it stands alone. */
  readonly renames: readonly { readonly from: RegExp; readonly to: string; readonly plain: string }[];
}

/** @param trust the edits that make the role's trust policy the copy's; they are made in the copy only */
export function copyRole(role: Role, suffix: string, trust: readonly Edit[], sources: Sources): RoleCopy {
  switch (role.source) {
    case 'terraform':
      return inTerraform(role, suffix, trust, sources);
    case 'cloudformation':
      return inCloudFormation(role, suffix, trust);
    case 'ack':
    case 'crossplane':
      return asManifest(role, suffix, trust);
    case 'iam':
      return asDocument(role, suffix, trust);
    default:
      throw new CannotWrite('the role is made by a tool or a module');
  }
}

function newName(role: Role, suffix: string): string {
  const name = literal(role.name);
  if (name === undefined) throw new CannotWrite("the role's name is not known");
  const made = `${name}-${suffix}`;
  if (made.length > 64) throw new CannotWrite(`the name '${made}' is longer than the 64 characters that IAM allows`);
  return made;
}

/** The item's text with these edits; all must lie in it. */
function copied({ text, start, end, file }: SourceItem, edits: readonly Edit[]): string {
  if (edits.some((edit) => edit.file !== file || edit.start < start || edit.end > end))
    throw new CannotWrite("a part of the role's definition stands elsewhere");
  return applyEdits(
    text.slice(start, end),
    edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start })),
  );
}

function within({ file, start, end }: SourceItem, edits: readonly Edit[]): readonly Edit[] {
  return edits.filter((edit) => edit.file === file && edit.start >= start && edit.end <= end);
}

function renameString(node: StringNode | undefined, item: SourceItem, value: string): Edit[] {
  if (!node) return [];
  const place = placeOf(node);
  if (place.file !== item.file || place.start < item.start || place.end > item.end)
    throw new CannotWrite("the role's name stands elsewhere");
  return [{ ...place, newText: item.text.slice(place.start, place.end).replace(node.raw, value) }];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// ── Terraform ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const ATTACHED = /^aws_iam_role_(?:policy|policy_attachment|policies_exclusive|policy_attachments_exclusive)$/;

function inTerraform(role: Role, suffix: string, trust: readonly Edit[], sources: Sources): RoleCopy {
  const item = itemOf(role.node);
  if (item.form.kind !== 'block' || isRepeated(item)) throw new CannotWrite('the role is not a single Terraform block');
  const { block } = item.form;
  const reference = terraformReference(role);
  const label = block.labels[1]!.value;
  const fresh = `${label}_${labelOf(suffix)}`;
  const name = role.name ? newName(role, suffix) : fresh;
  const own = within(item, trust);
  const outside = trust.filter((edit) => !own.includes(edit));
  let role_text = copied(item, [...own, ...relabelled(item, block, fresh), ...named(item, block, name)]);
  const edits: Edit[] = [];
  if (outside.length > 0) {
    // The trust policy is a data source of its own: it is copied too.
    const document = itemOf(role.trustPolicy!.node);
    if (document.form.kind !== 'block' || isRepeated(document))
      throw new CannotWrite('the trust policy is not a single Terraform block');
    const data = document.form.block;
    const dataLabel = data.labels[1]?.value;
    if (dataLabel === undefined) throw new CannotWrite('the trust policy is no block of its own');
    const freshData = `${dataLabel}_${labelOf(suffix)}`;
    const pattern = new RegExp(`\\bdata\\.aws_iam_policy_document\\.${escaped(dataLabel)}\\b`);
    if (!pattern.test(role_text)) throw new CannotWrite('the role does not refer to its trust policy by itself');
    role_text = role_text.replace(pattern, `data.aws_iam_policy_document.${freshData}`);
    edits.push(behind(document, copied(document, [...outside, ...relabelled(document, data, freshData)])));
  }
  edits.push(behind(item, role_text));
  const uses = new RegExp(`\\b${escaped(reference)}\\b`, 'g');
  const warnings: string[] = [];
  for (const { attached, source } of blocksOfFolder(folderOf(role.node), sources)) {
    const text = source.text.slice(attached.start, attached.end);
    if (attached === block || !uses.test(text)) continue;
    uses.lastIndex = 0;
    const type = attached.labels[0]?.value ?? '';
    if (attached.type !== 'resource' || !ATTACHED.test(type)) {
      if (type === 'aws_iam_policy_attachment')
        warnings.push(
          `'${type}.${attached.labels[1]?.value}' attaches a policy to the role for all its copies: add '${name}' there.`,
        );
      continue;
    }
    const part: SourceItem = {
      ...source,
      start: attached.start,
      end: attached.end,
      form: { kind: 'block', block: attached },
    };
    if (isRepeated(part))
      throw new CannotWrite(
        `the policies of the role are attached by a repeated block, '${type}.${attached.labels[1]?.value}'`,
      );
    const made = copied(part, relabelled(part, attached, `${attached.labels[1]!.value}_${labelOf(suffix)}`));
    edits.push(behind(part, made.replace(uses, `aws_iam_role.${fresh}`)));
  }
  const renames = [
    { from: new RegExp(`\\b${escaped(reference)}\\b`), to: `aws_iam_role.${fresh}`, plain: reference },
    ...plainRename(role, name),
  ];
  return { name, edits, newFiles: [], warnings, renames };
}

function plainRename(role: Role, name: string): RoleCopy['renames'] {
  const old = literal(role.name);
  return old === undefined ? [] : [{ from: new RegExp(`\\b${escaped(old)}$`), to: name, plain: old }];
}

function relabelled(item: SourceItem, block: HclBlock, label: string): Edit[] {
  const old = block.labels[1];
  if (!old) throw new CannotWrite('the block has no label');
  const source = item.text.slice(old.start, old.end);
  return [{ file: item.file, start: old.start, end: old.end, newText: source.replace(old.value, label) }];
}

function named(item: SourceItem, { body }: HclBlock, name: string): Edit[] {
  const attribute = body.items.find((each): each is HclAttribute => each.kind === 'attribute' && each.name === 'name');
  if (!attribute?.value) return [];
  const { start, end } = attribute.value;
  return [{ file: item.file, start, end, newText: JSON.stringify(name) }];
}

/** After the item, set off by a blank line. */
function behind({ file, text, end }: SourceItem, copy: string): Edit {
  const eol = documentEol(text);
  return { file, start: end, end, newText: `${eol}${eol}${copy}` };
}

function* blocksOfFolder(
  folder: string,
  sources: Sources,
): Generator<{ attached: HclBlock; source: { file: string; text: string } }> {
  for (const file of sources.files()) {
    if (!/\.(?:tf|tofu)$/.test(file) || file.slice(0, file.lastIndexOf('/') + 1) !== folder) continue;
    const text = sources.text(file) ?? '';
    for (const attached of blocksIn(parseHcl({ file, language: 'hcl', text })))
      yield { attached, source: { file, text } };
  }
}

// ── CloudFormation ─────────────────────────────────────────────────────────────────────────────────────────────────────

function inCloudFormation(role: Role, suffix: string, trust: readonly Edit[]): RoleCopy {
  const item = itemOf(role.node);
  if (item.form.kind !== 'member') throw new CannotWrite('the role is no resource of a template');
  const { holder, member } = item.form;
  const old = member.key.raw;
  const fresh = freeId(
    old.endsWith('Role') ? `${old.slice(0, -4)}${pascal(suffix)}Role` : `${old}${pascal(suffix)}`,
    holder,
  );
  const name = role.name ? newName(role, suffix) : fresh;
  const ownName = stringAt(get(member.value, 'Properties'), 'RoleName');
  if (role.name && (!ownName || literal(ownName) === undefined))
    throw new CannotWrite("the role's name is not typed in the template");
  const text = copied(item, [...trust, ...renameString(member.key, item, fresh), ...renameString(ownName, item, name)]);
  const eol = documentEol(item.text);
  const comma = outermost(role.node.document).language === 'json' ? ',' : '';
  const edits: Edit[] = [
    {
      file: item.file,
      start: item.end,
      end: item.end,
      newText: `${comma}${eol}${indentOfLine(item.text, item.start)}${text}`,
    },
  ];
  const yaml = outermost(role.node.document).language === 'yaml';
  for (const { value } of holder.properties) {
    if (!/^AWS::IAM::(?:Policy|ManagedPolicy)$/.test(wordOf(get(value, 'Type')) ?? '')) continue;
    const roles = get(value, 'Properties', 'Roles');
    if (!listOf(roles).some((each) => refersTo(each, old, item.text)) || !roles) continue;
    const edit = appendItem(roles, yaml ? 'podIamRef' : { Ref: fresh });
    edits.push({ ...edit, newText: edit.newText.replace(/"?podIamRef"?/, `!Ref ${fresh}`) });
  }
  const renames = [{ from: new RegExp(`\\b${escaped(old)}\\b`), to: fresh, plain: old }, ...plainRename(role, name)];
  return { name, edits, newFiles: [], warnings: [], renames };
}

function refersTo(
  node: Parameters<typeof placeOf>[0] & { outer?: { start: number; end: number } | undefined },
  id: string,
  text: string,
): boolean {
  const place = placeOf({ document: node.document, ...(node.outer ?? { start: node.start, end: node.end }) });
  return new RegExp(`\\b${escaped(id)}\\b`).test(text.slice(place.start, place.end));
}

// ── manifests ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function asManifest(role: Role, suffix: string, trust: readonly Edit[]): RoleCopy {
  const item = itemOf(role.node);
  if (item.form.kind !== 'manifest') throw new CannotWrite('the role is no manifest of its own');
  const { root } = item.form;
  const name = newName(role, suffix);
  const object = stringAt(root, 'metadata', 'name');
  const oldObject = literal(object);
  if (!object || oldObject === undefined) throw new CannotWrite("the name of the role's object is not known");
  const freshObject = `${oldObject}-${suffix}`;
  const own =
    role.source === 'ack'
      ? stringAt(root, 'spec', 'name')
      : stringAt(root, 'metadata', 'annotations', 'crossplane.io/external-name');
  const text = copied(item, [...trust, ...renameString(object, item, freshObject), ...renameString(own, item, name)]);
  const documents = [text];
  for (const { root: other, start, end } of parseYaml(outermost(role.node.document))) {
    const reference = stringAt(other, 'spec', 'forProvider', 'roleRef', 'name');
    const metadata = objectAt(other, 'metadata');
    const otherName = stringAt(metadata, 'name');
    if (
      !other ||
      !otherName ||
      literal(reference) !== oldObject ||
      !/^RolePolicy(?:Attachment)?$/.test(wordOf(get(other, 'kind')) ?? '')
    )
      continue;
    const part: SourceItem = { ...fileOf(other), start, end, form: { kind: 'manifest', root: other, only: false } };
    documents.push(
      copied(part, [
        ...renameString(otherName, part, `${otherName.raw}-${suffix}`),
        ...renameString(reference, part, freshObject),
      ]),
    );
  }
  const eol = documentEol(item.text);
  const gap = item.text.endsWith('\n') ? '' : eol;
  const newText = documents.map((each) => `---${eol}${each.replace(/^---[ \t]*\r?\n/, '').trimEnd()}${eol}`).join('');
  const at = item.text.length;
  const renames = [
    { from: new RegExp(`^${escaped(oldObject)}$`), to: freshObject, plain: oldObject },
    ...plainRename(role, name).filter(({ plain }) => plain !== oldObject),
  ];
  return {
    name,
    edits: [{ file: item.file, start: at, end: at, newText: gap + newText }],
    newFiles: [],
    warnings: [],
    renames,
  };
}

// ── IAM's JSON ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function asDocument(role: Role, suffix: string, trust: readonly Edit[]): RoleCopy {
  const item = itemOf(role.node);
  if (item.form.kind === 'command') throw new CannotWrite('the role is made by a command of a script');
  const name = newName(role, suffix);
  const old = literal(role.name)!;
  const arn = role.arn && literal(role.arn);
  const edits = [
    ...trust,
    ...renameString(role.name, item, name),
    ...(role.arn && arn !== undefined ? renameString(role.arn, item, arn.replace(/[^/]+$/, name)) : []),
  ];
  const text = copied(item, edits);
  const hasPolicies = property(role.node, 'RolePolicyList') ?? property(role.node, 'AttachedManagedPolicies');
  const warnings = [
    `Make the role '${name}' in AWS, for instance with 'aws iam create-role'.`,
    ...(hasPolicies
      ? []
      : [`The file of '${old}' does not say which policies it has: attach the same ones to '${name}'.`]),
  ];
  const renames = plainRename(role, name);
  if (item.form.kind === 'list-item') {
    const eol = documentEol(item.text);
    const newText = `,${eol}${indentOfLine(item.text, item.start)}${text}`;
    return {
      name,
      edits: [{ file: item.file, start: item.end, end: item.end, newText }],
      newFiles: [],
      warnings,
      renames,
    };
  }
  return { name, edits: [], newFiles: [{ file: `${folderOf(role.node)}${name}.json`, text }], warnings, renames };
}

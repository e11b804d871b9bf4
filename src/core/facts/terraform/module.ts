import type { HclAttribute, HclBlock, HclBody, HclExpression, Span } from '../../syntax/hclAst.js';
import type { ObjectNode, SourceDocument, SyntaxNode } from '../../syntax/tree.js';
import { listOf } from '../../syntax/tree.js';

/** What a folder's files declare, by name. Nothing is evaluated here. */
export interface TerraformModule {
  readonly directory: string;
  /** What addresses of its things begin with: `tf:infra#`, and for a call's own `tf:infra#module.cart.`. */
  readonly prefix: string;
  readonly items: readonly TerraformItem[];
  /** By `aws_iam_role.cart`, `data.aws_iam_policy_document.trust`, `module.eks`. */
  readonly byName: ReadonlyMap<string, TerraformItem>;
  readonly locals: ReadonlyMap<string, Source>;
  readonly variables: ReadonlyMap<string, Source | undefined>;
  readonly outputs: ReadonlyMap<string, Source>;
}

/** A resource, data source or module call. */
export interface TerraformItem {
  readonly kind: 'resource' | 'data' | 'module';
  /** `aws_iam_role`; empty for a module call. */
  readonly type: string;
  readonly name: string;
  /** `aws_iam_role.cart`, `data.…`, `module.…` */
  readonly key: string;
  readonly document: SourceDocument;
  readonly content: HclBlock | ObjectNode;
}

/** Something that has a value: an expression of the language, or what stands in its JSON syntax. */
export type Source =
  | { readonly form: 'hcl'; readonly expression: HclExpression; readonly document: SourceDocument }
  | { readonly form: 'json'; readonly node: SyntaxNode; readonly document: SourceDocument }
  /** Known as it is. */
  | { readonly form: 'value'; readonly node: SyntaxNode; readonly document: SourceDocument };

export interface TerraformFile {
  readonly document: SourceDocument;
  /** `.tf`: what `parseHcl` made of it. `.tf.json`: the root of its JSON. */
  readonly body: HclBody | SyntaxNode | undefined;
}

export function readDeclarations(
  files: readonly TerraformFile[],
  directory: string,
  prefix = `tf:${directory}#`,
): TerraformModule {
  const items: TerraformItem[] = [];
  const locals = new Map<string, Source>();
  const variables = new Map<string, Source | undefined>();
  const outputs = new Map<string, Source>();
  for (const { document, body } of files) {
    if (!body || isVariableFile(document.file)) continue;
    if (isHclBody(body)) readHcl(body, document, items, locals, variables, outputs);
    else if (body.kind === 'object') readJson(body, document, items, locals, variables, outputs);
  }
  const byName = new Map<string, TerraformItem>();
  for (const item of items) if (!byName.has(item.key)) byName.set(item.key, item);
  return { directory, prefix, items, byName, locals, variables, outputs };
}

/** Values for variables: `prod.tfvars`, `terraform.tfvars.json`. */
export function isVariableFile(file: string): boolean {
  return /\.tfvars(?:\.json)?$/.test(file);
}

export function isHclBody(body: HclBody | SyntaxNode): body is HclBody {
  return 'items' in body && !('kind' in body);
}

function readHcl(
  body: HclBody,
  document: SourceDocument,
  items: TerraformItem[],
  locals: Map<string, Source>,
  variables: Map<string, Source | undefined>,
  outputs: Map<string, Source>,
): void {
  for (const block of body.items) {
    if (block.kind !== 'block') continue;
    const [first, second] = block.labels.map(({ value }) => value);
    switch (block.type) {
      case 'resource':
      case 'data':
        if (first !== undefined && second !== undefined) items.push(item(block.type, first, second, document, block));
        break;
      case 'module':
        if (first !== undefined) items.push(item('module', '', first, document, block));
        break;
      case 'locals':
        for (const { name, value } of attributesOf(block.body)) {
          if (value) locals.set(name, { form: 'hcl', expression: value, document });
        }
        break;
      case 'variable': {
        if (first === undefined) break;
        const value = attributeOf(block.body, 'default')?.value;
        variables.set(first, value && { form: 'hcl', expression: value, document });
        break;
      }
      case 'output': {
        const value = attributeOf(block.body, 'value')?.value;
        if (first !== undefined && value) outputs.set(first, { form: 'hcl', expression: value, document });
        break;
      }
    }
  }
}

function readJson(
  root: ObjectNode,
  document: SourceDocument,
  items: TerraformItem[],
  locals: Map<string, Source>,
  variables: Map<string, Source | undefined>,
  outputs: Map<string, Source>,
): void {
  for (const { name, value } of members(root)) {
    switch (name) {
      case 'resource':
      case 'data':
        for (const type of members(value))
          for (const named of members(type.value))
            for (const content of listOf(named.value))
              if (content.kind === 'object') items.push(item(name, type.name, named.name, document, content));
        break;
      case 'module':
        for (const named of members(value))
          for (const content of listOf(named.value))
            if (content.kind === 'object') items.push(item('module', '', named.name, document, content));
        break;
      case 'locals':
        for (const local of members(value)) locals.set(local.name, { form: 'json', node: local.value, document });
        break;
      case 'variable':
        for (const named of members(value)) {
          const given = members(named.value).find((member) => member.name === 'default')?.value;
          variables.set(named.name, given && { form: 'json', node: given, document });
        }
        break;
      case 'output':
        for (const named of members(value)) {
          const given = members(named.value).find((member) => member.name === 'value')?.value;
          if (given) outputs.set(named.name, { form: 'json', node: given, document });
        }
        break;
    }
  }
}

/** An object's members, or those of a list of objects, which means the same. */
function members(node: SyntaxNode): { name: string; value: SyntaxNode }[] {
  return listOf(node).flatMap((each) =>
    each.kind === 'object'
      ? each.properties.flatMap(({ key, value }) => (value ? [{ name: key.raw, value }] : []))
      : [],
  );
}

function item(
  kind: TerraformItem['kind'],
  type: string,
  name: string,
  document: SourceDocument,
  content: TerraformItem['content'],
): TerraformItem {
  const key = kind === 'module' ? `module.${name}` : kind === 'data' ? `data.${type}.${name}` : `${type}.${name}`;
  return { kind, type, name, key, document, content };
}

export function attributesOf(body: HclBody): HclAttribute[] {
  return body.items.filter((each): each is HclAttribute => each.kind === 'attribute');
}

export function attributeOf(body: HclBody, name: string): HclAttribute | undefined {
  return body.items.findLast((each): each is HclAttribute => each.kind === 'attribute' && each.name === name);
}

/** Where findings about the whole thing stand: the block's header, or the object's opening brace. */
export function headerOf({ content }: TerraformItem): Span {
  return content.kind === 'block' ? content.header : { start: content.start, end: content.start + 1 };
}

/**
 * Changes of a statement, in IAM's grammar and in Terraform's `statement {}` block alike. A list without edits says that the
 * change cannot be written there.
 */
import type { Condition, Statement } from '../../facts/model.js';
import {
  addProperty,
  appendItem,
  type Edit,
  inFile,
  type Json,
  removeItem,
  removeProperty,
  renameKey,
  replacePart,
  replaceString,
  replaceValue,
} from '../../syntax/edits.js';
import { addBlock, isOfEachInstance } from '../../syntax/hclEdits.js';
import { syntheticOf } from '../../syntax/hclNodes.js';
import { documentEol, indentOfLine, lineEndOf } from '../../syntax/layout.js';
import { type ObjectNode, type Property, property, type StringNode, type SyntaxNode } from '../../syntax/tree.js';
import { typed } from './typed.js';

/** One more condition; to an operator that is there already the key is added. */
export function addCondition(
  statement: Statement,
  operator: string,
  key: string,
  values: readonly string[],
): readonly Edit[] {
  return addConditions(statement, operator, { [key]: values });
}

/** Several keys under one operator. */
export function addConditions(
  statement: Statement,
  operator: string,
  keys: Readonly<Record<string, readonly string[]>>,
): readonly Edit[] {
  const names = Object.keys(keys);
  if (isMade(statement)) return [];
  if (statement.grammar === 'terraform-block') {
    return blocks(
      statement,
      names.map((name) => ({ test: operator, variable: name, values: keys[name]! })),
    );
  }
  const members = Object.fromEntries(names.map((name) => [name, oneOrMany(keys[name]!)]));
  const element = statement.conditionElement;
  if (!element) return [addProperty(statement.node, 'Condition', { [operator]: members })];
  const condition = element.value;
  if (!condition || condition.kind === 'null') return [];
  if (condition.kind !== 'object') return [];
  const existing = operatorIn(condition, operator);
  if (!existing) return [addProperty(condition, operator, members)];
  const block = existing.value;
  if (block?.kind !== 'object') return [];
  if (names.some((name) => property(block, name))) return [];
  // Several members at one place are written one behind the other.
  return joined(names.map((name) => addProperty(block, name, oneOrMany(keys[name]!))));
}

/** A module makes the statement of its inputs: there is no place for one more element. */
function isMade(statement: Statement): boolean {
  return statement.actions.some((action) => syntheticOf(action) !== undefined);
}

function blocks(
  statement: Statement,
  conditions: readonly { test: string; variable: string; values: readonly string[] }[],
): readonly Edit[] {
  const { node } = statement;
  if (node.document.language !== 'json') {
    return joined(conditions.map((each) => inFile(node.document, addBlock(node, 'condition', { ...each }))));
  }
  const existing = property(node, 'condition');
  if (!existing?.value) return [addProperty(node, 'condition', conditions.map((each) => ({ ...each })) as Json)];
  return joined(conditions.map((each) => appendItem(existing.value!, { ...each })));
}

/** Edits that insert at one place become one, in their order. */
export function joined(edits: readonly Edit[]): readonly Edit[] {
  const [first, ...rest] = edits;
  if (!first) return [];
  if (first.start !== first.end || rest.some(({ start, end }) => start !== first.start || end !== first.end))
    return edits;
  return [{ ...first, newText: edits.map(({ newText }) => newText).join('') }];
}

/** Another operator for this condition alone, and other values where they are given. */
export function setOperator(
  statement: Statement,
  condition: Condition,
  operator: string,
  values?: readonly string[],
): readonly Edit[] {
  if (statement.grammar === 'terraform-block') {
    return [replaceString(condition.operator, operator), ...(values ? setValues(statement, condition, values) : [])];
  }
  const { operatorProperty, keyProperty } = condition;
  const block = operatorProperty?.value;
  if (!operatorProperty || !keyProperty || block?.kind !== 'object') {
    // A module's or a tool's own condition: what there is of it are its values.
    return operatorProperty || keyProperty ? [] : [replaceString(condition.operator, operator)];
  }
  const holder = block.parent?.kind === 'object' ? block.parent : conditionObject(statement);
  const target = holder && operatorIn(holder, operator);
  if (block.properties.length === 1 && !target) {
    return [renameKey(operatorProperty, operator), ...(values ? setValues(statement, condition, values) : [])];
  }
  if (!holder || target === operatorProperty) return values ? setValues(statement, condition, values) : [];
  const moved = typedValues(condition) && (values ?? typedValues(condition));
  // New values in the place of tagged ones are for the caller to write where the old ones stand.
  if (!moved && values) return [];
  if (!moved) return movedAsTyped(holder, block, condition, operator, target);
  const name = typed(condition.key);
  const targetBlock = target?.value;
  if (target && (targetBlock?.kind !== 'object' || property(targetBlock, condition.key.raw))) return [];
  const remove =
    block.properties.length === 1 ? removeProperty(holder, operatorProperty) : removeProperty(block, keyProperty);
  const insert =
    targetBlock?.kind === 'object'
      ? addProperty(targetBlock, name, oneOrMany(moved))
      : addProperty(holder, operator, { [name]: oneOrMany(moved) }, operatorProperty);
  return combined(remove, insert);
}

/** A value with a tag (`!Sub "…"`) can't be written anew: its line goes to the other operator as it stands. */
function movedAsTyped(
  holder: ObjectNode,
  block: ObjectNode,
  { keyProperty, operatorProperty }: Condition,
  operator: string,
  target: Property | undefined,
): readonly Edit[] {
  const value = keyProperty?.value;
  const { document } = block;
  if (!value || !operatorProperty || document.language !== 'yaml' || value.document !== document) return [];
  const member = document.text.slice(keyProperty.key.start, value.end);
  const tagged = /^\s*:[ \t]+![\w:]+[ \t]+$/.test(document.text.slice(keyProperty.key.end, value.start));
  if (!tagged || member.includes('\n') || block.properties.length < 2) return [];
  const into = target?.value?.kind === 'object' ? target.value : undefined;
  if (target && (!into || into.properties.length === 0)) return [];
  const eol = documentEol(document.text);
  const remove = removeProperty(block, keyProperty);
  const at = into ? into : block;
  const lastMember = at.properties[at.properties.length - 1]!;
  const behind = lastMember.value?.end ?? lastMember.key.end;
  if (at.style === 'flow') {
    const closed = into ? behind : at.end;
    const newText = into ? `, ${member}` : `, ${operator}: { ${member} }`;
    return combined(remove, inFile(document, { start: closed, end: closed, newText }));
  }
  const start = lineEndOf(document.text, behind);
  const column = (property: Property) => indentOfLine(document.text, property.key.start);
  const newText = into
    ? `${eol}${column(lastMember)}${member}`
    : `${eol}${column(operatorProperty)}${operator}:${eol}${column(keyProperty)}${member}`;
  return holder.style === 'flow' ? [] : combined(remove, inFile(document, { start, end: start, newText }));
}

/** Another operator for several conditions at once. */
export function setOperators(
  statement: Statement,
  conditions: readonly Condition[],
  operatorOf: (condition: Condition) => string,
): readonly Edit[] {
  const done = new Set<Property>();
  const edits: Edit[] = [];
  for (const condition of conditions) {
    const block = condition.operatorProperty;
    if (!block) {
      edits.push(...setOperator(statement, condition, operatorOf(condition)));
      continue;
    }
    if (done.has(block)) continue;
    const own = conditions.filter((each) => each.operatorProperty === block);
    const operator = operatorOf(condition);
    const whole = block.value?.kind === 'object' && block.value.properties.length === own.length;
    const holder = conditionObject(statement);
    if (whole && own.every((each) => operatorOf(each) === operator) && holder && !operatorIn(holder, operator)) {
      edits.push(renameKey(block, operator));
    } else for (const each of own) edits.push(...setOperator(statement, each, operatorOf(each)));
    done.add(block);
  }
  return edits;
}

function conditionObject(statement: Statement): ObjectNode | undefined {
  const value = statement.conditionElement?.value;
  return value?.kind === 'object' ? value : undefined;
}

/** The values as they are typed; undefined where one is no plain string, so that it can't be written anew. */
function typedValues(condition: Condition): readonly string[] | undefined {
  const values: string[] = [];
  for (const node of condition.values) {
    if (isOfEachInstance(node)) return undefined;
    if (node.kind !== 'string') {
      if (node.kind !== 'number' && node.kind !== 'boolean') return undefined;
      values.push(node.source);
    } else if ((node.tag || node.style === 'expression') && node.document.language !== 'hcl') return undefined;
    else values.push(typed(node));
  }
  return values;
}

/** An insertion inside of what is removed takes its place. */
function combined(remove: Edit, insert: Edit): readonly Edit[] {
  if (remove.file !== insert.file || insert.start <= remove.start || insert.start >= remove.end)
    return [remove, insert];
  const eol = /^\r?\n/.exec(insert.newText)?.[0] ?? '';
  return [{ ...remove, newText: `${insert.newText.slice(eol.length)}${eol}` }];
}

export function setValues(statement: Statement, condition: Condition, values: readonly string[]): readonly Edit[] {
  const [only] = condition.values;
  if (values.length === 1 && condition.values.length === 1 && only?.kind === 'string')
    return [replaceString(only, values[0]!)];
  const holder = valuesNode(statement, condition);
  if (!holder) return [];
  return [replaceValue(holder, statement.grammar === 'terraform-block' ? [...values] : oneOrMany(values))];
}

function valuesNode(statement: Statement, condition: Condition): SyntaxNode | undefined {
  if (statement.grammar === 'terraform-block') return property(condition.block, 'values')?.value;
  return condition.keyProperty?.value;
}

/** One value by others: in a list by several items. */
export function replaceOne(
  statement: Statement,
  condition: Condition,
  node: SyntaxNode,
  values: readonly string[],
): readonly Edit[] {
  if (node.kind === 'string' && values.length === 1) return [replaceString(node, values[0]!)];
  const others = typedValues(condition);
  if (!others) return [];
  return setValues(
    statement,
    condition,
    condition.values.flatMap((each, i) => (each === node ? values : [others[i]!])),
  );
}

/** Takes one of several values away. */
export function removeValue(statement: Statement, condition: Condition, node: SyntaxNode): readonly Edit[] {
  const holder = valuesNode(statement, condition);
  if (holder?.kind !== 'array' || holder.items.length < 2) return [];
  return [removeItem(holder, node)];
}

export function removeCondition(statement: Statement, condition: Condition): readonly Edit[] {
  if (isMade(statement)) return [];
  if (statement.grammar === 'terraform-block') {
    const block = statement.node.properties.find(({ value }) => value === condition.block);
    return block ? [removeProperty(statement.node, block)] : [];
  }
  const { operatorProperty, keyProperty } = condition;
  const block = operatorProperty?.value;
  const holder = conditionObject(statement);
  if (block?.kind !== 'object' || !keyProperty || !operatorProperty || !holder) return [];
  if (block.properties.length > 1) return [removeProperty(block, keyProperty)];
  if (holder.properties.length > 1) return [removeProperty(holder, operatorProperty)];
  return [removeProperty(statement.node, statement.conditionElement!)];
}

/** Another claim in the key, its issuer as it is typed. */
export function setClaim(condition: Condition, claim: string): readonly Edit[] {
  const { key } = condition;
  if (syntheticOf(key)) return [];
  const colon = key.raw.lastIndexOf(':');
  if (colon < 0) return [];
  return [replacePart(key, colon + 1, key.raw.length, claim)];
}

/** Another key altogether. */
export function setKey(condition: Condition, key: string): readonly Edit[] {
  if (syntheticOf(condition.key)) return [];
  return condition.keyProperty ? [renameKey(condition.keyProperty, key)] : [replaceString(condition.key, key)];
}

/** Another issuer in the key, its claim as it is typed. */
export function setIssuer(condition: Condition, issuer: string): readonly Edit[] {
  const { key } = condition;
  if (syntheticOf(key)) return [];
  const colon = key.raw.lastIndexOf(':');
  return [replacePart(key, 0, Math.max(colon, 0), issuer)];
}

export function addAction(statement: Statement, action: string): readonly Edit[] {
  const element = statement.actionElement;
  if (isMade(statement)) return [];
  if (element?.value) return [appendItem(element.value, action)];
  return [
    statement.grammar === 'terraform-block'
      ? addProperty(statement.node, 'actions', [action])
      : addProperty(statement.node, 'Action', action),
  ];
}

export function setActions(statement: Statement, actions: readonly string[]): readonly Edit[] {
  const element = statement.actionElement ?? statement.notActionElement;
  const value = element?.value;
  if (!value) return [];
  const [only] = actions;
  if (value.kind === 'string' && actions.length === 1) return [replaceString(value, only!)];
  const [single] = statement.actions;
  if (value.kind === 'array' && value.items.length === 1 && actions.length === 1 && single)
    return [replaceString(single, only!)];
  return [replaceValue(value, statement.grammar === 'terraform-block' ? [...actions] : oneOrMany(actions))];
}

export function removeAction(statement: Statement, action: StringNode): readonly Edit[] {
  const value = statement.actionElement?.value;
  if (value?.kind !== 'array' || value.items.length < 2) return [];
  return [removeItem(value, action)];
}

function operatorIn(condition: ObjectNode, operator: string): Property | undefined {
  return condition.properties.findLast(({ key }) => key.raw.toLowerCase() === operator.toLowerCase());
}

function oneOrMany(values: readonly string[]): Json {
  return values.length === 1 ? values[0]! : [...values];
}

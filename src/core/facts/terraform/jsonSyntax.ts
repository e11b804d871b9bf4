import type { HclArray, HclProperty } from '../../syntax/hclNodes.js';
import {
  type ArrayNode,
  get,
  listOf,
  type ObjectNode,
  type Property,
  property,
  type SyntaxNode,
} from '../../syntax/tree.js';
import type { Evaluator } from './evaluate.js';
import type { Scope } from './scope.js';
import { renderTemplate } from './templates.js';

export function computeJson(evaluator: Evaluator, node: SyntaxNode, scope: Scope): SyntaxNode {
  if (node.kind === 'string') return renderTemplate(evaluator, node, scope);
  if (node.kind === 'array') {
    const items = node.items.map((item) => evaluator.evaluateJson(item, scope));
    if (items.every((item, i) => item === node.items[i])) return node;
    const array: HclArray = { ...node, items, spans: node.items };
    return array;
  }
  if (node.kind !== 'object') return node;
  const properties = node.properties.map((member): Property => {
    const key = renderTemplate(evaluator, member.key, scope);
    const value = member.value && evaluator.evaluateJson(member.value, scope);
    if (key === member.key && value === member.value) return member;
    const end = Math.max(member.key.end, member.value?.end ?? 0);
    const made: HclProperty = {
      key: key.kind === 'string' && key.document === node.document ? key : member.key,
      value,
      span: { start: member.key.start, end },
    };
    return made;
  });
  return properties.every((member, i) => member === node.properties[i]) ? node : { ...node, properties };
}

/** `"dynamic": {"condition": {"for_each": …, "content": {…}}}` */
export function expandDynamic(evaluator: Evaluator, node: ObjectNode, scope: Scope): ObjectNode {
  const dynamic = property(node, 'dynamic');
  const properties = node.properties.map((member): Property => {
    if (!member.value || member === dynamic || (member.value.kind !== 'object' && member.value.kind !== 'array'))
      return member;
    const value = expandNested(evaluator, member.value, scope);
    return value === member.value ? member : { key: member.key, value };
  });
  if (!dynamic) return properties.every((member, i) => member === node.properties[i]) ? node : { ...node, properties };
  const kept = properties.filter((member) => member.key.raw !== 'dynamic');
  // Its contents were evaluated without an element, so what depends on one is unknown; what does not is there.
  for (const holder of listOf(dynamic.value))
    if (holder.kind === 'object')
      for (const { key, value } of holder.properties)
        for (const each of listOf(value)) {
          const content = get(each, 'content');
          for (const one of listOf(content)) kept.push({ key, value: one });
        }
  return { ...node, properties: kept, open: true };
}

function expandNested(evaluator: Evaluator, value: ObjectNode | ArrayNode, scope: Scope): SyntaxNode {
  if (value.kind === 'object') return expandDynamic(evaluator, value, scope);
  const items = value.items.map((item) => (item.kind === 'object' ? expandDynamic(evaluator, item, scope) : item));
  return items.every((item, i) => item === value.items[i]) ? value : { ...value, items };
}

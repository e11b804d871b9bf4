import type { HclBlock, HclBody, Span } from '../../syntax/hclAst.js';
import { type HclProperty, makeKey } from '../../syntax/hclNodes.js';
import type { ObjectNode } from '../../syntax/tree.js';
import type { Evaluator } from './evaluate.js';
import { attributeOf } from './module.js';
import { MOST_INSTANCES, type Scope } from './scope.js';
import { adopt, eachOf } from './values.js';

export function blockObject(evaluator: Evaluator, body: HclBody, span: Span, scope: Scope): ObjectNode {
  const { document } = scope;
  const properties: HclProperty[] = [];
  let open = body.broken === true;
  for (const item of body.items) {
    if (item.kind === 'attribute') {
      const value = item.value && evaluator.evaluate(item.value, scope);
      properties.push({
        key: makeKey(document, item.nameSpan, item.name),
        value,
        span: { start: item.start, end: item.end },
      });
    } else if (item.type === 'dynamic' && item.labels[0]) {
      if (dynamicBlocks(evaluator, item, scope, properties)) open = true;
    } else {
      const value = blockObject(evaluator, item.body, item, scope);
      properties.push({
        key: makeKey(document, item.typeSpan, item.type),
        value,
        span: { start: item.start, end: item.end },
      });
    }
  }
  const node: ObjectNode = {
    kind: 'object',
    document,
    start: span.start,
    end: span.end,
    properties,
    style: 'block',
    ...(open ? { open: true as const } : {}),
  };
  for (const { key, value } of properties) {
    adopt(node, key);
    if (value) adopt(node, value);
  }
  return node;
}

/** @returns whether there may be more or fewer blocks than those added */
function dynamicBlocks(evaluator: Evaluator, block: HclBlock, scope: Scope, properties: HclProperty[]): boolean {
  const content = block.body.items.find((item): item is HclBlock => item.kind === 'block' && item.type === 'content');
  const forEach = attributeOf(block.body, 'for_each')?.value;
  const label = block.labels[0]!;
  const type = label.value;
  if (!content || !forEach) return true;
  const named = attributeOf(block.body, 'iterator')?.value;
  const iterator = named?.kind === 'variable' ? named.name : type;
  const pairs = evaluator.pairsOf(evaluator.evaluate(forEach, scope));
  const elements = pairs?.slice(0, MOST_INSTANCES).map(({ key, value }) => eachOf(key, value)) ?? [undefined];
  for (const element of elements) {
    const inner: Scope = { ...scope, bindings: new Map([...scope.bindings, [iterator, element]]) };
    properties.push({
      key: makeKey(scope.document, label, type),
      value: blockObject(evaluator, content.body, content, inner),
      span: { start: block.start, end: block.end },
    });
  }
  return pairs === undefined || pairs.length > MOST_INSTANCES;
}

import { makeKey } from '../syntax/hclNodes.js';
import { type Hole, mask, textOf } from '../syntax/text.js';
import { get, listOf, literal, type ObjectNode, type StringNode, type SyntaxNode, stringAt } from '../syntax/tree.js';

/**
 * A resource's `base` as its patches leave it: what a patch writes is not what stands there (a base often holds `arn` or
 * `invalid` as a stand-in), so it becomes a hole; where the base has no such field, the object counts as open.
 * @param holder what `patchSets` stand in: the Composition's `spec`, or the input of a function
 */
export function patchedBase(base: SyntaxNode, resource: SyntaxNode, holder: SyntaxNode | undefined): SyntaxNode {
  const patches = listOf(get(resource, 'patches')).flatMap((patch) => {
    const name = literal(get(patch, 'type')) === 'PatchSet' ? literal(get(patch, 'patchSetName')) : undefined;
    if (name === undefined) return [patch];
    const set = listOf(get(holder, 'patchSets')).find((each) => literal(get(each, 'name')) === name);
    return listOf(get(set, 'patches'));
  });
  return patches.reduce((patched: SyntaxNode, patch) => {
    const type = literal(get(patch, 'type')) ?? '';
    // These write to the composite resource or to an environment, not to what is composed.
    if (type.startsWith('To') || type === 'CombineToComposite' || type === 'CombineToEnvironment') return patched;
    const from = literal(get(patch, 'fromFieldPath'));
    const path = fieldPath(literal(get(patch, 'toFieldPath')) ?? from ?? '');
    return path.length === 0 ? patched : withHole(patched, path, from ?? 'patch', writtenBy(patch));
  }, base);
}

/** What a patch puts together by a format: text with holes. The last of its transforms has the say. */
function writtenBy(patch: SyntaxNode): StringNode | undefined {
  const transform = listOf(get(patch, 'transforms')).at(-1);
  const format = transform
    ? stringAt(transform, 'string', 'fmt')
    : (stringAt(patch, 'combine', 'string', 'fmt') ?? stringAt(patch, 'string', 'fmt'));
  // Verbs that are counted cannot be written once more by a fix; those with a number can.
  if (!format || /%(?!\[\d+\])/.test(format.raw)) return undefined;
  const variables = listOf(get(patch, 'combine', 'variables')).map((each) => literal(get(each, 'fromFieldPath')));
  const holes: Hole[] = [];
  // Each verb is masked by as many characters, so that all offsets stay.
  const raw = format.raw.replace(/%\[(\d+)\][sdvqt]/g, (verb, index: string) => {
    holes.push({ expression: variables[Number(index) - 1] ?? verb });
    return mask(verb.length);
  });
  let next = 0;
  const { kind, document, start, end, parent, style, offsets, ends, contentStart, encode } = format;
  return {
    kind,
    document,
    start,
    end,
    parent,
    style,
    offsets,
    ...(ends ? { ends } : {}),
    contentStart,
    encode,
    raw,
    masked: holes,
    text: textOf(raw, () => holes[next++] ?? { expression: '…' }),
  };
}

/** `spec.forProvider.manifest.metadata.annotations[eks.amazonaws.com/role-arn]` in its parts. */
function fieldPath(path: string): string[] {
  return [...path.matchAll(/\[\s*(?:"([^"]*)"|'([^']*)'|([^\]]*))\s*\]|([^.[\]]+)/g)].map(
    ([, double, single, bare, plain]) => double ?? single ?? bare ?? plain ?? '',
  );
}

function withHole(
  node: SyntaxNode,
  path: readonly string[],
  expression: string,
  written: StringNode | undefined,
): SyntaxNode {
  const [step, ...rest] = path;
  if (step === undefined) return written ?? hole(node, expression);
  if (node.kind === 'array') {
    const items = node.items.map((item, i) =>
      step === '*' || step === String(i) ? withHole(item, rest, expression, written) : item,
    );
    return { ...node, items, open: true };
  }
  if (node.kind !== 'object') return node;
  let known = false;
  const properties = node.properties.map(({ key, value }) => {
    if (key.raw !== step || !value) return { key, value };
    known = true;
    return { key, value: withHole(value, rest, expression, written) };
  });
  const changed: ObjectNode = { ...node, properties };
  if (known) return changed;
  const added = rest.length === 0 && written ? [{ key: makeKey(written.document, written, step), value: written }] : [];
  return { ...changed, properties: [...properties, ...added], open: true };
}

/** Everything in it is unknown; its keys are still the likely ones. */
function hole(node: SyntaxNode, expression: string): SyntaxNode {
  if (node.kind === 'object') {
    const properties = node.properties.map(({ key, value }) => ({ key, value: value && hole(value, expression) }));
    return { ...node, properties, open: true };
  }
  if (node.kind === 'array') return { ...node, items: node.items.map((item) => hole(item, expression)), open: true };
  const { document, start, end, parent } = node;
  const text = [{ expression }];
  return { kind: 'string', document, start, end, parent, text, raw: mask(1), style: 'expression', contentStart: start };
}

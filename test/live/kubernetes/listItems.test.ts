import { describe, expect, it } from 'vitest';
import { ListItems } from '../../../src/live/kubernetes/listItems.js';
import { fc } from '../../support/properties.js';

async function takeApart(text: string, cuts: readonly number[] = []): Promise<{ items: unknown[]; list: unknown }> {
  const items: unknown[] = [];
  const reader = new ListItems((item) => items.push(item));
  const bytes = Buffer.from(text);
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    await reader.add(bytes.subarray(from, Math.max(from, Math.min(cut, bytes.length))));
    from = Math.max(from, Math.min(cut, bytes.length));
  }
  await reader.add(bytes.subarray(from));
  return { items, list: reader.end() };
}

const pod = fc.record({
  metadata: fc.record({
    name: fc.string({ unit: 'grapheme' }),
    annotations: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
    // Objects that look like the elements themselves.
    owners: fc.array(fc.record({ metadata: fc.string() })),
  }),
  items: fc.array(fc.jsonValue()),
  spec: fc.jsonValue(),
});

describe('a list that is taken apart', () => {
  it('has the elements and the rest of what is parsed as a whole, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pod, { maxLength: 6 }),
        fc.boolean(),
        fc.constantFrom(undefined, 2),
        fc.array(fc.nat(3_000)),
        async (pods, metadataLast, indent, cuts) => {
          const metadata = { continue: 'abc', resourceVersion: '7', items: { of: ['nothing', '"items":['] } };
          const list = metadataLast
            ? { kind: 'PodList', items: pods, metadata }
            : { kind: 'PodList', metadata, items: pods };
          const text = JSON.stringify(list, null, indent);
          const seen = await takeApart(text, cuts);
          expect(seen.items).toEqual(JSON.parse(text).items);
          expect(seen.list).toEqual({ ...list, items: [] });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is refused where it is no JSON, at each place', async () => {
    const text = JSON.stringify({
      kind: 'PodList',
      metadata: {},
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
    });
    for (let at = 1; at < text.length; at++) {
      await expect(takeApart(text.slice(0, at)), text.slice(0, at)).rejects.toThrow(SyntaxError);
    }
    await expect(takeApart(text.replace(/{/g, '~'))).rejects.toThrow(SyntaxError);
    await expect(takeApart(text.replace('"name":"a"', '"name":a'))).rejects.toThrow(SyntaxError);
    await expect(takeApart('<html></html>')).rejects.toThrow(SyntaxError);
  });

  it('may be empty, null or something else', async () => {
    expect(await takeApart('{"items":[]}')).toEqual({ items: [], list: { items: [] } });
    expect(await takeApart('{"items":null}')).toEqual({ items: [], list: { items: null } });
    expect(await takeApart('{"kind":"Status"}')).toEqual({ items: [], list: { kind: 'Status' } });
  });
});

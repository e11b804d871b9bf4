import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ComposedEdits } from '../../../src/core/syntax/composedEdits.js';
import { applyEdits } from '../../../src/core/syntax/edits.js';

test('rounds of edits become edits of the first text', () => {
  const composed = new ComposedEdits('like aud sub'.length);
  composed.add([{ start: 0, end: 4, newText: 'equals' }]);
  composed.add([
    { start: 6, end: 10, newText: '' },
    { start: 14, end: 14, newText: '!' },
  ]);
  // Into what an earlier round wrote.
  composed.add([{ start: 0, end: 1, newText: 'E' }]);
  expect(composed.edits()).toEqual([
    { start: 0, end: 8, newText: 'Equals' },
    { start: 12, end: 12, newText: '!' },
  ]);
});

test('no edits, none', () => {
  const composed = new ComposedEdits(3);
  composed.add([]);
  expect(composed.edits()).toEqual([]);
});

test('applied at once they leave the same text, whatever they are', () => {
  const cuts = fc.array(fc.tuple(fc.nat(20), fc.nat(5), fc.string({ maxLength: 4 })), { maxLength: 4 });
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.array(cuts, { maxLength: 4 }), (text, rounds) => {
      const composed = new ComposedEdits(text.length);
      let now = text;
      for (const round of rounds) {
        let free = 0;
        const edits = round
          .toSorted(([a], [b]) => a - b)
          .flatMap(([at, length, newText]) => {
            const [start, end] = [Math.min(at, now.length), Math.min(at + length, now.length)];
            if (start < free) return [];
            free = end + 1;
            return [{ start, end, newText }];
          });
        composed.add(edits);
        now = applyEdits(now, edits);
      }
      expect(applyEdits(text, composed.edits())).toBe(now);
    }),
  );
});

import { describe, expect, it } from 'vitest';
import { hasWildcard, matchGlob, patternCovers, patternsIntersect } from '../../../src/core/iam/globs.js';
import type { Text } from '../../../src/core/syntax/text.js';
import { Random } from './generator.js';

const X = { expression: 'x' };
const Y = { expression: 'y' };
const SAME = { expression: 'z', address: 'tf:#a', attribute: 'arn' };

describe('matchGlob', () => {
  it.each<[Text, Text, string]>([
    [['a*c'], ['a:b/c'], 'yes'],
    [['a?c'], ['ac'], 'no'],
    [['*'], [], 'yes'],
    [['?'], [], 'no'],
    [[], [], 'yes'],
    [['a'], [X], 'maybe'],
    [['*'], [X], 'yes'],
    [['?*'], [X], 'maybe'],
    [['a*'], ['a', X], 'yes'],
    [['a*'], ['b', X], 'no'],
    [['*:a'], [X, ':b'], 'no'],
    [['*a*'], [X, 'a', Y], 'yes'],
    [[X], ['a'], 'maybe'],
    [['a', X], ['b'], 'no'],
    [['a', X, '*'], ['ab'], 'maybe'],
    [['a', SAME], ['a', SAME], 'yes'],
    [['*', SAME], ['a', SAME], 'yes'],
    [['a', X], ['a', X], 'maybe'],
  ])('%j on %j: %s', (pattern, value, expected) => {
    expect(matchGlob(pattern, value)).toBe(expected);
  });

  it('ignores case where asked to', () => {
    expect(matchGlob(['STS:*'], ['sts:AssumeRole'], { ignoreCase: true })).toBe('yes');
    expect(matchGlob(['STS:*'], ['sts:AssumeRole'])).toBe('no');
  });
});

/** All words of up to so many letters; `z` stands for those that no pattern here names. */
function words(length: number): string[] {
  const all = [''];
  for (let from = 0, until = 1, n = 0; n < length; n++, from = until, until = all.length) {
    for (let i = from; i < until; i++) all.push(...['a', 'b', 'z'].map((letter) => all[i] + letter));
  }
  return all;
}

function randomText(random: Random, characters: string, holes: boolean): Text {
  const parts: (string | { expression: string })[] = [];
  for (let i = random.below(4); i >= 0; i--) {
    if (holes && random.chance(0.3)) parts.push({ expression: `h${i}` });
    else parts.push(random.pick([...characters]));
  }
  return parts;
}

function fill(text: Text, fillings: readonly string[]): string[] {
  let results = [''];
  for (const part of text)
    results = results.flatMap((result) =>
      typeof part === 'string' ? [result + part] : fillings.map((filling) => result + filling),
    );
  return results;
}

function regex(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

describe('with holes', () => {
  it('says yes or no only where it is so for every filling, and is exact for a hole in the value', () => {
    const random = new Random(7);
    const [short, long] = [words(2), words(5)];
    for (let i = 0; i < 1500; i++) {
      const pattern = randomText(random, 'ab*?', random.chance(0.3));
      const value = randomText(random, 'ab', true);
      const inPattern = pattern.filter((part) => typeof part !== 'string').length;
      const inValue = value.filter((part) => typeof part !== 'string').length;
      if (inPattern + inValue > 2) continue;
      const answer = matchGlob(pattern, value);
      const outcomes = new Set<boolean>();
      for (const p of fill(pattern, short)) {
        const expression = regex(p);
        for (const v of fill(value, inPattern + inValue > 1 ? words(3) : long)) outcomes.add(expression.test(v));
      }
      const shown = `${JSON.stringify(pattern)} on ${JSON.stringify(value)}: ${answer}`;
      if (answer === 'yes') expect(outcomes.has(false), shown).toBe(false);
      if (answer === 'no') expect(outcomes.has(true), shown).toBe(false);
      if (answer === 'maybe' && inPattern === 0 && inValue === 1) expect(outcomes.size, shown).toBe(2);
    }
  });
});

describe('two patterns', () => {
  it('are compared as the sets of strings they match', () => {
    const random = new Random(8);
    const all = words(7);
    for (let i = 0; i < 800; i++) {
      const a = randomText(random, 'ab*?', false);
      const b = randomText(random, 'ab*?', false);
      const [left, right] = [a, b].map((text) => {
        const expression = regex(text.join(''));
        return new Set(all.filter((word) => expression.test(word)));
      });
      const shown = `${a.join('')} and ${b.join('')}`;
      expect(patternsIntersect(a, b), shown).toBe([...left!].some((word) => right!.has(word)) ? 'yes' : 'no');
      expect(patternCovers(a, b), shown).toBe([...right!].every((word) => left!.has(word)) ? 'yes' : 'no');
    }
  });

  it('with holes', () => {
    expect(patternCovers(['a*'], ['a', X])).toBe('yes');
    expect(patternCovers(['a', X], ['a*'])).toBe('maybe');
    expect(patternsIntersect(['a', X], ['b*'])).toBe('no');
    expect(patternsIntersect(['a', X], ['*b'])).toBe('maybe');
  });
});

describe('hasWildcard', () => {
  it('passes over the escaped forms', () => {
    const escaped = (char: string) => `a\${${char}}`;
    expect(hasWildcard(['a*'])).toBe(true);
    expect(hasWildcard(['a?'])).toBe(true);
    expect(hasWildcard([escaped('*')])).toBe(false);
    expect(hasWildcard([escaped('?'), X])).toBe(false);
  });
});

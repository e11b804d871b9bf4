import { expect, test } from 'vitest';
import { wrapped } from '../../../src/vscode/commands/wrapped.js';

test('nothing is cut off, and no line is too long but for a long word', () => {
  expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrapped('a arn:aws:iam::111122223333:role/x b', 8)).toEqual(['a', 'arn:aws:iam::111122223333:role/x', 'b']);
  expect(wrapped('short', 80)).toEqual(['short']);
});

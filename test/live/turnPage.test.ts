import { describe, expect, it } from 'vitest';
import { turnPage } from '../../src/live/aws/turnPage.js';

describe('the page after this one', () => {
  it.each([undefined, null, ''])('is none where the answer says %j', (answered) => {
    expect(turnPage('list', 'a', answered)).toEqual({ ok: true, value: undefined });
  });

  it('is the one that the answer names', () => {
    expect(turnPage('list', undefined, 'a')).toEqual({ ok: true, value: 'a' });
    expect(turnPage('list', 'a', 'b')).toEqual({ ok: true, value: 'b' });
  });

  it('is not the one that was just read', () => {
    expect(turnPage('list', 'a', 'a')).toMatchObject({
      ok: false,
      failure: { what: 'list', reason: 'invalid-response' },
    });
  });
});

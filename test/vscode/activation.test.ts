import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bundle, bundleExtension, loadExtension } from './loadExtension.js';
import { trustPolicyText } from './trustPolicyText.js';

const policy = {
  path: '/project/trust.json',
  languageId: 'json',
  text: trustPolicyText({ StringEquals: { sub: 'payments:*' } }),
};

describe('activate()', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await bundleExtension();
  });
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('reads nothing, asks nobody, and loads neither the engine nor the SDKs', () => {
    const { activate, loaded, calls } = loadExtension(bundle, [policy]);
    expect(activate(), 'there is nothing to wait for').toBeUndefined();
    expect(loaded).toContain('vscode');
    expect(loaded).not.toContain('./core.js');
    expect(loaded).not.toContain('./live.js');
    expect(calls).toEqual([]);
  });

  test('is followed by the findings of what is open already', async () => {
    const { activate, loaded, shown } = loadExtension(bundle, [policy]);
    activate();
    expect(shown).toEqual(new Map());
    await vi.runAllTimersAsync();
    expect(loaded).toContain('./core.js');
    expect(loaded).not.toContain('./live.js');
    const rules = shown.get('file:///project/trust.json')?.map(({ code }) => code?.value);
    expect(rules).toContain('trust-literal-wildcard');
  });

  test('is followed by nothing where nothing is open', async () => {
    const { activate, loaded, calls } = loadExtension(bundle, []);
    activate();
    await vi.runAllTimersAsync();
    expect(loaded).not.toContain('./core.js');
    expect(calls).toEqual([]);
  });
});

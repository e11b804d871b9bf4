import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyEdits } from '../../src/core/syntax/edits.js';
import { type Bundle, bundleExtension, loadExtension } from './loadExtension.js';
import { trustPolicyText } from './trustPolicyText.js';

const path = '/project/trust.json';
const audience = { aud: 'sts.amazonaws.com' };

describe('fix all', () => {
  let bundle: Bundle;
  beforeAll(async () => {
    bundle = await bundleExtension();
  });
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function fixAll(text: string) {
    const extension = loadExtension(bundle, [{ path, languageId: 'json', text }]);
    extension.activate();
    await vi.runAllTimersAsync();
    await extension.run('podIam.fixAll');
    await vi.runAllTimersAsync();
    const edits = extension.applied.flatMap((edit) => edit.of(path));
    return { ...extension, edits, fixed: edits.length > 0 ? applyEdits(text, edits) : undefined };
  }

  test('takes the fixes too for which others make room, in one go', async () => {
    const text = trustPolicyText({ StringLike: { sub: 'payments:api' } });
    const { fixed, applied, shown } = await fixAll(text);
    expect(JSON.parse(fixed!)).toEqual(
      JSON.parse(trustPolicyText({ StringEquals: { sub: 'payments:api', ...audience } })),
    );
    expect(applied).toHaveLength(1);
    // Until the editor has taken them, the document is what it was.
    expect(
      shown
        .get(`file://${path}`)
        ?.map(({ code }) => code?.value)
        .toSorted(),
    ).toEqual(['trust-missing-audience', 'trust-needless-like']);
  });

  test('changes no more than the fixes do', async () => {
    const text = trustPolicyText({ StringLike: { sub: 'payments:api' } });
    const { edits } = await fixAll(text);
    const statement = text.indexOf('"Condition"');
    for (const { start } of edits) expect(start).toBeGreaterThan(statement);
  });

  test('points to the light bulb where fixes are only suggested', async () => {
    const { said, applied } = await fixAll(trustPolicyText({ StringEquals: { sub: 'payments:*', ...audience } }));
    expect(applied).toEqual([]);
    expect(said).toEqual(['Pod IAM: nothing here has a safe fix; the light bulb suggests fixes for 1 finding']);
  });

  test('says that there is nothing where there is nothing', async () => {
    const { said, applied } = await fixAll(trustPolicyText({ StringEquals: { sub: 'payments:api', ...audience } }));
    expect(applied).toEqual([]);
    expect(said).toEqual(['Pod IAM: nothing here has a safe fix']);
  });
});

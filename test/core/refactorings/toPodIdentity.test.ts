import { beforeAll, describe, expect, it } from 'vitest';
import { irsaAccounts, issuersFor, toPodIdentity } from '../../../src/core/refactorings/toPodIdentity.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';
import { account, GITHUB, ISSUER, irsaCases, irsaJson, OTHER, roleJson } from './formats.js';
import { accountIn, applied, decision, done, identityOf, refusal, serious, type Texts } from './support.js';

function migrated(texts: Texts, name = 'shop/cart', options = {}) {
  const analysis = analyze(texts);
  return done(toPodIdentity(analysis.workspace(), [accountIn(analysis, name)], options));
}

describe('IRSA to Pod Identity', () => {
  beforeAll(readyForTerraform);

  for (const [format, { files, kept }] of Object.entries(irsaCases)) {
    for (const [form, texts] of [
      ['as typed', files],
      ['CRLF', Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replace(/\r?\n/g, '\r\n')]))],
    ] as const) {
      it(`${format} (${form})`, () => {
        const name = format === 'Helm values' ? 'cart' : 'shop/cart';
        expect(serious(texts)).toEqual([]);
        expect(identityOf(texts, name).winner).toBe(format.startsWith('eksctl') ? 'none' : 'irsa');
        const refactoring = migrated(texts, name);
        const after = applied(texts, refactoring);
        const shown = Object.values(after).join('\n');
        expect(serious(after), shown).toEqual([]);
        expect(shown).toMatchSnapshot();
        if (format !== 'Helm values') {
          const identity = identityOf(after, 'shop/cart');
          expect([identity.mechanism, identity.winner], shown).toEqual(['pod-identity', 'pod-identity']);
          expect(identity.trust, shown).not.toBe('denied');
          if (identity.policy)
            expect(
              ['cart', 'other'].map((each) => decision(identity.policy!, 'shop', each)),
              shown,
            ).toEqual(['allowed', 'denied']);
        }
        for (const text of kept) {
          const own = form === 'CRLF' ? text.replace(/\r?\n/g, '\r\n') : text;
          expect(shown, 'what is untouched stays byte for byte').toContain(own);
        }
        if (form === 'CRLF')
          for (const [file, text] of Object.entries(after))
            if (texts[file]) expect(text.replaceAll('\r\n', ''), file).not.toContain('\n');
        const again = analyze(after).workspace();
        expect(irsaAccounts(again).map(({ variants }) => variants[0]!.name)).toEqual(
          irsaAccounts(analyze(texts).workspace())
            .map(({ variants }) => variants[0]!.name)
            .filter(([each]) => each !== 'cart'),
        );
      });
    }
  }
});

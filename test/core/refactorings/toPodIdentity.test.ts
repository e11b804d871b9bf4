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
        expect(identityOf(texts, name).winner).toBe('irsa');
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

  it('moves several at once, of one role and of several', () => {
    const texts = {
      'iam/shop.json': roleJson('shop', [
        irsaJson(['system:serviceaccount:shop:cart']),
        irsaJson(['system:serviceaccount:shop:basket']),
        irsaJson(['system:serviceaccount:shop:till']),
        GITHUB,
      ]),
      'iam/mailer.json': roleJson('mailer', [irsaJson(['system:serviceaccount:mail:mailer'])]),
      'k8s/all.yaml': [
        ...['cart', 'basket', 'till'].map((name) => account('shop', name, 'shop')),
        account('mail', 'mailer', 'mailer'),
        account('mail', 'lost', 'nowhere'),
      ].join('---\n'),
    };
    const analysis = analyze(texts);
    const workspace = analysis.workspace();
    const refactoring = done(toPodIdentity(workspace, irsaAccounts(workspace), { cluster: 'orders-prod' }));
    expect(refactoring.title).toBe('Move 4 service accounts to EKS Pod Identity');
    expect(refactoring.warnings.filter((each) => each.includes('mail/lost'))).toHaveLength(1);
    expect(refactoring.placeholders).toEqual([]);
    const after = applied(texts, refactoring);
    expect(serious(after)).toEqual([]);
    expect(after['iam/shop.json']).toContain(GITHUB);
    expect(after['iam/shop.json']).not.toContain(ISSUER);
    for (const [namespace, name] of [
      ['shop', 'cart'],
      ['shop', 'basket'],
      ['shop', 'till'],
      ['mail', 'mailer'],
    ] as const) {
      const { policy, winner } = identityOf(after, `${namespace}/${name}`);
      expect([winner, decision(policy!, namespace, name)]).toEqual(['pod-identity', 'allowed']);
    }
    expect(after['pod-identity-associations.sh'] ?? after['iam/pod-identity-associations.sh']).toMatch(
      /^#!(?:(?!#!)[\s\S])*$/,
    );
    expect(identityOf(after, 'mail/lost').winner).toBe('irsa');
  });

  it('asks which cluster where the role trusts several, and leaves the other one alone', () => {
    const texts = {
      'cart.json': roleJson('cart', [
        irsaJson(['system:serviceaccount:shop:cart']),
        irsaJson(['system:serviceaccount:shop:cart'], OTHER),
      ]),
      'cart.yaml': account('shop', 'cart', 'cart'),
    };
    const analysis = analyze(texts);
    const cart = accountIn(analysis, 'shop/cart');
    expect(issuersFor(analysis.workspace(), cart)).toEqual([ISSUER, OTHER]);
    expect(refusal(toPodIdentity(analysis.workspace(), [cart]))).toBe(
      "the role 'cart' trusts 2 clusters; say which one is migrated",
    );
    const refactoring = migrated(texts, 'shop/cart', { issuer: OTHER });
    const after = applied(texts, refactoring);
    expect(after['cart.json']).toContain(irsaJson(['system:serviceaccount:shop:cart']));
    expect(after['cart.json']).not.toContain(OTHER);
    expect(refactoring.warnings.join(' ')).toContain('another cluster');
  });

  it('keeps a pattern that lets others in too, and says so', () => {
    const texts = {
      'cart.json': roleJson('cart', [irsaJson(['system:serviceaccount:shop:*']).replace('StringEquals', 'StringLike')]),
      'cart.yaml': account('shop', 'cart', 'cart'),
    };
    const refactoring = migrated(texts);
    expect(refactoring.warnings[0]).toBe(
      "Statement 1 of the trust policy of 'cart' lets shop/cart in by a pattern and stays.",
    );
    expect(applied(texts, refactoring)['cart.json']).toContain('system:serviceaccount:shop:*');
  });

  it('carries other conditions over', () => {
    const statement = irsaJson(['system:serviceaccount:shop:cart']).replace(
      '"Condition": {',
      '"Condition": {\n            "StringLike": { "aws:PrincipalOrgPaths": "o-a/*" },',
    );
    const texts = { 'cart.json': roleJson('cart', [statement]), 'cart.yaml': account('shop', 'cart', 'cart') };
    expect(applied(texts, migrated(texts))['cart.json']).toMatch(
      /"StringLike": \{\s+"aws:PrincipalOrgPaths": "o-a\/\*"/,
    );
  });

  it('takes a bare trust policy for the role where it alone names the account', () => {
    const bare = `{\n  "Version": "2012-10-17",\n  "Statement": [\n    ${irsaJson(['system:serviceaccount:shop:cart'], ISSUER, 4)}\n  ]\n}\n`;
    const texts = { 'trust.json': bare, 'cart.yaml': account('shop', 'cart', 'cart') };
    const refactoring = migrated(texts);
    expect(refactoring.warnings[0]).toMatch(/^No file says whose trust policy it is that names shop\/cart/);
    expect(applied(texts, refactoring)['trust.json']).toContain('pods.eks.amazonaws.com');
  });

  it('refuses what it could do only by half', () => {
    const say = (texts: Texts) => {
      const analysis = analyze(texts);
      return refusal(toPodIdentity(analysis.workspace(), [accountIn(analysis, 'shop/cart')]));
    };
    const cart = account('shop', 'cart', 'cart');
    expect(say({ 'cart.yaml': cart })).toMatch(/is not in the workspace, so its trust policy cannot be changed/);
    expect(
      say({ 'cart.yaml': cart, 'cart.json': roleJson('cart', [irsaJson(['system:serviceaccount:shop:other'])]) }),
    ).toBe("the trust policy of 'cart' does not let shop/cart in as it is");
    expect(
      say({
        'cart.yaml': cart,
        'main.tf': `module "cart" {\n  source = "terraform-aws-modules/iam/aws//modules/iam-role-for-service-accounts-eks"\n  role_name = "cart"\n  oidc_providers = { main = { provider_arn = "arn:aws:iam::111122223333:oidc-provider/${ISSUER}", namespace_service_accounts = ["shop:cart"] } }\n}\n`,
      }),
    ).not.toMatch(/^not refused/);
  });
});

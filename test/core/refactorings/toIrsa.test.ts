import { beforeAll, describe, expect, it } from 'vitest';
import { podIdentityAccounts, providersFor, toIrsa } from '../../../src/core/refactorings/toIrsa.js';
import { toPodIdentity } from '../../../src/core/refactorings/toPodIdentity.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';
import { account, ID, ISSUER, irsaCases, irsaJson, OTHER, PROVIDER, roleJson } from './formats.js';
import { accountIn, applied, decision, done, identityOf, refusal, serious, type Texts } from './support.js';

const SCRIPT = `#!/usr/bin/env bash
aws eks create-pod-identity-association --cluster-name orders-prod --namespace shop \\
  --service-account cart --role-arn arn:aws:iam::111122223333:role/cart

aws eks create-pod-identity-association --cluster-name orders-prod --namespace mail \\
  --service-account mailer --role-arn arn:aws:iam::111122223333:role/mailer
`;

const pods = (namespace: string, names: readonly string[]) =>
  `{
  "Sid": "Pods",
  "Effect": "Allow",
  "Principal": { "Service": "pods.eks.amazonaws.com" },
  "Action": ["sts:AssumeRole", "sts:TagSession"],
  "Condition": {
    "StringEquals": {
      "aws:RequestTag/kubernetes-namespace": "${namespace}",
      "aws:RequestTag/kubernetes-service-account": ${JSON.stringify(names.length === 1 ? names[0] : names)}
    }
  }
}`.replaceAll('\n', '\n        ');

function back(texts: Texts, name = 'shop/cart', options = {}) {
  const analysis = analyze(texts);
  return done(toIrsa(analysis.workspace(), [accountIn(analysis, name)], options));
}

describe('Pod Identity to IRSA', () => {
  beforeAll(readyForTerraform);

  for (const [format, { files, kept }] of Object.entries(irsaCases)) {
    if (format === 'Helm values') continue;
    for (const [form, texts] of [
      ['as typed', files],
      ['CRLF', Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replace(/\r?\n/g, '\r\n')]))],
    ] as const) {
      it(`and back again: ${format} (${form})`, () => {
        const analysis = analyze(texts);
        const there = applied(texts, done(toPodIdentity(analysis.workspace(), [accountIn(analysis, 'shop/cart')])));
        const again = applied(there, back(there, 'shop/cart', { issuer: ISSUER }));
        const shown = Object.entries(again)
          .map(([file, text]) => `# ${file}\n${text}`)
          .join('\n');
        expect(shown).toMatchSnapshot();
        expect(serious(again), shown).toEqual([]);
        const identity = identityOf(again, 'shop/cart');
        expect([identity.mechanism, identity.winner], shown).toEqual(['irsa', 'irsa']);
        if (!format.startsWith('eksctl')) {
          // Where only the module knows the account, it is left to be filled in.
          const expected = format.startsWith('Terraform policy document') ? 'unknown' : 'allowed';
          expect(identity.trust, shown).toBe(expected);
          expect(['cart', 'other'].map((each) => decision(identity.policy!, 'shop', each, ISSUER))).toEqual([
            'allowed',
            'denied',
          ]);
          expect(decision(identity.policy!, 'shop', 'cart')).toBe('denied');
        }
        for (const text of kept) expect(shown).toContain(form === 'CRLF' ? text.replace(/\r?\n/g, '\r\n') : text);
        if (form === 'CRLF')
          for (const [file, text] of Object.entries(again))
            if (texts[file]) expect(text.replaceAll('\r\n', ''), file).not.toContain('\n');
        expect(
          podIdentityAccounts(analyze(again).workspace()).filter(({ variants }) => variants[0]!.name[0] === 'cart'),
        ).toEqual([]);
      });
    }
  }

  it('takes the one command out of a script and keeps the others', () => {
    const texts = {
      'cart.json': roleJson('cart', [pods('shop', ['cart'])]),
      'mailer.json': roleJson('mailer', [irsaJson(['system:serviceaccount:mail:mailer'])]),
      'setup.sh': SCRIPT,
      'cart.yaml': account('shop', 'cart'),
    };
    const refactoring = back(texts);
    const after = applied(texts, refactoring);
    expect(after['setup.sh']).toBe(`#!/usr/bin/env bash\n${SCRIPT.slice(SCRIPT.lastIndexOf('\naws'))}`);
    expect(after['cart.json']).toContain(
      `"Sid": "Pods",\n          "Effect": "Allow",\n          "Principal": {\n            "Federated": "${PROVIDER}"`,
    );
    expect(refactoring.warnings.join(' ')).toContain('delete-pod-identity-association');
    expect(after['mailer.json']).toBe(texts['mailer.json']);
  });

  it('takes one of several names out of a statement', () => {
    const texts = {
      'cart.json': roleJson('cart', [pods('shop', ['cart', 'basket'])]),
      'cart.yaml': account('shop', 'cart'),
      'eks.json': JSON.stringify({
        clusterName: 'c',
        namespace: 'shop',
        serviceAccount: 'cart',
        roleArn: 'arn:aws:iam::111122223333:role/cart',
      }),
    };
    const after = applied(texts, back(texts, 'shop/cart', { issuer: ISSUER }));
    expect(after['eks.json']).toBeUndefined();
    expect(after['cart.json']).toContain('"aws:RequestTag/kubernetes-service-account": ["basket"]');
    const { policy } = identityOf(after, 'shop/cart');
    expect([
      decision(policy!, 'shop', 'basket'),
      decision(policy!, 'shop', 'cart'),
      decision(policy!, 'shop', 'cart', ISSUER),
    ]).toEqual(['allowed', 'denied', 'allowed']);
  });

  const associated = {
    'cart.json': roleJson('cart', [pods('shop', ['cart'])]),
    'cart.yaml': account('shop', 'cart'),
    'setup.sh': SCRIPT,
  };

  it('leaves the issuer to be filled in where nobody knows it', () => {
    const refactoring = back(associated);
    expect(refactoring.placeholders).toEqual(['AWS_REGION', 'OIDC_ID']);
    expect(serious(applied(associated, refactoring))).toEqual([]);
  });

  it('asks which cluster it is where the files know several', () => {
    const texts = {
      ...associated,
      'a.json': roleJson('a', [irsaJson(['system:serviceaccount:a:a'])]),
      'b.json': roleJson('b', [irsaJson(['system:serviceaccount:a:b'], OTHER)]),
    };
    const analysis = analyze(texts);
    const cart = accountIn(analysis, 'shop/cart');
    expect(refusal(toIrsa(analysis.workspace(), [cart]))).toBe(
      'the files know the OIDC providers of 2 clusters; say which one shop/cart runs in',
    );
    expect(providersFor(analysis.workspace(), cart).map(({ issuer }) => issuer)).toEqual([ISSUER, OTHER]);
    const after = applied(texts, back(texts, 'shop/cart', { issuer: OTHER }));
    expect(decision(identityOf(after, 'shop/cart').policy!, 'shop', 'cart', OTHER)).toBe('allowed');
    expect(after['cart.json']).not.toContain(ID);
  });

  it('refuses what IRSA has no counterpart for', () => {
    const texts = {
      ...associated,
      'setup.sh':
        '#!/bin/sh\naws eks create-pod-identity-association --cluster-name c --namespace shop --service-account cart --role-arn arn:aws:iam::111122223333:role/cart --target-role-arn arn:aws:iam::444455556666:role/x\n',
    };
    const analysis = analyze(texts);
    expect(refusal(toIrsa(analysis.workspace(), [accountIn(analysis, 'shop/cart')]))).toMatch(/target role/);
  });

  it('names the provider as the module does', () => {
    const pods =
      'Principal = { Service = "pods.eks.amazonaws.com" }\n      Action = ["sts:AssumeRole", "sts:TagSession"]\n      Condition = { StringEquals = { "aws:RequestTag/kubernetes-namespace" = "shop", "aws:RequestTag/kubernetes-service-account" = "cart" } }';
    const texts = {
      'main.tf': `resource "aws_iam_role" "dns" {
  name = "dns"
  assume_role_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = module.eks.oidc_provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "\${module.eks.oidc_provider}:sub" = "system:serviceaccount:kube-system:dns", "\${module.eks.oidc_provider}:aud" = "sts.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_role" "cart" {
  name = "cart"
  assume_role_policy = jsonencode({
    Statement = [{
      Effect = "Allow"
      ${pods}
    }]
  })
}

resource "aws_eks_pod_identity_association" "cart" {
  cluster_name    = module.eks.cluster_name
  namespace       = "shop"
  service_account = "cart"
  role_arn        = aws_iam_role.cart.arn
}

resource "kubernetes_service_account_v1" "cart" {
  metadata {
    name      = "cart"
    namespace = "shop"
  }
}
`,
    };
    const after = applied(texts, back(texts));
    expect(after['main.tf']).toContain(`"\${module.eks.oidc_provider}:sub" = "system:serviceaccount:shop:cart"`);
    expect(after['main.tf']).toContain('"eks.amazonaws.com/role-arn" = aws_iam_role.cart.arn');
    expect(after['main.tf']).not.toContain('pod_identity');
    expect(serious(after)).toEqual([]);
  });
});

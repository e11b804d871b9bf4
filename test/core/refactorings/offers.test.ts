import { beforeAll, describe, expect, it } from 'vitest';
import { offersAt } from '../../../src/core/refactorings/offers.js';
import { analyze, readyForTerraform } from '../../support/ruleTester.js';
import { account, irsaJson, roleJson } from './formats.js';

describe('what is offered at a place', () => {
  beforeAll(readyForTerraform);

  const texts = {
    'role.json': roleJson('shop', [irsaJson(['system:serviceaccount:shop:*']).replace('StringEquals', 'StringLike')]),
    'k8s.yaml': [
      account('shop', 'cart', 'shop'),
      account('shop', 'basket', 'shop'),
      account('shop', 'plain'),
      account('mail', 'mailer'),
    ].join('---\n'),
    'mailer.sh':
      '#!/bin/sh\naws eks create-pod-identity-association --cluster-name c --namespace mail --service-account mailer --role-arn arn:aws:iam::111122223333:role/mailer\n',
  };
  const analysis = analyze(texts);
  const at = (file: keyof typeof texts, word: string) =>
    offersAt(analysis.workspace(), analysis.factsOf(file)!, file, texts[file].indexOf(word)).map(({ title }) => title);

  it('is the other mechanism on a service account', () => {
    expect(at('k8s.yaml', 'name: cart')).toEqual(['Move shop/cart to EKS Pod Identity …']);
    expect(at('k8s.yaml', 'name: mailer')).toEqual(['Move mail/mailer to IRSA …']);
    expect(at('k8s.yaml', 'name: plain')).toEqual([]);
  });
  it('is the way back on an association', () => {
    expect(at('mailer.sh', 'mailer')).toEqual(['Move mail/mailer to IRSA …']);
  });
  it('is a list of subjects and a role each on a trust policy', () => {
    expect(at('role.json', '"Statement"')).toEqual([
      'Replace the subject pattern by a list …',
      "Give each service account that uses 'shop' a role of its own …",
    ]);
  });
});

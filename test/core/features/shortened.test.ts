import { expect, test } from 'vitest';
import { shortened } from '../../../src/core/features/shortened.js';

test('the first clause, whole', () => {
  expect(
    shortened("Pod Identity also needs 'sts:TagSession'; with 'sts:AssumeRole' alone the pod gets no credentials."),
  ).toBe("Pod Identity also needs 'sts:TagSession'");
  const long = `'arn:aws:eks:eu-west-1:111122223333:podidentityassociation/orders-prod/a-karpenter000000001' is no cluster's ARN`;
  expect(shortened(`${long}; it should be another.`)).toBe(long);
});

test('what is said of a value is part of it', () => {
  expect(shortened("'https://oidc…': an issuer stands without 'https://'; it should be 'oidc…'.")).toBe(
    "'https://oidc…': an issuer stands without 'https://'",
  );
});

import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/core/identity/explain.js';

describe('the explanation', () => {
  it('is the chain in columns, with what holds and what does not', () => {
    const text = explain({
      subject: 'payments/worker',
      target: 'arn:aws:iam::111122223333:role/payments-worker',
      verdict: 'DENIED',
      links: [
        { label: 'pod', text: 'worker-5d8c', source: 'k8s/worker.yaml:31' },
        { label: 'annotation', text: 'eks.amazonaws.com/role-arn = …', source: 'k8s/worker.yaml:8' },
        {
          label: 'trust',
          text: 'statement 1  Allow',
          mark: 'no',
          details: [
            { label: '…:aud', text: 'StringEquals  sts.amazonaws.com', mark: 'yes' },
            { label: 'principal', text: 'arn', mark: 'maybe' },
            {
              label: '…:sub',
              text: 'StringEquals  system:serviceaccount:payments:wrker',
              mark: 'no',
              note: "'wrker' ≠ 'worker'",
            },
          ],
        },
      ],
    });
    expect(text).toBe(`payments/worker → arn:aws:iam::111122223333:role/payments-worker    DENIED

  pod         worker-5d8c    k8s/worker.yaml:31
  annotation  eks.amazonaws.com/role-arn = …    k8s/worker.yaml:8
  trust       statement 1  Allow  ✗
                …:aud      StringEquals  sts.amazonaws.com  ✓
                principal  arn  ?
                …:sub      StringEquals  system:serviceaccount:payments:wrker  ✗  'wrker' ≠ 'worker'
`);
  });
});

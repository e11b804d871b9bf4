// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how holes are shown
import { describe, expect, it } from 'vitest';
import { readAck } from '../../../src/core/facts/ack.js';
import { onlyHole } from '../../../src/core/syntax/text.js';
import { read, shown, typed } from './reading.js';

const role = `apiVersion: iam.services.k8s.aws/v1alpha1
kind: Role
metadata: { name: cart, namespace: infra }
spec:
  name: shop-cart
  path: /eks/
  assumeRolePolicyDocument: |
    {
      "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringLike": { "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:shop:*" } }
      }]
    }
  inlinePolicies:
    s3: '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
  policies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
  policyRefs:
    - from: { name: extra }
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: Policy
metadata: { name: extra, namespace: infra }
spec:
  name: extra
  policyDocument: '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
---
apiVersion: iam.services.k8s.aws/v1alpha1
kind: OpenIDConnectProvider
metadata: { name: blue }
spec: { url: "https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", clientIDs: [sts.amazonaws.com] }
`;

describe('ACK', () => {
  it('gives roles with all that hangs on them', () => {
    const { facts, taken } = read(readAck, role);
    expect(taken).toBe(3);
    const [found] = facts.roles;
    expect([found?.address, shown(found?.name), shown(found?.path), found?.account]).toEqual([
      'ack:infra/cart',
      'shop-cart',
      '/eks/',
      '111122223333',
    ]);
    const [condition] = facts.trustPolicies[0]!.statements[0]!.conditions;
    expect(typed(role, condition?.values[0])).toBe('"system:serviceaccount:shop:*"');
    const reference = [{ address: 'ack:infra/cart' }];
    const extra = 'policy ack:infra/extra';
    expect(facts.permissionPolicies.map(({ roles, address }) => [roles, address])).toEqual([
      [reference, undefined],
      [[], extra],
    ]);
    expect(facts.managedPolicyArns.map(({ arn, roles }) => [shown(arn), onlyHole(arn.text)?.address, roles])).toEqual([
      ['arn:aws:iam::aws:policy/ReadOnlyAccess', undefined, reference],
      ['${extra}', extra, reference],
    ]);
    expect(typed(role, facts.managedPolicyArns[1]?.arn)).toBe('extra');
    expect(shown(facts.oidcProviders[0]?.url)).toBe('https://oidc.eks.eu-west-1.amazonaws.com/id/ABC');
  });

  it('gives associations by ARN and by reference', () => {
    const { associations } = read(
      readAck,
      `apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
metadata: { name: a, namespace: infra }
spec: { clusterName: blue, namespace: shop, serviceAccount: cart, roleRef: { from: { name: cart } }, disableSessionTags: true }
---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: PodIdentityAssociation
spec: { clusterName: blue, namespace: shop, serviceAccount: cart, roleARN: "arn:aws:iam::111122223333:role/a", roleRef: { from: { name: cart, namespace: x } }, policy: "{}" }
---
apiVersion: eks.services.k8s.aws/v1alpha1
kind: Addon
spec: { name: vpc-cni, clusterName: blue, podIdentityAssociations: [{ serviceAccount: aws-node, roleARN: "arn:aws:iam::1:role/x" }] }
`,
    ).facts;
    expect(associations.map(({ role: { address } = {}, roleArn, addon }) => [address, shown(roleArn), addon])).toEqual([
      ['ack:infra/cart', undefined, undefined],
      ['ack:x/cart', 'arn:aws:iam::111122223333:role/a', undefined],
      [undefined, 'arn:aws:iam::1:role/x', 'vpc-cni'],
    ]);
    expect(associations[0]?.disableSessionTags?.kind).toBe('boolean');
    expect(associations[1]?.fields.map(({ key }) => key.raw)).toEqual(['roleARN', 'roleRef']);
  });

  it('keeps the names of templates to their chart', () => {
    const text = role.replaceAll('name: cart,', 'name: {{ .Release.Name }},');
    expect(read(readAck, text, 'charts/a/templates/role.yaml', 'charts/a').facts.roles[0]?.address).toBe(
      `ack:charts/a:infra/\${.Release.Name}`,
    );
  });

  it('leaves other groups alone', () => {
    expect(read(readAck, 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n').taken).toBe(0);
    expect(read(readAck, 'apiVersion: s3.services.k8s.aws/v1alpha1\nkind: Bucket\n').taken).toBe(0);
  });
});

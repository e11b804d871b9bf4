import { describe, expect, it } from 'vitest';
import { readCrossplane } from '../../../src/core/facts/crossplane.js';
import { readNestedObjects } from '../../../src/core/facts/nestedObjects.js';
import { onlyHole } from '../../../src/core/syntax/text.js';
import { read, shown, typed } from './reading.js';

const role = (group: string, field = 'assumeRolePolicy') => `apiVersion: ${group}/v1beta1
kind: Role
metadata:
  name: cart
  annotations: { crossplane.io/external-name: shop-cart }
spec:
  forProvider:
    path: /eks/
    ${field}: |
      {"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    inlinePolicy: [{ name: a, policy: '{"Statement": []}' }]
    managedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess]
`;

describe('Crossplane', () => {
  it.each([
    ['iam.aws.upbound.io', 'assumeRolePolicy'],
    ['iam.aws.m.upbound.io', 'assumeRolePolicy'],
    ['iam.aws.crossplane.io', 'assumeRolePolicyDocument'],
  ])('gives roles of %s', (group, field) => {
    const text = role(group, field);
    const { facts, taken } = read(readCrossplane, text);
    expect(taken).toBe(1);
    expect([facts.roles[0]?.address, shown(facts.roles[0]?.name), shown(facts.roles[0]?.path)]).toEqual([
      'crossplane:cart',
      'shop-cart',
      '/eks/',
    ]);
    const [action] = facts.trustPolicies[0]!.statements[0]!.actions;
    expect(typed(text, action)).toBe('"sts:AssumeRole"');
    expect(facts.permissionPolicies[0]?.roles).toEqual([{ address: 'crossplane:cart' }]);
    expect(facts.managedPolicyArns).toHaveLength(1);
  });

  it('gives what is attached, associations, and providers', () => {
    const { facts } = read(
      readCrossplane,
      `apiVersion: iam.aws.upbound.io/v1beta1
kind: RolePolicyAttachment
spec: { forProvider: { policyArnRef: { name: extra }, roleRef: { name: cart } } }
---
apiVersion: iam.aws.upbound.io/v1beta1
kind: Policy
metadata: { name: extra }
spec: { forProvider: { policy: '{"Statement": []}' } }
---
apiVersion: iam.aws.upbound.io/v1beta1
kind: RolePolicy
spec: { forProvider: { role: shop-cart, policy: '{"Statement": []}' } }
---
apiVersion: eks.aws.upbound.io/v1beta1
kind: PodIdentityAssociation
spec: { forProvider: { clusterName: blue, namespace: shop, serviceAccount: cart, roleArnRef: { name: cart } } }
---
apiVersion: iam.aws.upbound.io/v1beta1
kind: OpenIDConnectProvider
metadata: { name: blue }
spec: { forProvider: { url: "https://x", clientIdList: [sts.amazonaws.com] } }
`,
    );
    expect(facts.permissionPolicies.map(({ roles, address }) => [roles, address])).toEqual([
      [[], 'policy crossplane:extra'],
      [[{ name: ['shop-cart'] }], undefined],
    ]);
    expect(facts.managedPolicyArns.map(({ arn, roles }) => [onlyHole(arn.text)?.address, roles])).toEqual([
      ['policy crossplane:extra', [{ address: 'crossplane:cart' }]],
    ]);
    expect(facts.associations[0]?.role).toEqual({ address: 'crossplane:cart' });
    expect(facts.oidcProviders[0]?.address).toBe('crossplane:blue');
  });
});

describe('objects in objects', () => {
  const indented = (text: string, by: string) => text.trimEnd().replaceAll('\n', `\n${by}`);

  it.each([
    [
      'a Composition',
      `apiVersion: apiextensions.crossplane.io/v1
kind: Composition
spec:
  resources:
    - base:
        ${indented(role('iam.aws.upbound.io'), '        ')}
`,
    ],
    [
      'a pipeline',
      `apiVersion: apiextensions.crossplane.io/v1
kind: Composition
spec:
  pipeline:
    - input:
        resources:
          - base:
              ${indented(role('iam.aws.upbound.io'), '              ')}
`,
    ],
    [
      'a resource graph',
      `apiVersion: kro.run/v1alpha1
kind: ResourceGraphDefinition
spec:
  resources:
    - template:
        ${indented(role('iam.aws.upbound.io'), '        ')}
`,
    ],
  ])('are read from %s', (_name, text) => {
    const { facts, taken } = read(readNestedObjects, text);
    expect([taken, facts.roles.length]).toEqual([1, 1]);
  });

  it('are read from the Kubernetes provider', () => {
    const { facts } = read(
      readNestedObjects,
      `apiVersion: kubernetes.crossplane.io/v1alpha2
kind: Object
spec: &s
  forProvider:
    manifest: { apiVersion: v1, kind: ServiceAccount, metadata: { name: cart, namespace: shop } }
`,
    );
    expect(shown(facts.serviceAccounts[0]?.metadata.name)).toBe('cart');
  });

  it('end where an object holds itself', () => {
    const text = `&o
apiVersion: kubernetes.crossplane.io/v1alpha2
kind: Object
spec: { forProvider: { manifest: *o } }
`;
    expect(read(readNestedObjects, text).taken).toBe(1);
  });
});

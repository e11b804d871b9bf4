import { describe, expect, it } from 'vitest';
import { readEksctl } from '../../../src/core/facts/eksctl.js';
import { read, shown, typed } from './reading.js';

const text = `apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: { name: blue, region: eu-west-1 }
autoModeConfig: { enabled: true }
iam:
  withOIDC: false
  serviceAccounts:
    - metadata: { name: cart, namespace: shop, annotations: { a: b } }
      attachPolicyARNs: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
      attachPolicy: { Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
      roleName: shop-cart
    - metadata: { name: till }
      attachRoleARN: arn:aws:iam::111122223333:role/till
    - metadata: { name: only, namespace: shop }
      roleOnly: true
      subjectPattern: "*"
  podIdentityAssociations:
    - namespace: shop
      serviceAccountName: api
      createServiceAccount: true
      permissionPolicyARNs: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
    - { namespace: shop, serviceAccountName: db, roleARN: "arn:aws:iam::111122223333:role/db", permissionPolicyARNs: [x] }
addons:
  - name: vpc-cni
    attachPolicyARNs: [x]
    podIdentityAssociations: [{ serviceAccountName: aws-node, namespace: kube-system, roleARN: "arn:aws:iam::1:role/x" }]
  - name: coredns
    useDefaultPodIdentityAssociations: true
managedNodeGroups:
  - { name: a, disableIMDSv1: false }
  - { name: b, disableIMDSv1: false, disablePodIMDS: true }
nodeGroups:
  - { name: c, disableIMDSv1: true }
`;

describe('eksctl', () => {
  const { facts, taken } = read(readEksctl, text, 'cluster.yaml');
  const [cluster] = facts.eksctlClusters;

  it('gives the cluster', () => {
    expect(taken).toBe(1);
    expect([shown(cluster?.name), shown(cluster?.region), cluster?.autoMode]).toEqual(['blue', 'eu-west-1', true]);
    expect([cluster?.serviceAccountCount, cluster?.associationCount]).toEqual([3, 2]);
    expect(typed(text, cluster?.withOidc?.value)).toBe('false');
    expect(cluster?.subjectPatterns.map(shown)).toEqual(['*']);
    expect(
      cluster?.addons.map(({ name, irsaFields, podIdentityAssociations, useDefaultPodIdentityAssociations }) => [
        shown(name),
        irsaFields.map(({ key }) => key.raw),
        podIdentityAssociations !== undefined,
        useDefaultPodIdentityAssociations !== undefined,
      ]),
    ).toEqual([
      ['vpc-cni', ['attachPolicyARNs'], true, false],
      ['coredns', [], false, true],
    ]);
  });

  it('gives service accounts', () => {
    expect(
      facts.serviceAccounts.map(({ metadata, managed }) => [
        shown(metadata.namespace),
        shown(metadata.name),
        metadata.annotations.map(({ key }) => key.raw),
        managed,
      ]),
    ).toEqual([
      ['shop', 'cart', ['a'], true],
      ['default', 'till', ['eks.amazonaws.com/role-arn'], undefined],
      ['shop', 'api', [], undefined],
    ]);
    expect(typed(text, facts.serviceAccounts[1]?.metadata.annotations[0]?.value)).toBe(
      'arn:aws:iam::111122223333:role/till',
    );
  });

  it('gives the roles that eksctl makes, and what they may do', () => {
    expect(facts.roles.map(({ address, name, managedTrust }) => [address, shown(name), managedTrust])).toEqual([
      ['eksctl:cluster.yaml#blue shop/cart', 'shop-cart', true],
      ['eksctl:cluster.yaml#blue shop/only', undefined, true],
      ['eksctl:cluster.yaml#blue pod-identity shop/api', undefined, true],
    ]);
    expect(facts.permissionPolicies[0]?.roles).toEqual([{ address: 'eksctl:cluster.yaml#blue shop/cart' }]);
    expect(facts.managedPolicyArns).toHaveLength(2);
  });

  it('gives associations', () => {
    expect(
      facts.associations.map(({ clusterName, serviceAccount, roleArn, role, fields, addon }) => [
        shown(clusterName),
        shown(serviceAccount),
        shown(roleArn),
        role?.address,
        fields.map(({ key }) => key.raw),
        addon,
      ]),
    ).toEqual([
      ['blue', 'api', undefined, 'eksctl:cluster.yaml#blue pod-identity shop/api', ['permissionPolicyARNs'], undefined],
      ['blue', 'db', 'arn:aws:iam::111122223333:role/db', undefined, ['roleARN', 'permissionPolicyARNs'], undefined],
      ['blue', 'aws-node', 'arn:aws:iam::1:role/x', undefined, ['roleARN'], 'vpc-cni'],
    ]);
  });

  it('gives node groups', () => {
    expect(facts.nodeTemplates.map(({ name, httpTokens }) => [shown(name), httpTokens?.value])).toEqual([
      ['c', 'required'],
      ['a', 'optional'],
      ['b', undefined],
    ]);
  });

  it('is no other ClusterConfig', () => {
    expect(read(readEksctl, 'apiVersion: x/v1\nkind: ClusterConfig\n').taken).toBe(0);
  });
});

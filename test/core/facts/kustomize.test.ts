import { describe, expect, it } from 'vitest';
import { readJsonPatchFile, readKustomization } from '../../../src/core/facts/kustomize.js';
import { applyEdits, renameKey, replaceString } from '../../../src/core/syntax/edits.js';
import { read, shown, typed } from './reading.js';

const kustomization = (text: string) => read(readKustomization, text, 'overlays/prod/kustomization.yaml');

describe('kustomizations', () => {
  it('are known by name or API group', () => {
    expect(kustomization('resources: [a.yaml]\n').taken).toBe(1);
    for (const [text, taken] of [
      ['apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\n', 1],
      ['apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: { path: a }\n', 0],
      ['resources: [a.yaml]\n', 0],
    ] as const)
      expect(read(readKustomization, text, 'a.yaml').taken).toBe(taken);
  });

  it('say what they include and set', () => {
    const [found] = kustomization(`namespace: shop
namePrefix: a-
nameSuffix: -b
resources: [x.yaml]
bases: [../base]
components: [../c]
commonAnnotations: { eks.amazonaws.com/role-arn: x }
`).facts.kustomizations;
    expect([found?.namespace, found?.namePrefix, found?.nameSuffix].map(shown)).toEqual(['shop', 'a-', '-b']);
    expect(found?.resources.map(shown)).toEqual(['x.yaml', '../base', '../c']);
    expect(found?.commonAnnotations[0]?.key.raw).toBe('eks.amazonaws.com/role-arn');
    expect(found?.file).toBe('overlays/prod/kustomization.yaml');
  });
});

describe('patches', () => {
  const text = `patches:
  - path: sa.yaml
    target: { kind: ServiceAccount, name: "c.*" }
  - patch: |-
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: cart
        annotations:
          eks.amazonaws.com/rolearn: arn:aws:iam::111122223333:role/cart
  - target: { kind: ServiceAccount, name: till }
    patch: |-
      - op: add
        path: /metadata/annotations
        value: { eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/till" }
      - op: add
        path: "/metadata/annotations/eks.amazonaws.com~1rolearn"
        value: x
      - op: remove
        path: /metadata/annotations/other
patchesStrategicMerge:
  - other.yaml
  - |
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: cart }
    spec: { template: { spec: { serviceAccountName: cart } } }
patchesJson6902:
  - target: { kind: ServiceAccount, name: a }
    patch: '[{"op": "add", "path": "/metadata/annotations/a~1b", "value": "c"}]'
  - target: { kind: ServiceAccount, name: b }
    path: b.json
`;
  const { facts } = kustomization(text);
  const { patches } = facts.kustomizations[0]!;

  it('are files or inline', () => {
    expect(patches.map(({ path, content, target }) => [shown(path), content?.kind, target?.name])).toEqual([
      ['sa.yaml', undefined, 'c.*'],
      [undefined, 'object', undefined],
      [undefined, 'array', 'till'],
      ['other.yaml', undefined, undefined],
      [undefined, 'object', undefined],
      [undefined, 'array', 'a'],
      ['b.json', undefined, 'b'],
    ]);
  });

  it('give their objects as patches, each at its place', () => {
    const [account] = facts.serviceAccounts;
    expect(account?.patch).toBe(true);
    const { key } = account!.metadata.annotations[0]!;
    expect(typed(text, key)).toBe('eks.amazonaws.com/rolearn');
    expect(facts.workloads[0]?.patch).toBe(true);
    expect(applyEdits(text, [renameKey({ key, value: undefined }, 'eks.amazonaws.com/role-arn')])).toBe(
      text.replace('eks.amazonaws.com/rolearn: arn', 'eks.amazonaws.com/role-arn: arn'),
    );
  });

  it('give the annotations that JSON patches add', () => {
    expect(patches.map(({ adds }) => adds.map(({ key }) => key.raw))).toEqual([
      [],
      [],
      ['eks.amazonaws.com/role-arn', 'eks.amazonaws.com/rolearn'],
      [],
      [],
      ['a/b'],
      [],
    ]);
    const { key, value } = patches[2]!.adds[1]!;
    expect([typed(text, key), typed(text, value)]).toEqual(['eks.amazonaws.com~1rolearn', 'x']);
    expect(applyEdits(text, [renameKey({ key, value }, 'eks.amazonaws.com/role-arn')])).toContain(
      '"/metadata/annotations/eks.amazonaws.com~1role-arn"',
    );
    const other = patches[5]!.adds[0]!;
    expect(applyEdits(text, [renameKey({ key: other.key, value: undefined }, "it's")])).toContain(
      `/metadata/annotations/it''s"`,
    );
  });
});

describe('generators', () => {
  it('hold credentials', () => {
    const text = `secretGenerator:
  - name: importer
    namespace: etl
    literals:
      - AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE
      - "B=c=d"
configMapGenerator:
  - name: x
    files: [a]
`;
    const { credentialStores } = kustomization(text).facts;
    expect(
      credentialStores.map(({ kind, metadata }) => [kind, shown(metadata.name), shown(metadata.namespace)]),
    ).toEqual([
      ['Secret', 'importer', 'etl'],
      ['ConfigMap', 'x', undefined],
    ]);
    const [first, second] = credentialStores[0]!.entries;
    expect([first?.key.raw, first?.decoded]).toEqual(['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE']);
    expect([typed(text, second?.key), typed(text, second?.value)]).toEqual(['B', 'c=d']);
    expect(applyEdits(text, [replaceString(second!.value, 'e"')])).toContain('"B=e\\""');
  });
});

describe('JSON patch files', () => {
  it('give what they add', () => {
    const text = '- { op: add, path: /metadata/annotations/eks.amazonaws.com~1role-arn, value: x }\n';
    const { facts, taken } = read(readJsonPatchFile, text, 'patch.yaml');
    expect(taken).toBe(1);
    expect(facts.jsonPatches[0]?.adds[0]?.key.raw).toBe('eks.amazonaws.com/role-arn');
    expect(read(readJsonPatchFile, '- a\n- { op: add }\n', 'patch.yaml').taken).toBe(0);
    expect(read(readJsonPatchFile, '[]\n', 'patch.yaml').taken).toBe(0);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis, type Finding } from '../src/core/analysis.js';
import { LineIndex } from '../src/core/syntax/lines.js';
import { readyForTerraform } from './support/ruleTester.js';

const root = join(import.meta.dirname, '../examples');

/** What is planted in `broken/`: file:line rule. */
const planted = [
  'broken/ack/role.yaml:15 trust-literal-wildcard',
  'broken/cloudformation/stack.yaml:19 trust-wildcard-subject',
  'broken/cloudformation/stack.yaml:30 node-open-imds',
  'broken/cloudformation/stack.yaml:31 node-open-imds',
  'broken/crossplane/role.yaml:17 trust-malformed-issuer',
  'broken/docker/Dockerfile:2 dockerfile-static-credentials',
  'broken/eksctl/cluster.yaml:7 eksctl-missing-oidc',
  'broken/helm/values.yaml:5 sa-misplaced-annotation',
  'broken/iam/audit.json:12 trust-missing-audience',
  'broken/iam/copied-from-a-blog.json:10 trust-prohibited-element',
  'broken/iam/copied-from-a-blog.json:7 trust-malformed-issuer',
  'broken/iam/export.json:12 trust-missing-subject',
  'broken/iam/ledger.json:14 trust-missing-tag-session',
  'broken/iam/old-cluster.json:12 trust-issuer-mismatch',
  'broken/iam/old-cluster.json:13 trust-issuer-mismatch',
  'broken/iam/orders-api.json:17 trust-wildcard-subject',
  'broken/iam/orders-worker.json:17 trust-unknown-subject',
  'broken/iam/star-under-equals.json:12 trust-literal-wildcard',
  'broken/iam/swapped.json:12 trust-swapped-claims',
  'broken/k8s/misplaced.yaml:15 sa-misplaced-annotation',
  'broken/k8s/misspelled.yaml:7 sa-misspelled-annotation',
  'broken/k8s/orders.yaml:15 sa-trust-denied',
  'broken/k8s/static-keys.yaml:20 workload-static-credentials',
  'broken/k8s/static-keys.yaml:25 workload-static-credentials',
  'broken/k8s/static-keys.yaml:37 secret-static-credentials',
  'broken/k8s/trailing-blank.yaml:7 sa-malformed-role-arn',
  'broken/k8s/trailing-blank.yaml:8 sa-invalid-option',
  'broken/k8s/unannotated.yaml:4 sa-missing-annotation',
  'broken/kustomize/overlays/prod/annotation.yaml:6 sa-misspelled-annotation',
  'broken/terraform/main.tf:17 trust-wildcard-subject',
  'broken/terraform/main.tf:40 trust-missing-tag-session',
];

describe('examples', () => {
  let findings: Finding[] = [];
  const texts = new Map<string, string>();

  beforeAll(async () => {
    await readyForTerraform();
    const analysis = new Analysis();
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name).slice(root.length + 1);
      texts.set(file, readFileSync(join(root, file), 'utf8'));
      analysis.setFile(file, texts.get(file)!);
    }
    findings = [...analysis.allFindings().values()].flat();
  });

  const serious = (folder: string) =>
    findings
      .filter(({ file, severity }) => file.startsWith(folder) && (severity === 'error' || severity === 'warning'))
      .map(({ file, start, ruleId }) => `${file}:${new LineIndex(texts.get(file)!).position(start).line + 1} ${ruleId}`)
      .sort();

  it('has every planted defect found, and nothing else', () => {
    expect(serious('broken/')).toEqual([...planted].sort());
  });

  it('has nothing in its good half', () => {
    expect(serious('good/')).toEqual([]);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { rules } from '../../../src/core/rules/index.js';
import type { Rule } from '../../../src/core/rules/rule.js';
import { readyForTerraform } from '../../support/ruleTester.js';

// After a change the rules look at the file and at what is linked to it, however large the workspace is. Counted, not timed.

const SIZE = 150;
const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718';

beforeAll(readyForTerraform);

/** Notes the files that any rule looks at. */
class Judged {
  readonly files = new Set<string>();
  calls = 0;

  readonly rules: readonly Rule[] = rules.map((rule) => ({
    ...rule,
    check: (facts, report, workspace) => {
      this.calls++;
      for (const list of Object.values(facts))
        for (const { node, spot } of list as { node?: Where; spot?: Where }[]) {
          let document = (node ?? spot)?.document;
          while (document?.host) document = document.host.document;
          if (document) this.files.add(document.file);
        }
      rule.check(facts, report, workspace);
    },
  }));

  after(change: () => void, analysis: Analysis): string[] {
    this.files.clear();
    this.calls = 0;
    change();
    analysis.refresh();
    return [...this.files].sort();
  }
}

interface Where {
  readonly document: { readonly file: string; readonly host?: { readonly document: Where['document'] } };
}

/** Names so different that none is taken for another one misspelled. */
const name = (i: number) =>
  `${'abcdefgh'[i % 8]!.repeat(3)}-${'ijklmnop'[(i >> 3) % 8]!.repeat(3)}-${'qrstuvwx'[(i >> 6) % 8]!.repeat(3)}`;

function account(i: number, role = name(i)): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name(i)}\n  namespace: team-${i % 7}\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${role}\n`;
}

function workload(i: number, runsAs = name(i)): string {
  return `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name(i)}\n  namespace: team-${i % 7}\nspec:\n  template:\n    spec:\n      serviceAccountName: ${runsAs}\n      containers: []\n`;
}

function role(i: number, subject = `team-${i % 7}:${name(i)}`): string {
  return JSON.stringify({
    Role: {
      RoleName: name(i),
      Arn: `arn:aws:iam::111122223333:role/${name(i)}`,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${ISSUER}` },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                [`${ISSUER}:sub`]: `system:serviceaccount:${subject}`,
                [`${ISSUER}:aud`]: 'sts.amazonaws.com',
              },
            },
          },
        ],
      },
    },
  });
}

function association(i: number): string {
  return `apiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata:\n  name: ${name(i)}\nspec:\n  clusterName: prod\n  namespace: pods\n  serviceAccount: ${name(i)}\n  roleARN: arn:aws:iam::111122223333:role/pods-${name(i)}\n`;
}

function workspace(): { analysis: Analysis; judged: Judged } {
  const judged = new Judged();
  const analysis = new Analysis({ rules: judged.rules });
  for (let i = 0; i < SIZE; i++) {
    analysis.setFile(`sa/${i}.yaml`, account(i));
    analysis.setFile(`app/${i}.yaml`, workload(i));
    analysis.setFile(`iam/${i}.json`, role(i));
    analysis.setFile(`pods/${i}.yaml`, association(i));
    analysis.setFile(
      `tf/${i}/main.tf`,
      `resource "aws_iam_role" "r" {\n  name = "tf-${name(i)}"\n}\nresource "kubernetes_service_account" "a" {\n  metadata {\n    name = "tf-${name(i)}"\n    namespace = "tf"\n  }\n}\n`,
    );
    analysis.setFile(`base/${i}/sa.yaml`, account(i).replace(/ {2}namespace.*\n/, ''));
    analysis.setFile(
      `base/${i}/kustomization.yaml`,
      `kind: Kustomization\nnamespace: kustomized-${i}\nresources:\n  - sa.yaml\n`,
    );
    analysis.setFile(`charts/${i}/Chart.yaml`, `name: chart-${i}\n`);
    analysis.setFile(
      `charts/${i}/templates/sa.yaml`,
      `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: chart-${i}\n`,
    );
  }
  analysis.refresh();
  return { analysis, judged };
}

describe('after a change', () => {
  it('nothing is judged where nothing is said otherwise', () => {
    const { analysis, judged } = workspace();
    expect(judged.calls).toBeGreaterThan(SIZE * 9);
    expect(judged.after(() => analysis.setFile('sa/5.yaml', account(5)), analysis)).toEqual([]);
    expect(judged.after(() => analysis.setFile('notes.yaml', 'nothing: of ours\n'), analysis)).toEqual([]);
    expect(judged.after(() => analysis.setFile('sa/5.yaml', `${account(5)}---\n# nothing more\n`), analysis)).toEqual(
      [],
    );
  });

  it.each<[string, (analysis: Analysis) => void, string[]]>([
    [
      'another role of an account',
      (a) => a.setFile('sa/5.yaml', account(5, 'none')),
      ['app/5.yaml', 'iam/5.json', 'sa/5.yaml'],
    ],
    ['an account that goes', (a) => a.removeFile('sa/5.yaml'), ['app/5.yaml', 'iam/5.json']],
    ['an account that comes', (a) => a.setFile('new.yaml', account(5)), ['app/5.yaml', 'iam/5.json', 'new.yaml']],
    [
      'another account of a workload',
      (a) => a.setFile('app/5.yaml', workload(5, name(6))),
      ['app/5.yaml', 'sa/5.yaml'],
    ],
    ['another subject of a role', (a) => a.setFile('iam/5.json', role(5, 'team-5:other')), ['iam/5.json', 'sa/5.yaml']],
    ['an association that goes', (a) => a.removeFile('pods/5.yaml'), []],
    [
      'another account of an association',
      (a) => a.setFile('pods/5.yaml', association(6)),
      ['pods/5.yaml', 'pods/6.yaml'],
    ],
    ['a Terraform folder', (a) => a.setFile('tf/5/more.tf', 'locals {}\n'), ['tf/5/main.tf']],
    [
      'a kustomization',
      (a) => a.setFile('base/5/kustomization.yaml', 'kind: Kustomization\nnamespace: other\nresources:\n  - sa.yaml\n'),
      ['base/5/kustomization.yaml', 'base/5/sa.yaml'],
    ],
    ['a kustomization that goes', (a) => a.removeFile('base/5/kustomization.yaml'), ['base/5/sa.yaml']],
    [
      "a chart's template",
      (a) =>
        a.setFile('charts/5/templates/sa.yaml', 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: chart-x\n'),
      ['charts/5/templates/sa.yaml'],
    ],
    ['a folder that is a chart no more', (a) => a.removeFile('charts/5/Chart.yaml'), ['charts/5/templates/sa.yaml']],
  ])('%s is judged with its links alone', (_, change, linked) => {
    const { analysis, judged } = workspace();
    const files = judged.after(() => change(analysis), analysis);
    // What its answers rest on may be judged again, and nothing else.
    for (const file of linked) expect(files).toContain(file);
    expect(files.filter((file) => !linked.includes(file) && !/\b5(?:\.|\/)/.test(file))).toEqual([]);
  });

  it('a workspace twice as large costs no more', () => {
    const { analysis, judged } = workspace();
    judged.after(() => analysis.setFile('sa/5.yaml', account(5, 'none')), analysis);
    const { calls } = judged;
    for (let i = SIZE; i < 2 * SIZE; i++) analysis.setFile(`more/${i}.yaml`, `${account(i)}---\n${workload(i)}`);
    analysis.refresh();
    judged.after(() => analysis.setFile('sa/5.yaml', account(5, 'nil')), analysis);
    expect(judged.calls).toBe(calls);
  });
});

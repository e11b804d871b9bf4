import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../src/core/analysis.js';
import { analyze, readyForTerraform } from '../support/ruleTester.js';

beforeAll(readyForTerraform);

function corpus(name: string): Record<string, string> {
  const root = join(import.meta.dirname, '../corpus', name);
  const files: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== 'expect.json')
      files[relative(root, path).split(sep).join('/')] = readFileSync(path, 'utf8');
  }
  return files;
}

/** What is found, as it is told; hints apart. */
function told(analysis: Analysis): string[] {
  return [...analysis.allFindings().values()]
    .flat()
    .filter(({ severity }) => severity !== 'hint')
    .map(({ ruleId, file }) => `${ruleId} ${file}`);
}

/** The same from nothing. */
function anew(analysis: Analysis): string[] {
  return told(analyze(Object.fromEntries([...analysis.files()].map((file) => [file, analysis.text(file) ?? '']))));
}

function edit(analysis: Analysis, file: string, from: string | RegExp, to: string): void {
  const text = analysis.text(file)!;
  expect(text).toMatch(from);
  analysis.setFile(file, text.replace(from, to));
}

const MAIN = 'infra/main.tf';
const MODULE = 'infra/modules/irsa/main.tf';

describe('modules of the workspace', () => {
  it('are judged again where a call gives something else', () => {
    const analysis = analyze(corpus('ok/tf-module-of-the-workspace'));
    expect(told(analysis)).toEqual([]);
    edit(analysis, MAIN, '"reports-nightly"', '"reports-weekly"');
    expect(told(analysis)).toEqual(['sa-trust-denied k8s/reports.yaml']);
    edit(analysis, MAIN, '"reports-weekly"', '"reports-nightly"');
    expect(told(analysis)).toEqual([]);
  });

  it('are judged again with all their calls where their own text changes', () => {
    const analysis = analyze(corpus('ok/tf-module-of-the-workspace'));
    expect(told(analysis)).toEqual([]);
    edit(analysis, MODULE, 'system:serviceaccount:$', 'system:serviceaccount:team-$');
    expect(told(analysis).sort()).toEqual(anew(analysis).sort());
    expect(told(analysis).filter((each) => each.startsWith('sa-trust-denied'))).toHaveLength(3);
  });

  it('are modules on their own once nobody calls them', () => {
    const analysis = analyze(corpus('ok/tf-module-of-the-workspace'));
    expect(
      analysis
        .workspace()
        .roles()
        .filter(({ name }) => name),
    ).toHaveLength(2);
    analysis.removeFile(MAIN);
    expect(told(analysis)).toEqual(anew(analysis));
    // Its own reading then has the name with a hole, and the default for what nobody gives.
    expect(analysis.workspace().roles()).toHaveLength(1);
    analysis.setFile(MAIN, corpus('ok/tf-module-of-the-workspace')[MAIN]!);
    expect(told(analysis)).toEqual([]);
  });

  it('are found when their folder comes later than the call', () => {
    const { [MODULE]: text, ...rest } = corpus('err/tf-module-account-in-a-manifest');
    const analysis = analyze(rest);
    expect(told(analysis)).toEqual([]);
    analysis.setFile(MODULE, text!);
    expect(told(analysis)).toEqual(['sa-trust-denied k8s/reports.yaml']);
    analysis.removeFile(MODULE);
    expect(told(analysis)).toEqual([]);
  });

  it('offer no fix in their text for what one call does wrong', () => {
    const analysis = analyze(corpus('err/tf-module-for-another-namespace'));
    for (const finding of [...analysis.allFindings().values()].flat())
      for (const { edits } of finding.fixes()) expect(edits.map(({ file }) => file)).not.toContain(MODULE);
  });

  it('end where they call each other', () => {
    const call = (to: string) => `module "next" {\n  source = "../${to}"\n  name = "x"\n}\nvariable "name" {}\n`;
    expect(told(analyze({ 'a/main.tf': call('b'), 'b/main.tf': call('a') }))).toEqual([]);
  });

  it('are no more than can be read when calls multiply', () => {
    const level = (n: number) =>
      Array.from({ length: 10 }, (_, i) => `module "m${i}" {\n  source = "../level${n + 1}"\n}\n`).join('');
    const role = readFileSync(join(import.meta.dirname, '../corpus/ok/tf-module-of-the-workspace', MODULE), 'utf8');
    const files = Object.fromEntries([0, 1, 2, 3].map((n) => [`level${n}/main.tf`, level(n)]));
    const analysis = analyze({ ...files, 'level4/main.tf': role });
    expect(told(analysis)).toEqual([]);
    expect(analysis.workspace().roles().length).toBeLessThan(1000);
  });
});

describe('values of variables', () => {
  it('are read again when a file of them changes, comes or goes', () => {
    const files = corpus('ok/tf-values-loaded-by-themselves');
    const analysis = analyze(files);
    expect(told(analysis)).toEqual([]);
    const auto = 'infra/shop.auto.tfvars.json';
    edit(analysis, auto, '"shop"', '"shopping"');
    expect(told(analysis).sort()).toEqual(['sa-trust-denied k8s/orders.yaml', 'trust-unknown-subject infra/main.tf']);
    // terraform.tfvars says another namespace yet.
    analysis.removeFile(auto);
    expect(told(analysis)).toContain('sa-trust-denied k8s/orders.yaml');
    edit(analysis, 'infra/terraform.tfvars', '"staging"', '"shop"');
    expect(told(analysis)).toEqual([]);
    analysis.setFile('infra/prod.tfvars', 'namespace = "staging"\n');
    expect(told(analysis)).toEqual([]);
  });

  it('of several files are certain only where all agree', () => {
    const denied = (files: Record<string, string>) =>
      told(analyze({ ...corpus('ok/tf-values-of-each-environment'), ...files })).includes(
        'sa-trust-denied k8s/orders.yaml',
      );
    expect(denied({})).toBe(false);
    const provider =
      'oidc_provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/2F09A3C5E7B14D6890ABCDEF12345678"\n';
    const both = (dev: string, prod: string) => ({
      'infra/environments/dev.tfvars': `namespace = "${dev}"\n${provider}`,
      'infra/environments/prod.tfvars': `namespace = "${prod}"\n${provider}`,
    });
    // The default is "default": which is chosen, if any, nobody knows.
    expect(denied(both('shops', 'shops'))).toBe(false);
    expect(denied(both('default', 'default'))).toBe(true);
    expect(denied(both('shops', 'default'))).toBe(false);
  });

  it('of a module that is called come from the call alone', () => {
    const files = corpus('ok/tf-module-of-the-workspace');
    const analysis = analyze({ ...files, 'infra/modules/irsa/terraform.tfvars': 'namespace = "elsewhere"\n' });
    expect(told(analysis)).toEqual([]);
  });
});

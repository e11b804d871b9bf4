import { load } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/core/analysis.js';
import type { Association, KubernetesSource, RoleSource } from '../../../src/core/facts/model.js';
import { rules } from '../../../src/core/rules/index.js';
import type { Example, Rule } from '../../../src/core/rules/rule.js';
import {
  type AssociationFields,
  associationFormats,
  type Fields,
  type Format,
  nodeFormats,
  objectFormats,
  permissionFormats,
  roleFormats,
  type Texts,
} from '../../support/hostFormats.js';
import { analyze, checkFix, findingsOf, readyForTerraform } from '../../support/ruleTester.js';

/**
 * Each rule's own examples, right and wrong, in every host format that what they are about can be written in: the hit, the
 * miss and the fix.
 */
interface Case {
  readonly rule: Rule;
  readonly format: string;
  readonly bad: Texts;
  readonly good: Texts;
}

/** A part of an example that other formats can hold. */
interface Part {
  readonly files: readonly string[];
  write(format: string): Texts | undefined;
  readonly formats: readonly string[];
}

function partsOf(rule: Rule, example: Example): Part[] {
  const files = Object.keys(example);
  const parsed = new Map(
    files
      .filter((file) => /\.(?:ya?ml|json)$/.test(file))
      .map((file) => [file, (file.endsWith('.json') ? JSON.parse(example[file]!) : load(example[file]!)) as Fields]),
  );
  const of = (test: (content: Fields) => boolean) => [...parsed].filter(([, content]) => test(content));
  const parts: Part[] = [];
  const add = <T>(part: readonly [string, Fields][], formats: readonly Format<T>[], what: () => T) => {
    if (part.length === 0) return;
    parts.push({
      files: part.map(([file]) => file),
      formats: formats.map(({ name }) => name),
      write: (name) => formats.find((format) => format.name === name)!.write(what()),
    });
  };
  const bare = of((content) => 'Statement' in content);
  add(bare, roleFormats, () => ({ policy: example[bare[0]![0]]! }));
  const described = of((content) => 'Role' in content);
  add(described, roleFormats, () => {
    const role = described[0]![1].Role as Fields;
    return { name: role.RoleName as string, policy: JSON.stringify(role.AssumeRolePolicyDocument, null, 2) };
  });
  const associations = of(({ kind }) => kind === 'PodIdentityAssociation');
  add(associations, associationFormats, () => associations.map(([, { spec }]) => spec as Fields & AssociationFields));
  const objects = of(({ kind }) => kind !== undefined && kind !== 'PodIdentityAssociation' && kind !== 'ClusterConfig');
  add(objects, objectFormats, () => objects.map(([, content]) => content));
  const templates = of((content) => 'Resources' in content);
  add(templates, permissionFormats, () => {
    const role = (templates[0]![1] as { Resources: { CartRole: { Properties: Fields } } }).Resources.CartRole
      .Properties;
    const [policy] = role.Policies as readonly Fields[];
    return {
      trust: JSON.stringify(role.AssumeRolePolicyDocument, null, 2),
      policy: JSON.stringify(policy!.PolicyDocument, null, 2),
    };
  });
  if (rule.id === 'policy-unknown-managed-policy') {
    const config = parsed.get('cluster.yaml') as {
      iam: { serviceAccounts: readonly [{ attachPolicyARNs: string[] }] };
    };
    add([...parsed], permissionFormats, () => ({
      trust: TRUST,
      managed: config.iam.serviceAccounts[0].attachPolicyARNs[0]!,
    }));
  }
  return parts;
}

const TRUST = JSON.stringify(
  {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
      },
    ],
  },
  null,
  2,
);

/** What a format cannot say, or says so that there is no mistake left. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'trust-unknown-subject in Helm values': "a release's namespace is not known",
  'sa-missing-annotation in Helm values': "a release's namespace is not known",
  'sa-mixed-mechanisms in Helm values': "a release's namespace is not known",
  'sa-trust-denied in Helm values': "a release's namespace is not known",
  'association-unknown-service-account in Helm values': "a release's namespace is not known",
  'sa-missing-annotation in eksctl': 'eksctl makes a role for the account and annotates it',
  'sa-mixed-mechanisms in eksctl':
    'eksctl makes a role for an account that has none, so that the right example is wrong',
  'sa-missing-annotation in shell': 'a script that makes the role annotates the account as well, later or by hand',
};

function casesOf(rule: Rule): Case[] {
  if (rule.id === 'node-open-imds') {
    return nodeFormats.map(({ name, write }) => ({
      rule,
      format: name,
      bad: write({ tokens: 'optional', hops: 2 })!,
      good: write({ tokens: 'required', hops: 1 })!,
    }));
  }
  const bad = partsOf(rule, rule.docs.bad);
  const good = partsOf(rule, rule.docs.good);
  return bad.flatMap((part, i) =>
    part.formats.flatMap((format): Case[] => {
      const [wrong, right] = [part.write(format), good[i]?.write(format)];
      if (!wrong || !right || `${rule.id} in ${format}` in ELSEWHERE) return [];
      return [
        {
          rule,
          format,
          bad: { ...without(rule.docs.bad, part.files), ...wrong },
          good: { ...without(rule.docs.good, good[i]!.files), ...right },
        },
      ];
    }),
  );
}

function without(example: Example, files: readonly string[]): Texts {
  return Object.fromEntries(Object.entries(example).filter(([file]) => !files.includes(file)));
}

const cases = rules.map((rule) => ({ rule, cases: casesOf(rule) }));

function plain(finding: Finding, texts: Texts): string {
  return texts[finding.file]!.slice(finding.start, finding.end).replaceAll(/["'\\\s]/g, '');
}

beforeAll(readyForTerraform);

/** Formats of rules that are about one format alone; their own tests have them whole. */
const OF_ONE_FORMAT = new Set([
  'dockerfile-static-credentials',
  'eksctl-missing-oidc',
  'eksctl-missing-agent',
  'eksctl-addon-conflict',
]);

describe('the formats', () => {
  it('are there for every rule that is not of one format alone', () => {
    expect(cases.filter(({ cases: own }) => own.length === 0).map(({ rule }) => rule.id)).toEqual([...OF_ONE_FORMAT]);
    const least = { trust: 14, sa: 10, workload: 10, secret: 10, association: 9, policy: 5, node: 8 };
    for (const [family, count] of Object.entries(least))
      for (const { rule, cases: own } of cases.filter((each) => each.rule.id.startsWith(`${family}-`)))
        expect(own.length, rule.id).toBeGreaterThanOrEqual(count);
  });

  it('leave nothing out but what a format cannot say', () => {
    const names = rules.flatMap((rule) =>
      partsOf(rule, rule.docs.bad).flatMap(({ formats }) => formats.map((format) => `${rule.id} in ${format}`)),
    );
    for (const name of Object.keys(ELSEWHERE)) expect(names).toContain(name);
  });

  it('are all that the facts of roles, accounts and associations come from', () => {
    const facts = cases.flatMap(({ cases: own }) => own.map(({ bad }) => analyze(bad).workspace()));
    const roles: Readonly<Record<RoleSource, boolean>> = {
      iam: true,
      cloudformation: true,
      terraform: true,
      ack: true,
      crossplane: true,
      eksctl: true,
      // Inputs of modules from elsewhere have tests of their own; clusters are read live.
      'terraform-module': false,
      live: false,
    };
    const accounts: Readonly<Record<KubernetesSource, boolean>> = {
      manifest: true,
      terraform: true,
      cloudformation: true,
      eksctl: true,
      'helm-values': true,
      live: false,
    };
    const associations: Readonly<Record<Association['source'], boolean>> = {
      cloudformation: true,
      terraform: true,
      eksctl: true,
      ack: true,
      crossplane: true,
      cli: true,
      'terraform-module': false,
      live: false,
    };
    const wanted = (all: Readonly<Record<string, boolean>>) => Object.keys(all).filter((name) => all[name]);
    const of = (sources: readonly string[]) => [...new Set(sources)];
    expect(of(facts.flatMap((each) => each.roles().map(({ source }) => source)))).toEqual(
      expect.arrayContaining(wanted(roles)),
    );
    expect(of(facts.flatMap((each) => each.accounts().map(({ fact }) => fact.source)))).toEqual(
      expect.arrayContaining(wanted(accounts)),
    );
    expect(of(facts.flatMap((each) => each.associations().map(({ source }) => source)))).toEqual(
      expect.arrayContaining(wanted(associations)),
    );
  });
});

for (const { rule, cases: own } of cases.filter((each) => each.cases.length > 0)) {
  describe(rule.id, () => {
    for (const { format, bad, good } of own) {
      it(`is found in ${format}, and mended`, () => {
        const found = findingsOf(rule, bad);
        expect(found.length, Object.values(bad).join('\n')).toBeGreaterThan(0);
        for (const finding of found) {
          expect(plain(finding, bad), 'stands on something').not.toBe('');
          for (const fix of finding.fixes()) checkFix(rule, finding, fix, bad);
        }
        const mendable = findingsOf(rule, rule.docs.bad).some((finding) => finding.fixes().length > 0);
        expect(
          found.some((finding) => finding.fixes().length > 0),
          'has a fix',
        ).toBe(mendable);
      });

      it(`is silent in ${format} where nothing is wrong`, () => {
        expect(findingsOf(rule, good).map(({ message }) => message)).toEqual([]);
      });
    }
  });
}

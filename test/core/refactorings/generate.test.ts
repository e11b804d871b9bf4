import { beforeAll, describe, expect, it } from 'vitest';
import {
  type GeneratedFormat,
  generate,
  generatedFormats,
  type NewServiceAccount,
} from '../../../src/core/refactorings/generate.js';
import { newFilesOf } from '../../../src/core/refactorings/refactoring.js';
import { parseYaml } from '../../../src/core/syntax/yaml.js';
import { readyForTerraform } from '../../support/ruleTester.js';
import { ISSUER } from './formats.js';
import { analyzed, decision, done, findings, identityOf, refusal } from './support.js';

const base = { namespace: 'shop', name: 'cart', roleName: 'shop-cart' };
const known = {
  account: '111122223333',
  cluster: 'orders-prod',
  region: 'eu-west-1',
  issuer: ISSUER,
  policyArn: 'arn:aws:iam::111122223333:policy/cart',
};

function files(wanted: NewServiceAccount, format: GeneratedFormat): Record<string, string> {
  return Object.fromEntries(newFilesOf(done(generate(wanted, format))).map(({ file, text }) => [file, text]));
}

describe('everything for a new service account', () => {
  beforeAll(readyForTerraform);

  for (const { format } of generatedFormats) {
    for (const mechanism of ['irsa', 'pod-identity'] as const) {
      for (const [what, more] of [
        ['all known', known],
        ['nothing known', {}],
      ] as const) {
        it(`${format}, ${mechanism}, ${what}`, () => {
          const wanted = { ...base, mechanism, ...more };
          const made = files(wanted, format);
          const shown = Object.entries(made)
            .map(([file, text]) => `# ${file}\n${text}`)
            .join('\n');
          expect(shown).toMatchSnapshot();
          expect(findings(made), shown).toEqual([]);
          for (const [file, text] of Object.entries(made)) {
            if (file.endsWith('.json')) expect(() => JSON.parse(text)).not.toThrow();
            if (file.endsWith('.yaml'))
              expect(parseYaml({ file, language: 'yaml', text }).flatMap(({ faults }) => faults)).toEqual([]);
          }
          const analysis = analyzed(made);
          const policies = analysis.workspace().trustPolicies();
          const issuer = mechanism === 'irsa' ? ISSUER : undefined;
          if (format !== 'eksctl') {
            expect(policies).toHaveLength(1);
            if (what === 'all known' || (mechanism === 'pod-identity' && format !== 'cloudformation'))
              expect([
                decision(policies[0]!, 'shop', 'cart', issuer),
                decision(policies[0]!, 'shop', 'other', issuer),
              ]).toEqual(['allowed', 'denied']);
          }
          const identity = identityOf(made, 'cart');
          const tied =
            format === 'terraform' || format === 'ack' || format === 'crossplane' || format === 'cloudformation';
          expect(identity.trust, shown).not.toBe('denied');
          if (tied) expect(identity.winner).toBe(mechanism);
          if (what === 'all known') expect(done(generate(wanted, format)).placeholders).toEqual([]);
        });
      }
    }
  }

  it('refuses names that Kubernetes or IAM refuse', () => {
    expect(refusal(generate({ ...base, mechanism: 'irsa', name: 'Cart' }, 'iam'))).toBe(
      "'Cart' is no name of a service account",
    );
    expect(refusal(generate({ ...base, mechanism: 'irsa', namespace: 'a.b' }, 'iam'))).toBe(
      "'a.b' is no name of a namespace",
    );
    expect(refusal(generate({ ...base, mechanism: 'irsa', roleName: 'a b' }, 'iam'))).toBe(
      "'a b' is no name of a role",
    );
  });

  it('names what is left to be filled in', () => {
    expect(done(generate({ ...base, mechanism: 'irsa' }, 'iam')).placeholders).toEqual([
      'ACCOUNT_ID',
      'AWS_REGION',
      'OIDC_ID',
    ]);
    expect(done(generate({ ...base, mechanism: 'pod-identity' }, 'iam')).placeholders).toEqual([
      'CLUSTER_NAME',
      'ACCOUNT_ID',
    ]);
    expect(done(generate({ ...base, mechanism: 'pod-identity' }, 'terraform')).placeholders).toEqual([]);
  });

  it('writes the partition of the region', () => {
    const made = Object.values(
      files(
        {
          ...base,
          ...known,
          mechanism: 'irsa',
          region: 'cn-north-1',
          issuer: `oidc.eks.cn-north-1.amazonaws.com.cn/id/${ISSUER.slice(-32)}`,
        },
        'iam',
      ),
    ).join('\n');
    expect(made).toContain('arn:aws-cn:iam::111122223333:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/');
    expect(made).toContain('arn:aws-cn:iam::111122223333:role/shop-cart');
  });

  it('puts the files where it is told to', () => {
    expect(
      newFilesOf(done(generate({ ...base, mechanism: 'irsa' }, 'helm', 'charts/cart/'))).map(({ file }) => file),
    ).toEqual(['charts/cart/cart-trust-policy.json', 'charts/cart/values.yaml', 'charts/cart/cart-role.sh']);
  });
});

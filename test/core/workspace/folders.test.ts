import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { readyForTerraform } from '../../support/ruleTester.js';

// Two folders of one workspace with the same file names: each file is its own, and what they say of each other counts.

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718';

function role(name: string, subject: string): string {
  const trust = {
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
  };
  return JSON.stringify({
    Role: { RoleName: name, Arn: `arn:aws:iam::111122223333:role/${name}`, AssumeRolePolicyDocument: trust },
  });
}

function account(namespace: string | undefined, name: string, roleName: string): string {
  const where = namespace === undefined ? '' : `  namespace: ${namespace}\n`;
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n${where}  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${roleName}\n`;
}

let analysis: Analysis;

function found(): string[] {
  return [...analysis.allFindings()].flatMap(([file, findings]) => findings.map(({ ruleId }) => `${file} ${ruleId}`));
}

beforeAll(readyForTerraform);
beforeEach(() => {
  analysis = new Analysis();
});

describe('two folders', () => {
  it('hold files of the same names side by side', () => {
    analysis.setFile('one/sa.yaml', account('shop', 'cart', 'cart'));
    analysis.setFile('two/sa.yaml', account('pay', 'till', 'till'));
    analysis.setFile('one/role.json', role('cart', 'shop:other-one'));
    analysis.setFile('two/role.json', role('till', 'pay:till'));
    expect(found()).toEqual(['one/sa.yaml sa-trust-denied']);
    analysis.removeFile('one/role.json');
    expect(found()).toEqual([]);
    expect(analysis.text('two/role.json')).toBeDefined();
  });

  it('are linked across: an account here, its role and its workload there', () => {
    analysis.setFile('one/k8s/app.yaml', account('shop', 'cart', 'cart'));
    analysis.setFile('two/k8s/app.yaml', role('cart', 'shop:carts'));
    expect(found()).toContain('one/k8s/app.yaml sa-trust-denied');
    const [denied] = analysis.findings('one/k8s/app.yaml').filter(({ ruleId }) => ruleId === 'sa-trust-denied');
    expect(denied!.related.map(({ file }) => file)).toEqual(['two/k8s/app.yaml']);
    expect(denied!.fixes().some(({ edits }) => edits.some(({ file }) => file === 'two/k8s/app.yaml'))).toBe(true);
    analysis.setFile('two/k8s/app.yaml', role('cart', 'shop:cart'));
    expect(found()).toEqual([]);
  });

  it("are linked by paths that lead out of one: an overlay's base, a module's source", () => {
    analysis.setFile('one/kustomization.yaml', 'kind: Kustomization\nnamespace: shop\nresources:\n  - ../two\n');
    analysis.setFile('two/kustomization.yaml', 'kind: Kustomization\nresources:\n  - sa.yaml\n');
    analysis.setFile('two/sa.yaml', account(undefined, 'cart', 'cart'));
    analysis.setFile('one/role.json', role('cart', 'shops:cart'));
    expect(found()).toContain('two/sa.yaml sa-trust-denied');
    analysis.setFile('one/kustomization.yaml', 'kind: Kustomization\nnamespace: shops\nresources:\n  - ../two\n');
    expect(found()).toEqual([]);

    analysis.setFile('one/main.tf', 'module "cart" {\n  source = "../two/module"\n  name = "till"\n}\n');
    analysis.setFile(
      'two/module/main.tf',
      'variable "name" {}\nresource "aws_iam_role" "r" {\n  name = var.name\n  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "pods.eks.amazonaws.com" }, Action = ["sts:AssumeRole", "sts:TagSession"] }] })\n}\n',
    );
    expect(analysis.workspace().rolesNamed('till')).toHaveLength(1);
  });

  it('keep apart what is unsaid: a chart, a folder, a Terraform configuration', () => {
    const workload =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\nspec:\n  template:\n    spec:\n      containers: []\n';
    analysis.setFile('one/app.yaml', workload);
    analysis.setFile('two/sa.yaml', account(undefined, 'cart', 'cart'));
    expect(found()).toEqual([]);
    analysis.setFile('one/sa.yaml', account(undefined, 'cart', 'cart'));
    expect(found()).toEqual(['one/app.yaml workload-missing-service-account']);
    analysis.setFile('one/Chart.yaml', 'name: shop\n');
    analysis.setFile('two/app.yaml', workload);
    expect(found()).toEqual([
      'one/app.yaml workload-missing-service-account',
      'two/app.yaml workload-missing-service-account',
    ]);

    const local = (name: string) =>
      `locals {\n  name = "${name}"\n}\nresource "aws_iam_role" "r" {\n  name = local.name\n}\n`;
    analysis.setFile('one/main.tf', local('in-one'));
    analysis.setFile('two/main.tf', local('in-two'));
    expect(analysis.workspace().rolesNamed('in-one')).toHaveLength(1);
    expect(analysis.workspace().roleFor({ address: 'tf:two#aws_iam_role.r' }).found?.name?.raw).toBe('in-two');
  });
});

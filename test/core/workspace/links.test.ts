import { beforeAll, describe, expect, it } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { readyForTerraform } from '../../support/ruleTester.js';

// One file changes, and what is found in another one that is linked to it changes with it: each way in which files are linked.

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/8A5C2E1B7D90463FA1E2C3D4B5F60718';
const ARN = 'arn:aws:iam::111122223333:role/';

beforeAll(readyForTerraform);

function account(name: string, { namespace = 'shop', role = '', audience = '' } = {}): string {
  const annotations = [
    role && `    eks.amazonaws.com/role-arn: ${ARN}${role}\n`,
    audience && `    eks.amazonaws.com/audience: ${audience}\n`,
  ].join('');
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n${namespace && `  namespace: ${namespace}\n`}${annotations && `  annotations:\n${annotations}`}`;
}

function workload(name: string, { runsAs = '', pods = '', windows = false } = {}): string {
  return [
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:',
    `  name: ${name}\n  namespace: shop\nspec:\n  template:`,
    ...(pods ? [`    metadata:\n      annotations:\n        ${pods}`] : []),
    '    spec:',
    ...(runsAs ? [`      serviceAccountName: ${runsAs}`] : []),
    ...(windows ? ['      nodeSelector:\n        kubernetes.io/os: windows'] : []),
    '      containers: []\n',
  ].join('\n');
}

function irsa(subject: string, operator = 'StringEquals', provider = '111122223333'): object {
  return {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${provider}:oidc-provider/${ISSUER}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      [operator]: { [`${ISSUER}:sub`]: `system:serviceaccount:${subject}` },
      StringEquals: {
        ...(operator === 'StringEquals' ? { [`${ISSUER}:sub`]: `system:serviceaccount:${subject}` } : {}),
        [`${ISSUER}:aud`]: 'sts.amazonaws.com',
      },
    },
  };
}

function role(name: string, ...statements: object[]): string {
  const trust = { Version: '2012-10-17', Statement: statements };
  return JSON.stringify({ Role: { RoleName: name, Arn: `${ARN}${name}`, AssumeRolePolicyDocument: trust } });
}

function association(name: string, namespace = 'shop', roleName = 'cart'): string {
  return `apiVersion: eks.services.k8s.aws/v1alpha1\nkind: PodIdentityAssociation\nmetadata:\n  name: one\nspec:\n  clusterName: prod\n  namespace: ${namespace}\n  serviceAccount: ${name}\n  roleARN: ${ARN}${roleName}\n`;
}

type Files = Readonly<Record<string, string | undefined>>;

interface Link {
  readonly files: Files;
  readonly change: Files;
  /** What is found in a file that is not changed: only before, or only afterwards. */
  readonly before?: string;
  readonly after?: string;
}

const links: Record<string, Link> = {
  'an account and the workload that should run as it': {
    files: { 'sa.yaml': account('cart', { role: 'cart' }), 'app.yaml': workload('cart') },
    change: { 'sa.yaml': account('cart') },
    before: 'app.yaml workload-missing-service-account',
  },
  'an account and a role that denies it': {
    files: { 'sa.yaml': account('cart', { role: 'cart' }), 'role.json': role('cart', irsa('shop:till')) },
    change: { 'role.json': role('cart', irsa('shop:cart')) },
    before: 'sa.yaml sa-trust-denied',
  },
  'a role and an account that it trusts': {
    files: { 'sa.yaml': account('cart') },
    change: { 'role.json': role('cart', irsa('shop:cart')) },
    after: 'sa.yaml sa-missing-annotation',
  },
  'an association that may be for an account': {
    files: { 'sa.yaml': account('cart'), 'role.json': role('cart', irsa('shop:cart')) },
    change: {
      'main.tf': `resource "aws_eks_pod_identity_association" "a" {\n  for_each = var.all\n  cluster_name = "prod"\n  namespace = "shop"\n  service_account = each.value\n  role_arn = "${ARN}cart"\n}\n`,
    },
    before: 'sa.yaml sa-missing-annotation',
  },
  'an association whose namespace is not known': {
    files: { 'sa.yaml': account('cart'), 'role.json': role('cart', irsa('shop:cart')) },
    change: {
      'main.tf': `resource "aws_eks_pod_identity_association" "a" {\n  cluster_name = "prod"\n  namespace = var.namespace\n  service_account = "cart"\n  role_arn = "${ARN}cart"\n}\n`,
    },
    before: 'sa.yaml sa-missing-annotation',
  },
  'pods that carry their account’s annotation': {
    files: {
      'sa.yaml': account('cart'),
      'role.json': role('cart', irsa('shop:cart')),
      'app.yaml': workload('cart', { runsAs: 'cart' }),
    },
    change: { 'app.yaml': workload('cart', { runsAs: 'cart', pods: `eks.amazonaws.com/role-arn: ${ARN}cart` }) },
    before: 'sa.yaml sa-missing-annotation',
  },
  'a second workload of one account': {
    files: { 'sa.yaml': account('cart', { role: 'cart' }), 'app.yaml': workload('cart', { runsAs: 'cart' }) },
    change: { 'other.yaml': workload('other', { runsAs: 'cart' }) },
    after: 'sa.yaml sa-shared',
  },
  'an account and a subject that is near it': {
    files: { 'role.json': role('cart', irsa('shop:crat')) },
    change: { 'sa.yaml': account('cart') },
    after: 'role.json trust-unknown-subject',
  },
  'another policy that names the near account rightly': {
    files: { 'role.json': role('cart', irsa('shop:crat')), 'sa.yaml': account('cart') },
    change: { 'more.json': role('more', irsa('shop:cart')) },
    before: 'role.json trust-unknown-subject',
  },
  'a workload that runs as the account of a subject': {
    files: { 'role.json': role('cart', irsa('shop:crat')), 'sa.yaml': account('cart') },
    change: { 'app.yaml': workload('app', { runsAs: 'crat' }) },
    before: 'role.json trust-unknown-subject',
  },
  'an account without a namespace that may be the subject’s': {
    files: { 'role.json': role('cart', irsa('shop:crat')), 'sa.yaml': account('cart') },
    change: { 'more.yaml': account('crat', { namespace: '' }) },
    before: 'role.json trust-unknown-subject',
  },
  'an account and a workload that misspells it': {
    files: { 'app.yaml': workload('app', { runsAs: 'crat' }), 'sa.yaml': account('cart') },
    change: { 'sa.yaml': undefined },
    before: 'app.yaml workload-unknown-service-account',
  },
  'the audience of an account that has the role': {
    files: { 'role.json': role('cart', irsa('shop:*', 'StringLike')), 'sa.yaml': account('cart', { role: 'cart' }) },
    change: { 'sa.yaml': account('cart', { role: 'cart', audience: 'other' }) },
    after: 'role.json trust-wrong-audience',
  },
  'the role of an account that asks for another audience': {
    files: {
      'role.json': role('cart', irsa('shop:*', 'StringLike')),
      'sa.yaml': account('cart', { role: 'cart', audience: 'other' }),
      'till.json': role('till', irsa('shop:cart')),
    },
    change: { 'sa.yaml': account('cart', { role: 'till', audience: 'other' }) },
    before: 'role.json trust-wrong-audience',
  },
  'an account that says its audience and no role': {
    files: { 'role.json': role('cart', irsa('shop:*', 'StringLike')), 'sa.yaml': account('cart') },
    change: { 'sa.yaml': account('cart', { audience: 'other' }) },
    after: 'role.json trust-wrong-audience',
  },
  'an association of a role for the cluster itself': {
    files: {
      'role.json': role('cart', {
        Effect: 'Allow',
        Principal: { Service: 'eks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    },
    change: { 'association.yaml': association('cart') },
    after: 'role.json trust-action-mismatch',
  },
  'two associations of one account': {
    files: { 'b.yaml': association('cart') },
    change: { 'a.yaml': association('cart') },
    after: 'b.yaml association-duplicate',
  },
  'an association beside an annotation': {
    files: { 'sa.yaml': account('cart', { role: 'cart' }) },
    change: { 'association.yaml': association('cart') },
    after: 'sa.yaml sa-mixed-mechanisms',
  },
  'an association and the nodes of a workload': {
    files: { 'app.yaml': workload('cart', { runsAs: 'cart', windows: true }), 'sa.yaml': account('cart') },
    change: { 'association.yaml': association('cart') },
    after: 'app.yaml workload-unsupported-compute',
  },
  'a patch and the account that it gives a role': {
    files: {
      'kustomization.yaml': 'kind: Kustomization\nresources:\n  - sa.yaml\npatches:\n  - path: patch.yaml\n',
      'patch.yaml': account('cart', { namespace: '', role: 'cart' }),
      'sa.yaml': account('cart'),
      'role.json': role('cart', irsa('shop:cart')),
    },
    change: { 'sa.yaml': account('cart', { namespace: 'till' }) },
    after: 'patch.yaml sa-trust-denied',
  },
  'a patch and the workload that it sends elsewhere': {
    files: {
      'kustomization.yaml': 'kind: Kustomization\nresources:\n  - app.yaml\npatches:\n  - path: patch.yaml\n',
      'patch.yaml': workload('cart', { windows: true }),
      'app.yaml': workload('cart', { runsAs: 'till' }),
      'association.yaml': association('cart'),
    },
    change: { 'app.yaml': workload('cart', { runsAs: 'cart' }) },
    after: 'patch.yaml workload-unsupported-compute',
  },
  'an overlay and what it renames': {
    files: {
      'kustomization.yaml': 'kind: Kustomization\nnamespace: till\nresources:\n  - sa.yaml\n',
      'sa.yaml': account('cart', { role: 'cart' }),
      'role.json': role('cart', irsa('shop:cart')),
    },
    change: { 'kustomization.yaml': undefined },
    before: 'sa.yaml sa-trust-denied',
  },
  'an account that a prefixed workload names': {
    files: {
      'kustomization.yaml': 'kind: Kustomization\nnamePrefix: my-\nresources:\n  - app.yaml\n  - sa.yaml\n',
      'app.yaml': workload('app', { runsAs: 'cart', windows: true }),
      'association.yaml': association('my-cart'),
    },
    change: { 'sa.yaml': account('cart') },
    after: 'app.yaml workload-unsupported-compute',
  },
  // All of the chart is read again, the workload before the account is there once more.
  'an account that is read again and the prefixed workload that names it': {
    files: {
      'Chart.yaml': 'name: shop\nversion: 1.0.0\n',
      'b/app.yaml': workload('app', { runsAs: 'cart', windows: true }),
      'b/sa.yaml': account('cart'),
      'b/kustomization.yaml': 'kind: Kustomization\nnamePrefix: my-\nresources:\n  - app.yaml\n',
      'association.yaml': association('cart'),
    },
    change: { 'Chart.yaml': undefined },
  },
};

function found(analysis: Analysis): string[] {
  return [...analysis.allFindings()].flatMap(([file, findings]) => findings.map(({ ruleId }) => `${file} ${ruleId}`));
}

function set(analysis: Analysis, files: Files): void {
  for (const [file, text] of Object.entries(files)) {
    if (text === undefined) analysis.removeFile(file);
    else analysis.setFile(file, text);
  }
}

describe('links', () => {
  it.each(Object.entries(links))('%s', (_, { files, change, before, after }) => {
    const analysis = new Analysis();
    set(analysis, files);
    const [first, second] = [before, after].map((each) => (each === undefined ? [] : [each]));
    const watched = [...first!, ...second!];
    expect(found(analysis).filter((each) => watched.includes(each))).toEqual(first);
    set(analysis, change);
    expect(found(analysis).filter((each) => watched.includes(each))).toEqual(second);
    const fresh = new Analysis();
    set(fresh, files);
    set(fresh, change);
    expect(found(analysis)).toEqual(found(fresh));
    // And back again.
    set(analysis, Object.fromEntries(Object.keys(change).map((file) => [file, files[file]])));
    expect(found(analysis).filter((each) => watched.includes(each))).toEqual(first);
  });

  it('what is shown of a document that is only moved', () => {
    const analysis = new Analysis();
    const two = `${account('other')}---\n${association('cart')}`;
    analysis.setFile('association.yaml', two);
    analysis.setFile('sa.yaml', account('cart', { role: 'cart' }));
    const shown = () => analysis.findings('sa.yaml').flatMap(({ related }) => related.map(({ start }) => start));
    const [start] = shown();
    analysis.setFile('association.yaml', two.replace('other', 'another'));
    expect(shown()).toEqual([start! + 2]);
  });
});

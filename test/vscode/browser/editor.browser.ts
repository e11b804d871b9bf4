import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './suite.js';

const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';

function trustPolicy(subject: string, operator = 'StringLike'): string {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { [operator]: { [`${issuer}:sub`]: subject }, StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' } },
  };
  return `${JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2)}\n`;
}

const account = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: api
  namespace: payments
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::1111:role/payments-api
`;

test('a squiggle in a trust policy, why, and its fix', async ({ openWorkbench }) => {
  const { workbench, folder } = await openWorkbench({
    folder: {
      'trust.json': trustPolicy('system:serviceaccount:*:*'),
      'k8s/api.yaml': account.replace('1111:', '111122223333:'),
    },
    open: ['trust.json'],
  });
  const problem = await workbench.waitForProblem('lets every service account');
  assert.deepEqual([problem.source, problem.severity], ['Pod IAM', 'error']);
  assert.match(problem.code, /trust-wildcard-subject/);
  await workbench.openProblem('lets every service account');
  await workbench.squiggles('error').first().waitFor();
  assert.match(await workbench.hover(), /More about trust-wildcard-subject/);
  await workbench.page.keyboard.press('Escape');
  await workbench.openProblem('lets every service account');
  await workbench.applyQuickFix('Only payments/api');
  await workbench.waitForNoProblem('lets every service account');
  await workbench.save();
  assert.match(readFileSync(join(folder, 'trust.json'), 'utf8'), /"system:serviceaccount:payments:api"/);
});

test('a bad ServiceAccount, and the rule’s page one click from it', async ({ openWorkbench }) => {
  const { workbench } = await openWorkbench({ folder: { 'api.yaml': account }, open: ['api.yaml'] });
  await workbench.waitForProblem('arn:aws:iam::1111:role/payments-api');
  await workbench.page.locator('.markers-panel-container .marker-code').first().click();
  await workbench.waitForTab('sa-malformed-role-arn');
});

test('the example without a folder shows its mistakes, and fix all leaves what is not safe', async ({
  openWorkbench,
}) => {
  const { workbench } = await openWorkbench({ folder: {} });
  // The palette knows the commands once the extension's own place is there.
  await workbench.openActivity('Pod IAM');
  await workbench.runCommand('Pod IAM: Open an Example with Mistakes');
  await workbench.waitForProblem('lets every service account');
  await workbench.waitForProblem('sts:TagSession');
  await workbench.waitForProblem(':aud');
  await workbench.page.locator('.editor-group-container.active .view-line').first().click();
  await workbench.runCommand('Pod IAM: Fix All Safe Problems in This File');
  await workbench.waitForNoProblem(':aud');
  await workbench.waitForProblem('lets every service account');
});

test('the workspace’s service accounts with the identity that their files give them', async ({ openWorkbench }) => {
  const role = (subject: string) =>
    JSON.stringify({
      Role: {
        Path: '/',
        RoleName: 'payments-api',
        Arn: 'arn:aws:iam::111122223333:role/payments-api',
        AssumeRolePolicyDocument: JSON.parse(
          trustPolicy(subject, 'StringEquals').replace('"StringEquals": {\n', '"StringEquals": {\n'),
        ) as unknown,
      },
    });
  const { workbench } = await openWorkbench({
    folder: {
      'api.yaml': account.replace('1111:', '111122223333:'),
      'role.json': role('system:serviceaccount:payments:api'),
    },
  });
  await workbench.openActivity('Pod IAM');
  const view = await workbench.view('Workspace');
  const row = await view.row('api');
  assert.equal(row.level, 2);
  assert.match(row.description, /IRSA → payments-api/);
});

test('to explain, with nothing to explain, says so', async ({ openWorkbench }) => {
  const { workbench } = await openWorkbench({ folder: {}, env: { KUBECONFIG: '/nonexistent' } });
  await workbench.openActivity('Pod IAM');
  await (await workbench.view('Workspace')).welcome();
  await workbench.runCommand('Pod IAM: Explain the Identity of a Service Account');
  await workbench.notification('No file of the workspace defines a service account');
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { actionsAt, eventually, getRole, open, removeAll, serviceAccount, uriOf, waitForRules } from '../editor.js';
import { test } from '../suite.js';

const accept = () => vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
const isPreviewed = () =>
  vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.startsWith('Move payments/api')));

async function text(name: string): Promise<string> {
  const document = await vscode.workspace.openTextDocument(uriOf(name));
  return document.getText();
}

async function move(): Promise<vscode.TextDocument> {
  // Opened, so that they are known whenever the events about new files come.
  await open('role.json', getRole('payments-api', 'system:serviceaccount:payments:api'));
  await open(
    'cluster.yaml',
    'apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata:\n  name: orders-prod\n  region: eu-west-1\n',
  );
  const account = await open('api.yaml', serviceAccount('payments', 'api', 'payments-api'));
  await waitForRules(account.uri, []);
  const action = await eventually('the action', async () =>
    (await actionsAt(account, 'name: api', vscode.CodeActionKind.Refactor)).find(
      ({ title }) => title === 'Move payments/api to EKS Pod Identity …',
    ),
  );
  const { command } = action;
  assert.ok(command);
  await eventually('the preview', async () => {
    void vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
    for (let tries = 0; tries < 200 && !isPreviewed(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
    if (isPreviewed()) return true;
    // It asks what files would have said that are not read yet.
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    return undefined;
  });
  return account;
}

test('a service account moves to Pod Identity with role, association and annotation at once, after a preview', async () => {
  const account = await move();
  assert.match(account.getText(), /role-arn/, 'nothing is changed before it is applied');
  await eventually('the change', async () => {
    await accept();
    return account.getText().includes('role-arn') ? undefined : true;
  });
  assert.match(await text('role.json'), /"Service": "pods\.eks\.amazonaws\.com"/);
  assert.doesNotMatch(await text('role.json'), /Federated/);
  assert.match(
    await text('cluster.yaml'),
    /podIdentityAssociations:\n {4}- namespace: payments\n {6}serviceAccountName: api/,
  );
  await waitForRules(account.uri, []);
  const back = await eventually('the way back', async () =>
    (await actionsAt(account, 'name: api', vscode.CodeActionKind.Refactor)).find(
      ({ title }) => title === 'Move payments/api to IRSA …',
    ),
  );
  assert.ok(back);
  await vscode.workspace.saveAll();
  await removeAll();
});

test('a refactoring that is dismissed changes nothing', async () => {
  const account = await move();
  const before = account.getText();
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(account.getText(), before);
  assert.match(await text('role.json'), /Federated/);
  await removeAll();
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  actionsAt,
  eventually,
  getRole,
  goodConditions,
  ISSUER,
  open,
  removeAll,
  serviceAccount,
  trustPolicy,
  untitled,
  waitForRules,
  write,
} from '../editor.js';
import { test } from '../suite.js';

const wildcard = {
  StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
  StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
};
const noAudience = { StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api' } };

test('a quick fix names the service account that is annotated with the role', async () => {
  await write('sa.yaml', serviceAccount('payments', 'api', 'payments-api'));
  const policy = {
    StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
    StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
  };
  const role = await open('role.json', getRole('payments-api', policy));
  await waitForRules(role.uri, ['trust-wildcard-subject']);
  const fix = await eventually('the fix for payments/api', async () =>
    (await actionsAt(role, 'serviceaccount:*')).find(({ title }) => title.includes('payments/api')),
  );
  assert.equal(fix.kind?.value, vscode.CodeActionKind.QuickFix.value);
  assert.ok(await vscode.workspace.applyEdit(fix.edit!));
  await waitForRules(role.uri, []);
  assert.match(role.getText(), /"system:serviceaccount:payments:api"/);
  JSON.parse(role.getText());
  await removeAll();
});

test('actions say why it matters and how to turn it off', async () => {
  const document = await open('trust.json', trustPolicy(wildcard));
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  const titles = (await actionsAt(document, 'serviceaccount:*')).map(({ title }) => title);
  assert.ok(titles.includes('Why this matters: trust-wildcard-subject'), titles.join('\n'));
  assert.ok(titles.includes('Turn off trust-wildcard-subject for the workspace'));
  assert.ok(!titles.some((title) => title.endsWith(' here')), 'JSON has no comments');
  await removeAll();
});

test('a comment turns a rule off where the format has comments', async () => {
  const document = await untitled(serviceAccount('payments', 'api', 'x').replace('111122223333', '1111'), 'yaml');
  await waitForRules(document.uri, ['sa-malformed-role-arn']);
  const action = (await actionsAt(document, 'arn:aws')).find(
    ({ title }) => title === 'Turn off sa-malformed-role-arn here',
  );
  assert.ok(action?.edit);
  assert.ok(await vscode.workspace.applyEdit(action.edit));
  await waitForRules(document.uri, []);
  assert.match(document.getText(), /\n {4}# pod-iam-ignore sa-malformed-role-arn\n/);
  await removeAll();
});

test('fix all applies the safe fixes and only those', async () => {
  const document = await untitled(trustPolicy(noAudience));
  await waitForRules(document.uri, ['trust-missing-audience']);
  const kind = vscode.CodeActionKind.SourceFixAll.append('podIam');
  const [action] = await actionsAt(document, 'Version', kind);
  assert.equal(action?.kind?.value, 'source.fixAll.podIam');
  assert.ok(await vscode.workspace.applyEdit(action.edit!));
  await waitForRules(document.uri, []);
  assert.deepEqual(JSON.parse(document.getText()), JSON.parse(trustPolicy(goodConditions)));
  assert.deepEqual(await actionsAt(document, 'Version', kind), []);

  const suggested = await untitled(trustPolicy(wildcard));
  await waitForRules(suggested.uri, ['trust-wildcard-subject']);
  assert.deepEqual(await actionsAt(suggested, 'Version', kind), []);
  await removeAll();
});

test('fix all takes in one go what others make room for', async () => {
  const document = await untitled(
    trustPolicy({ StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api' } }),
  );
  await waitForRules(document.uri, ['trust-missing-audience', 'trust-needless-like']);
  await vscode.commands.executeCommand('podIam.fixAll');
  await waitForRules(document.uri, []);
  assert.deepEqual(JSON.parse(document.getText()), JSON.parse(trustPolicy(goodConditions)));
  await vscode.commands.executeCommand('undo');
  await waitForRules(document.uri, ['trust-missing-audience', 'trust-needless-like']);
  await removeAll();
});

test('fix all on save', async () => {
  const document = await open('trust.json', trustPolicy(goodConditions));
  const settings = vscode.workspace.getConfiguration('editor');
  await settings.update('codeActionsOnSave', { 'source.fixAll.podIam': 'explicit' }, vscode.ConfigurationTarget.Global);
  try {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), trustPolicy(noAudience));
    await vscode.workspace.applyEdit(edit);
    await waitForRules(document.uri, ['trust-missing-audience']);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await eventually('the fixed text', () =>
      document.getText().includes(':aud"') && !document.isDirty ? true : undefined,
    );
    await waitForRules(document.uri, []);
  } finally {
    await settings.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Global);
  }
  await removeAll();
});

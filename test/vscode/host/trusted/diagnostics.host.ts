import assert from 'node:assert/strict';
import { rename, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import {
  getRole,
  goodConditions,
  ISSUER,
  open,
  ours,
  removeAll,
  replaceAll,
  rulesOf,
  serviceAccount,
  trustPolicy,
  untitled,
  uriOf,
  waitForRules,
  write,
} from '../editor.js';
import { test } from '../suite.js';

const wildcard = {
  StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
  StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
};

test('a file that was never saved is checked, and again after each change', async () => {
  const document = await untitled(trustPolicy(wildcard));
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  const [diagnostic] = ours(document.uri);
  assert.equal(document.getText(diagnostic!.range), '"system:serviceaccount:*:*"');
  assert.equal(diagnostic!.severity, vscode.DiagnosticSeverity.Error);
  await replaceAll(document, trustPolicy(goodConditions));
  await waitForRules(document.uri, []);
  await removeAll();
});

test('a text that was pasted before its language was known is checked once it is', async () => {
  const document = await untitled(trustPolicy(wildcard), 'plaintext');
  assert.deepEqual(ours(document.uri), []);
  await vscode.languages.setTextDocumentLanguage(document, 'json');
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  await vscode.languages.setTextDocumentLanguage(document, 'plaintext');
  await waitForRules(document.uri, []);
  await removeAll();
});

test('a squiggle’s code leads to the rule’s page', async () => {
  const document = await untitled(trustPolicy(wildcard));
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  const { code } = ours(document.uri)[0]!;
  assert.ok(typeof code === 'object');
  assert.equal(code.target.toString(true), 'command:podIam.showRule?["trust-wildcard-subject"]');
  await vscode.commands.executeCommand('podIam.showRule', 'trust-wildcard-subject');
  const page = await vscode.workspace.openTextDocument(vscode.Uri.parse('pod-iam-rule:/trust-wildcard-subject.md'));
  assert.match(page.getText(), /^# trust-wildcard-subject\n/);
  await removeAll();
});

test('files link: what is typed in one is judged in the other, saved or not', async () => {
  const account = await write('sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  const role = await open('role.json', getRole('payments-worker', 'system:serviceaccount:payments:wrker'));
  await waitForRules(account, ['sa-trust-denied']);
  await replaceAll(role, getRole('payments-worker', 'system:serviceaccount:payments:worker'));
  await waitForRules(account, []);
  await replaceAll(role, getRole('payments-worker', 'system:serviceaccount:payments:other'));
  await waitForRules(account, ['sa-trust-denied']);
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await removeAll();
});

test('files are followed as they are created, renamed and deleted', async () => {
  await open('role.json', getRole('payments-worker', 'system:serviceaccount:payments:wrker'));
  const account = await write('sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  await waitForRules(account, ['sa-trust-denied']);
  const edit = new vscode.WorkspaceEdit();
  edit.renameFile(account, uriOf('renamed.yaml'));
  await vscode.workspace.applyEdit(edit);
  await waitForRules(uriOf('renamed.yaml'), ['sa-trust-denied']);
  await waitForRules(account, []);
  await vscode.workspace.fs.delete(uriOf('renamed.yaml'));
  await waitForRules(uriOf('renamed.yaml'), []);
  await removeAll();
});

test('a folder that goes or comes as a whole is followed', async () => {
  await open('role.json', getRole('payments-worker', 'system:serviceaccount:payments:wrker'));
  const account = await write('k8s/sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  await waitForRules(account, ['sa-trust-denied']);
  await rename(uriOf('k8s').fsPath, uriOf('manifests').fsPath);
  await waitForRules(uriOf('manifests/sa.yaml'), ['sa-trust-denied']);
  await waitForRules(account, []);
  await rm(uriOf('manifests').fsPath, { recursive: true });
  await waitForRules(uriOf('manifests/sa.yaml'), []);
  await removeAll();
});

test('what git ignores and the setting excludes is not read', async () => {
  await write('.gitignore', 'generated/\n');
  const ignored = await write('generated/sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  const excluded = await write('vendor/sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  const shown = await write('sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  await open('role.json', getRole('payments-worker', 'system:serviceaccount:payments:wrker'));
  await vscode.commands.executeCommand('podIam.checkWorkspace');
  await waitForRules(shown, ['sa-trust-denied']);
  await waitForRules(ignored, []);
  assert.deepEqual(rulesOf(excluded), []);
  await removeAll();
});

test('severities and the switch hold without a reload', async () => {
  const document = await untitled(trustPolicy(wildcard));
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  const settings = vscode.workspace.getConfiguration('podIam');
  await settings.update('rules', { 'trust-wildcard-subject': 'hint' }, vscode.ConfigurationTarget.Global);
  try {
    for (let tries = 0; ours(document.uri)[0]?.severity !== vscode.DiagnosticSeverity.Hint; tries++) {
      assert.ok(tries < 100, 'it becomes a hint');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await settings.update('rules', { 'trust-wildcard-subject': 'off' }, vscode.ConfigurationTarget.Global);
    await waitForRules(document.uri, []);
    await settings.update('rules', undefined, vscode.ConfigurationTarget.Global);
    await waitForRules(document.uri, ['trust-wildcard-subject']);
    await settings.update('enable', false, vscode.ConfigurationTarget.Global);
    await waitForRules(document.uri, []);
  } finally {
    await settings.update('rules', undefined, vscode.ConfigurationTarget.Global);
    await settings.update('enable', undefined, vscode.ConfigurationTarget.Global);
  }
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  await removeAll();
});

test('.pod-iam.json holds, and turning a rule off writes it', async () => {
  const document = await open('trust.json', trustPolicy(wildcard));
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  await write('.pod-iam.json', '{\n  // ours\n  "exclude": ["never/**"]\n}\n');
  await vscode.commands.executeCommand('podIam.turnRuleOff', 'trust-wildcard-subject', document.uri);
  await waitForRules(document.uri, []);
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uriOf('.pod-iam.json')));
  assert.match(text, /\/\/ ours/);
  assert.match(text, /"trust-wildcard-subject": "off"/);
  await vscode.workspace.fs.delete(uriOf('.pod-iam.json'));
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  await removeAll();
});

test('broken and foreign texts disturb nobody', async () => {
  const texts: [string, string][] = [
    [trustPolicy(wildcard).slice(0, 300), 'json'],
    ['{"Statement": [[[[[', 'json'],
    ['\ta: b\n- ]', 'yaml'],
    ['a: &a [*a, *a]\nb: *nothing\n', 'yaml'],
    ['[', 'json'],
    ['['.repeat(20_000), 'json'],
    ['{'.repeat(5_000), 'yaml'],
    ['\u0000\u0001\uFFFD binary', 'json'],
    ['resource "aws_iam_role" "x" { assume_role_policy = jsonencode({', 'terraform'],
    ['FROM x\nENV AWS_SECRET_ACCESS_KEY', 'dockerfile'],
    ['', 'yaml'],
  ];
  for (const [text, language] of texts) {
    const document = await untitled(text, language);
    const at = new vscode.Position(0, 0);
    for (const command of [
      'vscode.executeHoverProvider',
      'vscode.executeDefinitionProvider',
      'vscode.executeReferenceProvider',
      'vscode.executeCompletionItemProvider',
    ]) {
      await vscode.commands.executeCommand(command, document.uri, at);
    }
    await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, new vscode.Range(at, at));
    await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', document.uri);
    await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri);
  }
  const after = await untitled(trustPolicy(wildcard));
  await waitForRules(after.uri, ['trust-wildcard-subject']);
  await removeAll();
});

test('Terraform is read once its parser is there', async () => {
  const statement = `{ Effect = "Allow", Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/${ISSUER}" }, Action = "sts:AssumeRoleWithWebIdentity", Condition = { StringLike = { "${ISSUER}:sub" = "system:serviceaccount:*:*" }, StringEquals = { "${ISSUER}:aud" = "sts.amazonaws.com" } } }`;
  const document = await open(
    'main.tf',
    `resource "aws_iam_role" "api" {\n  name = "api"\n  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [${statement}] })\n}\n`,
  );
  assert.equal(document.languageId, 'terraform');
  await waitForRules(document.uri, ['trust-wildcard-subject']);
  await removeAll();
});

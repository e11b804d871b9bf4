import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, ISSUER, removeAll, trustPolicy, untitled } from '../editor.js';
import { openCluster, withDemo } from '../ownDemo.js';
import { person } from '../person.js';
import { test } from '../suite.js';

const context = 'orders-prod';
const textAt = async (path: string) =>
  (await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: 'pod-iam-audit', path }))).getText();

test('CloudTrail is asked on request only, and failures stand first', async () => {
  await withDemo(async (demo) => {
    await openCluster();
    // Something that CloudTrail can tell of.
    const row = { target: { context, namespace: 'checkout', name: 'worker' } };
    const verifying = vscode.commands.executeCommand('podIam.verifyCallerIdentity', row);
    assert.match(await person.readsDialog(), /AssumeRoleWithWebIdentity/);
    await person.presses('Verify');
    await verifying;
    assert.equal(demo.requests.count('LookupEvents'), 0);
    const asking = vscode.commands.executeCommand('podIam.recentCalls', row);
    await person.answers('the last day');
    await asking;
    assert.ok(demo.requests.count('LookupEvents') > 0);
    const text = await textAt('/checkout-worker-calls.md');
    assert.match(text, /AssumeRoleWithWebIdentity/);
    assert.match(text, /AccessDenied/);
  });
  await removeAll();
});

test('a trust policy is sent to Access Analyzer after a confirmation only, and its findings stand beside ours', async () => {
  await withDemo(async (demo) => {
    await openCluster();
    const document = await untitled(
      trustPolicy({
        StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*', [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
      }).replace('"Version": "2012-10-17"', '"Version": "2008-10-17"'),
    );
    const refused = vscode.commands.executeCommand('podIam.validateTrustPolicy');
    assert.match(await person.readsDialog(), /access-analyzer:ValidatePolicy/);
    await person.presses('Cancel');
    await refused;
    assert.equal(demo.requests.count('ValidatePolicy'), 0);
    const sent = vscode.commands.executeCommand('podIam.validateTrustPolicy');
    await person.readsDialog();
    await person.presses('Send');
    await sent;
    assert.equal(demo.requests.count('ValidatePolicy'), 1);
    const text = await eventually('the report', () =>
      vscode.workspace.textDocuments
        .find(({ uri }) => uri.scheme === 'pod-iam-audit' && /Trust policy/.test(uri.path))
        ?.getText(),
    );
    assert.match(text, /trust-wildcard-subject/);
    const theirs = vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ source }) => source === 'IAM Access Analyzer');
    for (const { code } of theirs) assert.ok(text.includes(String(typeof code === 'object' ? code.value : code)));
    // What was said of a text is nothing about the next.
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), ' ');
    await vscode.workspace.applyEdit(edit);
    await eventually('the old words to go', () =>
      vscode.languages.getDiagnostics(document.uri).every(({ source }) => source !== 'IAM Access Analyzer')
        ? true
        : undefined,
    );
  });
  await removeAll();
});

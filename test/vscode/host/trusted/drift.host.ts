import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { dismissed, eventually, removeAll, serviceAccount, write } from '../editor.js';
import { openCluster, withDemo, writes } from '../ownDemo.js';
import { person } from '../person.js';
import { test } from '../suite.js';

const driftOf = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).filter(({ code }) => code === 'live-drift');
const target = { target: { context: 'orders-prod', namespace: 'checkout', name: 'api' } };

test('files are held against the cluster that a person names, and the cluster’s side can be taken over', async () => {
  await withDemo(async (demo) => {
    const uri = await write('api.yaml', serviceAccount('checkout', 'api', 'another-role'));
    await openCluster();
    demo.requests.clear();
    assert.deepEqual(driftOf(uri), []);
    const comparing = vscode.commands.executeCommand('podIam.compareWithCluster');
    await person.answers('orders-prod');
    const told = await person.readsNotification('the files differ');
    assert.match(told, /orders-prod and the files differ in/);
    await dismissed(comparing);
    const [difference] = await eventually('the difference', () => (driftOf(uri).length > 0 ? driftOf(uri) : undefined));
    assert.match(difference!.message, /checkout-api/);
    // The quick fix takes over what the cluster has, and then they agree.
    const document = await vscode.workspace.openTextDocument(uri);
    const actions = await eventually('the quick fix', async () => {
      const all = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        difference!.range,
        vscode.CodeActionKind.QuickFix.value,
      );
      const ours = all.filter(({ edit, title }) => edit && /checkout-api|cluster|orders-prod/.test(title));
      return ours.length > 0 ? ours : undefined;
    });
    assert.ok(actions[0]?.edit);
    await vscode.workspace.applyEdit(actions[0].edit);
    assert.match(document.getText(), /role\/checkout-api/);
    await eventually('them to agree', () => (driftOf(uri).length === 0 ? true : undefined));
    assert.deepEqual(writes(demo), []);
    await document.save();
    await vscode.commands.executeCommand('podIam.stopComparing');
  });
  await removeAll();
});

test('both sides of one service account are shown beside each other', async () => {
  await withDemo(async (demo) => {
    await write('api.yaml', serviceAccount('checkout', 'api', 'another-role'));
    await openCluster();
    demo.requests.clear();
    await vscode.commands.executeCommand('podIam.compareAccount', target);
    const [live, file] = await eventually('both sides', () => {
      const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
      return input instanceof vscode.TabInputTextDiff ? [input.original, input.modified] : undefined;
    });
    const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
    await eventually('the cluster’s side', async () =>
      /role\/checkout-api/.test(await text(live!)) ? true : undefined,
    );
    assert.match(await text(file!), /role\/another-role/);
    assert.deepEqual(writes(demo), []);
  });
  await removeAll();
});

test('service accounts that no file has come over as manifests', async () => {
  await withDemo(async (demo) => {
    await write('worker.yaml', serviceAccount('checkout', 'worker', 'another-role'));
    await openCluster();
    demo.requests.clear();
    const comparing = vscode.commands.executeCommand('podIam.compareWithCluster');
    await person.answers('orders-prod');
    await person.readsNotification('the files differ');
    await dismissed(comparing);
    const pulling = vscode.commands.executeCommand('podIam.pullFromCluster');
    await person.marks('checkout/api');
    await pulling;
    const text = await eventually('a manifest', () => {
      const found = vscode.workspace.textDocuments.find(
        (document) => document.isUntitled && /kind: ServiceAccount/.test(document.getText()),
      );
      return found?.getText();
    });
    assert.match(text, /name: api\n[\s\S]*namespace: checkout|namespace: checkout\n[\s\S]*name: api/);
    assert.match(text, /role\/checkout-api/);
    assert.deepEqual(writes(demo), []);
    await vscode.commands.executeCommand('podIam.stopComparing');
  });
  await removeAll();
});

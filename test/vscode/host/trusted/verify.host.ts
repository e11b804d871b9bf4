import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, removeAll } from '../editor.js';
import { openCluster, withDemo, writes } from '../ownDemo.js';
import { person } from '../person.js';
import { test } from '../suite.js';

const context = 'orders-prod';

function report(): string | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'pod-iam-verified')?.getText();
}

test('a namespace is verified in one go, after one confirmation that says how often what is minted', async () => {
  await withDemo(async (demo) => {
    await openCluster();
    demo.requests.clear();
    const row = { target: { context, namespace: 'payments', name: 'payments' } };
    const refused = vscode.commands.executeCommand('podIam.verifyAll', row);
    await person.answers('Mint credentials');
    const dialog = await person.readsDialog();
    assert.match(dialog, /AssumeRoleForPodIdentity[\s\S]*In all \d+ tokens are minted/);
    await person.presses('Cancel');
    await refused;
    assert.deepEqual(writes(demo), []);
    const verifying = vscode.commands.executeCommand('podIam.verifyAll', row);
    await person.answers('Mint credentials');
    const count = /Verify (\d+)/.exec(await person.readsDialog())?.[1];
    await person.presses(`Verify ${count}`);
    assert.match(await person.readsNotification('verified'), new RegExp(`${count} of ${count} verified: `));
    await verifying;
    assert.equal(demo.requests.count('create serviceaccounts/token'), Number(count));
    const text = await eventually('the report', report);
    assert.match(text, /## ✗ Refused[\s\S]*payments\/ledger[\s\S]*## ✓ As expected[\s\S]*payments\/api/);
    assert.match(text, /## Left out/);
  });
  await removeAll();
});

test('a pod is asked where that is chosen, and nothing is minted', async () => {
  await withDemo(async (demo) => {
    await openCluster();
    demo.requests.clear();
    const row = { target: { context, namespace: 'checkout', name: 'api' } };
    const verifying = vscode.commands.executeCommand('podIam.verifyCallerIdentity', row);
    assert.match(await person.readsDialog(), /aws sts get-caller-identity/);
    await person.presses('Ask Inside the Pod');
    await verifying;
    assert.equal(demo.requests.count('create serviceaccounts/token'), 0);
    assert.ok(demo.requests.entries.some(({ operation }) => /pods\/exec/.test(operation)));
  });
  await removeAll();
});

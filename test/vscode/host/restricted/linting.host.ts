import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ISSUER, trustPolicy, untitled, waitForRules, write } from '../editor.js';
import { test } from '../suite.js';

test('files are checked in Restricted Mode', async () => {
  const document = await untitled(
    trustPolicy({
      StringLike: { [`${ISSUER}:sub`]: 'system:serviceaccount:*:*' },
      StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
    }),
  );
  await waitForRules(document.uri, ['trust-wildcard-subject']);
});

test('a workspace cannot choose the kubeconfig, the profile or the region', async () => {
  await write(
    '.vscode/settings.json',
    JSON.stringify({
      'podIam.kubeconfig': '/tmp/hostile',
      'podIam.aws.profile': 'hostile',
      'podIam.aws.region': 'hostile',
    }),
  );
  const settings = vscode.workspace.getConfiguration('podIam');
  for (const name of ['kubeconfig', 'aws.profile', 'aws.region']) assert.equal(settings.get(name), '', name);
});

test('no command connects to anything', async () => {
  const before = Object.keys(require.cache).filter((path) => path.endsWith('live.js'));
  await vscode.commands.executeCommand('podIam.clusters.focus');
  await vscode.commands.executeCommand('podIam.clusters.refresh').then(undefined, () => undefined);
  await vscode.commands.executeCommand('podIam.clusters.refreshOne', { target: { context: 'orders-prod' } });
  await vscode.commands.executeCommand('podIam.verifyCallerIdentity', {
    target: { context: 'orders-prod', namespace: 'a', name: 'b' },
  });
  const after = Object.keys(require.cache).filter((path) => path.endsWith('live.js'));
  assert.deepEqual(after, before);
  assert.deepEqual(after, []);
});

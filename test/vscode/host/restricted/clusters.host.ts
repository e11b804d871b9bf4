import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { withDemo } from '../ownDemo.js';
import { test } from '../suite.js';

const account = { target: { context: 'orders-prod', namespace: 'checkout', name: 'api' } };

test('in Restricted Mode no command of the clusters asks, connects, mints, changes or audits', async () => {
  await vscode.workspace.getConfiguration('podIam').update('allowChanges', true, vscode.ConfigurationTarget.Global);
  await withDemo(async (demo) => {
    for (const command of [
      'podIam.clusters.refresh',
      'podIam.clusters.refreshOne',
      'podIam.clusters.addFromAws',
      'podIam.change',
      'podIam.verifyCallerIdentity',
      'podIam.verifyAll',
      'podIam.compareWithCluster',
      'podIam.pullFromCluster',
      'podIam.compareAccount',
      'podIam.recentCalls',
      'podIam.validateTrustPolicy',
    ]) {
      // A command that would ask something waits for an answer for ever.
      const done = vscode.commands.executeCommand(command, account).then(() => true);
      const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 10_000));
      const ended = await Promise.race([done, late]);
      await vscode.commands.executeCommand('notifications.clearAll');
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      assert.ok(ended, `${command} asks nothing`);
    }
    assert.deepEqual(demo.requests.entries, []);
  });
  await vscode.workspace
    .getConfiguration('podIam')
    .update('allowChanges', undefined, vscode.ConfigurationTarget.Global);
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test } from '../suite.js';

test('the packaged extension activates in Restricted Mode', async () => {
  assert.equal(vscode.workspace.isTrusted, false);
  const extension = vscode.extensions.getExtension('pod-iam.pod-iam');
  assert.ok(extension, 'it is installed');
  await extension.activate();
  assert.equal(extension.isActive, true);
});

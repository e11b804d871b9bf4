import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { test } from '../suite.js';

test('the packaged extension activates in a trusted workspace', async () => {
  assert.equal(vscode.workspace.isTrusted, true);
  const extension = vscode.extensions.getExtension('pod-iam.pod-iam');
  assert.ok(extension, 'it is installed');
  await extension.activate();
  assert.equal(extension.isActive, true);
});

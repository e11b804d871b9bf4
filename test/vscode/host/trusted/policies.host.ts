import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  eventually,
  ISSUER,
  open,
  PROVIDER,
  removeAll,
  rulesOf,
  serviceAccount,
  waitForRules,
  write,
} from '../editor.js';
import { person } from '../person.js';
import { test } from '../suite.js';

test('a role of a Terraform file is tried with a service account, its document in another file', async () => {
  await open(
    'documents.tf',
    `data "aws_iam_policy_document" "api" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["${PROVIDER}"]
    }
    condition {
      test     = "StringEquals"
      variable = "${ISSUER}:sub"
      values   = ["system:serviceaccount:payments:api"]
    }
  }
}
`,
  );
  const document = await open(
    'roles.tf',
    'resource "aws_iam_role" "api" {\n  name               = "payments-api"\n  assume_role_policy = data.aws_iam_policy_document.api.json\n}\n',
  );
  await vscode.window.showTextDocument(document);
  const known = await write('batch.yaml', serviceAccount('payments', 'batch', 'payments-api'));
  await waitForRules(known, ['sa-trust-denied']);
  const trial = async (account: string, typed = account) => {
    const running = vscode.commands.executeCommand('podIam.tryTrustPolicy');
    await person.answers(typed);
    await running;
    const text = await eventually('the answer', () =>
      vscode.workspace.textDocuments
        .find(({ uri }) => uri.scheme === 'pod-iam-trial' && uri.path.endsWith(account))
        ?.getText(),
    );
    await vscode.window.showTextDocument(document);
    return text;
  };
  assert.match(await trial('payments/api'), /^payments\/api → payments-api {4}ALLOWED/);
  assert.match(await trial('payments/worker'), /DENIED[\s\S]*'api' ≠ 'worker'/);
  // One of the workspace is found by a part of its name.
  assert.match(await trial('payments/batch', 'batch'), /DENIED[\s\S]*'api' ≠ 'batch'/);
  await removeAll();
});

test('a permission policy that no role uses is judged when a person says so', async () => {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const document = await open('policy.json', JSON.stringify(policy, null, 2));
  await eventually('it to be read', () => (document.languageId === 'json' ? true : undefined));
  assert.deepEqual(rulesOf(document.uri), []);
  await vscode.commands.executeCommand('podIam.checkPolicy');
  await waitForRules(document.uri, ['policy-wildcard-action']);
  await removeAll();
});

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import {
  eventually,
  getRole,
  hoverAt,
  ISSUER,
  open,
  rangeOf,
  removeAll,
  serviceAccount,
  trustPolicy,
  untitled,
  write,
} from '../editor.js';
import { test } from '../suite.js';

test('hover on a finding says why, on a role ARN which identity it gives', async () => {
  await write('role.json', getRole('payments-worker', 'system:serviceaccount:payments:wrker'));
  const account = await open('sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  const text = await eventually('the verdict', async () => {
    const hover = await hoverAt(account, 'arn:aws');
    return hover.includes('denied') ? hover : undefined;
  });
  assert.match(text, /'wrker' ≠ 'worker'/);
  assert.match(text, /More about sa-trust-denied/);
  assert.match(text, /Explain/);
  await removeAll();
});

test('definition, references and rename go over all files', async () => {
  const account = await open('sa.yaml', serviceAccount('payments', 'api', 'payments-api'));
  const role = await open('role.json', getRole('payments-api', 'system:serviceaccount:payments:api'));
  const at = rangeOf(role, 'payments:api').end.translate(0, -1);
  const definitions = await eventually('the definition', async () => {
    const found = await vscode.commands.executeCommand<vscode.Location[]>(
      'vscode.executeDefinitionProvider',
      role.uri,
      at,
    );
    return found.length > 0 ? found : undefined;
  });
  assert.deepEqual(
    definitions.map(({ uri }) => uri.toString()),
    [account.uri.toString()],
  );
  const references = await vscode.commands.executeCommand<vscode.Location[]>(
    'vscode.executeReferenceProvider',
    role.uri,
    at,
  );
  assert.deepEqual(
    references.map(({ uri }) => uri.toString()).sort(),
    [role.uri.toString(), account.uri.toString()].sort(),
  );
  const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
    'vscode.executeDocumentRenameProvider',
    role.uri,
    at,
    'gateway',
  );
  assert.equal(edit.size, 2);
  assert.ok(await vscode.workspace.applyEdit(edit));
  assert.match(role.getText(), /system:serviceaccount:payments:gateway"/);
  assert.match(account.getText(), /name: gateway\n/);
  await removeAll();
});

test('completion offers subjects of the workspace and claims of the provider', async () => {
  await open('sa.yaml', serviceAccount('payments', 'api', 'payments-api'));
  const document = await untitled(trustPolicy({ StringEquals: { [`${ISSUER}:sub`]: '' } }));
  const at = rangeOf(document, ':sub": "').end;
  const labels = async (position: vscode.Position) => {
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position,
    );
    return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
  };
  assert.ok((await labels(at)).includes('system:serviceaccount:payments:api'));
  const key = rangeOf(document, `${ISSUER}:sub`).start;
  assert.ok((await labels(key)).includes(`${ISSUER}:aud`));
  await removeAll();
});

test('lenses, outline and links are there', async () => {
  await write('role.json', getRole('payments-worker', 'system:serviceaccount:payments:wrker'));
  const account = await open('sa.yaml', serviceAccount('payments', 'worker', 'payments-worker'));
  const lens = await eventually('the lens', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      account.uri,
      10,
    );
    return lenses.find(({ command }) => command?.title.includes('trust denies'));
  });
  assert.equal(lens.command?.command, 'podIam.explain');
  await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
  const explanation = await eventually('the explanation', () =>
    vscode.window.activeTextEditor?.document.uri.scheme === 'pod-iam-explain'
      ? vscode.window.activeTextEditor.document
      : undefined,
  );
  assert.match(explanation.getText(), /^payments\/worker → .* DENIED/);
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
    'vscode.executeDocumentSymbolProvider',
    account.uri,
  );
  assert.ok(symbols.some(({ name }) => name === 'payments/worker'));
  const other = await open('other.yaml', serviceAccount('payments', 'x', 'nowhere-here'));
  const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>('vscode.executeLinkProvider', other.uri);
  assert.ok(links.some(({ target }) => target?.toString(true).includes('roles/details/nowhere-here')));
  await removeAll();
});

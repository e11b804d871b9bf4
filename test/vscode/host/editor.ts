import assert from 'node:assert/strict';
import * as vscode from 'vscode';

// What the suites do again and again with the real API.

export const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
export const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;

/** A trust policy of IRSA; `conditions` as they stand in the statement. */
export function trustPolicy(
  conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  indent = 2,
): string {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: PROVIDER },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: conditions,
  };
  return `${JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, indent)}\n`;
}

export const goodConditions = {
  StringEquals: { [`${ISSUER}:sub`]: 'system:serviceaccount:payments:api', [`${ISSUER}:aud`]: 'sts.amazonaws.com' },
};

export async function untitled(content: string, language = 'json'): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language, content });
  await vscode.window.showTextDocument(document);
  return document;
}

function folder(): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'a folder is open');
  return first.uri;
}

/** Each test has files of its own: VS Code remembers for a while what stood in a file of the same name. */
let round = 1;

/** A file of this test, in a folder of its own; what holds for the whole workspace (`.pod-iam.json`) at the top. */
export function uriOf(name: string): vscode.Uri {
  return name.startsWith('.')
    ? vscode.Uri.joinPath(folder(), name)
    : vscode.Uri.joinPath(folder(), `test-${round}`, name);
}

/** Writes a file of the workspace behind the editor's back. */
export async function write(name: string, text: string): Promise<vscode.Uri> {
  const uri = uriOf(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

export async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(await write(name, text));
  await vscode.window.showTextDocument(document);
  return document;
}

export async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length)),
    text,
  );
  assert.ok(await vscode.workspace.applyEdit(edit));
}

export function ruleOf({ code }: vscode.Diagnostic): string {
  return typeof code === 'object' ? String(code.value) : String(code);
}

/** Our diagnostics of a file, as rule ids. */
export function rulesOf(uri: vscode.Uri): string[] {
  return ours(uri).map(ruleOf).sort();
}

export function ours(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Pod IAM');
}

/** Polls: what the editor shows comes when it comes. */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 2000; tries++) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited in vain for ${what}`);
}

/** Dismisses what the command says, as often as it says something, until it has ended. */
export async function dismissed<T>(command: Thenable<T>): Promise<T> {
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
  };
  command.then(end, end);
  await eventually('the command to end', async () => {
    if (!hasEnded) await vscode.commands.executeCommand('notifications.clearAll');
    return hasEnded || undefined;
  });
  return command;
}

export async function waitForRules(uri: vscode.Uri, expected: readonly string[]): Promise<void> {
  let last: string[] = [];
  try {
    await eventually('the diagnostics', () => {
      last = rulesOf(uri);
      return JSON.stringify(last) === JSON.stringify([...expected].sort()) ? true : undefined;
    });
  } catch {
    assert.deepEqual(last, [...expected].sort());
  }
}

/** The code actions at a word of the document. */
export async function actionsAt(
  document: vscode.TextDocument,
  word: string,
  kind?: vscode.CodeActionKind,
): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    rangeOf(document, word),
    kind?.value,
  );
}

export function rangeOf(document: vscode.TextDocument, word: string): vscode.Range {
  const start = document.getText().indexOf(word);
  assert.ok(start >= 0, `${word} is in the document`);
  return new vscode.Range(document.positionAt(start), document.positionAt(start + word.length));
}

export async function hoverAt(document: vscode.TextDocument, word: string): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    rangeOf(document, word).start,
  );
  return hovers
    .flatMap(({ contents }) => contents.map((content) => (typeof content === 'string' ? content : content.value)))
    .join('\n');
}

export async function removeAll(): Promise<void> {
  // Closing what was changed asks whether to save it; nobody is there to answer.
  for (let tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs); tabs.length > 0; ) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    const left = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    assert.ok(left.length < tabs.length, 'a tab was closed');
    tabs = left;
  }
  for (const [name] of await vscode.workspace.fs.readDirectory(folder())) {
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), name), { recursive: true });
  }
  round++;
}

export function serviceAccount(namespace: string, name: string, role?: string): string {
  const annotations = role
    ? `\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/${role}`
    : '';
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: ${namespace}${annotations}\n`;
}

/** The output of `aws iam get-role`; its trust policy lets in a subject, or has the conditions given. */
export function getRole(name: string, given: string | Parameters<typeof trustPolicy>[0]): string {
  const conditions =
    typeof given === 'string'
      ? { StringEquals: { [`${ISSUER}:sub`]: given, [`${ISSUER}:aud`]: 'sts.amazonaws.com' } }
      : given;
  const document = JSON.parse(trustPolicy(conditions)) as unknown;
  const role = {
    Path: '/',
    RoleName: name,
    Arn: `arn:aws:iam::111122223333:role/${name}`,
    AssumeRolePolicyDocument: document,
  };
  return `${JSON.stringify({ Role: role }, null, 2)}\n`;
}

import * as vscode from 'vscode';

/** A view whose rows can be narrowed. */
export interface Filtered {
  readonly filter: string;
  setFilter(text: string): void;
}

/** Typing pauses this long, in ms, before the tree follows. */
const PAUSE = 150;

/** Asks for a filter; the tree follows while it is typed, and Escape brings back what was. */
export async function askFilter(view: Filtered): Promise<void> {
  const before = view.filter;
  const input = vscode.window.createInputBox();
  input.title = vscode.l10n.t('Filter service accounts');
  input.placeholder = vscode.l10n.t('ns:payments role:ledger is:error api');
  input.prompt = vscode.l10n.t(
    'is: error, warning, ok, unknown, problem, irsa, pod-identity, both, node-role, none, stale, verified',
  );
  input.value = before;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const text = await new Promise<string>((resolve) => {
    input.onDidChangeValue((value) => {
      clearTimeout(timer);
      timer = setTimeout(() => view.setFilter(value), PAUSE);
    });
    input.onDidAccept(() => resolve(input.value));
    input.onDidHide(() => resolve(before));
    input.show();
  });
  clearTimeout(timer);
  input.dispose();
  view.setFilter(text);
}

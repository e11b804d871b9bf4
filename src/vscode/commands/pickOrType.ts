import * as vscode from 'vscode';

export interface PickOrType {
  readonly title: string;
  readonly placeholder: string;
  readonly known: readonly vscode.QuickPickItem[];
  /** What was typed, trimmed and not empty, is an answer of its own. */
  readonly isAnswer: (typed: string) => boolean;
  /** Stands behind what was typed, where it is none of the known. */
  readonly typedHint: string;
}

/** A list in which what a person types may itself be the answer. @returns undefined where it was left */
export async function pickOrType(options: PickOrType): Promise<vscode.QuickPickItem | undefined> {
  const { known, isAnswer } = options;
  const pick = vscode.window.createQuickPick();
  pick.title = options.title;
  pick.placeholder = options.placeholder;
  pick.items = known;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const answer = await new Promise<vscode.QuickPickItem | undefined>((resolve) => {
    // Enter may come before the list has followed what was typed: what is selected then was not meant.
    let followed = true;
    let changed = false;
    pick.onDidChangeActive(([active]) => {
      if (active?.label === pick.value.trim()) followed = true;
    });
    pick.onDidChangeValue((value) => {
      const typed = value.trim();
      followed = typed === '';
      // What was typed stands first, so that Enter takes it as it is.
      if (typed !== '' && isAnswer(typed)) {
        const same = known.find(({ label }) => label === typed);
        const first = { description: options.typedHint, ...same, label: typed, alwaysShow: true };
        pick.items = [first, ...known.filter((each) => each !== same)];
        changed = true;
      } else if (changed) {
        pick.items = known;
        changed = false;
      }
    });
    pick.onDidAccept(() => {
      const typed = pick.value.trim();
      const meant = !followed && typed !== '' && isAnswer(typed) ? { label: typed } : pick.selectedItems[0];
      if (meant) resolve(meant);
    });
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  return answer;
}

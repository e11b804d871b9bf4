import type { Locator, Page } from 'playwright-core';
import { until } from './until.js';

export interface Problem {
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  /** Diagnostic source, `Pod IAM`. */
  readonly source: string;
  /** Rule id, `trust-wildcard-subject`. */
  readonly code: string;
  /** Name of the file, without its folder. */
  readonly file: string;
  /** As shown, one-based: `[Ln 9, Col 58]`. */
  readonly position: string;
}

export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** One-based depth. */
  readonly level: number;
  /** Undefined when the row has no children. */
  readonly expanded: boolean | undefined;
  /** What a screen reader says. */
  readonly accessibleName: string;
}

/** A window of VS Code as a person uses it: keys, clicks and what can be read on the screen. */
export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Resolves when the window stands. What extensions add comes later: wait for it. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.page.locator('.monaco-workbench .statusbar-item').first().waitFor();
  }

  /** Opens a file of the workspace by its absolute path and puts the cursor into it. */
  async openFile(path: string): Promise<void> {
    await this.quickInput('ControlOrMeta+p', path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.waitForTab(name);
    await this.page.locator('.editor-group-container.active .monaco-editor .view-line').first().waitFor();
  }

  async waitForTab(name: string): Promise<void> {
    await this.page.locator('.tabs-container .tab.active').filter({ hasText: name }).waitFor();
  }

  /** Puts the cursor at a one-based line and column of the active editor. */
  async goTo(line: number, column: number): Promise<void> {
    await this.quickInput('Control+g', `:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.quickInputBox().waitFor({ state: 'hidden' });
    await this.page
      .locator('.statusbar-item')
      .filter({ hasText: new RegExp(`Ln ${line}, Col ${column}`) })
      .waitFor();
  }

  /** Types at the cursor, as keys. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+s');
    const dirty = this.page.locator('.tabs-container .tab.active.dirty');
    await this.stable(async () => ((await dirty.count()) === 0 ? true : undefined));
  }

  /** Runs a command by its title, `Pod IAM: Refresh`, as typed in the command palette. */
  async runCommand(title: string): Promise<void> {
    await this.quickInput('F1', `>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** Titles the command palette offers for `text`. */
  async commands(text: string): Promise<string[]> {
    await this.quickInput('F1', `>${text}`);
    const titles = await this.stable(() =>
      this.page.locator('.quick-input-list .monaco-list-row .label-name').allInnerTexts(),
    );
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** The squiggles in the visible part of the active editor, by severity. */
  squiggles(severity: 'error' | 'warning' | 'info' | 'hint'): Locator {
    return this.page.locator(`.editor-group-container.active .squiggly-${severity}`);
  }

  /** Opens the Problems panel if it is closed. */
  async openProblems(): Promise<void> {
    const panel = this.page.locator('.markers-panel-container');
    if (await panel.isVisible()) return;
    await this.page.keyboard.press('ControlOrMeta+Shift+M');
    await panel.waitFor();
  }

  /** What the Problems panel shows now (the rows that fit on the screen). */
  async problems(): Promise<Problem[]> {
    await this.openProblems();
    // All rows in one look: one by one, a row could be gone before it is read.
    const rows = await this.page.locator('.markers-panel-container .monaco-list-row').evaluateAll((elements) =>
      (elements as unknown as ShownElement[]).map((row) => ({
        name: row.querySelector('.resource-label-container .label-name')?.innerText,
        icon: row.querySelector('.marker-icon')?.getAttribute('class') ?? '',
        // A message of several lines has one element a line.
        message: [...row.querySelectorAll('.marker-message')].map((line) => line.innerText),
        source: row.querySelector('.marker-source')?.innerText ?? '',
        code: row.querySelector('.marker-code')?.innerText ?? '',
        position: row.querySelector('.marker-line')?.innerText ?? '',
      })),
    );
    const problems: Problem[] = [];
    let file = '';
    for (const { name, message, icon, source, code, position } of rows) {
      if (name !== undefined) file = name;
      else if (message.length > 0)
        problems.push({ severity: severityOf(icon), message: message.join('\n'), source, code, position, file });
    }
    return problems;
  }

  /** Waits until the Problems panel shows a problem whose message contains `text`. */
  waitForProblem(text: string): Promise<Problem> {
    return until(`a problem with ${JSON.stringify(text)}`, 90_000, async () =>
      (await this.problems()).find((problem) => problem.message.includes(text)),
    );
  }

  /** Waits until the Problems panel shows no problem whose message contains `text`. */
  async waitForNoProblem(text: string): Promise<void> {
    await until(`no problem with ${JSON.stringify(text)}`, 90_000, async () =>
      (await this.problems()).some((problem) => problem.message.includes(text)) ? undefined : true,
    );
  }

  /** Clicks a problem, which opens its file at its place. */
  async openProblem(text: string): Promise<void> {
    await this.waitForProblem(text);
    await this.page.locator('.markers-panel-container .monaco-list-row').filter({ hasText: text }).first().dblclick();
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
  }

  /** Opens the quick fix menu at the cursor, leaves it open and returns its titles. */
  async openQuickFixes(): Promise<string[]> {
    const menu = this.page.locator('.action-widget');
    // A menu asked for before the diagnostics have arrived is empty or closes at once, so ask again.
    await until('the quick fix menu', 90_000, async () => {
      await this.page.keyboard.press('ControlOrMeta+.');
      try {
        await menu.locator('.monaco-list-row.action').first().waitFor({ timeout: 2_000 });
        return true;
      } catch {
        await this.page.keyboard.press('Escape');
        return undefined;
      }
    });
    return menu.locator('.monaco-list-row.action').allInnerTexts();
  }

  /** Applies the quick fix at the cursor whose title contains `title`. The edit may come later: wait for what it changes. */
  async applyQuickFix(title: string): Promise<void> {
    const titles = await this.openQuickFixes();
    const row = this.page.locator('.action-widget .monaco-list-row.action').filter({ hasText: title });
    if ((await row.count()) === 0)
      throw new Error(`No quick fix ${JSON.stringify(title)} in ${JSON.stringify(titles)}`);
    await row.first().click();
    await this.page.locator('.action-widget .monaco-list-row').first().waitFor({ state: 'hidden' });
  }

  /** Opens the hover at the cursor and returns its text. */
  async hover(): Promise<string> {
    // Lists have hovers of their own, which come up wherever the pointer was left.
    const hover = this.page.locator('.monaco-hover:not(.hidden):not(.workbench-hover) .monaco-hover-content').first();
    await this.page.mouse.move(0, 0);
    // A hover asked for before the editor has the focus, or before the diagnostics have come, does not open, so ask again.
    await until('the hover', 90_000, async () => {
      await this.page.keyboard.press('ControlOrMeta+k');
      await this.page.keyboard.press('ControlOrMeta+i');
      try {
        await hover.waitFor({ timeout: 3_000 });
        return true;
      } catch {
        return undefined;
      }
    });
    return this.stable(async () => {
      const text = await hover.innerText();
      return /^Loading/.test(text) ? undefined : text;
    });
  }

  /** Text of the active editor, as far as it is on the screen. */
  async visibleText(): Promise<string> {
    const lines = this.page.locator('.editor-group-container.active .monaco-editor .view-lines').first();
    // The editor draws spaces as no-break spaces.
    return (await lines.innerText()).replaceAll('\u00a0', ' ');
  }

  /** Clicks an entry of the activity bar, `Pod IAM`, unless its side bar is open already. */
  async openActivity(title: string): Promise<void> {
    const action = this.page.locator(`.activitybar .action-item a[aria-label^="${title}"]`).first();
    await action.waitFor();
    const composite = this.page.locator('.part.sidebar .composite.title').filter({ hasText: title });
    // A window that is restored may open the side bar by itself at the same moment, and the click closes it then.
    await until(`the side bar of ${title}`, 90_000, async () => {
      if (await this.settledVisible(composite)) return true;
      await action.click();
      return undefined;
    });
  }

  /** A view of the side bar by its title, expanded. */
  async view(title: string): Promise<TreeView> {
    const pane = this.page
      .locator('.part.sidebar .pane')
      .filter({ has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
    await pane.first().waitFor();
    const header = pane.locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    return new TreeView(this.page, pane);
  }

  /** Waits for a notification that contains `text` and returns the whole of it. */
  async notification(text: string): Promise<string> {
    const toast = this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text }).first();
    await toast.waitFor();
    return toast.innerText();
  }

  /** Presses a button of a notification or of a modal dialog. */
  async pressButton(label: string): Promise<void> {
    await this.page
      .locator('.notifications-toasts, .monaco-dialog-box')
      .getByRole('button', { name: label, exact: true })
      .first()
      .click();
  }

  /** Waits for a modal dialog and returns its text. */
  async dialog(): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    return box.innerText();
  }

  /** Answers an input box or a quick pick: types, then Enter. */
  async answer(text: string): Promise<void> {
    await this.quickInputBox().waitFor();
    await this.quickInputBox().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Marks the first that a quick pick of many shows for a text, then OK. */
  async mark(text: string): Promise<void> {
    await this.quickInputBox().waitFor();
    await this.quickInputBox().fill(text);
    await this.page.locator('.quick-input-list .monaco-list-row').first().click();
    await this.page.keyboard.press('Enter');
  }

  /** Writes what is on the screen to a PNG; `clip` in CSS pixels. */
  async screenshot(path: string, clip?: { x: number; y: number; width: number; height: number }): Promise<void> {
    await this.page.screenshot({ path, caret: 'initial', animations: 'disabled', ...(clip ? { clip } : {}) });
  }

  /** It is there, or comes within a few seconds, and stays. */
  private async settledVisible(locator: Locator): Promise<boolean> {
    for (let look = 0, seen = 0; look < 40; look++) {
      seen = (await locator.isVisible()) ? seen + 1 : 0;
      if (seen === 5) return true;
      // Nothing opens it where nobody has asked for it.
      if (look === 10 && seen === 0) return false;
      await this.page.waitForTimeout(50);
    }
    return false;
  }

  private quickInputBox(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-filter input').first();
  }

  private async quickInput(key: string, text: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.quickInputBox().waitFor();
    await this.quickInputBox().fill(text);
  }

  /** The value once it is the same in several looks in a row; undefined means not yet. */
  private async stable<T>(look: () => Promise<T | undefined>): Promise<T> {
    let last: string | undefined;
    let same = 0;
    return until('the screen to come to rest', 90_000, async () => {
      const value = await look();
      const now = JSON.stringify(value);
      same = value !== undefined && now === last ? same + 1 : 0;
      last = now;
      return same >= 5 ? value : undefined;
    });
  }
}

/** As much of the browser's `HTMLElement` as is read here. */
interface ShownElement {
  readonly innerText: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): ShownElement | null;
  querySelectorAll(selector: string): Iterable<ShownElement>;
}

function severityOf(icon: string): Problem['severity'] {
  return icon.includes('error') ? 'error' : icon.includes('warning') ? 'warning' : 'information';
}

/** A tree in the side bar. Rows that are off the screen do not exist for it, as for the person. */
export class TreeView {
  readonly page: Page;
  readonly pane: Locator;

  constructor(page: Page, pane: Locator) {
    this.page = page;
    this.pane = pane;
  }

  async rows(): Promise<TreeRow[]> {
    const rows = await this.pane.locator('.monaco-list-row').evaluateAll((elements) =>
      (elements as unknown as ShownElement[]).map((row) => ({
        label: row.querySelector('.label-name')?.innerText ?? '',
        description: [...row.querySelectorAll('.label-description')].map((part) => part.innerText).join(' '),
        level: Number(row.getAttribute('aria-level')),
        expanded: row.getAttribute('aria-expanded'),
        accessibleName: row.getAttribute('aria-label') ?? '',
      })),
    );
    return rows.map((row) => ({ ...row, expanded: row.expanded === null ? undefined : row.expanded === 'true' }));
  }

  /** Waits until the view has rows. */
  anyRows(): Promise<TreeRow[]> {
    return until('rows in the view', 90_000, async () => {
      const rows = await this.rows();
      return rows.length > 0 ? rows : undefined;
    });
  }

  /** Waits for the row with exactly this label. */
  async row(label: string): Promise<TreeRow> {
    return until(`the row ${JSON.stringify(label)}`, 90_000, async () =>
      (await this.rows()).find((row) => row.label === label),
    );
  }

  /** Expands rows one below the other: `expand('orders-prod', 'payments')`. */
  async expand(...labels: string[]): Promise<void> {
    for (const label of labels) {
      const row = this.locator(label);
      await row.waitFor();
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
      await until(`${JSON.stringify(label)} to be open`, 90_000, async () =>
        (await row.getAttribute('aria-expanded')) === 'true' ? true : undefined,
      );
    }
  }

  async click(label: string): Promise<void> {
    await this.locator(label).click();
  }

  /** Presses an inline action of a row by its tooltip. */
  async pressInline(label: string, action: string): Promise<void> {
    const row = this.locator(label);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${action}"]`).click();
  }

  /** Chooses an entry of a row's context menu. */
  async chooseFromMenu(label: string, entry: string): Promise<void> {
    const item = this.page.locator('.monaco-menu').getByRole('menuitem', { name: entry }).first();
    // A menu that has only just opened takes no click, so click until it has gone.
    await until(`the menu to take ${JSON.stringify(entry)}`, 90_000, async () => {
      if (!(await item.isVisible())) await this.locator(label).click({ button: 'right' });
      try {
        await item.click({ timeout: 10_000 });
        await item.waitFor({ state: 'hidden', timeout: 10_000 });
        return true;
      } catch {
        return undefined;
      }
    });
  }

  /** Hovers a row and returns its tooltip. */
  async tooltip(label: string): Promise<string> {
    const hover = this.page.locator('.workbench-hover-container .monaco-hover-content').first();
    await until(`the tooltip of ${JSON.stringify(label)}`, 90_000, async () => {
      await this.page.mouse.move(0, 0);
      await this.locator(label).hover();
      try {
        await hover.waitFor({ timeout: 3_000 });
        return true;
      } catch {
        return undefined;
      }
    });
    return hover.innerText();
  }

  /** Presses an action in the view's title bar. */
  async pressTitle(action: string): Promise<void> {
    await this.pane.hover();
    await this.pane.locator(`.pane-header .action-label[aria-label^="${action}"]`).click();
  }

  /** Text of the welcome content that an empty view shows. */
  async welcome(): Promise<string> {
    const content = this.pane.locator('.welcome-view-content');
    await content.waitFor();
    return content.innerText();
  }

  /** The row with exactly this label. */
  locator(label: string): Locator {
    return this.pane
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }
}

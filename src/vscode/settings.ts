import * as vscode from 'vscode';
import { isSeverity } from '../core/config.js';
import {
  type Defaults,
  type MachineSetting,
  type RuleSeverity,
  type SettingName,
  settingDefaults,
} from './settingDefaults.js';

/** Reads settings when they are needed: nothing is kept that a change could make stale. */
export class Settings {
  get<Name extends Exclude<SettingName, MachineSetting>>(name: Name, scope?: vscode.Uri): Defaults[Name] {
    const value = vscode.workspace.getConfiguration('podIam', scope).get<Defaults[Name]>(name);
    // People write settings by hand: a value of another type than the default's counts as none.
    return sameType(value, settingDefaults[name]) ? value : settingDefaults[name];
  }

  /** Only what the user's own settings say. VS Code drops a workspace's value by the machine scope; this does not rely on it. */
  machine(name: Exclude<MachineSetting, 'allowChanges'>): string {
    const value = vscode.workspace.getConfiguration('podIam').inspect<string>(name)?.globalValue;
    return typeof value === 'string' ? value.trim() : '';
  }

  /** The same for what is on or off; anything but `true` in the user's own settings is off. */
  machineFlag(name: 'allowChanges'): boolean {
    return vscode.workspace.getConfiguration('podIam').inspect<boolean>(name)?.globalValue === true;
  }

  /** What the setting says of a rule, if it says something that exists. */
  severityOf(ruleId: string): RuleSeverity | undefined {
    const value: unknown = this.get('rules')[ruleId];
    return typeof value === 'string' && isSeverity(value) ? value : undefined;
  }

  onDidChange(names: readonly SettingName[], listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (names.some((name) => event.affectsConfiguration(`podIam.${name}`))) listener();
    });
  }
}

function sameType<T>(value: unknown, like: T): value is T {
  return value !== null && typeof value === typeof like && Array.isArray(value) === Array.isArray(like);
}

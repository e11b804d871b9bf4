import * as vscode from 'vscode';
import { type Config, readConfig } from '../core/config.js';
import type { RuleSeverity } from './settingDefaults.js';
import type { Settings } from './settings.js';

/** Holds for the editor and the command line alike. */
export const CONFIGURATION_FILE = '.pod-iam.json';

const NOTHING: Config = { severities: {}, exclude: [], problems: [] };

/** Which severity somebody wishes for a rule in a file; undefined where nobody does. */
export interface SeverityWishes {
  severityOf(ruleId: string, uri: vscode.Uri): RuleSeverity | undefined;
}

/** The setting `podIam.rules` and each folder's `.pod-iam.json`; the setting has the last word. */
export class Severities implements SeverityWishes, vscode.Disposable {
  readonly #configurations = new Map<string, Config>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #watchers: vscode.Disposable[] = [];

  constructor(
    private readonly settings: Settings,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  severityOf(ruleId: string, uri: vscode.Uri): RuleSeverity | undefined {
    return this.settings.severityOf(ruleId) ?? this.configurationOf(uri).severities[ruleId];
  }

  configurationOf(uri: vscode.Uri): Config {
    const folder = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.workspace.workspaceFolders?.[0];
    return (folder && this.#configurations.get(folder.uri.toString())) ?? NOTHING;
  }

  /** Reads the folders' files, now and when they change. */
  async start(): Promise<void> {
    vscode.Disposable.from(...this.#watchers).dispose();
    this.#watchers = [];
    this.#configurations.clear();
    const folders = vscode.workspace.workspaceFolders ?? [];
    for (const folder of folders) {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, CONFIGURATION_FILE));
      const again = () => void this.#read(folder);
      this.#watchers.push(watcher, watcher.onDidCreate(again), watcher.onDidChange(again), watcher.onDidDelete(again));
    }
    await Promise.all(folders.map((folder) => this.#read(folder)));
  }

  dispose(): void {
    vscode.Disposable.from(...this.#watchers, this.#changed).dispose();
  }

  async #read(folder: vscode.WorkspaceFolder): Promise<void> {
    const uri = vscode.Uri.joinPath(folder.uri, CONFIGURATION_FILE);
    const key = folder.uri.toString();
    const before = this.#configurations.get(key);
    try {
      const configuration = readConfig(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
      for (const problem of configuration.problems) this.log.warn(`${uri.toString(true)}: ${problem}`);
      this.#configurations.set(key, configuration);
    } catch (error) {
      // Most workspaces have none.
      if (!(error instanceof vscode.FileSystemError && error.code === 'FileNotFound')) {
        this.log.warn(`${uri.toString(true)}: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.#configurations.delete(key);
    }
    if (JSON.stringify(before) !== JSON.stringify(this.#configurations.get(key))) this.#changed.fire();
  }
}

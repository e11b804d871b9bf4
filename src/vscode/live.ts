import * as vscode from 'vscode';
import type { LiveModule } from '../live/types.js';

/**
 * The door to clusters. What is behind it (the SDKs, a file of its own) is loaded when somebody first looks at the Clusters
 * view, and never in an untrusted workspace.
 */
export class Live {
  #module: Promise<LiveModule> | undefined;

  constructor(private readonly load: () => Promise<LiveModule> = () => import('../live/main.js')) {}

  /** @throws in Restricted Mode: callers are disabled there, so this is the last line of defence. */
  async module(): Promise<LiveModule> {
    if (!vscode.workspace.isTrusted) throw new Error('Pod IAM connects to nothing in Restricted Mode.');
    this.#module ??= this.load();
    return this.#module;
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { loadHcl } from '../core/syntax/hcl.js';

/** The HCL parser stands beside the bundle as WebAssembly and is loaded when the first Terraform file is seen. */
export class Terraform {
  #loading: Promise<void> | undefined;

  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  static isTerraform(name: string): boolean {
    return /\.(?:tf|tofu|tfvars)$/.test(name);
  }

  /** Resolves when Terraform can be read; on failure it says so in the log, and Terraform files stay unread. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const [engine, grammar] = await Promise.all(
        ['tree-sitter.wasm', 'tree-sitter-hcl.wasm'].map((name) => readFile(join(this.extensionPath, 'dist', name))),
      );
      await loadHcl({ engine: engine!, grammar: grammar! });
    } catch (error) {
      this.log.error(`Terraform files cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

import type { CodeServerOptions } from '../../support/vscode/codeServer.js';
import type { DemoCluster } from '../../support/vscode/demoCluster.js';
import type { Workbench } from '../../support/vscode/workbench.js';

export interface WindowOptions extends Pick<CodeServerOptions, 'trusted' | 'settings' | 'env'> {
  /** The workspace folder: a path, or files to write into a new one, by relative path. */
  readonly folder: string | Readonly<Record<string, string>>;
  /** Files to open, relative to the folder. */
  readonly open?: readonly string[];
}

export interface Window {
  readonly workbench: Workbench;
  /** Absolute path of the workspace folder. */
  readonly folder: string;
}

export interface BrowserTestContext {
  /** Opens VS Code with the packaged extension installed, in a browser profile of its own; closed when the test ends. */
  openWorkbench(options: WindowOptions): Promise<Window>;
  /** The demo's cluster; hand its `env` to `openWorkbench`. Started once for all tests. */
  demo(): Promise<DemoCluster>;
  /** Runs when the test ends, passed or failed. */
  cleanUp(work: () => void | Promise<void>): void;
}

export interface BrowserTest {
  readonly name: string;
  readonly run: (context: BrowserTestContext) => Promise<void>;
}

/** Every browser test, in the order in which the files declared them. */
export const declared: BrowserTest[] = [];

/** Declares a test that sees what a person sees. */
export function test(name: string, run: BrowserTest['run']): void {
  declared.push({ name, run });
}

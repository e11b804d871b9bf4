import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Window, WindowOptions } from '../../vscode/browser/suite.js';
import { type CodeServer, startCodeServer } from './codeServer.js';
import { scratchFolder } from './scratch.js';
import { Workbench } from './workbench.js';

/** Opens VS Code windows; those that ask for the same trust, settings and environment share a server. */
export class Windows {
  private readonly servers = new Map<string, Promise<CodeServer>>();
  private readonly pages: Page[] = [];

  private readonly entry: string;
  private readonly vsix: string;
  private readonly browser: Browser;

  constructor(entry: string, vsix: string, browser: Browser) {
    this.entry = entry;
    this.vsix = vsix;
    this.browser = browser;
  }

  async open(options: WindowOptions, viewport = { width: 1280, height: 800 }, deviceScaleFactor = 1): Promise<Window> {
    const server = await this.server(options);
    const folder = typeof options.folder === 'string' ? options.folder : writeFolder(options.folder);
    // A context is a profile: nothing of an earlier window is remembered.
    const context = await this.browser.newContext({ viewport, deviceScaleFactor });
    const page = await context.newPage();
    this.pages.push(page);
    page.setDefaultTimeout(90_000);
    await page.goto(
      server.address(
        folder,
        (options.open ?? []).map((file) => join(folder, file)),
      ),
    );
    const workbench = new Workbench(page);
    await workbench.ready();
    for (const file of (options.open ?? []).slice(-1))
      await workbench.waitForTab(file.slice(file.lastIndexOf('/') + 1));
    return { workbench, folder };
  }

  /** Screenshots of what is open, for the report of a failed test. */
  async screenshots(path: (index: number) => string): Promise<string[]> {
    return Promise.all(
      this.pages.map(async (page, index) => {
        await page.screenshot({ path: path(index) });
        return path(index);
      }),
    );
  }

  async closeWindows(): Promise<void> {
    await Promise.all(this.pages.splice(0).map((page) => page.context().close()));
  }

  async close(): Promise<void> {
    await this.closeWindows();
    const servers = await Promise.allSettled(this.servers.values());
    this.servers.clear();
    await Promise.all(servers.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)));
  }

  private server({ trusted = true, settings = {}, env = {} }: WindowOptions): Promise<CodeServer> {
    const key = JSON.stringify([trusted, settings, env]);
    let server = this.servers.get(key);
    if (!server) {
      server = startCodeServer({ entry: this.entry, extensions: [this.vsix], trusted, settings, env });
      this.servers.set(key, server);
    }
    return server;
  }
}

function writeFolder(files: Readonly<Record<string, string>>): string {
  const folder = scratchFolder('workspace');
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

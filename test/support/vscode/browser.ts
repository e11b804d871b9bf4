import { type Browser, chromium } from 'playwright-core';
import { findChromium, missingForBrowser, sayMissing } from './requirements.js';

/** A headless Chromium with a fresh profile that talks to nobody but the address it is given. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(sayMissing(missingForBrowser()));
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      // Chromium refuses to run as root inside its sandbox, as in containers.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

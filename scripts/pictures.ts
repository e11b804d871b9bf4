// Takes the README's pictures, media/readme/*.png, of the packaged extension in the real VS Code.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../test/support/vscode/browser.js';
import { startDemoCluster } from '../test/support/vscode/demoCluster.js';
import { installCodeServer } from '../test/support/vscode/installCodeServer.js';
import { root } from '../test/support/vscode/paths.js';
import { until } from '../test/support/vscode/until.js';
import { productVsix } from '../test/support/vscode/vsix.js';
import { Windows } from '../test/support/vscode/windows.js';
import type { Workbench } from '../test/support/vscode/workbench.js';

const folder = join(root, 'media', 'readme');
mkdirSync(folder, { recursive: true });

/** Only what the picture is about: no menu, no layout buttons, no minimap. */
const settings = {
  'breadcrumbs.enabled': false,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'window.commandCenter': false,
  'window.menuBarVisibility': 'hidden',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.layoutControl.enabled': false,
};

const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
const trustPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": {
        "Federated": "arn:aws:iam::111122223333:oidc-provider/${issuer}"
      },
      "Action": "sts:AssumeRoleWithWebIdentity",
      "Condition": {
        "StringEquals": {
          "${issuer}:aud": "sts.amazonaws.com"
        },
        "StringLike": {
          "${issuer}:sub": "system:serviceaccount:*:*"
        }
      }
    }
  ]
}
`;
const serviceAccount = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: api
  namespace: payments
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments-api
`;

const vsix = await productVsix();
const entry = await installCodeServer((line) => console.log(line));
const browser = await launchBrowser();
const cluster = await startDemoCluster();
const windows = new Windows(entry, vsix, browser);

await takeSquiggle();
await takeTree();

await windows.close();
await browser.close();
await cluster.stop();
process.exit(0);

/** A squiggle with its hover, and the same place with its quick fixes. */
async function takeSquiggle(): Promise<void> {
  const { workbench } = await windows.open(
    {
      folder: { 'iam/payments-api.json': trustPolicy, 'k8s/api.yaml': serviceAccount },
      open: ['iam/payments-api.json'],
      settings,
    },
    { width: 1180, height: 560 },
    2,
  );
  const line = trustPolicy.split('\n').findIndex((text) => text.includes(':*:*')) + 1;
  const column = (trustPolicy.split('\n')[line - 1] ?? '').indexOf('system:') + 2;
  await workbench.squiggles('error').first().waitFor();
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await workbench.goTo(line, column);
  await workbench.hover();
  await shoot('hover', workbench.screenshot.bind(workbench));
  await workbench.page.keyboard.press('Escape');
  await workbench.openQuickFixes();
  await shoot('quick-fix', workbench.screenshot.bind(workbench));
  await windows.closeWindows();
}

/** The demo's cluster, opened. */
async function takeTree(): Promise<void> {
  const { workbench } = await windows.open(
    { folder: { 'k8s/api.yaml': serviceAccount }, settings, env: cluster.env },
    { width: 960, height: 760 },
    2,
  );
  await workbench.openActivity('Pod IAM');
  const tree = await workbench.view('Clusters');
  const [context] = await tree.anyRows();
  if (!context) throw new Error('The view shows no cluster');
  await tree.expand(context.label);
  const namespaces = await until('namespaces below the cluster', 60_000, async () => {
    const rows = (await tree.rows()).filter((row) => row.level === 2 && row.expanded !== undefined);
    return rows.length > 0 ? rows : undefined;
  });
  const payments = namespaces.find((row) => row.label === 'payments') ?? namespaces[0];
  if (payments) await tree.expand(payments.label);
  await until('every service account to be read', 120_000, async () => {
    const rows = await tree.rows();
    const pending = rows.some(({ description }) => /reading|\d+ of \d+/.test(description));
    return rows.some((row) => row.level === 3) && !pending ? true : undefined;
  });
  await widen(workbench, 380);
  // The files' tree makes room for the cluster's.
  await workbench.page.locator('.part.sidebar .pane-header').filter({ hasText: 'Workspace' }).click();
  // One account in full: mechanism, caller identity, role, association, trust, pods.
  await tree.expand('ledger');
  await workbench.page.mouse.move(0, 0);
  // Opening is not choosing: no row stands out.
  await workbench.page.keyboard.press('Escape');
  await shoot('tree', workbench.screenshot.bind(workbench));
  await windows.closeWindows();
}

/** Drags the side bar's edge: reasons are longer than the width that it comes with. */
async function widen({ page }: Workbench, by: number): Promise<void> {
  const edge = await page.locator('.part.sidebar').boundingBox();
  if (!edge) throw new Error('There is no side bar');
  const [x, y] = [edge.x + edge.width, edge.y + edge.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + by, y, { steps: 8 });
  await page.mouse.up();
  await page.mouse.move(0, 0);
}

async function shoot(name: string, take: (path: string) => Promise<void>): Promise<void> {
  const path = join(folder, `${name}.png`);
  await take(path);
  console.log(path);
}

import assert from 'node:assert/strict';
import { until } from '../../support/vscode/until.js';
import type { TreeView, Workbench } from '../../support/vscode/workbench.js';
import { test } from './suite.js';

const nowhere = '/nonexistent/pod-iam';

/** An engineer's machine with AWS credentials and nothing of Kubernetes. */
const withoutKubeconfig = {
  KUBECONFIG: nowhere,
  AWS_CONFIG_FILE: nowhere,
  AWS_SHARED_CREDENTIALS_FILE: nowhere,
};

async function settled(view: TreeView, label: string, description: RegExp) {
  return until(`${label} to say ${description}`, 90_000, async () => {
    const row = await view.row(label);
    return description.test(row.description) ? row : undefined;
  });
}

async function step(workbench: Workbench, title: string): Promise<void> {
  await workbench.page.locator('.quick-input-title').filter({ hasText: title }).waitFor();
}

async function clustersOf(workbench: Workbench): Promise<TreeView> {
  await workbench.openActivity('Pod IAM');
  const view = await workbench.view('Clusters');
  const workspace = workbench.page.locator('.part.sidebar .pane-header[aria-label^="Workspace"]');
  if ((await workspace.getAttribute('aria-expanded')) === 'true') await workspace.click();
  return view;
}

test('clusters come from AWS where there is no kubeconfig, are remembered, and go', async ({ openWorkbench, demo }) => {
  const { env } = await demo();
  const { workbench } = await openWorkbench({ folder: {}, env: { ...env, ...withoutKubeconfig } });
  const { page } = workbench;
  const view = await clustersOf(workbench);
  await until('the view to miss a kubeconfig', 90_000, async () =>
    /Add Clusters from AWS/.test(await view.welcome()) ? true : undefined,
  );
  await page.locator('.welcome-view-content').getByText('Add Clusters from AWS').click();
  await step(workbench, 'where?');
  await page
    .getByRole('checkbox', { name: /eu-west-1/ })
    .first()
    .waitFor();
  await page.keyboard.press('Enter');
  await step(workbench, 'which?');
  await page.keyboard.press('Enter');
  const rows = await view.anyRows();
  assert.deepEqual(
    rows.map(({ label, description }) => `${label}: ${description}`),
    ['orders-prod: not connected · eu-west-1 · from AWS', 'staging: not connected · eu-west-1 · from AWS'],
  );
  await view.expand('orders-prod', 'payments');
  await settled(view, 'ledger', /sts:TagSession/);
  // Room for the other: rows below the view's edge do not exist for a test.
  await view.click('orders-prod');
  await view.expand('staging');
  await view.expand('1 thing could not be found out');
  const failure = await until('the reason', 90_000, async () => {
    const all = await view.rows();
    return all.slice(all.findIndex(({ label }) => label === 'staging')).find(({ level }) => level === 3);
  });
  assert.match(failure.description, /unreachable: .*the cluster's endpoint is private/);
  // Another window of the same person has them still, and none of them is connected to.
  await page.reload();
  await workbench.ready();
  const again = await clustersOf(workbench);
  assert.deepEqual(
    (await again.anyRows()).filter(({ level }) => level === 1).map(({ label }) => label),
    ['orders-prod', 'staging'],
  );
  await again.chooseFromMenu('staging', 'Remove from the List');
  await until('it to be gone', 90_000, async () =>
    (await again.rows()).every(({ label }) => label !== 'staging') ? true : undefined,
  );
});

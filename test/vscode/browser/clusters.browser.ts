import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { scratchFolder } from '../../support/vscode/scratch.js';
import { until } from '../../support/vscode/until.js';
import type { TreeView, Workbench } from '../../support/vscode/workbench.js';
import { test } from './suite.js';

/** The view of clusters with the whole side bar to itself: rows below its edge do not exist for a test. */
async function clustersOf(workbench: Workbench): Promise<TreeView> {
  await workbench.openActivity('Pod IAM');
  const view = await workbench.view('Clusters');
  const workspace = workbench.page.locator('.part.sidebar .pane-header[aria-label^="Workspace"]');
  if ((await workspace.getAttribute('aria-expanded')) === 'true') await workspace.click();
  return view;
}

/** A row is there at once and its verdict a little later. */
async function settled(view: TreeView, label: string, description: RegExp) {
  return until(`${label} to say ${description}`, 30_000, async () => {
    const row = await view.row(label);
    return description.test(row.description) ? row : undefined;
  });
}

test('a cluster’s service accounts, from closed to the reason', async ({ openWorkbench, demo }) => {
  const { env } = await demo();
  const { workbench } = await openWorkbench({ folder: {}, env });
  const view = await clustersOf(workbench);
  const contexts = await view.anyRows();
  assert.ok(
    contexts.every(({ description, expanded }) => description.startsWith('not connected') && expanded === false),
  );
  await view.expand('orders-prod', 'payments');
  assert.match((await settled(view, 'orders-prod', /111122223333/)).description, /eu-west-1 · 111122223333/);
  assert.match((await settled(view, 'api', /→ payments-api/)).accessibleName, /^api, Pod Identity, ok/);
  const ledger = await settled(view, 'ledger', /sts:TagSession/);
  assert.match(ledger.accessibleName, /error/);
  await view.expand('ledger');
  assert.match((await view.row('trust')).description, /^denied · lacks sts:TagSession/);
  assert.match((await view.row('caller identity')).description, /not verified/);
});

test('the live trust policy opens read-only with the same squiggles, and the explanation', async ({
  openWorkbench,
  demo,
}) => {
  const { env } = await demo();
  const { workbench } = await openWorkbench({ folder: {}, env });
  const view = await clustersOf(workbench);
  await view.expand('orders-prod', 'payments');
  await settled(view, 'ledger', /sts:TagSession/);
  await view.pressInline('ledger', 'Open Trust Policy');
  await workbench.waitForTab('payments-ledger.json');
  await workbench.squiggles('error').first().waitFor();
  await workbench.page.locator('.editor-group-container.active .view-line').first().click();
  await workbench.type('x');
  assert.doesNotMatch(await workbench.visibleText(), /x\{|\{x/);
  await workbench.page.keyboard.press('Escape');
  await view.pressInline('ledger', 'Explain');
  await workbench.waitForTab('ledger');
  await until('the explanation', 10_000, async () =>
    /payments\/ledger → .*DENIED/.test(await workbench.visibleText()) ? true : undefined,
  );
});

test('verifying asks first, then shows who the pod is', async ({ openWorkbench, demo }) => {
  const { env } = await demo();
  const { workbench } = await openWorkbench({ folder: {}, env });
  const view = await clustersOf(workbench);
  await view.expand('orders-prod', 'payments');
  await settled(view, 'api', /→ payments-api/);
  await view.pressInline('api', 'Verify Caller Identity');
  assert.match(await workbench.dialog(), /1\. .*token/);
  await workbench.pressButton('Verify');
  await view.expand('api');
  const row = await settled(view, 'caller identity', /got assumed-role/);
  assert.match(row.description, /expected payments-api · got assumed-role\/payments-api\/.* ✓/);
});

test('the filter narrows the tree and gives it back', async ({ openWorkbench, demo }) => {
  const { env } = await demo();
  const { workbench } = await openWorkbench({ folder: {}, env });
  const view = await clustersOf(workbench);
  await view.expand('orders-prod');
  await settled(view, 'orders-prod', /111122223333/);
  await view.pressTitle('Filter Clusters');
  await workbench.answer('ns:payments ledger');
  await view.row('ledger');
  assert.deepEqual(
    (await view.rows()).filter(({ level }) => level > 1).map(({ label }) => label),
    ['payments', 'ledger'],
  );
  await view.pressTitle('Clear the Filter');
  await view.row('Cluster');
});

test('a context that cannot sign in says so, and the others stay', async ({ openWorkbench, demo }) => {
  const { env } = await demo();
  const { workbench } = await openWorkbench({ folder: {}, env });
  const view = await clustersOf(workbench);
  await view.expand('orders-prod-signed-out');
  // While it is being read its row tells how far that is.
  const rows = await until('the failure', 30_000, async () => {
    const all = await view.rows();
    const told = all.some(({ level, label }) => level > 1 && label === 'Not signed in to Kubernetes');
    const [context] = all.filter(({ label }) => label === 'orders-prod-signed-out');
    return told && /^not signed in to Kubernetes · eu-west-1/.test(context?.description ?? '') ? all : undefined;
  });
  const tooltip = await view.tooltip('Not signed in to Kubernetes');
  assert.match(tooltip, /aws eks update-kubeconfig --name orders-prod --region eu-west-1/);
  assert.ok(rows.some(({ label, description }) => label === 'orders-prod' && description.startsWith('not connected')));
});

test('a hostile workspace in Restricted Mode connects to nothing and runs nothing', async ({
  openWorkbench,
  cleanUp,
}) => {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end();
  });
  server.on('connection', () => requests++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const proof = join(scratchFolder('proof'), 'it-ran');
  const url = `http://127.0.0.1:${port}`;
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: evil
clusters: [{ name: evil, cluster: { server: "${url}" } }]
users: [{ name: evil, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: touch, args: ["${proof}"], interactiveMode: Never } } }]
contexts: [{ name: evil, context: { cluster: evil, user: evil } }]
`;
  const { workbench, folder } = await openWorkbench({
    trusted: false,
    folder: {
      kubeconfig,
      'sa.yaml':
        'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n  namespace: b\n  annotations:\n    eks.amazonaws.com/role-arn: nonsense\n',
      '.vscode/settings.json': JSON.stringify({
        'podIam.kubeconfig': 'kubeconfig',
        'podIam.aws.profile': 'evil',
        'podIam.aws.region': 'evil-1',
      }),
      '.env': `AWS_ENDPOINT_URL=${url}\nKUBECONFIG=kubeconfig\n`,
    },
    open: ['sa.yaml'],
  });
  await workbench.waitForProblem('nonsense');
  await workbench.openActivity('Pod IAM');
  const view = await workbench.view('Clusters');
  assert.match(await view.welcome(), /Restricted Mode/);
  await workbench.runCommand('Pod IAM: Refresh Clusters');
  assert.match(await view.welcome(), /Restricted Mode/);
  assert.deepEqual([requests, existsSync(proof), await view.rows()], [0, false, []]);
  assert.ok(existsSync(join(folder, 'kubeconfig')));
});

test('in a trusted workspace the settings of the workspace still choose no kubeconfig', async ({ openWorkbench }) => {
  const kubeconfig =
    'apiVersion: v1\nkind: Config\ncontexts: [{ name: evil, context: { cluster: evil, user: evil } }]\n';
  const { workbench } = await openWorkbench({
    folder: { kubeconfig, '.vscode/settings.json': JSON.stringify({ 'podIam.kubeconfig': 'kubeconfig' }) },
  });
  await workbench.openActivity('Pod IAM');
  const view = await workbench.view('Clusters');
  // VS Code says a moment after its start that the workspace is trusted.
  await until('the view to miss a kubeconfig', 30_000, async () =>
    /no kubeconfig/.test(await view.welcome()) ? true : undefined,
  );
});

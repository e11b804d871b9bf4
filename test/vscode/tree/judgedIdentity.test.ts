import { expect, test } from 'vitest';
import { Analysis } from '../../../src/core/analysis.js';
import { identities } from '../../../src/core/features/identities.js';
import type { Place } from '../../../src/core/syntax/tree.js';
import { Filter } from '../../../src/vscode/tree/filter.js';
import { judged } from '../../../src/vscode/tree/judgedIdentity.js';
import { workspaceRows } from '../../../src/vscode/tree/workspaceRows.js';
import { account, role } from '../../core/features/support.js';

function rowsOf(files: Readonly<Record<string, string>>) {
  const analysis = new Analysis();
  for (const [name, text] of Object.entries(files)) analysis.setFile(name, text);
  const findingsOf = (file: string) =>
    analysis.findings(file).map((finding) => ({
      ruleId: finding.ruleId,
      severity: finding.severity,
      message: finding.message,
      place: { file: finding.file, start: finding.start, end: finding.end },
    }));
  const all = identities(analysis.workspace()).map((identity) => judged(identity, findingsOf));
  const open = (place: Place) => ({ command: 'open', title: 'Open', arguments: [place] });
  const namespaces = workspaceRows(all, new Filter(''), open);
  return { namespaces, rows: namespaces.flatMap((namespace) => namespace.children?.() ?? []) };
}

test('a role that lets everybody in is no tick at the account that it is for', () => {
  const { namespaces, rows } = rowsOf({
    'sa.yaml': account('payments', 'api', 'payments-api'),
    'role.json': role('payments-api', 'system:serviceaccount:*:*').replace('"StringEquals"', '"StringLike"'),
  });
  expect(rows).toHaveLength(1);
  const [row] = rows;
  expect(row).toMatchObject({ label: 'api', mark: 'error' });
  expect(row?.description).toMatch(
    /^'system:serviceaccount:\*:\*' lets every service account .* · IRSA → payments-api$/,
  );
  expect(row?.tooltip).toContain('trust-wildcard-subject');
  expect(namespaces[0]?.description).toBe('1 · 1 ✗');
  const [first] = row?.children?.() ?? [];
  expect(first).toMatchObject({ mark: 'error', description: 'trust-wildcard-subject' });
  expect(first?.command?.arguments?.[0]).toMatchObject({ file: 'role.json' });
});

test('an account without the annotation that a role waits for warns', () => {
  const { rows } = rowsOf({
    'sa.yaml': account('payments', 'api'),
    'role.json': role('payments-api', 'system:serviceaccount:payments:api'),
  });
  expect(rows[0]).toMatchObject({ mark: 'warning' });
  expect(rows[0]?.description).toContain("Role 'payments-api' trusts 'payments/api'");
  expect(rows[0]?.description).not.toContain('no role of its own');
});

test('a denial keeps its own words, and its finding stands once below', () => {
  const { rows } = rowsOf({
    'sa.yaml': account('payments', 'worker', 'payments-worker'),
    'role.json': role('payments-worker', 'system:serviceaccount:payments:wrker'),
  });
  expect(rows[0]).toMatchObject({ mark: 'error' });
  expect(rows[0]?.description).toMatch(/^trust denies: /);
  const ids = (rows[0]?.children?.() ?? []).map(({ description }) => description);
  expect(ids.filter((id) => id === 'sa-trust-denied')).toHaveLength(1);
});

test('what is right has its tick, also where its role names somebody else wrongly', () => {
  const { rows } = rowsOf({
    'sa.yaml': account('payments', 'api', 'payments-api'),
    'role.json': role('payments-api', 'system:serviceaccount:payments:api'),
    'shared.yaml': account('payments', 'one', 'shared'),
    'shared.json': role('shared', 'system:serviceaccount:payments:one').replace(
      '"system:serviceaccount:payments:one"',
      '["system:serviceaccount:payments:one", "system:serviceaccount:payments:tow"]',
    ),
  });
  expect(rows.map(({ label, mark }) => [label, mark])).toEqual([
    ['api', 'ok'],
    ['one', 'ok'],
  ]);
});

test('a name that a template fills in is shown as the template has it', () => {
  const { rows } = rowsOf({
    'chart/Chart.yaml': 'apiVersion: v2\nname: cart\nversion: 1.0.0\n',
    'chart/templates/sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Values.account }}\n',
  });
  expect(rows.map(({ label }) => label)).toEqual(['{{ .Values.account }}']);
});

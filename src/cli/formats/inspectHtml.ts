import { failureWords } from '../../core/features/failureWords.js';
import type {
  ClusterSnapshot,
  LiveFailure,
  LiveFinding,
  NodeGroupState,
  RolePolicies,
  RolePolicy,
  ServiceAccountIdentity,
} from '../../live/types.js';
import type { InspectedCluster, Inspection } from '../inspection.js';
import { inspectSummary } from './inspectSummary.js';

/** One self-contained page: no script or style from elsewhere, so that it can be mailed and kept. */
export function inspectHtml({ clusters, failures }: Inspection): string {
  const title = clusters.length === 1 ? `Pod identities of ${clusters[0]!.name}` : 'Pod identities';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${html(title)}</h1>
<p><label>Filter <input id="filter" type="search" placeholder="namespace, name, role, error …"></label></p>
${failures.length === 0 ? '' : failureList(failures)}
${clusters.map(section).join('\n')}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section(cluster: InspectedCluster): string {
  const facts = [
    cluster.region,
    cluster.account,
    cluster.issuer,
    `read ${new Date(cluster.readAt).toISOString()}`,
    cluster.callerAws.known ? `as ${cluster.callerAws.value}` : `AWS: ${cluster.callerAws.why}`,
  ];
  return `<section>
<h2>${html(cluster.name)}</h2>
<p class="faint">${facts
    .filter((fact) => fact !== undefined)
    .map(html)
    .join(' · ')}</p>
<p><strong>${html(inspectSummary(cluster))}</strong></p>
${cluster.findings.length === 0 ? '' : `<ul>${cluster.findings.map(finding).join('')}</ul>`}
<table class="accounts">
<thead><tr><th>Status</th><th>Service account</th><th>Identity</th><th>Trust</th><th>Pods</th><th>Findings</th></tr></thead>
<tbody>
${cluster.serviceAccounts.map(row).join('\n')}
</tbody>
</table>
${cluster.listed ? '' : '<p class="unknown">Service accounts could not be read.</p>'}
${nodeGroups(cluster)}
${policies(cluster.rolePolicies ?? [])}
${cluster.failures.length === 0 ? '' : failureList(cluster.failures)}
</section>`;
}

const TOKENS = { required: 'IMDSv2 required', optional: 'IMDSv1 allowed' } as const;

/** How near the node's role is to a pod, group by group. */
function nodeGroups({ nodeGroups: groups }: ClusterSnapshot): string {
  if (!groups.known) return `<h3>Node groups</h3><p class="unknown">unknown: ${html(groups.why)}</p>`;
  if (groups.value.length === 0) return '';
  const cells = ({ name, nodeRole, imds, status, amiType }: NodeGroupState) => [
    name,
    nodeRole ?? 'unknown',
    imds?.disabled ? 'off' : imds?.tokens === undefined ? 'unknown' : TOKENS[imds.tokens],
    imds?.hopLimit === undefined ? 'unknown' : String(imds.hopLimit),
    [status, amiType].filter(Boolean).join(', '),
  ];
  return `<h3>Node groups</h3>
<table>
<thead><tr><th>Group</th><th>Node role</th><th>IMDS</th><th>Hop limit</th><th>State</th></tr></thead>
<tbody>
${groups.value
  .map(
    (group) =>
      `<tr>${cells(group)
        .map((cell) => `<td>${html(cell)}</td>`)
        .join('')}</tr>`,
  )
  .join('\n')}
</tbody>
</table>`;
}

function policies(roles: readonly RolePolicies[]): string {
  if (roles.length === 0) return '';
  return `<h3>Permission policies</h3>${roles
    .map(
      ({ roleArn, policies: all, failures }) =>
        `<details><summary><code>${html(roleArn)}</code> · ${all.length}${failures.length > 0 ? ' <span class="unknown">?</span>' : ''}</summary>${failures
          .map(({ what, message }) => `<p class="unknown">${html(`unknown: ${what}: ${message}`)}</p>`)
          .join('')}${all.map(policy).join('')}</details>`,
    )
    .join('\n')}`;
}

function policy({ kind, name, document, why, findings }: RolePolicy): string {
  return `<h4>${html(name)} <span class="faint">${kind}</span></h4>${findings.length === 0 ? '' : `<ul>${findings.map(finding).join('')}</ul>`}${
    document === undefined
      ? `<p class="unknown">${html(`unknown: ${why ?? 'not read'}`)}</p>`
      : `<pre>${html(document)}</pre>`
  }`;
}

const SIGNS = { ok: '✓', warning: '⚠', error: '✗', unknown: '?' } as const;

function row(account: ServiceAccountIdentity): string {
  const { pods, callerIdentity: identity } = account;
  const stale = pods.stale > 0 ? ` (${pods.stale} stale)` : '';
  const verified = identity.actual ?? identity.message;
  const notes = [
    ...account.findings.map(finding),
    ...account.unknown.map((why) => `<li class="unknown">unknown: ${html(why)}</li>`),
    ...(verified === undefined ? [] : [`<li>${html(`caller identity: ${verified}`)}</li>`]),
  ];
  return `<tr class="${account.status}"><td>${SIGNS[account.status]} ${account.status}</td><td>${html(`${account.namespace}/${account.name}`)}</td><td title="${html(account.reason)}">${html(account.identity)}${account.roleArn === undefined ? '' : `<br><code>${html(account.roleArn)}</code>`}${lastUsed(account)}</td><td>${account.trust === 'not-checked' ? '' : account.trust}${account.trustDetail?.nearestMiss === undefined ? '' : `<br>${html(account.trustDetail.nearestMiss)}`}</td><td>${pods.known ? `${pods.total}${stale}` : '?'}</td><td>${notes.length === 0 ? '' : `<ul>${notes.join('')}</ul>`}</td></tr>`;
}

function lastUsed({ role }: ServiceAccountIdentity): string {
  if (!role) return '';
  const when =
    role.lastUsedAt === undefined
      ? 'not used in 400 days'
      : `last used ${new Date(role.lastUsedAt).toISOString().slice(0, 10)}`;
  return `<br><span class="faint">${when}</span>`;
}

function finding({ severity, message, ruleId }: LiveFinding): string {
  return `<li class="${severity}">${html(message)} <span class="faint">${html(ruleId)}</span></li>`;
}

function failureList(failures: readonly LiveFailure[]): string {
  return `<h3>Not read</h3><ul>${failures.map(({ what, reason, message }) => `<li class="unknown">${html(what)}: ${html(failureWords(reason))} · ${html(message)}</li>`).join('')}</ul>`;
}

function html(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

const STYLE = `
:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif; }
body { margin: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem; border-bottom: 1px solid #8883; }
td:first-child { white-space: nowrap; }
.accounts td:nth-child(4), li { overflow-wrap: anywhere; }
.accounts td:nth-child(4) { min-width: 8rem; }
.accounts td:last-child { min-width: 18rem; }
code { font-size: 12px; opacity: .8; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 1.1rem; }
section > ul { margin-bottom: 1rem; }
.faint { opacity: .65; }
tr.ok td:first-child { color: #2da44e; }
tr.warning td:first-child, li.warning { color: #bf8700; }
tr.error td:first-child, li.error { color: #e5534b; }
tr.unknown td:first-child, li.unknown { color: #8a63d2; }
input { font: inherit; padding: .25rem .5rem; min-width: 24rem; }
`;

const SCRIPT = `
document.getElementById('filter').addEventListener('input', (event) => {
  const words = event.target.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const row of document.querySelectorAll('.accounts tbody tr')) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
});
`;

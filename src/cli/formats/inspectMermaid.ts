import type { Inspection } from '../inspection.js';
import { graphOf } from './inspectGraph.js';

/** For Markdown pages that draw Mermaid. */
export function inspectMermaid({ clusters }: Inspection): string {
  const lines = ['flowchart LR'];
  clusters.forEach((cluster, index) => {
    const { nodes, edges } = graphOf(cluster, `c${index}`);
    lines.push(`  subgraph c${index}[${quote(cluster.name)}]`);
    for (const node of nodes) {
      lines.push(
        node.kind === 'account'
          ? `    ${node.id}(${quote(node.label)}):::${node.status}`
          : `    ${node.id}[${quote(node.label)}]`,
      );
    }
    for (const edge of edges) {
      const arrow = edge.trust === 'denied' || edge.trust === 'unknown' ? '-.->' : '-->';
      lines.push(`    ${edge.from} ${arrow}${edge.label === '' ? '' : `|${quote(edge.label)}|`} ${edge.to}`);
    }
    lines.push('  end');
  });
  lines.push(
    '  classDef ok stroke:#2da44e',
    '  classDef warning stroke:#bf8700',
    '  classDef error stroke:#cf222e',
    '  classDef unknown stroke:#8250df',
  );
  return `${lines.join('\n')}\n`;
}

function quote(text: string): string {
  return `"${text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\n/g, ' ')}"`;
}

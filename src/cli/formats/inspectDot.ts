import type { Inspection } from '../inspection.js';
import { graphOf } from './inspectGraph.js';

const COLORS = { ok: '#2da44e', warning: '#bf8700', error: '#cf222e', unknown: '#8250df' } as const;

/** For Graphviz. */
export function inspectDot({ clusters }: Inspection): string {
  const lines = [
    'digraph "pod identities" {',
    '  rankdir=LR;',
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
  ];
  clusters.forEach((cluster, index) => {
    const { nodes, edges } = graphOf(cluster, `c${index}`);
    lines.push(`  subgraph "cluster_${index}" {`, `    label=${quote(cluster.name)};`);
    for (const node of nodes) {
      const look = node.kind === 'account' ? `, color="${COLORS[node.status ?? 'unknown']}", style=rounded` : '';
      lines.push(`    ${node.id} [label=${quote(node.label)}${look}];`);
    }
    for (const edge of edges) {
      const look =
        edge.trust === 'denied'
          ? `, color="${COLORS.error}", style=dashed`
          : edge.trust === 'unknown'
            ? ', style=dotted'
            : '';
      lines.push(`    ${edge.from} -> ${edge.to} [label=${quote(edge.label)}${look}];`);
    }
    lines.push('  }');
  });
  return `${[...lines, '}'].join('\n')}\n`;
}

function quote(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, ' ')}"`;
}

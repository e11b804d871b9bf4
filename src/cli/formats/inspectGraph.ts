import type { ClusterSnapshot, ServiceAccountIdentity } from '../../live/types.js';

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly kind: 'account' | 'role' | 'target';
  readonly status: ServiceAccountIdentity['status'] | undefined;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly trust: ServiceAccountIdentity['trust'];
}

/** Who gets what, as nodes and edges: service accounts with an identity, their roles, the roles' targets. */
export function graphOf(
  cluster: ClusterSnapshot,
  prefix: string,
): { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] } {
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const roles = new Map<string, string>();
  const role = (arn: string, kind: 'role' | 'target'): string => {
    const known = roles.get(arn);
    if (known !== undefined) return known;
    const id = `${prefix}r${roles.size}`;
    roles.set(arn, id);
    nodes.push({ id, label: arn.replace(/^arn:[^:]*:iam::/, ''), kind, status: undefined });
    return id;
  };
  cluster.serviceAccounts.forEach((row, index) => {
    if (row.roleArn === undefined) return;
    const id = `${prefix}s${index}`;
    nodes.push({ id, label: `${row.namespace}/${row.name}`, kind: 'account', status: row.status });
    const to = role(row.roleArn, 'role');
    const how = {
      irsa: 'IRSA',
      'pod-identity': 'Pod Identity',
      'node-role': 'node',
      'static-credentials': 'keys',
      none: '',
    }[row.winner];
    edges.push({
      from: id,
      to,
      label: row.trust === 'denied' ? `${how}, denied` : row.trust === 'unknown' ? `${how}, unknown` : how,
      trust: row.trust,
    });
    const target = row.association?.targetRoleArn;
    if (target !== undefined) edges.push({ from: to, to: role(target, 'target'), label: 'assumes', trust: 'unknown' });
  });
  return { nodes, edges };
}

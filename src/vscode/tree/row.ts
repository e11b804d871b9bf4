import type { Place } from '../../core/syntax/tree.js';
import type { AwsCluster } from '../../live/types.js';

/** What can be done with a row; menus ask for these by `viewItem =~ /\bhasRole\b/`. A test holds them against package.json. */
export const capabilities = [
  'isCluster',
  'isFromAws',
  'isFromKubeconfig',
  'isConnected',
  'isReading',
  'canExplain',
  'canVerify',
  'canVerifyAll',
  'canCompare',
  'isLiveAccount',
  'hasRole',
  'hasPolicies',
  'hasTrustPolicy',
  'hasName',
  'hasKubectl',
  'hasFile',
] as const;
export type Capability = (typeof capabilities)[number];

export type Mark = 'ok' | 'error' | 'warning' | 'unknown' | 'none' | 'pending' | 'information' | 'hint';

/** Which thing a command on the row is about. */
export interface RowTarget {
  /** The kubeconfig context; absent for rows of the workspace's files. */
  readonly context?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly roleArn?: string;
  readonly associationId?: string;
  readonly clusterName?: string;
  readonly region?: string;
  /** Of a cluster that was chosen from AWS. */
  readonly aws?: AwsCluster;
  readonly place?: Place;
  /** Where the trust policy stands, for rows of the workspace's files. */
  readonly trustPolicyPlace?: Place;
}

/** One line of a tree as data; the id is the same whenever it is about the same thing, so that nothing jumps. */
export interface Row {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  /** Markdown. */
  readonly tooltip?: string;
  readonly mark?: Mark;
  /** A codicon where a mark would say nothing. */
  readonly icon?: string;
  /** What a screen reader says; colour and icon are not read. */
  readonly accessibleLabel?: string;
  readonly capabilities?: readonly Capability[];
  readonly target?: RowTarget;
  readonly children?: () => readonly Row[];
  readonly expanded?: boolean;
  readonly command?: { readonly command: string; readonly title: string; readonly arguments?: readonly unknown[] };
}

const words: Readonly<Record<Mark, string>> = {
  ok: 'in order',
  error: 'error',
  warning: 'warning',
  unknown: 'unknown',
  none: '',
  pending: 'being read',
  information: 'information',
  hint: 'hint',
};

export function accessibleLabel(row: Row): string {
  if (row.accessibleLabel) return row.accessibleLabel;
  return [row.label, row.mark && words[row.mark], row.description].filter(Boolean).join(', ');
}

/**
 * The explanation as a document: the chain from the pod to the role, each link with what it says and whether it holds. Pure;
 * for files and for clusters.
 */
export interface ChainLink {
  /** `pod`, `annotation`, `token`, `trust`, `association`, … */
  readonly label: string;
  readonly text: string;
  readonly mark?: Mark;
  /** Where it stands: `k8s/worker.yaml:8`. */
  readonly source?: string;
  /** What differs: `'wrker' ≠ 'worker'`. */
  readonly note?: string;
  readonly details?: readonly ChainDetail[];
}

export interface ChainDetail {
  readonly label: string;
  readonly text: string;
  readonly mark?: Mark;
  readonly note?: string;
}

export type Mark = 'yes' | 'no' | 'maybe';

export interface Chain {
  /** `payments/worker` */
  readonly subject: string;
  /** The role's ARN, or what there is in its place. */
  readonly target: string;
  readonly verdict: 'ALLOWED' | 'DENIED' | 'UNKNOWN' | 'NO ROLE';
  readonly links: readonly ChainLink[];
}

/** What the token says of a pod: its claims, one below the other. */
export function tokenLinks(issuer: string, subject: string, audience: string): readonly ChainLink[] {
  return [
    { label: 'token', text: `iss ${issuer}` },
    { label: '', text: `sub ${subject}` },
    { label: '', text: `aud ${audience}` },
  ];
}

const SIGNS: Readonly<Record<Mark, string>> = { yes: '✓', no: '✗', maybe: '?' };

/** Plain text in columns, for a read-only editor and for terminals. Ends with a line break. */
export function explain(chain: Chain): string {
  const title = `${chain.subject} → ${chain.target}`;
  const labels = chain.links.map((link) => link.label.length);
  const width = Math.max(...labels, 8) + 2;
  const lines = [`${title}    ${chain.verdict}`, ''];
  for (const link of chain.links) {
    lines.push(`  ${link.label.padEnd(width)}${withMarks(link)}`);
    const details = link.details ?? [];
    const inner = Math.max(0, ...details.map((detail) => Math.min(detail.label.length, WIDEST_LABEL))) + 2;
    for (const detail of details)
      lines.push(`  ${''.padEnd(width)}  ${detail.label.padEnd(inner)}${withMarks(detail)}`);
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const WIDEST_LABEL = 40;

function withMarks(part: {
  readonly text: string;
  readonly mark?: Mark;
  readonly note?: string;
  readonly source?: string;
}): string {
  const sign = part.mark === undefined ? '' : `  ${SIGNS[part.mark]}`;
  const note = part.note === undefined ? '' : `  ${part.note}`;
  const source = part.source === undefined ? '' : `    ${part.source}`;
  return `${part.text}${sign}${note}${source}`;
}

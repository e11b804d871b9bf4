import type { Facts } from '../facts/model.js';
import type { Edit } from '../syntax/edits.js';
import type { SourceDocument } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** `safe` cannot widen access or change what works; it joins fix-all and `--fix`. */
export type Safety = 'safe' | 'suggested';

/** Anything that stands somewhere: a node, a spot, … */
export interface Spanned {
  readonly document: SourceDocument;
  readonly start: number;
  readonly end: number;
}

export interface Fix {
  readonly title: string;
  readonly safety: Safety;
  /** In file offsets; may touch several files. Never overlapping. */
  readonly edits: readonly Edit[];
  /** The edit leaves a placeholder that the editor selects. */
  readonly placeholder?: true;
}

export interface Report {
  readonly at: Spanned;
  readonly message: string;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** Made when somebody asks; the facts must not have changed until then. */
  readonly fixes?: () => readonly Fix[];
  readonly related?: readonly { readonly at: Spanned; readonly message: string }[];
}

export interface RuleDocs {
  /** One sentence: what must be so. */
  readonly summary: string;
  /** What goes wrong otherwise, for a person who sees the squiggle for the first time. */
  readonly why: string;
  /** The error AWS or Kubernetes gives, where there is one. */
  readonly awsSays?: string;
  /** Examples that are run: each `bad` file set gives this rule's finding, each `good` none. */
  readonly bad: Example;
  readonly good: Example;
  readonly links: readonly string[];
}

/** One file's text by its name, or several: `{ 'trust.json': '…' }`. */
export type Example = Readonly<Record<string, string>>;

export interface Rule {
  readonly id: string;
  readonly severity: Severity;
  /** `document`: judged from the file alone (fixes may look further). `workspace`: from the links between files. */
  readonly scope: 'document' | 'workspace';
  readonly fix: Safety | 'none';
  readonly docs: RuleDocs;
  /** The kinds of facts that it goes through, where those are fewer than its family's. */
  readonly looksAt?: readonly (keyof Facts)[];
  /**
   * @param facts of one file or (Terraform) one module folder
   * @param report called for each thing found, in the order in which they are to be shown
   */
  check(facts: Facts, report: Reporter, workspace: Workspace): void;
}

export type Reporter = (found: Report) => void;

export function defineRule(rule: Rule): Rule {
  return rule;
}

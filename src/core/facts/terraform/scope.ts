import type { SourceDocument, SyntaxNode } from '../../syntax/tree.js';
import type { TerraformFile, TerraformItem } from './module.js';

export const MOST_INSTANCES = 60;

export interface EvaluationContext {
  /** The module's folder, as files are named by the host; empty for the top one. */
  readonly directory: string;
  /** A text of the workspace by path; undefined where there is none. */
  readonly readFile?: ((path: string) => string | undefined) | undefined;
  /** The files of another folder, for calls of modules of the workspace; undefined where there is no such module. */
  readonly readModule?: ((directory: string) => readonly TerraformFile[] | undefined) | undefined;
  /** Files with values for the variables; only for a folder that no other calls. */
  readonly variableFiles?: readonly VariableFile[] | undefined;
  /** Variables that some call of the folder gives a value: their defaults say nothing of what they are. */
  readonly givenByCalls?: ReadonlySet<string> | undefined;
}

/**
 * Values for variables. `always`: Terraform loads the file by itself; `chosen`: somebody must name it; `loose`: it lies apart
 * and may be for another folder.
 */
export interface VariableFile extends TerraformFile {
  readonly kind: 'always' | 'chosen' | 'loose';
}

/** Where an expression stands: what its names mean. */
export interface Scope {
  readonly document: SourceDocument;
  /** Of `for`, `dynamic`, `each`, `count`, a template's arguments; undefined: known by name, of unknown value. */
  readonly bindings: ReadonlyMap<string, SyntaxNode | undefined>;
  /** `&{…}` is `${…}`: only in policy documents. */
  readonly policyVariables: boolean;
}

/** One of what `count` and `for_each` make of an item. */
export interface Instance {
  readonly item: TerraformItem;
  readonly scope: Scope;
  /** `["cart"]` where `for_each` is known, else empty. */
  readonly suffix: string;
}

/** What a reference points at, if that is an item of the module. */
export interface Target {
  readonly item: TerraformItem;
  readonly address: string;
  /** The names behind it: `arn`, `identity.oidc.issuer`. */
  readonly attribute: string;
}

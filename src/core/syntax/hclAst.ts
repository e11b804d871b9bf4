import type { SourceDocument } from './tree.js';

/**
 * Terraform's language as it is written: names and expressions with their places, nothing evaluated yet. What a reference
 * means takes the whole module; see `core/facts/terraform`.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface HclBody extends Span {
  readonly document: SourceDocument;
  /** In source order. */
  readonly items: readonly (HclAttribute | HclBlock)[];
  /** Something in it could not be read. */
  readonly broken?: true;
}

export interface HclAttribute extends Span {
  readonly kind: 'attribute';
  readonly name: string;
  readonly nameSpan: Span;
  /** Missing in a half-typed file. */
  readonly value: HclExpression | undefined;
}

export interface HclBlock extends Span {
  readonly kind: 'block';
  readonly type: string;
  readonly typeSpan: Span;
  readonly labels: readonly HclLabel[];
  /** From the block's type to the opening brace: where findings about the block as a whole stand. */
  readonly header: Span;
  readonly body: HclBody;
}

export interface HclLabel extends Span {
  readonly value: string;
}

export type HclExpression =
  | HclTemplate
  | HclTuple
  | HclObject
  | HclCall
  | HclFor
  | (Span & { readonly kind: 'number' | 'boolean' | 'null' })
  | (Span & { readonly kind: 'variable'; readonly name: string })
  | (Span & { readonly kind: 'get'; readonly of: HclExpression; readonly name: string })
  | (Span & { readonly kind: 'index'; readonly of: HclExpression; readonly key: HclExpression })
  /** `of[*]` or `of.*`; what follows it applies to each element. */
  | (Span & { readonly kind: 'splat'; readonly of: HclExpression })
  | (Span & {
      readonly kind: 'conditional';
      readonly condition: HclExpression;
      readonly yes: HclExpression;
      readonly no: HclExpression;
    })
  | (Span & { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly HclExpression[] })
  | (Span & { readonly kind: 'unreadable' });

/** A quoted string or a heredoc. What stands between the parts is literal. */
export interface HclTemplate extends Span {
  readonly kind: 'template';
  readonly style: 'double' | 'heredoc';
  /** `<<-`: the lines' common indentation is no part of the value. */
  readonly flush: boolean;
  readonly content: Span;
  readonly parts: readonly HclTemplatePart[];
}

/** A directive (`%{ if … }`) yields text that nobody knows. */
export interface HclTemplatePart extends Span {
  readonly kind: 'interpolation' | 'directive';
  readonly expression: HclExpression | undefined;
}

export interface HclTuple extends Span {
  readonly kind: 'tuple';
  readonly items: readonly HclExpression[];
  readonly broken?: true;
}

export interface HclObject extends Span {
  readonly kind: 'object';
  readonly entries: readonly HclEntry[];
  readonly broken?: true;
}

export interface HclEntry extends Span {
  /** A bare word is the key itself; in parentheses it is an expression. */
  readonly key: HclExpression;
  readonly value: HclExpression | undefined;
}

export interface HclCall extends Span {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly HclExpression[];
  /** The last argument is spread: `concat(lists...)`. */
  readonly spread: boolean;
}

export interface HclFor extends Span {
  readonly kind: 'for';
  readonly result: 'tuple' | 'object';
  readonly keyName: string | undefined;
  readonly valueName: string;
  readonly collection: HclExpression;
  readonly key: HclExpression | undefined;
  readonly value: HclExpression;
  readonly condition: HclExpression | undefined;
}

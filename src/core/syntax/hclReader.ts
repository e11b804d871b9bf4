import type { TreeCursor } from 'web-tree-sitter';
import type {
  HclAttribute,
  HclBlock,
  HclBody,
  HclCall,
  HclEntry,
  HclExpression,
  HclFor,
  HclLabel,
  HclObject,
  HclTemplate,
  HclTemplatePart,
  HclTuple,
  Span,
} from './hclAst.js';
import type { SourceDocument } from './tree.js';

/** Deeper than this nobody writes; a mutated file may, and must not exhaust the stack. */
const DEEPEST = 200;

/**
 * Terraform's own blocks. They never stand in another block, so one that does, at the very start of a line, follows a block
 * whose closing brace is still to be typed.
 */
const TOP_LEVEL = new Set(['resource', 'data', 'module', 'locals', 'variable', 'output', 'provider', 'terraform']);

/** How well the text could be parsed. */
export interface Health {
  /** No fault was found, so that a block ends where it seems to. */
  readonly sound: boolean;
  /** Lines that were taken out to get there, and the names in them that wait for a value. */
  readonly blanked?: readonly Span[];
  readonly dangling?: readonly HclLabel[];
}

interface OpenBody {
  readonly block: { type: string; typeSpan: Span; labels: HclLabel[]; header: Span } | undefined;
  readonly items: (HclAttribute | HclBlock)[];
  readonly start: number;
  broken: boolean;
  /** Nobody asked for what stands in it. */
  readonly skipped?: boolean;
}

/**
 * Makes our tree of the parser's, in one walk.
 * @param shift is added to all offsets
 */
export function readBody(
  cursor: TreeCursor,
  document: SourceDocument,
  wants: (type: string, label: string | undefined) => boolean,
  { shift = 0, ...health }: Partial<Health> & { shift?: number } = {},
): HclBody {
  return new Reader(cursor, document, wants, shift, { sound: false, ...health }).file();
}

class Reader {
  private depth = 0;
  private readonly file_: OpenBody;
  private open: OpenBody[];
  /** Names and labels read so far of what may become a block's header or an attribute. */
  private header: HclLabel[] = [];
  private assigned = false;

  constructor(
    private readonly cursor: TreeCursor,
    private readonly document: SourceDocument,
    private readonly wants: (type: string, label: string | undefined) => boolean,
    private readonly shift: number,
    private readonly health: Health,
  ) {
    this.file_ = { block: undefined, items: [], start: 0, broken: false };
    this.open = [this.file_];
  }

  file(): HclBody {
    this.items();
    this.dropHeader();
    while (this.open.length > 1) this.close(this.document.text.length, true);
    const { items } = this.file_;
    const broken = this.mended(items, { start: 0, end: this.document.text.length }) || this.file_.broken;
    return {
      document: this.document,
      items,
      start: 0,
      end: this.document.text.length,
      ...(broken ? { broken: true as const } : {}),
    };
  }

  // ── bodies: a flat reading with a stack, so that what the parser could not put together is put together here ──────────

  private items(): void {
    this.children((type) => this.item(type));
  }

  private item(type: string): void {
    switch (type) {
      case 'body':
        if (!this.top().skipped) this.items();
        break;
      case 'ERROR':
        this.top().broken = true;
        this.items();
        break;
      case 'attribute':
        this.dropHeader();
        this.top().items.push(this.attribute());
        break;
      case 'block':
        this.dropHeader();
        this.items();
        break;
      case 'identifier':
        // A name on a new line begins something of its own.
        if (this.assigned || this.header.some((word) => this.between(word.end, this.start()).includes('\n')))
          this.dropHeader();
        this.header.push({ value: this.text(), ...this.span() });
        break;
      case 'string_lit':
        if (this.header.length > 0 && !this.assigned)
          this.header.push({ value: this.text().slice(1, -1), ...this.span() });
        break;
      case '=':
        this.assigned = this.header.length > 0;
        break;
      case 'expression':
        this.looseExpression();
        break;
      case 'block_start':
      case '{':
      case 'object_start':
        this.openBlock();
        break;
      case 'block_end':
      case '}':
      case 'object_end':
        this.dropHeader();
        // The parser puts in the brace that it misses, of no width.
        if (this.open.length > 1) this.close(this.end(), this.start() === this.end());
        break;
    }
  }

  private attribute(): HclAttribute {
    const span = this.span();
    let name: HclLabel | undefined;
    let value: HclExpression | undefined;
    this.children((type) => {
      if (type === 'identifier' && !name) name = { value: this.text(), ...this.span() };
      else if (type === 'expression') value = this.expression();
      else if (type === 'ERROR') this.top().broken = true;
    });
    return attribute(name ?? { value: '', ...span }, value, span.end);
  }

  private looseExpression(): void {
    const name = this.header[this.header.length - 1];
    if (!this.assigned || !name) return;
    const value = this.expression();
    this.top().items.push(attribute(name, value, value.end));
    this.header = [];
    this.assigned = false;
  }

  /** What was begun and not finished: a name with `=` behind it is an attribute without a value, a bare name is nothing yet. */
  private dropHeader(): void {
    const name = this.header[this.header.length - 1];
    if (name && this.assigned) this.top().items.push(attribute(name, undefined, name.end));
    this.header = [];
    this.assigned = false;
  }

  private openBlock(): void {
    const [type, ...labels] = this.header;
    if (!type || this.assigned) {
      // A brace that opens nothing we know; its end must not close the block around it.
      this.dropHeader();
      this.open.push({ block: undefined, items: [], start: this.end(), broken: true });
      return;
    }
    this.header = [];
    if (this.open.length > 1 && TOP_LEVEL.has(type.value) && this.atLineStart(type.start)) {
      while (this.open.length > 1) this.close(type.start, true);
    }
    this.open.push({
      block: {
        type: type.value,
        typeSpan: { start: type.start, end: type.end },
        labels,
        header: { start: type.start, end: this.start() },
      },
      items: [],
      start: this.end(),
      broken: false,
      skipped: this.health.sound && this.open.length === 1 && !this.wants(type.value, labels[0]?.value),
    });
  }

  private close(end: number, unfinished = false): void {
    const { block, items, start, broken } = this.open.pop()!;
    const outer = this.top();
    if (!block) {
      outer.broken = true;
      return;
    }
    const bodyEnd = unfinished ? end : end - 1;
    const mended = this.mended(items, { start, end: bodyEnd });
    const body: HclBody = {
      document: this.document,
      items,
      start,
      end: bodyEnd,
      ...(broken || unfinished || mended ? { broken: true as const } : {}),
    };
    const header = {
      start: block.header.start,
      end: trimEnd(this.document.text, block.header.start, block.header.end),
    };
    if (this.open.length === 1 && !this.wants(block.type, block.labels[0]?.value)) return;
    outer.items.push({ kind: 'block', ...block, header, body, start: block.typeSpan.start, end });
  }

  /** Was a line right in here taken out? The names in it that wait for a value are members all the same. */
  private mended(items: (HclAttribute | HclBlock)[], { start, end }: Span): boolean {
    const { blanked = [], dangling = [] } = this.health;
    const here = blanked.filter((line) => isRightIn(line, start, end, items));
    for (const name of dangling)
      if (here.some((line) => name.start >= line.start && name.end <= line.end))
        items.push(attribute(name, undefined, name.end));
    return here.length > 0;
  }

  private atLineStart(at: number): boolean {
    return at === 0 || this.document.text[at - 1] === '\n';
  }

  // ── expressions ────────────────────────────────────────────────────────────────────────────────────────────────────────

  private expression(): HclExpression {
    const span = this.span();
    if (this.depth >= DEEPEST) return { kind: 'unreadable', ...span };
    this.depth++;
    const read = this.terms();
    this.depth--;
    return read ?? { kind: 'unreadable', ...span };
  }

  /** The children of an expression or operation: terms, what follows them, and operators between them. */
  private terms(): HclExpression | undefined {
    const span = this.span();
    const operands: HclExpression[] = [];
    let operator = '';
    let term: HclExpression | undefined;
    let parenthesis: number | undefined;
    let broken = false;
    const count = this.children((type) => {
      switch (type) {
        case 'get_attr':
        case 'index':
        case 'splat':
          if (term) term = this.postfix(type, term);
          break;
        case '(':
          parenthesis = this.start();
          break;
        case ')':
          if (term && parenthesis !== undefined) term = { ...term, start: parenthesis, end: this.end() };
          break;
        case 'comment':
          break;
        case 'ERROR':
          broken = true;
          break;
        default:
          if (/^[a-z_]/.test(type)) term = this.term(type);
          else {
            if (term) operands.push(term);
            term = undefined;
            operator = type;
          }
      }
    });
    if (count === 0 || broken) return undefined;
    if (operator === '') return term;
    return { kind: 'operation', operator, operands: term ? [...operands, term] : operands, ...span };
  }

  private term(type: string): HclExpression | undefined {
    switch (type) {
      case 'expression':
        return this.expression();
      case 'literal_value':
      case 'template_expr':
      case 'collection_value':
      case 'for_expr':
      case 'operation': {
        let inner: HclExpression | undefined;
        this.children((child) => {
          inner ??= this.term(child);
        });
        return inner;
      }
      case 'unary_operation':
      case 'binary_operation':
        return this.terms();
      case 'numeric_lit':
        return { kind: 'number', ...this.span() };
      case 'bool_lit':
        return { kind: 'boolean', ...this.span() };
      case 'null_lit':
        return { kind: 'null', ...this.span() };
      case 'string_lit':
      case 'quoted_template':
      case 'heredoc_template':
        return this.template(type);
      case 'tuple':
        return this.tuple();
      case 'object':
        return this.object();
      case 'variable_expr':
        return { kind: 'variable', name: this.text(), ...this.span() };
      case 'function_call':
        return this.call();
      case 'for_tuple_expr':
        return this.forExpression('tuple');
      case 'for_object_expr':
        return this.forExpression('object');
      case 'conditional':
        return this.conditional();
      default:
        return undefined;
    }
  }

  private postfix(type: string, of: HclExpression): HclExpression {
    const span = { start: of.start, end: this.end() };
    if (type === 'get_attr') {
      let name = '';
      this.children((child) => {
        if (child === 'identifier') name = this.text();
      });
      return { kind: 'get', of, name, ...span };
    }
    if (type === 'index') {
      let key: HclExpression = { kind: 'unreadable', ...span };
      this.children((child) => {
        if (child === 'legacy_index') key = { kind: 'number', start: this.start() + 1, end: this.end() };
        else
          this.children((inner) => {
            if (inner === 'expression') key = this.expression();
          });
      });
      return { kind: 'index', of, key, ...span };
    }
    let result: HclExpression = { kind: 'splat', of, start: of.start, end: this.start() + 3 };
    this.children(() =>
      this.children((step) => {
        if (step === 'get_attr' || step === 'index') result = this.postfix(step, result);
      }),
    );
    return result;
  }

  private template(type: string): HclTemplate {
    const span = this.span();
    const { text } = this.document;
    const parts: HclTemplatePart[] = [];
    let flush = false;
    let content: Span = {
      start: span.start + 1,
      end: text[span.end - 1] === '"' && span.end - span.start > 1 ? span.end - 1 : span.end,
    };
    if (type !== 'string_lit') {
      const words: Span[] = [];
      this.children((child) => {
        if (child === 'heredoc_start') flush = this.text() === '<<-';
        else if (child === 'heredoc_identifier') words.push(this.span());
        else if (child === 'template_interpolation') {
          let expression: HclExpression | undefined;
          const place = this.span();
          this.children((inner) => {
            if (inner === 'expression') expression = this.expression();
          });
          parts.push({ kind: 'interpolation', expression, ...place });
        } else if (child === 'template_directive' || child === 'ERROR')
          parts.push({ kind: 'directive', expression: undefined, ...this.span() });
      });
      if (type === 'heredoc_template') content = heredocContent(text, span, words);
    }
    return {
      kind: 'template',
      style: type === 'heredoc_template' ? 'heredoc' : 'double',
      flush,
      content,
      parts,
      ...span,
    };
  }

  private tuple(): HclTuple {
    const items: HclExpression[] = [];
    let broken = false;
    const span = this.span();
    this.children((type) => {
      if (type === 'expression') items.push(this.expression());
      else if (type === 'ERROR') broken = true;
    });
    if (this.health.blanked?.some((line) => isRightIn(line, span.start, span.end, items))) broken = true;
    return { kind: 'tuple', items, ...span, ...(broken ? { broken: true as const } : {}) };
  }

  private object(): HclObject {
    const entries: HclEntry[] = [];
    let broken = false;
    const span = this.span();
    this.children((type) => {
      if (type === 'ERROR') broken = true;
      if (type !== 'object_elem') return;
      const place = this.span();
      const sides: HclExpression[] = [];
      this.children((child) => {
        if (child === 'expression') sides.push(this.expression());
        else if (child === 'ERROR') broken = true;
      });
      const [key, value] = sides;
      if (key) entries.push({ key, value, ...place });
    });
    const { blanked = [], dangling = [] } = this.health;
    const here = blanked.filter((line) => isRightIn(line, span.start, span.end, entries));
    if (here.length > 0) broken = true;
    for (const name of dangling) {
      if (!here.some((line) => name.start >= line.start && name.end <= line.end)) continue;
      const { value, start, end } = name;
      entries.push({ key: { kind: 'variable', name: value, start, end }, value: undefined, start, end });
    }
    return { kind: 'object', entries, ...span, ...(broken ? { broken: true as const } : {}) };
  }

  private call(): HclCall {
    let name = '';
    let spread = false;
    const args: HclExpression[] = [];
    const span = this.span();
    this.children((type) => {
      if (type === 'identifier') name = this.text();
      else if (type === 'function_arguments')
        this.children((child) => {
          if (child === 'expression') args.push(this.expression());
          else if (child === 'ellipsis') spread = true;
        });
    });
    return { kind: 'call', name, args, spread, ...span };
  }

  private forExpression(result: 'tuple' | 'object'): HclFor | undefined {
    const span = this.span();
    const names: string[] = [];
    const results: HclExpression[] = [];
    let collection: HclExpression | undefined;
    let condition: HclExpression | undefined;
    this.children((type) => {
      if (type === 'expression') results.push(this.expression());
      else if (type === 'for_intro')
        this.children((child) => {
          if (child === 'identifier') names.push(this.text());
          else if (child === 'expression') collection = this.expression();
        });
      else if (type === 'for_cond')
        this.children((child) => {
          if (child === 'expression') condition = this.expression();
        });
    });
    const value = results[results.length - 1];
    const valueName = names[names.length - 1];
    if (!collection || !value || valueName === undefined) return undefined;
    return {
      kind: 'for',
      result,
      keyName: names.length > 1 ? names[0] : undefined,
      valueName,
      collection,
      key: result === 'object' ? results[0] : undefined,
      value,
      condition,
      ...span,
    };
  }

  private conditional(): HclExpression | undefined {
    const span = this.span();
    const sides: HclExpression[] = [];
    this.children((type) => {
      if (type === 'expression') sides.push(this.expression());
    });
    const [condition, yes, no] = sides;
    return condition && yes && no ? chained(condition, yes, no, span) : undefined;
  }

  // ── the cursor ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  private children(each: (type: string) => void): number {
    if (!this.cursor.gotoFirstChild()) return 0;
    let count = 0;
    do {
      count++;
      each(this.cursor.nodeType);
    } while (this.cursor.gotoNextSibling());
    this.cursor.gotoParent();
    return count;
  }

  private top(): OpenBody {
    return this.open[this.open.length - 1]!;
  }

  private start(): number {
    return this.cursor.startIndex + this.shift;
  }

  private end(): number {
    return this.cursor.endIndex + this.shift;
  }

  private span(): Span {
    return { start: this.start(), end: this.end() };
  }

  private text(): string {
    // The parser may have been given a mended text; what counts is what was typed. The names it needs are the same in both.
    const { start, end } = this.span();
    return start < 0 ? '' : this.document.text.slice(start, end);
  }

  private between(start: number, end: number): string {
    return this.document.text.slice(start, end);
  }
}

function attribute(name: HclLabel, value: HclExpression | undefined, end: number): HclAttribute {
  return {
    kind: 'attribute',
    name: name.value,
    nameSpan: { start: name.start, end: name.end },
    value,
    start: name.start,
    end,
  };
}

function isRightIn(line: Span, start: number, end: number, members: readonly Span[]): boolean {
  return (
    line.start >= start && line.end <= end && !members.some((each) => line.start >= each.start && line.end <= each.end)
  );
}

/** From behind the opening word's line to the start of the closing word's line, which is the last line break's end. */
function heredocContent(text: string, span: Span, words: readonly Span[]): Span {
  const opening = words[0]?.end ?? span.start;
  const lineBreak = text.indexOf('\n', opening);
  const start = lineBreak < 0 || lineBreak >= span.end ? span.end : lineBreak + 1;
  const closing = words.length > 1 ? words[words.length - 1]!.start : span.end;
  let end = closing;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end--;
  return { start, end: Math.max(start, end) };
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text[at - 1]!)) at--;
  return at;
}

/** The grammar reads `a ? b : c ? d : e` from the left; the language means `a ? b : (c ? d : e)`. */
function chained(condition: HclExpression, yes: HclExpression, no: HclExpression, { start, end }: Span): HclExpression {
  // One in parentheses begins before its own condition.
  if (condition.kind !== 'conditional' || condition.start < condition.condition.start)
    return { kind: 'conditional', condition, yes, no, start, end };
  const rest = chained(condition.no, yes, no, { start: condition.no.start, end });
  return { kind: 'conditional', condition: condition.condition, yes: condition.yes, no: rest, start, end };
}

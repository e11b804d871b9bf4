/** The names looked for differ by this many edits at most: inserted, left out, replaced or swapped characters. */
const LIMIT = 2;

/** Above this many changes at once the list is sorted anew. */
const FEW = 64;

/**
 * Names that can be asked for those that are at most two edits away. A sorted list: names that begin alike share the work, and
 * all that begin too differently are passed over at once.
 */
export class NearNames {
  #sorted: string[] = [];
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  add(name: string): void {
    if (!this.#removed.delete(name)) this.#added.add(name);
  }

  /** Only of what was added. */
  delete(name: string): void {
    if (!this.#added.delete(name)) this.#removed.add(name);
  }

  /** The word itself too, if it is there. */
  near(word: string): string[] {
    this.#settle();
    const names = this.#sorted;
    const found: string[] = [];
    // rows[d][j]: edits from the first d characters of the present name to the first j of the word.
    const rows: number[][] = [Array.from({ length: word.length + 1 }, (_, j) => j)];
    let valid = 0;
    let before = '';
    for (let i = 0; i < names.length; ) {
      const name = names[i]!;
      let depth = Math.min(valid, commonLength(before, name));
      let dead = false;
      while (depth < name.length) {
        depth++;
        rows[depth] = nextRow(rows, depth, name, word);
        // A swap reaches back over one row.
        dead = smallest(rows[depth]!) > LIMIT && smallest(rows[depth - 1]!) >= LIMIT;
        if (dead) break;
      }
      before = name;
      valid = depth;
      if (dead) i = firstWithout(names, name.slice(0, depth), i + 1);
      else {
        if (rows[depth]![word.length]! <= LIMIT) found.push(name);
        i++;
      }
    }
    return found;
  }

  #settle(): void {
    if (this.#added.size === 0 && this.#removed.size === 0) return;
    if (this.#added.size + this.#removed.size > FEW) {
      const kept = this.#removed.size === 0 ? this.#sorted : this.#sorted.filter((name) => !this.#removed.has(name));
      this.#sorted = [...kept, ...this.#added].sort();
    } else {
      for (const name of this.#removed) this.#sorted.splice(positionOf(this.#sorted, name), 1);
      for (const name of this.#added) this.#sorted.splice(positionOf(this.#sorted, name), 0, name);
    }
    this.#added.clear();
    this.#removed.clear();
  }
}

function nextRow(rows: readonly number[][], depth: number, name: string, word: string): number[] {
  const above = rows[depth - 1]!;
  const character = name[depth - 1]!;
  const row = [depth];
  for (let j = 1; j <= word.length; j++) {
    const same = word[j - 1] === character ? 0 : 1;
    let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
    if (depth > 1 && j > 1 && word[j - 2] === character && word[j - 1] === name[depth - 2])
      cost = Math.min(cost, rows[depth - 2]![j - 2]! + 1);
    row.push(cost);
  }
  return row;
}

function smallest(row: readonly number[]): number {
  let least = row[0]!;
  for (const each of row) if (each < least) least = each;
  return least;
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}

/** Where a name stands, or would. */
function positionOf(sorted: readonly string[], name: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first one from `from` on that does not begin with `prefix`; those that do stand together. */
function firstWithout(sorted: readonly string[], prefix: string, from: number): number {
  let [low, high] = [from, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.startsWith(prefix)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How many single-character edits (insert, delete, replace, swap of neighbours) turn one word into the other; undefined
 * where it takes more than `limit`.
 */
export function editDistance(a: string, b: string, limit = 2): number | undefined {
  if (Math.abs(a.length - b.length) > limit) return undefined;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return undefined;
    before = above;
    above = row;
  }
  const distance = above[b.length]!;
  return distance <= limit ? distance : undefined;
}

/** The candidates within `limit` edits, nearest first; the word itself is none. */
export function nearestWords(word: string, candidates: Iterable<string>, limit = 2): string[] {
  const near: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = editDistance(word, candidate, limit);
    if (distance !== undefined && distance > 0) near.push({ candidate, distance });
  }
  return near
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}

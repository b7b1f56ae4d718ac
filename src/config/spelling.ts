// "Did you mean": the nearest word, by the number of letters to add, drop, change or swap.

/** Edit distance with swaps of neighbours (optimal string alignment), at most `limit + 1`. */
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length]!
}

/** The one of `words` that is nearest to `word`, if it is near enough to be meant. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined
  const wanted = fold(word)
  let best: string | undefined
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of words) {
    const far = distance(wanted, fold(candidate), least - 1)
    if (far < least) {
      least = far
      best = candidate
    }
  }
  if (best !== undefined || wanted.length < 3) return best
  for (const candidate of words) {
    const folded = fold(candidate)
    if (folded.length > 2 && (folded.startsWith(wanted) || wanted.startsWith(folded))) return candidate
  }
  return undefined
}

/** camelCase, kebab-case and snake_case of one name are the same word. */
function fold(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '')
}

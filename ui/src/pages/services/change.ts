// What got worse: the same operation now and in the stretch before, told apart only where there is enough of both.
import type { RedRow } from '../../../../src/store/answers.ts'

export interface Change {
  readonly row: RedRow
  readonly kind: 'slower' | 'failing'
  /** Slower: how many times; failing: the share of errors that came on top. */
  readonly size: number
}

/** Fewer say too little about a quantile. */
const ENOUGH = 5
/** Of fewer, p95 is one of the two slowest and moves by chance: the median has to have moved as well. */
const MANY = 40
const MEDIAN_MOVED = 1.2
const SLOWER = 1.5
/** Under so many milliseconds nobody waits. */
const FELT_MS = 5
const FAILING = 0.05

/** How p95 compares; null where one side has too little. */
export function slowdown({ now, before }: RedRow): number | null {
  if (before === null || now.requests < ENOUGH || before.requests < ENOUGH) return null
  if (now.p95_ms === null || before.p95_ms === null || before.p95_ms === 0) return null
  return now.p95_ms / before.p95_ms
}

/** How far from the usual it is, for a colour: slower or faster by enough that it matters. */
export function verdict(row: RedRow): 'slower' | 'faster' | 'same' | 'unknown' {
  const ratio = slowdown(row)
  if (ratio === null) return 'unknown'
  const felt = Math.abs(row.now.p95_ms! - row.before!.p95_ms!) >= FELT_MS
  if (!felt || (ratio < SLOWER && ratio > 1 / SLOWER)) return 'same'
  const median = row.now.p50_ms! / row.before!.p50_ms!
  if (ratio >= SLOWER) return isSure(row) || median >= MEDIAN_MOVED ? 'slower' : 'same'
  return isSure(row) || median <= 1 / MEDIAN_MOVED ? 'faster' : 'same'
}

function isSure({ now, before }: RedRow): boolean {
  return now.requests >= MANY && before!.requests >= MANY
}

/** The worst first. */
export function changesOf(rows: readonly RedRow[]): Change[] {
  const found: Change[] = []
  for (const row of rows) {
    const { now, before } = row
    if (before !== null && now.requests >= ENOUGH && before.requests >= ENOUGH) {
      const more = now.error_rate - before.error_rate
      if (more >= FAILING) found.push({ row, kind: 'failing', size: more })
    }
    if (verdict(row) === 'slower') found.push({ row, kind: 'slower', size: slowdown(row)! })
  }
  return found.sort((a, b) => weight(b) - weight(a))
}

/** A tenth more errors weighs like twice as slow. */
const weight = ({ kind, size }: Change): number => (kind === 'failing' ? 1 + size * 10 : size)

/** Requests per second of each moment; the last one, which is not over, by what of it is. */
export function ratesOf(
  counts: readonly number[],
  times: readonly number[],
  step: number,
  now: number,
): (number | null)[] {
  return counts.map((count, i) => {
    const passed = Math.min(step, now - times[i]!)
    return passed < step * 0.5 ? null : count / (passed / 1000)
  })
}

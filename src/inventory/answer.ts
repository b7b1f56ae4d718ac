// What the bodies share: the scope that a figure holds for, and counts as they may come from an implementation of anybody's.
import type { Basis, Inventory } from './inventory.ts'

/** `cluster`: the same on every replica. `single-instance`: of this one alone, as far as is known. */
export type Scope = 'cluster' | 'single-instance'

export const scopeOf = ({ isClusterShared }: Inventory): Scope =>
  isClusterShared === true ? 'cluster' : 'single-instance'

/** Whole; what is no number is 0. */
export const whole = (count: unknown): number => {
  const number = Math.trunc(Number(count))
  return Number.isSafeInteger(number) ? number : 0
}

/** Sums of `count` by a name, none of them below zero; in the order of their first appearance. */
export function sums<T extends { readonly count: number }>(
  rows: readonly T[],
  name: (row: T) => string,
): Map<string, number> {
  const found = new Map<string, number>()
  for (const row of rows) found.set(name(row), (found.get(name(row)) ?? 0) + Math.max(0, whole(row.count)))
  return found
}

/** Busiest first, ties by the code units of the name: the same order everywhere. */
export const byCount = ([a, m]: readonly [string, number], [b, n]: readonly [string, number]): number =>
  n - m || (a < b ? -1 : a > b ? 1 : 0)

export const basisOfAll = (types: Iterable<{ readonly basis?: Basis }>): Basis => {
  const found = new Set<Basis | undefined>()
  for (const { basis } of types) found.add(basis)
  return found.has('last_updated') ? 'last_updated' : found.has('none') ? 'none' : 'history'
}

export const timeText = (now: number): string => new Date(now).toISOString()

// Where the numbers of an objective come from: growing counts of good events and of all, and, where a percentile is judged,
// the buckets behind them. A source that has nothing to read says why.
import type { Registry } from '../metrics/registry.ts'
import type { Family } from '../model/metric.ts'
import type { Pair } from './pair.ts'
import { within } from './percentile.ts'
import type { Counted, DeclaredObjective, Promised } from './promise.ts'
import { Selector } from './selector.ts'

/** Counts since the process began. */
export interface Reading {
  /** `[good, all, …buckets]`. */
  readonly row: Float64Array
  /** Of the buckets; null where there are none. */
  readonly bounds: Float64Array | null
}

export interface Source {
  /** Counts, or why there are none; only of series that were there at `before`, a time of day, where one is given. */
  read(before?: number): Reading | string
}

/** Families by the names that the text shows, with the configured namespace or without. */
export type FindFamily = (metric: string) => { readonly family: Family; readonly observed: boolean } | undefined

export function familyFinder(registry: Registry, namespace: string): FindFamily {
  const prefix = `${namespace}_`
  return (metric) =>
    registry.find(metric) ??
    (namespace !== '' && metric.startsWith(prefix) ? registry.find(metric.slice(prefix.length)) : undefined)
}

export function latencySource(declared: DeclaredObjective, { threshold }: Promised, find: FindFamily): Source {
  const metric = declared.metric!
  const selector = new Selector(declared.labels)
  return {
    read(before = Number.POSITIVE_INFINITY) {
      const found = find(metric)
      if (found === undefined) return absent(metric)
      const { family } = found
      const { bounds } = family
      if (bounds === null) return `${metric} is a ${family.type} and has no percentiles`
      const row = new Float64Array(bounds.length + 3)
      const buckets = row.subarray(2)
      for (const series of family.series) {
        const counts = series.buckets
        if (counts === null || series.start > before || !selector.takes(series)) continue
        for (let i = 0; i < counts.length; i++) buckets[i]! += counts[i]!
      }
      for (const count of buckets) row[1]! += count
      row[0] = within(bounds, buckets, threshold)
      return { row, bounds }
    },
  }
}

export function ratioSource(declared: DeclaredObjective, find: FindFamily): Source {
  const all = counter(declared.total!, find)
  const part = counter((declared.good ?? declared.bad)!, find)
  return {
    read(before = Number.POSITIVE_INFINITY) {
      const total = all(before)
      if (typeof total === 'string') return total
      const some = part(before)
      if (typeof some === 'string') return some
      const good = declared.good === undefined ? total - some : some
      return { row: Float64Array.of(Math.max(0, Math.min(good, total)), total), bounds: null }
    },
  }
}

export function eventSource(pair: Pair): Source {
  return {
    read(before) {
      const row = pair.row()
      return { row: before === undefined ? row : new Float64Array(row.length), bounds: pair.bounds }
    },
  }
}

function counter({ metric, labels }: Counted, find: FindFamily): (before: number) => number | string {
  const selector = new Selector(labels)
  return (before) => {
    const found = find(metric)
    // A name that is written wrong would look like a part that never happens.
    if (found === undefined) return absent(metric)
    const { family } = found
    const { type, reads } = family
    if (type === 'gauge' || type === 'updown') return `${metric} is a gauge: it counts no events`
    const counted = type !== 'counter' || reads === 'count'
    let sum = 0
    for (const series of family.series)
      if (series.start <= before && selector.takes(series)) sum += counted ? series.count : series.value
    return sum
  }
}

function absent(metric: string): string {
  return `there is no metric ${metric}`
}

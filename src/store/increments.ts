// How much a series grew, spread over the moments of a grid: between two points the growth is taken as even, so that
// sums stay true whatever the width of a moment and the pace of the sender.
//
//   points     o---------o-------------o        a point every few seconds
//   moments  |    |    |    |    |    |    |    a moment gets the part that lies in it
import type { Buckets } from './buckets.ts'
import type { Grid } from './grid.ts'
import type { StoredSeries } from './metrics.ts'
import type { Point } from './points.ts'

/** What was added in one moment; `share` of all that lies between `base` and `point`. `base` null: counted from zero. */
export interface Increment {
  readonly moment: number
  readonly share: number
  /** Milliseconds of the moment that are covered. */
  readonly covered: number
  readonly base: Point | null
  readonly point: Point
}

/** When nothing tells how often a sender sends, milliseconds. */
const USUAL_INTERVAL = 60_000

export function eachIncrement(
  series: StoredSeries,
  grid: Grid,
  started: number,
  visit: (increment: Increment) => void,
): void {
  const { list } = series.points
  const { type } = series.metric
  const signed = type === 'gauge' || type === 'updown'
  const first = list[0]
  const began = first === undefined || signed ? undefined : beginning(series, first, started)
  if (first !== undefined && began !== undefined) spread(grid, began, null, first, visit)
  for (let i = 1; i < list.length; i++) {
    const before = list[i - 1]!
    const point = list[i]!
    if (point.time < grid.from || before.time >= grid.to) continue
    const anew =
      !signed &&
      (point.start !== before.start || (type === 'counter' ? point.value < before.value : point.count < before.count))
    spread(grid, anew ? Math.max(before.time, point.start) : before.time, anew ? null : before, point, visit)
  }
}

/**
 * Since when the first point counts; undefined when nobody knows: a sender that counted before we listened would show
 * hours of growth in one moment.
 */
function beginning({ points, metric }: StoredSeries, first: Point, started: number): number | undefined {
  if (!points.whole) return undefined
  const { firstSeen } = metric.identity
  const interval = points.list[1] === undefined ? USUAL_INTERVAL : points.list[1].time - first.time
  if (firstSeen < first.time) return Math.max(first.start, firstSeen, first.time - interval)
  return first.start >= started ? first.start : undefined
}

function spread(
  grid: Grid,
  from: number,
  base: Point | null,
  point: Point,
  visit: (increment: Increment) => void,
): void {
  const to = point.time
  if (to < grid.from || from >= grid.to) return
  if (to <= from) {
    if (to < grid.to) visit({ moment: grid.place(to), share: 1, covered: 0, base, point })
    return
  }
  const last = grid.place(Math.min(to, grid.to))
  for (let moment = grid.place(Math.max(from, grid.from)); moment <= last; moment++) {
    const start = grid.from + moment * grid.step
    const covered = Math.min(to, start + grid.step) - Math.max(from, start)
    if (covered > 0) visit({ moment, share: covered / (to - from), covered, base, point })
  }
}

/** Adds the share of each bucket's growth to `cells`, at the place of its upper bound among `bounds`. */
export function addBuckets(cells: Float64Array, bounds: Float64Array, { share, base, point }: Increment): void {
  if (point.buckets !== null) addPart(cells, bounds, point.buckets, share)
  if (base !== null && base.buckets !== null) addPart(cells, bounds, base.buckets, -share)
}

function addPart(cells: Float64Array, bounds: Float64Array, { bounds: own, counts }: Buckets, factor: number): void {
  let place = 0
  for (let i = 0; i < counts.length; i++) {
    if (i === own.length) place = bounds.length
    else while (place < bounds.length && bounds[place]! < own[i]!) place++
    cells[place]! += factor * counts[i]!
  }
}

/** All upper bounds that the series have in the grid's time, thinned to `most`: a count goes to the next one above. */
export function boundsOf(all: Iterable<StoredSeries>, grid: Grid, most: number): Float64Array {
  const seen = new Set<number>()
  let last: Float64Array | null = null
  for (const series of all) {
    for (const { time, buckets } of series.points.list) {
      if (buckets === null || buckets.bounds === last || time < grid.from) continue
      last = buckets.bounds
      for (const bound of last) seen.add(bound)
    }
  }
  const bounds = Float64Array.from(seen).sort()
  const every = Math.ceil(bounds.length / most)
  return bounds.filter((_, i) => (bounds.length - 1 - i) % every === 0)
}

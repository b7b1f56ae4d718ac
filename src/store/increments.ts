// How much a series grew, spread over the moments of a grid: between two points the growth is taken as even, so that
// sums stay true whatever the width of a moment and the pace of the sender.
//
//   points     o---------o-------------o        a point every few seconds
//   moments  |    |    |    |    |    |    |    a moment gets the part that lies in it
import type { Buckets } from './buckets.ts'
import type { Grid } from './grid.ts'
import type { StoredSeries } from './metrics.ts'
import type { Point } from './points.ts'

/**
 * Told of each moment: `share` of what lies between `base` and `point` was added in it, and `covered` milliseconds of it
 * are known. `base` null: counted from zero. The moments of one pair of points follow each other.
 */
export type Increment = (moment: number, share: number, covered: number, base: Point | null, point: Point) => void

/** When nothing tells how often a sender sends, milliseconds. */
const USUAL_INTERVAL = 60_000

export function eachIncrement(series: StoredSeries, grid: Grid, started: number, visit: Increment): void {
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

/** Batches of one collection come apart, when a sender splits them. */
const TOGETHER = 1000

/**
 * Since when the first point counts; undefined when nobody knows: a sender that counted before we listened would show
 * hours of growth in one moment. A series that came after others of its sender began since the collection before.
 */
function beginning({ points, metric, born }: StoredSeries, first: Point, started: number): number | undefined {
  if (!points.whole) return undefined
  const interval = points.list[1] === undefined ? USUAL_INTERVAL : points.list[1].time - first.time
  if (born - metric.identity.measuredSince > TOGETHER) return Math.max(first.start, first.time - interval)
  return first.start >= started ? first.start : undefined
}

function spread(grid: Grid, from: number, base: Point | null, point: Point, visit: Increment): void {
  const to = point.time
  if (to < grid.from || from >= grid.to) return
  if (to <= from) {
    if (to < grid.to) visit(grid.place(to), 1, 0, base, point)
    return
  }
  const last = grid.place(Math.min(to, grid.to))
  for (let moment = grid.place(Math.max(from, grid.from)); moment <= last; moment++) {
    const start = grid.from + moment * grid.step
    const covered = Math.min(to, start + grid.step) - Math.max(from, start)
    if (covered > 0) visit(moment, covered / (to - from), covered, base, point)
  }
}

/** What was observed in each moment, by bucket: counts go to the place of their upper bound among `bounds`. */
export class Observed {
  readonly bounds: Float64Array
  readonly cells: Float64Array[]
  /** Where the counts of other bounds go; series of one metric share theirs, mostly. */
  readonly #places = new Map<Float64Array, Int32Array>()
  /** Growth between the two points that were seen last: their moments follow each other. */
  readonly #growth: Float64Array
  #point: Point | null = null
  #grew = false

  constructor(bounds: Float64Array, moments: number) {
    this.bounds = bounds
    this.cells = Array.from({ length: moments }, () => new Float64Array(bounds.length + 1))
    this.#growth = new Float64Array(bounds.length + 1)
  }

  add(moment: number, share: number, base: Point | null, point: Point): void {
    if (point !== this.#point) this.#compare(base, point)
    if (!this.#grew) return
    const cell = this.cells[moment]!
    const growth = this.#growth
    for (let i = 0; i < growth.length; i++) cell[i]! += share * growth[i]!
  }

  #compare(base: Point | null, point: Point): void {
    this.#point = point
    this.#grew = point.count !== (base?.count ?? 0)
    if (!this.#grew) return
    this.#growth.fill(0)
    if (point.buckets !== null) this.#put(point.buckets, 1)
    if (base !== null && base.buckets !== null) this.#put(base.buckets, -1)
  }

  #put({ bounds, counts }: Buckets, sign: 1 | -1): void {
    let places = this.#places.get(bounds)
    if (places === undefined) {
      places = placesOf(bounds, this.bounds)
      this.#places.set(bounds, places)
    }
    const growth = this.#growth
    for (let i = 0; i < counts.length; i++) growth[places[i]!]! += sign * counts[i]!
  }
}

function placesOf(own: Float64Array, bounds: Float64Array): Int32Array {
  const places = new Int32Array(own.length + 1)
  let place = 0
  for (let i = 0; i < own.length; i++) {
    while (place < bounds.length && bounds[place]! < own[i]!) place++
    places[i] = place
  }
  places[own.length] = bounds.length
  return places
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

// Bounds that objectives add to the histograms that they judge, so that how many were within a threshold is counted and
// not estimated. Histograms without an objective keep the eleven latency bounds that every sink shares.
import type { View } from '../metrics/views.ts'
import { LATENCY_BOUNDS } from '../model/histogram.ts'
import { NAMES } from '../model/names.ts'
import type { DeclaredObjective } from './promise.ts'

/** Promises that are usual and lie between the latency bounds (ruling 33). */
const USUAL: readonly number[] = [0.02, 0.05, 0.3]

/** Bounds of the durations of one pair of events; `threshold` in seconds. */
export function eventBounds(threshold: number): Float64Array {
  return Float64Array.from(new Set([...LATENCY_BOUNDS, ...USUAL, threshold, threshold * 2])).sort()
}

/** Views that add them, before anything is recorded. */
export function objectiveViews(declared: readonly DeclaredObjective[]): View[] {
  const events: number[] = []
  const views: View[] = []
  for (const { kind, metric, threshold = 0 } of declared) {
    const seconds = threshold / 1000
    if (kind === 'event') events.push(...eventBounds(seconds))
    else if (kind === 'latency' && metric !== undefined) views.push({ name: metric, bounds: [...USUAL, seconds] })
  }
  if (events.length > 0) views.push({ name: NAMES.slo_event_duration_seconds.short, bounds: events })
  return views
}

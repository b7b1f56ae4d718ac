// How long garbage collections took, by kind, as V8 reports them.
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { declare } from '../../metrics/declare.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { Recent } from './recent.ts'
import type { Part } from './runtime.ts'

export type GcKind = 'minor' | 'major' | 'incremental' | 'weakcb'

/** What was collected, kinds that did not occur left out. */
export type GcReading = ReadonlyMap<GcKind, Recent>

export interface GarbageCollection extends Part {
  look(): GcReading
}

const KINDS: Readonly<Record<number, GcKind>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

export function garbageCollection(registry: Registry): GarbageCollection {
  const duration = declare(registry, NAMES.nodejs_gc_duration_seconds)
  const recent = new Map<GcKind, Recent>()
  const bound = new Map<number, BoundHistogram>()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = (entry as unknown as { detail?: { kind?: number } }).detail?.kind ?? 0
      const name = KINDS[kind]
      if (name === undefined) continue
      let series = bound.get(kind)
      if (series === undefined) bound.set(kind, (series = duration.with({ kind: name })))
      series.observe(entry.duration / 1000)
      let sums = recent.get(name)
      if (sums === undefined) recent.set(name, (sums = new Recent()))
      sums.add(entry.duration / 1000, entry.startTime + entry.duration)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    look: () => recent,
    stop() {
      observer.disconnect()
      duration.trie.remove(() => true)
    },
  }
}

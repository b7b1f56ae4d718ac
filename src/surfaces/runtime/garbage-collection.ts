// How long garbage collections took, by kind, as V8 reports them.
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { declare } from '../../metrics/declare.ts'
import type { BoundHistogram } from '../../metrics/histogram.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

export function garbageCollection(registry: Registry): Part {
  const duration = declare(registry, NAMES.nodejs_gc_duration_seconds)
  const bound = new Map<number, BoundHistogram>()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = (entry as unknown as { detail?: { kind?: number } }).detail?.kind ?? 0
      const name = KINDS[kind]
      if (name === undefined) continue
      let series = bound.get(kind)
      if (series === undefined) bound.set(kind, (series = duration.with({ kind: name })))
      series.observe(entry.duration / 1000)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    stop() {
      observer.disconnect()
      duration.trie.remove(() => true)
    },
  }
}

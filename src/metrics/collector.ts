// One object to record through by name, for code that is handed its telemetry: any labels, six verbs, any number of sinks
// behind it (W-01). Recording is synchronous and keeps no queue, so nothing is dropped while it is open; what is recorded
// after `close` is dropped and counted. It never throws.
import type { Resource } from '../model/attribute.ts'
import type { Sink } from '../model/batch.ts'
import type { Counter } from './counter.ts'
import type { Gauge } from './gauge.ts'
import type { Labels } from './ground.ts'
import type { Histogram } from './histogram.ts'
import { Registry } from './registry.ts'

export class Collector {
  readonly registry: Registry
  readonly #resource: Resource
  readonly #sinks: Sink[] = []
  readonly #counters = new Map<string, Counter>()
  readonly #gauges = new Map<string, Gauge>()
  readonly #histograms = new Map<string, Histogram>()
  #closed: Promise<void> | null = null
  /** How many recordings came after `close`. */
  dropped = 0

  constructor(resource: Resource, registry = new Registry()) {
    this.#resource = resource
    this.registry = registry
  }

  counterInc(name: string, labels?: Labels): void {
    this.counterAdd(name, 1, labels)
  }

  /** The first recording under a name settles its label names; other label sets are refused and counted (W-04). */
  counterAdd(name: string, n: number, labels?: Labels): void {
    if (this.#refused()) return
    let counter = this.#counters.get(name)
    if (counter === undefined) counter = keep(this.#counters, name, this.registry.counter(name, named(labels)))
    counter.add(n, labels)
  }

  gaugeSet(name: string, value: number, labels?: Labels): void {
    if (!this.#refused()) this.#gauge(name, labels).set(value, labels)
  }

  gaugeInc(name: string, labels?: Labels): void {
    if (!this.#refused()) this.#gauge(name, labels).add(1, labels)
  }

  gaugeDec(name: string, labels?: Labels): void {
    if (!this.#refused()) this.#gauge(name, labels).add(-1, labels)
  }

  histogramObserve(name: string, value: number, labels?: Labels): void {
    if (this.#refused()) return
    let histogram = this.#histograms.get(name)
    if (histogram === undefined) histogram = keep(this.#histograms, name, this.registry.histogram(name, named(labels)))
    histogram.observe(value, labels)
  }

  #gauge(name: string, labels: Labels | undefined): Gauge {
    return this.#gauges.get(name) ?? keep(this.#gauges, name, this.registry.gauge(name, named(labels)))
  }

  registerExporter(sink: Sink): void {
    if (this.#closed === null) this.#sinks.push(sink)
  }

  /** Hands every sink what there is now, then lets each deliver. A sink that fails keeps nothing from the others. */
  async flush(deadlineMs: number): Promise<void> {
    const batch = { resource: this.#resource, spans: [], series: this.registry.families(), logs: [] }
    await Promise.allSettled(
      this.#sinks.map(async (sink) => {
        sink.accept(batch)
        await sink.flush?.(deadlineMs)
      }),
    )
  }

  /** Flushes, then closes the sinks; a second call is the first. */
  close(deadlineMs: number): Promise<void> {
    this.#closed ??= this.flush(deadlineMs).then(async () => {
      await Promise.allSettled(this.#sinks.map(async (sink) => sink.close?.(deadlineMs)))
    })
    return this.#closed
  }

  #refused(): boolean {
    if (this.#closed === null) return false
    this.dropped++
    return true
  }
}

/** Names kept by the collector; past this the registry is asked each time. */
const NAMES_KEPT = 1000

function keep<T>(map: Map<string, T>, name: string, instrument: T): T {
  if (map.size < NAMES_KEPT) map.set(name, instrument)
  return instrument
}

function named(labels: Labels | undefined): { labels: readonly string[] } {
  return { labels: labels === undefined ? [] : Object.keys(labels) }
}

// The registry that every copy of the package in a process shares. It is there before `start` and after `stop`: what the
// application counts early is kept.
import { shared } from '../base/slot.ts'
import type { Counter } from './counter.ts'
import type { Gauge } from './gauge.ts'
import type { Histogram } from './histogram.ts'
import type { Observable, ObserveCallback } from './observable.ts'
import type { GaugeOptions, HistogramOptions, InstrumentOptions, ObservableOptions } from './options.ts'
import { Registry } from './registry.ts'

const registry = shared('metrics', () => new Registry())

export function defaultRegistry(): Registry {
  return registry
}

/** A counter of the process; the same name is the same counter. Never throws unless `strict`. */
export function counter(name: string, options?: InstrumentOptions): Counter {
  return registry.counter(name, options)
}

/** A gauge of the process: set or added to, never both. */
export function gauge(name: string, options?: GaugeOptions): Gauge {
  return registry.gauge(name, options)
}

/** A histogram of the process, over the eleven latency bounds in seconds unless `buckets` says otherwise. */
export function histogram(name: string, options?: HistogramOptions): Histogram {
  return registry.histogram(name, options)
}

/** A metric that is asked for its values at each collection. */
export function observable(name: string, options: ObservableOptions, callback: ObserveCallback): Observable {
  return registry.observable(name, options, callback)
}

export type { BoundCounter, Counter } from './metrics/counter.ts'
export { counter, defaultRegistry, gauge, histogram, observable } from './metrics/default.ts'
export type { BoundGauge, Gauge, GaugeMode } from './metrics/gauge.ts'
export type { Labels } from './metrics/ground.ts'
export type { BoundHistogram, Histogram } from './metrics/histogram.ts'
export type { Observable, ObserveCallback, Report } from './metrics/observable.ts'
export type {
  GaugeOptions,
  HistogramOptions,
  InstrumentOptions,
  ObservableOptions,
  RegistryOptions,
} from './metrics/options.ts'
export { Registry } from './metrics/registry.ts'

export type { BoundCounter, Counter } from './metrics/counter.ts'
export { counter, defaultRegistry, gauge, histogram, observable } from './metrics/default.ts'
export type { BoundGauge, Gauge, GaugeMode } from './metrics/gauge.ts'
export type { BoundHistogram, Histogram } from './metrics/histogram.ts'
export type { Observable, ObserveCallback, Report } from './metrics/observable.ts'
export {
  type GaugeOptions,
  type HistogramOptions,
  type InstrumentOptions,
  type ObservableOptions,
  Registry,
  type RegistryOptions,
} from './metrics/registry.ts'
export type { Labels } from './metrics/series.ts'

// Door `telltale/workflow`: workflows of any engine, and adapters that know one engine each.
export { type DBOSEngine, observeDBOS } from './surfaces/workflow/dbos.ts'
export type { Outcome } from './surfaces/workflow/instruments.ts'
export {
  type MeterCounter,
  type MeterGauge,
  type MeterHistogram,
  type MeterTags,
  type MeterUpDownCounter,
  type MeterValueType,
  type MetricMeter,
  metricMeter,
} from './surfaces/workflow/meter.ts'
export { type Carrier, type Work, type WorkflowSettings, workflow } from './surfaces/workflow/run.ts'
export { type Hand, type StartSettings, startWorkflow } from './surfaces/workflow/start.ts'
export { type StepSettings, step } from './surfaces/workflow/step.ts'
export {
  type TemporalMetrics,
  type TemporalOptions,
  type TemporalPlugin,
  type TemporalTelemetry,
  temporal,
} from './surfaces/workflow/temporal.ts'
export { collectTemporal, type TemporalBuffer } from './surfaces/workflow/temporal-metrics.ts'

// Door `telltale/testing`: what tests of an application need.
export type { TestClock } from './testing/clock.ts'
export type { LabelValues, RecordedMetrics } from './testing/metrics.ts'
export { otlpReceiver, type TestReceiver } from './testing/receiver.ts'
export type { RecordedEvent, RecordedLog, RecordedSpan, RecordedSpans } from './testing/recorded.ts'
export { type Recorded, type TestOptions, type TestTelemetry, testTelemetry } from './testing/telemetry.ts'

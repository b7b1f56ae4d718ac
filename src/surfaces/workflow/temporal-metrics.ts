// What Temporal's core counts. It writes into a buffer of its own (`MetricsBuffer`), which is emptied here into our registry
// before each collection and every second, so that it does not overflow between two.
import { timers } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { defaultRegistry } from '../../metrics/default.ts'
import type { Registry } from '../../metrics/registry.ts'
import { type MeterTags, type MeterValueType, metricMeter } from './meter.ts'

/** `MetricsBuffer` of @temporalio/worker, by shape. */
export interface TemporalBuffer {
  retrieveUpdates(): Iterable<Update>
}

interface CoreMetric {
  readonly name: string
  readonly unit?: string
  readonly description?: string
  readonly kind: string
  readonly valueType: MeterValueType
}

interface Update {
  readonly metric: CoreMetric
  readonly value: number
  readonly attributes: MeterTags
}

type Record = (value: number, tags: MeterTags) => void

const EVERY_MS = 1000

/** Records what is in `buffer`, from now on until the returned end of it. Never throws. */
export function collectTemporal(
  buffer: TemporalBuffer,
  registry: Registry = defaultRegistry(),
  everyMs: number = EVERY_MS,
): () => void {
  const meter = metricMeter({}, registry)
  // Core uses one object for one metric again and again.
  const instruments = new WeakMap<object, Record>()
  const drain = (): void => {
    try {
      for (const { metric, value, attributes } of buffer.retrieveUpdates()) {
        let record = instruments.get(metric)
        if (record === undefined) {
          record = recorder(metric)
          instruments.set(metric, record)
        }
        record(value, attributes)
      }
    } catch (error) {
      const text = `what Temporal counted cannot be read: ${thrownText(error)}`
      noticeOnce('workflow.temporal.metrics', 'warn', 'workflow.temporal', text)
    }
  }
  const recorder = ({ name, unit, description, kind, valueType }: CoreMetric): Record => {
    switch (kind) {
      case 'counter': {
        const counter = meter.createCounter(name, unit, description)
        return (value, tags) => counter.add(value, tags)
      }
      case 'up-down-counter': {
        const counter = meter.createUpDownCounter(name, unit, description)
        return (value, tags) => counter.add(value, tags)
      }
      case 'gauge': {
        const gauge = meter.createGauge(name, valueType, unit, description)
        return (value, tags) => gauge.set(value, tags)
      }
      case 'histogram': {
        const histogram = meter.createHistogram(name, valueType, unit, description)
        return (value, tags) => histogram.record(value, tags)
      }
      default:
        return () => {}
    }
  }
  const remove = registry.onCollect(drain)
  const timer = timers.setInterval(drain, Math.max(10, everyMs))
  timer.unref()
  return () => {
    timers.clearInterval(timer)
    remove()
    drain()
  }
}

// The three signals of one instance: what records them, and the pipeline they end in.
import { threadId } from 'node:worker_threads'
import { monotonic } from '../base/clock.ts'
import { Fault, Faults } from '../base/fault.ts'
import type { Config, QueueConfig } from '../config/config.ts'
import type { Loaded } from '../config/load.ts'
import { currentIds } from '../context/current.ts'
import { uptime } from '../health/uptime.ts'
import { Logs } from '../logs/logs.ts'
import { checkCustom, customDefinitions, declareCustom } from '../metrics/custom.ts'
import { declare } from '../metrics/declare.ts'
import { defaultRegistry } from '../metrics/default.ts'
import type { Registry } from '../metrics/registry.ts'
import { aliasViews } from '../metrics/views.ts'
import type { Resource } from '../model/attribute.ts'
import type { Sink } from '../model/batch.ts'
import type { Family } from '../model/metric.ts'
import { ALIASES, type Group, NAMES } from '../model/names.ts'
import { objectiveViews } from '../objectives/bounds.ts'
import { checkObjectives } from '../objectives/check.ts'
import { Pipeline } from '../pipeline/pipeline.ts'
import { takes } from '../pipeline/sink.ts'
import type { Redactor } from '../redact/redact.ts'
import { startRuntime } from '../surfaces/runtime/runtime.ts'
import { startUptime } from '../surfaces/runtime/uptime.ts'
import { TraceEngine } from '../trace/engine.ts'
import { samplerOf } from '../trace/sampler.ts'
import { redactOnce } from './once.ts'

export interface Signals {
  readonly registry: Registry
  readonly pipeline: Pipeline
  /** Null when no span is recorded (H-25). */
  readonly engine: TraceEngine | null
  readonly logs: Logs
  /** Lets go of what polls; the pipeline is closed on its own. */
  stop(): void
}

export function startSignals(loaded: Loaded, resource: Resource, sinks: readonly Sink[], redactor: Redactor): Signals {
  const { config } = loaded
  const registry = defaultRegistry()
  const stops = configureMetrics(registry, loaded, redactor)
  const redactLog = redactOnce(redactor.log)
  const pipeline = new Pipeline({
    resource,
    sinks,
    collect: reader(registry, config.metrics.temporality === 'delta'),
    redact: { span: redactor.span, log: redactLog.second },
    spans: pace(config.traces.queue),
    logs: pace(config.logs.queue),
    metricsIntervalMs: config.metrics.intervalMs,
  })
  const engine = spansWanted(config, sinks)
    ? new TraceEngine({
        sampler: samplerOf(config.traces.sampler.name, config.traces.sampler.ratio),
        limits: config.traces.limits,
        finish: (span) => pipeline.span(span),
      })
    : null
  const exported = !config.disabled && config.logs.enabled && sinks.some((sink) => takes(sink, 'logs'))
  const logs = new Logs({
    registry,
    sink: exported ? (record) => pipeline.log(record) : null,
    options: config.logs,
    service: config.service.name,
    redact: redactLog.first,
    // 0 in the main thread.
    threadId,
  })
  registry.exemplars(engine === null ? null : currentIds)
  const stop = () => {
    registry.exemplars(null)
    for (const each of stops) each()
  }
  return { registry, pipeline, engine, logs, stop }
}

/** What exporters are given, with the time that reading it took. */
function reader(registry: Registry, delta: boolean): () => readonly Family[] {
  const type = 'periodic_metric_reader'
  const labels = { otel_component_type: type, otel_component_name: `${type}/0`, error_type: '' }
  return () => {
    const began = monotonic()
    const families = delta ? registry.collectDelta() : registry.families()
    const duration = declare(registry, NAMES.otel_sdk_metric_reader_collection_duration_seconds)
    duration.observe((monotonic() - began) / 1000, labels)
    return families
  }
}

function configureMetrics(registry: Registry, loaded: Loaded, redactor: Redactor): (() => void)[] {
  const { config } = loaded
  const { limits, views } = config.observability.metrics
  const { histogram_buckets } = config.observability.prometheus.metrics.http
  const { families } = config.metrics
  const recording = config.metrics.enabled
  const { business } = config.observability.prometheus.metrics
  const definitions = customDefinitions(business, config.custom_metrics)
  const faults = [...(families.custom ? checkCustom(definitions) : []), ...checkObjectives(config.slos, definitions)]
  if (faults.length > 0) throw new Faults(faults.map((fault) => placed(fault, loaded)))
  const named = [...config.alerts.map(({ condition }) => condition), ...definitions.map(({ name }) => name)]
  registry.configure({
    limits: { series: limits.series, nodes: limits.nodes, valueLength: limits.value_length },
    views: [
      ...views,
      ...aliasViews(named),
      { name: NAMES.http_request_duration_seconds.short, buckets: histogram_buckets },
      ...objectiveViews(config.slos),
    ],
    strict: config.strict,
    off: recording ? off(families) : [...GROUPS],
    redact: redactor.label,
  })
  // A declared alias is shown by its view (ruling 55): it has no instrument of its own.
  const own = definitions.filter(({ kind, name }) => kind !== 'gauge' || !(name in ALIASES))
  if (families.custom) declareCustom(registry, own)
  if (!recording) return []
  declare(registry, NAMES.app_info).set(1, { version: config.service.version })
  const stops = [startUptime(registry, () => uptime.seconds())]
  if (families.system) stops.push(startRuntime(registry))
  return stops.map((running) => () => running.stop())
}

const GROUPS: readonly Group[] = [
  'http',
  'database',
  'process',
  'runtime',
  'uptime',
  'app',
  'logs',
  'otel.sdk',
  'telltale',
  'custom',
]

/** A switched-off family is not recorded at all. */
function off(families: Config['metrics']['families']): Group[] {
  const groups: Group[] = []
  if (!families.http) groups.push('http')
  if (!families.database) groups.push('database')
  if (!families.system) groups.push('process', 'runtime')
  if (!families.custom) groups.push('custom')
  return groups
}

/** Spans are made only while something takes them, unless the mode says `full` (H-25). */
function spansWanted(config: Config, sinks: readonly Sink[]): boolean {
  if (config.disabled || !config.traces.enabled || config.traces.record === 'never') return false
  return config.traces.record === 'always' || sinks.some((sink) => takes(sink, 'traces'))
}

function pace(queue: QueueConfig): { queue: number; batch: number; delayMs: number } {
  return { queue: queue.size, batch: queue.batch, delayMs: queue.delayMs }
}

/** The metrics room knows the path of what is wrong, the configuration knows where that is in the file. */
function placed(fault: Fault, loaded: Loaded): Fault {
  const { subject } = fault.detail
  const where = subject === undefined ? undefined : loaded.place(subject)
  return where === undefined ? fault : new Fault(fault.code, { ...fault.detail, where })
}

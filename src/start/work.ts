// The surfaces of work that is done elsewhere or later: queues, processes that this one starts, and workflows, whose room
// is loaded by its door alone: only its options are left for it.
import { shared } from '../base/slot.ts'
import type { Config } from '../config/config.ts'
import type { Propagator } from '../context/propagator.ts'
import type { Registry } from '../metrics/registry.ts'
import type { SpanRecord } from '../model/span.ts'
import { ProcessSurface } from '../surfaces/process/surface.ts'
import { QueueSurface } from '../surfaces/queue/surface.ts'
import type { WorkflowSlot } from '../surfaces/workflow/running.ts'
import type { TraceEngine } from '../trace/engine.ts'

export interface WorkParts {
  readonly registry: Registry
  readonly engine: TraceEngine | null
  readonly propagator: Propagator
  /** Takes spans that ended elsewhere. */
  readonly finish: (span: SpanRecord) => void
}

const workflows = shared('workflow', (): WorkflowSlot => ({ options: null }))

/** Returns what takes them down again. */
export function startWork(config: Config, { registry, engine, propagator, finish }: WorkParts): () => void {
  if (config.mode === 'off') return () => {}
  const { queue, process: processes, workflow } = config.surfaces
  const counted = config.metrics.enabled ? registry : null
  const started: { stop(): void }[] = []
  const begin = (surface: { start(): void; stop(): void }): void => {
    surface.start()
    started.push(surface)
  }
  if (queue.enabled) {
    const tracer = engine?.tracer('telltale/queue') ?? null
    begin(new QueueSurface({ registry: counted, tracer, propagator, message: queue.message, batch: queue.batch }))
  }
  if (processes.enabled) {
    const tracer = engine?.tracer('telltale/process') ?? null
    const { inherited } = config
    const lifecycle = processes.trace_lifecycle
    begin(new ProcessSurface({ registry: counted, tracer, lifecycle, inherited }))
  }
  if (workflow.enabled) {
    const tracer = engine?.tracer('telltale/workflow') ?? null
    const temporal = workflow.temporal.enabled && !config.disabled
    const options = { registry: counted, tracer, propagator, steps: workflow.steps, temporal, finish }
    workflows.options = options
    started.push({ stop: () => void (workflows.options === options && (workflows.options = null)) })
  }
  return () => {
    for (const surface of started) surface.stop()
  }
}

// The surfaces of work that is done elsewhere or later: queues, and processes that this one starts.
import type { Config } from '../config/config.ts'
import type { Propagator } from '../context/propagator.ts'
import type { Registry } from '../metrics/registry.ts'
import { ProcessSurface } from '../surfaces/process/surface.ts'
import { QueueSurface } from '../surfaces/queue/surface.ts'
import type { TraceEngine } from '../trace/engine.ts'

export interface WorkParts {
  readonly registry: Registry
  readonly engine: TraceEngine | null
  readonly propagator: Propagator
}

/** Returns what takes them down again. */
export function startWork(config: Config, { registry, engine, propagator }: WorkParts): () => void {
  if (config.mode === 'off') return () => {}
  const { queue, process: processes } = config.surfaces
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
  return () => {
    for (const surface of started) surface.stop()
  }
}

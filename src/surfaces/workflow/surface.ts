// The workflow surface: durable work as an engine runs it, over retries, queues and the deaths of processes. `workflow`,
// `step` and `startWorkflow` work with any engine; the adapters beside them are these put around one engine. It promises
// that whatever begins also ends in the counts, that who starts a workflow and who runs it are one trace, and that the
// engine gets back the very value or error that it would without us. It refuses to be an engine: it stores, retries and
// schedules nothing, and takes no place among an engine's own steps.
import type { Propagator } from '../../context/propagator.ts'
import type { Registry } from '../../metrics/registry.ts'
import type { SpanRecord } from '../../model/span.ts'
import type { Tracer } from '../../trace/tracer.ts'
import { Instruments } from './instruments.ts'

export interface WorkflowOptions {
  /** Null: nothing is counted. */
  readonly registry: Registry | null
  /** Null: no spans; a context that was stored still goes on. */
  readonly tracer: Tracer | null
  readonly propagator: Propagator
  /** Spans of steps. */
  readonly steps: boolean
  /** Whether `temporal()` gives anything. */
  readonly temporal: boolean
  /** Takes spans that ended elsewhere. */
  readonly finish: (span: SpanRecord) => void
}

export class WorkflowSurface {
  readonly options: WorkflowOptions
  readonly tracer: Tracer | null
  readonly propagator: Propagator
  readonly counts: Instruments | null

  constructor(options: WorkflowOptions) {
    this.options = options
    this.tracer = options.tracer
    this.propagator = options.propagator
    this.counts = options.registry === null ? null : new Instruments(options.registry)
  }

  /** The tracer of steps. */
  get stepTracer(): Tracer | null {
    return this.options.steps ? this.tracer : null
  }
}

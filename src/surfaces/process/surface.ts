// The process surface: child processes, cluster workers, worker threads and scheduled jobs that this process starts. It
// listens on Node's channels for the first two; `Worker` of node:worker_threads is extended, because its channel speaks
// when the thread is on its way and nothing can be given to it any more. It promises that each start is matched by one
// end, that who is started learns of the trace it was started in, and that exit codes, errors and events reach the
// application as they were; it refuses to keep a process alive, and to see the synchronous calls, which have no channel.
import { current } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { Propagator } from '../../context/propagator.ts'
import type { BoundCounter } from '../../metrics/counter.ts'
import { declare } from '../../metrics/declare.ts'
import type { BoundGauge } from '../../metrics/gauge.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Tracer } from '../../trace/tracer.ts'
import { startChildren, stopChildren } from './child.ts'
import { running } from './running.ts'
import { startThreads, stopThreads, threadContext } from './thread.ts'

export interface ProcessOptions {
  /** Null: nothing is counted. */
  readonly registry: Registry | null
  /** Null: no spans; who is started is still told of the trace that is current. */
  readonly tracer: Tracer | null
  /** Spans of start and end; the span of a job is its work and is made anyway. */
  readonly lifecycle: boolean
  /** The context that this process was started with: header names and values. */
  readonly inherited: Readonly<Record<string, string>>
}

/** Whatever crosses the network: OpenTelemetry's environment carrier speaks W3C. */
const W3C = new Propagator(['tracecontext'])

interface Counts {
  started(): void
  ended(failed: boolean): void
}

export class ProcessSurface {
  readonly tracer: Tracer | null
  readonly lifecycle: boolean
  /** The headers that this process or thread was told. */
  readonly given: Readonly<Record<string, string>>
  /** Where this process or thread comes from; null when it was told nothing. */
  readonly inherited: Frame | null
  readonly counts: Counts

  constructor(options: ProcessOptions) {
    this.tracer = options.tracer
    this.lifecycle = options.lifecycle && options.tracer !== null
    const from = new Frame(null)
    this.given = threadContext() ?? options.inherited
    W3C.extract(this.given, from)
    this.inherited = from.hasTrace ? from : null
    this.counts = options.registry === null ? NOTHING : counting(options.registry)
  }

  start(): void {
    running.surface = this
    startChildren()
    startThreads()
  }

  /** Nothing new is seen; what runs is counted when it ends. */
  stop(): void {
    if (running.surface !== this) return
    running.surface = null
    stopChildren()
    stopThreads()
  }

  /** Headers of the context that whoever is started now shall have. */
  contextOf(frame: Frame | null): Record<string, string> {
    const from = frame ?? current() ?? null
    return from === null || from.suppressed ? {} : W3C.headers(from, false)
  }
}

const NOTHING: Counts = { started() {}, ended() {} }

/** Nothing is shown before the first start (W-10): what has no labels is there as soon as it is declared. */
function counting(registry: Registry): Counts {
  let begun: BoundCounter | null = null
  let active: BoundGauge | null = null
  let completed: BoundCounter | null = null
  let error: BoundCounter | null = null
  const up = (n: number): void => (active ??= declare(registry, NAMES.process_active).with()).add(n)
  const over = (result: string): BoundCounter => declare(registry, NAMES.process_terminated_total).with({ result })
  return {
    started() {
      begun ??= declare(registry, NAMES.process_started_total).with()
      begun.add(1)
      up(1)
    },
    ended(failed) {
      if (failed) (error ??= over('error')).add(1)
      else (completed ??= over('completed')).add(1)
      up(-1)
    },
  }
}

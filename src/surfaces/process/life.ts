// The life of one process or thread that was started here: counted at both ends, and two spans that say so. The second
// is a child of the first, as are the spans of whoever was started; without a parent the first begins a trace (W-31).
import { noticeOnce, thrownStack } from '../../base/notice.ts'
import { current } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import type { Value } from '../../model/attribute.ts'
import { KIND_INTERNAL } from '../../model/span.ts'
import type { ProcessSurface } from './surface.ts'

export type Source = 'child' | 'cluster' | 'worker'

export type Facts = Readonly<Record<string, Value | undefined>>

export class Life {
  /** Of the span of the start; null when there is none. */
  readonly frame: Frame | null
  readonly #surface: ProcessSurface
  readonly #source: Source
  readonly #began: ReturnType<NonNullable<ProcessSurface['tracer']>['start']> | null = null
  #ended = false

  constructor(surface: ProcessSurface, source: Source, facts: Facts) {
    this.#surface = surface
    this.#source = source
    const { tracer } = surface
    if (!surface.lifecycle || tracer === null) {
      this.frame = null
      return
    }
    const span = tracer.start(`${source}.started`, KIND_INTERNAL, current() ?? null)
    this.#began = span
    span.set('lifecycle.event', 'started')
    span.set('process.source', source)
    for (const key in facts) span.set(key, facts[key])
    this.frame = new Frame(current() ?? null).hold(span)
  }

  /** It is on its way. */
  started(facts: Facts = {}): void {
    this.#surface.counts.started()
    for (const key in facts) this.#began?.set(key, facts[key])
    this.#began?.end()
  }

  /** It never began: a program that is not there. The start is the failure, and there is no end. */
  refused(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#began?.fail(error)
    this.#began?.end()
  }

  ended(failed: boolean, facts: Facts, error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#surface.counts.ended(failed)
    const { tracer } = this.#surface
    if (this.frame === null || tracer === null) return
    const span = tracer.start(`${this.#source}.terminated`, KIND_INTERNAL, this.frame)
    span.set('lifecycle.event', 'terminated')
    span.set('process.source', this.#source)
    span.set('termination.reason', failed ? 'error' : 'completed')
    for (const key in facts) span.set(key, facts[key])
    if (failed) span.fail(error)
    span.end()
  }
}

/** Nothing of ours throws into the application. */
export function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    const text = `process telemetry failed and went on: ${thrownStack(error)}`
    noticeOnce('process.fault', 'error', 'process.fault', text)
  }
}

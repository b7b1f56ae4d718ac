// Handing a workflow to its engine: it may run later and elsewhere, so its context is given to the engine to keep.
import { whenEnded } from '../../base/outcome.ts'
import { headersOf } from '../../context/carrier.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_PRODUCER } from '../../model/span.ts'
import { describe } from '../../trace/exception.ts'
import { surface } from './running.ts'
import { describeBy, readable, toldOf } from './told.ts'

export interface StartSettings {
  readonly id?: string | number | undefined
  readonly engine?: string | undefined
  readonly queue?: string | undefined
}

/** `headers` is what the engine shall keep for `workflow`; empty when nothing is current and nothing is traced. */
export type Hand<R> = (headers: Record<string, string>) => R

/**
 * Runs `hand`, which starts or enqueues the workflow `name`, in a PRODUCER span `start <name>` that ends when the engine
 * has taken it. Returns what `hand` returns; what it throws goes on. Never throws of its own.
 */
export function startWorkflow<R>(name: string, hand: Hand<R>): R
export function startWorkflow<R>(name: string, settings: StartSettings, hand: Hand<R>): R
export function startWorkflow<R>(name: string, second: StartSettings | Hand<R>, third?: Hand<R>): R {
  const hand = (typeof second === 'function' ? second : third) as Hand<R>
  const settings = typeof second === 'function' ? {} : (second ?? {})
  const all = surface()
  const outer = current() ?? null
  const told = all === null || outer?.suppressed ? null : readable(() => toldOf(name, settings))
  if (all === null || told === null) return hand({})
  const span = all.tracer?.start(`start ${told.name}`, KIND_PRODUCER, outer) ?? null
  if (span !== null) describeBy(span, told)
  const frame = span === null ? outer : new Frame(outer).hold(span)
  const headers = headersOf(frame, all.propagator)
  const end = (failed: boolean, error: unknown): void => {
    if (failed) all.counts?.failed(describe(error).type)
    if (span === null) return
    if (failed) span.fail(error)
    span.end()
  }
  return whenEnded(() => (span === null ? hand(headers) : runWith(frame ?? undefined, hand, headers)), end)
}

// One attempt at a step of a workflow. A step that the engine takes from its record instead of running it is none.
import { monotonic } from '../../base/clock.ts'
import { whenEnded } from '../../base/outcome.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { NO_SPAN } from '../../context/non-recording.ts'
import { KIND_INTERNAL } from '../../model/span.ts'
import { type Work, workflowOf } from './run.ts'
import { surface } from './running.ts'
import { readable, textOf } from './told.ts'

export interface StepSettings {
  /** Which attempt this is, from 1; from 2 on it is a retry. */
  readonly attempt?: number | undefined
}

/**
 * Runs `work` as one attempt at the step `name` of the current workflow, in an INTERNAL span `step <name>`, and counts
 * it. Returns what `work` returns; what it throws goes on. Never throws of its own.
 */
export function step<R>(name: string, work: Work<R>): R
export function step<R>(name: string, settings: StepSettings, work: Work<R>): R
export function step<R>(name: string, second: StepSettings | Work<R>, third?: Work<R>): R {
  const work = (typeof second === 'function' ? second : third) as Work<R>
  const settings = typeof second === 'function' ? {} : (second ?? {})
  const all = surface()
  const outer = current() ?? null
  const told = all === null || outer?.suppressed ? null : readable(() => toldOf(name, settings))
  if (all === null || told === null) return work(NO_SPAN)
  const { counts, stepTracer } = all
  const { called, attempt } = told
  const within = workflowOf(outer)
  const span = stepTracer?.start(`step ${called}`, KIND_INTERNAL, outer) ?? null
  if (span !== null) {
    if (within !== '') span.set('workflow.name', within)
    span.set('workflow.step.name', called)
    if (attempt !== undefined) span.set('workflow.step.attempt', attempt)
  }
  const frame = span === null ? outer : new Frame(outer).hold(span)
  if (attempt !== undefined && attempt > 1) counts?.retried(within, called)
  const began = monotonic()
  const end = (failed: boolean, error: unknown): void => {
    counts?.step(within, called, failed, (monotonic() - began) / 1000, span === null ? null : frame)
    if (span === null) return
    if (failed) span.fail(error)
    span.end()
  }
  return whenEnded(() => (span === null ? work(NO_SPAN) : runWith(frame ?? undefined, work, span)), end)
}

/** Throws when something in it does. */
function toldOf(name: unknown, { attempt }: StepSettings): { called: string; attempt: number | undefined } {
  return { called: textOf(name) || 'step', attempt: typeof attempt === 'number' ? attempt : undefined }
}

// One run of a workflow in this process: from the moment that its function is called until it returns, throws or settles.
// A workflow that outlives its process has several runs, in one trace where the engine kept the context.
import { monotonic, now } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { whenSettled } from '../../base/outcome.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { NO_SPAN } from '../../context/non-recording.ts'
import { KIND_CONSUMER, KIND_INTERNAL } from '../../model/span.ts'
import { describe } from '../../trace/exception.ts'
import type { Started } from '../../trace/tracer.ts'
import { type Carrier, frameFrom } from './carrier.ts'
import type { Outcome } from './instruments.ts'
import { surface } from './running.ts'

export interface WorkflowSettings {
  readonly id?: string | number | undefined
  /** Which engine runs it: `dbos`, `temporal`, `restate`. */
  readonly engine?: string | undefined
  /** The queue that it came through. */
  readonly queue?: string | undefined
  /** What `startWorkflow` gave to keep; without it the run is below what is current, or a root. */
  readonly headers?: Carrier | null | undefined
  /** When it could first have run, epoch milliseconds or a Date: how long it waited is counted from there. */
  readonly at?: number | Date | undefined
  /** An earlier run of it did not end. */
  readonly recovered?: boolean | undefined
  /** What an error that ends the run means; `failure` unless told. */
  readonly outcome?: ((error: unknown) => Outcome) | undefined
}

export type Work<R> = (span: Started) => R

const WORKFLOW: symbol = Symbol.for('telltale.workflow.current')

/** The name of the workflow that `frame` is in; empty when in none. */
export function workflowOf(frame: Frame | null): string {
  const name = frame === null || frame.values === null ? undefined : frame.getValue(WORKFLOW)
  return typeof name === 'string' ? name : ''
}

/**
 * Runs `work` as a run of the workflow `name`, in a span `workflow <name>`: CONSUMER below whoever started it when
 * `headers` say who did, else INTERNAL below what is current. Counts it as started, active and completed by its outcome.
 * Returns what `work` returns; what it throws goes on. Never throws of its own.
 */
export function workflow<R>(name: string, work: Work<R>): R
export function workflow<R>(name: string, settings: WorkflowSettings, work: Work<R>): R
export function workflow<R>(name: string, second: WorkflowSettings | Work<R>, third?: Work<R>): R {
  const work = (typeof second === 'function' ? second : third) as Work<R>
  const settings = typeof second === 'function' ? {} : (second ?? {})
  const all = surface()
  const outer = current() ?? null
  if (all === null || outer?.suppressed) return work(NO_SPAN)
  const { counts, tracer, propagator } = all
  const called = String(name ?? '') || 'workflow'
  const { headers, recovered = false } = settings
  const sent = headers === undefined || headers === null ? null : frameFrom(headers, propagator)
  const parent = sent ?? outer
  const span = tracer?.start(`workflow ${called}`, sent?.hasTrace ? KIND_CONSUMER : KIND_INTERNAL, parent) ?? null
  if (span !== null) describeRun(span, called, settings)
  const frame = new Frame(parent).setValue(WORKFLOW, called)
  if (span !== null) frame.hold(span)
  counts?.begun(called, recovered)
  const waited = waitOf(settings.at)
  if (waited !== null) counts?.waited(called, waited)
  const began = monotonic()
  const end = (outcome: Outcome, error: unknown): void => {
    counts?.ended(called, outcome, (monotonic() - began) / 1000, span === null ? null : frame)
    if (outcome === 'failure') counts?.failed(describe(error).type)
    if (span === null) return
    span.set('workflow.result', outcome)
    if (outcome === 'failure') span.fail(error)
    span.end()
  }
  let result: R
  try {
    result = runWith(frame, work, span ?? NO_SPAN)
  } catch (error) {
    end(outcomeOf(settings, error), error)
    throw error
  }
  return whenSettled(
    result,
    () => end('success', undefined),
    (error) => end(outcomeOf(settings, error), error),
  )
}

function describeRun(span: Started, name: string, { id, engine, queue, recovered }: WorkflowSettings): void {
  span.set('workflow.name', name)
  if (id !== undefined) span.set('workflow.id', String(id))
  if (engine !== undefined) span.set('workflow.engine', engine)
  if (queue !== undefined) span.set('workflow.queue', queue)
  if (recovered) span.set('workflow.recovered', true)
}

function waitOf(at: number | Date | undefined): number | null {
  const due = at instanceof Date ? at.getTime() : at
  // Clocks of two hosts differ: what seems to come from the future did not wait.
  return typeof due === 'number' && due > 0 ? Math.max(0, now() - due) / 1000 : null
}

function outcomeOf({ outcome }: WorkflowSettings, error: unknown): Outcome {
  if (typeof outcome !== 'function') return 'failure'
  try {
    return outcome(error)
  } catch (thrown) {
    const text = `outcome() threw and the workflow counts as failed: ${thrownText(thrown)}`
    noticeOnce('workflow.outcome', 'warn', 'workflow.outcome', text)
    return 'failure'
  }
}

// One run of a workflow in this process: from the moment that its function is called until it returns, throws or settles.
// A workflow that outlives its process has several runs, in one trace where the engine kept the context.
import { monotonic, now } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { whenEnded } from '../../base/outcome.ts'
import { type Carrier, frameFrom } from '../../context/carrier.ts'
import { current, runWith } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { NO_SPAN } from '../../context/non-recording.ts'
import { KIND_CONSUMER, KIND_INTERNAL } from '../../model/span.ts'
import { describe } from '../../trace/exception.ts'
import type { Started } from '../../trace/tracer.ts'
import type { Instruments, Outcome } from './instruments.ts'
import { surface } from './running.ts'
import type { WorkflowSurface } from './surface.ts'
import { describeBy, readable, toldOf } from './told.ts'

export type { Carrier } from '../../context/carrier.ts'

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
  const settings = typeof second === 'function' ? NONE : (second ?? NONE)
  const all = surface()
  const outer = current() ?? null
  const run = all === null || outer?.suppressed ? null : readable(() => new Run(all, name, settings, outer))
  if (run === null) return work(NO_SPAN)
  return whenEnded(
    () => runWith(run.frame, work, run.span ?? NO_SPAN),
    (failed, error) => (failed ? run.fail(error) : run.end('success', undefined)),
  )
}

const NONE: WorkflowSettings = Object.freeze({})

class Run {
  readonly span: Started | null
  readonly frame: Frame
  readonly #name: string
  readonly #counts: Instruments | null
  readonly #outcome: WorkflowSettings['outcome']
  readonly #began = monotonic()

  constructor(all: WorkflowSurface, name: unknown, settings: WorkflowSettings, outer: Frame | null) {
    // All that can throw is read before anything begins.
    const told = toldOf(name, settings)
    const { headers, recovered, at, outcome } = settings
    const waited = waitOf(at)
    const sent = headers === undefined || headers === null ? null : frameFrom(headers, all.propagator)
    const parent = sent ?? outer
    this.#name = told.name
    this.#counts = all.counts
    this.#outcome = outcome
    const kind = sent?.hasTrace ? KIND_CONSUMER : KIND_INTERNAL
    this.span = all.tracer?.start(`workflow ${told.name}`, kind, parent) ?? null
    if (this.span !== null) {
      describeBy(this.span, told)
      if (recovered === true) this.span.set('workflow.recovered', true)
    }
    this.frame = new Frame(parent).setValue(WORKFLOW, told.name)
    if (this.span !== null) this.frame.hold(this.span)
    this.#counts?.begun(told.name, recovered === true)
    if (waited !== null) this.#counts?.waited(told.name, waited)
  }

  end(outcome: Outcome, error: unknown): void {
    const { span } = this
    this.#counts?.ended(this.#name, outcome, (monotonic() - this.#began) / 1000, span === null ? null : this.frame)
    if (outcome === 'failure') this.#counts?.failed(describe(error).type)
    if (span === null) return
    span.set('workflow.result', outcome)
    if (outcome === 'failure') span.fail(error)
    span.end()
  }

  fail(error: unknown): void {
    this.end(outcomeOf(this.#outcome, error), error)
  }
}

function waitOf(at: number | Date | undefined): number | null {
  const due = at instanceof Date ? at.getTime() : at
  // Clocks of two hosts differ: what seems to come from the future did not wait.
  return typeof due === 'number' && due > 0 ? Math.max(0, now() - due) / 1000 : null
}

const OUTCOMES: readonly unknown[] = ['success', 'failure', 'cancelled', 'abandoned']

function outcomeOf(outcome: WorkflowSettings['outcome'], error: unknown): Outcome {
  if (typeof outcome !== 'function') return 'failure'
  try {
    const judged = outcome(error)
    if (OUTCOMES.includes(judged)) return judged
    throw new TypeError(`it answered ${String(judged)}`)
  } catch (thrown) {
    const text = `outcome() cannot judge, and the workflow counts as failed: ${thrownText(thrown)}`
    noticeOnce('workflow.outcome', 'warn', 'workflow.outcome', text)
    return 'failure'
  }
}

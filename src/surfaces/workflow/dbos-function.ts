// Functions that DBOS runs as workflows and steps. DBOS calls what is in its record of the function: there it is put around,
// with the source text of the original, for DBOS makes the version of the application out of that.

import { type Method, plain } from '../../base/client.ts'
import type { Carrier } from '../../context/carrier.ts'
import { current, runIn } from '../../context/current.ts'
import type { Frame } from '../../context/frame.ts'
import { type Engine, KEY, nameOf, type Registration, type Status } from './dbos-engine.ts'
import type { Outcome } from './instruments.ts'
import { type WorkflowSettings, workflow, workflowOf } from './run.ts'
import { surface } from './running.ts'
import { step } from './step.ts'

type Find = (id: string) => Promise<Status | undefined>

/** Codes of DBOS's errors (its error.ts). */
const CANCELLED = 24
const CONFLICT = 5
/** The queue through which DBOS sends what it recovers or resumes. */
const INTERNAL_QUEUE = '_dbos_internal_queue'
/** Workflows above a workflow that are asked for the context. */
const MAX_PARENTS = 4
const STEP: symbol = Symbol.for('telltale.workflow.step')

const observed = new WeakSet<object>()

export function observeRun(engine: Engine, registration: Registration, find: Find): void {
  put(registration, (original, self, args) => {
    const id = engine.workflowID
    if (surface() === null || id === undefined) return Reflect.apply(original, self, args)
    const name = nameOf(registration)
    const end = new End(id, find)
    const run = (settings: WorkflowSettings): unknown =>
      workflow(name, { id, engine: 'dbos', outcome: end.outcome, ...settings }, () =>
        end.watch(() => Reflect.apply(original, self, args)),
      )
    // What was called from here runs in its caller's trace; what came through a queue has no caller.
    if (current()?.hasTrace) return run({})
    return origin(id, find).then(run)
  })
}

export function observeStep(engine: Engine, registration: Registration): void {
  put(registration, (original, self, args) => {
    const call = (): unknown => Reflect.apply(original, self, args)
    const { workflowID, stepID, stepStatus } = engine
    if (surface() === null || workflowID === undefined || stepStatus === undefined) return call()
    const outer = current()
    const place = `${workflowID}/${stepID}`
    // Within a step, functions that are steps elsewhere are plain calls.
    if (outer?.getValue(STEP) === place || workflowOf(outer ?? null) === '') return call()
    return step(nameOf(registration), { attempt: stepStatus.currentAttempt ?? 1 }, () =>
      runIn((current() as Frame).setValue(STEP, place), call),
    )
  })
}

function put(registration: Registration, around: (original: Method, self: unknown, args: unknown[]) => unknown): void {
  const original = registration.origFunction
  if (observed.has(original)) return
  async function telltale(this: unknown, ...args: unknown[]): Promise<unknown> {
    return around(original, this, args)
  }
  Object.defineProperties(telltale, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
    toString: { value: () => original.toString(), configurable: true },
  })
  observed.add(telltale)
  registration.origFunction = telltale
}

/** Where a workflow comes from that nobody called: what is said of that in its row, or in those of the workflows above. */
async function origin(id: string, find: Find): Promise<WorkflowSettings> {
  try {
    const row = await find(id)
    if (row === undefined) return {}
    const recovered = (row.recoveryAttempts ?? 0) > 1
    const { createdAt, delayUntilEpochMS, queueName } = row
    const queued = typeof queueName === 'string' && queueName !== INTERNAL_QUEUE
    const at = queued && !recovered ? Math.max(createdAt ?? 0, delayUntilEpochMS ?? 0) : undefined
    const settings = { recovered, at, queue: queued ? queueName : undefined }
    let here: Status | undefined = row
    for (let i = 0; i < MAX_PARENTS && here !== undefined; i++) {
      const headers = plain(here.attributes)?.[KEY]
      if (plain(headers) !== null) return { ...settings, headers: headers as Carrier }
      here = here.parentWorkflowID ? await find(here.parentWorkflowID) : undefined
    }
    return settings
  } catch {
    // The row cannot be read: the workflow runs all the same.
    return {}
  }
}

/** What the error means that ended a run. */
class End {
  readonly #id: string
  readonly #find: Find
  #cancelled = false

  constructor(id: string, find: Find) {
    this.#id = id
    this.#find = find
  }

  /** A workflow that is cancelled in the middle of a step is taken from the run, as one that another process took over. */
  async watch(work: () => unknown): Promise<unknown> {
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) === CONFLICT) {
        const row = await this.#find(this.#id).catch(() => undefined)
        this.#cancelled = row?.status === 'CANCELLED'
      }
      throw error
    }
  }

  readonly outcome = (error: unknown): Outcome => {
    const code = codeOf(error)
    if (this.#cancelled || (code === CANCELLED && plain(error)?.['workflowID'] === this.#id)) return 'cancelled'
    return code === CONFLICT ? 'abandoned' : 'failure'
  }
}

/** Undefined for what is no error of DBOS; never throws, whatever was thrown. */
function codeOf(error: unknown): unknown {
  try {
    return plain(error)?.['dbosErrorCode']
  } catch {
    return undefined
  }
}

// What the workflow surface counts. A series appears with the first run of its kind (W-10).
import type { Ids } from '../../context/api.ts'
import { declare } from '../../metrics/declare.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'

/** How a run ended; `abandoned`: another process runs it, and what becomes of it counts there. */
export type Outcome = 'success' | 'failure' | 'cancelled' | 'abandoned'

export class Instruments {
  readonly #started
  readonly #recovered
  readonly #completed
  readonly #duration
  readonly #active
  readonly #wait
  readonly #steps
  readonly #retries
  readonly #errors

  constructor(registry: Registry) {
    this.#started = declare(registry, NAMES.workflow_started_total)
    this.#recovered = declare(registry, NAMES.workflow_recovered_total)
    this.#completed = declare(registry, NAMES.workflow_completed_total)
    this.#duration = declare(registry, NAMES.workflow_duration_seconds)
    this.#active = declare(registry, NAMES.workflow_active)
    this.#wait = declare(registry, NAMES.workflow_queue_wait_seconds)
    this.#steps = declare(registry, NAMES.workflow_step_duration_seconds)
    this.#retries = declare(registry, NAMES.workflow_step_retries_total)
    this.#errors = declare(registry, NAMES.errors_total)
  }

  begun(workflow: string, recovered: boolean): void {
    this.#started.add(1, { workflow })
    if (recovered) this.#recovered.add(1, { workflow })
    this.#active.add(1, { workflow })
  }

  waited(workflow: string, seconds: number): void {
    this.#wait.observe(seconds, { workflow })
  }

  ended(workflow: string, result: Outcome, seconds: number, ids: Ids | null): void {
    this.#active.add(-1, { workflow })
    this.#completed.add(1, { workflow, result })
    this.#duration.with({ workflow, result }).observeFor(seconds, ids)
  }

  step(workflow: string, step: string, failed: boolean, seconds: number, ids: Ids | null): void {
    const result = failed ? 'failure' : 'success'
    this.#steps.with({ workflow, step, result }).observeFor(seconds, ids)
  }

  retried(workflow: string, step: string): void {
    this.#retries.add(1, { workflow, step })
  }

  failed(error: string): void {
    this.#errors.add(1, { surface: 'workflow', error_type: error })
  }
}

// Is the process alive but stuck? Checks here are synchronous, cheap and about activity ("the consumer polled within a
// minute"), never about a dependency. Registered by name, run in alphabetical order; a disabled check is reported as
// disabled and fails nothing; what a check says is told in words of ours, since the port may be open to everybody.
import { notice } from '../base/notice.ts'

/** False or a throw means stuck; a text is the reason, for our own log. */
export type LivenessCheck = () => unknown

export interface LivenessResult {
  readonly name: string
  readonly status: 'ok' | 'fail' | 'disabled'
  /** Safe to show to anybody; empty unless it failed. */
  readonly reason: string
}

export interface LivenessReport {
  readonly ok: boolean
  /** False while the whole registry is switched off, as during a stop: then everything is ok. */
  readonly on: boolean
  readonly checks: readonly LivenessResult[]
}

/** At most so many; what is registered beyond is refused and said. */
const CAPACITY = 1000

interface Held {
  check: LivenessCheck
  disabled: boolean
  failing: boolean
}

export class Liveness {
  readonly #checks = new Map<string, Held>()
  #on = true

  /** Registers or replaces the check called `name`; null takes it out. A replaced check stays disabled if it was. */
  register(name: string, check: LivenessCheck | null): void {
    const label = cleaned(name)
    if (check === null) {
      this.#checks.delete(label)
      return
    }
    const known = this.#checks.get(label)
    if (known !== undefined) {
      known.check = check
      known.failing = false
    } else if (this.#checks.size >= CAPACITY)
      notice('warn', 'health.liveness', `more than ${CAPACITY} liveness checks: ${label} is left out`)
    else this.#checks.set(label, { check, disabled: false, failing: false })
  }

  /** Keeps the check and does not run it; shown as disabled. False when there is none of that name. */
  disable(name: string): boolean {
    return this.#able(name, true)
  }

  enable(name: string): boolean {
    return this.#able(name, false)
  }

  /** Switches all checks off, for a teardown in which activity stops: the answer is ok then. */
  off(): void {
    this.#on = false
  }

  on(): void {
    this.#on = true
  }

  run(): LivenessReport {
    if (!this.#on) return { ok: true, on: false, checks: [] }
    let ok = true
    const names = [...this.#checks.keys()].sort()
    const checks = names.map((name) => {
      const result = this.#one(name, this.#checks.get(name)!)
      if (result.status === 'fail') ok = false
      return result
    })
    return { ok, on: true, checks }
  }

  #able(name: string, disabled: boolean): boolean {
    const held = this.#checks.get(cleaned(name))
    if (held === undefined) return false
    held.disabled = disabled
    return true
  }

  #one(name: string, held: Held): LivenessResult {
    if (held.disabled) return { name, status: 'disabled', reason: '' }
    let reason = ''
    let detail = ''
    try {
      const said = held.check()
      if (said === false) reason = 'the check says no'
      else if (said instanceof Promise) {
        reason = 'the check is asynchronous'
        said.catch(() => {})
      }
    } catch (error) {
      reason = 'the check threw'
      detail = error instanceof Error ? `: ${error.message}` : ''
    }
    // The whole reason is for the log, once per change.
    if (reason !== '' && !held.failing)
      notice('warn', 'health.liveness', `liveness check ${name} fails: ${reason}${detail}`)
    held.failing = reason !== ''
    return { name, status: reason === '' ? 'ok' : 'fail', reason }
  }
}

/** Names stand in a line of text with tabs: control characters become spaces, and 100 characters are enough. */
function cleaned(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 100)
}

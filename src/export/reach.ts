// Whether a sink's other side can be reached, said once per change: the first signal that fails says it for all, the
// last one that recovers takes it back. A place that comes and goes is not news each time.
import { monotonic } from '../base/clock.ts'
import type { Signal } from '../pipeline/sink.ts'
import { say } from '../pipeline/voice.ts'

const QUIET_MS = 60_000

export class Reach {
  readonly #down = new Set<Signal>()
  #saidAt = Number.NEGATIVE_INFINITY
  #said = false

  down(signal: Signal, place: string, reason: string): void {
    const first = this.#down.size === 0
    this.#down.add(signal)
    const now = monotonic()
    if (!first || now - this.#saidAt < QUIET_MS) {
      say('debug', 'export.retry', `${place}: ${reason}`)
      return
    }
    this.#said = true
    this.#saidAt = now
    const text = `${place} does not take telemetry: ${reason}; it waits in a bounded queue and is tried again`
    say('warn', 'export.unreachable', text)
  }

  isDown(signal: Signal): boolean {
    return this.#down.has(signal)
  }

  up(signal: Signal, place: string): void {
    if (!this.#down.delete(signal) || this.#down.size > 0) return
    say(this.#said ? 'info' : 'debug', 'export.reachable', `${place} takes telemetry again`)
    this.#said = false
  }
}

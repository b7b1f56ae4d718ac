// Whether a sink's other side can be reached, said once per change: the first signal that fails says it for all, the
// last one that recovers takes it back.

import type { Signal } from '../pipeline/sink.ts'
import { say } from '../pipeline/voice.ts'

export class Reach {
  readonly #down = new Set<Signal>()

  down(signal: Signal, place: string, reason: string): void {
    const first = this.#down.size === 0
    this.#down.add(signal)
    if (first) {
      say(
        'warn',
        'export.unreachable',
        `${place} does not take telemetry: ${reason}; it waits in a bounded queue and is tried again`,
      )
    } else say('debug', 'export.retry', `${place}: ${reason}`)
  }

  up(signal: Signal, place: string): void {
    if (this.#down.delete(signal) && this.#down.size === 0)
      say('info', 'export.reachable', `${place} takes telemetry again`)
  }
}

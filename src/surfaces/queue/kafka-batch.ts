// How far the handler of a batch came. Kafka knows no message, only a place in the partition: what was resolved is done.
import type { Method } from '../../base/client.ts'
import { changed } from './client.ts'
import type { KafkaMessage } from './kafka-message.ts'

export interface BatchPayload {
  readonly batch?: {
    readonly topic?: unknown
    readonly partition?: unknown
    readonly messages?: readonly KafkaMessage[]
  }
  readonly resolveOffset?: unknown
  readonly isRunning?: unknown
  readonly isStale?: unknown
}

export class Progress {
  readonly #messages: readonly KafkaMessage[]
  #resolved = -1n
  /** The handler asked whether to go on and was told to stop: what it did not resolve it has not processed. */
  stopped = false

  constructor(messages: readonly KafkaMessage[]) {
    this.#messages = messages
  }

  /** The same payload, whose functions tell us too. */
  watch(payload: BatchPayload): BatchPayload {
    const { resolveOffset, isRunning, isStale } = payload
    const self = this
    return changed(payload, {
      ...(typeof resolveOffset === 'function' && {
        resolveOffset(this: unknown, ...args: unknown[]): unknown {
          const result = (resolveOffset as Method).apply(this, args)
          self.#resolve(args[0])
          return result
        },
      }),
      ...(typeof isRunning === 'function' && { isRunning: this.#asking(isRunning as Method, false) }),
      ...(typeof isStale === 'function' && { isStale: this.#asking(isStale as Method, true) }),
    })
  }

  /** How many messages lie up to what was resolved; they come in the order of their offsets. */
  get done(): number {
    let [low, high] = [0, this.#messages.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((offsetIn(this.#messages[middle]!.offset) ?? 0n) <= this.#resolved) low = middle + 1
      else high = middle
    }
    return low
  }

  get left(): number {
    return this.#messages.length - this.done
  }

  #resolve(offset: unknown): void {
    const resolved = offsetIn(offset)
    if (resolved !== null && resolved > this.#resolved) this.#resolved = resolved
  }

  #asking(ask: Method, stop: boolean): Method {
    const self = this
    return function asking(this: unknown, ...args): unknown {
      const answer = ask.apply(this, args)
      if (answer === stop) self.stopped = true
      return answer
    }
  }
}

function offsetIn(offset: unknown): bigint | null {
  try {
    return BigInt(offset as string)
  } catch {
    return null
  }
}

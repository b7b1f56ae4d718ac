// A consumer of JetStream, with a callback, in a loop or one by one: a message is open until `ack`, `nak` or `term`, and
// where nobody says any of these, until the server takes it back.

import { type Method, mark as markAs, plain, replace } from '../../base/client.ts'
import { monotonic, timers } from '../../base/clock.ts'
import { mark, readable } from './client.ts'
import { type Held, heldOf, Open } from './held.ts'
import type { Lanes } from './lane.ts'
import { iterating } from './nats-iterate.ts'
import { infoOf, lanesFrom, type Message, workOf } from './nats-message.ts'
import { Refused } from './refused.ts'
import { steady } from './steady.ts'

const NAK = new Refused('nak', 'it was refused and comes again')
const TERM = new Refused('term', 'it was refused for good')
const EXPIRED = new Refused('ack_wait', 'nobody settled it in time')
const CLOSED = new Refused('connection_closed', 'the connection was closed before that')

const SWEEP_MS = 1000
const ACK_WAIT_MS = 30_000

/** Of the server's ConsumerConfig; durations in nanoseconds. */
interface Config {
  readonly durable_name?: string
  readonly name?: string
  readonly ack_policy?: string
  readonly ack_wait?: number
  readonly backoff?: readonly number[]
}

export function isConsumer(client: unknown): client is object {
  const { consume, info, isPullConsumer } = (plain(client) ?? {}) as Record<string, unknown>
  return typeof consume === 'function' && typeof info === 'function' && typeof isPullConsumer === 'function'
}

export function observeConsumer(client: object): void {
  if (!mark(client)) return
  const consumer = new JetConsumer(client)
  const take = (message: object): Held | null => consumer.take(message)
  let inside = 0
  const iterable = (original: Method): Method =>
    function start(this: unknown, options, ...rest) {
      if (inside > 0) return original.call(this, options, ...rest)
      const callback = plain(options)?.['callback']
      const given =
        typeof callback === 'function' ? { ...plain(options), callback: calling(take, callback as Method) } : options
      const messages = original.call(this, given, ...rest)
      if (given === options && messages instanceof Promise)
        messages.then(
          (all) => iterating(all, take),
          () => {},
        )
      return messages
    }
  replace(client, 'consume', iterable)
  replace(client, 'fetch', iterable)
  replace(client, 'next', (original) => {
    return function next(this: unknown, ...args) {
      let message: unknown
      // It is a `fetch` of one.
      inside++
      try {
        message = original.apply(this, args)
      } finally {
        inside--
      }
      if (message instanceof Promise) {
        message.then(
          (one: unknown) => (plain(one) === null ? null : take(one as object)?.passSoon()),
          () => {},
        )
      }
      return message
    }
  })
}

function calling(take: (message: object) => Held | null, callback: Method): Method {
  return function called(this: unknown, message, ...more) {
    const held = plain(message) === null ? null : take(message as object)
    return held === null ? callback.call(this, message, ...more) : held.run(() => callback.call(this, message, ...more))
  }
}

class JetConsumer {
  readonly #client: object
  readonly #open = new Open<object>('a consumer of JetStream')
  #sweep: NodeJS.Timeout | null = null
  #stream = ''
  #durable: string | undefined
  #lanes: Lanes | null = null

  constructor(client: object) {
    this.#client = client
    const { closed } = (plain(this.#connection) ?? {}) as { closed?: () => Promise<unknown> }
    if (typeof closed !== 'function') return
    const close = (): void => this.#open.close(CLOSED)
    closed.call(this.#connection).then(close, close)
  }

  get #connection(): unknown {
    return plain(plain(this.#client)?.['api'])?.['nc']
  }

  /** What the client knows of it; a consumer in order is made anew now and then, under another name. */
  get #config(): Config {
    return (plain(plain(this.#client)?.['_info'])?.['config'] ?? {}) as Config
  }

  take(message: object): Held | null {
    const known = this.#open.get(message)
    if (known !== undefined) return known
    const config = this.#config
    const free = config.ack_policy === 'none'
    const stream = String(plain(this.#client)?.['stream'] ?? '')
    const { durable_name: durable } = config
    const lanes = this.#lanesOf(stream, durable)
    const work = readable('processed', () => workOf(lanes, this.#connection, message as Message))
    if (work === null) return null
    const held = this.#open.add(message, message, work, free)
    if (free) return held
    held.owner = this
    watchClass(message)
    this.extend(message, held)
    this.#sweep ??= timers.setInterval(() => this.#expire(), SWEEP_MS).unref()
    return held
  }

  /** Names that the client or the server made up are as many as there were consumers: of those the label says none. */
  #lanesOf(stream: string, durable: string | undefined): Lanes {
    if (this.#lanes === null || this.#stream !== stream || this.#durable !== durable) {
      this.#stream = stream
      this.#durable = durable
      this.#lanes = lanesFrom(steady(durable === undefined ? stream : `${stream}/${durable}`), durable)
    }
    return this.#lanes
  }

  settle(message: object, reason: Refused | null): void {
    if (reason === null && this.#config.ack_policy === 'all') {
      let before = true
      this.#open.settleWhile((key) => {
        const now = before
        if (key === message) before = false
        return now
      }, null)
    } else {
      this.#open.settle(message, reason)
    }
  }

  failed(message: object, error: unknown): void {
    this.#open.get(message)?.end(true, error)
  }

  /** Counts the server's time anew. */
  extend(message: object, held: Held | undefined = this.#open.get(message)): void {
    if (held === undefined) return
    const { ack_wait, backoff } = this.#config
    const count = infoOf(message as Message).deliveryCount ?? 1
    const nanos = backoff?.[Math.min(count, backoff.length) - 1] ?? ack_wait
    held.deadline = monotonic() + (typeof nanos === 'number' && nanos > 0 ? nanos / 1e6 : ACK_WAIT_MS)
  }

  #expire(): void {
    const time = monotonic()
    this.#open.settleWhere((held) => held.deadline < time, EXPIRED)
    if (this.#open.size > 0 || this.#sweep === null) return
    timers.clearInterval(this.#sweep)
    this.#sweep = null
  }
}

const ownerOf = (message: object): JetConsumer | undefined => heldOf(message)?.owner as JetConsumer | undefined

type After = (message: object, answer: unknown) => void

const WATCHED: unique symbol = Symbol.for('telltale.queue.nats') as never
let watched: object | null = null

/**
 * Replaces methods of the client's class of messages, once: put on each message they cost 9 µs. A message that nobody
 * here gave out has no owner, and its methods do what they always did.
 */
function watchClass(message: object): void {
  const prototype = Object.getPrototypeOf(message) as object | null
  if (prototype === watched || prototype === null || prototype === Object.prototype) return
  watched = prototype
  if (!markAs(prototype, WATCHED)) return
  for (const [name, after] of Object.entries(METHODS)) {
    replace(prototype, name, (original) => {
      return function told(this: unknown, ...args) {
        const answer = original.apply(this, args)
        after(this as object, answer)
        return answer
      }
    })
  }
}

const METHODS: Readonly<Record<string, After>> = {
  ack: settling(null),
  nak: settling(NAK),
  term: settling(TERM),
  // An old way to acknowledge: the next one is asked for in the same breath.
  next: settling(null),
  ackAck: (message, answer) => {
    if (!(answer instanceof Promise)) return
    answer.then(
      // False: it was settled before.
      (heard) => heard === true && ownerOf(message)?.settle(message, null),
      (error: unknown) => ownerOf(message)?.failed(message, error),
    )
  },
  working: (message) => ownerOf(message)?.extend(message),
}

function settling(reason: Refused | null): After {
  return (message) => ownerOf(message)?.settle(message, reason)
}

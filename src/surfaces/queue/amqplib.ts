// amqplib 0.10 to 2, with promises and with callbacks: connections, channels and confirm channels of RabbitMQ. The
// context rides in the headers of a message. A PRODUCER span of a confirm channel ends when the broker confirms; a CONSUMER
// span ends when the message is settled, or when its channel is closed.

import { type Method, plain, replace } from '../../base/client.ts'
import { whenSettled } from '../../base/outcome.ts'
import { seen } from '../../base/seen.ts'
import { current, runWith } from '../../context/current.ts'
import { consuming } from './amqplib-consume.ts'
import { Envelope } from './amqplib-envelope.ts'
import { CLOSED, lanesOut, type Properties, textOf } from './amqplib-message.ts'
import { mark, unknownClient } from './client.ts'
import type { Lanes } from './lane.ts'
import { observing, Sending } from './publish.ts'
import { Refused } from './refused.ts'
import { unreadable } from './surface.ts'

/** A connection or a channel, by shape. */
export type AmqplibClient =
  | { createChannel(...args: never[]): unknown; createConfirmChannel(...args: never[]): unknown }
  | { publish(...args: never[]): unknown; consume(...args: never[]): unknown; ack(...args: never[]): unknown }

interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown
}

/** Confirmations that are waited for on one channel; those past it are told by their callback alone. */
const MAX_UNCONFIRMED = 10_000

/**
 * Observes one channel, or every channel that a connection makes from now on. Returns the same object. Semantic
 * conventions, RabbitMQ.
 */
export function observeAmqplib<T extends AmqplibClient>(client: T): T {
  const { createChannel, createConfirmChannel } = (plain(client) ?? {}) as Record<string, unknown>
  if (typeof createChannel === 'function' && typeof createConfirmChannel === 'function') {
    seen('amqplib')
    if (mark(client)) connection(client)
  } else if (isChannel(client)) {
    seen('amqplib')
    channel(client)
  } else {
    unknownClient('observeAmqplib', 'connection or channel of amqplib')
  }
  return client
}

function connection(client: object): void {
  const observed = (made: unknown): void => {
    if (isChannel(made)) channel(made)
  }
  const creating = (original: Method): Method =>
    function create(this: unknown, ...args) {
      const callback = args.at(-1)
      if (typeof callback === 'function') {
        const called = function (this: unknown, ...answer: unknown[]): unknown {
          observed(answer[1])
          return (callback as Method).apply(this, answer)
        }
        return original.call(this, ...args.slice(0, -1), called)
      }
      const made = original.apply(this, args)
      // Ours is the first reaction, so whoever awaits the channel gets it observed.
      if (made instanceof Promise) made.then(observed, () => {})
      return made
    }
  replace(client, 'createChannel', creating)
  replace(client, 'createConfirmChannel', creating)
}

function isChannel(made: unknown): made is object {
  const methods = plain(made) ?? {}
  return ['publish', 'consume', 'ack', 'on'].every((name) => typeof methods[name] === 'function')
}

function channel(client: object): void {
  if (!mark(client)) return
  const out: Out = { lanes: lanesOut(client), envelope: new Envelope(client) }
  // `sendToQueue` calls `publish`.
  if (typeof (client as { waitForConfirms?: unknown }).waitForConfirms === 'function') confirmed(client, out)
  else replace(client, 'publish', (original) => publishing(out, original))
  consuming(client)
}

/** What is sent from a channel. */
interface Out {
  readonly lanes: Lanes
  readonly envelope: Envelope
}

/** One that is under way, and its headers. */
interface Begun {
  readonly one: Sending
  readonly headers: Record<string, string>
}

/** Null when nothing is to be told of it. */
function begun(lanes: Lanes, args: readonly unknown[]): Begun | null {
  const surface = observing()
  if (surface === null) return null
  try {
    // All that can throw is read before anything begins.
    const options: Properties | null = plain(args[3])
    const lane = lanes.at(surface, textOf(args[0]), textOf(args[1]), '')
    const id = options?.messageId === undefined ? undefined : String(options.messageId)
    const conversation = options?.correlationId
    const given = plain(options?.headers)
    const own = given === null ? null : { ...given }
    const one = new Sending(lane, 1)
    if (id !== undefined) one.span?.set('messaging.message.id', id)
    if (conversation !== undefined) one.span?.set('messaging.message.conversation_id', conversation)
    return { one, headers: one.carried(own) }
  } catch (error) {
    unreadable('sent', error)
    return null
  }
}

/** What the client does in here asks for no context: it encodes, and hands to a socket. */
function publishing({ lanes, envelope }: Out, original: Method): Method {
  return function send(this: unknown, ...args) {
    const sent = begun(lanes, args)
    if (sent === null) return original.apply(this, args)
    const { one, headers } = sent
    let answer: unknown
    try {
      answer = envelope.send(original, this, args, headers)
    } catch (error) {
      one.end(true, error)
      throw error
    }
    if (typeof answer === 'boolean') {
      one.end(false, undefined)
      return answer
    }
    // A wrapper that keeps what it cannot send yet answers a promise.
    const done = (): void => one.end(false, undefined)
    return whenSettled(answer, done, (error) => one.end(true, error))
  }
}

function confirmed(client: object, { lanes, envelope }: Out): void {
  const waiting = new Set<Begun>()
  const { on } = client as Emitter
  on.call(client, 'close', () => {
    for (const { one } of waiting) one.end(true, CLOSED)
    waiting.clear()
  })
  // A mandatory message that no queue took comes back before it is confirmed.
  on.call(client, 'return', (message) => {
    const { traceparent } = plain(((plain(message)?.['properties'] ?? {}) as Properties).headers) ?? {}
    if (traceparent === undefined) return
    for (const sent of waiting) {
      if (sent.headers['traceparent'] !== traceparent) continue
      waiting.delete(sent)
      sent.one.end(true, new Refused('unroutable', 'no queue took it'))
      return
    }
  })
  replace(client, 'publish', (original) => {
    return function send(this: unknown, ...args) {
      const sent = begun(lanes, args)
      if (sent === null) return original.apply(this, args)
      const { one, headers } = sent
      const callback = args[4]
      if (waiting.size < MAX_UNCONFIRMED) waiting.add(sent)
      const outer = current()
      const told = function (this: unknown, error?: unknown, ...more: unknown[]): unknown {
        waiting.delete(sent)
        if (error === null || error === undefined) one.end(false, undefined)
        else one.end(true, reasonOf(error))
        if (typeof callback !== 'function') return undefined
        return runWith(outer, () => (callback as Method).call(this, error, ...more), undefined)
      }
      args[4] = told
      try {
        return envelope.send(original, this, args, headers)
      } catch (error) {
        waiting.delete(sent)
        one.end(true, error)
        throw error
      }
    }
  })
}

/** amqplib has one class of error for all of these. */
function reasonOf(error: unknown): unknown {
  const { message } = (plain(error) ?? {}) as { message?: unknown }
  if (message === 'message nacked') return new Refused('nack', 'the broker refused it')
  return message === 'channel closed' ? CLOSED : error
}

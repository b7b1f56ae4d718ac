// amqplib 0.10 to 2, with promises and with callbacks: connections, channels and confirm channels of RabbitMQ. The
// context rides in the headers of a message. A PRODUCER span of a confirm channel ends when the broker confirms; a CONSUMER
// span ends when the message is settled, or when its channel is closed.

import { type Method, plain, replace } from '../../base/client.ts'
import type { Carrier } from '../../context/carrier.ts'
import { current, runWith } from '../../context/current.ts'
import { consuming } from './amqplib-consume.ts'
import { CLOSED, destination, labelOf, type Properties, peerOf, SYSTEM } from './amqplib-message.ts'
import { mark, readable, unknownClient } from './client.ts'
import { type Publication, publish, type Sending, sending } from './publish.ts'
import { Refused } from './refused.ts'

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
    if (mark(client)) connection(client)
  } else if (isChannel(client)) {
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
  // `sendToQueue` calls `publish`.
  if (typeof (client as { waitForConfirms?: unknown }).waitForConfirms === 'function') confirmed(client)
  else replace(client, 'publish', publishing)
  consuming(client)
}

function about(client: unknown, exchange: unknown, key: unknown, options: unknown): Publication {
  const properties = (plain(options) ?? {}) as Properties
  return {
    queue: labelOf(exchange, key),
    system: SYSTEM,
    id: properties.messageId,
    headers: plain(properties.headers),
    attributes: {
      'messaging.destination.name': destination(exchange, key),
      'messaging.rabbitmq.destination.routing_key': key === '' ? undefined : String(key),
      'messaging.message.conversation_id': properties.correlationId,
      ...peerOf(client),
    },
  }
}

function carrying(options: unknown, headers: Carrier): object {
  return { ...plain(options), headers }
}

function publishing(original: Method): Method {
  return function send(this: unknown, exchange, key, content, options, ...rest) {
    const publication = readable('sent', () => about(this, exchange, key, options))
    if (publication === null) return original.call(this, exchange, key, content, options, ...rest)
    return publish(publication, (headers) =>
      original.call(this, exchange, key, content, carrying(options, headers), ...rest),
    )
  }
}

function confirmed(client: object): void {
  const waiting = new Set<Sending>()
  const { on } = client as Emitter
  on.call(client, 'close', () => {
    for (const one of waiting) one.end(true, CLOSED)
    waiting.clear()
  })
  // A mandatory message that no queue took comes back before it is confirmed.
  on.call(client, 'return', (message) => {
    const { traceparent } = plain(((plain(message)?.['properties'] ?? {}) as Properties).headers) ?? {}
    if (traceparent === undefined) return
    for (const one of waiting) {
      if (one.headers['traceparent'] !== traceparent) continue
      waiting.delete(one)
      one.end(true, new Refused('unroutable', 'no queue took it'))
      return
    }
  })
  replace(client, 'publish', (original) => {
    return function send(this: unknown, exchange, key, content, options, callback, ...rest) {
      const publication = readable('sent', () => about(this, exchange, key, options))
      const one = publication === null ? null : sending(publication)
      if (one === null) return original.call(this, exchange, key, content, options, callback, ...rest)
      if (waiting.size < MAX_UNCONFIRMED) waiting.add(one)
      const outer = current()
      const told = function (this: unknown, error?: unknown, ...more: unknown[]): unknown {
        waiting.delete(one)
        if (error === null || error === undefined) one.end(false, undefined)
        else one.end(true, reasonOf(error))
        if (typeof callback !== 'function') return undefined
        return runWith(outer, () => (callback as Method).call(this, error, ...more), undefined)
      }
      const work = (): unknown =>
        original.call(this, exchange, key, content, carrying(options, one.headers), told, ...rest)
      try {
        return one.span === null ? work() : runWith(one.frame ?? undefined, work, undefined)
      } catch (error) {
        waiting.delete(one)
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

// NATS 3 (`@nats-io/nats-core` and what is built on it): connections with their plain subjects, JetStream clients, and
// consumers of JetStream. The context rides in the headers of a message.
import { type Method, plain, replace } from '../../base/client.ts'
import { whenSettled } from '../../base/outcome.ts'
import { seen } from '../../base/seen.ts'
import type { Carrier } from '../../context/carrier.ts'
import { mark, readable, unknownClient } from './client.ts'
import type { Work } from './consume.ts'
import { type Held, Open } from './held.ts'
import type { Lanes } from './lane.ts'
import { isConsumer, observeConsumer } from './nats-consumer.ts'
import { areOurs, carrierOf, carrying } from './nats-headers.ts'
import { iterating } from './nats-iterate.ts'
import { lanesFrom, lanesTo, type Message, ofJetStream, reserved, serverOf, workOf } from './nats-message.ts'
import { observing, Sending } from './publish.ts'
import { Refused } from './refused.ts'
import { steady } from './steady.ts'
import { unreadable } from './surface.ts'

/** A connection, a JetStream client or a consumer, by shape. */
export type NatsClient =
  | { publish(...args: never[]): unknown; subscribe(...args: never[]): unknown; request(...args: never[]): unknown }
  | { publish(...args: never[]): unknown; readonly consumers: object }
  | { consume(...args: never[]): unknown; info(...args: never[]): unknown }

const CLOSED = new Refused('connection_closed', 'the connection was closed before that')

/**
 * Observes what a connection publishes, asks and subscribes to, or what a JetStream client publishes and the consumers
 * that it gives out, or one consumer. Returns the same object.
 */
export function observeNats<T extends NatsClient>(client: T): T {
  const { publish: send, subscribe, request, consumers } = (plain(client) ?? {}) as Record<string, unknown>
  if (typeof subscribe === 'function' && typeof request === 'function') {
    seen('nats')
    if (mark(client)) connection(client)
  } else if (typeof send === 'function' && plain(consumers) !== null) {
    seen('nats')
    if (mark(client)) jetStream(client)
  } else if (isConsumer(client)) {
    seen('nats')
    observeConsumer(client)
  } else {
    unknownClient('observeNats', 'connection, JetStream client or consumer of NATS')
  }
  return client
}

/** True while a call of the client is inside of another that is observed as a whole. */
let asking = false

/** `through` answers for the connection that the call goes over. */
function sending(original: Method, through: (client: unknown) => unknown): Method {
  const lanes = lanesTo()
  return function send(this: unknown, subject, data, options, ...rest) {
    const nats = through(this)
    const one = asking || areOurs(options) ? null : begun(lanes, nats, subject, options)
    if (one === null) return original.call(this, subject, data, options, ...rest)
    let answer: unknown
    asking = true
    try {
      answer = original.call(this, subject, data, carrying(options, one.headers), ...rest)
    } catch (error) {
      one.sending.end(true, error)
      throw error
    } finally {
      asking = false
    }
    if (answer !== undefined) return whenSettled(answer, one.done, one.failed)
    one.sending.end(false, undefined)
    return undefined
  }
}

/** One that is under way, and its headers. */
class Begun {
  readonly sending: Sending
  readonly headers: Carrier

  constructor(sending: Sending, headers: Carrier) {
    this.sending = sending
    this.headers = headers
  }

  readonly done = (): void => this.sending.end(false, undefined)
  readonly failed = (error: unknown): void => this.sending.end(true, error)
}

/** Null when nothing is to be told of it. */
function begun(lanes: Lanes, nats: unknown, subject: unknown, options: unknown): Begun | null {
  const surface = observing()
  // Servers before 2.2 have no headers.
  const bare = plain(plain(nats)?.['info'])?.['headers'] === false
  if (surface === null || bare || reserved(nats, subject)) return null
  try {
    // All that can throw is read before anything begins.
    const given = plain(options)
    const headers = carrierOf(given?.['headers'])
    const id = given?.['msgID'] ?? headers?.['Nats-Msg-Id']
    const one = new Sending(lanes.at(surface, subject as string, serverOf(nats), ''), 1)
    if (typeof id === 'string') one.span?.set('messaging.message.id', id)
    return new Begun(one, one.carried(headers))
  } catch (error) {
    unreadable('sent', error)
    return null
  }
}

function connection(client: object): void {
  const open = new Open<object>('a connection to NATS')
  const { closed } = client as { closed?: () => Promise<unknown> }
  const close = (): void => open.close(CLOSED)
  if (typeof closed === 'function') closed.call(client).then(close, close)
  for (const name of ['publish', 'request', 'requestMany']) replace(client, name, (original) => sending(original, self))
  replace(client, 'subscribe', (original) => subscribing(open, original))
}

function self(client: unknown): unknown {
  return client
}

function subscribing(open: Open<object>, original: Method): Method {
  return function subscribe(this: unknown, subject, options, ...rest) {
    if (asking || reserved(this, subject)) return original.call(this, subject, options, ...rest)
    const { callback, queue } = (plain(options) ?? {}) as { callback?: unknown; queue?: unknown }
    const lanes = lanesFrom(steady(String(subject)), queue)
    const take = (message: object): Held | null => {
      const read = (): Work | null => (ofJetStream(message as Message) ? null : workOf(lanes, this, message as Message))
      const work = readable('processed', read)
      return work === null ? null : open.add(message, message, work, true)
    }
    if (typeof callback !== 'function') {
      const subscription = original.call(this, subject, options, ...rest)
      iterating(subscription, take)
      return subscription
    }
    const called = function (this: unknown, error: unknown, message: unknown, ...more: unknown[]): unknown {
      const held = error || plain(message) === null ? null : take(message as object)
      const work = (): unknown => (callback as Method).call(this, error, message, ...more)
      return held === null ? work() : held.run(work)
    }
    return original.call(this, subject, { ...plain(options), callback: called }, ...rest)
  }
}

/** What gives out consumers: the client's list of them, and each stream that it gives out. */
const GIVING = ['get', 'getConsumer', 'getConsumerFromInfo', 'getPushConsumer', 'getBoundPushConsumer']

function jetStream(client: object): void {
  replace(client, 'publish', (original) => sending(original, (js) => plain(js)?.['nc']))
  const { consumers, streams } = client as { consumers: object; streams?: object }
  giving(consumers)
  if (plain(streams) !== null) giving(streams!)
}

function giving(list: object): void {
  const given = (one: unknown): void => {
    if (isConsumer(one)) {
      // What watches buckets and object stores is a part of them.
      if (!/^(KV|OBJ)_/.test(String(plain(one)?.['stream']))) observeConsumer(one)
    }
    if (typeof plain(one)?.['getConsumer'] === 'function' && mark(one as object)) giving(one as object)
  }
  for (const name of GIVING) {
    replace(list, name, (original) => {
      return function give(this: unknown, ...args) {
        const one = original.apply(this, args)
        // Ours is the first reaction, so whoever awaits the consumer gets it observed.
        if (one instanceof Promise) one.then(given, () => {})
        else given(one)
        return one
      }
    })
  }
}

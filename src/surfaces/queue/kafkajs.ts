// kafkajs 2: producers with their transactions, and consumers. The context rides in the headers of each message. A call
// that sends is one PRODUCER span for each topic in it; a message is settled when `eachMessage` is done with it, a batch
// as far as `eachBatch` resolved it.

import { type Method, plain, replace } from '../../base/client.ts'
import { whenEnded, whenSettled } from '../../base/outcome.ts'
import { seen } from '../../base/seen.ts'
import { current } from '../../context/current.ts'
import { changed, mark, readable, unknownClient } from './client.ts'
import { consume, type Settlement, type Work, workOn } from './consume.ts'
import { type BatchPayload, Progress } from './kafka-batch.ts'
import { followLag } from './kafka-lag.ts'
import { describeArrived, KAFKA, type KafkaMessage, lanesFrom, lanesTo, partitionOf, timeOf } from './kafka-message.ts'
import { copiesOf, sendWithContext } from './kafka-send.ts'
import type { Lanes } from './lane.ts'
import { steady } from './steady.ts'
import { running } from './surface.ts'

/** A `Kafka`, a producer or a consumer, by shape. */
export type KafkaClient =
  | { producer(...args: never[]): unknown; consumer(...args: never[]): unknown }
  | { send(...args: never[]): unknown; sendBatch(...args: never[]): unknown }
  | { subscribe(...args: never[]): unknown; run(...args: never[]): unknown }

interface MessagePayload {
  readonly topic?: unknown
  readonly partition?: unknown
  readonly message?: KafkaMessage
}

/** What a consumer is called by: known when it was made by an observed `Kafka`, or once it has joined. */
interface Membership {
  group: string | undefined
}

/**
 * Observes a `Kafka` with every producer and consumer that it makes from now on, or one producer or consumer alone.
 * Returns the same object. Call it before `run`.
 */
export function observeKafka<T extends KafkaClient>(client: T): T {
  const shape = plain(client) ?? {}
  const has = (...names: string[]): boolean => names.every((name) => typeof shape[name] === 'function')
  if (has('producer', 'consumer')) observeOnce(client, factory)
  else if (has('send', 'sendBatch')) observeOnce(client, producer)
  else if (has('subscribe', 'run')) observeOnce(client, consumer)
  else unknownClient('observeKafka', 'Kafka, producer or consumer')
  return client
}

function observeOnce(client: object, observe: (client: object) => void): void {
  seen('kafkajs')
  if (mark(client)) observe(client)
}

function factory(kafka: object): void {
  replace(kafka, 'producer', (original) => {
    return function make(this: unknown, ...args) {
      const made = original.apply(this, args)
      if (plain(made) !== null) observeOnce(made as object, producer)
      return made
    }
  })
  replace(kafka, 'consumer', (original) => {
    return function make(this: unknown, ...args) {
      const made = original.apply(this, args)
      if (plain(made) !== null) observeOnce(made as object, (client) => consumer(client, groupIn(args[0])))
      return made
    }
  })
}

function producer(client: object): void {
  // A client whose `sendBatch` is made of its own `send` sends each message once.
  let within = false
  const lanes = lanesTo()
  replace(client, 'send', (original) => {
    return function send(this: unknown, ...args) {
      const copies = within || idle() ? null : copiesOf([args[0]])
      if (copies === null) return original.apply(this, args)
      return sendWithContext(lanes, copies, () => original.call(this, copies[0], ...args.slice(1)))
    }
  })
  replace(client, 'sendBatch', (original) => {
    return function sendBatch(this: unknown, ...args) {
      const record = plain(args[0]) as { topicMessages?: unknown } | null
      const copies = record === null || idle() ? null : copiesOf(record.topicMessages)
      if (copies === null) return original.apply(this, args)
      return sendWithContext(lanes, copies, () => {
        within = true
        try {
          return original.call(this, changed(record!, { topicMessages: copies }), ...args.slice(1))
        } finally {
          within = false
        }
      })
    }
  })
  replace(client, 'transaction', (original) => {
    return function transaction(this: unknown, ...args) {
      const observe = (begun: unknown): void => {
        if (plain(begun) !== null) observeOnce(begun as object, producer)
      }
      return whenSettled(original.apply(this, args), observe, () => {})
    }
  })
}

/** Nothing is to be told of: what is sent stays as it is. */
function idle(): boolean {
  return running.surface === null || current()?.suppressed === true
}

function consumer(client: object, group?: string): void {
  const membership: Membership = { group }
  followLag(client, (name) => {
    membership.group = name
  })
  replace(client, 'run', (original) => {
    return function run(this: unknown, ...args) {
      const observed = readable('processed', () => configOf(args[0], membership))
      if (observed === null) return original.apply(this, args)
      return original.call(this, observed, ...args.slice(1))
    }
  })
}

function configOf(given: unknown, membership: Membership): object | null {
  const config = plain(given)
  if (config === null) return null
  const { eachMessage, eachBatch, eachBatchAutoResolve = true } = config
  return changed(config, {
    ...(typeof eachMessage === 'function' && { eachMessage: oneByOne(eachMessage as Method, membership) }),
    ...(typeof eachBatch === 'function' && {
      eachBatch: together(eachBatch as Method, membership, Boolean(eachBatchAutoResolve)),
    }),
  })
}

function oneByOne(handler: Method, membership: Membership): Method {
  const lanes = lanesFrom()
  return function eachMessage(this: unknown, ...args) {
    const work = readable('processed', () => workOf(lanes, membership, args[0]))
    if (work === null) return handler.apply(this, args)
    return whenEnded(
      () => work.run(() => handler.apply(this, args)),
      (failed, error) => work.end(failed, error),
    )
  }
}

/** Null when nothing has started, or when it is no message. */
function workOf(lanes: Lanes, { group }: Membership, payload: unknown): Work | null {
  const { surface } = running
  const { topic, partition, message } = (plain(payload) ?? {}) as MessagePayload
  if (surface === null || plain(message) === null) return null
  const lane = lanes.at(surface, String(topic), partitionOf(partition) ?? '', group ?? '')
  const work = workOn(lane, message!.headers, timeOf(message!))
  try {
    if (work.span !== null) describeArrived(work.span, message!)
  } catch {
    // A getter that throws: what was read so far holds.
  }
  return work
}

function together(handler: Method, membership: Membership, autoResolve: boolean): Method {
  return function eachBatch(this: unknown, ...args) {
    const payload = (plain(args[0]) ?? {}) as BatchPayload
    const { topic, partition, messages } = payload.batch ?? {}
    if (running.surface === null || !Array.isArray(messages) || messages.length === 0) return handler.apply(this, args)
    const batch = messages.map((message: KafkaMessage) => ({ headers: message.headers, at: timeOf(message) }))
    const attributes = {
      'messaging.destination.name': String(topic),
      'messaging.destination.partition.id': partitionOf(partition),
      'messaging.consumer.group.name': membership.group,
    }
    return consume({ queue: steady(String(topic)), system: KAFKA, batch, attributes }, (settlement) => {
      const progress = new Progress(messages)
      const work = (): unknown => handler.call(this, progress.watch(payload), ...args.slice(1))
      return settled(work, settlement, progress, autoResolve)
    })
  }
}

/** A batch that ends well is processed as a whole, unless its handler was told to stop or has to resolve by itself. */
function settled(work: () => unknown, settlement: Settlement, progress: Progress, autoResolve: boolean): unknown {
  return whenEnded(work, (failed) => {
    if (failed) settlement.ack(progress.done)
    else if (progress.stopped || !autoResolve) settlement.nack(null, progress.left)
  })
}

/** As kafkajs names it, and as librdkafka and the clients over it do. */
function groupIn(config: unknown): string | undefined {
  const given = plain(config) ?? {}
  const group = given['groupId'] ?? plain(given['kafkaJS'])?.['groupId'] ?? given['group.id']
  return typeof group === 'string' ? group : undefined
}

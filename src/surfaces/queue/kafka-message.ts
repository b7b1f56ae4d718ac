// What spans tell of one record of Kafka. Semantic conventions, messaging spans, Kafka.
import { isUtf8 } from 'node:buffer'
import { headerText } from '../../context/carrier.ts'
import type { Started } from '../../trace/tracer.ts'
import { Lanes, laneOf, PROCESS, PUBLISH } from './lane.ts'
import { steady } from './steady.ts'
import type { Attributes } from './surface.ts'

export const KAFKA = 'kafka'

/** Longer keys are left out: they name nothing that anyone would look for. */
const MAX_KEY = 1024

/** Of a message that is sent, or of one that came. */
export interface KafkaMessage {
  readonly key?: unknown
  readonly value?: unknown
  readonly partition?: unknown
  readonly offset?: unknown
  readonly timestamp?: unknown
  readonly headers?: Readonly<Record<string, unknown>> | null
}

/** What is sent to a topic. */
export const lanesTo = (): Lanes =>
  new Lanes((surface, topic) => laneOf(surface, PUBLISH, KAFKA, steady(topic), { 'messaging.destination.name': topic }))

/** What comes of a topic, by that, the partition and the group; empty where nobody said one. */
export const lanesFrom = (): Lanes =>
  new Lanes((surface, topic, partition, group) =>
    laneOf(surface, PROCESS, KAFKA, steady(topic), {
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': partition === '' ? undefined : partition,
      'messaging.consumer.group.name': group === '' ? undefined : group,
    }),
  )

/** Of one that is sent by itself. */
export function departureOf({ key, value, partition }: KafkaMessage): Attributes {
  return {
    'messaging.destination.partition.id': partitionOf(partition),
    'messaging.kafka.message.key': keyOf(key),
    'messaging.kafka.message.tombstone': value === null ? true : undefined,
  }
}

/** Of one that came: also whose event it is, where it is a CloudEvent in binary mode (Kafka binding, 3.2). */
export function describeArrived(span: Started, { headers, offset, key, value }: KafkaMessage): void {
  const place = offsetOf(offset)
  if (place !== undefined) span.set('messaging.kafka.offset', place)
  const name = keyOf(key)
  if (name !== undefined) span.set('messaging.kafka.message.key', name)
  if (value === null) span.set('messaging.kafka.message.tombstone', true)
  if (headers === undefined || headers === null) return
  const id = headerText(headers['ce_id'])
  if (id !== null) span.set('event.id', id)
  const type = headerText(headers['ce_type'])
  if (type !== null) span.set('event.type', type)
  const subject = headerText(headers['ce_subject'])
  if (subject !== null) span.set('subject', subject)
}

export function partitionOf(partition: unknown): string | undefined {
  return Number.isInteger(partition) && (partition as number) >= 0 ? String(partition) : undefined
}

/** Offsets are 64 bits wide as text; those past what a number holds are left out. */
export function offsetOf(offset: unknown): number | undefined {
  if (typeof offset !== 'string' || offset === '') return undefined
  const number = Number(offset)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** When the producer made it, or the broker took it, by the topic's setting; epoch milliseconds. */
export function timeOf({ timestamp }: KafkaMessage): number | undefined {
  const time = typeof timestamp === 'string' && timestamp !== '' ? Number(timestamp) : timestamp
  return typeof time === 'number' && time > 0 ? time : undefined
}

/** Bytes that are no text have no form that everyone would write alike. */
function keyOf(key: unknown): string | undefined {
  if (typeof key === 'string') return key.length <= MAX_KEY ? key : undefined
  if (!(key instanceof Uint8Array) || key.length > MAX_KEY || !isUtf8(key)) return undefined
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('utf8')
}

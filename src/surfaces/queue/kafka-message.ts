// What spans tell of one record of Kafka. Semantic conventions, messaging spans, Kafka.
import { isUtf8 } from 'node:buffer'
import { headerText } from '../../context/carrier.ts'
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

/** Of one that is sent by itself. */
export function departureOf(topic: string, { key, value, partition }: KafkaMessage): Attributes {
  return {
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': partitionOf(partition),
    'messaging.kafka.message.key': keyOf(key),
    'messaging.kafka.message.tombstone': value === null ? true : undefined,
  }
}

/** Of one that came: also whose event it is, where it is a CloudEvent in binary mode (Kafka binding, 3.2). */
export function arrivalOf(
  topic: string,
  partition: unknown,
  group: string | undefined,
  message: KafkaMessage,
): Attributes {
  const { headers } = message
  return {
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': partitionOf(partition),
    'messaging.kafka.offset': offsetOf(message.offset),
    'messaging.kafka.message.key': keyOf(message.key),
    'messaging.kafka.message.tombstone': message.value === null ? true : undefined,
    'messaging.consumer.group.name': group,
    'event.id': headerText(headers?.['ce_id']) ?? undefined,
    'event.type': headerText(headers?.['ce_type']) ?? undefined,
    subject: headerText(headers?.['ce_subject']) ?? undefined,
  }
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

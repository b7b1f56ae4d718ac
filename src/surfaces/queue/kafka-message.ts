// What spans tell of one record of Kafka. Semantic conventions, messaging spans, Kafka.
import { isUtf8 } from 'node:buffer'
import { textOf } from './carrier.ts'
import type { Attributes } from './surface.ts'

export const KAFKA = 'kafka'

export const TOPIC = 'messaging.destination.name'
export const PARTITION = 'messaging.destination.partition.id'
export const OFFSET = 'messaging.kafka.offset'

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

export function attributesOf(message: KafkaMessage, partition: unknown): Attributes {
  return {
    [PARTITION]: partitionOf(partition),
    [OFFSET]: offsetOf(message.offset),
    'messaging.kafka.message.key': keyOf(message.key),
    'messaging.kafka.message.tombstone': message.value === null ? true : undefined,
  }
}

/** Of a message that came: also whose event it is, where it is a CloudEvent in binary mode (Kafka binding, 3.2). */
export function arrivalOf(message: KafkaMessage, partition: unknown): Attributes {
  const event = (name: string): string | undefined => textOf(message.headers?.[name]) ?? undefined
  return {
    ...attributesOf(message, partition),
    'event.id': event('ce_id'),
    'event.type': event('ce_type'),
    subject: event('ce_subject'),
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

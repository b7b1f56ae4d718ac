// What one call of a producer sends: copies of its messages, which get the headers, and one publication for each topic.
import { whenSettled } from '../../base/outcome.ts'
import { changed, plain } from './client.ts'
import {
  attributesOf,
  KAFKA,
  type KafkaMessage,
  OFFSET,
  offsetOf,
  PARTITION,
  partitionOf,
  TOPIC,
} from './kafka-message.ts'
import { type Publication, publish, publishAll, type Sent } from './publish.ts'
import { steady } from './steady.ts'
import type { Attributes } from './surface.ts'

/** One entry of `sendBatch`; the whole of `send`. */
export interface Entry {
  readonly topic: string
  readonly messages: KafkaMessage[]
}

/** Copies, or null when there is something that a producer does not take: it says so itself. */
export function copiesOf(entries: unknown): Entry[] | null {
  if (!Array.isArray(entries) || entries.length === 0) return null
  const copies: Entry[] = []
  try {
    for (const given of entries as unknown[]) {
      const entry = plain(given) as Partial<Entry> | null
      if (typeof entry?.topic !== 'string' || entry.topic === '' || !Array.isArray(entry.messages)) return null
      const messages: KafkaMessage[] = []
      for (const message of entry.messages) {
        if (plain(message) === null) return null
        messages.push(changed(message, plain(message.headers) === null ? {} : { headers: { ...message.headers } }))
      }
      copies.push(changed(entry as Entry, { messages }))
    }
  } catch {
    // A getter or a proxy that throws, which the producer will meet too.
    return null
  }
  return copies
}

/** Hands the entries over with the context in every message: one span for each topic. */
export function sendWithContext<R>(entries: readonly Entry[], hand: () => R): R {
  const topics = new Map<string, KafkaMessage[]>()
  for (const { topic, messages } of entries) {
    const known = topics.get(topic) ?? []
    for (const message of messages) known.push(message)
    topics.set(topic, known)
  }
  const sending = [...topics]
  const carry = (sent: readonly Sent[]): R => {
    for (const [i, [, messages]] of sending.entries()) {
      for (const [n, message] of messages.entries()) {
        const headers = sent[i]!.each[n]!
        if (Object.keys(headers).length > 0) (message as { headers?: object }).headers = headers
      }
    }
    const told = (answer: unknown): void => {
      const places = placesIn(answer)
      for (const [i, [topic, messages]] of sending.entries()) {
        sent[i]!.note(placeOf(places.get(topic), messages.length))
      }
    }
    return whenSettled(hand(), told, () => {})
  }
  const publications = sending.map(([topic, messages]) => publicationOf(topic, messages))
  if (publications.length > 1) return publishAll(publications, carry)
  return publish(publications[0]!, (headers, each, note) => carry([{ headers, each, note }]))
}

function publicationOf(topic: string, messages: readonly KafkaMessage[]): Publication {
  const [only] = messages
  const batch = messages as Publication['batch']
  const one = messages.length === 1 ? attributesOf({ ...only, offset: undefined }, only!.partition) : {}
  return { queue: steady(topic), system: KAFKA, batch, attributes: { ...one, [TOPIC]: topic } }
}

/** What the client answers, one record for each partition, by topic. */
function placesIn(answer: unknown): Map<unknown, Record<string, unknown>[]> {
  const places = new Map<unknown, Record<string, unknown>[]>()
  for (const one of Array.isArray(answer) ? answer : []) {
    const place = plain(one)
    if (place === null) continue
    const known = places.get(place['topicName'])
    if (known === undefined) places.set(place['topicName'], [place])
    else known.push(place)
  }
  return places
}

/** Where it went, when that was one place. */
function placeOf(places: readonly Record<string, unknown>[] | undefined, count: number): Attributes {
  if (places?.length !== 1) return {}
  const { partition, baseOffset } = places[0]!
  return { [PARTITION]: partitionOf(partition), [OFFSET]: count === 1 ? offsetOf(baseOffset) : undefined }
}

// What one call of a producer sends: copies of its messages, which get the headers, and one publication for each topic.

import { plain } from '../../base/client.ts'
import { whenSettled } from '../../base/outcome.ts'
import { runWith } from '../../context/current.ts'
import { changed } from './client.ts'
import { departureOf, KAFKA, type KafkaMessage, offsetOf, partitionOf } from './kafka-message.ts'
import type { Lanes } from './lane.ts'
import { observing, type Publication, publishAll, Sending } from './publish.ts'
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
export function sendWithContext<R>(lanes: Lanes, entries: readonly Entry[], hand: () => R): R {
  return entries.length > 1 ? sendToMany(entries, hand) : sendToOne(lanes, entries[0]!, hand)
}

function sendToOne<R>(lanes: Lanes, { topic, messages }: Entry, hand: () => R): R {
  const surface = observing()
  if (surface === null || messages.length === 0) return hand()
  const one = new Sending(lanes.at(surface, topic, '', ''), messages.length)
  const { span } = one
  if (span !== null) {
    span.set('messaging.batch.message_count', messages.length)
    if (messages.length === 1) one.note(departureOf(messages[0]!))
  }
  carry(messages, one)
  let answer: R
  try {
    answer = span === null ? hand() : runWith(one.frame ?? undefined, hand, undefined)
  } catch (error) {
    one.end(true, error)
    throw error
  }
  return whenSettled(
    answer,
    (places) => {
      if (Array.isArray(places)) one.note(placeOf(places, messages.length))
      one.end(false, undefined)
    },
    (error) => one.end(true, error),
  )
}

/** The context in the headers of each; where there is none they stay as they are. */
function carry(messages: readonly KafkaMessage[], one: Sending): void {
  const { context } = one
  if (context.empty) return
  for (const message of messages) {
    ;(message as { headers?: object }).headers = context.with(plain(message.headers))
  }
}

function sendToMany<R>(entries: readonly Entry[], hand: () => R): R {
  const topics = new Map<string, KafkaMessage[]>()
  for (const { topic, messages } of entries) {
    const known = topics.get(topic) ?? []
    for (const message of messages) known.push(message)
    topics.set(topic, known)
  }
  const sending = [...topics]
  const publications = sending.map(([topic, messages]) => publicationOf(topic, messages))
  return publishAll(publications, (sent) => {
    for (const [i, [, messages]] of sending.entries()) give(messages, sent[i]!.each)
    const told = (answer: unknown): void => {
      const places = placesIn(answer)
      for (const [i, [topic, messages]] of sending.entries()) {
        sent[i]!.note(placeOf(places.get(topic), messages.length))
      }
    }
    return whenSettled(hand(), told, ignored)
  })
}

function ignored(): void {}

function give(messages: readonly KafkaMessage[], each: readonly object[]): void {
  for (let i = 0; i < messages.length; i++) {
    for (const _ in each[i]) {
      ;(messages[i] as { headers?: object }).headers = each[i]!
      break
    }
  }
}

function publicationOf(topic: string, messages: readonly KafkaMessage[]): Publication {
  const batch = messages as Publication['batch']
  const own = messages.length === 1 ? departureOf(messages[0]!) : {}
  return { queue: steady(topic), system: KAFKA, batch, attributes: { 'messaging.destination.name': topic, ...own } }
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
function placeOf(places: readonly unknown[] | undefined, count: number): Attributes {
  const place = places?.length === 1 ? plain(places[0]) : null
  if (place === null) return {}
  return {
    'messaging.destination.partition.id': partitionOf(place['partition']),
    'messaging.kafka.offset': count === 1 ? offsetOf(place['baseOffset']) : undefined,
  }
}

// How spans and series tell of a message of NATS. Semantic conventions, messaging; NATS has no page of its own there.
import { plain } from '../../base/client.ts'
import { type Work, workOn } from './consume.ts'
import { Lanes, laneOf, PROCESS, PUBLISH } from './lane.ts'
import { carrierOf } from './nats-headers.ts'
import { steady } from './steady.ts'
import { type Attributes, running } from './surface.ts'

export const SYSTEM = 'nats'
/** What the server keeps for itself: the JetStream API, acknowledgements, key-value buckets and object stores. */
const RESERVED = /^(\$|_INBOX\.)/

export interface Message {
  readonly subject?: string
  readonly reply?: string
  readonly headers?: { readonly code?: number } | null
  readonly info?: JetInfo
  readonly seq?: number
}

interface JetInfo {
  readonly deliveryCount?: number
  readonly timestampNanos?: number
}

/** Subjects that are no application's: those and the inboxes of this connection. */
export function reserved(connection: unknown, subject: unknown): boolean {
  if (typeof subject !== 'string' || RESERVED.test(subject)) return true
  const prefix = plain(plain(connection)?.['options'])?.['inboxPrefix']
  return typeof prefix === 'string' && prefix !== '' && subject.startsWith(`${prefix}.`)
}

/** Messages of JetStream and of its protocol that reach a plain subscription. */
export function ofJetStream({ reply, headers }: Message): boolean {
  return reply?.startsWith('$JS.') === true || (headers?.code ?? 0) > 0
}

/** What goes to a subject, by that and the server. */
export const lanesTo = (): Lanes =>
  new Lanes((surface, subject, server) => laneOf(surface, PUBLISH, SYSTEM, steady(subject), addressed(subject, server)))

/** What comes for a group, by subject and server; `queue` is the label. */
export function lanesFrom(queue: string, group: unknown): Lanes {
  return new Lanes((surface, subject, server) =>
    laneOf(surface, PROCESS, SYSTEM, queue, {
      ...addressed(subject, server),
      'messaging.consumer.group.name': typeof group === 'string' && group !== '' ? group : undefined,
      subject,
    }),
  )
}

function addressed(subject: string, server: string): Attributes {
  const template = steady(subject)
  const colon = server.lastIndexOf(':')
  return {
    'messaging.destination.name': subject,
    'messaging.destination.template': template === subject ? undefined : template,
    'server.address': server === '' ? undefined : server.slice(0, colon),
    'server.port': server === '' ? undefined : Number(server.slice(colon + 1)),
  }
}

/** Null when nothing has started. What cannot be read throws before anything is begun. */
export function workOf(lanes: Lanes, connection: unknown, message: Message): Work | null {
  const { surface } = running
  if (surface === null) return null
  const headers = carrierOf(message.headers)
  const { deliveryCount, timestampNanos } = infoOf(message)
  const own = text(headers?.['Nats-Msg-Id'])
  const event = text(headers?.['ce-id']) ?? own
  const type = text(headers?.['ce-type'])
  const id = own ?? (deliveryCount === undefined ? undefined : message.seq)
  const lane = lanes.at(surface, String(message.subject), serverOf(connection), '')
  // A message that comes again is older than it waited.
  const due = deliveryCount === 1 && timestampNanos !== undefined ? timestampNanos / 1e6 : undefined
  const work = workOn(lane, headers, due)
  const { span } = work
  if (span === null) return work
  if (id !== undefined) span.set('messaging.message.id', String(id))
  // CloudEvents in binary mode have these, and whoever has a message id may take it for the event's.
  if (event !== undefined) span.set('event.id', event)
  if (type !== undefined) span.set('event.type', type)
  return work
}

/** The client reads it from the reply subject, and throws where that has no such thing. */
export function infoOf(message: Message): JetInfo {
  try {
    return message.info ?? {}
  } catch {
    return {}
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Where the connection goes to now, empty when it does not say. */
export function serverOf(connection: unknown): string {
  const { getServer } = (plain(connection) ?? {}) as { getServer?: () => unknown }
  const listen = typeof getServer === 'function' ? getServer.call(connection) : undefined
  return typeof listen === 'string' ? listen : ''
}

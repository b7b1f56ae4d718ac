// How spans and series tell of a message of NATS. Semantic conventions, messaging; NATS has no page of its own there.
import { plain } from '../../base/client.ts'
import type { Delivery } from './consume.ts'
import { carrierOf } from './nats-headers.ts'
import { steady } from './steady.ts'
import type { Attributes } from './surface.ts'

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

export function addressed(connection: unknown, subject: string): Attributes {
  const template = steady(subject)
  return {
    'messaging.destination.name': subject,
    'messaging.destination.template': template === subject ? undefined : template,
    ...serverOf(connection),
  }
}

export function deliveryOf(connection: unknown, queue: string, group: unknown, message: Message): Delivery {
  const headers = carrierOf(message.headers) ?? {}
  const { deliveryCount, timestampNanos } = infoOf(message)
  const { subject } = message
  const own = headers['Nats-Msg-Id']
  return {
    queue,
    system: SYSTEM,
    id: typeof own === 'string' ? own : deliveryCount === undefined ? undefined : message.seq,
    headers,
    // A message that comes again is older than it waited.
    at: deliveryCount === 1 && timestampNanos !== undefined ? timestampNanos / 1e6 : undefined,
    attributes: {
      ...addressed(connection, String(subject)),
      'messaging.consumer.group.name': typeof group === 'string' && group !== '' ? group : undefined,
      // CloudEvents in binary mode have these, and whoever has a message id may take it for the event's.
      'event.id': text(headers['ce-id'] ?? own),
      'event.type': text(headers['ce-type']),
      subject,
    },
  }
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

const NOWHERE: Attributes = {}
const MAX_SERVERS = 100
const servers = new Map<string, Attributes>()

function serverOf(connection: unknown): Attributes {
  const { getServer } = (plain(connection) ?? {}) as { getServer?: () => unknown }
  const listen = typeof getServer === 'function' ? getServer.call(connection) : undefined
  if (typeof listen !== 'string') return NOWHERE
  let server = servers.get(listen)
  if (server === undefined) {
    const colon = listen.lastIndexOf(':')
    server = { 'server.address': listen.slice(0, colon), 'server.port': Number(listen.slice(colon + 1)) }
    if (servers.size < MAX_SERVERS) servers.set(listen, server)
  }
  return server
}

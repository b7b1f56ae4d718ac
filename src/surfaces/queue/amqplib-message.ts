// How spans and series tell of a message of RabbitMQ. Semantic conventions, RabbitMQ.
import { plain } from '../../base/client.ts'
import type { Delivery } from './consume.ts'
import { Refused } from './refused.ts'
import { steady } from './steady.ts'
import type { Attributes } from './surface.ts'

export const SYSTEM = 'rabbitmq'
export const CLOSED: Refused = new Refused('channel_closed', 'the channel was closed before that')

/** Where the convention wants a name and there is none. */
const NAMELESS = 'amq.default'
/** `timestamp` counts seconds, though many who set it by hand give milliseconds: those are past the year 5000 as seconds. */
const MILLISECONDS = 100_000_000_000

/** Properties of AMQP 0-9-1 that are of interest here. */
export interface Properties {
  readonly headers?: unknown
  readonly messageId?: string
  readonly correlationId?: string
  readonly timestamp?: unknown
  readonly type?: unknown
}

export interface Fields {
  readonly deliveryTag?: number
  readonly redelivered?: boolean
  readonly exchange?: string
  readonly routingKey?: string
}

/** What a message is sent to, for series and span names: the exchange, or the queue that the default exchange puts it in. */
export function labelOf(exchange: unknown, key: unknown): string {
  return steady(String(exchange || key || NAMELESS))
}

/** The exchange, the routing key and the queue, of those that have a name; a queue that is called like its key is one. */
export function destination(exchange: unknown, key: unknown, queue?: unknown): string {
  let name = ''
  if (exchange !== undefined) name = String(exchange)
  if (key !== undefined && key !== '') name = joined(name, String(key))
  if (queue !== undefined && queue !== '' && queue !== key) name = joined(name, String(queue))
  return name === '' ? NAMELESS : name
}

function joined(name: string, part: string): string {
  return name === '' ? part : `${name}:${part}`
}

export function deliveryOf(channel: unknown, queue: unknown, message: object): Delivery {
  const { fields, properties } = message as { fields?: Fields; properties?: Properties }
  const { deliveryTag, redelivered, exchange, routingKey } = fields ?? {}
  const { headers, messageId, correlationId, timestamp, type } = properties ?? {}
  return {
    queue: steady(String(queue || routingKey || NAMELESS)),
    system: SYSTEM,
    id: messageId,
    headers: plain(headers),
    // A message that comes again is older than it waited.
    at: redelivered === true ? undefined : epochMs(timestamp),
    attributes: {
      'messaging.destination.name': destination(exchange, routingKey, queue),
      'messaging.destination.anonymous': String(queue).startsWith('amq.gen-') ? true : undefined,
      'messaging.rabbitmq.destination.routing_key': routingKey === '' ? undefined : routingKey,
      'messaging.rabbitmq.message.delivery_tag': deliveryTag,
      'messaging.message.conversation_id': correlationId,
      'event.id': messageId,
      'event.type': typeof type === 'string' ? type : undefined,
      subject: routingKey === '' ? undefined : routingKey,
      ...peerOf(channel),
    },
  }
}

function epochMs(timestamp: unknown): number | undefined {
  if (typeof timestamp !== 'number' || !(timestamp > 0)) return undefined
  return timestamp < MILLISECONDS ? timestamp * 1000 : timestamp
}

const NOWHERE: Attributes = {}
const peers = new WeakMap<object, Attributes>()

/** The other end of the channel's socket. */
export function peerOf(channel: unknown): Attributes {
  const socket = plain(plain(plain(channel)?.['connection'])?.['stream'])
  if (socket === null) return NOWHERE
  let peer = peers.get(socket)
  if (peer === undefined) {
    const { remoteAddress, remotePort } = socket as { remoteAddress?: string; remotePort?: number }
    if (remoteAddress === undefined) return NOWHERE
    peer = { 'network.peer.address': remoteAddress, 'network.peer.port': remotePort }
    peers.set(socket, peer)
  }
  return peer
}

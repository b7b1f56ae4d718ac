// How spans and series tell of a message of RabbitMQ. Semantic conventions, RabbitMQ.
import { plain } from '../../base/client.ts'
import { type Work, workOn } from './consume.ts'
import { Lanes, laneOf, PROCESS, PUBLISH } from './lane.ts'
import { Refused } from './refused.ts'
import { steady } from './steady.ts'
import { type Attributes, running } from './surface.ts'

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
function labelOf(exchange: string, key: string): string {
  return steady(exchange || key || NAMELESS)
}

/** The exchange, the routing key and the queue, of those that have a name; a queue that is called like its key is one. */
function destination(exchange: string, key: string, queue = ''): string {
  let name = exchange
  if (key !== '') name = joined(name, key)
  if (queue !== '' && queue !== key) name = joined(name, queue)
  return name === '' ? NAMELESS : name
}

function joined(name: string, part: string): string {
  return name === '' ? part : `${name}:${part}`
}

/** What is sent from a channel, by exchange and key. */
export function lanesOut(channel: unknown): Lanes {
  return new Lanes((surface, exchange, key) =>
    laneOf(surface, PUBLISH, SYSTEM, labelOf(exchange, key), {
      'messaging.destination.name': destination(exchange, key),
      'messaging.rabbitmq.destination.routing_key': key === '' ? undefined : key,
      ...peerOf(channel),
    }),
  )
}

/** What comes to a channel, by queue, exchange and key; a text is empty where nobody said one. */
export function lanesIn(channel: unknown): Lanes {
  return new Lanes((surface, queue, exchange, key) =>
    laneOf(surface, PROCESS, SYSTEM, steady(queue || key || NAMELESS), {
      'messaging.destination.name': destination(exchange, key, queue),
      'messaging.destination.anonymous': queue.startsWith('amq.gen-') ? true : undefined,
      'messaging.rabbitmq.destination.routing_key': key === '' ? undefined : key,
      subject: key === '' ? undefined : key,
      ...peerOf(channel),
    }),
  )
}

/** Null when nothing has started. What cannot be read throws before anything is begun. */
export function workOf(lanes: Lanes, queue: unknown, message: object): Work | null {
  const { surface } = running
  if (surface === null) return null
  const { fields, properties } = message as { fields?: Fields; properties?: Properties }
  const { deliveryTag, redelivered, exchange, routingKey } = fields ?? {}
  const { headers, messageId, correlationId, timestamp, type } = properties ?? {}
  const id = messageId === undefined ? undefined : String(messageId)
  const lane = lanes.at(surface, textOf(queue), textOf(exchange), textOf(routingKey))
  // A message that comes again is older than it waited.
  const work = workOn(lane, plain(headers), redelivered === true ? undefined : epochMs(timestamp))
  const { span } = work
  if (span === null) return work
  if (deliveryTag !== undefined) span.set('messaging.rabbitmq.message.delivery_tag', deliveryTag)
  if (id !== undefined) span.set('messaging.message.id', id).set('event.id', id)
  if (correlationId !== undefined) span.set('messaging.message.conversation_id', correlationId)
  if (typeof type === 'string') span.set('event.type', type)
  return work
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}

function epochMs(timestamp: unknown): number | undefined {
  if (typeof timestamp !== 'number' || !(timestamp > 0)) return undefined
  return timestamp < MILLISECONDS ? timestamp * 1000 : timestamp
}

const NOWHERE: Attributes = {}
const peers = new WeakMap<object, Attributes>()

/** The other end of the channel's socket. */
function peerOf(channel: unknown): Attributes {
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

// Who calls whom: an edge where a span's parent (or, for a message, its link) is in another service, and one to what
// does not tell of itself (a database, a broker, a foreign API) where a client span has no child elsewhere.
import { attributeOf } from '../model/attribute.ts'
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER } from '../model/span.ts'
import type { MapAnswer, MapNode } from './answers.ts'
import { type Range, RateGatherer } from './rates.ts'
import { eachSpan } from './service-rates.ts'
import type { Store } from './store.ts'
import type { StoredSpan, Trace } from './trace.ts'
import { spanText } from './words.ts'

export function serviceMap(store: Store, tenant: string, range: Range): MapAnswer {
  const nodes = new Map<string, MapNode>()
  const edges = new Map<string, Map<string, { kind: 'call' | 'message'; rates: RateGatherer }>>()
  const join = (from: MapNode, to: MapNode, kind: 'call' | 'message', span: StoredSpan): void => {
    nodes.set(from.id, from)
    nodes.set(to.id, to)
    const out = edges.get(from.id) ?? new Map<string, { kind: 'call' | 'message'; rates: RateGatherer }>()
    edges.set(from.id, out)
    const edge = out.get(to.id) ?? { kind, rates: new RateGatherer(range) }
    out.set(to.id, edge)
    edge.rates.add(span)
  }
  const answered = answeredElsewhere(store, tenant, range)
  eachSpan(store, tenant, range, (span, trace) => {
    const to = serviceNode(span)
    nodes.set(to.id, to)
    const caller = callerOf(store, tenant, span, trace)
    if (caller !== undefined && caller.identity.service !== span.identity.service) {
      join(serviceNode(caller), to, span.record.kind === KIND_CONSUMER ? 'message' : 'call', span)
    }
    const { kind } = span.record
    if ((kind === KIND_CLIENT || kind === KIND_PRODUCER) && !answered.has(span)) {
      const peer = peerNode(span)
      if (peer) join(to, peer, kind === KIND_PRODUCER ? 'message' : 'call', span)
    }
  })
  return {
    nodes: [...nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    edges: [...edges].flatMap(([from, out]) =>
      [...out].map(([to, { kind, rates }]) => ({ from, to, kind, ...rates.rates() })),
    ),
  }
}

function callerOf(store: Store, tenant: string, { record }: StoredSpan, trace: Trace): StoredSpan | undefined {
  const parent = trace.span(record.p0, record.p1)
  if (parent !== undefined || record.kind !== KIND_CONSUMER) return parent
  for (const link of record.rare?.links ?? []) {
    const linked = store.traces.find(tenant, link.t0, link.t1, link.t2, link.t3)?.span(link.s0, link.s1)
    if (linked !== undefined) return linked
  }
  return undefined
}

/** Spans whose call arrived in another service that tells of itself. */
function answeredElsewhere(store: Store, tenant: string, range: Range): Set<StoredSpan> {
  const answered = new Set<StoredSpan>()
  eachSpan(store, tenant, range, (span, trace) => {
    const caller = callerOf(store, tenant, span, trace)
    if (caller !== undefined && caller.identity.service !== span.identity.service) answered.add(caller)
  })
  return answered
}

function serviceNode({ identity }: StoredSpan): MapNode {
  return { id: `service:${identity.service}`, name: identity.service, type: 'service' }
}

function peerNode({ record }: StoredSpan): MapNode | undefined {
  const text = (key: string): string | null => spanText(record, key)
  const database = text('db.system.name') ?? text('db.system')
  const address = text('server.address') ?? text('network.peer.address')
  if (database !== null) return node('database', [database, text('db.namespace') ?? address])
  const broker = text('messaging.system')
  if (broker !== null) return node('messaging', [broker, text('messaging.destination.name')])
  const peer = text('service.peer.name') ?? text('peer.service')
  if (peer !== null) return node('external', [peer])
  if (address === null) return undefined
  const port =
    attributeOf(record.attributes, 'server.port') ?? attributeOf(record.peer?.attributes ?? null, 'server.port')
  return node('external', [port === undefined ? address : `${address}:${port}`])
}

function node(type: MapNode['type'], parts: readonly (string | null)[]): MapNode {
  const name = parts.filter((part) => part !== null).join(' ')
  return { id: `${type}:${name}`, name, type }
}

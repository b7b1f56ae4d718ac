// Who calls whom: an edge where a span's parent (or, for a message, its link) is in another service, and one to what
// does not tell of itself (a database, a broker, a foreign API) where a client span has no child elsewhere.
import { attributeOf, type Flat } from '../model/attribute.ts'
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, type SpanRecord } from '../model/span.ts'
import type { MapAnswer, MapEdge, MapNode } from './answers.ts'
import { AttributeTrie } from './attribute-trie.ts'
import type { Identity } from './identity.ts'
import { type Range, RateGatherer } from './rates.ts'
import { eachSpan } from './service-rates.ts'
import type { Store } from './store.ts'
import { isRoot, type StoredSpan, type Trace } from './trace.ts'
import { spanText } from './words.ts'

interface Edge {
  readonly kind: MapEdge['kind']
  readonly rates: RateGatherer
}

/** Nodes by sender, by what a span called, and all edges; one pass over the spans, strings only per node. */
class Gatherer {
  readonly #range: Range
  readonly #services = new Map<string, MapNode>()
  readonly #peers = new AttributeTrie<MapNode>()
  readonly #edges = new Map<MapNode, Map<MapNode, Edge>>()

  constructor(range: Range) {
    this.#range = range
  }

  service({ service }: Identity): MapNode {
    let node = this.#services.get(service)
    if (node === undefined) {
      node = { id: `service:${service}`, name: service, type: 'service' }
      this.#services.set(service, node)
    }
    return node
  }

  peer(span: SpanRecord): MapNode | undefined {
    const facts = peerFacts(span)
    return facts === null ? undefined : this.#peers.of(facts, () => peerNode(facts))
  }

  join(from: MapNode, to: MapNode, kind: MapEdge['kind'], span: StoredSpan): void {
    let out = this.#edges.get(from)
    if (out === undefined) {
      out = new Map()
      this.#edges.set(from, out)
    }
    let edge = out.get(to)
    if (edge === undefined) {
      edge = { kind, rates: new RateGatherer(this.#range) }
      out.set(to, edge)
    }
    edge.rates.add(span)
  }

  answer(): MapAnswer {
    const nodes = [...this.#services.values(), ...this.#peers.values()]
    const edges: MapEdge[] = []
    for (const [from, out] of this.#edges)
      for (const [to, { kind, rates }] of out) edges.push({ from: from.id, to: to.id, kind, ...rates.rates() })
    edges.sort((a, b) => (a.from === b.from ? (a.to < b.to ? -1 : 1) : a.from < b.from ? -1 : 1))
    return { nodes: nodes.sort((a, b) => (a.id < b.id ? -1 : 1)), edges }
  }
}

export function serviceMap(store: Store, tenant: string, range: Range): MapAnswer {
  const map = new Gatherer(range)
  const answered = new Set<StoredSpan>()
  const calls: StoredSpan[] = []
  eachSpan(store, tenant, range, (span, trace) => {
    const { record, identity } = span
    const to = map.service(identity)
    const caller = callerOf(store, tenant, span, trace)
    if (caller !== undefined && caller.identity !== identity && caller.identity.service !== identity.service) {
      answered.add(caller)
      map.join(map.service(caller.identity), to, record.kind === KIND_CONSUMER ? 'message' : 'call', span)
    }
    if (record.kind === KIND_CLIENT || record.kind === KIND_PRODUCER) calls.push(span)
  })
  // Only now is it known whose call arrived in a service that tells of itself.
  for (const span of calls) {
    const peer = answered.has(span) ? undefined : map.peer(span.record)
    if (peer === undefined) continue
    map.join(map.service(span.identity), peer, span.record.kind === KIND_PRODUCER ? 'message' : 'call', span)
  }
  return map.answer()
}

function callerOf(store: Store, tenant: string, { record }: StoredSpan, trace: Trace): StoredSpan | undefined {
  const parent = isRoot(record) ? undefined : trace.span(record.p0, record.p1)
  if (parent !== undefined || record.kind !== KIND_CONSUMER) return parent
  for (const link of record.rare?.links ?? []) {
    const linked = store.traces.find(tenant, link.t0, link.t1, link.t2, link.t3)?.span(link.s0, link.s1)
    if (linked !== undefined) return linked
  }
  return undefined
}

/** What tells a database, a broker or another server apart: the type of the node, then its words; null when nothing does. */
function peerFacts(span: SpanRecord): Flat | null {
  const database = spanText(span, 'db.system.name') ?? spanText(span, 'db.system')
  if (database !== null)
    return ['type', 'database', 'a', database, 'b', spanText(span, 'db.namespace') ?? addressOf(span)]
  const broker = spanText(span, 'messaging.system')
  if (broker !== null) return ['type', 'messaging', 'a', broker, 'b', spanText(span, 'messaging.destination.name')]
  const peer = spanText(span, 'service.peer.name') ?? spanText(span, 'peer.service')
  if (peer !== null) return ['type', 'external', 'a', peer, 'b', null]
  const address = addressOf(span)
  if (address === null) return null
  const port =
    attributeOf(span.attributes, 'server.port') ?? attributeOf(span.peer?.attributes ?? null, 'server.port') ?? null
  return ['type', 'external', 'a', port === null ? address : `${address}:${port}`, 'b', null]
}

function addressOf(span: SpanRecord): string | null {
  return spanText(span, 'server.address') ?? spanText(span, 'network.peer.address')
}

function peerNode([, type, , a, , b]: Flat): MapNode {
  const name = b === null ? String(a) : `${a} ${b}`
  return { id: `${type}:${name}`, name, type: type as MapNode['type'] }
}

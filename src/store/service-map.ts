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
import { isEntry, spanText } from './words.ts'

/** Nodes that are shown; hosts that are called by address may be any number. */
const MOST_NODES = 200

class Node {
  readonly id: string
  readonly name: string
  readonly type: MapNode['type']
  /** Conditions on the spans that asked it; none for a service, which tells of itself. */
  readonly where: readonly string[]
  readonly rates: RateGatherer
  /** By who is called, and how: a queue beside a call is an edge of its own. */
  readonly out = { call: new Map<Node, RateGatherer>(), message: new Map<Node, RateGatherer>() }

  constructor(type: MapNode['type'], name: string, range: Range, where: readonly string[] = []) {
    this.id = `${type}:${name}`
    this.name = name
    this.type = type
    this.where = where
    this.rates = new RateGatherer(range)
  }
}

/** Nodes by sender and by what a span called, and all edges; one pass over the spans, strings only per node. */
class Gatherer {
  readonly #range: Range
  readonly #services = new Map<string, Node>()
  readonly #peers = new AttributeTrie<Node>()

  constructor(range: Range) {
    this.#range = range
  }

  service({ service }: Identity): Node {
    let node = this.#services.get(service)
    if (node === undefined) {
      node = new Node('service', service, this.#range)
      this.#services.set(service, node)
    }
    return node
  }

  peer(span: SpanRecord): Node | undefined {
    const facts = peerFacts(span)
    return facts === null ? undefined : this.#peers.of(facts, () => peerNode(facts, this.#range, peerWhere(span)))
  }

  join(from: Node, to: Node, kind: MapEdge['kind'], span: StoredSpan): void {
    let rates = from.out[kind].get(to)
    if (rates === undefined) {
      rates = new RateGatherer(this.#range)
      from.out[kind].set(to, rates)
    }
    rates.add(span)
  }

  answer(): MapAnswer {
    const all = [...this.#services.values(), ...this.#peers.values()]
    // Who tells of itself comes before what is only asked.
    all.sort((a, b) => rank(b) - rank(a) || b.rates.requests - a.rates.requests || (a.id < b.id ? -1 : 1))
    const shown = new Set(all.slice(0, MOST_NODES))
    const nodes: MapNode[] = []
    const edges: MapEdge[] = []
    for (const from of shown) {
      nodes.push({ id: from.id, name: from.name, type: from.type, where: [...from.where], ...from.rates.rates() })
      for (const kind of ['call', 'message'] as const)
        for (const [to, rates] of from.out[kind])
          if (shown.has(to)) edges.push({ from: from.id, to: to.id, kind, ...rates.rates() })
    }
    edges.sort((a, b) => (a.from !== b.from ? (a.from < b.from ? -1 : 1) : a.to !== b.to ? (a.to < b.to ? -1 : 1) : 0))
    return { nodes: nodes.sort((a, b) => (a.id < b.id ? -1 : 1)), edges, left_out: all.length - nodes.length }
  }
}

function rank({ type }: Node): number {
  return type === 'service' ? 1 : 0
}

export function serviceMap(store: Store, tenant: string, range: Range): MapAnswer {
  const map = new Gatherer(range)
  const answered = new Set<StoredSpan>()
  const calls: StoredSpan[] = []
  eachSpan(store, tenant, range, (span, trace) => {
    const { record, identity } = span
    const to = map.service(identity)
    if (isEntry(record)) to.rates.add(span)
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
    peer.rates.add(span)
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

const TELLING = [
  ['db.system.name', 'db.system'],
  ['db.namespace', 'server.address', 'network.peer.address'],
] as const
const TELLING_BROKER = [['messaging.system'], ['messaging.destination.name']] as const
const TELLING_SERVER = [['service.peer.name', 'peer.service', 'server.address', 'network.peer.address']] as const

/** The facts that tell the other side apart, as conditions by which its spans are found. */
function peerWhere(span: SpanRecord): string[] {
  const given = (keys: readonly string[]): string | undefined => keys.find((key) => spanText(span, key) !== null)
  const table =
    given(TELLING[0]) !== undefined ? TELLING : given(TELLING_BROKER[0]) !== undefined ? TELLING_BROKER : TELLING_SERVER
  return table.flatMap((keys) => {
    const key = given(keys)
    return key === undefined ? [] : [`${key}="${spanText(span, key)}"`]
  })
}

function addressOf(span: SpanRecord): string | null {
  return spanText(span, 'server.address') ?? spanText(span, 'network.peer.address')
}

function peerNode([, type, , a, , b]: Flat, range: Range, where: readonly string[]): Node {
  return new Node(type as MapNode['type'], b === null ? String(a) : `${a} ${b}`, range, where)
}

// One request and its answer while it is open: what start learned and finish needs. It hangs on the response by a symbol
// (21 ns; a WeakMap costs 1 725) and in the list of its connection, which finishes what is still open when it closes.
import type { Frame } from '../../context/frame.ts'
import type { Span } from '../../trace/span.ts'
import { PEER, type Peer } from './peer.ts'
import type { Recorder } from './recorder.ts'
import type { Route } from './route.ts'

export const EXCHANGE: unique symbol = Symbol.for('telltale.http.exchange') as never

/** Who named the route: an application's setRoute is never overwritten by what a router says. */
export const ROUTE_NONE = 0
export const ROUTE_ROUTER = 1
export const ROUTE_SET = 2

export class Exchange {
  /** Who began it finishes it, also after a stop. */
  readonly recorder: Recorder
  /** The IncomingMessage, the HTTP/2 stream; null once finished. */
  request: object | null
  /** The ServerResponse; null for HTTP/2, upgrades and once finished. */
  response: object | null
  peer: Peer | null
  previous: Exchange | null
  next: Exchange | null
  /** Index of Methods. */
  method: number
  route: Route | null
  routeRank: number
  start: number
  /** Status of the head that was written; 0 before. */
  sent: number
  span: Span | null
  frame: Frame | null
  path: string
  tenant: string | null
  userAgent: string
  /** Class of the error that the framework reported, for `error.type`. */
  error: string | null
  /** What the handler threw, for the event of a 5xx. */
  thrown: unknown
  /** What a framework's door hung on the request, and who reads route and error from it once the answer is out. */
  held: object | null
  ask: ((exchange: Exchange, status: number) => void) | null
  open: boolean

  constructor(
    recorder: Recorder,
    request: object | null,
    response: object | null,
    peer: Peer | null,
    method: number,
    start: number,
    path: string,
  ) {
    this.recorder = recorder
    this.request = request
    this.response = response
    this.peer = peer
    this.previous = null
    this.next = null
    this.method = method
    this.route = null
    this.routeRank = ROUTE_NONE
    this.start = start
    this.sent = 0
    this.span = null
    this.frame = null
    this.path = path
    this.tenant = null
    this.userAgent = ''
    this.error = null
    this.thrown = null
    this.held = null
    this.ask = null
    this.open = true
  }
}

/** Stands on the response of a request that is passed by: ours, or ignored. */
export const PASSED: Exchange = new Exchange(null as never, null, null, null, 0, 0, '')
PASSED.open = false

interface Carrier {
  readonly [EXCHANGE]?: Exchange
}

/** The open exchange of an IncomingMessage, an HTTP/2 request or stream, or a framework's request that holds one in `raw`. */
export function exchangeOf(request: unknown): Exchange | null {
  const outer = request as { raw?: object; stream?: Carrier; socket?: object } | null | undefined
  if (outer === null || outer === undefined) return null
  const raw = (outer.raw ?? outer) as { stream?: Carrier; socket?: { [PEER]?: Peer } } & Carrier
  const direct = raw[EXCHANGE] ?? raw.stream?.[EXCHANGE]
  if (direct !== undefined) return direct.open ? direct : null
  let exchange = raw.socket?.[PEER]?.first ?? null
  while (exchange !== null && exchange.request !== raw) exchange = exchange.next
  return exchange
}

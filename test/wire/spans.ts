// Two spans for the codecs that know only spans: one with everything that a span can have, one with nothing.
import { Resource, Scope } from '../../src/model/attribute.ts'
import {
  FLAG_SAMPLED,
  KIND_CLIENT,
  KIND_INTERNAL,
  SpanRare,
  SpanRecord,
  STATUS_ERROR,
  Template,
} from '../../src/model/span.ts'

export const SHOP: Resource = new Resource(['service.name', 'shop', 'service.version', '1.2.3', 'process.pid', 7])

export function full(): SpanRecord {
  const span = new SpanRecord(new Scope('shop/http', '2.0'), 'GET /orders/:id', KIND_CLIENT, 1_764_000_000_000.25)
  Object.assign(span, { t0: 0x80f198ee | 0, t1: 0x56343ba8, t2: 0x64fe8b2a, t3: 0x57d3eff7 })
  Object.assign(span, { s0: 0xe457b5a2 | 0, s1: 0xe4d86bd1 | 0, p0: 0x05e3ac9a, p1: 0x4f6e3b90 })
  Object.assign(span, { flags: FLAG_SAMPLED, status: STATUS_ERROR, endTime: span.startTime + 12.345 })
  span.template = new Template(['http.route', '/orders/:id', 'http.response.status_code', 500])
  span.peer = new Template(['server.address', '10.1.2.3', 'server.port', 8080])
  span.attributes = [
    'text',
    'Grüße, 世界 🌍',
    'yes',
    true,
    'negative',
    -5,
    'large',
    9_007_199_254_740_991,
    'big',
    -9_223_372_036_854_775_808n,
    'ratio',
    0.5,
    'list',
    ['a', 1, false],
    'bytes',
    Uint8Array.of(1, 2, 255),
    'nothing',
    null,
    'http.response.status_code',
    503,
  ]
  const rare = new SpanRare()
  Object.assign(rare, { statusMessage: 'it broke', traceState: 'v=1' })
  Object.assign(rare, { droppedAttributes: 1, droppedEvents: 2, droppedLinks: 3 })
  rare.events = [
    { name: 'retry', time: 1_764_000_000_001, attributes: null, dropped: 0 },
    { name: 'exception', time: 1_764_000_000_002.5, attributes: ['exception.type', 'E', 'n', 2], dropped: 4 },
    { name: 'renamed', time: 1_764_000_000_003, attributes: ['event', 'own'], dropped: 0 },
  ]
  const to = { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, flags: 1, dropped: 0 }
  rare.links = [
    { ...to, traceState: null, attributes: null },
    { ...to, s1: 7, traceState: 'w=2', attributes: ['why', 'retry'] },
  ]
  span.rare = rare
  return span
}

export function bare(): SpanRecord {
  const span = new SpanRecord(new Scope(''), 'tick', KIND_INTERNAL, 1_764_000_000_000)
  Object.assign(span, { t0: 0, t1: 0, t2: 0, t3: 1, s0: 0, s1: 2, endTime: 1_764_000_000_000, flags: FLAG_SAMPLED })
  return span
}

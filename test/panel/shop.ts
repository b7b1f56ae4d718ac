// A shop with a story: a route that got slow in the last minutes, orders that fail, a job that is linked with the request
// that asked for it, and a trace of a thousand spans.
import type { Flat } from '../../src/model/attribute.ts'
import { KIND_CLIENT, KIND_CONSUMER, KIND_INTERNAL, KIND_SERVER, SpanRare } from '../../src/model/span.ts'
import { Store } from '../../src/store/store.ts'
import { batch, log, resource, span, traceHex } from '../store/records.ts'

const MINUTE = 60_000

export interface Shop {
  readonly store: Store
  readonly now: number
  /** The slowest of the orders that failed. */
  readonly slowest: string
  /** A job, in a trace of its own, and the order that it was made by. */
  readonly job: string
  readonly order: string
  /** A thousand spans. */
  readonly long: string
}

/** Twenty minutes of it. */
export function shopOfPanel(): Shop {
  const store = new Store()
  const now = Date.now()
  const api = resource('shop-api', ['service.version', '1.4.2'])
  const worker = resource('shop-worker')
  let n = 0
  const request = (start: number, route: string, took: number, error?: string, status = error ? 500 : 200): number => {
    const id = ++n
    const [method, path] = route.split(' ') as [string, string]
    const http: Flat = ['http.request.method', method, 'http.route', path, 'http.response.status_code', status]
    const server = span({
      trace: id,
      span: id * 10,
      name: route,
      kind: KIND_SERVER,
      start,
      took,
      error,
      attributes: http,
    })
    const query = span({
      trace: id,
      span: id * 10 + 1,
      parent: id * 10,
      name: 'SELECT products',
      kind: KIND_CLIENT,
      start: start + took * 0.2,
      took: took * 0.5,
      attributes: ['db.system.name', 'postgresql', 'db.query.text', 'SELECT id FROM products'],
    })
    const logs = error
      ? [log({ time: start + took, severity: 'error', trace: id, span: id * 10, body: `payment failed: ${error}` })]
      : []
    store.accept(batch({ resource: api, spans: [server, query], logs }))
    return id
  }
  let slowest = 0
  let order = 0
  for (let second = 0; second < 20 * 60; second += 10) {
    const at = now - 20 * MINUTE + second * 1000
    const late = second > 14 * 60
    request(at, 'GET /products', 8 + (second % 7))
    request(at + 100, 'GET /reports/:period', late ? 900 + (second % 90) : 120 + (second % 30))
    const failed = second % 100 === 30
    const took = failed ? 40 + (second === 930 ? 700 : second % 13) : 25
    const id = request(at + 200, 'POST /orders', took, failed ? 'the card company is away' : undefined)
    if (second === 930) slowest = id
    if (second === 1000) order = id
  }
  const job = ++n
  const ship = span({
    trace: job,
    span: job * 10,
    name: 'ship order',
    kind: KIND_CONSUMER,
    start: now - 90_000,
    took: 60,
  })
  ship.rare = new SpanRare()
  ship.rare.links = [
    { t0: 0, t1: 0, t2: 0, t3: order, s0: 0, s1: order * 10, flags: 1, traceState: null, attributes: null, dropped: 0 },
  ]
  store.accept(
    batch({
      resource: worker,
      spans: [ship],
      logs: [log({ time: now - 89_970, trace: job, span: job * 10, body: 'order shipped' })],
    }),
  )
  const long = ++n
  const spans = [
    span({
      trace: long,
      span: long * 10_000,
      name: 'GET /everything',
      start: now - 30_000,
      took: 5000,
      kind: KIND_SERVER,
    }),
  ]
  for (let i = 1; i < 1000; i++) {
    const parent = i % 10 === 1 ? long * 10_000 : long * 10_000 + i - ((i - 1) % 10)
    spans.push(
      span({
        trace: long,
        span: long * 10_000 + i,
        parent,
        name: i === 777 ? 'the needle' : `step ${i}`,
        kind: KIND_INTERNAL,
        start: now - 30_000 + i * 4,
        took: i % 10 === 1 ? 45 : 3,
        error: i === 902 && 'it broke here',
      }),
    )
  }
  store.accept(batch({ resource: api, spans }))
  return { store, now, slowest: traceHex(slowest), job: traceHex(job), order: traceHex(order), long: traceHex(long) }
}

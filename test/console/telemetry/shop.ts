// A small shop's telemetry, the same each time: an API, a worker, a database; failures and slow requests among it.
import type { Flat } from '../../../src/model/attribute.ts'
import {
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_INTERNAL,
  KIND_PRODUCER,
  KIND_SERVER,
  SpanRare,
} from '../../../src/model/span.ts'
import type { Store } from '../../../src/store/store.ts'
import { batch, family, log, resource, span } from '../../store/records.ts'

const ROUTES = ['GET /products', 'GET /products/:id', 'POST /orders', 'GET /orders/:id', 'GET /health'] as const
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** `requests` of them between `from` and `to` (float epoch ms). */
export function fillShop(store: Store, from: number, to: number, requests = 60): void {
  const api = resource('shop-api', ['service.version', '1.4.2', 'host.name', 'laptop'])
  const worker = resource('shop-worker', ['service.version', '1.4.2'])
  for (let i = 0; i < requests; i++) {
    const start = from + ((to - from) * (i + 0.5)) / requests
    const route = ROUTES[(i * 7) % ROUTES.length]!
    const failed = i % 11 === 5
    const took = 8 + ((i * 37) % 60) + (i % 17 === 3 ? 900 : 0)
    const [method, path] = route.split(' ') as [string, string]
    const id = (n: number) => i * 100 + n
    const http: Flat = [
      'http.request.method',
      method,
      'http.route',
      path,
      'url.path',
      path.replace(':id', String(i)),
      'http.response.status_code',
      failed ? 500 : 200,
      'client.address',
      '127.0.0.1',
    ]
    const server = span({
      trace: i + 1,
      span: id(1),
      name: route,
      kind: KIND_SERVER,
      start,
      took,
      attributes: http,
      error: failed && 'connection terminated unexpectedly',
    })
    const handler = span({
      trace: i + 1,
      span: id(2),
      parent: id(1),
      name: `handler ${path}`,
      kind: KIND_INTERNAL,
      start: start + 0.6,
      took: took - 1.4,
    })
    const query = span({
      trace: i + 1,
      span: id(3),
      parent: id(2),
      name: 'SELECT products',
      kind: KIND_CLIENT,
      start: start + 1.5,
      took: took * 0.6,
      error: failed,
      attributes: [
        'db.system.name',
        'postgresql',
        'db.namespace',
        'shop',
        'db.query.text',
        'SELECT id, name, price FROM products WHERE id = $1',
        'server.address',
        '127.0.0.1',
      ],
    })
    if (failed) {
      query.rare ??= new SpanRare()
      const stack =
        'Error: connection terminated unexpectedly\n    at Client.query (pg/lib/client.js:132:17)\n    at handler (shop/api.js:41:22)'
      query.rare.events = [
        {
          name: 'exception',
          time: start + took * 0.6,
          attributes: [
            'exception.type',
            'Error',
            'exception.message',
            'connection terminated unexpectedly',
            'exception.stacktrace',
            stack,
          ],
          dropped: 0,
        },
      ]
    }
    const spans = [query, handler, server]
    const logs = [
      log({
        time: start + 1,
        trace: i + 1,
        span: id(1),
        body: `${method} ${path} accepted`,
        attributes: ['http.route', path, 'req.id', `r-${i}`],
      }),
    ]
    if (failed)
      logs.push(
        log({
          time: start + took,
          severity: 'error',
          trace: i + 1,
          span: id(2),
          body: 'could not read the product: connection terminated unexpectedly',
          attributes: ['error.type', 'Error', 'attempt', 3],
        }),
      )
    if (took > 500)
      logs.push(
        log({
          time: start + took,
          severity: 'warn',
          trace: i + 1,
          span: id(2),
          body: 'slow request',
          attributes: ['duration_ms', took],
        }),
      )
    if (route === 'POST /orders') {
      spans.push(
        span({
          trace: i + 1,
          span: id(4),
          parent: id(2),
          name: 'send orders',
          kind: KIND_PRODUCER,
          start: start + took * 0.7,
          took: 2,
          attributes: ['messaging.system', 'memory', 'messaging.destination.name', 'orders'],
        }),
      )
      const work = span({
        trace: i + 1,
        span: id(5),
        parent: id(4),
        name: 'process orders',
        kind: KIND_CONSUMER,
        start: start + took + 4,
        took: 30,
      })
      const ship = span({
        trace: i + 1,
        span: id(6),
        parent: id(5),
        name: 'ship order',
        kind: KIND_INTERNAL,
        start: start + took + 6,
        took: 21,
      })
      store.accept(
        batch({
          resource: worker,
          spans: [ship, work],
          logs: [
            log({
              time: start + took + 20,
              trace: i + 1,
              span: id(6),
              body: `order ${i} shipped`,
              attributes: ['order.id', i],
            }),
          ],
        }),
      )
    }
    store.accept(batch({ resource: api, spans, logs }))
  }
  const points = 40
  for (let i = 1; i <= points; i++) {
    const time = from + ((to - from) * i) / points
    const served = (n: number) => Math.floor((requests * i * (n + 1)) / points)
    store.accept(
      batch({
        resource: api,
        series: [
          family(
            'http.server.request.duration',
            'histogram',
            ROUTES.slice(0, 4).map((route, n) => ({
              attributes: [
                'http.request.method',
                route.split(' ')[0]!,
                'http.route',
                route.split(' ')[1]!,
                'http.response.status_code',
                200,
              ],
              time,
              start: from,
              value: served(n) * 0.04,
              count: served(n),
              buckets: [
                0,
                served(n) * 0.1,
                served(n) * 0.3,
                served(n) * (0.3 + 0.1 * Math.sin(i / 5 + n)),
                served(n) * 0.2,
                served(n) * (0.1 - 0.1 * Math.sin(i / 5 + n)),
                0,
                0,
                0,
                0,
                0,
                0,
              ],
            })),
            { bounds: BOUNDS, unit: 's', help: 'Duration of HTTP server requests in seconds.' },
          ),
          family(
            'orders_paid_total',
            'counter',
            ['pro', 'free'].map((plan, n) => ({
              attributes: ['plan', plan],
              time,
              start: from,
              value: Math.floor(i * (n + 1.5) + 4 * Math.sin(i / 3) + 5),
            })),
            { help: 'Orders paid.' },
          ),
          family('process.memory.usage', 'gauge', [{ time, value: 90e6 + 8e6 * Math.sin(i / 4) + 2e5 * i }], {
            unit: 'By',
            help: 'Resident memory of the process in bytes.',
          }),
          family('nodejs.eventloop.utilization', 'gauge', [{ time, value: 0.2 + 0.15 * Math.sin(i / 6) }], {
            unit: '1',
            help: 'Part of the time in which the event loop was busy.',
          }),
        ],
      }),
    )
  }
}

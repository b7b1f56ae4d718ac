import { expect, test } from 'vitest'
import { KIND_CLIENT, SpanRare } from '../../../src/model/span.ts'
import { batch, family, log, resource, span, spanHex, T0, traceHex } from '../../store/records.ts'
import { ask } from '../ask.ts'
import { serve } from './serve.ts'
import { fillShop } from './shop.ts'

async function get(url: string, path: string) {
  const { status, text, headers } = await ask(url, `/api/v1/${path}`)
  return { status, type: headers['content-type'], body: JSON.parse(text) }
}

test('services answer with rate, errors and duration of what came into them', async () => {
  const { store, url } = await serve({ now: T0 + 10_000 })
  const ends = [10, 20, 30, 40]
  store.accept(
    batch({
      spans: ends.map((took, i) => span({ trace: i + 1, span: i + 1, start: T0 + i * 1000, took, error: i === 3 })),
    }),
  )
  expect(await get(url, 'services?from=-10s&moments=2')).toEqual({
    status: 200,
    type: 'application/json',
    body: {
      items: [
        {
          service: 'shop',
          namespace: '',
          instances: 1,
          spans: 4,
          logs: 0,
          log_errors: 0,
          series: 0,
          last_seen_ms: T0 + 10_000,
          requests: 4,
          errors: 1,
          error_rate: 0.25,
          per_second: 0.4,
          p50_ms: 20,
          p95_ms: 40,
          p99_ms: 40,
          max_ms: 40,
          timeline: [
            { time_ms: T0, requests: 4, errors: 1, p95_ms: 40 },
            { time_ms: T0 + 5000, requests: 0, errors: 0, p95_ms: null },
          ],
        },
      ],
    },
  })
})

test('operations of a service whose name needs escaping are found', async () => {
  const { store, url } = await serve()
  store.accept(
    batch({
      resource: resource('a/b c'),
      spans: [span({ span: 1, name: 'GET /x', attributes: ['http.route', '/x'] })],
    }),
  )
  const { body } = await get(url, `services/${encodeURIComponent('a/b c')}/operations`)
  expect(
    body.items.map(({ name, kind, route, requests, slowest_trace_id }: Record<string, unknown>) => ({
      name,
      kind,
      route,
      requests,
      slowest_trace_id,
    })),
  ).toEqual([{ name: 'GET /x', kind: 'server', route: '/x', requests: 1, slowest_trace_id: traceHex(1) }])
})

test('traces are asked by service, name, route, status, duration, attributes and time', async () => {
  const { store, url } = await serve()
  store.accept(
    batch({
      spans: [
        span({
          trace: 1,
          span: 1,
          name: 'GET /a',
          took: 5,
          attributes: ['http.route', '/a', 'http.response.status_code', 200],
        }),
        span({
          trace: 2,
          span: 2,
          name: 'GET /b',
          took: 50,
          start: T0 + 1000,
          error: true,
          attributes: ['http.route', '/b', 'http.response.status_code', 503],
        }),
      ],
    }),
  )
  store.accept(
    batch({
      resource: resource('other'),
      spans: [span({ trace: 3, span: 3, name: 'job', took: 500, start: T0 + 2000 })],
    }),
  )
  const ids = async (query: string) =>
    (await get(url, `traces?${query}`)).body.items.map((row: { trace_id: string }) => Number.parseInt(row.trace_id, 16))
  expect(await ids('')).toEqual([3, 2, 1])
  expect(await ids('order=slowest')).toEqual([3, 2, 1])
  expect(await ids('order=errors')).toEqual([2, 1, 3])
  expect(await ids('service=shop')).toEqual([2, 1])
  expect(await ids('name=get')).toEqual([2, 1])
  expect(await ids('route=/a')).toEqual([1])
  expect(await ids('kind=client')).toEqual([])
  expect(await ids('status=error')).toEqual([2])
  expect(await ids('status=ok')).toEqual([3, 1])
  expect(await ids('min_duration_ms=50')).toEqual([3, 2])
  expect(await ids('min_duration_ms=6&max_duration_ms=50')).toEqual([2])
  expect(await ids('attribute=http.response.status_code%3E=500')).toEqual([2])
  expect(await ids('attribute=http.route&attribute=!nothing&attribute=http.route!=/b')).toEqual([1])
  expect(await ids(`from=${T0 + 1000}&to=${T0 + 2000}`)).toEqual([2])
  expect(await ids(`from=${new Date(T0 + 2000).toISOString()}`)).toEqual([3])
  expect(await ids('from=-59s')).toEqual([3, 2])
})

test('pages of traces follow each other without a gap or a repetition while more arrive', async () => {
  const { store, url } = await serve()
  const add = (n: number) => store.accept(batch({ spans: [span({ trace: n, span: n, start: T0 + n })] }))
  for (let n = 1; n <= 7; n++) add(n)
  const seen: number[] = []
  let cursor = ''
  do {
    const { body } = await get(url, `traces?limit=3${cursor && `&cursor=${cursor}`}`)
    seen.push(...body.items.map((row: { trace_id: string }) => Number.parseInt(row.trace_id, 16)))
    cursor = body.next_cursor
    add(100 + seen.length)
  } while (cursor)
  expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
})

test('a trace answers whole: spans as a waterfall with events, links and logs', async () => {
  const { store, url } = await serve()
  const query = span({
    span: 2,
    parent: 1,
    name: 'SELECT',
    kind: KIND_CLIENT,
    start: T0 + 2,
    took: 4,
    attributes: ['db.system.name', 'postgresql'],
  })
  query.rare = new SpanRare()
  query.rare.events = [{ name: 'retry', time: T0 + 3, attributes: ['attempt', 2], dropped: 0 }]
  query.rare.links = [
    { t0: 0, t1: 0, t2: 0, t3: 9, s0: 0, s1: 8, flags: 1, traceState: null, attributes: ['why', 'batch'], dropped: 0 },
  ]
  store.accept(
    batch({
      spans: [query, span({ span: 1, error: 'boom' })],
      logs: [log({ trace: 1, span: 2, body: 'inside' }), log({ trace: 1, body: 'loose' })],
    }),
  )
  const line = {
    event_name: '',
    instance: 'shop-1',
    scope: 'test',
    service: 'shop',
    severity: 9,
    severity_text: 'INFO',
    time: new Date(T0).toISOString(),
    time_ms: T0,
    trace_id: traceHex(1),
    attributes: {},
  }
  const common = {
    instance: 'shop-1',
    scope: 'test',
    service: 'shop',
    running: false,
    orphan: false,
    trace_state: '',
    dropped: { attributes: 0, events: 0, links: 0 },
  }
  expect((await get(url, `traces/${traceHex(1).toUpperCase()}`)).body).toEqual({
    trace_id: traceHex(1),
    name: 'GET /orders',
    service: 'shop',
    kind: 'server',
    route: null,
    rooted: true,
    start_ms: T0,
    start_time: new Date(T0).toISOString(),
    duration_ms: 10,
    spans: 2,
    errors: 1,
    logs: 2,
    services: [{ service: 'shop', spans: 2 }],
    resources: [
      { service: 'shop', instance: 'shop-1', attributes: { 'service.name': 'shop', 'service.instance.id': 'shop-1' } },
    ],
    tree: [
      {
        ...common,
        span_id: spanHex(1),
        parent_span_id: null,
        name: 'GET /orders',
        kind: 'server',
        start_ms: T0,
        duration_ms: 10,
        self_ms: 6,
        depth: 0,
        status: 'error',
        status_message: 'boom',
        attributes: {},
        events: [],
        links: [],
        logs: [],
      },
      {
        ...common,
        span_id: spanHex(2),
        parent_span_id: spanHex(1),
        name: 'SELECT',
        kind: 'client',
        start_ms: T0 + 2,
        duration_ms: 4,
        self_ms: 4,
        depth: 1,
        status: 'unset',
        status_message: '',
        attributes: { 'db.system.name': 'postgresql' },
        events: [{ name: 'retry', time_ms: T0 + 3, attributes: { attempt: 2 } }],
        links: [
          {
            trace_id: traceHex(9),
            span_id: spanHex(8),
            attributes: { why: 'batch' },
            held: false,
            name: null,
            service: null,
          },
        ],
        logs: [{ ...line, number: 0, body: 'inside', span_id: spanHex(2) }],
      },
    ],
    loose_logs: [{ ...line, number: 1, body: 'loose', span_id: null }],
    linked_by: [],
    linked_by_left_out: 0,
  })
})

test('logs are asked by service, level, text, trace, attributes and time', async () => {
  const { store, url } = await serve()
  store.accept(
    batch({
      logs: [
        log({ body: 'one', severity: 'debug', attributes: ['user', 'ann'] }),
        log({ body: 'two', severity: 'warn', time: T0 + 1, trace: 5, span: 6 }),
        log({ body: 'three', severity: 'error', time: T0 + 2, attributes: ['note', 'TWO times'] }),
      ],
    }),
  )
  const bodies = async (query: string) =>
    (await get(url, `logs?${query}`)).body.items.map((row: { body: string }) => row.body)
  expect(await bodies('')).toEqual(['three', 'two', 'one'])
  expect(await bodies('order=oldest&limit=2')).toEqual(['one', 'two'])
  expect(await bodies('severity=warn')).toEqual(['three', 'two'])
  expect(await bodies('text=two')).toEqual(['three', 'two'])
  expect(await bodies(`trace_id=${traceHex(5)}`)).toEqual(['two'])
  expect(await bodies(`span_id=${spanHex(6)}`)).toEqual(['two'])
  expect(await bodies('attribute=user=ann')).toEqual(['one'])
  expect(await bodies('service=other')).toEqual([])
  expect(await bodies(`from=${T0 + 1}&to=${T0 + 2}`)).toEqual(['two'])
})

test('a metric answers with its points as sent, and as what people ask of them', async () => {
  const { store, url } = await serve()
  for (const n of [1, 2, 3]) {
    store.accept(
      batch({
        series: [
          family('orders', 'counter', [{ attributes: ['plan', 'pro'], value: n * 10, time: T0 + n * 1000 }], {
            help: 'Orders.',
          }),
          family('wait', 'histogram', [{ value: n, count: 10 * n, buckets: [5 * n, 5 * n, 0], time: T0 + n * 1000 }], {
            bounds: [0.1, 0.2],
            unit: 's',
          }),
        ],
      }),
    )
  }
  expect((await get(url, 'metrics')).body.items).toEqual([
    {
      name: 'orders',
      type: 'counter',
      unit: '',
      description: 'Orders.',
      services: ['shop'],
      series: 1,
      last_ms: T0 + 3000,
      labels: ['plan'],
      exemplars: 0,
    },
    {
      name: 'wait',
      type: 'histogram',
      unit: 's',
      description: '',
      services: ['shop'],
      series: 1,
      last_ms: T0 + 3000,
      labels: [],
      exemplars: 0,
    },
  ])
  const points = async (path: string) => (await get(url, `metrics/${path}`)).body.series[0].points
  expect(await points('orders')).toEqual([1, 2, 3].map((n) => ({ time_ms: T0 + n * 1000, value: n * 10 })))
  expect(await points('orders?as=rate')).toEqual([1, 2, 3].map((n) => ({ time_ms: T0 + n * 1000, value: 10 })))
  expect(await points('orders?as=increase&from=-58s')).toEqual(
    [2, 3].map((n) => ({ time_ms: T0 + n * 1000, value: 10 })),
  )
  expect(await points('wait?as=p50')).toEqual([1, 2, 3].map((n) => ({ time_ms: T0 + n * 1000, value: 0.1 })))
  expect(await points('wait?as=mean&step_ms=2000')).toEqual([
    { time_ms: T0 + 1000, value: 0.1 },
    { time_ms: T0 + 3000, value: 0.1 },
  ])
  expect((await get(url, 'metrics/orders?attribute=plan=free')).body.series).toEqual([])
  expect((await get(url, 'metrics/nothing')).status).toBe(404)
})

test('the map and the attributes of a shop are those of its spans', async () => {
  const { store, url } = await serve({ now: T0 + 60_000 })
  fillShop(store, T0, T0 + 60_000, 20)
  const { body } = await get(url, 'map')
  expect(
    body.edges.map(({ from, to, kind, requests }: Record<string, unknown>) => ({ from, to, kind, requests })),
  ).toEqual([
    { from: 'service:shop-api', to: 'database:postgresql shop', kind: 'call', requests: 20 },
    { from: 'service:shop-api', to: 'service:shop-worker', kind: 'message', requests: 4 },
  ])
  expect((await get(url, 'attributes?prefix=http.route&values=1')).body).toEqual({
    items: [{ key: 'http.route', count: 20, values: [{ value: '/health', count: 4 }], more: false }],
  })
  expect((await get(url, 'attributes?signal=logs&prefix=attempt')).body.items).toEqual([
    { key: 'attempt', count: 2, values: [{ value: '3', count: 2 }], more: false },
  ])
})

test('the status adds what the owner of the store says', async () => {
  const { store, url } = await serve({ status: () => ({ received: { traces: 1 } }) })
  store.accept(batch({ spans: [span({ span: 1 })] }))
  const { body } = await get(url, 'status')
  expect(body.received).toEqual({ traces: 1 })
  expect(body.signals.spans).toMatchObject({ accepted: 1, held: 1, dropped: 0, evicted: 0, duplicates: 0, cleared: 0 })
})

const BAD = [
  ['traces?limit=0', 'limit', '0', 'a whole number from 1 to 1000'],
  [`traces?service=${'x'.repeat(501)}`, 'service', 'x'.repeat(100), '1 to 500 characters'],
  [`metrics/m/chart?by=${'x'.repeat(501)}`, 'by', 'x'.repeat(100), '1 to 500 characters'],
  ['traces?limit=ten', 'limit', 'ten', 'a whole number from 1 to 1000'],
  ['traces?limit=1&limit=2', 'limit', 'it 2 times', 'at most 1'],
  ['traces?order=fastest', 'order', 'fastest', 'newest, slowest, errors'],
  ['traces?min_duration_ms=-1', 'min_duration_ms', '-1', 'a number of milliseconds, 0 or more'],
  [
    'traces?from=yesterday',
    'from',
    'yesterday',
    'milliseconds since the epoch, an ISO 8601 time with its zone, or a time ago such as -15m (ms, s, m, h, d)',
  ],
  ['traces?service=', 'service', '', '1 to 500 characters'],
  ['traces?cursor=zzz', 'cursor', 'zzz', 'the next_cursor of an answer in the same order (newest)'],
  [
    'traces?attribute==5',
    'attribute',
    '=5',
    'key, !key, or key and value with one of = != > >= < <= ~ !~ between them',
  ],
  ['traces?follow=true&cursor=x', 'cursor', 'x', 'nothing beside follow=true'],
  ['traces/12', 'trace_id', '12', '32 hexadecimal digits'],
  ['status?verbose=1', 'verbose', 'an unknown parameter', 'none'],
  ['logs?severity=loud', 'severity', 'loud', 'trace, debug, info, warn, error, fatal'],
  ['map?__proto__=1', '__proto__', 'an unknown parameter', 'from, to'],
] as const

test.each(BAD)('%s is refused with what was found and what is allowed', async (path, parameter, found, allowed) => {
  const { url } = await serve()
  const { status, type, body } = await get(url, path)
  expect({
    status,
    type,
    code: body.code,
    parameter: body.parameter,
    found: body.found,
    allowed: body.allowed,
  }).toEqual({
    status: 400,
    type: 'application/problem+json',
    code: 'QUERY_PARAMETER',
    parameter,
    found,
    allowed,
  })
})

test('a trace that is not here is a problem with the correlation id of the request', async () => {
  const { url } = await serve()
  const { status, text, headers } = await ask(url, `/api/v1/traces/${traceHex(1)}`, {
    headers: { 'x-correlation-id': 'abc-1' },
  })
  expect({ status, type: headers['content-type'], ...JSON.parse(text) }).toMatchObject({
    status: 404,
    type: 'about:blank',
    code: 'not_found',
    correlation_id: 'abc-1',
  })
})

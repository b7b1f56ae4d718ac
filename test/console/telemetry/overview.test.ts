import { expect, test } from 'vitest'
import { KIND_CLIENT, KIND_CONSUMER, KIND_PRODUCER, type SpanLink, SpanRare } from '../../../src/model/span.ts'
import { DEFAULT_TENANT } from '../../../src/store/identity.ts'
import { Query } from '../../../src/store/query.ts'
import { Store } from '../../../src/store/store.ts'
import { batch, log, resource, span, spanHex, T0, traceHex } from '../../store/records.ts'
import { ask } from '../ask.ts'
import { serve } from './serve.ts'

async function get(url: string, path: string) {
  const { status, text } = await ask(url, `/api/v1/${path}`)
  return { status, body: JSON.parse(text) }
}

function linkTo(trace: number, spanId: number): SpanRare {
  const rare = new SpanRare()
  const link: SpanLink = {
    t0: 0,
    t1: 0,
    t2: 0,
    t3: trace,
    s0: 0,
    s1: spanId,
    flags: 1,
    traceState: null,
    attributes: null,
    dropped: 0,
  }
  rare.links = [link]
  return rare
}

const http = (route: string, status: number) => ['http.route', route, 'http.response.status_code', status]

test('rate, errors and duration over time stand beside those of the same time before', async () => {
  const { store, url } = await serve({ now: T0 + 20_000 })
  const at = (n: number, second: number, took: number, error = false) =>
    span({ trace: n, span: n, start: T0 + second * 1000, took, error, attributes: http('/a', error ? 500 : 200) })
  store.accept(
    batch({
      spans: [
        at(1, 2, 5),
        at(2, 11, 10),
        at(3, 12, 30, true),
        at(4, 17, 20),
        span({ trace: 5, span: 5, start: T0 + 13_000, name: 'job', kind: KIND_CLIENT, parent: 9 }),
      ],
    }),
  )
  const rates = { requests: 3, errors: 1, error_rate: 1 / 3, per_second: 0.3, p50_ms: 20, p95_ms: 30, p99_ms: 30 }
  expect(await get(url, 'red?from=-10s&moments=2&compare=true&by=route')).toEqual({
    status: 200,
    body: {
      from_ms: T0 + 10_000,
      to_ms: T0 + 20_000,
      step_ms: 5000,
      times_ms: [T0 + 10_000, T0 + 15_000],
      before: { from_ms: T0, to_ms: T0 + 10_000 },
      held_from_ms: T0 + 2000,
      left_out: 0,
      items: [
        {
          service: 'shop',
          name: null,
          kind: null,
          route: '/a',
          slowest_trace_id: traceHex(3),
          now: { ...rates, max_ms: 30 },
          before: {
            requests: 1,
            errors: 0,
            error_rate: 0,
            per_second: 0.1,
            p50_ms: 5,
            p95_ms: 5,
            p99_ms: 5,
            max_ms: 5,
          },
          timeline: { requests: [2, 1], errors: [1, 0], p50_ms: [10, 20], p95_ms: [30, 20], p99_ms: [30, 20] },
          before_timeline: {
            requests: [1, 0],
            errors: [0, 0],
            p50_ms: [5, null],
            p95_ms: [5, null],
            p99_ms: [5, null],
          },
        },
      ],
    },
  })
  const rows = async (query: string) =>
    (await get(url, `red?from=-10s&${query}`)).body.items.map(
      ({ service, name, kind, route, now, before }: Record<string, { requests: number }>) =>
        [service, name, kind, route, now!.requests, before] as const,
    )
  expect(await rows('by=operation')).toEqual([['shop', 'GET /orders', 'server', '/a', 3, null]])
  expect(await rows('by=operation&kind=client')).toEqual([['shop', 'job', 'client', null, 1, null]])
  expect(await rows('attribute=http.response.status_code%3E=500')).toEqual([['shop', null, null, null, 1, null]])
  expect(await rows('service=nobody')).toEqual([])
})

test('rows past the limit are counted, and those with the most requests stay', async () => {
  const { store, url } = await serve()
  for (let n = 1; n <= 6; n++)
    store.accept(
      batch({
        resource: resource(`s${Math.ceil(Math.sqrt(n))}`),
        spans: [span({ trace: n, span: n, start: T0 + n })],
      }),
    )
  const { body } = await get(url, 'red?limit=2&moments=1')
  expect([body.items.map((row: { service: string }) => row.service), body.left_out]).toEqual([['s2', 's3'], 1])
})

test('of too many points errors and the slowest stay, and what is left out is counted', async () => {
  const { store, url } = await serve()
  for (let n = 1; n <= 200; n++)
    store.accept(
      batch({ spans: [span({ trace: n, span: n, start: T0 + n, took: n === 77 ? 900 : 10, error: n % 40 === 0 })] }),
    )
  const { body } = await get(url, 'traces/scatter?limit=20')
  const ids = body.points.map(({ trace_id }: { trace_id: string }) => Number.parseInt(trace_id, 16))
  expect({ ...body, points: ids.length }).toEqual({
    from_ms: T0 + 1,
    to_ms: T0 + 60_000,
    matched: 200,
    left_out: 180,
    errors_left_out: 0,
    points: 20,
  })
  expect(ids.filter((n: number) => n % 40 === 0)).toEqual([40, 80, 120, 160, 200])
  expect(ids).toContain(77)
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  expect(body.points.find(({ error }: { error: boolean }) => error)).toEqual({
    trace_id: traceHex(40),
    name: 'GET /orders',
    service: 'shop',
    time_ms: T0 + 40,
    duration_ms: 10,
    error: true,
  })
  // The same traces, when others arrive: points do not flicker.
  store.accept(batch({ spans: [span({ trace: 999, span: 1, start: T0 + 999 })] }))
  const again = (await get(url, 'traces/scatter?limit=20')).body.points
  expect(again.filter(({ trace_id }: { trace_id: string }) => ids.includes(Number.parseInt(trace_id, 16))).length).toBe(
    again.some(({ trace_id }: { trace_id: string }) => trace_id === traceHex(999)) ? 19 : 20,
  )
})

test('when errors alone are too many, a quarter is left for what went well', async () => {
  const { store, url } = await serve()
  for (let n = 1; n <= 100; n++)
    store.accept(batch({ spans: [span({ trace: n, span: n, start: T0 + n, error: n <= 60 })] }))
  const { body } = await get(url, 'traces/scatter?limit=20')
  const failed = body.points.filter(({ error }: { error: boolean }) => error).length
  expect([failed, body.points.length, body.left_out, body.errors_left_out]).toEqual([15, 20, 80, 45])
})

test('facets count what each choice would give, each without its own condition', async () => {
  const { store, url } = await serve()
  store.accept(
    batch({
      spans: [
        span({ trace: 1, span: 1, name: 'GET /a', attributes: http('/a', 200) }),
        span({ trace: 2, span: 2, name: 'GET /a', attributes: http('/a', 500), error: true }),
        span({ trace: 3, span: 3, name: 'GET /b', attributes: http('/b', 200) }),
      ],
      logs: [
        log({ severity: 'error', attributes: ['error.type', 'Timeout'] }),
        log({ severity: 'warn' }),
        log({ severity: 'warn' }),
      ],
    }),
  )
  store.accept(
    batch({
      resource: resource('job'),
      spans: [span({ trace: 3, span: 4, parent: 3, name: 'work', kind: KIND_CONSUMER })],
      logs: [log()],
    }),
  )
  const facets = async (path: string) => {
    const { body } = await get(url, path)
    const pairs = body.facets.map(({ key, values }: { key: string; values: { value: string; count: number }[] }) => [
      key,
      values.map(({ value, count }) => `${value} ${count}`).join(', '),
    ])
    return { matched: body.matched, ...Object.fromEntries(pairs) }
  }
  expect(await facets('traces/facets')).toEqual({
    matched: 3,
    service: 'shop 3, job 1',
    name: 'GET /a 2, GET /b 1',
    route: '/a 2, /b 1',
    status: 'ok 2, error 1',
    'http.response.status_code': '200 2, 500 1',
    kind: 'server 3, consumer 1',
  })
  expect(await facets('traces/facets?service=shop&status=error')).toEqual({
    matched: 1,
    service: 'shop 1',
    name: 'GET /a 1',
    route: '/a 1',
    status: 'ok 2, error 1',
    'http.response.status_code': '500 1',
    kind: 'server 1',
  })
  expect(await facets('logs/facets?severity=error')).toEqual({
    matched: 1,
    service: 'shop 1',
    severity: 'warn 2, error 1, info 1',
    scope: 'test 1',
    event_name: '',
    'error.type': 'Timeout 1',
  })
})

test('logs are counted by level over time, under the filters', async () => {
  const { store, url } = await serve({ now: T0 + 4000 })
  store.accept(
    batch({
      logs: [
        log({ time: T0, severity: 'error' }),
        log({ time: T0 + 1000 }),
        log({ time: T0 + 3999 }),
        log({ time: T0 + 3999, severity: 'fatal', body: 'gone' }),
      ],
    }),
  )
  const none = [0, 0]
  const levels = { unspecified: none, trace: none, debug: none, info: [1, 1], warn: none, error: [1, 0], fatal: [0, 1] }
  const common = { from_ms: T0, to_ms: T0 + 4000, step_ms: 2000, times_ms: [T0, T0 + 2000] }
  expect((await get(url, 'logs/histogram?moments=2')).body).toEqual({ ...common, matched: 4, levels })
  expect((await get(url, `logs/histogram?moments=2&text=gone&from=${T0}`)).body).toEqual({
    ...common,
    matched: 1,
    levels: { ...levels, info: none, error: none },
  })
})

test('links lead in both directions, and say where they lead', async () => {
  const { store, url } = await serve()
  const send = span({ trace: 1, span: 1, name: 'send orders', kind: KIND_PRODUCER })
  const work = span({ trace: 2, span: 2, name: 'process orders', kind: KIND_CONSUMER, start: T0 + 50 })
  work.rare = linkTo(1, 1)
  const lost = span({ trace: 3, span: 3, kind: KIND_CONSUMER })
  lost.rare = linkTo(1, 77)
  store.accept(batch({ spans: [send] }))
  store.accept(batch({ resource: resource('worker'), spans: [work, lost] }))
  const linked = (await get(url, `traces/${traceHex(1)}`)).body
  expect([linked.linked_by, linked.linked_by_left_out]).toEqual([
    [
      {
        trace_id: traceHex(3),
        span_id: spanHex(3),
        name: 'GET /orders',
        service: 'worker',
        start_ms: T0,
        to_span_id: spanHex(77),
      },
      {
        trace_id: traceHex(2),
        span_id: spanHex(2),
        name: 'process orders',
        service: 'worker',
        start_ms: T0 + 50,
        to_span_id: spanHex(1),
      },
    ],
    0,
  ])
  const link = async (n: number) => (await get(url, `traces/${traceHex(n)}`)).body.tree[0].links
  expect(await link(2)).toEqual([
    { trace_id: traceHex(1), span_id: spanHex(1), attributes: {}, held: true, name: 'send orders', service: 'shop' },
  ])
  expect(await link(3)).toEqual([
    { trace_id: traceHex(1), span_id: spanHex(77), attributes: {}, held: true, name: null, service: null },
  ])
})

test('the map tells rates of nodes, and a call apart from a message between the same two', async () => {
  const { store, url } = await serve({ now: T0 + 10_000 })
  store.accept(
    batch({
      spans: [
        span({ trace: 1, span: 1 }),
        span({ trace: 1, span: 2, parent: 1, kind: KIND_CLIENT }),
        span({ trace: 1, span: 3, parent: 1, kind: KIND_PRODUCER }),
        span({ trace: 1, span: 4, parent: 1, kind: KIND_CLIENT, error: true, attributes: ['db.system.name', 'redis'] }),
      ],
    }),
  )
  store.accept(
    batch({
      resource: resource('stock'),
      spans: [
        span({ trace: 1, span: 5, parent: 2, took: 4 }),
        span({ trace: 1, span: 6, parent: 3, took: 8, kind: KIND_CONSUMER, error: true }),
      ],
    }),
  )
  const { body } = await get(url, `map?from=${T0}`)
  const rates = ({ requests, errors, p95_ms }: { requests: number; errors: number; p95_ms: number }) => [
    requests,
    errors,
    p95_ms,
  ]
  expect(body.nodes.map((node: never) => [node['id'], ...rates(node)])).toEqual([
    ['database:redis', 1, 1, 10],
    ['service:shop', 1, 0, 10],
    ['service:stock', 2, 1, 8],
  ])
  expect(body.edges.map((edge: never) => [edge['from'], edge['to'], edge['kind'], ...rates(edge)])).toEqual([
    ['service:shop', 'database:redis', 'call', 1, 1, 10],
    ['service:shop', 'service:stock', 'call', 1, 0, 4],
    ['service:shop', 'service:stock', 'message', 1, 1, 8],
  ])
  expect(body.left_out).toBe(0)
  expect(body.nodes.map(({ where }: { where: string[] }) => where)).toEqual([['db.system.name="redis"'], [], []])
})

test('a map of any number of hosts shows the two hundred that are asked most', () => {
  const store = new Store({ now: () => T0 })
  for (let n = 0; n < 300; n++)
    store.accept(
      batch({
        spans: [span({ trace: n + 1, span: 1, kind: KIND_CLIENT, parent: 9, attributes: ['server.address', `h${n}`] })],
      }),
    )
  const { nodes, edges, left_out } = new Query(store).map({ from: T0 })
  expect([nodes.length, nodes.some(({ type }) => type === 'service'), edges.length, left_out]).toEqual([
    200,
    true,
    199,
    101,
  ])
})

const EMPTY_RANGES = [
  `red?from=${T0 + 1}&to=${T0 + 1}`,
  `traces/scatter?from=${T0 + 2}&to=${T0 + 1}`,
  `logs/histogram?from=${T0 + 999_999}`,
  `metrics/any/chart?from=${T0 + 999_999}`,
]

test.each(EMPTY_RANGES)('%s is refused: it ends before it begins', async (path) => {
  const { url } = await serve()
  const { status, body } = await get(url, path)
  expect([status, body.code, body.parameter]).toEqual([400, 'QUERY_PARAMETER', 'from'])
})

test('nothing of one tenant is counted, drawn or linked for another', () => {
  const store = new Store({ now: () => T0 + 60_000 })
  const linking = span({ trace: 8, span: 8 })
  linking.rare = linkTo(1, 1)
  store.accept(batch({ spans: [span({ trace: 1, span: 1 })] }), 'mine')
  store.accept(batch({ spans: [linking, span({ trace: 1, span: 1, error: true })], logs: [log()] }), DEFAULT_TENANT)
  const mine = new Query(store, 'mine')
  expect({
    red: mine.red({ by: 'operation' }).items.map(({ now }) => [now.requests, now.errors]),
    scatter: mine.scatter().points.map(({ trace_id, error }) => [trace_id, error]),
    facets: mine.traceFacets().facets.find(({ key }) => key === 'status')?.values,
    logs: [mine.logHistogram().matched, mine.logFacets().matched],
    linked: mine.trace(traceHex(1))?.linked_by,
    held: new Query(store, 'nobody').trace(traceHex(1)),
  }).toEqual({
    red: [[1, 0]],
    scatter: [[traceHex(1), false]],
    facets: [{ value: 'ok', count: 1 }],
    logs: [0, 0],
    linked: [],
    held: undefined,
  })
})

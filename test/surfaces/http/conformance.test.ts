// One list of cases, sent to the same application on every server and framework, by zero code, by door and by both at once:
// whole spans and whole counters are compared, so a framework that loses a route or counts twice has nowhere to hide. What
// zero code does not reach is what `reach.ts` says, no more and no less, and the table of the guide is what was found here.
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { traceIdHex } from '../../../src/base/ids.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import { type SpanRecord, spanAttributes } from '../../../src/model/span.ts'
import { REACH, type Reach } from '../../../src/surfaces/http/reach.ts'
import { hanging } from './apps/app.ts'
import { FRAMEWORKS, type Framework } from './frameworks.ts'
import { inFlight, type Kit, kit, requests, settled, values, view } from './kit.ts'
import { type Ask, port } from './wire.ts'

interface Case {
  readonly name: string
  readonly ask: Ask
  /** 0: the client left before anything was sent. */
  readonly status: number
  readonly route: (framework: Framework) => string | null
  readonly thrown?: (framework: Framework) => string
  readonly body?: string
  /** The client leaves. */
  readonly cut?: boolean
}

const at = (route: string | null) => () => route
const json = { 'content-type': 'text/plain' }

const CASES: readonly Case[] = [
  { name: 'parameter', ask: { path: '/orders/17?q=1' }, status: 200, route: at('/orders/:id'), body: 'order' },
  { name: 'HEAD', ask: { path: '/orders/18', method: 'HEAD' }, status: 200, route: at('/orders/:id'), body: '' },
  {
    name: '304',
    ask: { path: '/orders/19', headers: { 'if-none-match': 'e' } },
    status: 304,
    route: at('/orders/:id'),
  },
  {
    name: 'POST',
    ask: { path: '/orders', method: 'POST', headers: json, body: 'x' },
    status: 201,
    route: at('/orders'),
    body: 'made',
  },
  { name: 'thrown', ask: { path: '/boom' }, status: 500, route: at('/boom'), thrown: () => 'TypeError' },
  { name: 'rejected', ask: { path: '/late' }, status: 500, route: at('/late'), thrown: () => 'TypeError' },
  { name: '4xx thrown', ask: { path: '/denied' }, status: 403, route: at('/denied') },
  { name: '5xx thrown', ask: { path: '/down' }, status: 503, route: at('/down'), thrown: (one) => one.unavailable },
  {
    name: 'mount with a parameter',
    ask: { path: '/api/acme-secret/things/4' },
    status: 200,
    route: at('/api/:tenant/things/:thing'),
    body: 'thing',
  },
  { name: 'prefix', ask: { path: '/v1/reports/week' }, status: 200, route: at('/v1/reports/:name'), body: 'report' },
  { name: 'trace in the handler', ask: { path: '/who' }, status: 200, route: at('/who') },
  { name: 'stream', ask: { path: '/stream' }, status: 200, route: at('/stream'), body: 'abc' },
  { name: 'events, client leaves', ask: { path: '/events' }, status: 200, route: at('/events'), cut: true },
  { name: 'client leaves early', ask: { path: '/hang' }, status: 0, route: at('/hang'), cut: true },
  {
    name: 'refused before the router',
    ask: { path: '/orders/20', headers: { 'x-refuse': '1' } },
    status: 401,
    route: ({ refused }) => refused,
  },
  { name: 'middleware of a mount', ask: { path: '/assets/a.js' }, status: 200, route: ({ assets }) => assets },
  { name: 'unknown path', ask: { path: '/nowhere/5' }, status: 404, route: at(null) },
]

const WAYS = [
  { way: 'zero code', servers: 'all', door: false },
  { way: 'by door', servers: 'observed', door: true },
  { way: 'both at once', servers: 'all', door: true },
] as const

const STATUS_TEXT: Record<number, string> = { 500: 'Internal Server Error', 503: 'Service Unavailable' }

function expectedSpan(framework: Framework, one: Case): object {
  const { ask, status, cut } = one
  const method = ask.method ?? 'GET'
  const [path, query] = ask.path.split('?')
  const route = one.route(framework)
  const thrown = one.thrown?.(framework)
  const failed = status >= 500
  return {
    name: route === null ? method : `${method} ${route}`,
    kind: 'server',
    status: failed ? 'error' : 'unset',
    ...(failed ? { message: STATUS_TEXT[status] } : {}),
    attributes: {
      'http.request.method': method,
      'url.scheme': framework.scheme,
      ...(route === null ? {} : { 'http.route': route }),
      ...(status === 0 ? {} : { 'http.response.status_code': status }),
      ...(failed ? { 'error.type': thrown } : cut ? { 'error.type': 'aborted' } : {}),
      'network.protocol.version': framework.version,
      'server.address': '127.0.0.1',
      'server.port': 'PORT',
      'url.path': path,
      ...(query === undefined ? {} : { 'url.query': query }),
    },
    exceptions: thrown === undefined ? [] : [thrown],
  }
}

function whole(span: SpanRecord): object {
  const events = span.rare?.events ?? []
  return {
    ...view(span),
    exceptions: events.map(({ attributes }) => attributesObject(attributes ?? [])['exception.type']),
  }
}

function traceOf({ t0, t1, t2, t3 }: SpanRecord): string {
  return traceIdHex(t0, t1, t2, t3)
}

function reachOf(framework: Framework): Reach {
  return REACH.find((row) => row.framework === framework.row)!
}

/** What zero code cannot know of this case, by the table. */
function outOfReach(framework: Framework, one: Case): boolean {
  const { route, error } = reachOf(framework)
  return (!route && one.route(framework) !== null) || (!error && one.thrown !== undefined)
}

let held: Kit | undefined
afterEach(() => held?.stop())

interface Found {
  /** Names of the cases that did not hold. */
  readonly failed: readonly string[]
  /** Of zero code, facet by facet: what was told apart from route and error, the routes, the errors. */
  readonly facets: readonly [string, string, string]
}

/** Framework → way → what was found. */
const found = new Map<string, Map<string, Found>>()

type Viewed = { attributes: Record<string, unknown>; name?: string; exceptions: unknown[] }

function without(viewed: Viewed, thrown: boolean): object {
  const { 'http.route': _route, 'error.type': type, ...attributes } = viewed.attributes
  return { ...viewed, name: '', exceptions: [], attributes: thrown ? attributes : { ...attributes, type } }
}

function equal(one: unknown, other: unknown): boolean {
  try {
    expect(one).toEqual(other)
    return true
  } catch {
    return false
  }
}

function facetsOf(framework: Framework, spans: readonly SpanRecord[]): Found['facets'] {
  const got = spans.map((span) => whole(span) as Viewed)
  const want = CASES.map((one) => expectedSpan(framework, one) as Viewed)
  const share = (among: (one: Case) => boolean, holds: (i: number, one: Case) => boolean) => {
    const all = CASES.map((one, i) => ({ one, i })).filter(({ one }) => among(one))
    const held = all.filter(({ one, i }) => holds(i, one))
    return held.length === all.length ? 'all' : held.length === 0 ? 'none' : `${held.length} of ${all.length}`
  }
  return [
    share(
      () => true,
      (i, { thrown }) => equal(without(got[i]!, thrown !== undefined), without(want[i]!, thrown !== undefined)),
    ),
    share(
      (one) => one.route(framework) !== null,
      (i) => got[i]!.attributes['http.route'] === want[i]!.attributes['http.route'],
    ),
    share(
      ({ thrown }) => thrown !== undefined,
      (i) =>
        equal(
          [got[i]!.attributes['error.type'], got[i]!.exceptions],
          [want[i]!.attributes['error.type'], want[i]!.exceptions],
        ),
    ),
  ]
}

async function play(framework: Framework, one: Case, server: { address(): unknown }): Promise<string | null> {
  if (one.cut) {
    const arrived = new Promise<void>((resolve) => {
      hanging.arrived = resolve
    })
    await framework.cut(port(server), one.ask.path, arrived)
    return null
  }
  const answer = await framework.send(port(server), one.ask)
  expect([one.name, answer.status]).toEqual([one.name, one.status])
  if (one.body !== undefined) expect([one.name, answer.body]).toEqual([one.name, one.body])
  return answer.body
}

describe.each(FRAMEWORKS)('$name', (framework) => {
  test.each(WAYS)(
    'every kind of request is one span and one count under its route, $way [W-25] [W-26] [W-27] [H-08] [H-12] [H-18] [W-12]',
    async ({ way, servers, door }) => {
      const recorded = (held = kit({ servers }))
      const app = await framework.open(door)
      const spans: SpanRecord[] = []
      for (const one of CASES) {
        const body = await play(framework, one, app.server)
        await recorded.ended(spans.length + 1)
        spans.push(...recorded.spans.slice(spans.length))
        expect([one.name, recorded.spans.length]).toEqual([one.name, CASES.indexOf(one) + 1])
        if (one.name === 'trace in the handler') expect(body).toBe(traceOf(spans.at(-1)!))
      }
      await app.close()

      const differing = CASES.filter((one, i) => !equal(whole(spans[i]!), expectedSpan(framework, one)))
      const result: Found = { failed: differing.map(({ name }) => name), facets: facetsOf(framework, spans) }
      found.set(framework.name, (found.get(framework.name) ?? new Map()).set(way, result))
      const beyond = CASES.filter((one) => !door && outOfReach(framework, one))
      const within = (_: unknown, i: number) => !beyond.includes(CASES[i]!)
      expect(spans.map(whole).filter(within)).toEqual(CASES.map((one) => expectedSpan(framework, one)).filter(within))
      expect(differing.map(({ name }) => name)).toEqual(beyond.map(({ name }) => name))

      for (const span of spans) {
        const keys = spanAttributes(span).filter((_, i) => i % 2 === 0)
        expect(keys).toEqual([...new Set(keys)])
      }

      // Counted once each, whatever the way; under the routes that the spans have.
      const counted: Record<string, number> = {}
      for (const [i, span] of spans.entries()) {
        const attributes = (view(span) as { attributes: Record<string, unknown> }).attributes
        const route = attributes['http.route'] ?? '<unmatched>'
        const key = `${attributes['http.request.method']} ${route} ${CASES[i]!.status || 499}`
        counted[key] = (counted[key] ?? 0) + 1
      }
      expect(requests(recorded.registry)).toEqual(counted)
      expect(JSON.stringify([spans.map(({ name }) => name), Object.keys(counted)])).not.toMatch(
        /acme-secret|a\.js|week/,
      )
      expect(recorded.log.map(({ status }) => status)).toEqual(CASES.map(({ status }) => status || 499))
      expect(inFlight(recorded.registry)).toBe(0)
      expect(values(recorded.registry, 'errors_total')).toEqual({ 'http 500': 2, 'http 503': 1 })
      await settled(() => values(recorded.registry, 'http_connections_active')[''] === 0)
      expect(values(recorded.registry, 'http_connections_active')).toEqual({ '': 0 })
    },
  )
})

function tableOf(): string {
  const cell = (one: Found | undefined) => {
    if (one === undefined) return 'not run'
    return one.failed.length === 0 ? 'all' : `all but ${one.failed.join(', ')}`
  }
  const rows = FRAMEWORKS.map(({ name }) => {
    const ways = found.get(name)
    const facets = ways?.get('zero code')?.facets ?? ['not run', 'not run', 'not run']
    return `| ${[name, ...facets, cell(ways?.get('by door')), cell(ways?.get('both at once'))].join(' | ')} |`
  })
  const head = ['server or framework', 'zero code: requests', 'routes', 'errors', 'by door', 'both at once']
  return [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows].join('\n')
}

describe('the guide', () => {
  const guide = () => readFileSync(new URL('../../../docs/guide/frameworks.md', import.meta.url), 'utf8')
  afterAll(() => console.log(`\n${tableOf()}\n`))

  test('no case fails by door, and the table of the guide is the one found here', () => {
    const failing = [...found].flatMap(([name, ways]) =>
      ['by door', 'both at once'].flatMap((way) => ways.get(way)?.failed.map((one) => `${name}: ${one}`) ?? []),
    )
    expect(failing).toEqual([])
    expect(guide()).toContain(tableOf())
  })

  test('the guide says of every framework what the table of reach says, and names every case', () => {
    const text = guide().replaceAll('`', '').replace(/\s+/g, ' ')
    const rows = REACH.map(({ framework, versions, says }) => `**${framework}** (${versions}): ${says}`)
    expect(rows.filter((row) => !text.includes(row))).toEqual([])
    expect(CASES.map(({ name }) => name).filter((name) => !text.includes(name))).toEqual([])
  })
})

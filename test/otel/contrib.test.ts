// Real instrumentations against real servers: the packages of the application, the providers of ours.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { installedContrib, loadContrib } from '../../src/otel/contrib.ts'
import type { Plain } from '../trace/recorder.ts'
import { type Bundle, bundle, run } from './bundle.ts'
import { registered } from './provider.ts'
import { freePort, POSTGRES, postgres, REDIS, REQUIRED, redis } from './servers.ts'

interface Told {
  results: unknown[]
  loaded: string[]
  missing: string[]
  failed: Record<string, string>
  metrics: [name: string, type: string, unit: string, count: number][]
  spans: Plain[]
}

const NODE24 = process.env['TELLTALE_NODE24']
// A folder with the newest contrib packages, which refuse Node 20 and so cannot stand in the root install.
const NEWEST = process.env['TELLTALE_CONTRIB24'] ?? (NODE24 ? resolve(dirname(NODE24), '../../../../contrib24') : '')
const newest = NODE24 !== undefined && existsSync(join(NEWEST, 'node_modules/@opentelemetry/instrumentation-pg'))

let built: Bundle
let pglite: PGlite
let socket: PGLiteSocketServer
let PG: string
let web: HttpServer
let received: { path: string; traceparent: string | undefined }[] = []

beforeAll(async () => {
  built = bundle()
  pglite = await PGlite.create()
  const port = await freePort()
  socket = new PGLiteSocketServer({ db: pglite, host: '127.0.0.1', port })
  await socket.start()
  PG = `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`
  web = createServer((request, response) => {
    received.push({ path: request.url!, traceparent: request.headers['traceparent'] as string | undefined })
    response.statusCode = request.url === '/' ? 200 : 404
    response.end('{"ok":true}')
  })
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  web.close()
  await socket.stop()
  await pglite.close()
  built.remove()
})

const program = resolve('test/otel/apps/contrib.cjs')
const app = (env: Record<string, string>, node?: string) =>
  run([program], { BUNDLE: built.cjs, ...env }, node) as Promise<Told>

/** Name, kind, status and the name of the parent of each span, in the order they ended. */
function tree(spans: Plain[]): string[] {
  const names = new Map(spans.map((span) => [span.id, span.name]))
  return spans.map((span) => `${names.get(span.parent) ?? '-'} > ${span.name} (${span.kind}, ${span.status})`)
}

const PG_TREE = [
  'request > pg.connect (client, unset)',
  'request > pg.query:SELECT postgres (client, unset)',
  'request > pg.query:SELECT postgres (client, error)',
  'request > pg.query:SELECT postgres (client, unset)',
]

test('pg: each query is a client span below the request, in one trace, and context survives callbacks [R-09]', async () => {
  const told = await app({ PG, LIST: 'pg' })
  expect([told.loaded, told.missing, told.failed]).toEqual([['@opentelemetry/instrumentation-pg'], [], {}])
  expect(told.results).toEqual([[{ n: 7 }], '42P01', [{ one: 1 }]])
  expect(tree(told.spans)).toEqual([...PG_TREE, '- > request (internal, unset)'])
  expect(new Set(told.spans.map((span) => span.trace)).size).toBe(1)
  expect(told.spans[1]!.attributes).toMatchObject({
    'db.namespace': 'postgres',
    'db.query.text': 'SELECT $1::int AS n',
    'server.address': '127.0.0.1',
  })
  expect(told.spans[2]!.message).toMatch(/relation "nowhere" does not exist/)
  expect(told.spans.at(-1)!.attributes).toEqual({ after: 'query', callback: true })
  expect(new Set(told.spans.slice(0, -1).map((span) => span.scope))).toEqual(
    new Set(['@opentelemetry/instrumentation-pg@0.76.0']),
  )
  expect(told.metrics).toEqual([['db.client.operation.duration', 'histogram', 's', 3]])
})

test.skipIf(!POSTGRES && !REQUIRED)(
  'pg against a real PostgreSQL (skipped without one): the same, and its pool [R-09]',
  async () => {
    const server = await postgres()
    const told = await app({ PG: server.url, LIST: 'pg', POOL: '1' })
    await server.stop()
    expect(told.results).toEqual([[{ n: 7 }], '42P01', [{ one: 1 }], [{ two: 2 }]])
    expect(tree(told.spans)).toEqual([
      ...PG_TREE,
      'pg-pool.connect > pg.connect (client, unset)',
      'request > pg-pool.connect (client, unset)',
      'request > pg.query:SELECT postgres (client, unset)',
      '- > request (internal, unset)',
    ])
    expect(new Set(told.spans.map((span) => span.trace)).size).toBe(1)
  },
)

test.skipIf(!REDIS && !REQUIRED)(
  'ioredis against a real Redis (skipped without one): commands are client spans below the request [R-09]',
  async () => {
    const server = await redis()
    const told = await app({ REDIS: server.url, LIST: 'ioredis' })
    await server.stop()
    expect(told.results).toEqual(['value', 'ReplyError'])
    const lines = tree(told.spans)
    for (const line of [
      'request > connect (client, unset)',
      'request > set (client, unset)',
      'request > get (client, unset)',
      'request > incr (client, error)',
      'request > quit (client, unset)',
      '- > request (internal, unset)',
    ]) {
      expect(lines).toContain(line)
    }
    expect(told.spans.find((span) => span.name === 'get')!.attributes).toEqual({
      'db.system.name': 'redis',
      'db.operation.name': 'get',
      'db.query.text': 'get key',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(server.url).port),
    })
    expect(new Set(told.spans.map((span) => span.trace)).size).toBe(1)
  },
)

test('undici: fetch is a client span whose id the server receives, 4xx and refused connections included [R-09]', async () => {
  received = []
  const { port } = web.address() as { port: number }
  const told = await app({ URL_TO: `http://127.0.0.1:${port}`, LIST: 'undici' })
  expect(told.results[0]).toEqual({ ok: true })
  expect(tree(told.spans)).toEqual([
    'request > GET (client, unset)',
    'request > GET (client, error)',
    '- > request (internal, unset)',
  ])
  const [ok, missing, request] = told.spans
  expect(received).toEqual([
    { path: '/', traceparent: `00-${request!.trace}-${ok!.id}-03` },
    { path: '/missing', traceparent: `00-${request!.trace}-${missing!.id}-03` },
  ])
  expect(told.metrics).toEqual([['http.client.request.duration', 'histogram', 's', 2]])
})

test('auto finds every installed instrumentation, and the list to skip is left out [R-09]', () => {
  expect(installedContrib(process.cwd())).toEqual([
    '@opentelemetry/instrumentation-ioredis',
    '@opentelemetry/instrumentation-pg',
    '@opentelemetry/instrumentation-undici',
  ])
  const on = registered()
  const contrib = loadContrib('auto', {
    from: process.cwd(),
    providers: on.registration,
    skip: ['undici', '@opentelemetry/instrumentation-ioredis'],
  })
  expect([contrib.loaded, contrib.missing, contrib.failed]).toEqual([['@opentelemetry/instrumentation-pg'], [], {}])
  contrib.disable()
  contrib.disable()
  on.stop()
})

test('what is not installed, exports nothing or throws at load is named, and the rest is loaded [R-09]', () => {
  const folder = mkdtempSync(join(tmpdir(), 'app-'))
  const make = (name: string, text: string) => {
    const place = join(folder, 'node_modules', name)
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'index.js'), text)
  }
  make('@opentelemetry/instrumentation-empty', 'exports.helper = function () {}')
  make('@opentelemetry/instrumentation-broken', 'throw new Error("needs Node 99\\nand more")')
  make(
    '@opentelemetry/instrumentation-fine',
    `class Fine { constructor() { this.calls = []; globalThis.fine = this } setTracerProvider(p) { this.calls.push('trace') }
     setMeterProvider(p) { this.calls.push('metrics') } getConfig() { return { enabled: false } } enable() { this.calls.push('enable') } disable() { this.calls.push('disable') } }
     exports.FineInstrumentation = Fine; exports.Alias = Fine`,
  )
  make('@acme/instrumentation-other', 'exports.Other = class { setTracerProvider() {} enable() {} }')
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  const on = registered()
  const contrib = loadContrib(['empty', 'broken', 'fine', 'fine', 'nowhere', '@acme/instrumentation-other'], {
    from: folder,
    providers: on.registration,
  })
  expect(contrib.loaded).toEqual(['@opentelemetry/instrumentation-fine', '@acme/instrumentation-other'])
  expect(contrib.missing).toEqual(['@opentelemetry/instrumentation-nowhere'])
  expect(contrib.failed).toEqual({
    '@opentelemetry/instrumentation-empty': 'it exports no instrumentation',
    '@opentelemetry/instrumentation-broken': 'needs Node 99',
  })
  contrib.disable()
  expect((globalThis as unknown as { fine: { calls: string[] } }).fine.calls).toEqual([
    'trace',
    'metrics',
    'enable',
    'disable',
  ])
  expect(said.map((notice) => notice.text)).toEqual([
    'instrumentations that are configured are not installed: @opentelemetry/instrumentation-nowhere; npm install them or take them off the list',
    'instrumentation @opentelemetry/instrumentation-empty did not load: it exports no instrumentation',
    'instrumentation @opentelemetry/instrumentation-broken did not load: needs Node 99',
  ])
  on.stop()
  onNotice(undefined)
  forgetNotices()
  rmSync(folder, { recursive: true })
})

test.skipIf(!newest)(
  'the newest contrib on Node 24 with API 1.10 (skipped without TELLTALE_NODE24 and its packages) [R-09]',
  async () => {
    received = []
    const { port } = web.address() as { port: number }
    const told = await app({ APP: NEWEST, PG, URL_TO: `http://127.0.0.1:${port}` }, NODE24)
    expect([told.loaded, told.missing, told.failed]).toEqual([
      [
        '@opentelemetry/instrumentation-ioredis',
        '@opentelemetry/instrumentation-pg',
        '@opentelemetry/instrumentation-undici',
      ],
      [],
      {},
    ])
    expect(told.results.slice(0, 4)).toEqual([[{ n: 7 }], '42P01', [{ one: 1 }], { ok: true }])
    expect(tree(told.spans)).toEqual([
      ...PG_TREE,
      'request > GET (client, unset)',
      'request > GET (client, error)',
      '- > request (internal, unset)',
    ])
    expect(received[0]!.traceparent).toBe(`00-${told.spans[4]!.trace}-${told.spans[4]!.id}-03`)
  },
)

// Operations of a running service: who may ask, what is never shown, and that a change and its audit row are one transaction.
import { symlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Overview } from '../../src/console/ops/answers.ts'
import { gauge, health, start, type Telltale } from '../../src/index.ts'
import { provideOperations } from '../../src/operations.ts'
import { claims, NOW, SECRET, shared } from '../access/issuer.ts'
import { noPostgres } from '../audit/kit.ts'
import { ask } from '../console/ask.ts'
import { ROOT } from '../house/source.ts'
import { type Postgres, postgres } from '../otel/servers.ts'
import { app, folder, later, launch, notices, receiver, said, until } from './kit.ts'

let server: Postgres
let pool: pg.Pool
beforeAll(async () => {
  if (noPostgres) return
  server = await postgres()
  pool = new pg.Pool({ connectionString: server.url, max: 4 })
  await pool.query(
    `CREATE TABLE outbox (id int PRIMARY KEY, status text, event_type text, payload text, attempts int, last_error text)`,
  )
}, 120_000)
afterAll(async () => {
  await pool?.end()
  await server?.stop()
}, 60_000)

const MESSAGES = '/api/v1/admin/outbox/messages'
const ADDRESSES: readonly (readonly [method: string, path: string, ok: number])[] = [
  ['GET', '/admin/ops/overview', 200],
  ['GET', '/api/v1/admin/telemetry/fleet', 200],
  ['GET', '/api/v1/admin/telemetry/fleet?range=1m', 400],
  ['GET', '/api/v1/admin/telemetry/fleet?points=501', 400],
  ['GET', MESSAGES, 503],
  ['POST', `${MESSAGES}/1/requeue`, 503],
  ['POST', `${MESSAGES}/1/discard`, 503],
  ['GET', '/api/v1/admin/dlq/messages', 503],
  ['POST', '/api/v1/admin/dlq/messages/1/requeue', 503],
  ['POST', '/api/v1/admin/dlq/messages/1/discard', 503],
]

const token = (over: Record<string, unknown>) => ({
  authorization: `Bearer ${shared(claims({ iat: undefined, exp: NOW, ...over }))}`,
})

async function statuses({ address }: Telltale, headers: Record<string, string> = {}): Promise<number[]> {
  const found: number[] = []
  for (const [method, path] of ADDRESSES) found.push((await fetch(address + path, { method, headers })).status)
  return found
}
const all = (status: number) => ADDRESSES.map(() => status)

test('anonymous is 401, everybody but an administrator 403, on every address [G-26] [G-28] (ruling 22)', async () => {
  said()
  const yaml =
    'name: shop\nserver: { port: 0 }\nops: { outbox: { table: outbox } }\naccess: { jwt: { enabled: true } }\n'
  const telltale = await launch(yaml, { JWT_SECRET: SECRET })
  expect({
    anonymous: await statuses(telltale),
    wrong: await statuses(telltale, { authorization: 'Bearer nobody' }),
    user: await statuses(telltale, token({ scope: 'user/*.*' })),
    system: await statuses(telltale, token({ scope: 'system/*.read' })),
    admin: await statuses(telltale, token({ roles: ['platform_admin'] })),
  }).toEqual({
    anonymous: all(401),
    wrong: all(401),
    user: all(403),
    system: all(403),
    admin: ADDRESSES.map(([, , ok]) => ok),
  })
})

test('with authentication off all of it is closed, unless dev: true (ruling 58)', async () => {
  said()
  const yaml = 'name: shop\nserver: { port: 0 }\nops: { outbox: { table: outbox } }\n'
  const closed = await launch(yaml)
  expect(await statuses(closed)).toEqual(all(403))
  await closed.stop()
  expect(await statuses(await launch(`${yaml}dev: true\n`))).toEqual(ADDRESSES.map(([, , ok]) => ok))
})

test('a page whose name was made to resolve to this machine is no administrator of it [R-42] (ruling 58)', async () => {
  said()
  const telltale = await launch('name: shop\nserver: { port: 0 }\ndev: true\n')
  const { port } = new URL(telltale.address!)
  const host = `evil.example:${port}`
  const rebound = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }
  const asked = async (method: string, path: string, headers: Record<string, string>) => {
    const { status, text } = await ask(telltale.address!, path, { method, headers })
    return [status, JSON.parse(text).code ?? JSON.parse(text).tiers]
  }
  const forbidden = [403, 'host_forbidden']
  expect([
    await asked('GET', '/admin/ops/overview', rebound),
    await asked('POST', '/admin/ops/control/cpu-profile', rebound),
    await asked('GET', '/console/session', rebound),
    await asked('GET', '/console/session', { host: `localhost:${port}` }),
  ]).toEqual([
    ...[forbidden, forbidden],
    ...[
      [200, ['public', 'tenant', 'system']],
      [200, ['public', 'tenant', 'system', 'admin']],
    ],
  ])
})

test('after a stop nothing is done any more that the audit trail would have to know [H-53]', async () => {
  said()
  const db = await PGlite.create()
  await db.exec("CREATE TABLE outbox (id int PRIMARY KEY, status text); INSERT INTO outbox VALUES (1, 'failed')")
  const undo = provideOperations(db)
  const yaml = 'name: shop\ndev: true\naudit: { enabled: true }\nops: { outbox: { table: outbox } }\n'
  const telltale = await launch(yaml)
  const { server: own, url } = await app((_, response) => void response.end('mine'))
  telltale.mount(own)
  await telltale.stop()
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const level = { ...json, body: '{"level":"debug"}' }
  const codes = [
    await fetch(`${url}${MESSAGES}/1/requeue`, json),
    await fetch(`${url}/admin/ops/control/log-level`, level),
  ].map(async (one) => [one.status, ((await one.json()) as { code?: string }).code])
  expect(await Promise.all(codes)).toEqual([
    [503, 'service_unavailable'],
    [503, 'audit_unavailable'],
  ])
  expect((await db.query('SELECT status FROM outbox')).rows).toEqual([{ status: 'failed' }])
  undo()
  await db.close()
})

test('without an outbox its addresses are the application’s', async () => {
  said()
  const telltale = await launch('name: shop\nserver: { port: 0 }\ndev: true\n')
  const { server: own, url } = await app((_, response) => void response.end('mine'))
  telltale.mount(own)
  expect(await (await fetch(`${url}${MESSAGES}`)).text()).toBe('mine')
  expect(await (await fetch(`${url}/admin/ops/overview`)).json()).toMatchObject({ scope: 'single-instance' })
})

test('no host, address or credential is in the overview, whatever fails with what [G-26]', async () => {
  said()
  const telltale = await launch(
    `name: shop
dev: true
server: { port: 0 }
console: { instance: shop-1 }
observability: { opentelemetry: { tracing: { exporters: [{ type: otlp, endpoint: "http://127.0.0.1:9", headers: { api-key: hush } }] } } }
ops:
  prometheus_url: http://127.0.0.1:1/prometheus
  queues:
    - { name: orders, source: nats, url: "http://127.0.0.1:2", stream: S, consumer: c }
    - { name: mails, source: sql, table: mails }
  outbox: { table: outbox }
`,
  )
  const failure = new Error(
    `password authentication failed for user "app" at ${hostname()}, postgres://app:hush@db7.internal:5432`,
  )
  health.check('pool', () => Promise.reject(failure))
  later(health.check('other', () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND db7.internal')))))
  const fails = () => Promise.reject(failure)
  later(provideOperations({ totalCount: 0, query: fails, connect: fails }))
  const text = await (await fetch(`${telltale.address}/admin/ops/overview`)).text()
  later(health.check('pool', () => true))
  const overview = JSON.parse(text) as Overview
  expect(overview.incidents.map(({ class: kind }) => kind)).toContain('health_check')
  expect(overview.health.components.map(({ name, reason }) => [name, reason])).toEqual([
    ['pool', 'it failed: the log says why'],
    ['other', 'it failed (ENOTFOUND)'],
  ])
  expect(text).not.toMatch(/https?:|postgres:|127\.0\.0\.1|localhost|internal|hush|password|Bearer/i)
  expect(text).not.toContain(hostname())
})

test('the session has the configured links for whoever may follow them', async () => {
  said()
  const yaml = `name: shop
server: { port: 0 }
access: { jwt: { enabled: true } }
ops: { links: { trace: "https://traces.example/{trace_id}" } }
`
  const telltale = await launch(yaml, { JWT_SECRET: SECRET })
  const links = async (headers = {}) =>
    ((await (await fetch(`${telltale.address}/console/session`, { headers })).json()) as { links: object }).links
  expect([await links(), await links(token({ roles: ['platform_admin'] }))]).toEqual([
    {},
    { trace: 'https://traces.example/{trace_id}' },
  ])
})

test('series of a service without Prometheus are of this instance, and say so [G-28] (ruling 63)', async () => {
  said()
  const telltale = await launch('name: shop\nserver: { port: 0 }\ndev: true\nconsole: { instance: shop-1 }\n')
  const { get } = await app((request, response) => void response.writeHead(request.url === '/bad' ? 500 : 200).end())
  for (const path of ['/', '/', '/bad', '/']) await get(path)
  await until('all are in the log', () => telltale.traffic.total === 4)
  const series = await (await fetch(`${telltale.address}/api/v1/admin/telemetry/fleet?range=5m&points=3`)).json()
  const unknown = { rps: null, error_rate: null, p50_ms: null, p95_ms: null, p99_ms: null, instances_up: null }
  const time = expect.any(String)
  expect(series).toEqual({
    generated_at: time,
    instance: 'shop-1',
    range_seconds: 300,
    scope: 'single-instance',
    source: 'request_log',
    step_seconds: 100,
    points: [{ time, ...unknown }, { time, ...unknown }, expect.objectContaining({ time })],
    reason: 'ops.prometheus_url is not set: these are requests that this instance has in its log',
  })
})

test('an endpoint that must not be called keeps a service from starting (ruling 6)', async () => {
  said()
  const yaml = (ops: string) => `name: shop\nserver: { port: 0 }\naccess: { endpoint_policy: strict }\nops: ${ops}\n`
  const nats = '{ name: q, source: nats, url: "http://169.254.169.254", stream: S, consumer: c }'
  await expect(launch(yaml('{ prometheus_url: "http://127.0.0.1:9090" }'))).rejects.toThrow(
    /^ENDPOINT_FORBIDDEN ops.prometheus_url/,
  )
  await expect(launch(yaml(`{ queues: [${nats}] }`))).rejects.toThrow(/^ENDPOINT_FORBIDDEN ops.queues\[0\].url/)
})

const asking = (url: string, name: string) => `name: shop
server: { port: 0 }
dev: true
ops: { prometheus_url: "${url}", prometheus_headers: { ${name}: shop } }
`

test('a header for Prometheus that cannot be sent keeps a service from starting, one sent in the open is told of', async () => {
  const lines = said()
  await expect(launch(asking('http://127.0.0.1:9090', 'Host'))).rejects.toThrow(/^HEADER_INVALID "Host"/)
  await launch(asking('http://192.0.2.1:9090', 'X-Scope-OrgID'))
  expect(lines.filter((line) => line.includes('plain http'))).toEqual([
    expect.stringContaining('headers (X-Scope-OrgID) are sent to 192.0.2.1:9090 over plain http'),
  ])
})

test('a Prometheus that refuses says which key to look at', async () => {
  said()
  const guarded = await receiver()
  guarded.answer = (response) => {
    response.writeHead(401).end()
    return true
  }
  const telltale = await launch(asking(guarded.url, 'X-Scope-OrgID'))
  const { fleet } = (await (await fetch(`${telltale.address}/admin/ops/overview`)).json()) as Overview
  expect(fleet!.reason).toBe('Prometheus answers with status 401; check ops.prometheus_headers')
})

const run = test.skipIf(noPostgres)

async function begin(yaml: string, env: NodeJS.ProcessEnv): Promise<Telltale> {
  const cwd = folder({ 'telltale.yaml': yaml })
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'))
  const telltale = await start({ cwd, env })
  later(() => telltale.stop())
  return telltale
}

const YAML = (table: string) => `name: shop
server: { port: 0 }
access: { jwt: { enabled: true } }
audit: { enabled: true, store: postgresql, table: ${table} }
ops: { outbox: { table: outbox } }
`

async function rowsOf(table: string, sql: { query(text: string): Promise<{ rows: object[] }> }): Promise<unknown[]> {
  const { rows } = await sql.query(
    `SELECT action, actor_user_id, actor_role, target_type, target_id, result, metadata FROM ${table} WHERE action LIKE 'outbox.%' ORDER BY seq`,
  )
  return rows.map((row) => Object.values(row))
}

const REFUSES = `
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
DROP TRIGGER IF EXISTS late ON outbox;
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id = 3) EXECUTE FUNCTION refuse();
TRUNCATE outbox;
INSERT INTO outbox SELECT i, 'failed', 'order.placed', 'secret', 3, 'no route' FROM generate_series(1, 3) i;`

run('a change and its row are one transaction where the trail is in that database [G-16] [G-28]', async () => {
  said()
  notices()
  await pool.query(REFUSES)
  const telltale = await begin(YAML('trail'), { JWT_SECRET: SECRET, DATABASE_URL: server.url })
  later(provideOperations(pool))
  const headers = token({ sub: 'alice', roles: ['platform_admin'] })
  const post = async (path: string) =>
    (await fetch(`${telltale.address}${MESSAGES}/${path}`, { method: 'POST', headers })).status
  expect([await post('1/requeue'), await post('2/discard'), await post('3/requeue'), await post('9/requeue')]).toEqual([
    ...[200, 200, 500, 404],
  ])
  const row = (action: string, id: string, result: string, metadata: object) => [
    ...[`outbox.${action}`, 'alice', 'admin', 'outbox_message', id, result, metadata],
  ]
  // Of the third there is no row of success: it went with its change.
  expect(await rowsOf('trail', pool)).toEqual([
    row('requeue', '1', 'success', { status_from: 'failed', status_to: 'pending' }),
    row('discard', '2', 'success', { status_from: 'failed', status_to: 'gone' }),
    row('requeue', '3', 'failure', { error_code: 'internal_error' }),
    row('requeue', '9', 'failure', { error_code: 'not_found' }),
  ])
  const { rows } = await pool.query(
    "SELECT t.xmin = o.xmin AS one FROM trail t, outbox o WHERE o.id = 1 AND t.target_id = '1' AND t.action = 'outbox.requeue'",
  )
  expect(rows).toEqual([{ one: true }])
  expect((await pool.query('SELECT id, status FROM outbox ORDER BY id')).rows).toEqual([
    { id: 1, status: 'pending' },
    { id: 3, status: 'failed' },
  ])
})

run('a trail that is kept elsewhere has the row before the change is there [G-16]', async () => {
  said()
  notices()
  await pool.query(REFUSES)
  await pool.query('CREATE DATABASE elsewhere')
  const url = new URL(server.url)
  url.pathname = '/elsewhere'
  const other = new pg.Pool({ connectionString: url.href, max: 1 })
  // A table of the same name is not that trail.
  await pool.query('CREATE TABLE trail_of_others (id int)')
  const telltale = await begin(YAML('trail_of_others'), { JWT_SECRET: SECRET, DATABASE_URL: url.href })
  later(() => other.end())
  later(provideOperations(pool))
  const headers = token({ sub: 'alice', roles: ['platform_admin'] })
  const post = async (path: string) =>
    (await fetch(`${telltale.address}${MESSAGES}/${path}`, { method: 'POST', headers })).status
  expect([await post('1/requeue'), await post('3/requeue')]).toEqual([200, 500])
  expect((await rowsOf('trail_of_others', other)).map((row) => (row as unknown[]).slice(4, 6).join(' '))).toEqual([
    '1 success',
    '3 success',
    '3 failure',
  ])
})

test('a gauge of the application is a queue of the overview, as it is when somebody looks (ruling 63)', async () => {
  said()
  const telltale = await launch(
    'name: shop\nserver: { port: 0 }\ndev: true\nops: { queues: [{ name: jobs, source: metric, metric: jobs_waiting, backlog: 5 }] }\n',
  )
  gauge('jobs_waiting').set(6)
  const overview = (await (await fetch(`${telltale.address}/admin/ops/overview`)).json()) as Overview
  expect(overview.queues.map(({ name, depth }) => [name, depth])).toEqual([['jobs', 6]])
  expect(overview.incidents.map(({ detail, opened_at_exact }) => [detail, opened_at_exact])).toEqual([
    ['6 messages wait in jobs (5 are a backlog)', expect.any(Boolean)],
  ])
})

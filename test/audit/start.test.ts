// A whole instance with a trail in a real PostgreSQL: what the application records, what our doors decide, how it ends.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RequestGuard } from '../../src/access/request-guard.ts'
import { openAudit, record, runningAudit } from '../../src/audit.ts'
import { span, start, type Telltale } from '../../src/index.ts'
import { ROOT } from '../house/source.ts'
import { postgres } from '../otel/servers.ts'
import { app, folder, later, launch, notices, SHOP, until } from '../start/kit.ts'
import { entry, noPostgres, outcome, ownPostgres } from './kit.ts'

const { server, sql } = await ownPostgres()

const run = test.skipIf(noPostgres)
const trail = (table: string, more = '') =>
  `${SHOP}audit: { enabled: true, store: postgresql, table: ${table} }\n${more}`
const GUARDED =
  'observability: { prometheus: { authentication: { enabled: true, rate_limit: { burst_size: 100 } } } }\n'

/** Where drivers are installed. */
async function begin(yaml: string, env: NodeJS.ProcessEnv): Promise<Telltale> {
  const cwd = folder({ 'telltale.yaml': yaml })
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'))
  const telltale = await start({ cwd, env })
  later(() => telltale.stop())
  return telltale
}

async function asked(url: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url, { headers: { connection: 'close', 'user-agent': 'test', ...headers } })
  await response.text()
  return response.status
}

const rows = async (table: string) =>
  (
    await sql.query(
      `SELECT action, actor_role, target_type || ' ' || target_id AS target, result, actor_ip, metadata FROM ${table} ORDER BY seq`,
    )
  ).rows.map((row) => Object.values(row))

run(
  'denials and uses of a token are rows, counted and without the token, and stop writes what was folded [R-26] [R-45]',
  async () => {
    const telltale = await begin(trail('doors', GUARDED), { DATABASE_URL: server.url, METRICS_TOKEN: 'rosebud-token' })
    const url = `${telltale.address}/metrics`
    const good = { authorization: 'Bearer rosebud-token' }
    const bad = { authorization: 'Bearer sled-token' }
    expect(await asked(url)).toBe(401)
    for (let i = 0; i < 3; i++) expect(await asked(url, good)).toBe(200)
    const denied = [await asked(url, bad), await asked(url, bad), await asked(url, bad)]
    expect(new Set(denied).size).toBe(1)
    await telltale.stop()
    const families = telltale.registry.exposition().filter(({ short }) => short.startsWith('audit_'))
    const request_scope = 'metrics:read'
    const [missing, used, invalid, ...folded] = await rows('doors')
    const deny = (reason: string) => ({ error_code: expect.any(String), policy_key: 'scrape', reason })
    expect(missing).toEqual(['authz.deny', 'system', 'route /metrics', 'failure', '127.0.0.1', deny('missing')])
    expect(used).toEqual([
      ...['metrics.scrape', 'service_account', 'metrics_token env_token', 'success', '127.0.0.1'],
      { policy_key: 'scrape', reason: 'ok', request_scope },
    ])
    expect(invalid).toEqual(['authz.deny', 'system', 'route /metrics', 'failure', '127.0.0.1', deny('invalid')])
    expect(folded.map((row) => [row[0], (row[5] as { reason: string }).reason]).sort()).toEqual([
      ['authz.deny', 'invalid, 2 times'],
      ['metrics.scrape', 'ok, 2 times'],
    ])
    expect(JSON.stringify(await rows('doors'))).not.toMatch(/rosebud|sled/)
    expect(families.map(({ short, series }) => [short, series.length])).toEqual([
      ['audit_chain_appends_total', 1],
      ['audit_chain_depth', 1],
      ['audit_chain_last_append_timestamp_seconds', 1],
    ])
    const audit = await openAudit({ store: 'postgresql', url: server.url, table: 'doors', create: false })
    later(() => audit.close())
    expect(await audit.verify()).toMatchObject({ ok: true, rows: 5 })
  },
)

run("what the application's own guard refuses is a row with its path [G-16]", async () => {
  const secret = 's'.repeat(40)
  const jwt = 'access: { jwt: { enabled: true } }\n'
  const telltale = await begin(trail('own_requests', jwt), { DATABASE_URL: server.url, JWT_SECRET: secret })
  const protect = new RequestGuard({})
  const { url } = await app(async (request, response) => {
    const access = await protect.authenticate(request)
    response.writeHead(access.ok ? 200 : access.denied.status).end()
  })
  expect(await asked(`${url}/orders/7?token=rosebud`)).toBe(401)
  expect(await asked(`${url}/orders/8`, { authorization: 'Bearer a.b.c' })).toBe(401)
  await telltale.stop()
  expect((await rows('own_requests')).map((row) => row.slice(0, 4))).toEqual([
    ['authz.deny', 'system', 'route /orders/7', 'failure'],
    ['authz.deny', 'system', 'route /orders/8', 'failure'],
  ])
})

run('a row has the correlation id of the request that it is written in [G-16] [G-08]', async () => {
  const telltale = await begin(trail('correlated'), { DATABASE_URL: server.url })
  const { url } = await app((_, response) => {
    void span('work', async () => record(entry())).then((row) => response.end(row?.correlation_id))
  })
  const response = await fetch(url, { headers: { connection: 'close', 'x-correlation-id': 'order-17' } })
  expect([await response.text(), response.headers.get('x-correlation-id')]).toEqual(['order-17', 'order-17'])
  expect((await (await runningAudit())!.rows()).map(({ correlation_id }) => correlation_id)).toEqual(['order-17'])
  await telltale.stop()
  expect(await runningAudit()).toBe(null)
  expect(await outcome(record(entry()))).toBe('AUDIT_CLOSED')
})

run('a database that is not there does not stop the service: rows fail who records them until it is back', async () => {
  notices()
  const broken = await postgres()
  later(() => broken.stop())
  await broken.kill()
  const yaml = trail('later', GUARDED)
  const telltale = await begin(yaml, { DATABASE_URL: broken.url, METRICS_TOKEN: 't' })
  expect(await outcome(record(entry()))).toBe('AUDIT_STORE')
  expect(await asked(`${telltale.address}/metrics`)).toBe(401)
  await broken.begin()
  await until('the database is back', async () => (await outcome(record(entry()))) !== 'AUDIT_STORE')
  const audit = (await runningAudit())!
  expect((await audit.verify()).ok).toBe(true)
  await telltale.stop()
})

test('without a trail a row is looked at, and recorded nowhere; before start and after stop it is refused', async () => {
  notices()
  expect(await outcome(record(entry()))).toBe('AUDIT_CLOSED')
  const telltale = await launch(SHOP)
  expect(await record(entry())).toBe(null)
  expect(await outcome(record(entry({ metadata: { note: 1 } as never })))).toBe('AUDIT_KEY')
  await telltale.stop()
  expect(await outcome(record(entry()))).toBe('AUDIT_CLOSED')
})

test('a trail whose database has no URL keeps the service from starting', async () => {
  await expect(begin(trail('none'), {})).rejects.toThrow(
    'CONFIG_UNSET_VARIABLE DATABASE_URL: An environment variable that the file asks for is not set; found audit.store: postgresql. Set DATABASE_URL to the URL of the database, or keep the trail in the process: audit.store: embedded.',
  )
})

// The six figures of a service that was really started, over HTTP, on every store: whole bodies, what they are allowed to
// say, and how many statements they take. Nothing is guarded here.
import { spawnSync } from 'node:child_process'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { provideInventory } from '../../../src/inventory.ts'
import { counting, DEFAULT, NOW, ROWS } from '../../inventory/contract.ts'
import { expected } from '../../inventory/kit.ts'
import { MONGODB, mongodb } from '../../inventory/mongodb.ts'
import { tables } from '../../inventory/tables.ts'
import { POSTGRES, postgres, REQUIRED } from '../../otel/servers.ts'
import { later, launch, said } from '../../start/kit.ts'
import { wrong } from '../service-api/validator.ts'
import { answers, ask, questions, serviceYaml, statements } from './questions.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => void vi.useRealTimers())

type Scope = 'cluster' | 'single-instance'
/** What a header may not name a tenant with. */
const NO_TENANT = /[^A-Za-z0-9._:@~$-]/
const generated_at = new Date(NOW).toISOString()

/** What a service answers over the records of the contract. */
function whole(scope: Scope): Record<string, unknown> {
  const { tenants, ...bodies } = expected(scope) as Record<string, Record<string, never>>
  const found: Record<string, unknown> = {}
  for (const [name, [, tenant]] of Object.entries(questions()))
    found[name] = NO_TENANT.test(tenant) ? '400 tenant_invalid' : bodies[name]
  const stored = tenants!['tenants'] as { tenant: string; resources: number }[]
  const nothing = { requests_per_second: 0, p95_ms: 0, error_rate: 0 }
  found['tenants'] = {
    instance: 'shop-1',
    resources_scope: scope,
    traffic_scope: 'single-instance',
    generated_at,
    window_seconds: 3600,
    tenant_count: stored.length,
    tenants: stored.map((row) => ({ ...row, ...nothing })),
  }
  found['traffic'] = {
    instance: 'shop-1',
    scope: 'single-instance',
    generated_at,
    window_seconds: 60,
    covered_seconds: 0,
    sample_count: 0,
    requests_per_second: 0,
    latency_ms: { p50: 0, p95: 0, p99: 0 },
    error_rate: 0,
    status_classes: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
    series: Array.from({ length: 30 }, (_, i) => ({ offset_seconds: 60 - i * 2, requests_per_second: 0, p95_ms: 0 })),
  }
  found['uptime'] = {
    service: 'shop',
    scope: 'single-instance',
    version: expect.any(String),
    started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    now: generated_at,
    uptime_seconds: expect.any(Number),
    uptime_human: expect.stringMatching(/^(?:\d+[dhms] ?)+$/),
    availability: { tracked: false, note: expect.any(String) },
  }
  return found
}

/** 168 cells of one tenant; of the others those that were written in, as in the bodies that are checked in. */
function written(found: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(found).map(([name, body]) => {
      const { cells } = (body ?? {}) as { cells?: { count: number }[] }
      if (cells === undefined || name === 'activity of acme') return [name, body]
      expect(cells.length).toBe(168)
      return [name, { ...(body as object), cells: cells.filter(({ count }) => count > 0) }]
    }),
  )
}

function isDescribed(found: Record<string, unknown>): void {
  for (const [name, [path]] of Object.entries(questions())) {
    if (typeof found[name] === 'string') continue
    expect([name, wrong('GET', path.replace(/\?.*/, ''), 200, 'application/json', found[name])]).toEqual([name, []])
  }
}

/** One statement for each count of the inventory: what is there by type and what changed by day are two. */
const STATEMENTS = {
  'resource-counts?days=9': [2, 0],
  'activity?days=9': [1, 0],
  'resource-distribution?top=9': [1, 0],
  // It was asked before.
  tenants: [0, 0],
}

async function contract(client: object, scope: Scope, home: 'table' | 'collection', method: string): Promise<void> {
  const counted = counting(client, method)
  later(provideInventory(counted.client as never))
  const { address } = await launch(serviceYaml(home))
  const found = await answers(address)
  expect(written(found)).toEqual(whole(scope))
  isDescribed(found)
  expect(await statements(address, counted.calls)).toEqual(STATEMENTS)
}

const time = (ms: number) => `'${new Date(ms).toISOString()}'::timestamptz`

test('PGlite [H-30] [H-31] [H-33] [H-34] [H-35] [H-36] [H-40] [H-42] [H-59]', async () => {
  const db = new PGlite()
  later(() => db.close())
  for (const text of tables('timestamptz', time)) await db.exec(text)
  await contract(db, 'single-instance', 'table', 'query')
})

const noPostgres = POSTGRES === undefined && !REQUIRED

test.skipIf(noPostgres)(
  'PostgreSQL [H-30] [H-31] [H-33] [H-34] [H-35] [H-36] [H-40] [H-42] [H-59]',
  { timeout: 300_000 },
  async () => {
    const server = await postgres()
    later(() => server.stop())
    const pool = new pg.Pool({ connectionString: server.url, options: '-c TimeZone=America/St_Johns', max: 3 })
    pool.on('error', () => {})
    later(() => pool.end())
    for (const text of tables('timestamptz', time)) await pool.query(text)
    await contract(pool, 'cluster', 'table', 'query')
    // Whatever was asked with, the records are still there.
    const { rows } = await pool.query('SELECT count(*)::int AS n FROM orders')
    expect(rows).toEqual([{ n: ROWS['orders']!.length }])
  },
)

const noMongo = MONGODB === undefined && !REQUIRED

test.skipIf(noMongo)(
  "MongoDB's protocol [H-30] [H-31] [H-33] [H-34] [H-35] [H-36] [H-40] [H-42] [H-59]",
  { timeout: 300_000 },
  async () => {
    const documents = Object.entries(ROWS).map(([name, rows]) => [
      name,
      rows.map((row) => ({ ...row, at: new Date(row.at) })),
    ])
    const { db, stop } = await mongodb(Object.fromEntries(documents))
    later(stop)
    let calls = 0
    const client = {
      aggregate() {},
      collection: (name: string) => ({
        aggregate(pipeline: Record<string, unknown>[]) {
          calls++
          return db.collection(name).aggregate(pipeline)
        },
      }),
    }
    later(provideInventory(client as never))
    const { address } = await launch(serviceYaml('collection'))
    const found = await answers(address)
    expect(written(found)).toEqual(whole('cluster'))
    isDescribed(found)
    expect(await statements(address, () => calls)).toEqual(STATEMENTS)
  },
)

const NODE24 = process.env['TELLTALE_NODE24']
const noNode24 = NODE24 === undefined && !REQUIRED

test.skipIf(noNode24)(
  'SQLite, in a service of Node 24 [H-30] [H-31] [H-33] [H-34] [H-35] [H-36] [H-40] [H-42] [H-43] [H-59]',
  { timeout: 300_000 },
  () => {
    const ran = spawnSync(NODE24!, ['--no-warnings', 'test/console/contract/sqlite.ts'], { encoding: 'utf8' })
    expect([ran.stderr, ran.status]).toEqual([expect.stringMatching(OPEN), 0])
    const found = JSON.parse(ran.stdout) as { answers: Record<string, unknown>; statements: unknown }
    expect(written(found.answers)).toEqual(whole('single-instance'))
    isDescribed(found.answers)
    expect(found.statements).toEqual(STATEMENTS)
  },
)

/** Nothing, or that the console is open. */
const OPEN = /^(?:|telltale warn: [^\n]*\n)$/

test('a service that hands nothing over has no records, and says why once [H-41]', async () => {
  const lines = said()
  const { address } = await launch(serviceYaml('table'))
  await ask(address, '/console/metrics/activity')
  const { body } = await ask(address, '/console/metrics/resource-distribution')
  expect(lines.filter((line) => line.includes('console.resources'))).toEqual([
    expect.stringMatching(/nothing was handed over to count them with: give provideInventory\(\)/),
  ])
  expect(body).toEqual({
    tenant: DEFAULT,
    scope: 'single-instance',
    generated_at,
    total_resources: 0,
    distinct_types: 0,
    types: [],
  })
})

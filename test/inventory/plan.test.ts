// Among a million records the questions about days and hours read those of the window and no others: their bounds are
// compared with the columns as these are, so an index on them is used. The plans are the database's own.
import { spawnSync } from 'node:child_process'
import pg from 'pg'
import { expect, test } from 'vitest'
import { inventoryOf } from '../../src/inventory/open.ts'
import { POSTGRES, postgres, REQUIRED } from '../otel/servers.ts'
import { PLANNED, planned } from './plan.ts'

const noPostgres = POSTGRES === undefined && !REQUIRED
const NODE24 = process.env['TELLTALE_NODE24']
const noNode24 = NODE24 === undefined && !REQUIRED

/** A week of a tenant's records, and of everybody's: one each 31 seconds, of twenty tenants. */
const WEEK = { tenant: 975, all: 19_509 }
const COUNTED = Object.fromEntries(
  PLANNED.flatMap(({ type }) => {
    const [total, week] = type === 'alone' ? [1_000_000, WEEK.all] : [50_000, WEEK.tenant]
    return [
      [`${type}: total`, total],
      [`${type}: days`, week],
      [`${type}: hours`, week],
    ]
  }),
)
const byTime = Object.keys(COUNTED).filter((question) => !question.endsWith(': total'))

test.skipIf(noNode24)('SQLite searches an index between bounds and scans no table [H-43]', () => {
  const ran = spawnSync(NODE24!, ['--no-warnings', 'test/inventory/apps/sqlite-plan.ts'], { encoding: 'utf8' })
  expect(ran.stderr).toBe('')
  const plans = JSON.parse(ran.stdout) as Record<string, { counted: number; plan: string[] }>
  expect(Object.fromEntries(Object.entries(plans).map(([name, { counted }]) => [name, counted]))).toEqual(COUNTED)
  for (const question of byTime) {
    // Each access to the records is SEARCH … USING … INDEX by_… (… at>? AND at<?); what is scanned is what was grouped.
    const access = plans[question]!.plan.filter((line) => /^(SEARCH|SCAN)/.test(line) && line !== 'SCAN u')
    expect(access.length, question).toBeGreaterThan(0)
    const bounded = /^SEARCH (r|records) USING (COVERING )?INDEX by_\w+ \(.*\b(at|written|ms)>\? AND \3<\?\)$/
    expect(
      access.filter((line) => !bounded.test(line)),
      question,
    ).toEqual([])
  }
})

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly Plan[]
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

test.skipIf(noPostgres)('PostgreSQL has an index condition with both bounds and scans no table [H-43]', async () => {
  const server = await postgres(['maintenance_work_mem=128MB', 'shared_buffers=256MB', 'max_wal_size=4GB'])
  const client = new pg.Client({ connectionString: server.url })
  try {
    await client.connect()
    await client.query(`SET TIME ZONE 'Asia/Kolkata';
      CREATE UNLOGGED TABLE records (tenant text, at timestamptz, written text, ms bigint, op text);
      INSERT INTO records SELECT CASE i % 20 WHEN 0 THEN 'default' ELSE 't' || (i % 20) END, to_timestamp(s), to_char(to_timestamp(s) AT TIME ZONE 'UTC',
        'YYYY-MM-DD HH24:MI:SS'), s * 1000, 'create' FROM (SELECT i, 1763731800 + i::bigint * 31 AS s
        FROM generate_series(0, 999999) i) n;
      CREATE INDEX by_at ON records (at); CREATE INDEX by_tenant_at ON records (tenant, at);
      CREATE INDEX by_tenant_written ON records (tenant, written); CREATE INDEX by_tenant_ms ON records (tenant, ms);
      CREATE VIEW history AS SELECT * FROM records; ANALYZE records`)
    let asked: { text: string; values: unknown[] | undefined }[] = []
    const watched = {
      connect() {},
      query(text: string, values?: unknown[]) {
        asked.push({ text, values })
        return client.query(text, values)
      },
    }
    const counts: Record<string, number> = {}
    for (const resource of PLANNED) {
      await planned(inventoryOf(watched, { resources: [resource] }), resource, async (question, counted) => {
        const name = `${resource.type}: ${question}`
        counts[name] = counted
        const { text, values } = asked.at(-1)!
        asked = []
        if (!byTime.includes(name)) return
        const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, values)
        const plan = nodes((rows[0] as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan)
        expect(
          plan.filter((node) => node['Node Type'] === 'Seq Scan'),
          name,
        ).toEqual([])
        const conditions = plan.flatMap((node) => node['Index Cond'] ?? [])
        const bounded = conditions.filter((condition) => /\b(at|written|ms) >= .*\b\1 < /.test(condition))
        expect(bounded.length, name).toBeGreaterThan(0)
        // Of the records without a tenant, which are the default tenant's, it knows that there are none.
        const nobody = ['(tenant IS NULL)', "(tenant = ''::text)"]
        expect(conditions.filter((condition) => !bounded.includes(condition) && !nobody.includes(condition))).toEqual(
          [],
        )
      })
    }
    expect(counts).toEqual(COUNTED)
  } finally {
    await client.end()
    await server.stop()
  }
})

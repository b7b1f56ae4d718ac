// Two real instances of one service behind HAProxy, over one PostgreSQL, scraped by one Prometheus: what is the cluster's is
// the same wherever it is asked for, what is an instance's says so, and the fleet's p95 is the histogram over both.
import pg from 'pg'
import { expect, test } from 'vitest'
import { tables } from '../../inventory/tables.ts'
import { freePort, POSTGRES, postgres, REQUIRED } from '../../otel/servers.ts'
import { parseExposition } from '../../prometheus/exposition.ts'
import { later, until } from '../../start/kit.ts'
import { ask } from '../contract/questions.ts'
import { HAPROXY, haproxy, PROMETHEUS, prometheus, type Replica, replica } from './servers.ts'

const missing = [HAPROXY, PROMETHEUS, POSTGRES].includes(undefined) && !REQUIRED
const PATIENCE_MS = 120_000
const METRIC = 'http_request_duration_seconds'

type Body = Readonly<Record<string, unknown>>

const figure = async (address: string, path: string, tenant?: string): Promise<Body> => {
  const headers: Record<string, string> = tenant === undefined ? {} : { 'x-tenant-id': tenant }
  const { status, body } = await ask(address, path, headers)
  if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(body)}`)
  return body as Body
}

/** Cumulative counts by upper bound, of all routes of one instance. */
async function bucketsOf(address: string): Promise<Map<number, number>> {
  const { body } = await ask(address, '/metrics')
  const found = new Map<number, number>()
  for (const { samples } of parseExposition(body as string, '0.0.4')) {
    for (const { name, labels, value } of samples) {
      if (name !== `${METRIC}_bucket`) continue
      const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le'])
      found.set(bound, (found.get(bound) ?? 0) + value)
    }
  }
  return found
}

function summed(all: readonly Map<number, number>[], sign: readonly number[] = []): Map<number, number> {
  const sum = new Map<number, number>()
  all.forEach((buckets, i) => {
    for (const [bound, count] of buckets) sum.set(bound, (sum.get(bound) ?? 0) + count * (sign[i] ?? 1))
  })
  return sum
}

/** The quantile of a histogram: linear within the bucket that the rank falls into, the first of them from 0 on. */
function quantile(q: number, buckets: Map<number, number>): number {
  const sorted = [...buckets].sort(([a], [b]) => a - b)
  const rank = q * sorted.at(-1)![1]
  const at = sorted.findIndex(([, count]) => count >= rank)
  const [bound, count] = sorted[at]!
  const [from, before] = at === 0 ? [0, 0] : sorted[at - 1]!
  if (bound === Number.POSITIVE_INFINITY) return from
  return from + ((bound - from) * (rank - before)) / (count - before)
}

const total = (buckets: Map<number, number>) => buckets.get(Number.POSITIVE_INFINITY) ?? 0

async function two(): Promise<{ a: Replica; b: Replica; both: Replica; metricsPort: number }> {
  const server = await postgres()
  later(() => server.stop())
  const client = new pg.Client({ connectionString: server.url })
  client.on('error', () => {})
  await client.connect()
  for (const text of tables('timestamptz', (ms) => `'${new Date(ms).toISOString()}'::timestamptz`))
    await client.query(text)
  await client.end()
  const metricsPort = await freePort()
  const at = `http://127.0.0.1:${metricsPort}`
  const [a, b] = await Promise.all([replica('replica-a', server.url, at), replica('replica-b', server.url, at)])
  return { a, b, both: await haproxy([a, b]), metricsPort }
}

const send = (address: string, times: number, ms: number, tenant: string) =>
  Promise.all(Array.from({ length: times }, (_, i) => figure(address, `/orders/${i}?ms=${ms}`, tenant)))

test.skipIf(missing)(
  'what the cluster has is the same on both instances and through the proxy; what one instance has is marked and differs; the fleet’s p95 is of both [H-13] [H-40] [H-54] [H-55] [H-56] [H-57]',
  { timeout: 600_000 },
  async () => {
    const { a, b, both, metricsPort } = await two()
    const query = await prometheus(metricsPort, { shop: [a.console, b.console], balanced: [both.console] })

    // Series are there before the requests that are looked at.
    await Promise.all([send(a.app, 4, 0, 'acme'), send(b.app, 4, 0, 'acme')])
    const scraped = async (count: number) => (await query(`sum(${METRIC}_count{job="shop"})`)) === count
    await until('both were scraped', () => scraped(8), PATIENCE_MS)
    const before = [await bucketsOf(a.console), await bucketsOf(b.console)]

    // Through the proxy to both in turn; slow ones to one of them alone.
    await send(both.app, 60, 0, 'acme')
    await send(a.app, 70, 0, 'zeta')
    await send(b.app, 50, 0, 'zeta')
    await send(b.app, 20, 2000, 'zeta')
    const after = [await bucketsOf(a.console), await bucketsOf(b.console)]
    expect(after.map(total)).toEqual([104, 104])

    // --- What the database has.
    for (const path of [
      '/console/metrics/resource-counts?days=365&types=Order,Note',
      '/console/metrics/activity?days=365',
      '/console/metrics/resource-distribution',
    ]) {
      const bodies: Body[] = []
      for (const address of [a.console, b.console, both.console, both.console]) {
        const { generated_at, ...body } = await figure(address, path, 'acme')
        expect(generated_at).toMatch(/^\d{4}-/)
        bodies.push(body)
      }
      expect(bodies[0]).toMatchObject({ tenant: 'acme', scope: 'cluster' })
      expect(bodies.slice(1)).toEqual(bodies.slice(0, 1).concat(bodies.slice(0, 1), bodies.slice(0, 1)))
    }

    // --- What an instance has seen.
    const traffic = async (address: string) => {
      const { instance, scope, sample_count } = await figure(address, '/console/metrics/traffic')
      return { instance, scope, sample_count }
    }
    const marked = { scope: 'single-instance', sample_count: 104 }
    expect([await traffic(a.console), await traffic(b.console)]).toEqual([
      { instance: 'replica-a', ...marked },
      { instance: 'replica-b', ...marked },
    ])
    // Who asks through the proxy is told by whom.
    const told = [await traffic(both.console), await traffic(both.console)].map(({ instance }) => instance)
    expect(told.sort()).toEqual(['replica-a', 'replica-b'])
    const slow = async (address: string) => {
      const { latency_ms, scope } = await figure(address, '/console/metrics/traffic')
      return [scope, (latency_ms as { p95: number }).p95 > 1500]
    }
    expect([await slow(a.console), await slow(b.console)]).toEqual([
      ['single-instance', false],
      ['single-instance', true],
    ])

    const tenants = async (address: string) => {
      const { resources_scope, traffic_scope, tenants: rows } = await figure(address, '/console/metrics/tenants')
      const all = rows as { tenant: string; resources: number; requests_per_second: number }[]
      const asked = all.filter(({ tenant }) => ['acme', 'zeta'].includes(tenant))
      return {
        scopes: [resources_scope, traffic_scope],
        resources: all.map(({ tenant, resources }) => [tenant, resources]),
        requests: asked.map((row) => [row.tenant, Math.round(row.requests_per_second * 3600)]),
      }
    }
    const [ofA, ofB] = [await tenants(a.console), await tenants(b.console)]
    expect(ofA.scopes).toEqual(['cluster', 'single-instance'])
    expect(ofB.scopes).toEqual(ofA.scopes)
    expect(ofB.resources).toEqual(ofA.resources)
    const sum = (name: string, of: typeof ofA) => Number(of.requests.find(([tenant]) => tenant === name)?.[1])
    expect([sum('acme', ofA) + sum('acme', ofB), sum('zeta', ofA) + sum('zeta', ofB)]).toEqual([68, 140])
    expect([sum('zeta', ofA), sum('zeta', ofB)]).toEqual([70, 70])

    const uptimes = [
      await figure(a.console, '/console/metrics/uptime'),
      await figure(b.console, '/console/metrics/uptime'),
    ]
    expect(uptimes.map(({ scope }) => scope)).toEqual(['single-instance', 'single-instance'])
    expect(uptimes[0]!['started_at']).not.toBe(uptimes[1]!['started_at'])
    // A probe asks the pod itself (H-54).
    for (const { console: at } of [a, b]) expect((await ask(at, '/health')).status).toBe(200)

    // --- What the fleet has: the quantile of the summed histogram, by Prometheus and by hand.
    await until('everything was scraped', () => scraped(208), PATIENCE_MS)
    const ours = quantile(0.95, summed(after))
    // A scrape that is late leaves a gap, until the next one.
    const asked = (of: string) => expect.poll(() => query(of), { timeout: PATIENCE_MS })
    await asked(`histogram_quantile(0.95, sum by (le) (${METRIC}_bucket{job="shop"}))`).toBeCloseTo(ours, 9)
    await asked(`count(up{job="shop"} == 1)`).toBe(2)
    // Neither instance's own, nor what lies between them.
    const each = after.map((buckets) => quantile(0.95, buckets))
    expect(Math.min(...each)).toBeLessThan(ours)
    expect(ours).not.toBeCloseTo((each[0]! + each[1]!) / 2, 3)

    // The overview asks for rates, which Prometheus extrapolates for each instance by itself.
    const rated = 1000 * quantile(0.95, summed([...after, ...before], [1, 1, -1, -1]))
    let overview: { fleet?: { scope: string; p95_ms: number | null; instances_up: number | null } } = {}
    await until(
      'the overview has the fleet',
      async () => {
        overview = (await figure(b.console, '/admin/ops/overview')) as typeof overview
        const { p95_ms, instances_up } = overview.fleet ?? {}
        return Math.abs((p95_ms ?? Number.NaN) / rated - 1) < 0.1 && instances_up === 2
      },
      PATIENCE_MS,
    )
    expect(overview.fleet).toMatchObject({ scope: 'cluster' })

    // --- One address for both makes one counter of two: it goes up and down (H-55).
    await send(a.app, 30, 0, 'acme')
    await until(
      'a counter that is scraped through the proxy is reset',
      async () => (await query(`sum(resets(${METRIC}_count{job="balanced"}[5m]))`)) > 0,
      PATIENCE_MS,
    )
    expect(await query(`sum(resets(${METRIC}_count{job="shop"}[5m]))`)).toBe(0)
  },
)

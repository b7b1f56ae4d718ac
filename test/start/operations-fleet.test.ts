// The whole service as a real Prometheus has it: two instances of their own process, one of which then goes away.
import { spawn } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FleetSeries, Overview } from '../../src/console/ops/answers.ts'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { freePort, onPath, REQUIRED } from '../otel/servers.ts'
import { folder, later, until } from './kit.ts'

const PROMETHEUS = onPath('prometheus')
/** Basic credentials as Prometheus keeps them (bcrypt, cost 4), and as they are sent. */
const GUARDED = `basic_auth_users: { telltale: $2b$04$yOmwWEBis9vUEkqb8gDJo.DnOOOmsNuuWw20S69c.PiuwdH7k4N3y }`
const BASIC = Buffer.from('telltale:open sesame').toString('base64')

async function instance(name: string, prometheus: number, naming: string) {
  const built = await dist()
  const cwd = folder({
    'telltale.yaml': `name: shop
dev: true
server: { port: 0 }
console: { instance: ${name} }
observability: { prometheus: { naming: ${naming} } }
ops:
  prometheus_url: http://127.0.0.1:${prometheus}
  prometheus_headers: { Authorization: "Basic $\{PROMETHEUS_BASIC}" }
`,
    'service.mjs': `
import http from 'node:http'
import { start } from ${JSON.stringify(join(built, 'esm', 'index.js'))}
const telltale = await start()
const server = http.createServer((request, response) => {
  response.writeHead(request.url === '/bad' ? 500 : 200).end()
}).listen(0, '127.0.0.1', () => process.send({ admin: telltale.address, app: server.address().port }))
`,
  })
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'))
  const child = spawn(process.execPath, ['service.mjs'], {
    ...{ cwd, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] as const },
    env: { ...process.env, PROMETHEUS_BASIC: BASIC },
  })
  let said = ''
  child.stderr!.on('data', (chunk) => (said += chunk))
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const end = async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await gone
  }
  later(end)
  const { admin, app } = await new Promise<{ admin: string; app: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as never))
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)))
  })
  return { admin, app: `http://127.0.0.1:${app}`, end }
}

test.skipIf(PROMETHEUS === undefined && !REQUIRED).each(['short', 'semconv'])(
  'rate, errors, percentiles and instances of the whole service, by %s names [G-26] [G-28] (ruling 63)',
  { timeout: 300_000 },
  async (naming) => {
    const port = await freePort()
    const one = await instance('shop-1', port, naming)
    const two = await instance('shop-2', port, naming)
    const targets = [one, two].map(({ admin }) => JSON.stringify(admin.slice('http://'.length))).join(', ')
    const cwd = folder({
      'prometheus.yml': `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - { job_name: shop, static_configs: [{ targets: [${targets}] }] }
`,
      'web.yml': GUARDED,
    })
    const args = [
      '--config.file=prometheus.yml',
      '--web.config.file=web.yml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
    ]
    const child = spawn(PROMETHEUS!, args, { cwd, stdio: 'ignore' })
    const gone = new Promise((resolve) => child.once('exit', resolve))
    later(async () => {
      if (child.exitCode === null && child.kill()) await gone
    })
    const fleet = async () => ((await (await fetch(`${one.admin}/admin/ops/overview`)).json()) as Overview).fleet!

    // Load goes on until it is seen, since a rate needs two scrapes of each series: three good ones for a bad one.
    let seen = {} as Awaited<ReturnType<typeof fleet>>
    await until(
      'the rate of both is there',
      async () => {
        for (const { app } of [one, two]) for (const path of ['', '', '', 'bad']) await fetch(`${app}/${path}`)
        seen = await fleet()
        const { rps, error_rate, instances_up } = seen
        return rps !== null && rps > 0 && error_rate !== null && error_rate > 0 && instances_up === 2
      },
      200_000,
    )
    expect(seen).toEqual({
      ...{ scope: 'cluster', source: 'prometheus', window_seconds: 300, instances: 2, instances_up: 2, reason: null },
      rps: expect.any(Number),
      error_rate: expect.any(Number),
      p50_ms: expect.any(Number),
      p95_ms: expect.any(Number),
      p99_ms: expect.any(Number),
      measured_at: expect.any(String),
    })
    expect(seen.error_rate).toBeGreaterThan(0)
    expect(seen.error_rate).toBeLessThan(1)
    expect(seen.p50_ms!).toBeLessThanOrEqual(seen.p95_ms!)
    expect(seen.p95_ms!).toBeLessThanOrEqual(seen.p99_ms!)

    let series = {} as FleetSeries
    await until(
      'the last values are in the series',
      async () => {
        const answer = await fetch(`${two.admin}/api/v1/admin/telemetry/fleet?range=5m&points=30`)
        series = (await answer.json()) as FleetSeries
        return series.points.some(({ rps, instances_up }) => rps !== null && rps > 0 && instances_up === 2)
      },
      60_000,
    )
    expect({ ...series, points: series.points.length, generated_at: '' }).toEqual({
      ...{ scope: 'cluster', source: 'prometheus', instance: 'shop-2', generated_at: '' },
      ...{ range_seconds: 300, step_seconds: 10, points: 30, reason: null },
    })
    expect(series.points[0]).toMatchObject({ rps: null, instances_up: null })

    await two.end()
    await until('the other one is missed', async () => (await fleet()).instances_up === 1, 120_000)
    const { instances, incidents } = await (async () => {
      const overview = (await (await fetch(`${one.admin}/admin/ops/overview`)).json()) as Overview
      return { instances: overview.fleet!.instances, incidents: overview.incidents.map(({ detail }) => detail) }
    })()
    expect(instances).toBe(2)
    expect(incidents).toContain('1 of 2 instances cannot be scraped')

    child.kill()
    await gone
    await until('Prometheus is missed', async () => (await fleet()).reason === 'it failed (ECONNREFUSED)', 60_000)
    const answer = await fetch(`${one.admin}/api/v1/admin/telemetry/fleet`)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([503, 'service_unavailable'])
  },
)

// A real Prometheus, where one is installed: scrapes the shop and must come to the same number; promtool reads the text.
// TELLTALE_REQUIRE_SERVICES=1 makes its absence a failure.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Prometheus first scrapes some five seconds after its start, whatever the interval. */
const WAIT_MS = 90_000
const REQUIRED = process.env.TELLTALE_REQUIRE_SERVICES === '1'
/** Families with a gauge's nature and a counter's name: dashboards expect these names, promtool's linter does not. */
export const EXEMPT = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0

/** One that no system gives to connections, so that nobody gets it before Prometheus listens there. */
async function freePort() {
  for (let port = 15_000 + (process.pid % 15_000); ; port++) {
    const server = createServer()
    const free = await new Promise((done) => {
      server.once('error', () => done(false))
      server.listen(port, '127.0.0.1', () => done(true))
    })
    if (!free) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Starts one that scrapes each of `addresses` every second; undefined where none is installed. */
export async function startPrometheus(addresses) {
  if (!has('prometheus')) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'telltale-prometheus-'))
  const targets = addresses.map((address) => `'${new URL(address).host}'`).join(', ')
  const config = join(folder, 'prometheus.yml')
  writeFileSync(
    config,
    `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: [${targets}] }]
`,
  )
  const port = await freePort()
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const child = spawn('prometheus', args, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await ended
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function query({ url }, expression) {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`).catch(() => undefined)
  const { data } = response?.ok ? await response.json() : {}
  return data?.result.length > 0 ? Number(data.result[0].value[1]) : undefined
}

async function eventually(prometheus, expression, expected) {
  const until = Date.now() + WAIT_MS
  for (;;) {
    const found = await query(prometheus, expression)
    if (found === expected || Date.now() > until) return found
    await sleep(300)
  }
}

/** Rows { good, text } about the scrape; a missing program is a row too. */
export async function missingFromPrometheus(prometheus, { api, worker }, requests) {
  const rows = []
  if (prometheus) {
    const total = await eventually(prometheus, 'sum(http_requests_total{service="shop-api"})', requests)
    rows.push({ good: total === requests, text: `${total ?? 'no'} in http_requests_total as Prometheus scraped it` })
    const up = await eventually(prometheus, 'sum(up)', 2)
    rows.push({ good: up === 2, text: `${up ?? 0} of 2 targets up in Prometheus` })
  } else rows.push({ good: !REQUIRED, text: 'no prometheus is installed here: no real scrape' })
  if (has('promtool')) {
    for (const { name, admin } of [api, worker]) rows.push(await lint(name, `${admin}/metrics`))
  } else rows.push({ good: !REQUIRED, text: 'no promtool is installed here: the text is not linted' })
  return rows
}

async function lint(name, url) {
  const input = await (await fetch(url, { headers: { accept: 'text/plain' } })).text()
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  // 0: nothing to say; 3: findings, one a line, each starting with the family; anything else: it could not be parsed.
  const said = `${stdout}${stderr}`.split('\n').filter(Boolean)
  const findings = said.filter((line) => status !== 3 || !EXEMPT.includes(line.split(' ')[0]))
  const good = (status === 0 || status === 3) && findings.length === 0
  return { good, text: `promtool check metrics of ${name}${good ? '' : `: ${findings.join('; ')}`}` }
}

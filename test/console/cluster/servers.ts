// What stands around two replicas: HAProxy before them, and a Prometheus that scrapes them.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { dist } from '../../house/dist.ts'
import { ROOT } from '../../house/source.ts'
import { freePort, onPath } from '../../otel/servers.ts'
import { folder, later, until } from '../../start/kit.ts'

export const HAPROXY: string | undefined =
  onPath('haproxy') ?? (existsSync('/usr/sbin/haproxy') ? '/usr/sbin/haproxy' : undefined)
export const PROMETHEUS: string | undefined = onPath('prometheus')

const PATIENCE_MS = 120_000

function ending(child: ChildProcess): void {
  later(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill()) await gone
  })
}

export interface Replica {
  /** Addresses of its console and of its application. */
  readonly console: string
  readonly app: string
}

/** A process of its own called `name`, over the database at `store`. */
export async function replica(name: string, store: string, prometheus: string): Promise<Replica> {
  const cwd = folder({
    'telltale.yaml': `name: shop
dev: true
server: { port: 0 }
access: { tenants: { default: main } }
console:
  resources:
    - { type: Order, table: orders, tenant_column: tenant, deleted_column: deleted, history_table: order_history }
    - { type: Note, table: notes, tenant_column: tenant, updated_at: at }
ops: { prometheus_url: "${prometheus}" }
`,
  })
  const env = { PATH: process.env['PATH'], HOSTNAME: name, DIST: await dist(), STORE: store }
  const program = join(ROOT, 'test/console/cluster/replica.mjs')
  const child = spawn(process.execPath, [program], { cwd, env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let said = ''
  child.stderr!.on('data', (chunk) => (said += chunk))
  later(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGKILL')) await gone
  })
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Replica))
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${said}`)))
  })
}

const hostOf = (url: string) => new URL(url).host

/** Addresses under which the consoles and the applications of all replicas are one, each asked in turn. */
export async function haproxy(replicas: readonly Replica[]): Promise<Replica> {
  const ports = { console: await freePort(), app: await freePort() }
  const balanced = (['console', 'app'] as const).map((kind) => {
    const servers = replicas.map((one, i) => `  server replica${i} ${hostOf(one[kind])}`)
    return `frontend ${kind}
  bind 127.0.0.1:${ports[kind]}
  default_backend ${kind}s
backend ${kind}s
  balance roundrobin
${servers.join('\n')}
`
  })
  const cwd = folder({
    'haproxy.cfg': `global
  maxconn 500
defaults
  mode http
  timeout connect 30s
  timeout client 60s
  timeout server 60s
${balanced.join('')}`,
  })
  ending(spawn(HAPROXY!, ['-db', '-f', 'haproxy.cfg'], { cwd, stdio: 'ignore' }))
  for (const port of Object.values(ports)) await until('HAProxy listens', () => opens(port), PATIENCE_MS)
  return { console: `http://127.0.0.1:${ports.console}`, app: `http://127.0.0.1:${ports.app}` }
}

function opens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      done(true)
    }).on('error', () => done(false))
  })
}

/** Of one value: a query that answers a number, NaN while it answers nothing. */
export type Query = (query: string) => Promise<number>

/** Scrapes each target of each job every second; the service has the name of the job. */
export async function prometheus(port: number, jobs: Readonly<Record<string, readonly string[]>>): Promise<Query> {
  const scrapes = Object.entries(jobs).map(
    ([job, urls]) => `  - job_name: ${job}
    static_configs: [{ targets: ${JSON.stringify(urls.map(hostOf))} }]
    metric_relabel_configs: [{ target_label: service, replacement: ${job} }]
`,
  )
  const cwd = folder({
    'prometheus.yml': `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${scrapes.join('')}`,
  })
  const flags = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`]
  ending(spawn(PROMETHEUS!, flags, { cwd, stdio: 'ignore' }))
  return async (query) => {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`)
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
      return Number(data.result[0]?.value[1] ?? Number.NaN)
    } catch {
      return Number.NaN
    }
  }
}

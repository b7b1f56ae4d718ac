// A service in a process of its own: built as it is installed, with records in a PGlite, an exporter that nobody answers, and an
// application that several tenants ask.
import { spawn } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { newFolder } from '../folder.ts'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'

export interface Service {
  /** The page is at `/console` of it. */
  readonly url: string
  /** Answers `/<status>/<milliseconds>`. */
  readonly application: string
  /** The JSON of an address of the console. */
  answer<T>(path: string): Promise<T>
  /** So many requests of a tenant. */
  asks(tenant: string, count: number, path?: string): Promise<void>
}

const undo: (() => unknown)[] = []
afterAll(() => {
  for (const work of undo.splice(0).reverse()) work()
})

/** What the service counts: of each type so many records of a tenant, the day before yesterday at noon, UTC. */
export const RECORDS = { Order: { main: 12, acme: 3 }, Invoice: { main: 7, acme: 1 }, Basket: { main: 2, acme: 0 } }

const TABLES = Object.keys(RECORDS).map((type) => ({ type, table: `${type.toLowerCase()}s` }))

const yaml = (more: string): string => `
name: shop
dev: true
server: { port: 0 }
access: { tenants: { default: main } }
console:
  instance: shop-1
  resources:
${TABLES.map(
  ({ type, table }) =>
    `    - { type: ${type}, table: ${table}, tenant_column: tenant, ${type === 'Basket' ? 'updated_at: updated_at' : `history_table: ${table}_history`} }`,
).join('\n')}
ops:
  links:
    trace: "https://traces.example/trace/{trace_id}"
    logs: "https://logs.example/?id={correlation_id}"
    dashboard: "https://dashboards.example/"
observability:
  opentelemetry:
    service_name: shop
    tracing: { exporters: [{ type: otlp, endpoint: "http://127.0.0.1:9" }] }
${more}`

const program = (built: string): string => `
import { createServer } from 'node:http'
import { PGlite } from '@electric-sql/pglite'
import { start } from ${JSON.stringify(join(built, 'esm', 'index.js'))}
import { provideInventory } from ${JSON.stringify(join(built, 'esm', 'inventory.js'))}

const db = new PGlite()
const at = new Date(Date.now() - 2 * 86_400_000)
at.setUTCHours(12, 0, 0, 0)
for (const [type, tenants] of Object.entries(${JSON.stringify(RECORDS)})) {
  const table = type.toLowerCase() + 's'
  await db.exec(\`CREATE TABLE \${table} (id int, tenant text, updated_at timestamptz);
    CREATE TABLE \${table}_history (id int, tenant text, at timestamptz, op text);\`)
  for (const [tenant, count] of Object.entries(tenants))
    for (let id = 0; id < count; id++) {
      await db.query(\`INSERT INTO \${table} VALUES ($1, $2, $3)\`, [id, tenant, at])
      await db.query(\`INSERT INTO \${table}_history VALUES ($1, $2, $3, 'create')\`, [id, tenant, at])
    }
}
if (process.env.WITHOUT_RECORDS === undefined) provideInventory(db)
const telltale = await start()
const application = createServer(({ url }, response) => {
  const [, status, ms] = url.split('/')
  setTimeout(() => response.writeHead(Number(status)).end('answered'), Number(ms ?? 0))
})
application.listen(0, '127.0.0.1', () => {
  process.send({ url: telltale.address, application: 'http://127.0.0.1:' + application.address().port })
})
process.on('disconnect', () => process.exit())
`

export async function realService({
  more = '',
  env = {},
}: {
  more?: string
  env?: NodeJS.ProcessEnv
} = {}): Promise<Service> {
  const built = await dist({ panel: true })
  const cwd = newFolder('operations-service')
  writeFileSync(join(cwd, 'telltale.yaml'), yaml(more))
  writeFileSync(join(cwd, 'service.mjs'), program(built))
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'))
  const child = spawn(process.execPath, ['service.mjs'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  undo.push(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said += chunk))
  const { url, application } = await new Promise<Pick<Service, 'url' | 'application'>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Pick<Service, 'url' | 'application'>))
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)))
  })
  return {
    url,
    application,
    async answer<T>(path: string) {
      const response = await fetch(url + path)
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as T
    },
    async asks(tenant, count, path = '/200/2') {
      for (let i = 0; i < count; i++) {
        const response = await fetch(application + path, { headers: { 'x-tenant-id': tenant }, redirect: 'manual' })
        await response.text()
      }
    },
  }
}

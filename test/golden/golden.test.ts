// A program of several processes against real servers, observed by the built package and watched by the real hub: what a
// request sets off is one trace, and the spans, their edges and the metrics of the whole run are compared with the files
// beside this one. `TELLTALE_GOLDEN=write npx vitest run test/golden/golden.test.ts` writes them anew, and with
// `guide.test.ts` after that the guide.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, MARIADB, mariadb, POSTGRES, postgres, REDIS, REQUIRED, redis, type Server } from '../otel/servers.ts'
import { NATS, nats, RABBITMQ, RABBITMQ_MS, rabbitmq } from '../surfaces/queue/brokers.ts'
import { KCAT, kafka } from '../surfaces/queue/kafka.ts'
import { forestOf, HubProcess, type Trace } from './hub.ts'
import { COUNTED, isUnderWay, type Reading, readings, shownReadings } from './metrics.ts'
import { type Part, Program, until } from './program.ts'

const needed = {
  'redis-server': REDIS,
  mariadbd: MARIADB,
  postgres: POSTGRES,
  kcat: KCAT,
  rabbitmq: RABBITMQ,
  'nats-server': NATS,
}
const absent = Object.keys(needed).filter((name) => needed[name as keyof typeof needed] === undefined)
if (absent.length > 0 && REQUIRED) throw new Error(`not installed: ${absent.join(', ')}`)
const run = test.skipIf(absent.length > 0)

/** Orders that come one after the other, and standing orders that come at once. */
const ORDERS = 2
const STANDING = 8
/** Of each order a mail, an invoice, a booking and a fulfilment, and a receipt of those that are no standing orders. */
const DELIVERED = ORDERS * 5 + STANDING * 4
/** Of each order a parcel, a shipment and a reservation. */
const PACKED = (ORDERS + STANDING) * 3

/** The scrape of the shop is guarded, and so is who may cancel an order. */
const GUARDED = { METRICS_TOKEN: 'read-the-shop', VERIFIED: 'true', JWT_SECRET: 'what-the-shop-signs-with-32-bytes!' }

const servers: Server[] = []
const scraped = new Map<string, Reading[]>()
/** OpenTelemetry names by service, as the hub has them. */
const sent = new Map<string, readonly string[]>()
let program: Program
let traces: Trace[]
let services: Part[]

beforeAll(async () => {
  if (absent.length > 0) return
  const open = async (starting: Promise<Server>): Promise<string> => {
    const server = await starting
    servers.push(server)
    return server.url
  }
  const [DATABASE, MARIADB_URL, REDIS_URL, KAFKA, RABBITMQ_URL, NATS_URL, installed] = await Promise.all([
    open(postgres(['wal_level=logical', 'max_slot_wal_keep_size=256MB'])),
    open(mariadb()),
    open(redis()),
    open(kafka()),
    open(rabbitmq()),
    open(nats()),
    Program.install('program'),
  ])
  program = installed
  await Promise.all([orders(DATABASE), prices(MARIADB_URL)])
  const hub = await HubProcess.start(program)

  const env = {
    HUB: hub.endpoint,
    DATABASE,
    MARIADB: MARIADB_URL,
    REDIS: REDIS_URL,
    KAFKA,
    RABBITMQ: RABBITMQ_URL,
    NATS: NATS_URL,
  }
  const admin = new Map<string, string>()
  const service = async (name: string, more: NodeJS.ProcessEnv = {}): Promise<Part> => {
    const port = `${await freePort()}`
    admin.set(name, `http://127.0.0.1:${port}`)
    // Pricing and the warehouse start telemetry in their code, the others by a flag.
    const register = ['pricing', 'warehouse'].includes(name) ? [] : ['--import', 'telltale/register']
    const named = { OTEL_SERVICE_NAME: name, ADMIN_PORT: port }
    return program.run(name, [...register, `${name}.mjs`], { ...env, ...more, ...named }).serves()
  }
  const dies = service('fulfilment', { DIES: '1' })
  const behind = await Promise.all([service('pricing'), service('mailer'), service('warehouse'), service('ledger')])
  const died = await dies
  const shop = await service('shop', { PRICING: behind[0]!.ready.url, ...GUARDED })

  const ask = async (method: string, path: string, correlation?: string, more = {}): Promise<unknown[]> => {
    const given: Record<string, string> = { ...more, ...(correlation && { 'x-correlation-id': correlation }) }
    const response = await fetch(shop.ready.url + path, { method, headers: { connection: 'close', ...given } })
    expect(response.headers.get('x-correlation-id')).toEqual(correlation ?? expect.any(String))
    return [response.status, await response.json().catch(() => null)]
  }
  expect(await ask('POST', '/orders/1/lamp', 'order-one')).toEqual([201, { id: '1', tenant: null, price: 40 }])
  expect(await died.ended).toEqual([null, 'SIGKILL'])
  services = [shop, ...behind, await service('fulfilment')]
  expect(await ask('POST', '/orders/2/lamp')).toEqual([201, { id: '2', tenant: null, price: 40 }])
  const standing = Array.from({ length: STANDING }, (_, i) => ask('PUT', `/orders/s${i}/lamp`))
  expect((await Promise.all(standing)).map(([status]) => status)).toEqual(Array(STANDING).fill(201))
  expect(await ask('POST', '/orders/3/ghost')).toEqual([500, { error: 'ghost has no price' }])
  expect(await ask('POST', '/mails/nobody')).toEqual([202, null])
  expect(await ask('GET', '/orders/1')).toEqual([200, [{ item: 'lamp' }]])
  const signed = new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('5m')
  const authorization = `Bearer ${await signed.sign(Buffer.from(GUARDED.JWT_SECRET))}`
  expect((await ask('DELETE', '/orders/1'))[0]).toBe(401)
  expect(await ask('DELETE', '/orders/1', undefined, { authorization })).toEqual([
    500,
    { error: 'an order that is paid stays' },
  ])
  expect(await ask('GET', '/nowhere')).toEqual([404, null])

  await delivered(DATABASE, MARIADB_URL)
  // Whoever delivered says so to the broker afterwards, and metrics leave every half second.
  for (const [name, url] of admin) {
    await until(
      `nothing is under way in ${name}`,
      async () => {
        const authorization = `Bearer ${GUARDED.METRICS_TOKEN}`
        const response = await fetch(`${url}/metrics`, { headers: { connection: 'close', authorization } })
        scraped.set(name, readings(await response.text()))
        return underWay(scraped.get(name)!).length === 0 && reported(scraped.get(name)!)
      },
      30_000,
    ).catch(() => {})
  }
  for (const { child } of services) child.kill('SIGTERM')
  await Promise.all(services.map(({ ended }) => ended))
  traces = await hub.traces()
  for (const { name } of services) sent.set(name, await hub.metrics(name))
}, RABBITMQ_MS + 60_000)

afterAll(async () => {
  await program?.remove()
  await Promise.all(servers.map((server) => server.stop()))
}, 60_000)

async function orders(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`
    CREATE TABLE orders (id text PRIMARY KEY, item text NOT NULL, price int NOT NULL);
    CREATE TABLE outbox (order_id text NOT NULL);
    CREATE TABLE deliveries (order_id text NOT NULL, what text NOT NULL);
    CREATE PUBLICATION orders FOR TABLE orders`)
  await client.query("SELECT pg_create_logical_replication_slot('orders', 'pgoutput')")
  await client.end()
}

async function prices(url: string): Promise<void> {
  const client = await createConnection(url)
  await client.query('CREATE TABLE prices (item varchar(20) PRIMARY KEY, price int NOT NULL)')
  await client.query("INSERT INTO prices VALUES ('lamp', 40)")
  await client.query('CREATE TABLE packed (order_id varchar(20) NOT NULL, what varchar(20) NOT NULL)')
  await client.end()
}

async function delivered(database: string, mariadbUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: database })
  const other = await createConnection(mariadbUrl)
  await client.connect()
  try {
    await until('everything is delivered and packed', async () => {
      const { rows } = await client.query('SELECT count(*)::int AS n FROM deliveries')
      const [packed] = await other.query('SELECT count(*) AS n FROM packed')
      return rows[0].n === DELIVERED && (packed as { n: number }[])[0]!.n === PACKED
    })
  } finally {
    await Promise.all([client.end(), other.end()])
  }
}

/** The three listeners of the bus stay as long as the bus, and the ledger as long as there is a slot to read. */
const AT_REST: Readonly<Record<string, number>> = { eventbus_subscribers_active: 3, cdc_slot_active: 1 }

function underWay(found: readonly Reading[]): Reading[] {
  return found.filter(({ row, value }) => isUnderWay(row) && value !== (AT_REST[row.short] ?? 0))
}

function reported(found: readonly Reading[]): boolean {
  return found.some(({ row, value }) => row.short === 'otel_sdk_exporter_metric_data_point_exported_total' && value > 0)
}

/** Nothing of the program is refused or goes beyond a limit. */
const NEVER = ['telltale_metrics_rejected_total', 'telltale_metrics_overflow_total']

function golden(name: string, text: string): void {
  const file = fileURLToPath(new URL(name, import.meta.url))
  if (process.env['TELLTALE_GOLDEN'] === 'write') writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
}

run('every process ends by itself when it is told to, and nobody complains', async () => {
  const lines = services.flatMap(({ name, stdout, stderr }) => {
    const logged = stdout.split('\n').filter((line) => line !== '')
    const records = logged.map((line) => JSON.parse(line) as { level: string; message: string; target: string })
    const bad = records.filter(({ level, target }) => level !== 'info' || target === 'telltale')
    return [
      ...bad.map(({ level, message }) => `${name} ${level}: ${message}`),
      ...(stderr ? [`${name} ${stderr}`] : []),
    ]
  })
  expect(lines).toEqual([
    'shop error: order.place',
    'shop telltale warn: an event has as many subscribers as surfaces.events.max_subscribers allows: further ones are turned away and counted\n',
    'ledger telltale error: the replication slot forgotten does not exist\n',
  ])
  expect(await Promise.all(services.map(({ ended }) => ended))).toEqual(services.map(() => [0, null]))
})

run('names, kinds and parents of all spans are those of spans.txt [W-22] [W-32]', () => {
  golden('spans.txt', forestOf(traces))
})

run('at /metrics of each process is what metrics.txt has of it [W-22]', () => {
  const parts = [...scraped].sort(([a], [b]) => (a < b ? -1 : 1))
  const text = parts.map(
    ([name, found]) =>
      `${name}\n${shownReadings(found)
        .map((line) => `  ${line}\n`)
        .join('')}`,
  )
  golden('metrics.txt', text.join('\n'))
})

run('when all is done nothing is under way, in any gauge that the table of names has [W-22]', () => {
  const all = [...scraped.values()].flat()
  expect(underWay(all)).toEqual([])
  const shown = new Set(all.map(({ row }) => row.short))
  expect(COUNTED.filter((row) => isUnderWay(row) && !shown.has(row.short)).map(({ short }) => short)).toEqual([])
})

run('every counter and histogram of the table of names is above zero somewhere [W-22]', () => {
  const all = [...scraped.values()].flat()
  const grown = new Set(all.filter(({ value }) => value > 0).map(({ row }) => row.short))
  const still = COUNTED.filter(({ type, short }) => (type === 'counter' || type === 'histogram') && !grown.has(short))
  expect(still.map(({ short }) => short)).toEqual(NEVER)
})

run('twelve types of spans and more; functions below the request; threads and children have both ends [W-47]', () => {
  const spans = traces.flatMap((trace) => trace.spans)
  expect(new Set(spans.map(({ kind, name }) => `${kind} ${name}`)).size).toBeGreaterThanOrEqual(12)
  const above = (name: string): string[] => {
    const parents = spans.filter((span) => span.name === name).map(({ parent_span_id: id }) => id)
    return [...new Set(parents.map((id) => spans.find((span) => span.span_id === id)))].map(
      (span) => `${span?.kind} ${span?.name}`,
    )
  }
  const unique = (names: string[]): string[] => [...new Set(names)].sort()
  expect(unique(above('order.place'))).toEqual(['server POST /orders/:id/:item', 'server PUT /orders/:id/:item'])
  expect(unique(above('price.look-up'))).toEqual(['server GET /prices/:item'])
  for (const source of ['child', 'worker']) {
    const count = (event: string) => spans.filter(({ name }) => name === `${source}.${event}`).length
    expect([count('started'), count('terminated')]).toEqual([2, 2])
  }
})

run('an order is one trace over every process and every broker [W-32]', () => {
  const order = traces.find(({ spans }) => spans.some(({ name }) => name === 'receipt.print'))!
  expect([...new Set(order.spans.map(({ service }) => service))].sort()).toEqual([
    'fulfilment',
    'mailer',
    'pricing',
    'receipt',
    'shop',
    'warehouse',
  ])
  expect(
    order.spans
      .filter(({ kind }) => kind === 'consumer')
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    'process invoices',
    'process mails',
    'process parcels',
    'process shipments',
    'process stock/warehouse',
    'process weights',
    'workflow fulfil',
  ])
})

run('whatever a process shows at /metrics, the hub was sent by OTLP too', () => {
  const missing = [...scraped].flatMap(([name, found]) => {
    const rows = found.map(({ row }) => row).filter(({ otel, only }) => otel !== '' && only !== 'short')
    return rows.filter(({ otel }) => !sent.get(name)!.includes(otel)).map(({ short }) => `${name} ${short}`)
  })
  expect(missing).toEqual([])
})

run('every line that a service logs names a span that arrived [G-08]', () => {
  const known = new Set(traces.flatMap(({ id, spans }) => spans.map(({ span_id: span }) => `${id} ${span}`)))
  const lines = services.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''))
  const records = lines.map((line) => JSON.parse(line) as { trace_id?: string; span_id?: string; message: string })
  expect(records.length).toBeGreaterThan(10)
  expect(records.filter(({ trace_id: trace, span_id: span }) => !known.has(`${trace} ${span}`))).toEqual([])
})

run(
  'the correlation id that a caller gave goes along over every broker, and into the workflow that another process takes over [G-08]',
  () => {
    const order = traces.find(({ spans }) =>
      spans.some(({ status, name }) => status === 'error' && name === 'step pick'),
    )!
    const told = order.spans.filter(({ attributes }) => Object.values(attributes).includes('order-one'))
    expect([...new Set(told.map(({ name, service }) => `${name} (${service})`))].sort()).toEqual([
      'POST /orders/:id/:item (shop)',
      'invoice.send (mailer)',
      'mail.send (mailer)',
      'order.announce (shop)',
      'order.place (shop)',
      'order.send (fulfilment)',
      'parcel.pack (warehouse)',
      'process invoices (mailer)',
      'process mails (mailer)',
      'process parcels (warehouse)',
      'process shipments (warehouse)',
      'process stock/warehouse (warehouse)',
      'process weights (warehouse)',
      'reservation.pack (warehouse)',
      'shipment.pack (warehouse)',
    ])
  },
)

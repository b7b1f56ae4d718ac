// The shop itself: an API in front of a PGlite, with records, an outbox whose relay gave some messages up, a table of jobs, and
// promises about all of it. It tells its parent where it is, and does what it is told: `{ asks: 100 }` asks itself so often,
// `{ ask: 'messages' }` says what is in its outbox.
import { PGlite } from '@electric-sql/pglite'
import fastify from 'fastify'
import { gauge, health, start } from 'telltale'
import { provideInventory } from 'telltale/inventory'
import { began, ended, watch } from 'telltale/objectives'
import { provideOperations } from 'telltale/operations'

const DAY = 86_400_000
const TENANTS = ['main', 'acme', 'globex', 'initech']
const EVENTS = ['order.placed', 'order.shipped', 'invoice.paid']

const db = new PGlite()
await db.exec(`
  CREATE TABLE customers (id int, tenant text, updated_at timestamptz);
  CREATE TABLE jobs (id int, status text);
  CREATE TABLE outbox (id text PRIMARY KEY, status text, event_type text, payload jsonb, created_at timestamptz,
    published_at timestamptz, failed_at timestamptz, attempts int, last_error text);
  CREATE TABLE outbox_dead (LIKE outbox INCLUDING ALL);
`)
for (const table of ['orders', 'products']) {
  await db.exec(`
    CREATE TABLE ${table} (id int, tenant text, updated_at timestamptz);
    CREATE TABLE ${table}_history (id int, tenant text, at timestamptz, op text);`)
}

/** Midnight of today in UTC, so that what is shown does not depend on the hour. */
const today = new Date()
today.setUTCHours(0, 0, 0, 0)
const at = (days, hours = 0) => new Date(Number(today) - days * DAY + hours * 3_600_000)

let id = 0
for (let day = 28; day > 0; day--) {
  for (const [i, tenant] of TENANTS.entries()) {
    const orders = Math.round((12 - i * 3) * (1 + Math.sin(day / 3) / 2))
    for (let n = 0; n < orders; n++) await record('orders', tenant, at(day, (n * 5 + i) % 24))
    if (day % (4 + i) === 0) await record('products', tenant, at(day, 9))
    if (day % 3 === i % 3) await db.query('INSERT INTO customers VALUES ($1, $2, $3)', [id++, tenant, at(day, 14)])
  }
}
await db.query(
  "INSERT INTO jobs SELECT n, CASE WHEN n <= 37 THEN 'pending' ELSE 'done' END FROM generate_series(1, 90) n",
)
for (let n = 0; n < 6; n++) await message('outbox', `ob-${n}`, 'pending', n, null)
for (let n = 0; n < 4; n++)
  await message('outbox_dead', `dl-${n}`, 'failed', n, 'the broker refused it: larger than 1 MiB')

function searched() {
  throw new Error('no answer from search')
}

async function record(table, tenant, when) {
  await db.query(`INSERT INTO ${table} VALUES ($1, $2, $3)`, [id, tenant, when])
  await db.query(`INSERT INTO ${table}_history VALUES ($1, $2, $3, 'create')`, [id++, tenant, when])
}

async function message(table, name, status, n, error) {
  const written = new Date(Date.now() - (error ? n + 2 : n / 120) * 3_600_000)
  const failed = error && new Date(Number(written) + 60_000)
  const values = [name, status, EVENTS[n % 3], { secret: 'never shown' }, written, failed, error ? 8 : 0, error]
  await db.query(
    `INSERT INTO ${table} (id, status, event_type, payload, created_at, failed_at, attempts, last_error)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values,
  )
}

health.check('database', async () => void (await db.query('SELECT 1')))
health.check('search', searched, { critical: false })
watch('Rows of the usage table', () => 5_412_003)
watch('Rows of the audit trail', () => 1_204_771)
provideInventory(db)
provideOperations(db)

const telltale = await start()
gauge('mails_waiting').set(42)

const app = fastify()
app.get('/products', async () => [])
app.get('/orders/:order', async () => ({}))
app.get('/slow', async () => {
  await new Promise((resolve) => setTimeout(resolve, 40))
  return {}
})
app.post('/orders', async (_, reply) => reply.code(201).send({}))
app.get('/broken', async (_, reply) => reply.code(500).send({}))
const url = await app.listen({ port: 0, host: '127.0.0.1' })

const PATHS = ['/products', '/products', '/orders/7', '/products', '/slow', 'POST /orders', '/orders/9', '/products']

let asked = 0
async function asks(count) {
  for (let i = 0; i < count; i++) {
    const n = asked++
    const [path, method = 'GET'] = (n % 60 === 59 ? '/broken' : PATHS[n % PATHS.length]).split(' ').reverse()
    const tenant = TENANTS[(n % 7) % TENANTS.length]
    began('allocation-event', n)
    const response = await fetch(url + path, { method, headers: { 'x-tenant-id': tenant } })
    await response.text()
    ended('allocation-event', n)
  }
}

const ANSWERS = {
  messages: async () => (await db.query('SELECT id, status FROM outbox ORDER BY id')).rows,
  dead: async () => (await db.query('SELECT id FROM outbox_dead ORDER BY id')).rows,
}

process.on('message', async ({ asks: count, ask }) => {
  if (count !== undefined) await asks(count)
  process.send({ done: ask === undefined ? null : await ANSWERS[ask]() })
})
process.on('disconnect', () => process.exit())
process.send({ done: { url: telltale.address, application: url } })

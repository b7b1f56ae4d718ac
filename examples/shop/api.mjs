// The shop's API: Fastify over PostgreSQL. Requests, latencies, errors and log lines are observed without a word about them
// here; what the shop itself wants to know (orders, their value, one span around the payment) is three imports.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { counter, health, histogram, span, start } from 'telltale'
import { provideInventory } from 'telltale/inventory'
import { watch } from 'telltale/objectives'
import { provideOperations } from 'telltale/operations'
import { current, formatTraceparent } from 'telltale/trace'

const telltale = await start({ config: fileURLToPath(new URL('api.yaml', import.meta.url)) })

const { default: fastify } = await import('fastify')
const { openDatabase } = await import('./database.mjs')

const placed = counter('orders_placed_total', { help: 'Orders placed', labels: ['plan'] })
const value = histogram('order_value_cents', { labels: ['plan'] })
const planOf = (tenant) => (tenant === 'acme' ? 'pro' : 'basic')

const { db, address, close } = await openDatabase()
health.check('database', () => db.query('SELECT 1'))
// What the operations page counts and shows beside requests: orders, jobs that wait, messages that failed.
provideInventory(db)
provideOperations(db)
watch('Orders', async () => (await db.query('SELECT count(*)::int AS n FROM orders')).rows[0].n)
const app = fastify({ logger: { level: 'info' } })

app.get('/products', async () => (await db.query('SELECT id, name, price_cents FROM products ORDER BY id')).rows)

app.get('/products/:id', async (request, reply) => {
  const { rows } = await db.query('SELECT id, name, price_cents FROM products WHERE id = $1', [
    Number(request.params.id),
  ])
  return rows[0] ?? reply.code(404).send({ error: 'no such product' })
})

/** The payment provider of the shop: some cards it refuses, and sometimes it is down. */
async function pay(card, cents) {
  return span('charge card', { kind: 'client', attributes: { 'payment.cents': cents } }, async () => {
    await sleep(5)
    if (card === 'refused') return 'refused'
    if (card === 'down') throw new Error('the payment provider does not answer')
    return 'paid'
  })
}

app.post('/orders', async (request, reply) => {
  const { product, card } = request.body
  const tenant = request.headers['x-tenant-id'] ?? 'default'
  const { rows } = await db.query('SELECT id, price_cents FROM products WHERE id = $1', [product])
  if (rows.length === 0) return reply.code(422).send({ error: 'no such product' })
  const [{ price_cents: cents }] = rows
  if ((await pay(card, cents)) === 'refused') return reply.code(402).send({ error: 'card refused' })
  const order = await db.transaction(async (tx) => {
    const made = await tx.query('INSERT INTO orders (tenant, product_id) VALUES ($1, $2) RETURNING id, state', [
      tenant,
      product,
    ])
    const traceparent = formatTraceparent(current())
    await tx.query('INSERT INTO jobs (order_id, traceparent) VALUES ($1, $2)', [made.rows[0].id, traceparent])
    await tx.query("INSERT INTO outbox (event_type, payload) VALUES ('order.placed', $1)", [{ order: made.rows[0].id }])
    return made.rows[0]
  })
  placed.add(1, { plan: planOf(tenant) })
  value.observe(cents, { plan: planOf(tenant) })
  request.log.info({ order: order.id, email: 'ada@example.com', password: 'hunter2-secret' }, 'order placed')
  return reply.code(201).send(order)
})

app.get('/orders/:id', async (request, reply) => {
  const { rows } = await db.query('SELECT id, state FROM orders WHERE id = $1', [Number(request.params.id)])
  return rows[0] ?? reply.code(404).send({ error: 'no such order' })
})

app.get('/reports/:period', async (request) => {
  await sleep(150 + Math.random() * 250)
  const { rows } = await db.query('SELECT tenant, count(*)::int AS orders FROM orders GROUP BY tenant ORDER BY tenant')
  return { period: request.params.period, rows }
})

app.get('/stock', async (request, reply) => {
  request.log.error('the stock service is down')
  return reply.code(503).header('retry-after', '5').send({ error: 'try again later' })
})

const url = await app.listen({ host: '127.0.0.1', port: Number(process.env.API_PORT ?? 3000) })
process.send?.({ ready: { url, admin: telltale.address, database: address } })

// Beside what the shop says to the world, the demo asks how many requests the request log holds.
process.on('message', ({ ask }) => {
  if (ask === 'samples') process.send({ samples: telltale.traffic.total })
})

async function stop() {
  await app.close()
  await close()
  await telltale.stop()
  process.disconnect?.()
}
process.once('SIGTERM', stop)
process.on('SIGINT', () => {})

// Takes orders over HTTP and tells everybody else about them, each by the queue that they listen to.
import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { jetstream } from '@nats-io/jetstream'
import * as nats from '@nats-io/transport-node'
import * as amqp from 'amqplib'
import { Queue } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { log } from 'telltale'
import { access } from 'telltale/access'
import { record as audit } from 'telltale/audit'
import { observeEvents } from 'telltale/events'
import { mutation, observe } from 'telltale/function'
import * as kv from 'telltale/kv'
import { began, ended } from 'telltale/objectives'
import { observeAmqplib, observeBullMQ, observeKafka, observeNats, observePgBoss, watchLag } from 'telltale/queue'
import * as sql from 'telltale/sql'
import { observeDBOS } from 'telltale/workflow'
import { listen, serve } from './service.mjs'

const { DATABASE, REDIS, KAFKA, RABBITMQ, NATS, PRICING } = process.env
const run = promisify(execFile)

const db = sql.observe(new pg.Pool({ connectionString: DATABASE, max: 4 }), { name: 'shop' })
const redis = new Redis(REDIS)
const baskets = kv.observe(new Map(), { namespace: 'baskets' })
const mails = observeBullMQ(new Queue('mails', { connection: { url: REDIS } }))
const boss = observePgBoss(new PgBoss({ connectionString: DATABASE, supervise: false, schedule: false }))
await boss.start()
await boss.createQueue('invoices')
const kafka = observeKafka(new Kafka({ brokers: [KAFKA], logLevel: logLevel.NOTHING }))
const parcels = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
await parcels.connect()
const rabbit = observeAmqplib(await amqp.connect(RABBITMQ))
const shipments = await rabbit.createConfirmChannel()
await shipments.assertQueue('shipments')
const connection = observeNats(await nats.connect({ servers: NATS }))
const stock = observeNats(jetstream(connection))
const workflows = observeDBOS(await DBOSClient.create({ systemDatabaseUrl: DATABASE }))
const unwatch = watchLag('mails', () => mails.getWaitingCount())

const bus = observeEvents(new EventEmitter(), { maxSubscribers: 2 })
bus.on('placed', ({ id }) => baskets.delete(id))
bus.on('placed', ({ id }) => {
  log.info({ order: id }, 'order placed')
  // It was announced already, which counts once.
  ended('order-announced', id)
})
bus.on('placed', () => log.error('one more than may listen'))
bus.on('cancelled', () => {
  throw new RangeError('an order that is paid stays')
})

async function priceOf(item) {
  const response = await fetch(`${PRICING}/prices/${item}`, { headers: { connection: 'close' } })
  if (!response.ok) throw new TypeError(`${item} has no price`)
  return (await response.json()).price
}

async function store(id, item, price) {
  const client = await db.connect()
  try {
    await client.query('BEGIN')
    await client.query('INSERT INTO orders (id, item, price) VALUES ($1, $2, $3)', [id, item, price])
    await client.query('INSERT INTO outbox (order_id) VALUES ($1)', [id])
    const target = { target_type: 'order', target_id: id }
    await audit({ actor_role: 'system', action: 'order.place', ...target, result: 'success' }, { client })
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

const place = (id, item) =>
  mutation('order.place', { low: { channel: 'web' }, high: { order: id } }, async ({ resolve, call, record }) => {
    const tenant = await resolve(() => redis.get('tenant'))
    const price = await call(() => priceOf(item))
    await connection.request('weights', item, { timeout: 30_000 })
    await record(() => store(id, item, price))
    return { id, tenant, price }
  })

const announce = ({ id }) =>
  observe('order.announce', async () => {
    await mails.add('confirmation', { id })
    await boss.send('invoices', { id })
    shipments.sendToQueue('shipments', Buffer.from(id))
    await shipments.waitForConfirms()
    await stock.publish('stock.reserved', id)
    await workflows.enqueue({ workflowName: 'fulfil', queueName: 'orders' }, id)
    await parcels.send({ topic: 'parcels', messages: [{ key: id, value: '1 parcel' }] })
  })

/** An order that is placed is to be announced in time. */
async function announceInTime(order) {
  began('order-announced', order.id)
  await announce(order)
  ended('order-announced', order.id)
}

const receipt = (id) =>
  run(process.execPath, ['--import', 'telltale/register', 'receipt.mjs', id], {
    env: { ...process.env, OTEL_SERVICE_NAME: 'receipt', ADMIN_PORT: '0' },
  })

async function thumbnail(item) {
  const worker = new Worker(new URL('thumbnail.mjs', import.meta.url), { workerData: item })
  const [code] = await once(worker, 'exit')
  if (code !== 0) throw new Error(`no picture of ${item}`)
}

/** Who cancels has to be somebody whom the shop knows. */
const guard = access({ resolve: ({ subject }) => (subject === 'ada' ? { roles: ['customer'] } : null) })
const app = express()
app.post('/orders/:id/:item', async (request, response) => {
  const { id, item } = request.params
  baskets.set(id, item)
  if (baskets.get(id) !== item) throw new Error('the basket is empty')
  const order = await place(id, item)
  await announceInTime(order)
  await receipt(id)
  await thumbnail(item)
  bus.emit('placed', order)
  response.status(201).json(order)
})
/** A standing order: nobody waits for a receipt and a picture. */
app.put('/orders/:id/:item', async (request, response) => {
  const order = await place(request.params.id, request.params.item)
  await announceInTime(order)
  response.status(201).json(order)
})
app.post('/mails/nobody', async (_request, response) => {
  await mails.add('confirmation', {})
  response.status(202).end()
})
app.get('/orders/:id', async (request, response) => {
  const { rows } = await db.query('SELECT item FROM orders WHERE id = $1', [request.params.id])
  response.status(rows.length === 1 ? 200 : 404).json(rows)
})
app.delete('/orders/:id', guard.express(), (request, response) => {
  bus.emit('cancelled', request.params.id)
  response.end()
})
app.use((error, _request, response, _next) => response.status(500).json({ error: error.message }))

const server = createServer(app)
serve({ url: await listen(server) }, [
  () => new Promise((resolve) => server.close(resolve)),
  unwatch,
  () => mails.close(),
  () => boss.stop(),
  () => parcels.disconnect(),
  () => rabbit.close(),
  () => connection.close(),
  () => workflows.destroy(),
  () => redis.quit(),
  () => db.end(),
])

// The shop's worker: takes jobs from the same PostgreSQL and ships orders. The job carries the trace context of the request
// that made it, so request and work are one trace over two processes.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { counter, log, setAttributes, start } from 'telltale'
import { ended } from 'telltale/objectives'
import { consume } from 'telltale/queue'

const telltale = await start({ config: fileURLToPath(new URL('worker.yaml', import.meta.url)) })
const { default: pg } = await import('pg')

const shipped = counter('orders_shipped_total', { help: 'Orders shipped' })

// One statement: many workers may ask at once, each gets another job, none waits.
const TAKE = `
  UPDATE jobs SET state = 'taken'
  WHERE id = (SELECT id FROM jobs WHERE state = 'new' ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)
  RETURNING id, order_id, traceparent, waits_since`

// What others are told: one message of fifty is refused, and waits until somebody decides on it.
const PUBLISH = `
  UPDATE outbox SET attempts = attempts + 1,
    status = CASE WHEN id % 50 = 0 AND attempts = 0 THEN 'failed' ELSE 'published' END,
    published_at = CASE WHEN id % 50 = 0 AND attempts = 0 THEN NULL ELSE now() END,
    failed_at = CASE WHEN id % 50 = 0 AND attempts = 0 THEN now() END,
    last_error = CASE WHEN id % 50 = 0 AND attempts = 0 THEN 'the mail server refused the message' END
  WHERE status = 'pending'`

const db = new pg.Client({
  connectionString: `postgres://postgres:postgres@${process.env.DATABASE}/postgres`,
  ssl: false,
})
await db.connect()

/** The span of the worker is a child of the request that asked for the job; a job that fails is a nack. */
function ship({ id, order_id: order, traceparent, waits_since: at }) {
  const delivery = { queue: 'jobs', system: 'postgresql', name: 'ship order', id, headers: { traceparent }, at }
  return consume(delivery, async () => {
    setAttributes({ 'order.id': Number(order) })
    await sleep(10)
    await db.query(`UPDATE orders SET state = 'shipped' WHERE id = ${Number(order)}`)
    await db.query(`UPDATE jobs SET state = 'done' WHERE id = ${Number(id)}`)
    shipped.add(1)
    ended('order-shipped', { since: at })
    log.info({ 'order.id': Number(order) }, 'order shipped')
  })
}

let running = true
async function work() {
  while (running) {
    const { rows } = await db.query(TAKE)
    if (rows.length === 0) await db.query(PUBLISH).then(() => sleep(50))
    else await ship(rows[0]).catch((error) => log.error({ error: error.message }, 'job failed'))
  }
}

const working = work()
process.send?.({ ready: { admin: telltale.address } })

async function stop() {
  running = false
  await working
  await db.end()
  await telltale.stop()
  process.disconnect?.()
}
process.once('SIGTERM', stop)
process.on('SIGINT', () => {})

// Sends mails and invoices: jobs of BullMQ and of pg-boss.
import { UnrecoverableError, Worker } from 'bullmq'
import pg from 'pg'
import { PgBoss } from 'pg-boss'
import { observe } from 'telltale/function'
import { observeBullMQ, observePgBoss } from 'telltale/queue'
import * as sql from 'telltale/sql'
import { serve } from './service.mjs'

const { DATABASE, REDIS } = process.env
const db = sql.observe(new pg.Pool({ connectionString: DATABASE, max: 2 }), { name: 'mailer' })

const deliver = (what, id) =>
  observe(`${what}.send`, () => db.query('INSERT INTO deliveries (order_id, what) VALUES ($1, $2)', [id, what]))

const mails = new Worker(
  'mails',
  async ({ data: { id } }) => {
    if (id === undefined) throw new UnrecoverableError('a mail to nobody')
    await deliver('mail', id)
  },
  { connection: { url: REDIS } },
)
observeBullMQ(mails)

const boss = observePgBoss(new PgBoss({ connectionString: DATABASE, supervise: false, schedule: false }))
await boss.start()
await boss.createQueue('invoices')
const polling = { pollingIntervalSeconds: 0.5, includeMetadata: true }
await boss.work('invoices', polling, ([{ data }]) => deliver('invoice', data.id))

serve({}, [() => mails.close(), () => boss.stop(), () => db.end()])

// Keeps the books: it hears of orders from PostgreSQL itself, by logical replication.
import pg from 'pg'
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication'
import { observeReplication, snapshotRows, watchSlot } from 'telltale/cdc'
import { observe } from 'telltale/function'
import * as sql from 'telltale/sql'
import { serve } from './service.mjs'

const connectionString = process.env.DATABASE
const db = sql.observe(new pg.Pool({ connectionString, max: 2 }), { name: 'ledger' })

const { rowCount } = await db.query('SELECT id FROM orders')
snapshotRows('orders', rowCount)

const service = observeReplication(new LogicalReplicationService({ connectionString }))
service.on('data', (_lsn, { tag, new: order }) => {
  if (tag !== 'insert') return
  void observe('order.book', () =>
    db.query("INSERT INTO deliveries (order_id, what) VALUES ($1, 'booking')", [order.id]),
  )
})
const begun = new Promise((resolve) => service.once('start', resolve))
const subscribed = service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: ['orders'] }), 'orders')
await begun

const unwatch = [watchSlot(db, 'orders'), watchSlot(db, 'forgotten')]
serve({}, [...unwatch, () => service.stop(), () => subscribed.catch(() => {}), () => db.end()])

// Fulfils orders by workflows that outlive their process: DBOS on PostgreSQL.
import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import { observe } from 'telltale/function'
import * as sql from 'telltale/sql'
import { observeDBOS } from 'telltale/workflow'
import { serve } from './service.mjs'

const { DATABASE, DIES } = process.env
const db = sql.observe(new pg.Pool({ connectionString: DATABASE, max: 2 }), { name: 'fulfilment' })
observeDBOS(DBOS)

const busy = new Set(['1'])
const pick = DBOS.registerStep(
  async (id) => {
    // What a machine does that goes down in the middle of a step.
    if (DIES) process.kill(process.pid, 'SIGKILL')
    if (busy.delete(id)) throw new Error('somebody stands before the shelf')
    return id
  },
  { name: 'pick', retriesAllowed: true, intervalSeconds: 0.01, maxAttempts: 3 },
)
const send = DBOS.registerStep(
  (id) =>
    observe('order.send', async () => {
      await db.query("INSERT INTO deliveries (order_id, what) VALUES ($1, 'fulfilment')", [id])
    }),
  { name: 'send' },
)
DBOS.registerWorkflow(async (id) => send(await pick(id)), { name: 'fulfil' })

DBOS.setConfig({
  name: 'fulfilment',
  systemDatabaseUrl: DATABASE,
  runAdminServer: false,
  logLevel: 'error',
  executorID: 'one',
})
await DBOS.launch()
await DBOS.registerQueue('orders')

serve({}, [() => DBOS.shutdown(), () => db.end()])

// A program that is run for one order: it joins the trace that it was started in.
import pg from 'pg'
import { observe } from 'telltale/function'
import { inherit } from 'telltale/process'
import * as sql from 'telltale/sql'

const [id] = process.argv.slice(2)
const client = sql.observe(new pg.Client({ connectionString: process.env.DATABASE }))
await client.connect()
await inherit(() =>
  observe('receipt.print', () => client.query("INSERT INTO deliveries (order_id, what) VALUES ($1, 'receipt')", [id])),
)
await client.end()

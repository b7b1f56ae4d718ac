// Keys of databases and key-value stores.

import type * as kvDoor from '../../../src/kv.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import type * as sqlDoor from '../../../src/sql.ts'
import { type Row, row } from './row.ts'
import { Recording, type Service } from './service.ts'

/** What is recorded of a statement, of a look-up in a store, and of a pool. */
async function data(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  const sql = service.door<typeof sqlDoor>('sql')
  const database = sql.observe({ exec: (text: string) => text.length, prepare: () => ({}), close: () => {} })
  database.exec("INSERT INTO t VALUES ('secret')")
  const numbers = { totalCount: 3, idleCount: 1, waitingCount: 0, options: { max: 5 } }
  const pool = sql.observe({ ...numbers, connect: () => {}, query: () => {}, on: () => {} }, { name: 'orders' })
  service.door<typeof kvDoor>('kv').observe(new Map(), { namespace: 'sessions' }).get('a')
  await telltale.flush()
  const lines = await service.scrape(
    /^(sql_ops_total|sql_op_duration_seconds_count|kv_ops_total|database_connections_)/,
  )
  return {
    pool: pool.totalCount,
    spans: sink.spans.map(({ name, attributes }) => [name, attributesObject(attributes)['db.query.text'] ?? null]),
    metrics: lines.map((line) => line.slice(0, line.search(/[{ ]/))),
  }
}

const POOL = ['active', 'idle', 'max', 'pending'].map((each) => `database_connections_${each}`)
const SQL = ['sql_ops_total', 'sql_op_duration_seconds_count']
const KV = ['kv_ops_total']

const KEY = 'observability.prometheus.metrics.database'
const quiet = { pool: 3, spans: [], metrics: [...SQL, ...KV, ...POOL] }
const spans = (shape: string | null) => [
  ['INSERT', shape],
  ['get sessions', null],
]

export const DATA: readonly Row[] = [
  row('observability.tracing.database', [undefined, true], data, [quiet, { ...quiet, spans: spans(null) }]),
  row(
    `${KEY}.track_queries`,
    [undefined, true],
    data,
    [
      { ...quiet, spans: spans(null) },
      { ...quiet, spans: spans('INSERT INTO t VALUES (?)') },
    ],
    { base: { observability: { tracing: { database: true } } } },
  ),
  row(`${KEY}.connection_pool`, [undefined, false], data, [quiet, { ...quiet, metrics: [...SQL, ...KV] }]),
  row(`${KEY}.query_duration`, [undefined, false], data, [quiet, { ...quiet, metrics: [...KV, ...POOL] }]),
]

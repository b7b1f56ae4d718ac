// The six handlers of W-17 (direct, prepared, in a transaction; each with and without rows) through real drivers against
// real databases.
import { spawnSync } from 'node:child_process'
import net from 'node:net'
import { PGlite } from '@electric-sql/pglite'
import mysqlCallbacks from 'mysql2'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { current, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { observe } from '../../src/surfaces/sql/observe.ts'
import { MARIADB, mariadb, POSTGRES, postgres, REQUIRED, type Server } from '../otel/servers.ts'
import { type Kit, kit, view } from './kit.ts'

const noPostgres = POSTGRES === undefined && !REQUIRED
const noMaria = MARIADB === undefined && !REQUIRED
const NODE24 = process.env['TELLTALE_NODE24']

let pgServer: Server | undefined
let mariaServer: Server | undefined
let on: Kit

beforeAll(async () => {
  ;[pgServer, mariaServer] = await Promise.all([noPostgres ? undefined : postgres(), noMaria ? undefined : mariadb()])
})
afterAll(async () => {
  await pgServer?.stop()
  await mariaServer?.stop()
})
beforeEach(() => {
  on = kit()
})
afterEach(() => on.stop())

/** Six times once, and one of each that fails. */
const PG_SIX = {
  'exec ok postgresql BEGIN': 1,
  'exec ok postgresql COMMIT': 1,
  'exec ok postgresql CREATE': 1,
  'exec ok postgresql INSERT': 3,
  'query ok postgresql SELECT': 3,
  'query error postgresql SELECT 42P01': 1,
  'exec error postgresql INSERT 23505': 1,
}

test.skipIf(noPostgres)('pg: the six handlers count once each, by what they answered [W-17]', async () => {
  const pool = observe(new pg.Pool({ connectionString: pgServer!.url, max: 2 }))
  await pool.query('CREATE TABLE six (id int primary key)')
  await pool.query('INSERT INTO six VALUES ($1)', [1])
  expect((await pool.query('SELECT id FROM six')).rows).toEqual([{ id: 1 }])
  await pool.query({ name: 'put', text: 'INSERT INTO six VALUES ($1)', values: [2] })
  expect((await pool.query({ name: 'all', text: 'SELECT id FROM six WHERE id > $1', values: [1] })).rowCount).toBe(1)
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query('INSERT INTO six VALUES (3)')
  await client.query('SELECT 1')
  await client.query('COMMIT')
  client.release()
  await expect(pool.query('SELECT * FROM missing')).rejects.toMatchObject({ code: '42P01' })
  await expect(pool.query('INSERT INTO six VALUES (1)')).rejects.toMatchObject({ code: '23505' })
  await pool.end()
  expect(on.counts('sql_ops_total')).toEqual(PG_SIX)
  expect(on.counts('sql_op_duration_seconds')).toEqual(PG_SIX)
  expect(on.counts('errors_total')).toEqual({ 'sql 42P01': 1, 'sql 23505': 1 })
})

test.skipIf(noPostgres)(
  'pg: callbacks, query objects and clients of their own are observed and answer as before [W-17]',
  async () => {
    const client = observe(new pg.Client({ connectionString: pgServer!.url }))
    expect(observe(client)).toBe(client)
    await client.connect()
    const frame = new Frame(null)
    const seen = await new Promise((done) =>
      runIn(frame, () =>
        client.query('SELECT 1 AS one', (error, result) => done([error, result.rows, current() === frame])),
      ),
    )
    expect(seen).toEqual([null, [{ one: 1 }], true])
    const query = client.query(new pg.Query('SELECT 2 AS two'))
    const rows: unknown[] = []
    await new Promise<void>((done) => {
      query.on('row', (row) => rows.push(row))
      query.on('end', () => done())
    })
    expect(rows).toEqual([{ two: 2 }])
    const failing = client.query(new pg.Query('SELECT nothing'))
    expect(await new Promise((done) => failing.on('error', done))).toMatchObject({ code: '42703' })
    expect(() => client.query(null as never)).toThrow('null or undefined')
    await client.end()
    await expect(client.query('SELECT 1')).rejects.toThrow()
    expect(on.counts('sql_ops_total')).toEqual({
      'query ok postgresql SELECT': 2,
      'query error postgresql SELECT 42703': 1,
      'query error postgresql SELECT Error': 1,
    })
  },
)

test.skipIf(noPostgres)(
  'pg: a connection refused is the pool’s failure and no operation; gauges say what the pool holds [R-12]',
  async () => {
    const refused = observe(new pg.Pool({ host: '127.0.0.1', port: 1, database: 'shop' }))
    await expect(refused.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const pool = observe(new pg.Pool({ connectionString: pgServer!.url, max: 2 }), { name: 'orders' })
    const [one, two] = [await pool.connect(), await pool.connect()]
    const waiting = pool.connect()
    two.release()
    ;(await waiting).release()
    const late = [one]
    expect(on.counts('sql_ops_total')).toEqual({})
    expect({
      active: on.counts('database_connections_active'),
      idle: on.counts('database_connections_idle'),
      max: on.counts('database_connections_max'),
      pending: on.counts('database_connections_pending'),
    }).toEqual({
      active: { '127.0.0.1:1/shop': 0, orders: 1 },
      idle: { '127.0.0.1:1/shop': 0, orders: 1 },
      max: { '127.0.0.1:1/shop': 10, orders: 2 },
      pending: { '127.0.0.1:1/shop': 0, orders: 0 },
    })
    for (const client of late) client.release()
    await pool.end()
    await refused.end()
    expect(on.counts('database_connections_active')).toEqual({})
  },
)

test.skipIf(noMaria)(
  'mysql2: the six handlers count without a wrapper, by promises, callbacks and events [W-17]',
  async () => {
    const pool = mysql.createPool({ uri: mariaServer!.url, connectionLimit: 3 })
    expect(observe(pool)).toBe(pool)
    await pool.query('CREATE DATABASE IF NOT EXISTS shop')
    await pool.query('CREATE TABLE shop.six (id int primary key)')
    await pool.query('INSERT INTO shop.six VALUES (?)', [1])
    await pool.query('SELECT id FROM shop.six')
    await pool.execute('INSERT INTO shop.six VALUES (?)', [2])
    const [prepared] = await pool.execute('SELECT id FROM shop.six WHERE id > ?', [1])
    expect(prepared).toEqual([{ id: 2 }])
    const connection = await pool.getConnection()
    await connection.beginTransaction()
    await connection.query('INSERT INTO shop.six VALUES (3)')
    await connection.query('SELECT 1')
    await connection.commit()
    expect(on.counts('database_connections_active')).toMatchObject({ [`${new URL(mariaServer!.url).host}/mysql`]: 1 })
    connection.release()
    await expect(pool.query('SELECT * FROM missing')).rejects.toMatchObject({ code: 'ER_NO_SUCH_TABLE' })
    await expect(pool.execute('INSERT INTO shop.six VALUES (1)')).rejects.toMatchObject({ code: 'ER_DUP_ENTRY' })
    await pool.end()
    const events = mysqlCallbacks.createConnection(mariaServer!.url)
    await new Promise<void>((done) => void events.query('SELECT 1').on('end', () => done()))
    await new Promise<void>((done) => void events.query('INSERT INTO shop.six VALUES (4)', () => done()))
    await new Promise<void>((done) => events.end(() => done()))
    expect(on.counts('sql_ops_total')).toEqual({
      'exec ok mariadb START': 1,
      'exec ok mariadb COMMIT': 1,
      'exec ok mariadb CREATE': 2,
      'exec ok mariadb INSERT': 4,
      'query ok mariadb SELECT': 4,
      'query error mariadb SELECT ER_NO_SUCH_TABLE': 1,
      'exec error mariadb INSERT ER_DUP_ENTRY': 1,
    })
    expect(on.counts('database_connections_active')).toEqual({})
  },
)

test.skipIf(noMaria)(
  'mysql2: MariaDB is told from MySQL by what a pool, or a connection that was handed over, was greeted with [W-17]',
  async () => {
    on.stop()
    on = kit({ spans: true })
    // An address each, of which nothing is known yet.
    const { port } = new URL(mariaServer!.url)
    const forwarders: net.Server[] = []
    const fresh = async (): Promise<string> => {
      const forwarder = net.createServer((from) => {
        const to = net.connect(Number(port), '127.0.0.1')
        for (const [a, b] of [
          [from, to],
          [to, from],
        ] as const) {
          a.pipe(b)
          a.on('error', () => b.destroy())
        }
      })
      forwarders.push(forwarder)
      await new Promise<void>((done) => forwarder.listen(0, '127.0.0.1', done))
      return `mysql://root@127.0.0.1:${(forwarder.address() as net.AddressInfo).port}/mysql`
    }
    const pool = mysql.createPool(await fresh())
    await expect(pool.query('SELEC 1')).rejects.toMatchObject({ code: 'ER_PARSE_ERROR' })
    await pool.end()
    const handed = observe(mysqlCallbacks.createConnection(await fresh()))
    handed.on('error', () => {})
    await new Promise<void>((done) => void handed.query('SELECT 2', () => done()))
    await new Promise<void>((done) => handed.end(() => done()))
    const late = observe(await mysql.createConnection(await fresh()))
    late.on('error', () => {})
    await late.query('SELECT 3')
    await late.end()
    const bare = await mysql.createConnection(await fresh())
    bare.on('error', () => {})
    await bare.query('SELECT 4')
    await bare.end()
    for (const forwarder of forwarders) forwarder.close()
    const seen = on.spans.map(view) as { name: string; 'db.system.name': string }[]
    expect(seen.map((span) => [span.name, span['db.system.name']])).toEqual([
      ['mariadb mysql', 'mariadb'],
      ['SELECT mysql', 'mariadb'],
      ['SELECT mysql', 'mariadb'],
      ['SELECT mysql', 'mysql'],
    ])
    expect(on.counts('sql_ops_total')).toEqual({
      'exec error mariadb _OTHER ER_PARSE_ERROR': 1,
      'query ok mariadb SELECT': 2,
      'query ok mysql SELECT': 1,
    })
  },
)

test.skipIf(noMaria)(
  'mysql2: a statement that is prepared first and executed later counts by what it answers, in each manner [W-17]',
  async () => {
    const pool = observe(mysql.createPool({ uri: mariaServer!.url, connectionLimit: 1 }))
    await pool.query('CREATE OR REPLACE TABLE later (id int primary key)')
    const connection = await pool.getConnection()
    for (const id of [1, 2]) {
      const put = await connection.prepare('INSERT INTO later VALUES (?)')
      await put.execute([id])
    }
    const put = await connection.prepare('INSERT INTO later VALUES (?)')
    await expect(put.execute([1])).rejects.toMatchObject({ code: 'ER_DUP_ENTRY' })
    const all = await connection.prepare('SELECT id FROM later')
    expect((await all.execute([]))[0]).toEqual([{ id: 1 }, { id: 2 }])
    await expect(connection.prepare('SELEC 1')).rejects.toMatchObject({ code: 'ER_PARSE_ERROR' })
    connection.release()
    await pool.end()
    const events = observe(mysqlCallbacks.createConnection(mariaServer!.url))
    const frame = new Frame(null)
    const seen = await new Promise((done) =>
      events.prepare('SELECT id FROM later WHERE id > ?', (_, statement) => {
        const rows: unknown[] = []
        const command = statement.execute([1]) as unknown as NodeJS.EventEmitter
        command.on('result', (row) => rows.push(row))
        command.on('end', () =>
          runIn(frame, () =>
            statement.execute([2], (...args: unknown[]) => done([rows, args.length, args[1], current() === frame])),
          ),
        )
      }),
    )
    expect(seen).toEqual([[{ id: 2 }], 3, [], true])
    await new Promise<void>((done) => events.end(() => done()))
    expect(on.counts('sql_ops_total')).toEqual({
      'exec ok mariadb CREATE': 1,
      'exec ok mariadb INSERT': 2,
      'exec error mariadb INSERT ER_DUP_ENTRY': 1,
      'query ok mariadb SELECT': 3,
      'exec error mariadb _OTHER ER_PARSE_ERROR': 1,
    })
  },
)

test.skipIf(noMaria)('mysql2: a connection that nobody listens to fails as it would without us [W-17]', async () => {
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const codes: unknown[] = []
  // The refusal, and then that the socket is closed, which mysql2 could not take note of.
  await new Promise<void>((done) => {
    process.on('uncaughtException', (error: { code?: string }) => codes.push(error.code) === 2 && done())
    mysqlCallbacks.createConnection({ host: '127.0.0.1', port: 1 })
  })
  process.removeAllListeners('uncaughtException')
  for (const listener of listeners) process.on('uncaughtException', listener)
  expect(codes).toEqual(['ECONNREFUSED', 'PROTOCOL_CONNECTION_LOST'])
})

test('PGlite: the six handlers count once each, template tags and failures too [W-17]', async () => {
  const db = observe(await PGlite.create())
  await db.exec('CREATE TABLE six (id int primary key); CREATE TABLE seven (id int)')
  await db.query('INSERT INTO six VALUES ($1)', [1])
  expect((await db.query('SELECT id FROM six')).rows).toEqual([{ id: 1 }])
  expect((await db.sql`SELECT ${2}::int AS two`).rows).toEqual([{ two: 2 }])
  const told = await db.transaction(async (tx) => {
    await tx.exec('INSERT INTO six VALUES (2)')
    await tx.query('INSERT INTO six VALUES (3)')
    return (await tx.sql`SELECT id FROM six WHERE id > ${1}`).rows.length
  })
  expect(told).toBe(2)
  await expect(db.query('SELECT * FROM missing')).rejects.toMatchObject({ code: '42P01' })
  await db.close()
  expect(on.counts('sql_ops_total')).toEqual({
    'exec ok postgresql CREATE': 1,
    'exec ok postgresql INSERT': 3,
    'query ok postgresql SELECT': 3,
    'query error postgresql SELECT 42P01': 1,
  })
})

test.skipIf(NODE24 === undefined && !REQUIRED)(
  'node:sqlite, under Node 24: the six handlers count once each [W-17]',
  () => {
    const ran = spawnSync(NODE24!, ['--no-warnings', 'test/sql/apps/sqlite.ts'], { encoding: 'utf8' })
    expect(ran.stderr).toBe('')
    expect(JSON.parse(ran.stdout)).toEqual({
      same: true,
      rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
      one: { id: 1 },
      walked: [1, 2, 3],
      left: [1],
      tagged: [{ id: 4 }],
      error: 'no such table: missing',
      counts: {
        'exec ok sqlite CREATE': 1,
        'exec ok sqlite BEGIN': 1,
        'exec ok sqlite COMMIT': 1,
        'exec ok sqlite INSERT': 4,
        'query ok sqlite SELECT': 6,
        'query error sqlite SELECT ERR_SQLITE_ERROR': 1,
        'exec error sqlite INSERT ERR_SQLITE_ERROR': 1,
      },
    })
  },
)

test.skipIf(noPostgres)(
  'pg: configurations of any kind, callbacks and their arguments are as without us [W-17]',
  async () => {
    class Statement {
      callback: (error: unknown, result: { rows: unknown }) => void
      constructor(callback: (error: unknown, result: { rows: unknown }) => void) {
        this.callback = callback
      }
      get text(): string {
        return 'SELECT 7 AS seven'
      }
    }
    const poisoned = {
      get text(): string {
        throw new Error('poison')
      },
    }
    type Use = (client: pg.Client) => Promise<unknown>
    const asked = (client: pg.Client, config: unknown): Promise<unknown> =>
      (client.query as unknown as (config: unknown) => Promise<{ rows: unknown }>)(config)
    const uses: Record<string, Use> = {
      error: (client) =>
        new Promise((done) => client.query('SELECT nothing', (...args: unknown[]) => done(args.length))),
      answer: (client) => new Promise((done) => client.query('SELECT 1', (...args: unknown[]) => done(args.length))),
      statement: (client) =>
        new Promise((done) => {
          const callback = (_: unknown, result: { rows: unknown }) =>
            done([result.rows, statement.callback === callback])
          const statement = new Statement(callback)
          asked(client, statement)
        }),
      plain: (client) =>
        new Promise((done) => {
          const callback = (_: unknown, result: { rows: unknown }) => done([result.rows, config.callback === callback])
          const config = Object.freeze({ text: 'SELECT 8 AS eight', rowMode: 'array', callback })
          asked(client, config)
        }),
      frozen: (client) =>
        new Promise((done) => {
          const statement = Object.freeze(new Statement((_, { rows }) => done(rows)))
          asked(client, statement)
        }),
      named: async (client) => {
        const rows: unknown[] = []
        for (const value of [1, 2]) {
          rows.push((await client.query({ name: 'one', text: 'SELECT $1::int AS n', values: [value] })).rows)
        }
        return rows
      },
      several: async (client) => {
        const answers = (await client.query('SELECT 1; SET x.y = 1; SELECT 2')) as unknown as { command: string }[]
        return answers.map(({ command }) => command)
      },
      nothing: async (client) => (await client.query('')).rows,
      poisoned: async (client) => {
        try {
          return await asked(client, poisoned)
        } catch (error) {
          return (error as Error).message
        }
      },
      late: (client) =>
        asked
          .call(null, client, { text: 'SELECT pg_sleep(600)', query_timeout: 20 })
          .catch((error: Error) => error.message),
      shape: async (client) => [client.query.name, client.query.length, Object.keys(client).includes('query')],
    }
    const answers = async (client: pg.Client): Promise<Record<string, unknown>> => {
      await client.connect()
      const found: Record<string, unknown> = {}
      // One connection each would hide what one leaves behind; the one that is late leaves its connection busy.
      for (const [name, use] of Object.entries(uses)) found[name] = await use(client)
      ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
      return found
    }
    const client = (): pg.Client => {
      const made = new pg.Client({ connectionString: pgServer!.url })
      made.on('error', () => {})
      return made
    }
    const bare = await answers(client())
    expect(on.counts('sql_ops_total')).toEqual({})
    expect(await answers(observe(client()))).toEqual(bare)
    expect(bare).toMatchObject({
      error: 1,
      statement: [[{ seven: 7 }], true],
      plain: [[[8]], true],
      poisoned: 'poison',
    })
    expect(on.counts('sql_ops_total')).toEqual({
      'query error postgresql SELECT 42703': 1,
      'query ok postgresql SELECT': 7,
      'exec ok postgresql _OTHER': 1,
      'exec error postgresql _OTHER Error': 1,
      'query error postgresql SELECT Error': 1,
    })
  },
)

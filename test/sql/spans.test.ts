// Spans of operations: off unless asked for, below the span that asked, without text, values or messages of the database.
import { PGlite } from '@electric-sql/pglite'
import mysql from 'mysql2'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { current, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { aliasViews } from '../../src/metrics/views.ts'
import { observe } from '../../src/surfaces/sql/observe.ts'
import type { Span } from '../../src/trace/span.ts'
import { MARIADB, mariadb, POSTGRES, postgres, REQUIRED, type Server } from '../otel/servers.ts'
import { type Kit, kit, view } from './kit.ts'

const noPostgres = POSTGRES === undefined && !REQUIRED
const noMaria = MARIADB === undefined && !REQUIRED
let server: Server | undefined
let maria: Server | undefined
let db: PGlite
let on: Kit | undefined

beforeAll(async () => {
  ;[server, maria] = await Promise.all([noPostgres ? undefined : postgres(), noMaria ? undefined : mariadb()])
  db = observe(await PGlite.create())
})
afterAll(async () => {
  await server?.stop()
  await maria?.stop()
  await db.close()
})
afterEach(() => on?.stop())

test('without being asked for there is no span, and with it one for each operation, without its text [W-17]', async () => {
  on = kit()
  await db.query('SELECT 1')
  expect(on.spans).toEqual([])
  on.stop()
  on = kit({ spans: true })
  await db.query('SELECT 1 AS secret')
  await expect(db.query("SELECT 'secret'::int")).rejects.toThrow('secret')
  await expect(db.query('SECRET')).rejects.toThrow()
  expect(on.spans.map(view)).toEqual([
    { name: 'SELECT', kind: 3, status: 0, 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT', events: 0 },
    {
      name: 'SELECT',
      kind: 3,
      status: 2,
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.response.status_code': '22P02',
      'error.type': '22P02',
      events: 0,
    },
    {
      name: 'postgresql',
      kind: 3,
      status: 2,
      'db.system.name': 'postgresql',
      'db.operation.name': '_OTHER',
      'db.response.status_code': '42601',
      'error.type': '42601',
      events: 0,
    },
  ])
})

test('the shape of the statement is on its span where it is asked for, and in no label [R-12]', async () => {
  on = kit({ spans: true, shapes: true })
  await db.query("SELECT 'secret' AS a WHERE 1 IN (1, 2)")
  await db.transaction((tx) => tx.sql`SELECT ${'secret'}::text`)
  expect(on.spans.map(view)).toMatchObject([
    { 'db.query.text': 'SELECT ? AS a WHERE ? IN (?)' },
    { 'db.query.text': 'SELECT ?::text' },
  ])
  expect(JSON.stringify(on.registry.exposition())).not.toMatch(/SELECT \?|secret/)
})

test.skipIf(noPostgres)(
  'pg: each span is below the request that asked, even when the pool was waited for [W-32]',
  async () => {
    on = kit({ spans: true })
    const pool = observe(new pg.Pool({ connectionString: server!.url, max: 1 }))
    const tracer = on.engine.tracer('requests')
    const requests = ['a', 'b', 'c'].map((name) => {
      const span = tracer.start(name, 1, null) as Span
      // The callbacks of a pool run in the context of whoever gave the connection back.
      return runIn(new Frame(null).hold(span), () => {
        const asked = new Promise((done) => pool.query('SELECT pg_sleep(0.01)', () => done(span.end())))
        return asked
      })
    })
    await Promise.all(requests)
    await pool.end()
    const ids = new Map(on.spans.map((span) => [`${span.s0} ${span.s1}`, span.name]))
    const edges = on.spans.map((span) => `${ids.get(`${span.p0} ${span.p1}`) ?? '-'} > ${span.name}`)
    expect(edges.sort()).toEqual([
      '- > a',
      '- > b',
      '- > c',
      'a > SELECT postgres',
      'b > SELECT postgres',
      'c > SELECT postgres',
    ])
    expect(view(on.spans[0]!)).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': 'PORT',
      'db.namespace': 'postgres',
    })
  },
)

test.skipIf(noMaria)(
  'mysql2: each span is below the request that asked, and callbacks go on in it, even when the pool was waited for [W-32]',
  async () => {
    on = kit({ spans: true })
    // Its one connection is made in the first request, and given back in whichever is done.
    const pool = mysql.createPool({ uri: maria!.url, connectionLimit: 1 })
    const promises = pool.promise()
    const tracer = on.engine.tracer('requests')
    const lost: string[] = []
    const manners: Record<string, (ended: () => void) => void> = {
      callback: (ended) => pool.query('SELECT SLEEP(0.01)', ended),
      prepared: (ended) => pool.execute('SELECT SLEEP(0.01)', [], ended),
      promise: (ended) => void promises.query('SELECT SLEEP(0.01)').then(ended),
      connection: (ended) =>
        pool.getConnection((_error, connection) =>
          connection.query('SELECT 1', () => {
            connection.release()
            ended()
          }),
        ),
      event: (ended) => void pool.query('SELECT SLEEP(0.01)').on('end', ended),
    }
    const requests = Object.entries(manners).map(([name, ask]) => {
      const span = tracer.start(name, 1, null) as Span
      const frame = new Frame(null).hold(span)
      const asked = () =>
        new Promise<void>((done) =>
          ask(() => {
            if (current() !== frame && name !== 'event') lost.push(name)
            span.end()
            done()
          }),
        )
      return runIn(frame, asked)
    })
    await Promise.all(requests)
    expect(current()).toBeUndefined()
    await promises.end()
    const ids = new Map(on.spans.map((span) => [`${span.s0} ${span.s1}`, span.name]))
    const edges = on.spans.map((span) => `${ids.get(`${span.p0} ${span.p1}`) ?? '-'} > ${span.name}`)
    expect({ lost, edges: edges.filter((edge) => !edge.startsWith('-')).sort() }).toEqual({
      lost: [],
      edges: Object.keys(manners)
        .map((name) => `${name} > SELECT mysql`)
        .sort(),
    })
  },
)

test.skipIf(noPostgres)('pg: a connection that dies in mid-query is one failed operation [W-17]', async () => {
  on = kit()
  const pool = observe(new pg.Pool({ connectionString: server!.url, max: 2 }))
  pool.on('error', () => {})
  const client = await pool.connect()
  client.on('error', () => {})
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  const asleep = client.query('SELECT pg_sleep(60)')
  const killed = pool.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
  await expect(asleep).rejects.toMatchObject({ code: '57P01' })
  await killed
  client.release(true)
  await pool.end()
  expect(on.counts('sql_ops_total')).toEqual({
    'query ok postgresql SELECT': 2,
    'query error postgresql SELECT 57P01': 1,
  })
})

test('an alert on database_query_duration_seconds reads the same series [R-14]', async () => {
  on = kit({ registry: new Registry({ views: aliasViews(['database_query_duration_seconds_count > 5']) }) })
  await db.query('SELECT 1')
  const count = { 'query ok postgresql SELECT': 1 }
  expect(on.counts('database_query_duration_seconds')).toEqual(count)
  expect(on.counts('sql_op_duration_seconds')).toEqual(count)
})

test('what is no client comes back untouched and is said once; hostile ones do no harm', () => {
  const told: Notice[] = []
  forgetNotices()
  const before = onNotice((notice) => void told.push(notice))
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('hostile')
      },
    },
  )
  const frozen = Object.freeze({ query() {}, connect() {}, end() {}, setTypeParser() {} })
  const mysql1 = { query() {}, connect() {}, end() {}, escape() {} }
  const untouched = { ...mysql1 }
  for (const thing of [{}, throwing, frozen, mysql1, null as never, 7 as never]) expect(observe(thing)).toBe(thing)
  onNotice(before)
  expect(mysql1).toEqual(untouched)
  expect(told.map(({ event }) => event)).toEqual(['sql.unknown', 'sql.fault', 'client.frozen'])
})

// The store of PostgreSQL without a server: its statements run in PGlite, behind a client that does what that of `pg` does.
import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { PGlite } from '@electric-sql/pglite'
import type * as pg from 'pg'
import { beforeEach, expect, test } from 'vitest'
import { PostgresqlStore } from '../../../src/access/tokens/postgresql.ts'
import { hashOf } from '../../../src/access/tokens/text.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { forgetNotices } from '../../../src/base/notice.ts'
import { faultOf, ID, notices } from './kit.ts'

// It takes seconds to load, and holds nothing open: runs in one process share it.
const held = globalThis as { telltalePGlite?: PGlite }
held.telltalePGlite ??= new PGlite()
const database = held.telltalePGlite

const scopes = ['metrics:read']
let clients: FakeClient[] = []
let texts: string[] = []
let table = ''
beforeEach(() => {
  clients = []
  texts = []
  table = `tokens_${randomUUID().replaceAll('-', '')}`
})

class FakeClient extends EventEmitter {
  readonly config: pg.ClientConfig
  connected = 0
  ended = 0
  unrefs = 0
  /** The next question fails with it. */
  failure: unknown = null
  constructor(config: pg.ClientConfig) {
    super()
    this.config = config
    clients.push(this)
  }
  async connect(): Promise<void> {
    this.connected++
    if (this.config.connectionString?.includes('refused')) throw Object.assign(new Error(''), { code: 'ECONNREFUSED' })
  }
  async query(text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
    texts.push(text)
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
    return database.query(text, values)
  }
  async end(): Promise<void> {
    this.ended++
    this.emit('end')
  }
  unref(): void {
    this.unrefs++
  }
}

const driver = { Client: FakeClient } as unknown as typeof pg
function store(options: Partial<ConstructorParameters<typeof PostgresqlStore>[0]> = {}): PostgresqlStore {
  return new PostgresqlStore({ url: 'postgres://u:hunter2@h/d', table, load: async () => driver, ...options })
}

test('every part of a token is kept and read as it was, and every statement of ours says that it is [R-24]', async () => {
  const kept = store()
  const tokens = new Tokens(kept)
  expect(await kept.read()).toEqual({ mark: 'none', tokens: null })
  expect(await kept.read('none')).toBeNull()
  const first = await tokens.generate({ scopes: ['metrics:read', 'system/*.rs'], lifeMs: 3_600_000, label: "Zoë's" })
  const second = await tokens.rotate(first.token.id, { overlapMs: 60_000 })
  const third = await tokens.generate({ scopes })
  await tokens.revoke(third.token.id)
  const { mark, tokens: all } = (await kept.read('none'))!
  expect(all).toEqual([
    { ...second.replaced, hash: hashOf(first.text) },
    { ...second.token, hash: hashOf(second.text) },
    { ...third.token, hash: hashOf(third.text), revokedAt: expect.any(Number) },
  ])
  expect(second.replaced).toMatchObject({ replacedBy: second.token.id, acceptedUntil: expect.any(Number) })
  expect([await kept.read(mark), (await kept.read('other'))?.mark]).toEqual([null, mark])
  await database.query(`UPDATE ${table} SET label = 'by hand' WHERE token_id = $1`, [third.token.id])
  expect((await kept.read(mark))?.tokens?.[2]?.label).toBe('by hand')
  expect(texts.filter((text) => !text.startsWith('/* telltale */') && !/^(BEGIN|COMMIT|ROLLBACK)$/.test(text))).toEqual(
    [],
  )
  expect(clients.map(({ connected, ended, unrefs }) => [connected, ended, unrefs])).toEqual([[1, 0, 0]])
  await kept.close()
  expect(clients[0]!.ended).toBe(1)
})

test('a full table loses what is dead for one that is new', async () => {
  const tokens = new Tokens(store())
  const { token } = await tokens.generate({ scopes })
  await tokens.revoke(token.id)
  await database.query(
    `INSERT INTO ${table} SELECT gen_random_uuid(), hash, scopes, label, created_at FROM ${table}, generate_series(1, 9999)`,
  )
  const next = await tokens.generate({ scopes })
  const { rows } = await database.query<{ token_id: string }>(
    `SELECT token_id FROM ${table} WHERE revoked_at IS NOT NULL`,
  )
  expect(rows).toEqual([])
  expect((await tokens.validate(next.text)).ok).toBe(true)
  expect(await faultOf(tokens.generate({ scopes }))).toContain('TOKEN_LIMIT')
  await database.query(
    `INSERT INTO ${table} SELECT gen_random_uuid(), hash, scopes, label, created_at FROM ${table} LIMIT 1`,
  )
  expect(await faultOf(tokens.list())).toContain(
    `TOKENS_CORRUPT ${table}: What should hold the tokens holds something else; it is left as it is; found more than 10000 rows`,
  )
})

test('a client is told how long to wait, who asks, and to let the process end where a service asks', async () => {
  const kept = store({ background: true })
  await kept.read()
  expect(clients[0]!.config).toEqual({
    connectionString: 'postgres://u:hunter2@h/d',
    fallback_application_name: 'telltale',
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
    keepAlive: true,
  })
  expect(clients[0]!.unrefs).toBe(1)
})

test('a change that throws is given up, and the connection goes on; one that fails is not used again', async () => {
  const kept = store()
  const tokens = new Tokens(kept)
  await tokens.generate({ scopes })
  expect(await faultOf(tokens.revoke(ID))).toContain('TOKEN_UNKNOWN')
  expect([texts.at(-1), clients.length]).toEqual(['ROLLBACK', 1])
  clients[0]!.failure = new Error('connection lost, password=hunter2')
  expect(await faultOf(tokens.list())).toBe(
    `TOKENS_UNREACHABLE ${table}: The database of tokens cannot be used; found connection lost, password=[REDACTED]. Check its URL, that it runs, and what its user may do.`,
  )
  expect(clients[0]!.ended).toBe(1)
  expect(await tokens.list()).toHaveLength(1)
  expect(clients).toHaveLength(2)
  clients[1]!.emit('error', new Error('terminated by the administrator'))
  expect(await tokens.list()).toHaveLength(1)
  expect(clients).toHaveLength(3)
})

test('what cannot be connected to is said by its code where there is no word, and tried again with the next question', async () => {
  const kept = store({ url: 'postgres://refused/d' })
  const said = `TOKENS_UNREACHABLE ${table}: The database of tokens cannot be used; found ECONNREFUSED.`
  expect(await faultOf(kept.read())).toContain(said)
  expect(await faultOf(kept.read())).toContain(said)
  expect(clients).toHaveLength(2)
  await kept.close()
})

test('questions at once are asked one after the other on one connection', async () => {
  const kept = store()
  const tokens = new Tokens(kept)
  const made = await Promise.all([1, 2, 3].map(() => tokens.generate({ scopes })))
  await Promise.all([tokens.list(), tokens.revoke(made[0]!.token.id), tokens.list()])
  expect([clients.length, (await tokens.list()).length]).toEqual([1, 3])
  const begun = texts.map((text) => /^(BEGIN|COMMIT)$/.exec(text)?.[0]).filter((text) => text !== undefined)
  expect(begun).toEqual(Array(4).fill(['BEGIN', 'COMMIT']).flat())
})

test('a table that is not ours, and one in a later format, is a fault for who reads and who writes [R-24]', async () => {
  await database.exec(`CREATE TABLE ${table} (id int)`)
  const tokens = new Tokens(store())
  const foreign = `TOKENS_CORRUPT ${table}: What should hold the tokens holds something else; it is left as it is; found a table that is not ours. Name another table; a table of ours says "telltale tokens 1" in its comment.`
  expect([await faultOf(tokens.list()), await faultOf(tokens.revoke(ID))]).toEqual([foreign, foreign])
  await database.exec(`COMMENT ON TABLE ${table} IS 'telltale tokens 12'`)
  const newer = `TOKENS_NEWER ${table}: The tokens are in the format of a later version; they are left as they are; found format 12; allowed: 1.`
  expect(await faultOf(tokens.list())).toContain(newer)
  expect(await faultOf(tokens.generate({ scopes }))).toContain(newer)
  for (const comment of ['telltale tokens', 'telltale tokens 1.0', 'my telltale tokens 1', 'telltale tokens 1 or so']) {
    await database.exec(`COMMENT ON TABLE ${table} IS '${comment}'`)
    expect(await faultOf(tokens.list())).toBe(foreign)
  }
})

test('a row that cannot be meant is said once and lets nobody in; the others hold', async () => {
  forgetNotices()
  const heard = notices()
  const tokens = new Tokens(store())
  const [one, two] = [await tokens.generate({ scopes }), await tokens.generate({ scopes })]
  await database.query(`UPDATE ${table} SET hash = 'x' WHERE token_id = $1`, [one.token.id])
  expect((await tokens.list()).map(({ id }) => id)).toEqual([two.token.id])
  expect((await tokens.validate(one.text)).ok).toBe(false)
  heard.stop()
  expect(heard.said).toEqual([`warn tokens.row: a row of ${table} has no usable hash: its token is refused`])
})

test('a package without named exports is taken by its default, and one that is missing is a fault', async () => {
  expect(await store({ load: async () => ({ default: driver }) as never }).read()).toMatchObject({ tokens: null })
  const missing = store({ load: () => Promise.reject(new Error('Cannot find package')) })
  expect(await faultOf(missing.read())).toContain('PEER_MISSING pg')
})

test.each(['a;b', 'a b', 'a"b', "a'b", 'a.b.c', '', '.a', '1a', 'a-b', 'a'.repeat(64)])('%j is no table', (name) => {
  expect(() => store({ table: name })).toThrow(
    `CONFIG_VALUE access.tokens.table: The value is not allowed; found ${JSON.stringify(name)}; allowed: letters, digits and underscores, with a schema and a dot before them or without.`,
  )
})

test('a table may have a schema, and is called what was written', async () => {
  await database.exec('CREATE SCHEMA IF NOT EXISTS "Other"')
  await new Tokens(store({ table: `Other.T_${table}` })).generate({ scopes })
  expect((await database.query(`SELECT * FROM "Other"."T_${table}"`)).rows).toHaveLength(1)
})

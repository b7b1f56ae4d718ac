// Against a real PostgreSQL: what is kept, who sees it, what happens while it is down, and that nobody takes our questions
// for the application's.
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import * as pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LiveTokens } from '../../../src/access/tokens/live.ts'
import { PostgresqlStore } from '../../../src/access/tokens/postgresql.ts'
import { hashOf } from '../../../src/access/tokens/text.ts'
import { Tokens } from '../../../src/access/tokens/tokens.ts'
import { forgetNotices } from '../../../src/base/notice.ts'
import { observe } from '../../../src/surfaces/sql/observe.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../../otel/servers.ts'
import { kit } from '../../sql/kit.ts'
import { faultOf, ID, notices } from './kit.ts'
import { agreesWithModel } from './machine.ts'

describe.skipIf(POSTGRES === undefined && !REQUIRED)('tokens in PostgreSQL (skipped where it is not installed)', () => {
  let server: Postgres
  let admin: pg.Client
  let stores: PostgresqlStore[] = []
  let table = ''
  let tables = 0

  beforeAll(async () => {
    server = await postgres()
    admin = new pg.Client(server.url)
    admin.on('error', () => {})
    await admin.connect()
  })
  afterAll(async () => {
    await admin?.end()
    await server?.stop()
  })
  beforeEach(() => {
    table = `tokens_${tables++}`
  })
  afterEach(async () => {
    await Promise.all(stores.map((each) => each.close()))
    stores = []
  })

  function store(options: Partial<ConstructorParameters<typeof PostgresqlStore>[0]> = {}): PostgresqlStore {
    const made = new PostgresqlStore({ url: server.url, table, ...options })
    stores.push(made)
    return made
  }
  const scopes = ['metrics:read']

  test('tokens are made, replaced, revoked and expire as the model says, whatever the order [R-24]', async () => {
    let run = 0
    await agreesWithModel(async () => new PostgresqlStore({ url: server.url, table: `${table}_${run++}` }), 15)
  })

  test('the first change makes the table; a service that only reads makes none, and no mark stands for two contents [R-24]', async () => {
    const [service, writer] = [store(), store()]
    expect(await service.read()).toEqual({ mark: 'none', tokens: null })
    expect(await service.read('none')).toBeNull()
    const { text, token } = await new Tokens(writer).generate({ scopes, lifeMs: 3_600_000, label: "Zoë's" })
    const { mark, tokens } = (await service.read('none'))!
    expect([tokens, await service.read(mark)]).toEqual([[{ ...token, hash: hashOf(text) }], null])
    const { rows } = await admin.query(`SELECT *, row_to_json(t)::text AS all FROM ${table} AS t`)
    expect(rows[0]).toMatchObject({ token_id: token.id, hash: hashOf(text), scopes, label: "Zoë's", revoked_at: null })
    expect(rows[0].expires_at.getTime() - rows[0].created_at.getTime()).toBe(3_600_000)
    expect(rows[0].all).not.toContain(text.slice(26))
    await admin.query(`UPDATE ${table} SET revoked_at = now()`)
    expect((await service.read(mark))?.tokens?.[0]?.revokedAt).toBeGreaterThan(token.createdAt)
    await admin.query(`DELETE FROM ${table}`)
    expect((await service.read(mark))?.tokens).toEqual([])
  })

  test('several that make the table and tokens at once lose none, and of two rotations of one token one is refused [R-24]', async () => {
    const writers = Array.from({ length: 6 }, () => new Tokens(store()))
    const made = await Promise.all(writers.flatMap((each) => [each.generate({ scopes }), each.generate({ scopes })]))
    expect(new Set((await writers[0]!.list()).map(({ id }) => id))).toEqual(new Set(made.map(({ token }) => token.id)))
    const both = await Promise.allSettled(writers.slice(0, 2).map((each) => each.rotate(made[0]!.token.id)))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await writers[0]!.list()).toHaveLength(13)
  })

  test('a change by hand at the same time is not written over', async () => {
    const tokens = new Tokens(store())
    const { token } = await tokens.generate({ scopes })
    await admin.query('BEGIN')
    await admin.query(`UPDATE ${table} SET revoked_at = now()`)
    const rotation = faultOf(tokens.rotate(token.id))
    await admin.query('SELECT pg_sleep(0.2)')
    await admin.query('COMMIT')
    expect(await rotation).toContain(`TOKEN_ENDED ${token.id}`)
    expect((await tokens.list()).map(({ revokedAt }) => revokedAt === null)).toEqual([false])
  })

  test('a table of somebody else is left alone, and so is one in a later format [R-24]', async () => {
    await admin.query(`CREATE TABLE ${table} (id int)`)
    const works = (tokens: Tokens) => [
      () => tokens.list(),
      () => tokens.generate({ scopes }),
      () => tokens.rotate(ID),
      () => tokens.revoke(ID),
    ]
    for (const work of works(new Tokens(store()))) {
      expect(await faultOf(work())).toBe(
        `TOKENS_CORRUPT ${table}: What should hold the tokens holds something else; it is left as it is; found a table that is not ours. Name another table; a table of ours says "telltale tokens 1" in its comment.`,
      )
    }
    await admin.query(`COMMENT ON TABLE ${table} IS 'telltale tokens 2'`)
    for (const work of works(new Tokens(store()))) {
      expect(await faultOf(work())).toBe(
        `TOKENS_NEWER ${table}: The tokens are in the format of a later version; they are left as they are; found format 2; allowed: 1. Use that version of telltale here too.`,
      )
    }
    expect((await admin.query(`SELECT * FROM ${table}`)).rows).toEqual([])
  })

  test('a row that cannot be meant lets nobody in, is said once, and the others hold', async () => {
    forgetNotices()
    const heard = notices()
    const tokens = new Tokens(store())
    const [one, two] = [await tokens.generate({ scopes }), await tokens.generate({ scopes })]
    await admin.query(`UPDATE ${table} SET expires_at = 'infinity' WHERE token_id = $1`, [one.token.id])
    expect(await tokens.validate(one.text)).toEqual({ ok: false, result: 'invalid' })
    expect((await tokens.validate(two.text)).ok).toBe(true)
    heard.stop()
    expect(heard.said).toEqual([`warn tokens.row: a row of ${table} has no usable expires_at: its token is refused`])
  })

  test('the name of a table may have a schema and is what was written; anything else is refused', async () => {
    await admin.query('CREATE SCHEMA IF NOT EXISTS "Other"')
    const name = `Other.Tokens_${table}`
    await new Tokens(store({ table: name })).generate({ scopes })
    expect((await admin.query(`SELECT count(*)::int AS n FROM "Other"."Tokens_${table}"`)).rows).toEqual([{ n: 1 }])
    for (const wrong of ['a;b', 'a b', 'a"b', "a'b", 'a.b.c', '', '1a', 'a'.repeat(64)])
      expect(() => new PostgresqlStore({ url: server.url, table: wrong })).toThrow('CONFIG_VALUE access.tokens.table')
  })

  test('a user who may only read is enough for a service, and who may not write is told', async () => {
    const { text } = await new Tokens(store()).generate({ scopes })
    await admin.query(`DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT SELECT ON ${table} TO reader`)
    const reading = new Tokens(store({ url: server.url.replace('postgres@', 'reader@') }))
    expect((await reading.validate(text)).ok).toBe(true)
    expect(await faultOf(reading.generate({ scopes }))).toBe(
      `TOKENS_UNREACHABLE ${table}: The database of tokens cannot be used; found permission denied for table ${table}. Check its URL, that it runs, and what its user may do.`,
    )
  })

  test('a change that is given up leaves the connection usable', async () => {
    const tokens = new Tokens(store())
    expect(await faultOf(tokens.revoke(ID))).toContain('TOKEN_UNKNOWN')
    await tokens.generate({ scopes })
    expect(await faultOf(tokens.rotate(ID))).toContain('TOKEN_UNKNOWN')
    expect(await tokens.list()).toHaveLength(1)
    const { rows } = await admin.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'telltale'",
    )
    expect(rows).toEqual([{ n: 1 }])
  })

  test('the package being missing is a fault that says how to go on', async () => {
    const load = () => Promise.reject(new Error("Cannot find package 'pg'"))
    expect(await faultOf(store({ load }).read())).toBe(
      'PEER_MISSING pg: The configuration needs a package that is not installed; found access.tokens.store: postgresql. Install it (npm install pg), or keep the tokens in a file: access.tokens.store: file.',
    )
  })

  test('a password in the URL is in no fault', async () => {
    const refused = await faultOf(store({ url: 'postgres://u:hunter2@127.0.0.1:1/d' }).read())
    const denied = await faultOf(store({ url: server.url.replace('postgres@', 'nobody:hunter2@') }).read())
    const wrong = await faultOf(store({ url: 'postgres://u:hunter2@[/d' }).read())
    expect([refused, denied, wrong].join('\n')).not.toContain('hunter2')
    expect(refused).toContain('found connect ECONNREFUSED 127.0.0.1:1')
    expect(denied).toContain('role "nobody" does not exist')
  })

  test('our questions are no operations of the application, for our surface and for an instrumentation of others', async () => {
    const seen = kit({ spans: true })
    const spans: string[] = []
    const startSpan = (name: string) => {
      spans.push(name)
      return seen.engine.tracer('x').start(name, 2, null)
    }
    const instrumentation = new PgInstrumentation()
    instrumentation.setTracerProvider({ getTracer: () => ({ startSpan }) } as never)
    // What it does with the module as soon as the module is loaded.
    const module = { ...pg, Client: class extends pg.Client {} }
    const [definition] = (instrumentation as unknown as { init(): { patch(it: object): void }[] }).init()
    definition!.patch(module)
    const theirs = new module.Client(server.url)
    await theirs.connect()
    await theirs.query('SELECT 1')
    await theirs.end()
    expect(spans).toEqual(['pg.connect', 'pg.query:SELECT postgres'])
    const ours = store({ load: async () => module as typeof pg })
    await new Tokens(ours).generate({ scopes })
    await new Tokens(ours).list()
    expect(spans).toHaveLength(2)
    const pool = observe(new pg.Pool({ connectionString: server.url }))
    await pool.query(`/* telltale */ SELECT 1`)
    expect(seen.counts('sql_ops_total')).toEqual({})
    await pool.end()
    seen.stop()
  })

  test('two services see a rotation and a revocation by a third within moments; an overlap is kept [R-25]', async () => {
    const at = { refreshMs: 20, staleMs: 60_000 }
    const services = [new LiveTokens(store(), at), new LiveTokens(store(), at)]
    const operator = new Tokens(store())
    const results = async (text: string) => {
      const found = await Promise.all(services.map((each) => each.find(text)))
      return found.map((each) => (each.ok ? 'ok' : each.result))
    }
    const first = await operator.generate({ scopes })
    await expect.poll(() => results(first.text)).toEqual(['ok', 'ok'])
    const second = await operator.rotate(first.token.id)
    await expect.poll(() => results(first.text)).toEqual(['invalid', 'invalid'])
    await expect.poll(() => results(second.text)).toEqual(['ok', 'ok'])
    const third = await operator.rotate(second.token.id, { overlapMs: 3_600_000 })
    await expect.poll(() => results(third.text)).toEqual(['ok', 'ok'])
    expect(await results(second.text)).toEqual(['ok', 'ok'])
    await operator.revoke(second.token.id)
    await expect.poll(() => results(second.text)).toEqual(['invalid', 'invalid'])
    expect([await results(third.text), services.map((each) => each.active())]).toEqual([
      ['ok', 'ok'],
      [1, 1],
    ])
    await Promise.all(services.map((each) => each.close()))
  })

  test('while the server is down the last known tokens hold, then nobody is let in, and back it is asked again [R-24]', async () => {
    const heard = notices()
    let late = 0
    const ages = () => performance.now() + late
    const token = await new Tokens(store()).generate({ scopes })
    const live = new LiveTokens(store(), { refreshMs: 20, staleMs: 3_600_000, ages })
    const ok = async () => (await live.find(token.text)).ok
    expect(await ok()).toBe(true)
    await server.kill()
    await expect.poll(() => heard.said.map((line) => line.split(':')[0])).toEqual(['warn tokens.unreadable'])
    expect(await ok()).toBe(true)
    late = 3_600_001
    await expect(ok()).rejects.toThrow('it is not known which tokens are accepted')
    await expect.poll(() => heard.said.map((line) => line.split(':')[0])).toHaveLength(2)
    await server.begin()
    await expect.poll(() => ok().catch(() => false)).toBe(true)
    expect(heard.said.map((line) => line.split(':')[0])).toEqual([
      'warn tokens.unreadable',
      'error tokens.closed',
      'info tokens.readable',
    ])
    await live.close()
    heard.stop()
    await admin.end().catch(() => {})
    admin = new pg.Client(server.url)
    await admin.connect()
  })
})

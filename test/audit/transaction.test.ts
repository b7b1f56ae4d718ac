// A transaction on a connection of a pool, in a real PostgreSQL: the trail and the operations endpoints have it from here.
import pg from 'pg'
import { expect, test } from 'vitest'
import { ask, type Queryable, transaction } from '../../src/audit/transaction.ts'
import { poolDatabase, type Work } from '../../src/console/ops/sql.ts'
import { later, noPostgres, outcome, ownPostgres } from './kit.ts'

const { server, sql } = await ownPostgres('CREATE TABLE kept (id int PRIMARY KEY)')

const run = test.skipIf(noPostgres)

/** As an application has it: it listens to the pool, and not to what it lends. */
function pool(max = 1): pg.Pool {
  const made = new pg.Pool({ connectionString: server.url, max })
  made.on('error', () => {})
  later(() => made.end())
  return made
}

const kept = async () => (await sql.query('SELECT id FROM kept ORDER BY id')).rows.map(({ id }) => id)
const pidOf = async (client: Queryable) =>
  Number((await ask(client, 'SELECT pg_backend_pid()::text AS pid'))[0]!['pid'])
const gone = async (pid: number) => {
  await sql.query('SELECT pg_terminate_backend($1)', [pid])
  await expect
    .poll(async () => (await sql.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount, {
      timeout: 20_000,
    })
    .toBe(0)
}

run('what is done is kept, what is thrown undoes it, and both give the same connection back', async () => {
  const own = pool()
  const pid = await transaction(own, 'BEGIN', async (client) => {
    await ask(client, 'INSERT INTO kept VALUES (1)')
    return pidOf(client)
  })
  const thrown = transaction(own, 'BEGIN', async (client) => {
    await ask(client, 'INSERT INTO kept VALUES (2)')
    throw new Error('not so')
  })
  await expect(thrown).rejects.toThrow('not so')
  expect(await outcome(transaction(own, 'BEGIN', (client) => ask(client, 'INSERT INTO kept VALUES (1)')))).toBe('23505')
  expect(await outcome(transaction(own, 'BEGIN; SELECT 1 / 0', pidOf))).toBe('22012')
  expect([await kept(), await transaction(own, 'BEGIN', pidOf)]).toEqual([[1], pid])
})

run(
  'a connection that breaks between two statements ends no process, is thrown away, and the next is a new one',
  async () => {
    const own = pool()
    const pids: number[] = []
    const lost = transaction(own, 'BEGIN', async (client) => {
      pids.push(await pidOf(client))
      await ask(client, 'INSERT INTO kept VALUES (3)')
      await gone(pids[0]!)
      await ask(client, 'INSERT INTO kept VALUES (4)')
    })
    await expect(lost).rejects.toThrow(/terminat|not queryable/i)
    expect([own.totalCount, await kept()]).toEqual([0, [1]])
    pids.push(await transaction(own, 'BEGIN', pidOf))
    expect(pids[1]).not.toBe(pids[0])
  },
)

run('a change whose connection breaks while the trail is written is not made, and the pool goes on', async () => {
  const own = pool()
  const database = poolDatabase(own)
  function* work(): Work<number> {
    const [row] = yield { text: 'INSERT INTO kept VALUES (5) RETURNING pg_backend_pid()::text AS pid' }
    return Number(row!['pid'])
  }
  await expect(database.change(work, gone)).rejects.toThrow(/terminat|not queryable/i)
  expect([own.totalCount, await kept()]).toEqual([0, [1]])
  await database.change(work, async () => {})
  expect(await kept()).toEqual([1, 5])
})

run(
  'many at once wait for one connection, and those that fail leave it to the others with no listener of theirs',
  async () => {
    const own = pool()
    const all = Array.from({ length: 30 }, (_, i) =>
      outcome(
        transaction(own, 'BEGIN', async (client) => {
          await ask(client, 'INSERT INTO kept VALUES ($1)', [100 + i])
          if (i % 3 === 0) throw Object.assign(new Error(), { code: 'mine' })
          return i
        }),
      ),
    )
    expect(await Promise.all(all)).toEqual(Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 'mine' : i)))
    expect((await kept()).filter((id) => id >= 100)).toHaveLength(20)
    const client = await own.connect()
    const listeners = client.listenerCount('error')
    client.release()
    await transaction(own, 'BEGIN', pidOf)
    const again = await own.connect()
    expect(again.listenerCount('error')).toBe(listeners)
    again.release()
  },
)

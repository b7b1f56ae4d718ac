// A real database that is locked, that has lost a table, and that goes down: what a client sees of it, and what the log.
import pg from 'pg'
import { expect, test } from 'vitest'
import { provideInventory } from '../../../src/inventory.ts'
import { POSTGRES, postgres, REQUIRED } from '../../otel/servers.ts'
import { later, launch, said, until } from '../../start/kit.ts'
import { wrong } from '../service-api/validator.ts'
import { ask } from './questions.ts'

const YAML = JSON.stringify({
  name: 'shop',
  server: { port: 0 },
  console: { reconcile_interval: '1ms', resources: [{ type: 'Order', table: 'orders' }] },
})
const PATH = '/console/metrics/resource-distribution'
const noPostgres = POSTGRES === undefined && !REQUIRED

test.skipIf(noPostgres)(
  'a database that hangs or is away is a 503, one that refuses a 500: nothing of it is shown, and the log is told once [H-51]',
  { timeout: 300_000 },
  async () => {
    const server = await postgres()
    later(() => server.stop())
    const pool = new pg.Pool({ connectionString: server.url, max: 2 })
    pool.on('error', () => {})
    later(() => pool.end())
    await pool.query('CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)')
    later(provideInventory(pool))
    const lines = said()
    const { address } = await launch(YAML)
    const look = async () => {
      const { status, headers, body } = await ask(address, PATH, { 'x-correlation-id': 'c-1' })
      const type = String(headers['content-type'])
      expect(wrong('GET', PATH, status, type, body)).toEqual([])
      return status === 200 ? (body as { total_resources: number }).total_resources : [headers['retry-after'], body]
    }
    const problem = (status: number, title: string, code: string, detail: string) => ({
      ...{ type: 'about:blank', title, status, detail, code },
      ...{ correlation_id: 'c-1', trace_id: null },
    })
    const away = ['5', problem(503, 'Service Unavailable', 'unavailable', 'This is not available at the moment.')]
    const failed = [undefined, problem(500, 'Internal Server Error', 'exception', 'The request could not be answered.')]
    const heard = () => lines.splice(0).filter((line) => line.includes(PATH))
    const again = () => until('it counts again', async () => (await look()) === 1, 90_000)
    expect(await look()).toBe(1)

    const locked = new pg.Client({ connectionString: server.url })
    locked.on('error', () => {})
    await locked.connect()
    await locked.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE')
    expect(await Promise.all([look(), look()])).toEqual([away, away])
    expect(heard()).toEqual([expect.stringMatching(/failed: counting records took longer than 10000 ms$/)])
    await locked.query('COMMIT')
    await locked.end()
    await again()

    await pool.query('ALTER TABLE orders RENAME TO secrets')
    await until('it counts no more', async () => (await look()) !== 1, 90_000)
    expect([await look(), await look()]).toEqual([failed, failed])
    expect(heard()).toEqual([expect.stringMatching(/failed: relation "orders" does not exist$/)])
    await pool.query('ALTER TABLE secrets RENAME TO orders')
    await again()
    heard()

    await server.kill()
    await until('it counts no more', async () => (await look()) !== 1, 90_000)
    expect(await look()).toEqual(away)
    await server.begin()
    await again()
    expect(heard().join('\n')).not.toMatch(/postgres:\/\//)
  },
)

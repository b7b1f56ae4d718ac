// What the tests of the trail share: a PostgreSQL of their own, rows to write, and views without what differs from run to run.
import pg from 'pg'
import { afterAll, afterEach } from 'vitest'
import type { AuditEntry, ChainedRow } from '../../src/audit/row.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../otel/servers.ts'

export const noPostgres = POSTGRES === undefined && !REQUIRED
export const NODE24 = process.env['TELLTALE_NODE24']
export const noNode24 = NODE24 === undefined && !REQUIRED

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** At the end of the test. */
export function later(work: () => unknown): void {
  undo.push(work)
}

const clients: pg.Client[] = []
afterAll(async () => {
  for (const client of clients.splice(0)) await client.end()
})

export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

/** A PostgreSQL of the file's own, until its tests are over, and a client of it; neither where there is none. */
export async function ownPostgres(schema?: string): Promise<{ readonly server: Postgres; readonly sql: pg.Client }> {
  if (noPostgres) return {} as never
  const server = await postgres()
  afterAll(() => server.stop(), 60_000)
  const sql = await connected(server.url)
  if (schema !== undefined) await sql.query(schema)
  return { server, sql }
}

export const ENTRY: AuditEntry = {
  actor_user_id: 'u-1',
  actor_role: 'user',
  action: 'order.cancel',
  target_type: 'order',
  target_id: '42',
  result: 'success',
}

export const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({ ...ENTRY, ...more })

/** The code of the fault that `work` ends with; what it resolved to otherwise. */
export async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

/** What was done to what, in order. */
export const told = (rows: readonly ChainedRow[]): string[] =>
  rows.map(({ seq, action, target_id }) => `${seq} ${action} ${target_id}`)

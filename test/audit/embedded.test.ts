// The trail in the process: in memory, in PGlite, and under Node 24 in a file of node:sqlite.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, expect, test } from 'vitest'
import { Audit } from '../../src/audit/audit.ts'
import { MemoryStore } from '../../src/audit/memory.ts'
import { openAudit } from '../../src/audit/open.ts'
import { prune } from '../../src/audit/prune.ts'
import { Redactor } from '../../src/redact/redact.ts'
import { entry, later, NODE24, noNode24, outcome, told } from './kit.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-embedded-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a trail in memory is a chain like any other, and nobody changes its rows', async () => {
  const audit = await openAudit()
  const one = await audit.record(entry({ metadata: { old_value: { deep: [1] } } }))
  await audit.record(entry())
  expect(() => Object.assign(one, { action: 'x' })).toThrow(TypeError)
  expect(() => (one.metadata as { old_value: { deep: number[] } }).old_value.deep.push(2)).toThrow(TypeError)
  expect(await outcome(audit.record(entry({ id: one.id })))).toBe('AUDIT_STORE')
  expect(await outcome(audit.record(entry(), { client: { query() {} } }))).toBe('AUDIT_TRANSACTION')
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
  await prune(audit, 1)
  expect((await audit.rows()).map(({ seq, action }) => `${seq} ${action}`)).toEqual(['2 order.cancel', '3 audit.prune'])
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
  await audit.close()
  expect(await outcome(audit.record(entry()))).toBe('AUDIT_CLOSED')
})

test('a trail in memory is bounded: the oldest tenth is pruned, and the chain holds', async () => {
  const audit = new Audit({ open: async () => new MemoryStore(50), redactor: new Redactor() })
  for (let i = 1; i <= 120; i++) await audit.record(entry({ target_id: `${i}` }))
  const rows = await audit.rows()
  expect(rows.length).toBeLessThanOrEqual(51)
  expect(rows.filter(({ action }) => action === 'audit.prune').length).toBeGreaterThan(0)
  expect(await audit.verify()).toMatchObject({ ok: true, rows: rows.length })
})

test.skipIf(isBuiltin('node:sqlite'))(
  'a trail in a folder of PGlite outlives the process, keeps itself, and has one owner at a time [G-16]',
  { timeout: 120_000 },
  async () => {
    const path = join(folder, 'deep', 'trail')
    const audit = await openAudit({ path })
    later(() => audit.close())
    await Promise.all([1, 2, 3].map((i) => audit.record(entry({ target_id: `${i}`, metadata: { reason: 'ü' } }))))
    const { head } = await audit.verify()
    expect(await outcome(openAudit({ path }))).toBe('AUDIT_STORE')
    await audit.close()
    // Of a process that was killed.
    writeFileSync(`${path}.pid`, JSON.stringify({ pid: 4_194_305, host: hostname() }))
    const again = await openAudit({ path, create: false })
    later(() => again.close())
    expect(await again.verify({ head: head!.hash })).toEqual({ ok: true, rows: 3, head, broken: null })
    expect(await prune(again, 1)).toMatchObject({ rows: 1 })
    expect(await again.verify()).toMatchObject({ ok: true, rows: 3 })
    await again.close()
    expect(existsSync(`${path}.pid`)).toBe(false)
    expect(await outcome(openAudit({ path: join(folder, 'none'), create: false }))).toBe('AUDIT_STORE')
    writeFileSync(join(folder, 'file'), 'SQLite')
    expect(await outcome(openAudit({ path: join(folder, 'file') }))).toBe('AUDIT_STORE')
  },
)

test("the application's own PGlite: a row in the transaction of the change, guards and all [G-16]", {
  timeout: 120_000,
}, async () => {
  const db = await PGlite.create()
  later(() => db.close())
  await db.exec('CREATE TABLE orders (id text)')
  const audit = await openAudit({ database: db })
  await db.transaction(async (tx) => {
    await tx.query("INSERT INTO orders VALUES ('committed')")
    await audit.record(entry({ target_id: 'committed' }), { client: tx })
  })
  await db.transaction(async (tx) => {
    await tx.query("INSERT INTO orders VALUES ('rolled back')")
    await audit.record(entry(), { client: tx })
    await tx.rollback()
  })
  const refused = db.transaction(async (tx) => {
    await tx.query("INSERT INTO orders VALUES ('refused')")
    await audit.record(entry({ metadata: { note: 1 } as never }), { client: tx }).catch(() => {})
    await tx.query("INSERT INTO orders VALUES ('refused too')")
  })
  expect(await outcome(refused)).toBe('25P02')
  expect(await outcome(audit.record(entry(), { client: db }))).toBe('AUDIT_TRANSACTION')
  expect((await db.query('SELECT id FROM orders')).rows).toEqual([{ id: 'committed' }])
  expect(told(await audit.rows())).toEqual(['1 order.cancel committed'])
  for (const text of ['UPDATE # SET action = action', 'DELETE FROM #', 'TRUNCATE #'])
    await expect(db.exec(text.replace('#', 'telltale_audit'))).rejects.toThrow('append-only')
  await audit.close()
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
})

test.skipIf(noNode24)('node:sqlite, under Node 24: one file, several processes, guards and all [G-16]', () => {
  const ran = spawnSync(NODE24!, ['--no-warnings', 'test/audit/apps/sqlite.ts', folder], { encoding: 'utf8' })
  expect(ran.stderr).toBe('')
  expect(JSON.parse(ran.stdout)).toEqual({
    mode: '600',
    refused: 'AUDIT_KEY',
    outside: 'AUDIT_TRANSACTION',
    foreign: 'AUDIT_TRANSACTION',
    orders: 1,
    guards: [
      'the audit trail is append-only: UPDATE is refused',
      'the audit trail is append-only: UPDATE is refused',
      'the audit trail is append-only: DELETE is refused',
      'the audit trail takes no row but the one that follows its last',
      'the audit trail takes no row but the one that follows its last',
    ],
    whole: [true, 4],
    pruned: 2,
    after: [true, 5],
    broken: ['changed', 6],
    absent: 'AUDIT_STORE',
  })
})

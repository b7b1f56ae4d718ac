// Whoever changes, moves or takes away a row of a real PostgreSQL, with every right that there is, is found.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Audit } from '../../src/audit/audit.ts'
import { hashOf } from '../../src/audit/chain.ts'
import { TRIGGERS } from '../../src/audit/ddl.ts'
import { openAudit } from '../../src/audit/open.ts'
import { olderThan, prune } from '../../src/audit/prune.ts'
import type { AuditRow } from '../../src/audit/row.ts'
import { run as cli, type Ran } from '../cli/run.ts'
import { dist, run as spawned } from '../house/dist.ts'
import { entry, later, noPostgres, outcome, ownPostgres, told } from './kit.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-audit-'))

const { server, sql } = await ownPostgres()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = test.skipIf(noPostgres)
let tables = 0

interface Trail {
  readonly audit: Audit
  readonly table: string
  readonly ids: string[]
  /** As superuser, with the guards switched off. */
  tamper(text: string): Promise<void>
  /** `telltale audit …` with a configuration that names this trail. */
  command(name: string, ...options: string[]): Promise<Ran>
}

async function trail(rows: number, at: { now: number } = { now: Date.now() }): Promise<Trail> {
  const table = `verified_${++tables}`
  const audit = await openAudit({ store: 'postgresql', url: server.url, table, now: () => at.now })
  later(() => audit.close())
  const ids: string[] = []
  for (let i = 1; i <= rows; i++) ids.push((await audit.record(entry({ target_id: `${i}` }))).id)
  writeFileSync(
    join(folder, `${table}.yaml`),
    `name: shop\naudit: { enabled: true, store: postgresql, table: ${table} }\n`,
  )
  return {
    audit,
    table,
    ids,
    async tamper(text) {
      await sql.query(`ALTER TABLE ${table} DISABLE TRIGGER ALL`)
      await sql.query(text.replaceAll('#', table))
      for (const trigger of TRIGGERS) await sql.query(`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${trigger}`)
    },
    command: (name, ...options) =>
      cli(folder, ['audit', name, '--config', `${table}.yaml`, ...options], { DATABASE_URL: server.url }),
  }
}

const broken = async ({ audit }: Trail) => {
  const { ok, rows, broken: found } = await audit.verify()
  return [ok, rows, found?.kind, found?.seq, found?.text]
}

run('a chain that nobody touched holds, and says its head', async () => {
  const empty = await trail(0)
  expect(await empty.audit.verify()).toEqual({ ok: true, rows: 0, head: null, broken: null })
  const { audit, ids } = await trail(3)
  const [, , last] = await audit.rows()
  expect(await audit.verify()).toEqual({
    ok: true,
    rows: 3,
    head: { seq: 3, id: ids[2], hash: last!.hash },
    broken: null,
  })
})

run.each([
  ['actor_user_id', "'nobody'"],
  ['actor_role', "'admin'"],
  ['action', "'order.read'"],
  ['target_type', "'parcel'"],
  ['target_id', "'43'"],
  ['result', "'failure'"],
  ['correlation_id', "'other'"],
  ['metadata', `'{"reason":"none"}'`],
  ['created_at', "created_at + interval '1 microsecond'"],
  ['created_at', "'infinity'"],
  ['actor_ip', "'10.0.0.1'"],
  ['user_agent', "''"],
  ['id', 'gen_random_uuid()'],
  ['hash', "repeat('a', 64)"],
  ['prev_hash', "repeat('a', 64)"],
])('a row whose %s is changed is found', async (column, value) => {
  const changed = await trail(5)
  await changed.tamper(`UPDATE # SET ${column} = ${value} WHERE seq = 3`)
  expect(await broken(changed)).toEqual([false, 2, 'changed', 3, 'a field or its hash is not as it was written'])
})

run('a row that is taken away is found, wherever it was', async () => {
  const inside = await trail(5)
  await inside.tamper('DELETE FROM # WHERE seq = 3')
  expect(await broken(inside)).toEqual([
    ...[false, 2, 'missing', 4, 'the row that it follows is gone: row 3 is missing'],
  ])
  const several = await trail(6)
  await several.tamper('DELETE FROM # WHERE seq IN (3, 4)')
  expect(await broken(several)).toEqual([
    ...[false, 2, 'missing', 5, 'the row that it follows is gone: rows 3 to 4 are missing'],
  ])
  const first = await trail(5)
  await first.tamper('DELETE FROM # WHERE seq <= 2')
  expect(await broken(first)).toEqual([
    ...[false, 0, 'genesis', 3, 'the trail begins with row 3, and no row says that those before it were pruned'],
  ])
})

run('a row that is taken away is found although the others are numbered anew', async () => {
  const renumbered = await trail(5)
  await renumbered.tamper('DELETE FROM # WHERE seq = 3; UPDATE # SET seq = seq - 1 WHERE seq > 3')
  expect(await broken(renumbered)).toEqual([
    ...[false, 2, 'changed', 2, 'row 3 follows another row than this: it was written anew, or rows were removed'],
  ])
  const first = await trail(3)
  await first.tamper('DELETE FROM # WHERE seq = 1; UPDATE # SET seq = seq - 1')
  expect(await broken(first)).toEqual([false, 0, 'genesis', 1, 'it is not the first row of this trail'])
})

run('rows that changed places are found', async () => {
  const swapped = await trail(5)
  await swapped.tamper(
    'UPDATE # SET seq = -seq; UPDATE # SET seq = CASE seq WHEN -2 THEN 3 WHEN -3 THEN 2 ELSE -seq END',
  )
  expect(await broken(swapped)).toEqual([false, 1, 'order', 2, 'it follows another row than the one before it'])
  const moved = await trail(3)
  await moved.tamper('UPDATE # SET seq = 9 WHERE seq = 3')
  expect(await broken(moved)).toEqual([false, 2, 'order', 9, 'its number is not 3'])
})

run(
  'a row that was written anew with its hash is found by the one after it, and the last by a noted head',
  async () => {
    const { audit, tamper, ids, ...rest } = await trail(4)
    const noted = (await audit.head()).hash
    const rewrite = async (seq: number) => {
      const [row] = await audit.rows({ after: seq - 1, limit: 1 })
      const hash = hashOf({ ...(row as AuditRow), target_id: 'forged' }, row!.prev_hash)
      await tamper(`UPDATE # SET target_id = 'forged', hash = '${hash}' WHERE seq = ${seq}`)
    }
    await rewrite(4)
    expect((await audit.verify()).ok).toBe(true)
    expect((await audit.verify({ head: noted })).broken).toMatchObject({ kind: 'head', id: null, seq: null })
    await rewrite(2)
    const found = await broken({ audit, tamper, ids, ...rest })
    expect(found.slice(0, 4)).toEqual([false, 2, 'changed', 2])
  },
)

run('a trail whose end was cut off holds by itself, and not against a noted head', async () => {
  const { audit, tamper } = await trail(5)
  const noted = (await audit.head()).hash
  expect(await audit.verify({ head: noted.toUpperCase() })).toMatchObject({ ok: true })
  await audit.record(entry())
  expect(await audit.verify({ head: noted })).toMatchObject({ ok: true, rows: 6 })
  await tamper('DELETE FROM # WHERE seq > 4')
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 4 })
  expect(await audit.verify({ head: noted })).toMatchObject({ ok: false, broken: { kind: 'head' } })
})

run('a walk may begin at any row, which is then believed to follow what it says', async () => {
  const { audit, tamper, ids } = await trail(6)
  await tamper("UPDATE # SET action = 'x' WHERE seq = 2")
  expect(await audit.verify({ fromId: ids[2]! })).toMatchObject({ ok: true, rows: 4 })
  await tamper("UPDATE # SET action = 'x' WHERE seq = 5")
  expect(await audit.verify({ fromId: ids[2]! })).toMatchObject({
    ok: false,
    rows: 2,
    broken: { kind: 'changed', seq: 5 },
  })
  expect(await audit.verify({ fromId: 'none' })).toMatchObject({ ok: false, broken: { kind: 'start', id: 'none' } })
})

run('a trail of several thousand rows is walked in steps, and the last of them is looked at', async () => {
  const { audit, tamper, table } = await trail(1)
  await tamper('TRUNCATE #')
  const base = {
    actor_user_id: null,
    actor_role: 'system',
    target_type: 't',
    result: 'success',
    correlation_id: 'c',
  } as const
  const rows: unknown[] = []
  let before = '0'.repeat(64)
  for (let seq = 1; seq <= 2500; seq++) {
    const id = `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`
    const created_at = new Date(1_700_000_000_000 + seq).toISOString()
    const row = {
      id,
      ...base,
      action: 'a',
      target_id: `${seq}`,
      metadata: {},
      created_at,
      actor_ip: null,
      user_agent: null,
    }
    const hash = hashOf(row, before)
    rows.push({ seq, ...row, prev_hash: before, hash })
    before = hash
  }
  await sql.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(rows),
  ])
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2500, head: { seq: 2500, hash: before } })
  await tamper("UPDATE # SET action = 'b' WHERE seq = 2500")
  expect(await audit.verify()).toMatchObject({ ok: false, rows: 2499, broken: { kind: 'changed', seq: 2500 } })
})

run('rows grow old: what is pruned is said by a row, the chain holds, and it may be pruned again', async () => {
  const at = { now: Date.parse('2026-01-01T00:00:00Z') }
  const { audit, table } = await trail(3, at)
  at.now += 1000
  await audit.record(entry({ target_id: 'kept' }))
  const { last, rows } = await olderThan(audit, at.now)
  expect([last!.seq, rows]).toEqual([3, 3])
  const first = await prune(audit, 3)
  expect(first).toMatchObject({
    rows: 3,
    last: { seq: 3, hash: last!.hash },
    checkpoint: { seq: 5, target_id: last!.hash },
  })
  expect(told(await audit.rows())).toEqual(['4 order.cancel kept', `5 audit.prune ${last!.hash}`])
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2 })
  expect(await audit.verify({ head: last!.hash })).toMatchObject({ ok: true })
  expect(await outcome(sql.query(`DELETE FROM ${table} WHERE seq = 4`))).toBe('P0001')
  await prune(audit, 5)
  expect((await audit.rows()).map(({ seq }) => seq)).toEqual([6])
  await audit.record(entry())
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 2, head: { seq: 7 } })
})

run('pruning that was broken off leaves a chain that holds, and the next one ends it', async () => {
  const again = await trail(6)
  const [, , third] = await again.audit.rows()
  await again.audit.own({
    action: 'audit.prune',
    target_type: 'audit_chain',
    target_id: third!.hash,
    metadata: { old_value: { seq: 3 }, reason: 'retention' },
  })
  expect(await again.audit.verify()).toMatchObject({ ok: true, rows: 7 })
  expect(await again.audit.remove(3, 1)).toBe(1)
  expect(await again.audit.verify()).toMatchObject({ ok: true, rows: 6 })
  expect(await again.audit.remove(3, 100)).toBe(2)
  expect(await again.audit.verify()).toMatchObject({ ok: true, rows: 4 })
  await again.tamper('DELETE FROM # WHERE seq = 4')
  expect(await again.audit.verify()).toMatchObject({ ok: false, broken: { kind: 'genesis', seq: 5 } })
})

run('a chain that does not hold is not pruned: what was done to it stays to be seen', async () => {
  const bad = await trail(5)
  await bad.tamper("UPDATE # SET action = 'x' WHERE seq = 4")
  expect(await outcome(prune(bad.audit, 2))).toBe('AUDIT_BROKEN')
  expect(await bad.audit.rows()).toHaveLength(5)
})

run('two processes that write at the same time make one chain without a gap', async () => {
  const { audit, table } = await trail(0)
  const program = `
    const { openAudit } = await import(${JSON.stringify(join(await dist(), 'esm/audit.js'))})
    const audit = await openAudit({ store: 'postgresql', url: ${JSON.stringify(server.url)}, table: '${table}' })
    const common = { actor_role: 'system', action: 'work', target_type: 'job', result: 'success' }
    const one = (i) => audit.record({ ...common, target_id: process.argv[1] + i })
    for (let i = 0; i < 40; i += 4) await Promise.all([one(i), one(i + 1), one(i + 2), one(i + 3)])
    await audit.close()`
  const writer = (name: string) => spawned(process.execPath, ['--input-type=module', '--eval', program, name])
  const writers = [writer('a'), writer('b')]
  const own = Array.from({ length: 20 }, (_, i) => audit.record(entry({ target_id: `c${i}` })))
  await Promise.all(own)
  const done = { code: 0, stdout: '', stderr: '' }
  expect(await Promise.all(writers)).toEqual([done, done])
  const rows = await audit.rows()
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  const names = ['a', 'b'].flatMap((name) => Array.from({ length: 40 }, (_, i) => `${name}${i}`))
  const all = [...names, ...Array.from({ length: 20 }, (_, i) => `c${i}`)]
  expect(rows.map(({ target_id }) => target_id).sort()).toEqual(all.sort())
  expect(await audit.verify()).toMatchObject({ ok: true, rows: 100 })
})

run('`telltale audit verify` says whether the chain holds, and ends with 1 where it does not', async () => {
  const { audit, tamper, command, ids } = await trail(4)
  const { hash } = await audit.head()
  const whole = { code: 0, out: `holds up to row 4 (4 rows)\nhead ${hash}\n`, err: '' }
  expect(await command('verify')).toEqual(whole)
  expect(await command('verify', '--head', hash)).toEqual(whole)
  expect(await command('verify', '--from-id', ids[3]!)).toMatchObject({
    code: 0,
    out: `holds up to row 4 (1 row)\nhead ${hash}\n`,
  })
  const json = await command('verify', '--json')
  expect([json.code, json.err, JSON.parse(json.out)]).toEqual([0, '', await audit.verify()])
  const other = 'a'.repeat(64)
  expect(await command('verify', '--head', other)).toEqual({
    ...{ code: 1, out: whole.out },
    err: `broken: head: no row has the noted hash ${other}: rows were cut off, pruned since, or the trail was written anew\n`,
  })
  expect(await command('verify', '--head', 'rosebud')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^OPTION_VALUE --head/),
  })
  await tamper("UPDATE # SET result = 'failure' WHERE seq = 3")
  const [, second] = await audit.rows()
  expect(await command('verify')).toEqual({
    code: 1,
    out: `holds up to row 2 (2 rows)\nhead ${second!.hash}\n`,
    err: `broken: changed at row 3 (${ids[2]}): a field or its hash is not as it was written\n`,
  })
  const broken = await command('verify', '--json')
  expect([broken.code, JSON.parse(broken.out)]).toEqual([1, await audit.verify()])
})

run('`telltale audit prune` removes what is older than audit.retention, and says what it did', async () => {
  const at = { now: Date.now() - 400 * 86_400_000 }
  const { audit, command, tamper } = await trail(3, at)
  at.now = Date.now() - 10 * 86_400_000
  const { seq } = await audit.record(entry())
  expect(seq).toBe(4)
  expect(await command('prune', '--dry-run')).toEqual({
    code: 0,
    out: 'up to row 3: 3 rows older than 365d\n',
    err: '',
  })
  expect(await audit.rows()).toHaveLength(4)
  const done = await command('prune', '--json')
  expect([done.code, JSON.parse(done.out)]).toMatchObject([
    0,
    { ok: true, dry_run: false, rows: 3, checkpoint: { seq: 5 } },
  ])
  expect(await command('prune')).toEqual({ code: 0, out: 'no row is older than 365d\n', err: '' })
  expect(await command('prune', '--older-than', '9d')).toEqual({
    ...{ code: 0, err: '' },
    out: 'gone up to row 4: 1 row older than 9d; row 6 says so\n',
  })
  expect((await command('verify')).code).toBe(0)
  expect(await command('prune', '--older-than', 'soon')).toMatchObject({ code: 2 })
  await tamper("UPDATE # SET correlation_id = 'x'")
  expect(await command('prune', '--older-than', '1ms')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^AUDIT_BROKEN /),
  })
})

test('a trail that is not there, cannot be reached or is held in memory is a fault of its own', async () => {
  const command = (audit: string, env: NodeJS.ProcessEnv = {}) => {
    writeFileSync(join(folder, 'other.yaml'), `name: shop\naudit: { enabled: true, ${audit} }\n`)
    return cli(folder, ['audit', 'verify', '--config', 'other.yaml'], env)
  }
  const code = async (...args: Parameters<typeof command>) => {
    const { code: exit, err } = await command(...args)
    return [exit, err.slice(0, err.indexOf(' '))]
  }
  expect(await code('store: embedded')).toEqual([3, 'AUDIT_STORE'])
  expect(await code('path: ./none')).toEqual([3, 'AUDIT_STORE'])
  expect(await code('store: postgresql')).toEqual([2, 'CONFIG_UNSET_VARIABLE'])
  expect(await code('store: postgresql', { DATABASE_URL: 'postgres://127.0.0.1:1/none' })).toEqual([3, 'AUDIT_STORE'])
})

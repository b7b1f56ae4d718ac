// Run by Node 24, which has node:sqlite and runs TypeScript: what the surface sees of it.
import { createRequire } from 'node:module'
import { observe } from '../../../src/surfaces/sql/observe.ts'
import { kit } from '../kit.ts'

interface Statement {
  run(...values: unknown[]): unknown
  get(...values: unknown[]): unknown
  all(...values: unknown[]): unknown[]
  iterate(...values: unknown[]): Iterable<{ id: number }>
}

interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  createTagStore(): {
    run(parts: TemplateStringsArray, ...values: unknown[]): unknown
    all(parts: TemplateStringsArray, ...values: unknown[]): unknown[]
  }
  close(): void
}

// The types of Node 20 do not have it.
const load = createRequire(import.meta.url)
const { DatabaseSync } = load('node:sqlite') as { DatabaseSync: new (path: string) => Database }

const on = kit()
const db = new DatabaseSync(':memory:')
const same = observe(db) === db
db.exec('CREATE TABLE six (id INTEGER PRIMARY KEY)')
db.exec('INSERT INTO six VALUES (1)')
const insert = db.prepare('INSERT INTO six VALUES (?)')
insert.run(2)
db.exec('BEGIN')
insert.run(3)
db.prepare('SELECT 1').all()
db.exec('COMMIT')
const all = db.prepare('SELECT id FROM six ORDER BY id')
const rows = all.all()
const one = db.prepare('SELECT id FROM six').get()
const walked = [...all.iterate()].map(({ id }) => id)
const left: number[] = []
for (const { id } of all.iterate()) {
  left.push(id)
  break
}
let error = ''
try {
  db.prepare('SELECT * FROM missing')
} catch (thrown) {
  error = (thrown as Error).message
}
try {
  insert.run(1)
} catch {}
const tags = db.createTagStore()
tags.run`INSERT INTO six VALUES (${4})`
const tagged = tags.all`SELECT id FROM six WHERE id > ${3}`
db.close()
console.log(JSON.stringify({ same, rows, one, walked, left, tagged, error, counts: on.counts('sql_ops_total') }))

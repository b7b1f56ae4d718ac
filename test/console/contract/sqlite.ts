// A service of Node 24 over node:sqlite, asked over HTTP: prints what was asked for as JSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from '../../inventory/apps/database.ts'
import { counting, NOW } from '../../inventory/contract.ts'
import { tables } from '../../inventory/tables.ts'
import { answers, serviceYaml, statements } from './questions.ts'

Date.now = () => NOW
const { start } = await import('../../../src/index.ts')
const { provideInventory } = await import('../../../src/inventory.ts')

const db = new DatabaseSync(':memory:')
for (const text of tables('DATETIME', (ms) => `'${new Date(ms).toISOString()}'`)) db.exec(text)
const counted = counting(db, 'prepare')
provideInventory(counted.client)

const cwd = mkdtempSync(join(tmpdir(), 'telltale-contract-'))
writeFileSync(join(cwd, 'telltale.yaml'), serviceYaml('table'))
const telltale = await start({ cwd, env: {} })
const { address } = telltale
console.log(JSON.stringify({ answers: await answers(address), statements: await statements(address, counted.calls) }))
await telltale.stop()
rmSync(cwd, { recursive: true })

// docs/guide/inventory.md as somebody who copies it has it: its program prints what it says.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { inventoryOf } from '../../src/inventory/open.ts'
import { dist, run } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/inventory.md'
const BLOCKS = blocksOf(GUIDE)
const folder = mkdtempSync(join(tmpdir(), 'telltale-records-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(`the program of ${GUIDE} prints what it says`, { timeout: 300_000 }, async () => {
  await dist()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  symlinkSync(join(ROOT, 'node_modules/@electric-sql'), join(folder, 'node_modules/@electric-sql'))
  const [program] = BLOCKS.filter((block) => fileOf(block) === 'records.mjs')
  const [printed] = BLOCKS.filter(({ language }) => language === 'text')
  writeFileSync(join(folder, 'records.mjs'), program!.text)
  expect(await run(process.execPath, ['records.mjs'], { cwd: folder })).toEqual({
    code: 0,
    stdout: printed!.text,
    stderr: '',
  })
})

test('its configuration has no fault, and declares what can be counted', () => {
  const [configuration] = BLOCKS.filter(({ language }) => language === 'yaml')
  const file = join(folder, 'telltale.yaml')
  writeFileSync(file, configuration!.text)
  const { warnings, config } = loadConfig({ file, cwd: folder, env: {} })
  expect(warnings).toEqual([])
  expect(inventoryOf({ query: () => {}, connect: () => {} } as never, config.console).types).toEqual([
    { type: 'Order', basis: 'history' },
    { type: 'Basket', basis: 'last_updated' },
  ])
})

test('its links lead somewhere and its blocks are of a kind that is run or read', () => {
  expect(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim())).toEqual([
    ...['yaml', 'js handover', 'sql', 'js', 'sh', 'text', 'js own'],
  ])
})

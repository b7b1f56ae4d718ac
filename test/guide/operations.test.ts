// docs/guide/operations.md as somebody who copies it has it: its program prints what it says.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { dist, run } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { blocksOf, fileOf, linksOf } from './document.ts'

const GUIDE = 'docs/guide/operations.md'
const BLOCKS = blocksOf(GUIDE)
const folder = mkdtempSync(join(tmpdir(), 'telltale-operations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const yaml = BLOCKS.find(({ language }) => language === 'yaml')!.text

test(`the program of ${GUIDE} prints what it says`, { timeout: 300_000 }, async () => {
  await dist()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  symlinkSync(join(ROOT, 'node_modules/@electric-sql'), join(folder, 'node_modules/@electric-sql'))
  const program = BLOCKS.find((block) => fileOf(block) === 'operations.mjs')
  const printed = BLOCKS.find(({ language }) => language === 'text')
  writeFileSync(join(folder, 'operations.mjs'), program!.text)
  // On a port of its own.
  writeFileSync(join(folder, 'telltale.yaml'), `${yaml}server: { port: 0 }\n`)
  const { code, stdout } = await run(process.execPath, ['operations.mjs'], { cwd: folder })
  expect({
    code,
    stdout: stdout
      .split('\n')
      .filter((line) => !/^\d{4}-|^\{"/.test(line))
      .join('\n'),
  }).toEqual({
    code: 0,
    stdout: printed!.text,
  })
})

test('its configuration has no fault', () => {
  const { warnings } = loadConfig({ text: yaml, cwd: folder, env: {} })
  expect(warnings).toEqual([])
  const guarded = BLOCKS.find(({ use }) => use === 'prometheus')!.text
  const { config } = loadConfig({ text: yaml.replace('ops:\n', guarded), cwd: folder, env: { PROMETHEUS_TOKEN: 't' } })
  expect(config.ops.prometheus_headers).toEqual({ Authorization: 'Bearer t' })
})

test('its classes of incidents and their thresholds are those of the configuration and of the code', () => {
  const text = readFileSync(join(ROOT, GUIDE), 'utf8')
  const table = text.slice(text.indexOf('## Incidents'), text.indexOf('An incident opens'))
  const { incidents } = loadConfig({ text: yaml, cwd: folder, env: {} }).config.ops
  const named = [...table.matchAll(/`([a-z0-9_]+)`/g)].map(([, name]) => name!)
  const source = readFileSync(join(ROOT, 'src/objectives/incidents.ts'), 'utf8')
  const classes = [...source.slice(0, source.indexOf('/** One thing')).matchAll(/\| '(\w+)'/g)].map(([, name]) => name!)
  expect(classes.filter((one) => !named.includes(one))).toEqual([])
  const others = ['window', 'clear_after', 'queue_backlog']
  expect(Object.keys(incidents).filter((one) => !named.includes(one) && !others.includes(one))).toEqual([])
})

test('its links lead somewhere and its blocks are of a kind that is run or read', () => {
  expect(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim())).toEqual([
    ...['yaml', 'js handover', 'js', 'text', 'yaml prometheus'],
  ])
  for (const link of linksOf(GUIDE))
    expect(existsSync(join(ROOT, dirname(GUIDE), link.split('#')[0]!)), link).toBe(true)
})

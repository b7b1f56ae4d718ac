// docs/guide/redaction.md as somebody who copies each block has it, in a folder that has the built package.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { dist, run } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/redaction.md'
const BLOCKS = blocksOf(GUIDE)
const folder = mkdtempSync(join(tmpdir(), 'telltale-redaction-'))

beforeAll(async () => {
  const built = await dist()
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  symlinkSync(join(built, 'esm/cli.js'), join(folder, 'node_modules/.bin/telltale'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true }\n')
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(`whoever copies ${GUIDE} block by block sees what it says [G-13]`, { timeout: 120_000 }, async () => {
  expect(BLOCKS.map(({ language }) => language)).toEqual(['js', 'sh', 'text', 'yaml', 'sh', 'text'])
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` }
  for (const [i, block] of BLOCKS.entries()) {
    const file = fileOf(block)
    if (file !== undefined) writeFileSync(join(folder, file), block.text)
    if (block.language !== 'sh') continue
    const { code, stdout, stderr } = await run('sh', ['-c', block.text], { cwd: folder, env })
    const said = stderr.replace(/^npm warn .*\n/gm, '')
    expect(code, `${GUIDE}:${block.line}\n${stderr}`).toBe(0)
    expect(stdout + said, `${GUIDE}:${block.line}`).toBe(BLOCKS[i + 1]!.text)
  }
})

test('its configuration has no fault', () => {
  const { text } = BLOCKS.find(({ language }) => language === 'yaml')!
  expect(loadConfig({ text, file: join(folder, 'telltale.yaml'), env: {} }).warnings).toEqual([])
})

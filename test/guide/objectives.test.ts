// docs/guide/objectives.md as somebody who copies it has it: its program prints what it says.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { dist, run } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/objectives.md'
const BLOCKS = blocksOf(GUIDE)
const folder = mkdtempSync(join(tmpdir(), 'telltale-promises-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test(`the program of ${GUIDE} prints what it says`, { timeout: 300_000 }, async () => {
  await dist()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  for (const block of BLOCKS) {
    const file = fileOf(block)
    // A machine that does much else takes its time.
    const text = block.text.replace(/threshold: (300ms|1s)$/gm, 'threshold: 1h')
    if (file !== undefined) writeFileSync(join(folder, file), text)
  }
  const [printed] = BLOCKS.filter(({ language }) => language === 'text')
  const env = { ...process.env, OTEL_EXPORTER_PROMETHEUS_PORT: '0', NODE_OPTIONS: '' }
  expect(await run(process.execPath, ['promises.mjs'], { cwd: folder, env })).toEqual({
    code: 0,
    stdout: printed!.text,
    stderr: '',
  })
})

test('its blocks are of a kind that is run or read', () => {
  expect(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim())).toEqual([
    ...['yaml', 'js', 'sh', 'text', 'js elsewhere'],
  ])
})

// docs/guide/runtime-control.md as somebody who copies each block has it, with the service in a terminal of its own.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { Desk, has } from './desk.ts'
import { type Block, blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/runtime-control.md'
const BLOCKS = blocksOf(GUIDE)
const CURL = has('curl')
const REQUIRED = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'
const desk = new Desk()
const moved = (text: string) => desk.moved(text)

const masked = (text: string) =>
  text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<correlation id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<until>')
    .replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '<time> ')
    // A request of a service that records no spans has its own id alone.
    .replace(/ (trace_id|span_id)=\w+/g, '')
    .replace(/ +$/gm, '')

beforeAll(() => desk.open({ ports: [3000, 9464] }), 180_000)
afterAll(() => desk.leave(), 120_000)

test(`every block of ${GUIDE} is of a kind that is run or read here`, () => {
  const kinds = new Set(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim()))
  expect([...kinds].sort()).toEqual(['js', 'sh', 'sh shop', 'text', 'text shop', 'yaml'])
  const yaml = BLOCKS.find(({ language }) => language === 'yaml')!
  const file = join(desk.folder, 'checked.yaml')
  writeFileSync(file, yaml.text)
  const env = { JWT_SECRET: 'a-secret-of-at-least-32-characters' }
  expect(loadConfig({ file, cwd: desk.folder, env }).warnings).toEqual([])
})

/** It listens when it answers. */
async function answers(): Promise<void> {
  const up = () =>
    fetch(`http://127.0.0.1:${desk.port(3000)}/`, { method: 'HEAD' }).then(
      () => true,
      () => false,
    )
  await expect.poll(up, { timeout: 60_000 }).toBe(true)
}

test(`whoever copies ${GUIDE} block by block sees what it says [R-42]`, { timeout: 300_000 }, async (context) => {
  if (!REQUIRED) context.skip(!CURL, 'curl is not installed')
  for (const [i, block] of BLOCKS.entries()) {
    const at = `${GUIDE}:${block.line}`
    const file = fileOf(block)
    if (file !== undefined) writeFileSync(join(desk.folder, file), moved(block.text))
    if (block.language === 'text' && block.use === 'shop') {
      const lines = block.text.split('\n').length - 1
      expect(masked(await desk.terminals.printed('shop', lines)), at).toBe(masked(block.text))
    }
    if (block.language !== 'sh') continue
    if (block.use === 'shop') {
      await desk.terminals.start('shop', moved(block.text))
      await answers()
      continue
    }
    const ran = await desk.terminals.run(moved(block.text))
    expect(ran.code, `${at}\n${ran.stderr}`).toBe(0)
    expect(masked(ran.stdout), at).toBe(masked((BLOCKS[i + 1] as Block).text))
  }
})

// docs/guide/console.md as somebody who copies each block has it, with the service in a terminal of its own.
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { Desk, has } from './desk.ts'
import { type Block, blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/console.md'
const BLOCKS = blocksOf(GUIDE)
const CURL = has('curl')
const REQUIRED = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'
const desk = new Desk()
const moved = (text: string) => desk.moved(text)

beforeAll(
  () => desk.open({ ports: [3000, 9464], packages: ['@electric-sql'], env: () => ({ HOSTNAME: undefined }) }),
  300_000,
)
afterAll(() => desk.leave(), 120_000)

test(`every block of ${GUIDE} is of a kind that is run or read here`, () => {
  const kinds = new Set(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim()))
  expect([...kinds].sort()).toEqual(['js', 'sh', 'sh shop', 'text', 'yaml'])
  const file = join(desk.folder, 'checked.yaml')
  writeFileSync(file, BLOCKS.find(({ language }) => language === 'yaml')!.text)
  expect(loadConfig({ file, cwd: desk.folder, env: {} }).warnings).toEqual([])
})

/** It listens; a request would be one of those that the guide counts. */
const up = () =>
  new Promise<boolean>((done) => {
    const socket = connect(desk.port(3000), '127.0.0.1', () => {
      socket.destroy()
      done(true)
    }).on('error', () => done(false))
  })

test(`whoever copies ${GUIDE} block by block sees what it says`, { timeout: 300_000 }, async (context) => {
  if (!REQUIRED) context.skip(!CURL, 'curl is not installed')
  for (const [i, block] of BLOCKS.entries()) {
    const at = `${GUIDE}:${block.line}`
    const file = fileOf(block)
    if (file !== undefined) writeFileSync(join(desk.folder, file), moved(block.text))
    if (block.language !== 'sh') continue
    if (block.use === 'shop') {
      await desk.terminals.start('shop', moved(block.text))
      continue
    }
    if (i > 0 && BLOCKS[i - 1]!.use === 'shop') await expect.poll(up, { timeout: 60_000 }).toBe(true)
    const ran = await desk.terminals.run(moved(block.text))
    expect(ran.code, `${at}\n${ran.stderr}`).toBe(0)
    expect(ran.stdout, at).toBe((BLOCKS[i + 1] as Block).text)
  }
})

// docs/guide/runtime-control.md as somebody who copies each block has it, with the service in a terminal of its own.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { freePort } from '../otel/servers.ts'
import { type Block, blocksOf, fileOf } from './document.ts'
import { Terminals } from './terminal.ts'

const GUIDE = 'docs/guide/runtime-control.md'
const BLOCKS = blocksOf(GUIDE)
const CURL = spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0
const REQUIRED = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'
const folder = mkdtempSync(join(tmpdir(), 'telltale-control-guide-'))
const ports = new Map<string, number>()
let terminals: Terminals

/** The ports of the guide may be taken on this machine. */
const moved = (text: string) =>
  text.replace(/(127\.0\.0\.1:|listen\()(\d{4})\b/g, (_, before: string, port: string) => before + ports.get(port))

const masked = (text: string) =>
  text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<correlation id>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<until>')
    .replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '<time> ')
    // A request of a service that records no spans has its own id alone.
    .replace(/ (trace_id|span_id)=\w+/g, '')
    .replace(/ +$/gm, '')

beforeAll(async () => {
  if (!CURL) return
  const built = await dist()
  for (const port of ['3000', '9464']) ports.set(port, await freePort())
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  expect(built).toContain(ROOT)
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true }\n')
  const own = {
    NODE_OPTIONS: '',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(ports.get('9464')),
    PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
  }
  terminals = new Terminals({ cwd: folder, env: { ...process.env, ...own } })
}, 180_000)

afterAll(async () => {
  await terminals?.endAll()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test(`every block of ${GUIDE} is of a kind that is run or read here`, () => {
  const kinds = new Set(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim()))
  expect([...kinds].sort()).toEqual(['js', 'sh', 'sh shop', 'text', 'text shop', 'yaml'])
  const yaml = BLOCKS.find(({ language }) => language === 'yaml')!
  const file = join(folder, 'checked.yaml')
  writeFileSync(file, yaml.text)
  const env = { JWT_SECRET: 'a-secret-of-at-least-32-characters' }
  expect(loadConfig({ file, cwd: folder, env }).warnings).toEqual([])
})

/** It listens when it answers. */
async function answers(): Promise<void> {
  const up = () =>
    fetch(`http://127.0.0.1:${ports.get('3000')}/`, { method: 'HEAD' }).then(
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
    if (file !== undefined) writeFileSync(join(folder, file), moved(block.text))
    if (block.language === 'text' && block.use === 'shop') {
      const lines = block.text.split('\n').length - 1
      expect(masked(await terminals.printed('shop', lines)), at).toBe(masked(block.text))
    }
    if (block.language !== 'sh') continue
    if (block.use === 'shop') {
      await terminals.start('shop', moved(block.text))
      await answers()
      continue
    }
    const ran = await terminals.run(moved(block.text))
    expect(ran.code, `${at}\n${ran.stderr}`).toBe(0)
    expect(masked(ran.stdout), at).toBe(masked((BLOCKS[i + 1] as Block).text))
  }
})

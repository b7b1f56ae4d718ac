// docs/guide/console.md as somebody who copies each block has it, with the service in a terminal of its own.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { freePort } from '../otel/servers.ts'
import { type Block, blocksOf, fileOf } from './document.ts'
import { Terminals } from './terminal.ts'

const GUIDE = 'docs/guide/console.md'
const BLOCKS = blocksOf(GUIDE)
const CURL = spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0
const REQUIRED = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'
const folder = mkdtempSync(join(tmpdir(), 'telltale-console-guide-'))
const ports = new Map<string, number>()
let terminals: Terminals

/** The ports of the guide may be taken on this machine. */
const moved = (text: string) =>
  text.replace(/(127\.0\.0\.1:|listen\()(\d{4})\b/g, (_, before: string, port: string) => before + ports.get(port))

beforeAll(async () => {
  if (!CURL) return
  await dist()
  for (const port of ['3000', '9464']) ports.set(port, await freePort())
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  symlinkSync(join(ROOT, 'node_modules/@electric-sql'), join(folder, 'node_modules/@electric-sql'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true }\n')
  const own = {
    NODE_OPTIONS: '',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(ports.get('9464')),
    PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
  }
  const { HOSTNAME: _, ...env } = process.env
  terminals = new Terminals({ cwd: folder, env: { ...env, ...own } })
}, 300_000)

afterAll(async () => {
  await terminals?.endAll()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test(`every block of ${GUIDE} is of a kind that is run or read here`, () => {
  const kinds = new Set(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim()))
  expect([...kinds].sort()).toEqual(['js', 'sh', 'sh shop', 'text', 'yaml'])
  const file = join(folder, 'checked.yaml')
  writeFileSync(file, BLOCKS.find(({ language }) => language === 'yaml')!.text)
  expect(loadConfig({ file, cwd: folder, env: {} }).warnings).toEqual([])
})

/** It listens; a request would be one of those that the guide counts. */
const up = () =>
  new Promise<boolean>((done) => {
    const socket = connect(ports.get('3000')!, '127.0.0.1', () => {
      socket.destroy()
      done(true)
    }).on('error', () => done(false))
  })

test(`whoever copies ${GUIDE} block by block sees what it says`, { timeout: 300_000 }, async (context) => {
  if (!REQUIRED) context.skip(!CURL, 'curl is not installed')
  for (const [i, block] of BLOCKS.entries()) {
    const at = `${GUIDE}:${block.line}`
    const file = fileOf(block)
    if (file !== undefined) writeFileSync(join(folder, file), moved(block.text))
    if (block.language !== 'sh') continue
    if (block.use === 'shop') {
      await terminals.start('shop', moved(block.text))
      continue
    }
    if (i > 0 && BLOCKS[i - 1]!.use === 'shop') await expect.poll(up, { timeout: 60_000 }).toBe(true)
    const ran = await terminals.run(moved(block.text))
    expect(ran.code, `${at}\n${ran.stderr}`).toBe(0)
    expect(ran.stdout, at).toBe((BLOCKS[i + 1] as Block).text)
  }
})

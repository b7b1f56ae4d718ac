// docs/guide/access.md as somebody who copies each block has it: its programs run on real ports and are asked by curl.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIENT_ERROR_CODES, clientError, EXEMPT_PATHS, NotFound, RESERVED_SEGMENTS } from '../../src/access.ts'
import { loadConfig } from '../../src/config/load.ts'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { freePort } from '../otel/servers.ts'
import { type Block, blocksOf, fileOf } from './document.ts'
import { Terminals } from './terminal.ts'

const GUIDE = 'docs/guide/access.md'
const BLOCKS = blocksOf(GUIDE)
const required = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'
const folder = mkdtempSync(join(tmpdir(), 'telltale-guide-'))
let port = 0
let terminals: Terminals

const moved = (text: string) =>
  text.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`).replace(/(listen\(|port: )3000/g, `$1${port}`)
const masked = (text: string) =>
  text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<correlation id>')
    .replace(/\b[0-9a-f]{32}\b/g, '<trace id>')
    .replaceAll('\r', '')
    .replace(/^Content-Type/gim, 'content-type')
    .trimEnd()

beforeAll(async () => {
  await dist()
  port = await freePort()
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  for (const name of ['express', 'fastify'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true }\n')
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
  }
  terminals = new Terminals({ cwd: folder, env })
}, 120_000)
afterAll(async () => {
  await terminals?.endAll()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

const at = ({ line }: Block) => `${GUIDE}:${line}`

test(`whoever copies ${GUIDE} block by block sees what it says [H-44] [H-49] [H-51]`, {
  timeout: 300_000,
}, async (context) => {
  if (!required)
    context.skip(spawnSync('curl', ['--version'], { stdio: 'ignore' }).status !== 0, 'curl is not installed')
  for (const [i, block] of BLOCKS.entries()) {
    const file = fileOf(block)
    const next = BLOCKS[i + 1]
    if (file !== undefined) writeFileSync(join(folder, file), moved(block.text))
    if (block.language !== 'sh') continue
    const expected = next?.language === 'text' ? masked(next.text) : ''
    if (block.use === 'shop') {
      await terminals.start('shop', moved(block.text))
      expect(masked(await terminals.printed('shop', 1)), at(block)).toBe(expected)
    } else {
      const { code, stdout, stderr } = await terminals.run(moved(block.text))
      expect(code, `${at(block)}\n${stderr}`).toBe(0)
      expect(masked(stdout), at(block)).toBe(expected)
    }
  }
})

test('its configuration has no fault, and its lists are those of the product', () => {
  const yaml = BLOCKS.find(({ language }) => language === 'yaml')!
  const env = { JWT_SECRET: 'x'.repeat(32) }
  expect(loadConfig({ text: yaml.text, file: join(folder, 'telltale.yaml'), env }).warnings).toEqual([])
  expect(EXEMPT_PATHS).toHaveLength(6)
  expect(RESERVED_SEGMENTS).toContain('console')
  expect(CLIENT_ERROR_CODES).toContain(clientError(new NotFound()).code)
})

// docs/guide/audit.md as somebody who copies each block has it: on a real PostgreSQL, in a folder that has the built package.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { dist, run } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../otel/servers.ts'
import { blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/audit.md'
const BLOCKS = blocksOf(GUIDE)
const missing = POSTGRES === undefined && !REQUIRED
const folder = mkdtempSync(join(tmpdir(), 'telltale-audit-guide-'))
let server: Postgres

beforeAll(async () => {
  if (missing) return
  const built = await dist()
  server = await postgres()
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/telltale'))
  symlinkSync(join(ROOT, 'node_modules/pg'), join(folder, 'node_modules/pg'))
  symlinkSync(join(built, 'esm/cli.js'), join(folder, 'node_modules/.bin/telltale'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "private": true }\n')
}, 180_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

test(`every block of ${GUIDE} is of a kind that is run or read here`, () => {
  const kinds = BLOCKS.map(({ language, use }) => `${language} ${use}`.trim())
  expect(kinds).toEqual(['yaml', 'js', 'sh', 'text', 'sh', 'text', 'sql', 'sh', 'text'])
  const yaml = BLOCKS.find(({ language }) => language === 'yaml')!
  const file = join(folder, 'checked.yaml')
  writeFileSync(file, yaml.text)
  expect(loadConfig({ file, cwd: folder, env: { DATABASE_URL: 'postgres://h/d' } }).warnings).toEqual([])
})

test.skipIf(missing)(`whoever copies ${GUIDE} block by block sees what it says`, { timeout: 120_000 }, async () => {
  const own = { DATABASE_URL: server.url, PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` }
  const env = { ...process.env, NODE_OPTIONS: '', OTEL_EXPORTER_PROMETHEUS_PORT: '0', ...own }
  for (const [i, block] of BLOCKS.entries()) {
    const file = fileOf(block)
    if (file !== undefined) writeFileSync(join(folder, file), block.text)
    if (block.language === 'sql') {
      const { default: pg } = await import('pg')
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      await client.query(`CREATE ROLE shop; ${block.text}`)
      await client.end()
    }
    if (block.language !== 'sh') continue
    const ran = await run('sh', ['-c', block.text], { cwd: folder, env })
    expect(ran.code, `${GUIDE}:${block.line}\n${ran.stderr}`).toBe(0)
    expect(ran.stdout.replace(/\b[0-9a-f]{64}\b/g, '<hash>'), `${GUIDE}:${block.line}`).toBe(BLOCKS[i + 1]!.text)
  }
})

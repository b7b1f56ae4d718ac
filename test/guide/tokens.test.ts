// docs/guide/tokens.md as somebody who copies each block has it, against a service of its own; its SQL against a real
// PostgreSQL.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PostgresqlStore } from '../../src/access/tokens/postgresql.ts'
import { newToken, TOKEN_FORM } from '../../src/access/tokens/text.ts'
import { Tokens } from '../../src/access/tokens/tokens.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ROOT } from '../house/source.ts'
import { POSTGRES, postgres, REQUIRED } from '../otel/servers.ts'
import { Desk, has } from './desk.ts'
import { type Block, blocksOf, fileOf } from './document.ts'

const GUIDE = 'docs/guide/tokens.md'
const BLOCKS = blocksOf(GUIDE)
const desk = new Desk()
const moved = (text: string) => desk.moved(text)
const masked = (text: string) =>
  text
    .replace(/\b(?!0d5a3f4e)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>')
    .replace(/ \d+s {4}in/, ' <age>    in')
    .trimEnd()

beforeAll(() => desk.open({ ports: [9464] }), 120_000)
afterAll(() => desk.leave(), 120_000)

async function said(block: Block): Promise<string> {
  const { code, stdout, stderr } = await desk.terminals.run(moved(block.text))
  expect(code === 0, `${GUIDE}:${block.line}\n${stderr}`).toBe(block.use !== 'fails')
  return masked(block.use === 'fails' ? stderr.replace(/^npm warn .*\n/gm, '') : stdout)
}

test(`whoever copies ${GUIDE} block by block sees what it says [R-25]`, { timeout: 300_000 }, async (context) => {
  const curl = has('curl')
  if (!REQUIRED) context.skip(!curl, 'curl is not installed')
  for (const [i, block] of BLOCKS.entries()) {
    const file = fileOf(block)
    const next = BLOCKS[i + 1]
    if (file !== undefined) writeFileSync(join(desk.folder, file), block.text)
    if (block.language !== 'sh') continue
    const expected = next?.language === 'text' ? masked(next.text) : undefined
    const at = `${GUIDE}:${block.line}`
    if (block.use === 'shop') {
      await desk.terminals.start('shop', moved(block.text))
      expect(masked(await desk.terminals.printed('shop', 1)), at).toBe(expected)
    } else if (block.use === 'soon') {
      await expect.poll(() => said(block), { message: at, interval: 1000 }).toBe(expected)
    } else {
      const printed = await said(block)
      if (expected !== undefined) expect(printed, at).toBe(expected)
    }
  }
})

test('each of its configurations has no fault, and what is to be warned of is what it speaks of', () => {
  for (const block of BLOCKS.filter(({ language, use }) => language === 'yaml' && use !== 'prometheus')) {
    const { warnings } = loadConfig({
      text: block.text,
      file: join(desk.folder, fileOf(block)!),
      env: { DATABASE_URL: 'postgres://h/d' },
    })
    expect(warnings.filter(({ code }) => code !== 'GUARD_NO_CREDENTIAL')).toEqual([])
  }
})

test('its pattern for scanners is the form that tokens have [R-24]', () => {
  const line = readFileSync(join(ROOT, GUIDE), 'utf8')
    .split('\n')
    .find((each) => each.startsWith('\\b'))!
  expect(line).toBe(`\\b${TOKEN_FORM.source.slice(1, -1)}\\b`)
  const token = newToken('0d5a3f4e-8a51-4a53-9d42-6f1a5f0c7b11')
  expect(new RegExp(line).exec(`x = "${token}";`)?.[0]).toBe(token)
})

test.skipIf(POSTGRES === undefined && !REQUIRED)(
  'its SQL is enough for a service that reads and an operator who changes (skipped where PostgreSQL is not installed)',
  async () => {
    const server = await postgres()
    const client = new Client(server.url)
    await client.connect()
    const as = (user: string) =>
      new Tokens(new PostgresqlStore({ url: server.url.replace('postgres@', `${user}@`), table: 'telltale_tokens' }))
    const [owner, admin, shop] = [as('postgres'), as('token_admin'), as('shop')]
    try {
      await client.query('CREATE ROLE shop LOGIN; CREATE ROLE token_admin LOGIN')
      const { text } = await owner.generate({ scopes: ['metrics:read'], label: 'prometheus' })
      const [grants, update] = BLOCKS.filter(({ language }) => language === 'sql')
      await client.query(grants!.text)
      const { token } = await admin.generate({ scopes: ['metrics:read'] })
      await admin.revoke((await admin.rotate(token.id)).token.id)
      expect((await shop.validate(text)).ok).toBe(true)
      await client.query(update!.text)
      expect(await shop.validate(text)).toEqual({ ok: false, result: 'invalid' })
      await expect(shop.generate({ scopes: ['metrics:read'] })).rejects.toThrow('permission denied')
    } finally {
      await Promise.all([owner.close(), admin.close(), shop.close(), client.end()])
      await server.stop()
    }
  },
)

import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tokensIn } from '../../../src/access.ts'
import { folder, removeFolders } from './kit.ts'

afterAll(removeFolders)

test('a program makes, tries, replaces, lists and revokes tokens where the command line does [R-24]', async () => {
  const path = join(folder(), 'tokens.json')
  const tokens = await tokensIn({ path })
  const { text, token } = await tokens.generate({ scopes: ['metrics:read'], lifeMs: 60_000, label: 'grafana' })
  const { id, scopes, createdAt, expiresAt } = token
  expect(await tokens.validate(text)).toEqual({ ok: true, token: { id, scopes, createdAt, expiresAt } })
  const next = await tokens.rotate(id)
  expect(await tokens.validate(text)).toEqual({ ok: false, result: 'invalid' })
  const other = await tokensIn({ path })
  expect(JSON.stringify([await other.list(), token, next])).not.toContain('hash')
  expect((await other.list()).map((each) => each.id)).toEqual([id, next.token.id])
  expect((await other.revoke(next.token.id)).changed).toBe(true)
  expect(await tokens.validate(next.text)).toEqual({ ok: false, result: 'invalid' })
  await Promise.all([tokens.close(), other.close()])
})

test('a table whose name cannot be one is refused, and a database that is not there is a fault of the first question', async () => {
  await expect(tokensIn({ url: 'postgres://h/d', table: 'a;b' })).rejects.toThrow('CONFIG_VALUE access.tokens.table')
  const tokens = await tokensIn({ url: 'postgres://127.0.0.1:1/d' })
  await expect(tokens.list()).rejects.toThrow('TOKENS_UNREACHABLE telltale_tokens')
  await tokens.close()
})

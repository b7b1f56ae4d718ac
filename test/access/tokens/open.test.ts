import { join } from 'node:path'
import type * as pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { FileStore } from '../../../src/access/tokens/file.ts'
import { openStore, openTokens } from '../../../src/access/tokens/open.ts'
import { ownClient } from '../../../src/access/tokens/own-client.ts'
import { PostgresqlStore } from '../../../src/access/tokens/postgresql.ts'
import type { TokensConfig } from '../../../src/config/config.ts'
import { faultOf, folder, removeFolders } from './kit.ts'

afterAll(removeFolders)

const settings = (over: Partial<TokensConfig>): TokensConfig => ({
  ...{ store: 'file', path: join(folder(), 'tokens.json'), urlEnv: 'TOKENS_URL', url: undefined, table: 'tokens' },
  ...{ refreshMs: 2000, staleMs: 60_000, ...over },
})

test('tokens are opened where the configuration says that they are [R-24]', async () => {
  expect(await openStore(settings({}))).toBeInstanceOf(FileStore)
  const url = 'postgres://127.0.0.1:1/nobody'
  expect(await openStore(settings({ store: 'postgresql', url }))).toBeInstanceOf(PostgresqlStore)
  const fault = await faultOf(openStore(settings({ store: 'postgresql' })))
  expect(fault).toContain('CONFIG_UNSET_VARIABLE TOKENS_URL')
  expect(fault).toContain('Set it to the URL of the database of tokens.')
})

test('a guard that asks them finds a new one, until they are closed [R-24]', async () => {
  const path = join(folder(), 'tokens.json')
  const kept = settings({ refreshMs: 10, path } as Partial<TokensConfig>)
  const tokens = await openTokens(kept)
  const { Tokens } = await import('../../../src/access/tokens/tokens.ts')
  const { text } = await new Tokens(new FileStore(path)).generate({ scopes: ['metrics:read'] })
  await expect.poll(async () => (await tokens.find(text)).ok).toBe(true)
  const late = await openTokens(kept, { clock: () => 0 })
  expect((await late.find('x')).ok).toBe(false)
  await late.close()
  await tokens.close()
  await expect(
    Promise.resolve()
      .then(() => tokens.find(text))
      .then(
        ({ ok }) => ok,
        () => false,
      ),
  ).resolves.toBe(false)
})

test('what others wrapped around a driver is taken off again, as often as it was, within bounds [R-24]', () => {
  const wrap = (inner: unknown, times: number): unknown =>
    times === 0 ? inner : Object.assign(() => 'wrapped', { __original: wrap(inner, times - 1) })
  const inner = () => 'inner'
  class Client {
    config: object
    connect = wrap(inner, 2)
    query = wrap(inner, 10)
    end = wrap(inner, 11)
    on = wrap(inner, 1)
    constructor(config: object) {
      this.config = config
    }
  }
  const config = { application_name: 'telltale' }
  const said = (driver: unknown) => {
    const client = ownClient(driver as typeof pg, config) as unknown as Record<string, () => string>
    return [client['config'], ...['connect', 'query', 'end', 'on'].map((name) => client[name]!())]
  }
  const expected = [config, 'inner', 'inner', 'wrapped', 'wrapped']
  expect([said({ Client }), said({ default: { Client } })]).toEqual([expected, expected])
  const marked = {
    Client: class extends Client {
      override connect = Object.assign(() => 'own', { __original: 'no method' })
    },
  }
  expect(said(marked)[1]).toBe('own')
})

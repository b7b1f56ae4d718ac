import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { missingPeers, requirePeers } from '../../src/config/peers.ts'
import { newFolder } from '../folder.ts'
import { faults, named, warnings } from './load.ts'

const DATABASE = 'access: { tokens: { store: postgresql } }\n'
const GUARDED = `${DATABASE}observability: { prometheus: { authentication: { enabled: true } } }\n`

test('the file of tokens is where the configuration is, unless an absolute path says otherwise [R-24]', () => {
  const at = (file: string, rest = '') =>
    loadConfig({ text: `name: a\n${rest}`, file, cwd: '/srv', env: {} }).config.tokens
  const times = { refreshMs: 2000, staleMs: 300_000 }
  expect(at('conf/telltale.yaml')).toEqual({ store: 'file', path: '/srv/conf/.telltale/tokens.json', ...times })
  expect(at('/etc/a.yaml', 'access: { tokens: { path: t.json, refresh: 1s, stale: 0s } }')).toEqual({
    ...{ store: 'file', path: '/etc/t.json', refreshMs: 1000, staleMs: 0 },
  })
  expect(at('a.yaml', 'access: { tokens: { path: /var/lib/t.json } }')).toMatchObject({ path: '/var/lib/t.json' })
  const none = loadConfig({ cwd: newFolder('config'), env: {} }).config.tokens
  expect(none).toMatchObject({ path: expect.stringMatching(/^\/.*\/\.telltale\/tokens\.json$/) })
})

test('the URL of the database comes from its variable alone, and a blank one counts as none [R-24]', () => {
  const at = (env: NodeJS.ProcessEnv) => named(DATABASE, env).config.tokens
  expect(at({ DATABASE_URL: ' postgres://h/d\n' })).toEqual({
    ...{ store: 'postgresql', url: 'postgres://h/d', urlEnv: 'DATABASE_URL', table: 'telltale_tokens' },
    ...{ refreshMs: 2000, staleMs: 300_000 },
  })
  expect(at({ DATABASE_URL: ' ' })).toMatchObject({ url: undefined })
})

test('a URL that is not of PostgreSQL is a fault that does not show it', () => {
  expect(faults(`name: a\n${DATABASE}`, { DATABASE_URL: 'mysql://u:hunter2@h/d' })).toEqual([
    'ENV_VALUE DATABASE_URL: An environment variable has a value that is not allowed; allowed: a URL that begins with postgres://. Correct or unset the variable.',
  ])
  expect(faults(`name: a\n${DATABASE}`, { DATABASE_URL: 'postgresql://u:hunter2@h/d' })).toEqual([])
})

test.each(['a b', 'a;b', 'a.b.c', '1a', 'a"b', ''])('a table called %j is a fault of the configuration', (table) => {
  expect(faults(`name: a\naccess: { tokens: { table: ${JSON.stringify(table)} } }\n`)).toEqual([
    expect.stringContaining('telltale.yaml:2:28 CONFIG_VALUE access.tokens.table'),
  ])
})

test('a database that is not named is warned of where tokens would be asked for', () => {
  const text =
    'telltale.yaml:2:28 TOKENS_NO_URL access.tokens.store: DATABASE_URL is not set: no token of the database is accepted.'
  expect(warnings(named(GUARDED, { METRICS_TOKEN: 'x' }))).toEqual([text])
  expect(warnings(named(GUARDED, { METRICS_TOKEN: 'x', DATABASE_URL: 'postgres://h/d' }))).toEqual([])
  expect(warnings(named(DATABASE))).toEqual([])
  expect(warnings(named(GUARDED))).toEqual([expect.stringContaining('GUARD_NO_CREDENTIAL')])
})

test('tokens in PostgreSQL need the package pg, and what to do without it is said', () => {
  const empty = newFolder('config')
  const { config } = named(DATABASE)
  expect(() => requirePeers(config, empty)).toThrow(
    'PEER_MISSING pg: The configuration needs a package that is not installed; found PostgreSQL for tokens at access.tokens.store. Install it (npm install pg), or keep the tokens in a file: access.tokens.store: file.',
  )
  expect(missingPeers(named('').config, empty)).toEqual([])
  mkdirSync(join(empty, 'node_modules/pg'), { recursive: true })
  writeFileSync(join(empty, 'node_modules/pg/package.json'), '{"name":"pg","main":"index.js"}')
  writeFileSync(join(empty, 'node_modules/pg/index.js'), '')
  expect(missingPeers(config, empty)).toEqual([])
})

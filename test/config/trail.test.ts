// Where the audit trail is kept, what it needs, and what a check says of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { missingPeers } from '../../src/config/peers.ts'
import { folder as cliFolder, run } from '../cli/run.ts'
import { faults, named, warnings } from './load.ts'

const trail = (keys: string, env: NodeJS.ProcessEnv = {}) => named(`audit: { enabled: true, ${keys} }\n`, env)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'telltale-trail-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a path begins at the folder of the file, a URL is what its variable holds, and blank is none', () => {
  const cwd = folder()
  mkdirSync(join(cwd, 'etc'))
  writeFileSync(join(cwd, 'etc/telltale.yaml'), 'name: shop\naudit: { path: trail/audit }\n')
  expect(loadConfig({ cwd, file: 'etc/telltale.yaml', env: {} }).config.trail).toEqual({
    store: 'embedded',
    path: join(cwd, 'etc/trail/audit'),
    enabled: false,
    retentionMs: 365 * 86_400_000,
  })
  const url = 'postgres://u:p@h/d'
  expect(trail('store: postgresql, url_env: TRAIL, retention: 30d', { TRAIL: ` ${url} ` }).config.trail).toEqual({
    store: 'postgresql',
    url,
    urlEnv: 'TRAIL',
    table: 'telltale_audit',
    enabled: true,
    retentionMs: 30 * 86_400_000,
  })
  expect(trail('store: postgresql', { DATABASE_URL: '  ' }).config.trail).toMatchObject({ url: undefined })
})

test('a trail without a database is said by a check, and what is no database is a fault', async () => {
  expect(warnings(trail('store: postgresql'))).toEqual([
    'telltale.yaml:2:32 AUDIT_NO_URL audit.store: DATABASE_URL is not set: the audit trail has no database, and a service does not start without it.',
  ])
  expect(warnings(named('audit: { store: postgresql }\n'))).toEqual([])
  const yaml = 'name: shop\naudit: { enabled: true, store: postgresql, url_env: TRAIL }\n'
  expect(faults(yaml, { TRAIL: 'mysql://u:rosebud@h/d' })).toEqual([
    'ENV_VALUE TRAIL: An environment variable has a value that is not allowed; allowed: a URL that begins with postgres://. Correct or unset the variable.',
  ])
  expect(faults(yaml.replace('url_env: TRAIL', 'table: a-b'))).toEqual([
    expect.stringMatching(/^telltale.yaml:2:\d+ CONFIG_VALUE audit.table: /),
  ])
  const checked = await run(cliFolder({ 'telltale.yaml': yaml }), ['check'])
  expect([checked.code, checked.err.split('\n').map((line) => line.split(' ').slice(0, 3).join(' '))]).toEqual([
    0,
    ['warning: telltale.yaml:2:32 AUDIT_NO_URL', 'warning: PEER_MISSING pg:', ''],
  ])
})

test('the driver of the trail is asked for where it is needed, and only there', () => {
  const from = folder()
  const missing = (keys: string) => missingPeers(trail(keys, { DATABASE_URL: 'postgres://h/d' }).config, from)
  const peers = (keys: string) => missing(keys).map(({ name, origin }) => [name, origin])
  expect(peers('store: postgresql')).toEqual([['pg', 'audit.store']])
  expect(missing('store: postgresql')[0]!.way).toBe(
    'Install it (npm install pg), or keep the trail in the process: audit.store: embedded.',
  )
  expect(peers('store: embedded')).toEqual([])
  const pglite = ['@electric-sql/pglite', 'audit.path']
  expect(peers(`path: ${from}/new`)).toEqual(isBuiltin('node:sqlite') ? [] : [pglite])
  expect(peers(`path: ${from}`)).toEqual([pglite])
  expect(missingPeers(named('audit: { store: postgresql }\n').config, from)).toEqual([])
})

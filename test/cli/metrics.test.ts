import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { idOfToken, TOKEN_FORM } from '../../src/access/tokens/text.ts'
import { folder, type Ran, run } from './run.ts'

const UNKNOWN = '0d5a3f4e-8a51-4a53-9d42-6f1a5f0c7b11'
const GUARDED = 'name: shop\nobservability: { prometheus: { authentication: { enabled: true } } }\n'

const metrics = (cwd: string, ...argv: string[]): Promise<Ran> => run(cwd, ['metrics', ...argv])

/** Ids, tokens and times differ from run to run. */
function masked(text: string): string {
  return text
    .replace(/tt_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}/g, '<token>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<-------------- an id -------------->')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d\.\d{3})?Z/g, '<time>')
}

const told = ({ code, out, err }: Ran): Ran => ({ code, out: masked(out), err: masked(err) })

async function generated(cwd: string, ...argv: string[]): Promise<{ token: string; id: string }> {
  const { out } = await metrics(cwd, 'generate-token', ...argv)
  return { token: out.trim(), id: idOfToken(out.trim())! }
}

test('generate-token prints the token alone to stdout, keeps its hash alone, and says the rest on stderr [R-25]', async () => {
  const cwd = folder({ 'telltale.yaml': GUARDED })
  const ran = await metrics(cwd, 'generate-token', '--scopes', 'metrics:read, system/*.rs', '--expires-in', '30d')
  expect(ran.out).toMatch(/^tt_\w{22}_\w{49}\n$/)
  expect(told(ran)).toEqual({
    code: 0,
    out: '<token>\n',
    err: 'Token <-------------- an id --------------> (metrics:read, system/*.rs, until <time>). It is not shown again.\n',
  })
  const path = join(cwd, '.telltale/tokens.json')
  const kept = readFileSync(path, 'utf8')
  expect(kept).toContain(idOfToken(ran.out.trim()))
  expect(kept).not.toContain(ran.out.slice(3, 20))
  expect(kept).not.toContain(ran.out.slice(26, 60))
  expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
})

test('whoever makes a token for a scrape that is open to everyone, or one that never ends, is told so [R-25]', async () => {
  const ran = await metrics(folder({ 'telltale.yaml': 'name: shop\n' }), 'generate-token')
  expect(told(ran)).toEqual({
    code: 0,
    out: '<token>\n',
    err: `Token <-------------- an id --------------> (metrics:read). It is not shown again.
It never expires; --expires-in 30d would set an end.
note: /metrics is open to everyone until observability.prometheus.authentication.enabled is true
`,
  })
})

test('generate-token --json is for programs: the token once, and times as they are [R-25]', async () => {
  const cwd = folder()
  const { code, out, err } = await metrics(cwd, 'generate-token', '--expires-in', '12h', '--label', 'grafana', '--json')
  const { token, created_at, expires_at, token_id, ...rest } = JSON.parse(out)
  expect([code, err]).toEqual([0, ''])
  expect(token).toMatch(TOKEN_FORM)
  expect(token_id).toBe(idOfToken(token))
  expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(43_200_000)
  expect(rest).toEqual({
    ok: true,
    scopes: ['metrics:read'],
    label: 'grafana',
    state: 'active',
    accepted: true,
    revoked_at: null,
    replaced_by: null,
    accepted_until: null,
  })
})

test('list-tokens is a table within 80 columns and never shows a secret or a hash [R-25]', async () => {
  const cwd = folder({ 'telltale.yaml': GUARDED })
  const first = await generated(
    cwd,
    '--expires-in',
    '30d',
    '--label',
    'Prometheus in Berlin',
    '--scopes',
    'metrics:read,scaling:write,a:b',
  )
  const second = await generated(cwd)
  const third = await generated(cwd, '--expires-in', '12h')
  await metrics(cwd, 'revoke-token', '--token-id', second.id)
  const next = (await metrics(cwd, 'rotate-token', '--token-id', third.id, '--overlap', '1h')).out.trim()
  const list = await metrics(cwd, 'list-tokens')
  // On a slow machine they are a second old, or two.
  expect(told({ ...list, out: list.out.replace(/ \ds {4}/g, ' 0s    ') })).toEqual({
    code: 0,
    err: '',
    out: `TOKEN ID                              STATE     AGE   EXPIRES   SCOPES
<-------------- an id -------------->  active    0s    in 30d    metrics:read
  Prometheus in Berlin                                          scaling:write
                                                                a:b
<-------------- an id -------------->  revoked   0s    -         metrics:read
<-------------- an id -------------->  rotated   0s    in 60m    metrics:read
<-------------- an id -------------->  active    0s    in 12h    metrics:read
`,
  })
  expect(list.out.split('\n').filter((line) => line.length > 80)).toEqual([])
  const json = await metrics(cwd, 'list-tokens', '--json')
  const { tokens } = JSON.parse(json.out)
  expect(
    tokens.map((token: Record<string, unknown>) => [token['token_id'], token['state'], token['accepted']]),
  ).toEqual([
    [first.id, 'active', true],
    [second.id, 'revoked', false],
    [third.id, 'rotated', true],
    [idOfToken(next), 'active', true],
  ])
  expect(tokens[2].replaced_by).toBe(idOfToken(next))
  for (const { token } of [first, second, third, { token: next }]) {
    for (const text of [list.out, json.out, json.err]) expect(text).not.toContain(token.slice(26, 60))
  }
  expect(json.out).not.toContain('sha256')
})

test('without tokens the list is empty, and says how one is made [R-25]', async () => {
  const none = { code: 0, out: '', err: 'no tokens yet: `telltale metrics generate-token` makes one\n' }
  expect(await metrics(folder(), 'list-tokens')).toEqual(none)
  expect(JSON.parse((await metrics(folder(), 'list-tokens', '--json')).out)).toEqual({ ok: true, tokens: [] })
})

test('rotate-token gives a new token with the same scopes, label and life, and refuses the old one [R-25]', async () => {
  const cwd = folder({ 'telltale.yaml': GUARDED })
  const old = await generated(cwd, '--scopes', 'a:b,c:d', '--expires-in', '1h', '--label', 'x')
  const ran = await metrics(cwd, 'rotate-token', '--token-id', ` ${old.id.toUpperCase()}`)
  expect(told(ran)).toEqual({
    code: 0,
    out: '<token>\n',
    err: `Token <-------------- an id --------------> (a:b, c:d, until <time>). It is not shown again.
It replaces <-------------- an id -------------->, which services refuse within 2s.
`,
  })
  const again = await metrics(
    cwd,
    'rotate-token',
    '--token-id',
    idOfToken(ran.out.trim())!,
    '--overlap',
    '30m',
    '--json',
  )
  const { token, token_id, created_at, expires_at, old_accepted_until, ...rest } = JSON.parse(again.out)
  expect([TOKEN_FORM.test(token), idOfToken(token) === token_id, rest]).toEqual([
    true,
    true,
    {
      ...{ ok: true, scopes: ['a:b', 'c:d'], label: 'x', state: 'active', accepted: true, revoked_at: null },
      ...{ replaced_by: null, accepted_until: null, replaces: idOfToken(ran.out.trim()) },
    },
  ])
  expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(3_600_000)
  expect(Date.parse(old_accepted_until) - Date.parse(created_at)).toBe(1_800_000)
  const forever = await metrics(cwd, 'rotate-token', '--token-id', token_id, '--expires-in', 'never', '--json')
  expect(JSON.parse(forever.out).expires_at).toBeNull()
})

test('a token that was rotated or revoked is not rotated, and what to do instead is said [R-25]', async () => {
  const cwd = folder()
  const old = await generated(cwd)
  const next = idOfToken((await metrics(cwd, 'rotate-token', '--token-id', old.id)).out.trim())!
  expect(await metrics(cwd, 'rotate-token', '--token-id', old.id)).toEqual({
    code: 1,
    out: '',
    err: `TOKEN_ENDED ${old.id}: The token cannot be rotated; found a token that was rotated already. Rotate the one that took its place: ${next}.\n`,
  })
  await metrics(cwd, 'revoke-token', '--token-id', next)
  expect(await metrics(cwd, 'rotate-token', '--token-id', next)).toEqual({
    code: 1,
    out: '',
    err: `TOKEN_ENDED ${next}: The token cannot be rotated; found a revoked token. Make a new one: telltale metrics generate-token.\n`,
  })
})

test('revoke-token twice is no fault: the first time counts [R-25]', async () => {
  const cwd = folder()
  const { id } = await generated(cwd)
  const revoke = (...more: string[]) => metrics(cwd, 'revoke-token', '--token-id', id, ...more)
  expect(await revoke()).toEqual({ code: 0, out: `${id} is revoked: services refuse it within 2s\n`, err: '' })
  const before = JSON.parse((await metrics(cwd, 'list-tokens', '--json')).out).tokens[0].revoked_at
  expect(await revoke()).toEqual({ code: 0, out: `${id} was revoked before\n`, err: '' })
  expect(JSON.parse((await revoke('--json')).out)).toMatchObject({
    ...{ ok: true, changed: false, token_id: id, state: 'revoked', accepted: false, revoked_at: before },
  })
})

test.each(['rotate-token', 'revoke-token'])(
  '%s of an unknown id ends with code 1 and a fault [R-25]',
  async (command) => {
    const text = `TOKEN_UNKNOWN ${UNKNOWN}: There is no token with this id. Look the id up: telltale metrics list-tokens.`
    expect(await metrics(folder(), command, '--token-id', UNKNOWN)).toEqual({ code: 1, out: '', err: `${text}\n` })
    const json = await metrics(folder(), command, '--token-id', UNKNOWN, '--json')
    expect([json.code, json.err, JSON.parse(json.out)]).toEqual([
      1,
      '',
      {
        ok: false,
        faults: [
          {
            code: 'TOKEN_UNKNOWN',
            subject: UNKNOWN,
            what: 'There is no token with this id.',
            todo: 'Look the id up: telltale metrics list-tokens.',
            message: text,
          },
        ],
      },
    ])
  },
)

test('a token where an id belongs is not repeated, and its id is said [R-25]', async () => {
  const cwd = folder()
  const { token, id } = await generated(cwd)
  const ran = await metrics(cwd, 'revoke-token', '--token-id', token)
  expect(ran).toEqual({
    code: 2,
    out: '',
    err: `OPTION_VALUE --token-id: The value of the option is not allowed; found a token itself; whoever sees the command line sees it; allowed: the id of a token, a UUID. Its id is ${id}.\n`,
  })
  expect((await metrics(cwd, 'revoke-token', '--token-id', `${token}x`)).err).not.toContain(token)
})

test.each([
  [['--scopes', 'metrics read'], 'OPTION_VALUE --scopes'],
  [['--scopes', ''], 'OPTION_VALUE --scopes'],
  [['--scopes', 'a,,b'], 'OPTION_VALUE --scopes'],
  [['--expires-in', '30'], 'OPTION_VALUE --expires-in'],
  [['--expires-in', '0s'], 'OPTION_VALUE --expires-in'],
  [['--expires-in', '500ms'], 'OPTION_VALUE --expires-in'],
  [['--expires-in', '3651d'], 'OPTION_VALUE --expires-in'],
  [['--expires-in', 'soon'], 'OPTION_VALUE --expires-in'],
  [['--expires-in', '-3d'], 'OPTION_VALUE --expires-in'],
  [['--label', 'a\u001b[2J'], 'OPTION_VALUE --label'],
])('generate-token %j is refused and makes nothing [R-25]', async (argv, fault) => {
  const cwd = folder()
  const ran = await metrics(cwd, 'generate-token', ...argv)
  expect([ran.code, ran.out, ran.err.slice(0, fault.length)]).toEqual([2, '', fault])
  expect((await metrics(cwd, 'list-tokens', '--json')).out).toContain('"tokens": []')
})

test.each([['30'], ['31d'], ['-1h'], ['x']])(
  'rotate-token --overlap %s is refused and changes nothing [R-25]',
  async (overlap) => {
    const cwd = folder()
    const { id } = await generated(cwd)
    const ran = await metrics(cwd, 'rotate-token', '--token-id', id, '--overlap', overlap)
    expect([ran.code, ran.out, ran.err.slice(0, 22)]).toEqual([2, '', 'OPTION_VALUE --overlap'])
    expect(JSON.parse((await metrics(cwd, 'list-tokens', '--json')).out).tokens).toHaveLength(1)
  },
)

test('every command takes --config, whose folder is where the file of tokens belongs [R-25]', async () => {
  const cwd = folder({ 'a.yaml': 'name: a\naccess: { tokens: { path: kept/t.json } }\n' })
  const { id } = await generated(cwd, '--config', 'a.yaml')
  expect(readFileSync(join(cwd, 'kept/t.json'), 'utf8')).toContain(id)
  for (const [command, ...argv] of [
    ['list-tokens'],
    ['rotate-token', '--token-id', id],
    ['revoke-token', '--token-id', id],
  ] as const) {
    const ran = await run('/', ['metrics', command, '--config', join(cwd, 'a.yaml'), ...argv])
    expect(ran.code, ran.err).toBe(0)
  }
  expect((await metrics(cwd, 'list-tokens', '--config', 'none.yaml')).err).toContain('CONFIG_UNREADABLE')
})

test('a database that is not named, cannot be reached or has no usable name is a fault that shows no password', async () => {
  const written = (table: string) => ({
    'telltale.yaml': `name: a\naccess: { tokens: { store: postgresql, url_env: DB, table: ${table} } }\n`,
  })
  const list = (table: string, env: NodeJS.ProcessEnv) => run(folder(written(table)), ['metrics', 'list-tokens'], env)
  expect(await list('t', {})).toEqual({
    code: 2,
    out: '',
    err: 'CONFIG_UNSET_VARIABLE DB: An environment variable that the file asks for is not set. Set it to the URL of the database of tokens.\n',
  })
  const refused = await list('t', { DB: 'postgres://u:hunter2@127.0.0.1:1/d' })
  expect(refused).toEqual({
    code: 3,
    out: '',
    err: 'TOKENS_UNREACHABLE t: The database of tokens cannot be used; found connect ECONNREFUSED 127.0.0.1:1. Check its URL, that it runs, and what its user may do.\n',
  })
  expect(await list('t', { DB: 'mysql://u:hunter2@h/d' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('ENV_VALUE DB'),
  })
  expect(await list('"t; DROP TABLE x"', { DB: 'postgres://u@h/d' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('CONFIG_VALUE access.tokens.table'),
  })
})

test('help says to a stranger what each command does and what it prints [R-25]', async () => {
  expect((await metrics(folder(), '--help')).out).toMatchInlineSnapshot(`
    "Usage: telltale metrics [options] [command]

    Make, replace, list and revoke the tokens with which the metrics are scraped.

    Options:
      -h, --help                display help for command

    Commands:
      generate-token [options]  make a token and print it, once
      rotate-token [options]    put a new token in the place of another
      list-tokens [options]     show every token, without its secret
      revoke-token [options]    refuse a token from now on
      help [command]            display help for command

    Only hashes of tokens are kept: in a file of this machine (access.tokens.path), or in a table of PostgreSQL
    (access.tokens.store: postgresql) that every replica reads. Running services see a change within
    access.tokens.refresh, 2 s unless said, without a restart. Guide: docs/guide/tokens.md.
    "
  `)
  for (const command of ['generate-token', 'rotate-token', 'list-tokens', 'revoke-token']) {
    const { code, out } = await metrics(folder(), command, '--help')
    expect([code, out.includes('--config'), out.includes('--json')]).toEqual([0, true, true])
  }
})

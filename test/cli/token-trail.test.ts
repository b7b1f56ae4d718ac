// Changes of tokens by the command line in an audit trail on a real PostgreSQL.
import { userInfo } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { idOfToken } from '../../src/access/tokens/text.ts'
import { openAudit } from '../../src/audit/open.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../otel/servers.ts'
import { folder, run } from './run.ts'

const TRAIL = 'name: a\naudit: { enabled: true, store: postgresql, url_env: TRAIL }\n'

test('a trail that cannot be written keeps a token from being made; a list needs none [R-26]', async () => {
  const cwd = folder({ 'telltale.yaml': TRAIL })
  const env = { TRAIL: 'postgres://u:hunter2@127.0.0.1:1/d' }
  const made = await run(cwd, ['metrics', 'generate-token'], env)
  expect([made.code, made.out, made.err]).toEqual([3, '', expect.stringContaining('AUDIT_STORE')])
  expect(made.err).not.toContain('hunter2')
  expect(await run(cwd, ['metrics', 'generate-token'])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringContaining('CONFIG_UNSET_VARIABLE TRAIL'),
  })
  const none = { code: 0, out: '', err: 'no tokens yet: `telltale metrics generate-token` makes one\n' }
  expect(await run(cwd, ['metrics', 'list-tokens'], env)).toEqual(none)
})

test('who changes tokens beside a trail that is inside the service is told that the change is not in it [R-26]', async () => {
  const cwd = folder({ 'telltale.yaml': 'name: a\naudit: { enabled: true, store: embedded }\n' })
  const made = await run(cwd, ['metrics', 'generate-token', '--json'])
  expect([made.code, made.err]).toEqual([
    0,
    'note: the audit trail is inside the service, so this change is not in it\n',
  ])
  const id = JSON.parse(made.out).token_id as string
  const again = () => run(cwd, ['metrics', 'revoke-token', '--token-id', id])
  expect([(await again()).err, (await again()).err]).toEqual([made.err, ''])
})

describe.skipIf(POSTGRES === undefined && !REQUIRED)('on PostgreSQL (skipped where it is not installed)', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server?.stop())

  test('each change of a token is a row of the trail, without the token [R-26]', async () => {
    const cwd = folder({ 'telltale.yaml': TRAIL })
    const env = { TRAIL: server.url }
    const metrics = async (...argv: string[]) => (await run(cwd, ['metrics', ...argv], env)).out.trim()
    const first = await metrics('generate-token', '--scopes', 'metrics:read,a:b')
    const [one, other] = [idOfToken(first)!, '0d5a3f4e-8a51-4a53-9d42-6f1a5f0c7b11']
    const second = await metrics('rotate-token', '--token-id', one, '--overlap', '1h')
    await metrics('revoke-token', '--token-id', one)
    await metrics('revoke-token', '--token-id', one)
    await metrics('revoke-token', '--token-id', other)
    await metrics('list-tokens')
    const audit = await openAudit({ store: 'postgresql', url: server.url, create: false })
    const rows = await audit.rows()
    await audit.close()
    const shared = {
      actor_user_id: userInfo().username,
      actor_role: 'admin',
      target_type: 'metrics_token',
      target_id: one,
      result: 'success',
    }
    const metadata = { reason: 'command line', request_scope: 'metrics:read a:b' }
    expect(rows).toMatchObject([
      { ...shared, action: 'metrics_token.generate', metadata },
      { ...shared, action: 'metrics_token.rotate', metadata: { ...metadata, new_value: idOfToken(second) } },
      { ...shared, action: 'metrics_token.revoke', metadata },
    ])
    expect(rows).toHaveLength(3)
    for (const token of [first, second]) expect(JSON.stringify(rows)).not.toContain(token.slice(26))
  })
})

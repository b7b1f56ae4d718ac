// Tokens of the store and tokens of an issuer at the scrape of a whole service.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from '../../src/access/tokens/open.ts'
import { Tokens } from '../../src/access/tokens/tokens.ts'
import type { Telltale } from '../../src/index.ts'
import { Issuer, jwkOf, pair, SECRET, shared, signed } from '../access/issuer.ts'
import { ask } from '../console/ask.ts'
import { folder, later, launch, said, until } from './kit.ts'

const yaml = (authentication: string, access = '') => `name: shop
server: { port: 0 }
observability: { prometheus: { authentication: { enabled: true, rate_limit: { burst_size: 100000 }, ${authentication} } } }
access: { ${access} }
`
const now = () => Math.floor(Date.now() / 1000)
const scraper = (over: object = {}) => ({
  sub: 'prometheus',
  iat: now() - 10,
  exp: now() + 300,
  scopes: ['metrics:read'],
  ...over,
})

async function by(telltale: Telltale, token: string, header = 'authorization') {
  const value = header === 'authorization' ? `Bearer ${token}` : token
  const { status, headers, text } = await ask(telltale.address!, '/metrics', { headers: { [header]: value } })
  const challenge = headers['www-authenticate']
  return { status, ...(challenge !== undefined && { challenge }), ...(status !== 200 && { text }) }
}

const refused = (detail: string, status = 401) => ({
  status,
  challenge: `Bearer realm="metrics", error="invalid_token", error_description="${detail}"`,
  text: `# ${detail}\n`,
})
const OK = { status: 200 }
const INVALID = refused('The credential is not valid.')
const EXPIRED = refused('The credential has expired.')
const UNKNOWN = { status: 503, text: '# The credential cannot be verified at the moment.\n' }

async function store(clock?: () => number): Promise<{ tokens: Tokens; path: string }> {
  const path = join(folder(), 'tokens.json')
  const settings = { store: 'file', path, refreshMs: 100, staleMs: 0 } as const
  const tokens = new Tokens(await openStore(settings), clock && { clock })
  later(() => tokens.close())
  return { tokens, path }
}

test('tokens of the store open the scrape by their scope, until they expire, are replaced or revoked [R-21] [R-24]', async () => {
  said()
  const { tokens, path } = await store()
  const { text, token } = await tokens.generate({ scopes: ['metrics:read'] })
  const other = await tokens.generate({ scopes: ['scaling:read'] })
  const short = await tokens.generate({ scopes: ['metrics:read'], lifeMs: 1000 })
  const telltale = await launch(yaml('methods: [bearer_token, api_key]', `tokens: { path: "${path}", refresh: 100ms }`))
  expect(await by(telltale, text)).toEqual(OK)
  expect(await by(telltale, text, 'x-api-key')).toEqual(OK)
  expect(await by(telltale, `${text.slice(0, -1)}_`)).toEqual(INVALID)
  expect(await by(telltale, other.text)).toEqual({
    status: 403,
    challenge: 'Bearer realm="metrics", error="insufficient_scope", scope="metrics:read"',
    text: '# The credential lacks a scope: metrics:read.\n',
  })
  await until('the short one has expired', async () => (await by(telltale, short.text)).status === 401)
  expect(await by(telltale, short.text)).toEqual(EXPIRED)
  const { text: second } = await tokens.rotate(token.id)
  await until('the second one is known', async () => (await by(telltale, second)).status === 200)
  expect(await by(telltale, text)).toEqual(INVALID)
})

test('how many tokens are accepted now is a metric, and what they are is in none [R-46]', async () => {
  const lines = said()
  const { tokens, path } = await store()
  const first = await tokens.generate({ scopes: ['metrics:read'], label: 'prometheus-in-berlin' })
  const second = await tokens.generate({ scopes: ['metrics:read'] })
  const telltale = await launch(yaml('', `tokens: { path: "${path}", refresh: 100ms }`))
  const active = async () => {
    const { text } = await ask(telltale.address!, '/metrics', { headers: { authorization: `Bearer ${first.text}` } })
    expect(text).not.toContain(first.text)
    expect(text).not.toMatch(new RegExp(`${first.token.id}|prometheus-in-berlin`))
    return /^auth_tokens_active\S* (\d+)$/m.exec(text)?.[1]
  }
  expect(await active()).toBe('2')
  await tokens.revoke(second.token.id)
  await until('one is left', async () => (await active()) === '1')
  await telltale.stop()
  expect(lines.join('\n')).not.toContain(first.text)
})

test('while the store cannot be read its tokens are 503, and the token of the environment is not [R-24]', async () => {
  said()
  const { tokens, path } = await store()
  const { text } = await tokens.generate({ scopes: ['metrics:read'] })
  const { writeFileSync } = await import('node:fs')
  const telltale = await launch(yaml('', `tokens: { path: "${path}", refresh: 100ms, stale: 0s }`), {
    METRICS_TOKEN: 'env',
  })
  expect(await by(telltale, text)).toEqual(OK)
  writeFileSync(path, 'what is this')
  await until('it is not known any more', async () => (await by(telltale, text)).status === 503)
  expect([await by(telltale, text), await by(telltale, 'env'), await by(telltale, 'other')]).toEqual([
    UNKNOWN,
    OK,
    INVALID,
  ])
})

test('a JWT of the shared secret opens the scrape by its scopes [R-19] [R-21]', async () => {
  said()
  const telltale = await launch(yaml('method: jwt', 'jwt: { issuer: me, clock_tolerance: 0s }'), {
    JWT_SECRET: SECRET,
    METRICS_TOKEN: 'env',
  })
  const mine = (over: object = {}) => shared(scraper({ iss: 'me', ...over }))
  expect(await by(telltale, mine())).toEqual(OK)
  expect(await by(telltale, mine({ scopes: undefined, scope: 'openid metrics:read' }))).toEqual(OK)
  expect((await by(telltale, mine({ scopes: ['metrics:write'] }))).status).toBe(403)
  expect((await by(telltale, mine({ scopes: undefined }))).status).toBe(403)
  expect(await by(telltale, mine({ exp: now() - 60 }))).toEqual(EXPIRED)
  expect(await by(telltale, mine({ iss: 'somebody' }))).toEqual(INVALID)
  expect(await by(telltale, shared(scraper({ iss: 'me' }), {}, 'x'.repeat(40)))).toEqual(INVALID)
  expect(await by(telltale, shared(scraper({ iss: 'me' }), { alg: 'none' }))).toEqual(INVALID)
  // Nobody asked for opaque tokens.
  expect(await by(telltale, 'env')).toEqual(INVALID)
})

test('JWTs, tokens of the store and the token of the environment side by side, each by its form [R-19]', async () => {
  said()
  const { tokens, path } = await store()
  const { text } = await tokens.generate({ scopes: ['metrics:read'] })
  const telltale = await launch(yaml('methods: [jwt, bearer_token, api_key]', `tokens: { path: "${path}" }`), {
    JWT_SECRET: SECRET,
    METRICS_TOKEN: 'eyA.eyA.x',
  })
  const jwt = shared(scraper())
  const statuses = [
    await by(telltale, jwt),
    await by(telltale, text),
    await by(telltale, 'eyA.eyA.x'),
    await by(telltale, jwt, 'x-api-key'),
    await by(telltale, text, 'x-api-key'),
    await by(telltale, 'eyA.eyA.y'),
  ]
  expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 401, 200, 401])
})

test('keys of an issuer verify, and while they cannot be had it is 503, closed [R-19]', async () => {
  said()
  const issuer = await new Issuer().listen()
  later(() => issuer.close())
  const key = pair('ES256', 'one')
  issuer.answer = (_, response) => void response.writeHead(500).end()
  const telltale = await launch(yaml('method: jwt', `jwt: { jwks_url: "${issuer.url}", algorithms: [ES256] }`))
  expect(await by(telltale, signed(key, scraper()))).toEqual(UNKNOWN)
  const telltale2 = await telltale.stop().then(() => {
    issuer.keys = [jwkOf(key)]
    issuer.answer = (_, response) => issuer.publish(response)
    return launch(yaml('method: jwt', `jwt: { jwks_url: "${issuer.url}", algorithms: [ES256] }`))
  })
  expect(await by(telltale2, signed(key, scraper()))).toEqual(OK)
  expect(await by(telltale2, signed(pair('ES256', 'one'), scraper()))).toEqual(INVALID)
  expect(await by(telltale2, shared(scraper(), {}, JSON.stringify(jwkOf(key))))).toEqual(INVALID)
})

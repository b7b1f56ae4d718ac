// The guard of the scrape, through a whole service: who is let in, what everybody else is told, and what is counted of it.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { expect, test } from 'vitest'
import { ClientLimit } from '../../src/access/limit.ts'
import { Faults } from '../../src/base/fault.ts'
import type { Telltale } from '../../src/index.ts'
import { ask, type Reply } from '../console/ask.ts'
import { app, folder, later, launch, notices, said } from './kit.ts'

const TOKEN = 'a-token-of-the-environment'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const ENV = { METRICS_TOKEN: TOKEN }
const yaml = (authentication = '', rest = '') =>
  `name: shop\nserver: { port: 0 }\nobservability: { prometheus: { authentication: { rate_limit: { burst_size: 1000 }, ${authentication} } } }\n${rest}`

function told({ status, headers, text }: Reply) {
  const { 'www-authenticate': challenge, 'retry-after': retry } = headers
  return {
    status,
    ...(challenge !== undefined && { challenge }),
    ...(retry !== undefined && { retry }),
    ...(status !== 200 && { text }),
  }
}

/** What `auth_requests_total` counted by result; it goes on over instances. */
function counted(text: string): Record<string, number> {
  const lines = text.matchAll(/^auth_requests_total\{surface="scrape",result="(\w+)",service="shop"\} (\d+)$/gm)
  return Object.fromEntries([...lines].map(([, result, count]) => [result, Number(count)]))
}

const get = (telltale: Telltale, headers: Record<string, string> = {}, path = '/metrics') =>
  ask(telltale.address!, path, { headers })

const TWICE = [
  ['Authorization', `Bearer ${TOKEN}`],
  ['Authorization', 'Bearer another'],
]

/** Headers as they are written, also such as Node's own client would put together. */
function raw(telltale: Telltale, headers: readonly (readonly string[])[]): Promise<Reply> {
  return ask(telltale.address!, '/metrics', {
    headers: ['Host', 'localhost', ...headers.flat()] as never,
  })
}

const MISSING = { status: 401, challenge: 'Bearer realm="metrics"', text: '# A credential is needed here.\n' }
const wrong = (detail: string, status = 401) => ({
  status,
  challenge: `Bearer realm="metrics", error="invalid_token", error_description="${detail}"`,
  text: `# ${detail}\n`,
})
const INVALID = wrong('The credential is not valid.')
const MALFORMED = wrong('Write `Bearer`, one space and the token.')
const OK = { status: 200 }

test.each<[string, readonly (readonly string[])[], object]>([
  ['nothing', [], MISSING],
  ['the token', [['Authorization', `Bearer ${TOKEN}`]], OK],
  ['the scheme in another case', [['authorization', `bEARER ${TOKEN}`]], OK],
  ['more than one space', [['Authorization', `Bearer   ${TOKEN}`]], OK],
  ['another token', [['Authorization', 'Bearer another']], INVALID],
  ['a part of the token', [['Authorization', `Bearer ${TOKEN.slice(0, -1)}`]], INVALID],
  ['more than the token', [['Authorization', `Bearer ${TOKEN}x`]], INVALID],
  ['the token in capitals', [['Authorization', `Bearer ${TOKEN.toUpperCase()}`]], INVALID],
  ['an empty bearer', [['Authorization', 'Bearer ']], MALFORMED],
  ['a bearer without a token', [['Authorization', 'Bearer']], MALFORMED],
  ['two tokens', [['Authorization', `Bearer ${TOKEN} ${TOKEN}`]], MALFORMED],
  ['tokens in a list', [['Authorization', `Bearer ${TOKEN}, Bearer ${TOKEN}`]], MALFORMED],
  ['an empty header', [['Authorization', '']], MISSING],
  ['another scheme', [['Authorization', `Basic ${Buffer.from(`x:${TOKEN}`).toString('base64')}`]], MISSING],
  ['the token without a scheme', [['Authorization', TOKEN]], MISSING],
  ['the token as an API key', [['X-Api-Key', TOKEN]], MISSING],
  ['two headers, the first of them good', TWICE, wrong('The header authorization came twice.')],
  ['two headers, the second of them good', [...TWICE].reverse(), wrong('The header authorization came twice.')],
  ['two headers that are both good', [TWICE[0]!, TWICE[0]!], wrong('The header authorization came twice.')],
  ['a token longer than any', [['Authorization', `Bearer ${'x'.repeat(8190)}`]], wrong('The credential is too long.')],
])('a bearer token: %s [R-19] [R-20] [R-22]', async (_, headers, expected) => {
  said()
  const telltale = await launch(yaml(), ENV)
  expect(told(await raw(telltale, headers))).toEqual(expected)
})

test.each<[string, readonly (readonly string[])[], object]>([
  ['nothing', [], { ...MISSING, challenge: 'ApiKey realm="metrics"' }],
  ['the key', [['x-api-key', TOKEN]], OK],
  ['the key as a bearer token of its header', [['X-API-Key', `Bearer ${TOKEN}`]], OK],
  ['another key', [['x-api-key', 'another']], { ...INVALID, challenge: 'ApiKey realm="metrics"' }],
  ['a bearer token', [['Authorization', `Bearer ${TOKEN}`]], { ...MISSING, challenge: 'ApiKey realm="metrics"' }],
  [
    'the key twice',
    [
      ['x-api-key', TOKEN],
      ['x-api-key', TOKEN],
    ],
    { status: 401, challenge: 'ApiKey realm="metrics"', text: '# The header x-api-key came twice.\n' },
  ],
])('an API key: %s [R-19] [R-22]', async (_, headers, expected) => {
  said()
  const telltale = await launch(yaml('method: api_key'), ENV)
  expect(told(await raw(telltale, headers))).toEqual(expected)
})

test('a header of its own takes the token alone or as a bearer, and Authorization no more [R-19]', async () => {
  said()
  const telltale = await launch(yaml('token_header: X-Scrape-Token'), ENV)
  const status = async (headers: Record<string, string>) => (await get(telltale, headers)).status
  expect([
    await status({ 'x-scrape-token': TOKEN }),
    await status({ 'X-Scrape-Token': `Bearer ${TOKEN}` }),
    await status({ 'x-scrape-token': 'Bearer' }),
    await status({ 'x-scrape-token': `${TOKEN} ${TOKEN}` }),
    await status({ 'x-scrape-token': 'another' }),
    await status(BEARER),
  ]).toEqual([200, 200, 401, 401, 401, 401])
  const { challenge } = told(await get(telltale)) as { challenge?: string }
  expect(challenge).toBe('ApiKey realm="metrics"')
})

test('of several ways each suffices, and one that fails takes nothing from one that holds [R-19]', async () => {
  said()
  const telltale = await launch(yaml('methods: [bearer_token, api_key]'), ENV)
  const status = async (headers: Record<string, string>) => (await get(telltale, headers)).status
  expect([
    await status(BEARER),
    await status({ 'x-api-key': TOKEN }),
    await status({ authorization: 'Bearer another', 'x-api-key': TOKEN }),
    await status({ ...BEARER, 'x-api-key': 'another' }),
    await status({ authorization: 'Bearer another', 'x-api-key': 'another' }),
    await status({}),
  ]).toEqual([200, 200, 200, 200, 401, 401])
})

test('an exporter of prometheus may name the header and the method; the own block wins key by key [ruling 24] [ruling 62]', async () => {
  said()
  const exporter = (keys: string, own = '') => `name: shop
server: { port: 0 }
observability:
  prometheus: { authentication: { ${own} } }
  opentelemetry: { metrics: { exporters: [{ type: prometheus, authentication: { ${keys} } }] } }
`
  const telltale = await launch(exporter('enabled: true, method: api_key, token_header: x-mine, token_env: MINE'), {
    MINE: 'mine',
  })
  expect([(await get(telltale)).status, (await get(telltale, { 'x-mine': 'mine' })).status]).toEqual([401, 200])
  await telltale.stop()
  const other = await launch(exporter('enabled: true, token_header: x-mine', 'token_header: x-own'), ENV)
  expect([(await get(other, { 'x-mine': TOKEN })).status, (await get(other, { 'x-own': TOKEN })).status]).toEqual([
    401, 200,
  ])
})

test('a token without the scope is refused with what it lacks [R-21]', async () => {
  said()
  const telltale = await launch(yaml('required_scopes: [metrics:read, "metrics:all"]'), ENV)
  expect(told(await get(telltale, BEARER))).toEqual({
    status: 403,
    challenge: 'Bearer realm="metrics", error="insufficient_scope", scope="metrics:read metrics:all"',
    text: '# The credential lacks a scope: metrics:read metrics:all.\n',
  })
  expect(told(await get(telltale))).toEqual(MISSING)
})

test('a token that is not valid is 403 where that is asked for; what is missing or malformed stays 401 [ruling 2] [R-22]', async () => {
  said()
  const telltale = await launch(yaml('invalid_token_status: 403'), ENV)
  expect(told(await get(telltale, { authorization: 'Bearer another' }))).toEqual({ ...INVALID, status: 403 })
  expect(told(await get(telltale))).toEqual(MISSING)
  expect(told(await get(telltale, { authorization: 'Bearer' }))).toEqual(MALFORMED)
})

test('no token of the environment, or an empty one, lets nobody in with an empty bearer [R-20]', async () => {
  said()
  const store = folder({ 'tokens.json': '{"tokens":[{}]}' })
  for (const METRICS_TOKEN of [undefined, '', ' ']) {
    const telltale = await launch(yaml('enabled: true', `access: { tokens: { path: ${store}/tokens.json } }\n`), {
      ...(METRICS_TOKEN !== undefined && { METRICS_TOKEN }),
    })
    for (const authorization of ['Bearer ', 'Bearer', 'Bearer ""', 'Bearer undefined', 'Bearer null', ''])
      expect((await get(telltale, { authorization })).status).not.toBe(200)
    await telltale.stop()
  }
})

test('the eleventh request at once is 429 and says when to come back, before anybody asks for a token [R-23] [ruling 2]', async () => {
  said()
  const telltale = await launch(
    yaml('rate_limit: { requests_per_minute: 1, burst_size: 10 }').replace(' rate_limit: { burst_size: 1000 },', ''),
    ENV,
  )
  const statuses: number[] = []
  for (let i = 0; i < 10; i++) statuses.push((await get(telltale, i % 2 ? BEARER : {})).status)
  expect(statuses).toEqual([401, 200, 401, 200, 401, 200, 401, 200, 401, 200])
  for (const headers of [BEARER, {}, { authorization: 'Bearer another' }]) {
    const { status, headers: answered, text } = await get(telltale, headers)
    expect([status, text, answered['www-authenticate']]).toEqual([429, '# Too many requests.\n', undefined])
    expect(Number(answered['retry-after'])).toBeGreaterThan(0)
    expect(Number(answered['retry-after'])).toBeLessThanOrEqual(60)
  }
})

test('forwarded addresses change nothing without a trusted proxy, and count each client for itself with one [R-23]', async () => {
  said()
  const limited = 'rate_limit: { requests_per_minute: 1, burst_size: 2 }'
  const only = (rest = '') =>
    `name: shop\nserver: { port: 0 }\nobservability: { prometheus: { authentication: { ${limited} } } }\n${rest}`
  const statuses = async (telltale: Telltale, addresses: string[]) => {
    const seen: number[] = []
    for (const address of addresses) seen.push((await get(telltale, { ...BEARER, 'x-forwarded-for': address })).status)
    return seen
  }
  const alone = await launch(only(), ENV)
  expect(await statuses(alone, ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'])).toEqual([200, 200, 429, 429])
  await alone.stop()
  const behind = await launch(only('access: { trusted_proxies: [127.0.0.1] }\n'), ENV)
  expect(
    await statuses(behind, ['1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2', '9.9.9.9, 1.1.1.1', '1.1.1.1, 2.2.2.2']),
  ).toEqual([200, 200, 429, 200, 429, 200])
})

test('an address that is not allowed is refused before anything else, and is no reason to ask for a token [R-26]', async () => {
  said()
  const telltale = await launch(
    yaml('allowed_addresses: [192.0.2.0/24, "2001:db8::/32"]', 'access: { trusted_proxies: [127.0.0.1] }\n'),
    ENV,
  )
  const from = async (address: string | null, headers: Record<string, string> = BEARER) =>
    told(await get(telltale, { ...headers, ...(address !== null && { 'x-forwarded-for': address }) }))
  const refused = { status: 403, text: '# This address may not scrape.\n' }
  expect([
    await from(null),
    await from(null, {}),
    await from('192.0.2.77'),
    await from('::ffff:192.0.2.77'),
    await from('2001:db8::1'),
    await from('2001:db9::1'),
    await from('192.0.2.77, 203.0.113.1'),
    await from('192.0.2.77', {}),
  ]).toEqual([refused, refused, OK, OK, OK, refused, refused, MISSING])
})

test('addresses alone guard too, without a token that anybody would need; what is off is off, and says so [R-26]', async () => {
  const lines = said()
  const trusted = 'access: { trusted_proxies: [127.0.0.1] }\n'
  const addresses = 'allowed_addresses: [192.0.2.0/24]'
  const statuses = async (authentication: string, env: NodeJS.ProcessEnv = {}) => {
    const telltale = await launch(yaml(authentication, trusted), env)
    const seen: number[] = []
    for (const headers of [{}, BEARER])
      for (const address of ['192.0.2.7', '203.0.113.1'])
        seen.push((await get(telltale, { ...headers, 'x-forwarded-for': address })).status)
    await telltale.stop()
    return seen
  }
  expect(await statuses(addresses)).toEqual([200, 403, 200, 403])
  expect(await statuses(`method: none, ${addresses}`, ENV)).toEqual([200, 403, 200, 403])
  expect(await statuses(addresses, ENV)).toEqual([401, 403, 200, 403])
  expect(lines.join('\n')).not.toContain('GUARD_OFF')
  expect(await statuses(`enabled: false, ${addresses}`, ENV)).toEqual([200, 200, 200, 200])
  expect(lines.join('\n')).toContain(
    'allowed_addresses is not looked at: the guard is off, and /metrics is open to everyone.',
  )
})

test('what is counted of it says who was let in and why not, and names nobody [R-46] [R-26]', async () => {
  const seen = notices()
  const telltale = await launch(yaml(), ENV)
  const before = counted((await get(telltale, BEARER)).text)
  await get(telltale, BEARER)
  await get(telltale)
  await get(telltale, { authorization: 'Bearer another-secret' })
  await get(telltale, { authorization: 'Bearer another-secret' })
  const { text } = await get(telltale, BEARER)
  const after = counted(text)
  expect(Object.entries(after).map(([result, count]) => [result, count - (before[result] ?? 0)])).toEqual(
    expect.arrayContaining([
      ['ok', 2],
      ['missing', 1],
      ['invalid', 2],
    ]),
  )
  expect(text).not.toMatch(/another-secret|a-token-of/)
  expect(text.match(/^auth_.*/gm)!.join('\n')).not.toContain('127.0.0.1')
  expect(seen.map(({ text: line }) => line).join('\n')).not.toMatch(/another-secret|a-token-of/)
})

test('denials are said, folded, with address and reason and without the token [R-26]', async () => {
  const lines = said()
  const telltale = await launch(yaml(), ENV)
  for (let i = 0; i < 5; i++) await get(telltale, { authorization: 'Bearer another-secret' })
  await get(telltale)
  await telltale.stop()
  const denied = lines.filter((line) => line.includes('was denied'))
  expect(denied).toHaveLength(2)
  expect(denied[0]).toContain('/metrics was denied to 127.0.0.1: token_invalid')
  expect(denied[1]).toContain('/metrics was denied to 127.0.0.1: token_missing')
  expect(lines.join('\n')).not.toMatch(/another-secret|a-token-of/)
})

test('an open scrape asks nobody, counts nobody, and says nothing [H-07] [ruling 1]', async () => {
  const lines = said()
  const telltale = await launch('name: shop\nserver: { port: 0 }\n')
  expect((await get(telltale, { authorization: 'Bearer whatever' })).status).toBe(200)
  const [first, second] = [await get(telltale), await get(telltale)]
  expect(counted(second.text)).toEqual(counted(first.text))
  expect(first.text).not.toContain('auth_tokens_active ')
  expect(lines.filter((line) => /denied|guard/i.test(line))).toEqual([])
})

test('enabled: false wins over a token that is set, with a warning [ruling 56]', async () => {
  const lines = said()
  const telltale = await launch(yaml('enabled: false'), ENV)
  expect((await get(telltale)).status).toBe(200)
  expect(lines.join('\n')).toContain('GUARD_OFF')
})

test('a guard that nobody could pass keeps a service from starting, and says what is missing [ruling 1]', async () => {
  said()
  const refused = async (text: string, env: NodeJS.ProcessEnv = {}) => {
    const error = await launch(text, env).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Faults)
    return (error as Faults).faults.map(({ code, detail }) => [code, detail.found])
  }
  expect(await refused(yaml('enabled: true'))).toEqual([
    ['GUARD_NO_CREDENTIAL', 'METRICS_TOKEN is not set and .telltale/tokens.json has no token'],
  ])
  expect(await refused(yaml('enabled: true, method: jwt'), ENV)).toEqual([
    ['GUARD_NO_CREDENTIAL', 'JWT_SECRET has no secret of 32 bytes and access.jwt.jwks_url is not set'],
  ])
  const sample = readFileSync(new URL('../fixtures/sources-sample.yaml', import.meta.url), 'utf8')
  const env = { JAEGER_TOKEN: 't', ENVIRONMENT: 'production', K8S_NAMESPACE: 'shop', K8S_POD_NAME: 'web-1' }
  expect((await refused(sample.replace(':4317', ':4318'), env)).map(([code]) => code)).toEqual(['GUARD_NO_CREDENTIAL'])
  // Nothing to guard, nothing to refuse.
  const off = await launch(yaml('enabled: true').replace('prometheus: {', 'prometheus: { enabled: false,'))
  await off.stop()
})

test('what is not exactly the path of the scrape is nothing of ours, guarded or not [S-02]', async () => {
  said()
  const telltale = await launch(yaml('', 'access: { exclude_paths: [/other] }\n'), ENV)
  const paths = [
    '/metricsX',
    '/metrics/anything',
    '/metrics/',
    '//metrics',
    '/METRICS',
    '/metrics%2f',
    '/%6detrics',
    '/metrics;x',
    '/./metrics',
    '/x/../metrics',
    '/other',
  ]
  const seen: Record<string, number> = {}
  for (const path of paths) seen[path] = (await get(telltale, BEARER, path)).status
  expect(seen).toEqual(Object.fromEntries(paths.map((path) => [path, 404])))
  expect((await get(telltale, BEARER, '/metrics?x=1')).status).toBe(200)
  expect((await get(telltale, {}, '/metrics?x=1')).status).toBe(401)
})

test('HEAD is guarded like GET; other methods are not known, with what is [S-02]', async () => {
  said()
  const telltale = await launch(yaml(), ENV)
  const by = async (method: string, headers = {}) => {
    const { status, headers: answered, text } = await ask(telltale.address!, '/metrics', { method, headers })
    return [status, answered.allow, answered['www-authenticate'], method === 'HEAD' ? text : '']
  }
  expect(await by('HEAD')).toEqual([401, undefined, 'Bearer realm="metrics"', ''])
  expect(await by('HEAD', BEARER)).toEqual([200, undefined, undefined, ''])
  for (const method of ['OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'])
    expect(await by(method, BEARER)).toEqual([405, 'GET, HEAD', undefined, ''])
})

test('on the server of the application it is as closed as on a listener of our own, and everything else passes by [S-02] [ruling 47]', async () => {
  said()
  const telltale = await launch(yaml(), ENV)
  const own = await app((request, response) => void response.end(`own ${request.url}`))
  later(telltale.mount(own.server))
  const seen = async (path: string, headers = {}) => {
    const { status, text } = await ask(own.server, path, { headers })
    return [status, text.startsWith('own') ? text : '']
  }
  expect([
    await seen('/metrics'),
    await seen('/metrics', BEARER),
    await seen('/metrics/'),
    await seen('/metricsX'),
  ]).toEqual([
    [401, ''],
    [200, ''],
    [200, 'own /metrics/'],
    [200, 'own /metricsX'],
  ])
  // A router that hands requests over.
  const routed = http.createServer((request, response) => {
    if (!telltale.listener(request, response)) response.end('own')
  })
  await new Promise<void>((resolve) => routed.listen(0, '127.0.0.1', resolve))
  later(() => new Promise((resolve) => routed.close(resolve)))
  expect([(await ask(routed, '/metrics')).status, (await ask(routed, '/metrics', { headers: BEARER })).status]).toEqual(
    [401, 200],
  )
})

test('application authentication never stands before the scrape, whatever it leaves alone [S-02]', async () => {
  said()
  const jwt = 'access: { jwt: { enabled: true }, exclude_paths: [/nothing] }\n'
  const open = await launch(yaml('enabled: false', jwt), { JWT_SECRET: 's'.repeat(32) })
  expect((await get(open)).status).toBe(200)
  await open.stop()
  const guarded = await launch(yaml('', jwt), { ...ENV, JWT_SECRET: 's'.repeat(32) })
  expect([(await get(guarded)).status, (await get(guarded, BEARER)).status]).toEqual([401, 200])
})

test('the first requests wait for the guard, and a limit of few places holds no more [R-23]', async () => {
  said()
  const telltale = await launch(yaml('', 'access: { max_clients: 3 }\n'), ENV)
  const replies = await Promise.all(Array.from({ length: 20 }, () => get(telltale)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401]))
  expect(new ClientLimit({ capacity: 1, perMinute: 1, places: 3 }).size).toBe(0)
})

// What the keys of the scrape guard come to, and which of them are refused.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Faults } from '../../src/base/fault.ts'
import { loadConfig } from '../../src/config/load.ts'
import { parseRange } from '../../src/config/range.ts'
import { faults, load, named, warnings } from './load.ts'

const authentication = (keys: string) => `observability: { prometheus: { authentication: { ${keys} } } }\n`
const guarded = (keys: string, env: NodeJS.ProcessEnv = { METRICS_TOKEN: 't' }) =>
  named(authentication(keys), env).config.scrape
const SECRET = 's'.repeat(32)

test('several methods replace the one, each with its header: API keys keep theirs beside others [R-19]', () => {
  const headers = (keys: string) => {
    const { methods, header, keyHeader } = guarded(keys).authentication
    return [methods.join(), header, keyHeader]
  }
  expect(headers('')).toEqual(['bearer_token', 'Authorization', 'x-api-key'])
  expect(headers('method: api_key')).toEqual(['api_key', 'x-api-key', 'x-api-key'])
  expect(headers('method: api_key, token_header: X-Mine')).toEqual(['api_key', 'X-Mine', 'X-Mine'])
  expect(headers('method: none, methods: [bearer_token, api_key, jwt], token_header: X-Mine')).toEqual([
    'bearer_token,api_key,jwt',
    'X-Mine',
    'x-api-key',
  ])
  expect(guarded('method: none').guard).toBe('none')
  expect(guarded('method: none, methods: [jwt]').guard).toBe('required')
})

test('blanks around a token are no part of it, and blanks alone are no token [R-20]', () => {
  const token = (text: string) => guarded('', { METRICS_TOKEN: text }).authentication.token
  expect([token('abc\n'), token('  abc'), token('   '), token('\n'), token('')]).toEqual([
    'abc',
    'abc',
    undefined,
    undefined,
    undefined,
  ])
  expect(guarded('', { METRICS_TOKEN: ' \n' }).guard).toBe('none')
})

test('a token that no header could carry is a fault that does not show it [R-20]', () => {
  const yaml = `name: shop\n${authentication('enabled: true')}`
  const text = 'ENV_VALUE METRICS_TOKEN: An environment variable has a value that is not allowed'
  for (const token of ['two words', 'schlüssel', 'a\u0007b', 'x'.repeat(8193)]) {
    expect(faults(yaml, { METRICS_TOKEN: token })).toEqual([
      `${text}; allowed: letters, digits and other visible ASCII characters, at most 8192. Correct or unset the variable.`,
    ])
  }
  expect(faults(`name: shop\n${authentication('enabled: false')}`, { METRICS_TOKEN: 'two words' })).toEqual([])
})

test('a guard without any credential is named, and so is a method that nothing can be proven by [ruling 1]', () => {
  const said = (keys: string, env: NodeJS.ProcessEnv = {}) =>
    warnings(named(authentication(keys), env)).map((line) => line.replace(/^.*?(GUARD_\w+) \S+ /, '$1 '))
  const noToken = 'METRICS_TOKEN is not set and .telltale/tokens.json has no token'
  const noKey = 'JWT_SECRET has no secret of 32 bytes and access.jwt.jwks_url is not set'
  const closed = 'nobody can prove who they are, so /metrics answers nobody.'
  expect(said('enabled: true, method: api_key')).toEqual([`GUARD_NO_CREDENTIAL ${noToken}: ${closed}`])
  expect(said('enabled: true, method: jwt')).toEqual([`GUARD_NO_CREDENTIAL ${noKey}: ${closed}`])
  expect(said('enabled: true, method: jwt', { METRICS_TOKEN: 't', JWT_SECRET: 'short' })).toEqual([
    `GUARD_NO_CREDENTIAL ${noKey}: ${closed}`,
  ])
  expect(said('enabled: true, methods: [jwt, api_key]')).toEqual([
    `GUARD_NO_CREDENTIAL ${noToken}, and ${noKey}: ${closed}`,
  ])
  expect(said('methods: [jwt, bearer_token]', { METRICS_TOKEN: 't' })).toEqual([
    `GUARD_METHOD ${noKey}: no JWT is accepted.`,
  ])
  expect(said('enabled: true, methods: [jwt, bearer_token]', { JWT_SECRET: SECRET })).toEqual([
    `GUARD_METHOD ${noToken}: JWTs alone are accepted.`,
  ])
  expect(said('enabled: true, method: jwt', { JWT_SECRET: SECRET })).toEqual([])
  expect(said('enabled: false', { METRICS_TOKEN: 't' })).toHaveLength(1)
})

test('a file of tokens beside the configuration is a credential as soon as it has one; a database always is [ruling 1] [R-24]', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-guard-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'etc/.telltale'), { recursive: true })
  const file = join(folder, 'etc/telltale.yaml')
  writeFileSync(file, `name: shop\n${authentication('enabled: true')}`)
  const tokens = () => loadConfig({ file, cwd: folder, env: {} }).config.scrape.authentication.tokens
  expect(tokens()).toBe(false)
  const write = (text: string) => writeFileSync(join(folder, 'etc/.telltale/tokens.json'), text)
  const seen = ['', '{}', 'null', '{"tokens":[]}', '{"tokens":"x"}', '{"tokens":[{}]}'].map((text) => {
    write(text)
    return tokens()
  })
  expect(seen).toEqual([false, false, false, false, false, true])
  const database = `${authentication('enabled: true')}access: { tokens: { store: postgresql } }\n`
  const stored = (env: NodeJS.ProcessEnv) => named(database, env).config.scrape.authentication.tokens
  expect([stored({}), stored({ DATABASE_URL: 'postgres://h/d' })]).toEqual([false, true])
})

test('addresses that nobody can have are faults, for proxies and for those who may scrape [R-23] [R-26]', () => {
  const yaml = `name: shop
access: { trusted_proxies: [10.0.0.0/8, unix, "::ffff:10.0.0.1", 10.0.0.0/33] }
observability: { prometheus: { authentication: { allowed_addresses: [unix, 2001:db8::/32, localhost] } } }
`
  const allowed = 'an IPv4 or IPv6 address, or a range such as 10.0.0.0/8'
  const fault = (subject: string, found: string, where: string, more = '') =>
    `telltale.yaml:${where} CONFIG_VALUE ${subject}: The value is not allowed; found "${found}"; allowed: ${allowed}${more}. Write one of the values that are allowed.`
  expect(faults(yaml)).toEqual([
    fault('access.trusted_proxies[2]', '::ffff:10.0.0.1', '2:47', ', or unix'),
    fault('access.trusted_proxies[3]', '10.0.0.0/33', '2:66', ', or unix'),
    fault('observability.prometheus.authentication.allowed_addresses[0]', 'unix', '3:70'),
    fault('observability.prometheus.authentication.allowed_addresses[2]', 'localhost', '3:91'),
  ])
})

test('a range is read in every spelling of an address and in no other', () => {
  const read = (text: string) => {
    const range = parseRange(text)
    return range && `${range.family} ${range.address}/${range.prefix}`
  }
  expect(['10.0.0.7', '10.0.0.0/8', ' fd00::/8 ', '::1', '0.0.0.0/0', '::/0', 'FE80::1/64'].map(read)).toEqual([
    'ipv4 10.0.0.7/32',
    'ipv4 10.0.0.0/8',
    'ipv6 fd00::/8',
    'ipv6 ::1/128',
    'ipv4 0.0.0.0/0',
    'ipv6 ::/0',
    'ipv6 FE80::1/64',
  ])
  const wrong = ['', '/', '10.0.0.0/', '10.0.0/8', '010.0.0.1', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0.0/8/8', '1:2/64']
  const other = ['fe80::1%eth0', '::ffff:a00:1', '0:0:0:0:0:ffff:10.0.0.1', '[::1]', '0x7f000001', '1'.repeat(60)]
  expect([...wrong, ...other].map(read)).toEqual([...wrong, ...other].map(() => undefined))
})

test('who trusts everybody is told what that means, and a shared limit without its address too [R-23]', () => {
  expect(warnings(named('access: { trusted_proxies: [0.0.0.0/0] }\n'))).toEqual([
    'telltale.yaml:2:28 PROXY_ANYBODY access.trusted_proxies: Everybody is a trusted proxy: any client may say which address it has.',
  ])
  const shared = (store: string, env: NodeJS.ProcessEnv) =>
    named(authentication(`rate_limit: { shared: ${store} }`), { METRICS_TOKEN: 't', ...env })
  const { config } = shared('redis', { REDIS_URL: 'redis://h' })
  expect(config.scrape.authentication.shared).toEqual({ store: 'redis', url: 'redis://h' })
  expect(shared('postgresql', { DATABASE_URL: 'postgres://h' }).config.scrape.authentication.shared).toEqual({
    store: 'postgresql',
    url: 'postgres://h',
  })
  expect(warnings(shared('redis', {}))).toEqual([
    'telltale.yaml:2:72 LIMIT_NOT_SHARED observability.prometheus.authentication.rate_limit.shared: REDIS_URL is not set: each replica counts its own requests.',
  ])
})

test('a scope that no header could carry is a fault [R-21]', () => {
  const yaml = (scope: string) => `name: shop\n${authentication(`required_scopes: [${JSON.stringify(scope)}]`)}`
  expect(['a b', 'a"b', 'a\\b', 'a\nb', ''].map((scope) => faults(yaml(scope)).length)).toEqual([1, 1, 1, 1, 1])
  expect(faults(yaml('metrics:read'))).toEqual([])
  expect(() => named(authentication('required_scopes: ["a b"]'))).toThrow(Faults)
})

test('each configuration in the guide of the scrape guard loads and means what the guide says [R-23]', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/guide/scrape-guard.md'), 'utf8')
  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!)
  expect(blocks.map((text) => /^# (\S+)/.exec(text)?.[1])).toEqual(['telltale.yaml', 'prometheus.yml', undefined])
  const env = { METRICS_TOKEN: 't', JWT_SECRET: SECRET, REDIS_URL: 'redis://h' }
  const [first, second] = [load(blocks[0]!, env), load(blocks[2]!, env)]
  expect(warnings(first).map((line) => line.split(' ')[1])).toEqual(['ACCESS_OPEN'])
  expect(warnings(second)).toEqual([])
  expect(first.config.scrape.authentication).toMatchObject({
    methods: ['bearer_token', 'jwt'],
    allowed: [{ address: '10.0.0.0', prefix: 8, family: 'ipv4' }],
    requestsPerMinute: 60,
    burstSize: 10,
  })
  expect(second.config.scrape.authentication.shared).toEqual({ store: 'redis', url: 'redis://h' })
})

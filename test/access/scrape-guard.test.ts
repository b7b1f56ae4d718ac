// What no client can make of the guard of the scrape: headers, addresses and tokens as anybody may write them.
import { createServer } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AddressSet, ClientAddresses } from '../../src/access/client-address.ts'
import { credentialIn, LONGEST_CREDENTIAL } from '../../src/access/credential.ts'
import type { Decision, Question } from '../../src/access/decision.ts'
import { guardOf } from '../../src/access/guard.ts'
import { ClientLimit } from '../../src/access/limit.ts'
import { type ScrapeGuardOptions, scrapeGuard } from '../../src/access/scrape-guard.ts'
import { Secret } from '../../src/access/secret.ts'
import { parseRange } from '../../src/config/range.ts'
import { createConsole } from '../../src/console/console.ts'
import { listening } from '../console/ask.ts'

const TOKEN = 'the-token-of-these-tests'

function guard(options: Partial<ScrapeGuardOptions> = {}) {
  const limit = options.limit ?? new ClientLimit({ capacity: 1e9, perMinute: 60, places: 50 })
  return scrapeGuard({
    proof: true,
    methods: ['bearer_token'],
    header: 'authorization',
    keyHeader: 'x-api-key',
    token: TOKEN,
    requiredScopes: ['metrics:read'],
    invalidTokenStatus: 401,
    allowed: new AddressSet([]),
    clients: new ClientAddresses({ ranges: [], unix: false }),
    ...options,
    limit,
  })
}

const question = (headers: Question['headers'], address: string | null = '192.0.2.1'): Question => ({
  tier: 'scrape',
  method: 'GET',
  path: '/metrics',
  headers,
  address,
})

test('neither a secret nor what is compared with it is looked at before it is hashed [R-20]', () => {
  const secret = new Secret('abc')
  expect([secret.is('abc'), secret.is('ab'), secret.is('abcd'), secret.is(''), secret.is('ABC')]).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
  expect(() => new Secret('')).toThrow('an empty secret would let everybody in')
  // What is kept is the hash alone.
  expect(JSON.stringify(secret)).not.toContain('abc')
})

test('a credential that is too long is refused unread [R-20]', async () => {
  const find = vi.fn()
  const limited = guard({ tokens: { find } })
  const answer = async (length: number) => {
    const decision = await limited.decide(question({ authorization: `Bearer ${'x'.repeat(length)}` }))
    return !decision.ok && decision.code
  }
  find.mockReturnValue({ ok: false, result: 'invalid' })
  expect([await answer(LONGEST_CREDENTIAL), find.mock.calls.length]).toEqual(['token_malformed', 0])
  expect([await answer(LONGEST_CREDENTIAL - 7), find.mock.calls.length]).toEqual(['token_invalid', 1])
})

test('what no token can be is malformed, not merely wrong [R-22]', async () => {
  const own = guard({ header: 'x-mine' })
  const code = async (value: string | string[]) => {
    const decision = await own.decide(question({ 'x-mine': value }))
    return decision.ok || decision.code
  }
  expect(await Promise.all([TOKEN, 'a b', 'ä', 'a\u007f', 'x', ['x', 'y'], 'Bearer', ' '].map(code))).toEqual([
    true,
    'token_malformed',
    'token_malformed',
    'token_malformed',
    'token_invalid',
    'token_malformed',
    'token_malformed',
    'token_missing',
  ])
})

test('a flood that is limited asks no store and hashes nothing [R-23]', async () => {
  const find = vi.fn(() => ({ ok: false, result: 'invalid' }) as const)
  const limited = guard({ tokens: { find }, limit: new ClientLimit({ capacity: 3, perMinute: 1, places: 5 }) })
  for (let i = 0; i < 100; i++) await limited.decide(question({ authorization: 'Bearer guess' }))
  expect(find.mock.calls.length).toBe(3)
})

test('addresses of one /64 are one client, and who has no address is none that is allowed [R-23] [R-26]', async () => {
  const limited = guard({ limit: new ClientLimit({ capacity: 2, perMinute: 1, places: 5 }) })
  const good = { authorization: `Bearer ${TOKEN}` }
  const statuses: unknown[] = []
  for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8:0:1::1']) {
    const decision = await limited.decide(question(good, address))
    statuses.push([decision.ok || decision.status, decision.client])
  }
  expect(statuses).toEqual([
    [true, '2001:db8::1'],
    [true, '2001:db8::2'],
    [429, '2001:db8::3'],
    [true, '2001:db8:0:1::1'],
  ])
  const listed = guard({ allowed: new AddressSet([parseRange('::/0')!, parseRange('0.0.0.0/0')!]) })
  const answers = await Promise.all(
    ['192.0.2.1', '::1', null, 'nonsense'].map((one) => listed.decide(question(good, one))),
  )
  expect(answers.map((one) => one.ok || one.result)).toEqual([true, true, 'ip', 'ip'])
})

test('whatever a store or a verifier does, it is refused or 503, never let in and never a throw [R-24]', async () => {
  const failed: string[] = []
  const outcome = async (options: Partial<ScrapeGuardOptions>, text = 'other') => {
    const decision = await guard({ ...options, failed: (what) => failed.push(what) }).decide(
      question({ authorization: `Bearer ${text}` }),
    )
    return decision.ok ? 'in' : decision.status
  }
  const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'
  expect([
    await outcome({ tokens: { find: () => Promise.reject(new Error('down')) } }),
    await outcome({
      tokens: {
        find: () => {
          throw new Error('down')
        },
      },
    }),
    await outcome({ methods: ['jwt'], jwt: { verify: () => Promise.reject(new Error('down')) } }, jwt),
    await outcome({ methods: ['jwt'], jwt: undefined }, jwt),
    await outcome({ methods: ['jwt'], token: undefined }, jwt),
    await outcome({ token: undefined }),
    await outcome({ methods: [] }),
  ]).toEqual([503, 503, 503, 401, 401, 401, 401])
  expect(failed).toEqual(['a token', 'a token', 'a credential'])
})

test('only what has the form of a JWT is given to its verifier, and nothing else of it to the store [R-19]', async () => {
  const verified: string[] = []
  const found: string[] = []
  const both = guard({
    methods: ['jwt', 'bearer_token'],
    jwt: {
      verify: async (text) => {
        verified.push(text)
        return { ok: false, result: 'invalid', detail: '' }
      },
    },
    tokens: {
      find: (text) => {
        found.push(text)
        return { ok: false, result: 'invalid' }
      },
    },
  })
  const texts = ['ey.ey.s', 'eyA.eyA.s', 'eyA.eyA.', 'eyA.eyA', 'a.b.c', 'eyA.e/A.s', 'eyA.eyA.s.x', 'plain']
  for (const text of texts) await both.decide(question({ authorization: `Bearer ${text}` }))
  expect([verified, found]).toEqual([
    ['eyA.eyA.s', 'eyA.eyA.'],
    ['ey.ey.s', 'eyA.eyA', 'a.b.c', 'eyA.e/A.s', 'eyA.eyA.s.x', 'plain'],
  ])
})

const SCOPED = { ok: true, token: { id: 'id-1', scopes: ['metrics:read', 'a'] } } as never
const JWT = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.s'

/** Whole answers, without whose client it was. */
async function answers(options: Partial<ScrapeGuardOptions>, ...headers: Question['headers'][]) {
  const own = guard(options)
  return Promise.all(
    headers.map(async (one) => {
      const { client, ...rest } = await own.decide(question(one))
      expect(client).toBe('192.0.2.1')
      return rest
    }),
  )
}

const unauthenticated = (result: string, code: string, detail: string, challenge: string, status = 401) => ({
  ok: false,
  status,
  result,
  code,
  detail,
  headers: { 'www-authenticate': challenge },
})
const UNAVAILABLE = {
  ok: false,
  status: 503,
  result: 'invalid',
  code: 'guard_unavailable',
  detail: 'The credential cannot be verified at the moment.',
  headers: { 'retry-after': '5' },
}

test('each refusal says why, and how to ask, in words of its own [R-20] [R-22]', async () => {
  const expired = { find: (text: string) => ({ ok: false, result: text === 'old' ? 'expired' : 'invalid' }) as const }
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
  const words = 'Write `Bearer`, one space and the token.'
  expect(await answers({ tokens: expired }, {}, bearer('old'), bearer('other'), bearer('a b'), bearer(TOKEN))).toEqual([
    unauthenticated('missing', 'token_missing', 'A credential is needed here.', 'Bearer realm="metrics"'),
    unauthenticated(
      ...['expired', 'token_expired', 'The credential has expired.'],
      'Bearer realm="metrics", error="invalid_token", error_description="The credential has expired."',
    ),
    unauthenticated(
      ...['invalid', 'token_invalid', 'The credential is not valid.'],
      'Bearer realm="metrics", error="invalid_token", error_description="The credential is not valid."',
    ),
    unauthenticated(
      ...['invalid', 'token_malformed', words],
      `Bearer realm="metrics", error="invalid_token", error_description="${words}"`,
    ),
    {
      ok: true,
      caller: {
        method: 'bearer_token',
        tokenId: 'env_token',
        subject: null,
        scopes: ['metrics:read'],
        roles: [],
        tenant: '',
      },
      tenant: '',
    },
  ] as never)
  // What is no bearer token is asked for by another name, which has no words for errors.
  const keys = { methods: ['api_key'], invalidTokenStatus: 403, tokens: expired } as const
  expect(await answers(keys, {}, { 'x-api-key': 'old' }, { 'x-api-key': 'x' }, { 'x-api-key': 'a b' })).toEqual([
    unauthenticated('missing', 'token_missing', 'A credential is needed here.', 'ApiKey realm="metrics"'),
    unauthenticated('expired', 'token_expired', 'The credential has expired.', 'ApiKey realm="metrics"', 403),
    unauthenticated('invalid', 'token_invalid', 'The credential is not valid.', 'ApiKey realm="metrics"', 403),
    unauthenticated(
      ...['invalid', 'token_malformed', 'The credential has characters that no token has.', 'ApiKey realm="metrics"'],
    ),
  ] as never)
  const challenges = async (options: Partial<ScrapeGuardOptions>) =>
    (await answers(options, {})).map((one) => !one.ok && one.headers?.['www-authenticate'])
  expect([
    await challenges({ methods: ['api_key', 'bearer_token'] }),
    await challenges({ methods: ['bearer_token'], header: 'x-mine' }),
    await challenges({ methods: [] }),
  ]).toEqual([['Bearer realm="metrics"'], ['ApiKey realm="metrics"'], ['ApiKey realm="metrics"']])
})

test('a credential without the scopes is told which, and who it was; another one of the request may have them [R-21]', async () => {
  const requiredScopes = ['metrics:read', 'a']
  const both = { methods: ['bearer_token', 'api_key'], requiredScopes, tokens: { find: () => SCOPED } } as const
  const me = {
    method: 'bearer_token',
    tokenId: 'env_token',
    subject: null,
    scopes: ['metrics:read'],
    roles: [],
    tenant: '',
  }
  const env = { authorization: `Bearer ${TOKEN}` }
  expect(await answers(both, env, { ...env, 'x-api-key': 'other' }, { ...env, 'x-api-key': 'a b' })).toEqual([
    {
      ok: false,
      status: 403,
      result: 'scope',
      code: 'insufficient_scope',
      detail: 'The credential lacks a scope: metrics:read a.',
      headers: { 'www-authenticate': 'Bearer realm="metrics", error="insufficient_scope", scope="metrics:read a"' },
      caller: me,
    },
    { ok: true, caller: { ...me, method: 'api_key', tokenId: 'id-1', scopes: requiredScopes }, tenant: '' },
    expect.objectContaining({ code: 'insufficient_scope', caller: me }),
  ])
  // With none asked for, every credential that holds will do.
  expect((await answers({ requiredScopes: [] }, env)).map(({ ok }) => ok)).toEqual([true])
})

test('of several credentials that do not hold, the answer is about the one that went furthest [R-19]', async () => {
  const find = async (text: string) => {
    if (text === 'down') throw new Error('down')
    return { ok: false, result: text === 'old' ? 'expired' : 'invalid' } as const
  }
  const both = { methods: ['bearer_token', 'api_key'], tokens: { find } } as const
  const order = ['', 'x', 'old', 'down']
  const codes = ['token_missing', 'token_invalid', 'token_expired', 'guard_unavailable']
  for (const one of order)
    for (const other of order) {
      const headers = { authorization: `Bearer ${one}`.trim(), 'x-api-key': other }
      if (one === '') headers.authorization = ''
      const [said] = await answers(both, headers)
      expect([one, other, said!.ok || said!.code]).toEqual([
        ...[one, other, codes[Math.max(order.indexOf(one), order.indexOf(other))]],
      ])
    }
  expect(await answers(both, { authorization: 'Bearer down' })).toEqual([UNAVAILABLE])
})

test('a JWT has the caller that its verifier says, and is refused in the same words as a token [R-19]', async () => {
  const caller = {
    method: 'jwt',
    tokenId: 'j',
    subject: 's',
    scopes: ['metrics:read'],
    roles: ['r'],
    tenant: 't',
  } as const
  const said = async (found: object, more: Partial<ScrapeGuardOptions> = {}) =>
    (
      await answers(
        { methods: ['jwt'], jwt: { verify: async () => found as never }, ...more },
        { authorization: `Bearer ${JWT}` },
      )
    )[0]
  expect(await said({ ok: true, caller })).toEqual({ ok: true, caller, tenant: 't' })
  expect(await said({ ok: false, status: 503, result: 'invalid', detail: '' })).toEqual(UNAVAILABLE)
  expect(await said({ ok: false, status: 401, result: 'expired', detail: '' })).toMatchObject({ code: 'token_expired' })
  expect(await said({ ok: false, status: 401, result: 'invalid', detail: '' })).toMatchObject({ code: 'token_invalid' })
  // One header for both: each has its own proof, in whichever order they are named.
  for (const methods of [
    ['jwt', 'bearer_token'],
    ['bearer_token', 'jwt'],
    ['jwt', 'api_key'],
  ] as const) {
    const more = { methods, keyHeader: 'authorization', token: JWT } as const
    const method = methods.includes('api_key' as never) ? 'api_key' : 'bearer_token'
    expect(await said({ ok: true, caller }, more)).toMatchObject({ ok: true, caller: { method, tokenId: 'env_token' } })
  }
  // The token of the environment is none where only JWTs are taken.
  expect(await said({ ok: false, result: 'invalid' }, { token: JWT })).toMatchObject({ code: 'token_invalid' })
  const store = { find: () => SCOPED }
  expect(await said({ ok: false, result: 'invalid' }, { tokens: store })).toMatchObject({ code: 'token_invalid' })
  expect((await answers({ methods: ['jwt'], tokens: store }, { authorization: 'Bearer plain' }))[0]).toMatchObject({
    code: 'token_invalid',
  })
})

test('where no proof is asked for, address and rate still decide; who asks too often is told how long to wait [R-23] [R-26]', async () => {
  expect(await answers({ proof: false }, {}, { authorization: 'Bearer x' })).toEqual([
    { ok: true, caller: null, tenant: '' },
    { ok: true, caller: null, tenant: '' },
  ])
  const after = async (waitMs: number) =>
    (await answers({ proof: false, limit: { take: () => waitMs } as never }, {}))[0]
  const refused = (seconds: string) => ({
    ok: false,
    status: 429,
    result: 'rate_limited',
    code: 'rate_limited',
    detail: 'Too many requests.',
    headers: { 'retry-after': seconds },
  })
  expect([await after(0.5), await after(1000), await after(1001), await after(61_000)]).toEqual(
    ['1', '1', '2', '61'].map(refused),
  )
  const listed = await answers({ proof: false, allowed: new AddressSet([parseRange('10.0.0.0/8')!]) }, {})
  expect(listed).toEqual([
    ...[{ ok: false, status: 403, result: 'ip', code: 'address_forbidden', detail: 'This address may not scrape.' }],
  ])
})

const junk = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    'Bearer',
    'bearer ',
    'Bearer  ',
    'Basic x',
    ',',
    'Bearer\t',
    'Bearer undefined',
    'Bearer null',
  ),
  fc.constantFrom(TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase(), ` ${TOKEN}x`, `${TOKEN},${TOKEN}`),
  fc.string({ maxLength: 30 }).map((text) => `Bearer ${text}`),
  fc.string({ maxLength: 30 }).map((text) => `Bearer ${TOKEN}${text}x`),
  fc.constant('x'.repeat(100_000)),
)
const value = fc.oneof(junk, fc.array(junk, { minLength: 2, maxLength: 3 }), fc.constant(undefined))
const forwarded = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string({ maxLength: 60 }),
  fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 20 })), { maxLength: 40 }).map((all) => all.join(',')),
  fc.ipV4().map((text) => `for=${text};proto=http`),
)

test('no header that is not the token opens it, nothing throws, and nothing of it comes back [R-20] [R-22]', async () => {
  const limit = new ClientLimit({ capacity: 1e9, perMinute: 60, places: 50 })
  const proxied = guard({
    methods: ['bearer_token', 'api_key', 'jwt'],
    jwt: { verify: async () => ({ ok: false, result: 'invalid', detail: '' }) },
    clients: new ClientAddresses({ ranges: [parseRange('192.0.2.0/24')!], unix: true }),
    limit,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        authorization: value,
        'x-api-key': value,
        'x-forwarded-for': fc.option(forwarded, { nil: undefined }),
        forwarded: fc.option(forwarded, { nil: undefined }),
      }),
      fc.constantFrom('192.0.2.1', '203.0.113.7', '::ffff:192.0.2.9', 'fe80::1%eth0', null, 'nonsense'),
      async (headers, address) => {
        const decision: Decision = await proxied.decide(question(headers, address))
        expect(decision.ok).toBe(false)
        if (decision.ok) return
        expect([401, 403, 429, 503]).toContain(decision.status)
        const told = JSON.stringify([decision.detail, decision.headers, decision.code])
        expect(told).not.toContain(TOKEN)
        expect(told.length).toBeLessThan(300)
        for (const line of Object.values(decision.headers ?? {})) expect(line).toMatch(/^[\x20-\x7e]+$/)
        expect(limit.size).toBeLessThanOrEqual(50)
      },
    ),
    { numRuns: 300 },
  )
})

test('the token opens it however it is written, by whoever sends it [R-19]', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[\x21-\x7e]{1,80}$/).filter((text) => text.toLowerCase() !== 'bearer'),
      fc.constantFrom('Bearer', 'bearer', 'BEARER'),
      fc.integer({ min: 1, max: 5 }),
      async (token, scheme, spaces) => {
        const open = guard({ token, methods: ['bearer_token', 'api_key'] })
        const bearer = await open.decide(question({ authorization: `${scheme}${' '.repeat(spaces)}${token}` }))
        const key = await open.decide(question({ 'x-api-key': token }))
        const other = await open.decide(question({ authorization: `${scheme} ${token}x` }))
        expect([bearer.ok, key.ok, other.ok]).toEqual([true, true, false])
      },
    ),
    { numRuns: 200 },
  )
})

test('what a header carries is read by one grammar, and what it is not is said [R-22]', () => {
  const read = (value: string | string[] | undefined, header = 'x-mine', raw?: string[]) =>
    credentialIn(header, { headers: { [header]: value }, ...(raw && { raw }) })
  const missing = { state: 'missing' }
  const given = (text: string) => ({ state: 'given', text })
  const malformed = (detail: string) => ({ state: 'malformed', detail })
  const write = malformed('Write `Bearer`, one space and the token.')
  const letters = malformed('The credential has characters that no token has.')
  const twice = (header: string) => malformed(`The header ${header} came twice.`)
  expect([
    read(undefined),
    read(''),
    read('  '),
    read(' a '),
    read('Bearer a'),
    read('bearer  a'),
    read('a b'),
  ]).toEqual([...[missing, missing, missing, given('a'), given('a'), given('a'), letters]])
  expect([read('Bearer'), read('Bearer a b'), read('x'.repeat(8193)), read('x'.repeat(8192)).state]).toEqual([
    ...[write, write, malformed('The credential is too long.'), 'given'],
  ])
  expect([read('Basic a', 'authorization'), read('a', 'authorization'), read('Bearer a', 'authorization')]).toEqual([
    ...[missing, missing, given('a')],
  ])
  expect([
    read(['a', 'b']),
    read('a', 'x-mine', ['X-Mine', 'a', 'x-mine', 'b']),
    read('a', 'x-mine', ['X-Mine', 'a']),
  ]).toEqual([...[twice('x-mine'), twice('x-mine'), given('a')]])
  // Names of the same length, and values that are called so, are none of it.
  expect(read('a', 'x-mine', ['x-mine', 'a', 'x-your', 'x-mine', 'x-mine-too', 'b', 'other', 'x-mine'])).toEqual(
    given('a'),
  )
})

test('reading a credential takes no longer than reading it once', () => {
  // Quadratic reading of these would take minutes.
  const long = [' '.repeat(1e6), `Bearer ${' '.repeat(1e6)}x`, `${'a '.repeat(5e5)}`, `Bearer ${'\t'.repeat(1e6)}`]
  for (const text of long)
    expect(credentialIn('authorization', { headers: { authorization: text } }).state).not.toBe('given')
})

let server: ReturnType<typeof createServer>
beforeAll(async () => {
  const { serve } = createConsole({
    routes: [{ method: 'GET', path: '/metrics', tier: 'scrape', answer: () => ({ status: 200, body: 'let in\n' }) }],
    guard: guardOf({ scrape: guard({ methods: ['bearer_token', 'api_key'] }) }),
  })
  server = await listening(createServer(serve))
})
afterAll(() => server.close())

/** Bytes on a socket, as no client library would send them. */
function spoken(text: string): Promise<string> {
  const { port } = server.address() as { port: number }
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(Buffer.from(text, 'latin1')))
    socket.on('data', (chunk) => (answer += chunk))
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
  })
}

test('over a socket: no bytes in the headers open it, and each is answered [R-19] [R-20]', async () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }).map((text) => `Authorization: Bearer ${text.replace(/[\r\n]/g, '')}`),
    fc.string({ maxLength: 40 }).map((text) => `X-Api-Key: ${text.replace(/[\r\n]/g, '')}`),
    fc.constantFrom(
      `Authorization: Bearer ${TOKEN}\r\nAuthorization: Bearer x`,
      `Authorization: Bearer x\r\nAuthorization: Bearer ${TOKEN}`,
      `Authorization: Bearer ${TOKEN}\r\nauthorization: Bearer ${TOKEN}`,
      `X-Api-Key: ${TOKEN}\r\nX-Api-Key: ${TOKEN}`,
      `Authorization:\r\n Bearer ${TOKEN}`,
      `Authorization : Bearer ${TOKEN}`,
      `Authorization\t: Bearer ${TOKEN}`,
      `Proxy-Authorization: Bearer ${TOKEN}`,
      `Authorization: Bearer ${TOKEN}\u0000`,
      `Cookie: authorization=Bearer ${TOKEN}`,
    ),
  )
  await fc.assert(
    fc.asyncProperty(line, async (headers) => {
      const answer = await spoken(`GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${headers}\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 (?:401|400|431) /)
      expect(answer).not.toContain('let in')
    }),
    { numRuns: 150 },
  )
  const good = await spoken(
    `GET http://elsewhere/metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
  )
  expect(good).toContain('let in')
})

test('through fetch it is as closed as over a socket, and its headers in a list are no token [ruling 47]', async () => {
  const { fetch } = createConsole({
    routes: [{ method: 'GET', path: '/metrics', tier: 'scrape', answer: () => ({ status: 200, body: 'let in\n' }) }],
    guard: guardOf({ scrape: guard() }),
  })
  const status = async (headers: [string, string][], url = 'http://h/metrics', method = 'GET') =>
    (await fetch(new Request(url, { method, headers }))).status
  const good: [string, string] = ['authorization', `Bearer ${TOKEN}`]
  expect([
    await status([]),
    await status([good]),
    await status([good, good]),
    await status([good, ['Authorization', 'Bearer x']]),
    await status([], 'http://h/x/../metrics'),
    await status([], 'http://h/metrics', 'HEAD'),
    await status([good], 'http://h/metrics', 'POST'),
    await status([good], 'http://h/metrics/'),
    await status([good], 'http://h//metrics'),
  ]).toEqual([401, 200, 401, 401, 401, 401, 405, 404, 404])
})

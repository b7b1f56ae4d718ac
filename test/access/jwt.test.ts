import fc from 'fast-check'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { Jwt, type JwtOptions } from '../../src/access/jwt.ts'
import { type KeyOptions, publicKeys, RemoteKeys } from '../../src/access/keys.ts'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import {
  claims,
  forged,
  hmac,
  Issuer,
  jwkOf,
  NOW,
  type Pair,
  pair,
  SECRET,
  shared,
  signature,
  signed,
} from './issuer.ts'

const INVALID = { ok: false, result: 'invalid', detail: 'The token is not valid.' }
const EXPIRED = { ok: false, result: 'expired', detail: 'The token has expired.' }
const CLOSED = { ok: false, result: 'invalid', status: 503, detail: 'Tokens cannot be verified at the moment.' }
const ALL = ['HS256', 'RS256', 'ES256', 'EdDSA'] as const

let rsa: Pair
let ec: Pair
let ed: Pair
const said: Notice[] = []
const undo: (() => unknown)[] = []

beforeAll(() => {
  rsa = pair('RS256', 'rsa')
  ec = pair('ES256', 'ec')
  ed = pair('EdDSA', 'ed')
})

afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
  said.length = 0
})

const jwt = (over: Partial<JwtOptions> = {}) =>
  new Jwt({ secret: SECRET, algorithms: ALL, toleranceMs: 5000, now: () => NOW * 1000, ...over })

/** A server that publishes these keys, and a verifier that asks it; `clock` moves the time of the keys, in seconds. */
async function published(pairs: readonly (Pair | object)[], over: Partial<KeyOptions> = {}) {
  const issuer = await new Issuer().listen()
  issuer.keys = pairs.map((one) => ('privateKey' in one ? jwkOf(one as Pair) : one))
  const clock = { seconds: 0 }
  const options = { url: issuer.url, policy: 'operator' as const, refreshMs: 600_000, staleMs: 3_600_000 }
  const keys = new RemoteKeys({ ...options, now: () => clock.seconds * 1000, ...over })
  const before = onNotice((notice) => said.push(notice))
  undo.push(
    () => issuer.close(),
    () => keys.close(),
    () => onNotice(before),
  )
  return { issuer, clock, keys, verifier: jwt({ keys }) }
}

const ok = async (verifier: Jwt, token: string) => (await verifier.verify(token)).ok
const subject = { ok: true, caller: { method: 'jwt', subject: 'alice' } }

test('a token of each algorithm is verified, and says who asks', async () => {
  const { verifier } = await published([rsa, ec, ed])
  const caller = {
    method: 'jwt',
    tokenId: 'id-1',
    subject: 'alice',
    scopes: ['openid', 'system/*.rs', 'user/*.rs'],
    roles: ['platform_admin'],
    tenant: 'acme',
  }
  const payload = claims({
    jti: 'id-1',
    scope: 'openid system/*.rs',
    scopes: ['user/*.rs', 'openid'],
    roles: ['platform_admin'],
    tenant_id: 'acme',
  })
  for (const token of [shared(payload), signed(rsa, payload), signed(ec, payload), signed(ed, payload)])
    expect(await verifier.verify(token)).toEqual({ ok: true, caller })
})

test('a token that names nothing but its end is a caller without rights', async () => {
  expect(await jwt().verify(shared({ exp: NOW + 1 }))).toEqual({
    ok: true,
    caller: { method: 'jwt', tokenId: null, subject: null, scopes: [], roles: [], tenant: '' },
  })
})

test.each<[string, Readonly<Record<string, unknown>>, unknown]>([
  ['it is over', { exp: NOW - 6 }, EXPIRED],
  ['it is over in this very moment, tolerance included', { exp: NOW - 5 }, EXPIRED],
  ['it never ends', { exp: undefined }, INVALID],
  ['its end is a text', { exp: String(NOW + 300) }, INVALID],
  ['it is not yet valid', { nbf: NOW + 6 }, INVALID],
  ['it was made in the future', { iat: NOW + 6 }, INVALID],
  ['it was made at a time that is a text', { iat: 'now' }, INVALID],
  ['its issuer is another', { iss: 'https://evil.example' }, INVALID],
  ['its issuer is a list', { iss: ['https://id.example'] }, INVALID],
  ['it names no issuer', { iss: undefined }, INVALID],
  ['it is for somebody else', { aud: 'billing' }, INVALID],
  ['it is for nobody', { aud: [] }, INVALID],
  ['its tenant is a list', { tenant_id: ['acme'] }, INVALID],
  ['its tenant is a number', { tenant_id: 7 }, INVALID],
  ['its tenant is true', { tenant_id: true }, INVALID],
  ['its tenant is without end', { tenant_id: 'a'.repeat(257) }, INVALID],
  ['its scopes are an object', { scopes: { 0: 'system/*.rs' } }, INVALID],
  ['its scope is a number', { scope: 1 }, INVALID],
  ['its roles are mixed', { roles: ['user', 1] }, INVALID],
  ['it has too many scopes', { scopes: new Array(257).fill('a') }, INVALID],
  ['its subject is an object', { sub: {} }, INVALID],
  ['its id is a number', { jti: 1 }, INVALID],
])('a token is refused because %s', async (_, over, expected) => {
  const verifier = jwt({ issuer: 'https://id.example', audience: 'shop' })
  const good = { iss: 'https://id.example', aud: ['shop', 'other'] }
  expect(await verifier.verify(shared(claims(good)))).toMatchObject(subject)
  expect(await verifier.verify(shared(claims({ ...good, ...over })))).toEqual(expected)
})

test('clocks that differ within the tolerance are forgiven', async () => {
  for (const over of [{ exp: NOW - 4 }, { nbf: NOW + 5 }, { iat: NOW + 5 }])
    expect(await ok(jwt(), shared(claims(over)))).toBe(true)
  expect(await jwt({ toleranceMs: 0 }).verify(shared(claims({ exp: NOW - 1 })))).toEqual(EXPIRED)
})

test('claims of roles and tenant go by the configured name, whole or as a path', async () => {
  const roles = async (rolesClaim: string, over: Readonly<Record<string, unknown>>) => {
    const found = await jwt({ rolesClaim, tenantClaim: 'org' }).verify(shared(claims(over)))
    return found.ok ? [found.caller.roles, found.caller.tenant] : found
  }
  expect(await roles('realm_access.roles', { realm_access: { roles: ['a'] }, org: 'acme', tenant_id: 'x' })).toEqual([
    ['a'],
    'acme',
  ])
  expect(await roles('https://id.example/roles', { 'https://id.example/roles': 'a b' })).toEqual([['a', 'b'], ''])
  expect(await roles('constructor.name', {})).toEqual([[], ''])
  expect(await roles('__proto__', {})).toEqual([[], ''])
})

test('alg none and its spellings are refused, with and without a signature', async () => {
  const { verifier } = await published([rsa])
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    undefined,
    null,
    'HS512',
    'RS512',
    'PS256',
    'hs256',
    ['HS256'],
  ])
    for (const made of ['', 'AA', hmac(SECRET)])
      expect(
        await verifier.verify(forged({ alg, kid: 'rsa' }, claims(), typeof made === 'string' ? () => made : made)),
      ).toEqual(INVALID)
})

test('a public key is no shared secret: HS256 with it is refused, in every form of the key', async () => {
  const { verifier } = await published([rsa, ec])
  for (const one of [rsa, ec])
    for (const secret of [
      one.publicKey.export({ type: 'spki', format: 'pem' }),
      one.publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(jwkOf(one)),
      String((jwkOf(one) as { n?: string }).n),
    ]) {
      expect(await verifier.verify(shared(claims(), { kid: one.kid }, secret))).toEqual(INVALID)
    }
})

test('the shared secret verifies no public algorithm, and a symmetric key that is published verifies nothing', async () => {
  const oct = { kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), kid: 'oct' }
  const { verifier } = await published([rsa, oct, { ...oct, alg: 'RS256' }, { ...oct, alg: 'HS256' }])
  expect(await verifier.verify(forged({ alg: 'RS256', kid: 'oct' }, claims(), hmac(SECRET)))).toEqual(INVALID)
  const { keys } = await published([rsa, oct])
  const without = new Jwt({ keys, algorithms: ALL, now: () => NOW * 1000 })
  expect(await without.verify(shared(claims(), { kid: 'oct' }))).toEqual(INVALID)
})

test('a key serves the algorithm of its kind alone', async () => {
  const { verifier } = await published([rsa, ec, ed])
  for (const [one, alg] of [
    [rsa, 'ES256'],
    [ec, 'RS256'],
    [ed, 'ES256'],
    [ec, 'EdDSA'],
  ] as const)
    expect(await verifier.verify(forged({ alg, kid: one.kid }, claims(), signature(one)))).toEqual(INVALID)
})

test('an algorithm that is not on the list is refused although its key is there', async () => {
  const { keys } = await published([rsa, ec])
  const only = jwt({ keys, algorithms: ['ES256'] })
  expect(await ok(only, signed(ec))).toBe(true)
  expect(await only.verify(signed(rsa))).toEqual(INVALID)
  expect(await only.verify(shared())).toEqual(INVALID)
})

test('keys that a token brings along, or points at, are not looked at', async () => {
  const own = pair('RS256', 'rsa')
  const { verifier, issuer } = await published([rsa])
  const evil = await new Issuer().listen()
  undo.push(() => evil.close())
  evil.keys = [jwkOf(own)]
  for (const header of [{ jwk: jwkOf(own) }, { jku: evil.url }, { x5u: evil.url }, { x5c: ['AAAA'] }])
    expect(await verifier.verify(signed(own, claims(), header))).toEqual(INVALID)
  expect(evil.asked).toBe(0)
  expect(issuer.asked).toBe(1)
})

test.each([
  ['../../etc/passwd'],
  ["' OR 1=1 --"],
  ['__proto__'],
  ['constructor'],
  [''],
  ['k'.repeat(257)],
  [7],
  [{}],
  [null],
])('the key id %j finds no key', async (kid) => {
  const { verifier } = await published([rsa])
  expect(await verifier.verify(signed(rsa, claims(), { kid }))).toEqual(INVALID)
})

test('a token without key id is tried with the few keys that fit', async () => {
  const second = pair('ES256', 'ec-2')
  const { verifier } = await published([rsa, ec, second])
  expect(await ok(verifier, signed(second, claims(), { kid: undefined }))).toBe(true)
  expect(await verifier.verify(signed(second, claims({ exp: NOW - 60 }), { kid: undefined }))).toEqual(EXPIRED)
})

test('what a token says must be understood is refused whatever it is', async () => {
  for (const header of [{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { crit: [] }, { b64: true }, { crit: 'x' }])
    expect(await jwt().verify(shared(claims(), header))).toEqual(INVALID)
})

test('what is no signed token is refused: encrypted, cut, changed, too long, of other characters', async () => {
  const good = shared()
  const [head, body, mark] = good.split('.') as [string, string, string]
  const long = shared(claims({ pad: 'x'.repeat(7000) }))
  for (const token of [
    ...['', '.', '..', 'a.b.c', good.slice(0, -1), `${good}A`, `${good}=`, ` ${good}`, `${good}\n`, `${good}.${mark}`],
    ...[`${head}.${body}.`, `${head}..${mark}`, `.${body}.${mark}`, `${head}.${body}`, `${head}.${body}.${mark}.x.y`],
    ...[`${head}.${Buffer.from(JSON.stringify(claims({ sub: 'root' }))).toString('base64url')}.${mark}`, long],
    ...[shared('null'), shared('[]'), shared('"text"'), shared('{"exp":'), shared('{"exp":1e999}')],
  ])
    expect(await jwt().verify(token)).toEqual(INVALID)
  for (const token of [undefined, null, 7, {}, []]) expect(await jwt().verify(token as never)).toEqual(INVALID)
})

test('a secret that is too short, or none, verifies nothing', async () => {
  for (const secret of ['short', 'x'.repeat(31), '', undefined])
    expect(await jwt({ secret }).verify(shared(claims(), {}, secret || 'x'))).toEqual(CLOSED)
  expect(await ok(jwt({ secret: 'x'.repeat(32) }), shared(claims(), {}, 'x'.repeat(32)))).toBe(true)
})

test('many who ask at once cause one fetch, and later ones none', async () => {
  const { verifier, issuer } = await published([rsa])
  const token = signed(rsa)
  expect(await Promise.all(Array.from({ length: 20 }, () => ok(verifier, token)))).toEqual(new Array(20).fill(true))
  expect(await ok(verifier, token)).toBe(true)
  expect(issuer.asked).toBe(1)
})

test('keys are fetched anew when they are no longer new, and what was withdrawn is refused', async () => {
  const { verifier, issuer, clock } = await published([rsa, ec])
  expect(await ok(verifier, signed(ec))).toBe(true)
  issuer.keys = [jwkOf(rsa)]
  clock.seconds = 599
  expect(await ok(verifier, signed(ec))).toBe(true)
  clock.seconds = 600
  expect(await verifier.verify(signed(ec))).toEqual(INVALID)
  expect(issuer.asked).toBe(2)
})

test('an unknown key id makes one fetch in a while, however many tokens name one', async () => {
  const next = pair('RS256', 'next')
  const { verifier, issuer, clock } = await published([rsa])
  expect(await ok(verifier, signed(rsa))).toBe(true)
  for (let i = 0; i < 10; i++) expect(await verifier.verify(signed(rsa, claims(), { kid: `${i}` }))).toEqual(INVALID)
  expect(issuer.asked).toBe(2)
  issuer.keys = [jwkOf(rsa), jwkOf(next)]
  expect(await verifier.verify(signed(next))).toEqual(INVALID)
  clock.seconds = 30
  expect(await ok(verifier, signed(next))).toBe(true)
  expect(issuer.asked).toBe(3)
})

test('while the address fails the last good keys are used for a while, then nobody is verified', async () => {
  const { verifier, issuer, clock } = await published([rsa])
  expect(await ok(verifier, signed(rsa))).toBe(true)
  issuer.answer = (_, response) => void response.writeHead(500).end('no')
  clock.seconds = 700
  expect(await ok(verifier, signed(rsa))).toBe(true)
  expect(await verifier.verify(signed(rsa, claims(), { kid: 'unknown' }))).toEqual(CLOSED)
  clock.seconds = 4200
  expect(await ok(verifier, signed(rsa))).toBe(true)
  clock.seconds = 4201
  expect(await verifier.verify(signed(rsa))).toEqual(CLOSED)
  expect(await ok(verifier, shared())).toBe(true)
  issuer.answer = (_, response) => issuer.publish(response)
  clock.seconds = 4210
  expect(await ok(verifier, signed(rsa))).toBe(true)
  expect(said.map(({ level, text }) => `${level} ${text.replace(/:\d+/, '')}`)).toEqual([
    'warn the keys at 127.0.0.1/keys cannot be fetched, the last good ones are used for a while: it answered 500',
    'info the keys at 127.0.0.1/keys can be fetched again',
  ])
})

test('an address that never answered verifies nobody, and is not asked again at once', async () => {
  const { verifier, issuer, clock } = await published([rsa])
  issuer.answer = (_, response) => void response.destroy()
  for (let i = 0; i < 5; i++) expect(await verifier.verify(signed(rsa))).toEqual(CLOSED)
  expect(issuer.asked).toBe(1)
  issuer.answer = (_, response) => issuer.publish(response)
  clock.seconds = 5
  expect(await ok(verifier, signed(rsa))).toBe(true)
})

test('an address that does not answer in time verifies nobody', async () => {
  const { verifier, issuer } = await published([rsa], { timeoutMs: 50 })
  issuer.answer = () => {}
  expect(await verifier.verify(signed(rsa))).toEqual(CLOSED)
})

test('no redirect is followed to other keys', async () => {
  const own = pair('RS256', 'rsa')
  const evil = await new Issuer().listen()
  undo.push(() => evil.close())
  evil.keys = [jwkOf(own)]
  const { verifier, issuer } = await published([rsa])
  issuer.answer = (_, response) =>
    void response.writeHead(302, { location: evil.url }).end(JSON.stringify({ keys: evil.keys }))
  expect(await verifier.verify(signed(own))).toEqual(CLOSED)
  expect(evil.asked).toBe(0)
})

test.each([
  ['no JSON', '<html>'],
  ['a list', '[]'],
  ['null', 'null'],
  ['no keys', '{"keys":[]}'],
  ['keys of other kinds', '{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-384","x":"A","y":"A"},null,7]}'],
  ['more than it may be', `{"keys":[${' '.repeat(300_000)}]}`],
])('an answer that is %s replaces no keys', async (_, body) => {
  const { verifier, issuer, clock } = await published([rsa])
  expect(await ok(verifier, signed(rsa))).toBe(true)
  issuer.answer = (_, response) => void response.end(body)
  clock.seconds = 700
  expect(await ok(verifier, signed(rsa))).toBe(true)
  expect(issuer.asked).toBe(2)
})

test('of a published key its public members alone are taken, and only if it is for signatures and strong enough', () => {
  const whole = { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'rsa' }
  const weak = jwkOf(pair('RS256', 'weak', 1024))
  const keys = publicKeys(
    JSON.stringify({
      keys: [
        ...[whole, weak, jwkOf(ec, { use: 'enc' }), jwkOf(ec, { key_ops: ['sign'] }), jwkOf(ed, { alg: 'RS256' })],
        ...[jwkOf(rsa, { kid: 7 }), jwkOf(ec, { x: '!' }), jwkOf(ed, { x: undefined }), jwkOf(ed, { alg: 'Ed25519' })],
      ],
    }),
  )
  expect(keys.map(({ kid, alg, jwk }) => [kid, alg, Object.keys(jwk).sort().join()])).toEqual([
    ['rsa', 'RS256', 'e,kty,n'],
    ['ed', 'EdDSA', 'crv,kty,x'],
  ])
})

test('a key that is no point of its curve verifies nothing and spoils nothing', async () => {
  const bad = jwkOf(ec, { x: Buffer.alloc(32, 1).toString('base64url'), kid: 'bad' })
  const { verifier } = await published([bad, ec])
  expect(await verifier.verify(signed(ec, claims(), { kid: 'bad' }))).toEqual(INVALID)
  expect(await ok(verifier, signed(ec, claims(), { kid: undefined }))).toBe(true)
})

test('an address that the policy refuses is a fault at once', () => {
  const options = { policy: 'strict' as const, refreshMs: 1, staleMs: 1, now: () => 0 }
  expect(() => new RemoteKeys({ url: 'http://127.0.0.1/keys', ...options })).toThrow('ENDPOINT_FORBIDDEN')
  expect(() => new RemoteKeys({ url: 'http://169.254.169.254/', ...options, policy: 'operator' })).toThrow(
    'ENDPOINT_FORBIDDEN',
  )
})

test('no token that the secret did not sign is accepted, whatever is sent', async () => {
  const verifier = jwt()
  const value = fc.oneof(fc.constantFrom('HS256', 'none', 'RS256', 'JWT'), fc.json(), fc.string())
  const header = fc.dictionary(fc.constantFrom('alg', 'typ', 'kid', 'crit', 'b64', 'jku', 'zip', 'enc'), value)
  const made = fc.tuple(header, fc.dictionary(fc.string(), fc.jsonValue()), fc.uint8Array({ maxLength: 64 }))
  const forgery = made.map(([head, body, mark]) => forged(head, { ...claims(), ...body }, () => Buffer.from(mark)))
  await fc.assert(
    fc.asyncProperty(fc.oneof(forgery, fc.string({ unit: 'binary', maxLength: 100 })), async (token) => {
      expect(await verifier.verify(token)).toEqual(INVALID)
    }),
    { numRuns: 300 },
  )
})

test('a claim of any shape makes a caller of words alone, or none', async () => {
  const names = fc.constantFrom('sub', 'jti', 'scope', 'scopes', 'roles', 'tenant_id', 'iat', 'nbf', 'exp', '__proto__')
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, fc.jsonValue()), async (over) => {
      const found = await jwt().verify(shared({ ...claims(), ...over }))
      if (!found.ok) return void expect(['invalid', 'expired']).toContain(found.result)
      const { scopes, roles, tenant, subject, tokenId } = found.caller
      for (const word of [...scopes, ...roles, tenant, subject ?? '', tokenId ?? '']) expect(typeof word).toBe('string')
    }),
    { numRuns: 200 },
  )
})

test('words, lists and texts of a token have a length and a number that count, up to the last', async () => {
  const verifier = jwt()
  const said = async (over: Readonly<Record<string, unknown>>, header: object = {}) => {
    const found = await verifier.verify(shared(claims(over), header))
    return found.ok ? 'ok' : found.result
  }
  const x = (length: number) => 'x'.repeat(length)
  const many = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`)
  const taken = [
    { sub: x(256) },
    { jti: x(256) },
    { tenant_id: x(256) },
    { scopes: many(256) },
    { roles: [x(2048)] },
    { scope: `${many(256).join('  ')} ` },
    { scope: null, scopes: null, roles: null, tenant_id: null },
    { scope: '', roles: [] },
  ]
  const refused = [
    ...[{ sub: x(257) }, { jti: x(257) }, { sub: 7 }, { jti: null }, { tenant_id: x(257) }, { tenant_id: 7 }],
    ...[{ scopes: many(257) }, { scope: many(257).join(' ') }, { roles: many(257) }, { roles: [x(2049)] }],
    ...[{ scope: 7 }, { scopes: {} }, { roles: true }, { scope: [7] }, { scopes: ['a', null] }, { roles: [['a']] }],
    ...[
      { scope: 7, scopes: 'a', roles: 'a' },
      { scope: 'a', scopes: 7, roles: 'a' },
    ],
  ]
  expect(await Promise.all(taken.map((over) => said(over)))).toEqual(taken.map(() => 'ok'))
  expect(await Promise.all(refused.map((over) => said(over)))).toEqual(refused.map(() => 'invalid'))
  expect([
    await said({}, { kid: x(256) }),
    await said({}, { kid: x(257) }),
    await said({}, { kid: 7 }),
    await said({}, { kid: null }),
  ]).toEqual([...['ok', 'invalid', 'invalid', 'invalid']])
  const found = await verifier.verify(shared(claims({ scope: ' a  b ', scopes: ['b', 'c'] })))
  expect(found.ok && found.caller.scopes).toEqual(['a', 'b', 'c'])
  expect(await verifier.verify(undefined as never)).toEqual(INVALID)
  for (const header of [{ crit: ['exp'] }, { crit: [] }, { b64: true }, { alg: undefined }])
    expect(await said({}, header)).toBe('invalid')
})

test('a path to roles that leads through what is no object leads nowhere', async () => {
  const verifier = jwt({ rolesClaim: 'a.b' })
  for (const a of [null, 7, 'x', [], { b: null }]) {
    const found = await verifier.verify(shared(claims({ a })))
    expect(found.ok && found.caller.roles).toEqual([])
  }
})

test('of a published set only what is said to be a key of ours is one', () => {
  const keys = (...list: unknown[]) => publicKeys(JSON.stringify({ keys: [...list, jwkOf(ed, { kid: 'last' })] }))
  const kids = (...list: unknown[]) => keys(...list).map(({ kid }) => kid)
  const one = (over: object, by: Pair = ed) => jwkOf(by, { kid: 'one', ...over })
  const taken = [
    ...[
      one({}),
      one({ alg: undefined }),
      one({ alg: 'Ed25519' }),
      one({ use: undefined }),
      one({ key_ops: ['verify'] }),
    ],
    ...[one({ key_ops: ['sign', 'verify'] }), one({}, ec), one({}, rsa)],
  ]
  for (const key of taken) expect(kids(key)).toEqual(['one', 'last'])
  expect(kids(one({ kid: undefined }))).toEqual([null, 'last'])
  const left = [
    ...[null, 7, 'x', [], {}, one({ use: 'enc' }), one({ key_ops: ['sign'] }), one({ key_ops: 'verify' })],
    ...[one({ kid: 7 }), one({ kid: null }), one({ alg: 'ES256' }), one({ alg: 'Ed25519' }, ec), one({ kty: 'EC' })],
    ...[one({ crv: 'X25519' }), one({ kty: 'XXX' }), one({ crv: 'P-384' }, ec), one({ kty: 'OKP' }, ec)],
    ...[one({ x: undefined }), one({ x: 7 }), one({ x: 'a b' }), one({ y: undefined }, ec), one({ kty: 'XXX' }, ec)],
  ]
  for (const key of left) expect([key, kids(key)]).toEqual([key, ['last']])
  const text = 'it is no set of keys'
  for (const set of ['null', '7', '{}', '{"keys":{}}', '{"keys":"x"}']) expect(() => publicKeys(set)).toThrow(text)
  expect(() => publicKeys('{"keys":[]}')).toThrow('it has no key for RS256, ES256 or EdDSA')
})

test('what is asked for at the address of the keys, and what is said when it fails and comes back', async () => {
  const { issuer, clock, keys, verifier } = await published([ed])
  const accepts: unknown[] = []
  const { answer } = issuer
  issuer.answer = (request, response) => {
    accepts.push(request.headers.accept)
    return answer.call(issuer, request, response)
  }
  expect((await verifier.verify(signed(ed))).ok).toBe(true)
  expect(accepts).toEqual(['application/jwk-set+json, application/json'])
  issuer.answer = (_, response) => void response.writeHead(500).end()
  clock.seconds += 601
  await verifier.verify(signed(ed))
  await expect.poll(() => said.length).toBe(1)
  issuer.answer = answer
  clock.seconds += 601
  await verifier.verify(signed(ed))
  await expect.poll(() => said.length).toBe(2)
  expect(said.map(({ level, event, text }) => `${level} ${event}: ${text.replaceAll(/127[^ ,]*/g, 'URL')}`)).toEqual([
    'warn access.keys: the keys at URL cannot be fetched, the last good ones are used for a while: it answered 500',
    'info access.keys: the keys at URL can be fetched again',
  ])
  keys.close()
  const never = await published([ed])
  never.issuer.answer = (_, response) => void response.writeHead(404).end()
  expect(await never.verifier.verify(signed(ed))).toEqual(CLOSED)
  expect(said.at(-1)!.text).toMatch(/cannot be fetched, nobody can be verified: it answered 404$/)
})

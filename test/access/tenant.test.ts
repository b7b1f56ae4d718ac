import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decideTenant,
  RESERVED_SEGMENTS,
  type RoutingMode,
  stripTenantPrefix,
  type TenantQuestion,
  type TenantRules,
} from '../../src/access.ts'

const rules = (over: Partial<TenantRules> = {}): TenantRules => ({
  mode: 'both',
  strict: false,
  defaultTenant: 'main',
  ...over,
})
const decide = (question: Partial<TenantQuestion>, over: Partial<TenantRules> = {}) => {
  const decision = decideTenant({ principal: true, ...question }, rules(over))
  return decision.ok ? decision.tenant : decision.status
}
const nobody = { principal: false }

test('case 1: without a principal the URL, then the header, then the default decides, by routing mode [H-49]', () => {
  expect(decide({ ...nobody })).toBe('main')
  expect(decide({ ...nobody, header: 'acme' })).toBe('acme')
  expect(decide({ ...nobody, url: 'acme' })).toBe('acme')
  expect(decide({ ...nobody, header: 'beta', url: 'acme' })).toBe('acme')
  expect(decide({ ...nobody, header: 'beta', url: 'acme' }, { mode: 'header_only' })).toBe('beta')
  expect(decide({ ...nobody, header: 'beta', url: 'acme' }, { mode: 'url_path' })).toBe('acme')
  expect(decide({ ...nobody, header: 'beta' }, { mode: 'url_path' })).toBe('main')
})

test('case 1: strict mode refuses header and URL that disagree, with 400; equal ones pass [H-49]', () => {
  expect(decide({ ...nobody, header: 'beta', url: 'acme' }, { strict: true })).toBe(400)
  expect(decide({ ...nobody, header: 'acme', url: 'acme' }, { strict: true })).toBe('acme')
  expect(decide({ ...nobody, header: 'beta', url: 'acme' }, { strict: true, mode: 'header_only' })).toBe('beta')
})

test('case 1: nothing named and an empty default is 400 [H-49]', () => {
  expect(decide({ ...nobody }, { defaultTenant: '' })).toBe(400)
  expect(decide({ ...nobody, header: '  ' }, { defaultTenant: '' })).toBe(400)
})

test('case 2: a claim wins and a different header is ignored [H-49]', () => {
  expect(decide({ claim: 'acme', header: 'beta' })).toBe('acme')
  expect(decide({ claim: 'acme' })).toBe('acme')
})

test('case 2: strict mode refuses a header that differs from the claim, with 400 [H-49]', () => {
  expect(decide({ claim: 'acme', header: 'beta' }, { strict: true })).toBe(400)
  expect(decide({ claim: 'acme', header: 'acme' }, { strict: true })).toBe('acme')
})

test("case 2: one tenant's data is never served under another's path: 403, strict 400 [H-49]", () => {
  expect(decide({ claim: 'acme', url: 'beta' })).toBe(403)
  expect(decide({ claim: 'acme', url: 'beta' }, { strict: true })).toBe(400)
  expect(decide({ claim: 'acme', url: 'acme', header: 'beta' })).toBe('acme')
})

test.each([undefined, null, '', '  '])(
  'case 3: a token whose claim is %j and a request that asks for nothing get the default tenant [H-49]',
  (claim) => {
    expect(decide({ claim })).toBe('main')
    expect(decide({ claim }, { strict: true })).toBe('main')
  },
)

test.each([undefined, ''])(
  'case 4: a token whose claim is %j may not choose another tenant, by header or URL [H-49]',
  (claim) => {
    expect(decide({ claim, header: 'acme' })).toBe(403)
    expect(decide({ claim, url: 'acme' })).toBe(403)
    expect(decide({ claim, url: 'main', header: 'acme' })).toBe(403)
  },
)

test('case 5: naming exactly the default tenant is allowed [H-49]', () => {
  expect(decide({ header: 'main' })).toBe('main')
  expect(decide({ url: 'main' })).toBe('main')
  expect(decide({ header: 'Main' })).toBe(403)
})

test('case 6: an empty default fails closed with 400 [H-49]', () => {
  expect(decide({}, { defaultTenant: '' })).toBe(400)
  expect(decide({ header: 'acme' }, { defaultTenant: '' })).toBe(400)
})

test('where authentication is configured a header without a verified token chooses nothing [H-20]', () => {
  expect(decide({ ...nobody, header: 'acme' }, { authentication: true })).toBe(403)
  expect(decide({ ...nobody }, { authentication: true })).toBe('main')
  expect(decide({ ...nobody, claim: 'acme' }, { authentication: true })).toBe('main')
})

test('a name with characters that are not allowed, or too long, is 400', () => {
  for (const header of ['a b', 'a/b', 'a\nb', '<x>', '.', '..', 'x'.repeat(129)])
    expect(decide({ ...nobody, header })).toBe(400)
  for (const header of ['acme', 'a-b_c.d', 'x'.repeat(128), '9f0c1a', 'org:1'])
    expect(decide({ ...nobody, header })).toBe(header)
})

test('the decision keeps no state: the same question has the same answer, whatever came between [H-53]', () => {
  const word = fc.option(fc.constantFrom('', 'main', 'acme', 'beta'), { nil: undefined })
  const question = fc.record({ principal: fc.boolean(), claim: word, header: word, url: word })
  const rule = fc.record({
    mode: fc.constantFrom<RoutingMode>('header_only', 'url_path', 'both'),
    strict: fc.boolean(),
    defaultTenant: fc.constantFrom('', 'main'),
    authentication: fc.boolean(),
  })
  fc.assert(
    fc.property(question, rule, question, (asked, by, other) => {
      const first = decideTenant(asked, by)
      decideTenant(other, by)
      expect(decideTenant(asked, by)).toEqual(first)
      // Whoever has no say gets the default tenant or nothing.
      if (first.ok && (asked.principal || by.authentication) && !(asked.principal && asked.claim))
        expect(first.tenant).toBe(by.defaultTenant)
      if (first.ok && asked.principal && asked.claim) expect(first.tenant).toBe(asked.claim)
    }),
  )
})

test('the prefix is taken off the path under url_path and both, never under header_only [H-46]', () => {
  const strip = (path: string, mode: RoutingMode = 'url_path') => stripTenantPrefix(path, { mode })
  expect(strip('/acme/Patient/123')).toEqual({ tenant: 'acme', path: '/Patient/123' })
  expect(strip('/acme/Patient', 'both')).toEqual({ tenant: 'acme', path: '/Patient' })
  expect(strip('/acme/_history')).toEqual({ tenant: 'acme', path: '/_history' })
  expect(strip('/acme')).toEqual({ tenant: 'acme', path: '/' })
  expect(strip('/acme/')).toEqual({ tenant: 'acme', path: '/' })
  expect(strip('/acme/Patient/123', 'header_only')).toEqual({ tenant: null, path: '/acme/Patient/123' })
  for (const path of ['/', '', '//acme/x', 'acme/x', '/../x', '*']) expect(strip(path)).toEqual({ tenant: null, path })
})

test('a leading underscore makes no system path: /_x/Patient/123 is Patient 123 of tenant _x [H-46]', () => {
  expect(stripTenantPrefix('/_x/Patient/123', { mode: 'url_path' })).toEqual({ tenant: '_x', path: '/Patient/123' })
})

test('reserved first segments are never a tenant, in any case or encoding [H-48]', () => {
  const expected = [
    'metadata',
    'health',
    '_history',
    '_liveness',
    '_readiness',
    '$versions',
    'api',
    'v1',
    'v2',
    'fhir',
    'console',
    '.well-known',
    'admin',
    'metrics',
    'livez',
    'ops',
    'internal',
  ]
  expect([...RESERVED_SEGMENTS]).toEqual(expected)
  for (const word of expected)
    for (const path of [
      `/${word}/x`,
      `/${word.toUpperCase()}/x`,
      `/${word}`,
      `/%${word.charCodeAt(0).toString(16)}${word.slice(1)}/x`,
    ])
      expect(stripTenantPrefix(path, { mode: 'both' })).toEqual({ tenant: null, path })
})

test('declared record types are reserved too, in any case [H-48]', () => {
  const by = { mode: 'both' as const, reserved: ['Patient'] }
  expect(stripTenantPrefix('/patient/1', by)).toEqual({ tenant: null, path: '/patient/1' })
  expect(stripTenantPrefix('/acme/Patient/1', by)).toEqual({ tenant: 'acme', path: '/Patient/1' })
})

test('each refusal has a code and words of its own [H-49]', () => {
  const said = (question: Partial<TenantQuestion>, over: Partial<TenantRules> = {}) =>
    decideTenant({ principal: true, ...question }, rules(over))
  const mismatch = { ok: false, status: 400, code: 'tenant_mismatch', detail: 'The request names different tenants.' }
  const forbidden = { ok: false, status: 403, code: 'tenant_forbidden', detail: 'The token is for another tenant.' }
  const missing = {
    ...{ ok: false, status: 400, code: 'tenant_missing' },
    detail: 'No tenant is named, and there is no default tenant.',
  }
  const invalid = {
    ...{ ok: false, status: 400, code: 'tenant_invalid' },
    detail: 'The tenant has characters that are not allowed.',
  }
  expect([
    said({ claim: 'acme', header: 'beta' }, { strict: true }),
    said({ claim: 'acme', url: 'beta' }, { strict: true }),
    said({ claim: 'acme', url: 'beta' }),
    said({ ...nobody, header: 'beta', url: 'acme' }, { strict: true }),
    said({ ...nobody }, { defaultTenant: '' }),
    said({}, { defaultTenant: '' }),
    said({ ...nobody, header: 'a b' }),
    said({ claim: 'a b' }),
  ]).toEqual([mismatch, mismatch, forbidden, mismatch, missing, missing, invalid, invalid])
  // What is not named differs from nothing.
  expect([
    said({ claim: 'acme' }, { strict: true }),
    said({ claim: 'acme', header: 'acme' }, { strict: true }),
    said({ claim: 'acme', url: 'acme' }, { strict: true }),
    said({ ...nobody, url: 'acme' }, { strict: true }),
    said({ ...nobody, header: 'acme' }, { strict: true }),
  ]).toEqual(Array(5).fill({ ok: true, tenant: 'acme' }))
})

test('what no segment can be is left in the path, and an encoded one is read [H-48]', () => {
  const strip = (path: string) => {
    const { tenant, path: rest } = stripTenantPrefix(path, rules())
    return [tenant, rest]
  }
  expect(['/acme', '/acme/', '/ac%6De/x', '/./x', '/../x', '/%2e/x', '/%2E%2e/x', '//x', '/', ''].map(strip)).toEqual([
    ...[
      ['acme', '/'],
      ['acme', '/'],
      ['acme', '/x'],
    ],
    ...['/./x', '/../x', '/%2e/x', '/%2E%2e/x', '//x', '/', ''].map((path) => [null, path]),
  ])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { authorise, classify, type OperationRules, stripTenantPrefix } from '../../src/access.ts'

const TYPES = ['Patient', 'Observation', 'tenants']
const rules = (over: Partial<OperationRules> = {}): OperationRules => ({
  mode: 'url_path',
  types: TYPES,
  reserved: TYPES,
  ...over,
})
const told = (method: string, path: string, over: Partial<OperationRules> = {}) => {
  const { kind, type, id, tenant } = classify(method, path, rules(over))
  return [kind, type, id, tenant].map((one) => one ?? '-').join(' ')
}

test.each([
  ['GET', '/acme/Patient/123', 'read Patient 123 acme'],
  ['HEAD', '/acme/Patient/123', 'read Patient 123 acme'],
  ['GET', '/acme/Patient', 'search Patient - acme'],
  ['POST', '/acme/Patient', 'create Patient - acme'],
  ['PUT', '/acme/Patient/123', 'update Patient 123 acme'],
  ['PATCH', '/acme/Patient/123', 'update Patient 123 acme'],
  ['DELETE', '/acme/Patient/123', 'delete Patient 123 acme'],
  ['GET', '/acme/Patient/123/Observation', 'search Observation - acme'],
  ['GET', '/acme/_history', 'system - - acme'],
  // No leading underscore makes a system path.
  ['GET', '/_x/Patient/123', 'read Patient 123 _x'],
  ['GET', '/_/Patient/123', 'read Patient 123 _'],
  ['GET', '/__proto__/Patient/123', 'read Patient 123 __proto__'],
  ['DELETE', '/_x/Patient/123', 'delete Patient 123 _x'],
  // Without a tenant in the path.
  ['GET', '/Patient/123', 'read Patient 123 -'],
  ['GET', '/_history', 'system - - -'],
  // The rest of the interactions.
  ['GET', '/acme/Patient/_history', 'history Patient - acme'],
  ['GET', '/acme/Patient/123/_history', 'history Patient 123 acme'],
  ['GET', '/acme/Patient/123/_history/2', 'read Patient 123 acme'],
  ['POST', '/acme/Patient/_search', 'search Patient - acme'],
  ['POST', '/acme/_search', 'system - - acme'],
  ['POST', '/acme', 'system - - acme'],
  ['PUT', '/acme/Patient', 'update Patient - acme'],
  ['DELETE', '/acme/Patient', 'delete Patient - acme'],
])('%s %s is %s [H-46]', (method, path, expected) => {
  expect(told(method, path)).toBe(expected)
})

test('under header_only nothing is taken off, and what is left over is no system path [H-46]', () => {
  const headerOnly = { mode: 'header_only' } as const
  expect(told('GET', '/Patient/123', headerOnly)).toBe('read Patient 123 -')
  expect(told('GET', '/acme/Patient/123', headerOnly)).toBe('unknown - - -')
  expect(told('GET', '/_x/Patient/123', headerOnly)).toBe('unknown - - -')
  expect(told('GET', '/_history', headerOnly)).toBe('system - - -')
})

test.each([
  ...['/console/metrics/tenants', '/console/metrics/traffic', '/CONSOLE/metrics/tenants', '/console', '/console/'],
  ...['/acme/console/metrics/tenants', '/c%6Fnsole/metrics/tenants', '/admin/ops/metrics', '/metrics', '/tenants%2f..'],
])('%s is no search on a record type, also when a type is called so [H-45]', (path) => {
  const types = [...TYPES, 'console', 'metrics', 'admin']
  for (const mode of ['url_path', 'both', 'header_only'] as const) {
    const operation = classify('GET', path, { mode, types, reserved: types })
    expect(['console', 'unknown']).toContain(operation.kind)
    expect(authorise(operation, ['user/*.*', 'patient/*.*', 'system/tenants.rs', 'user/tenants.s']).ok).toBe(false)
  }
})

test.each([
  ...['//Patient/1', '/acme//Patient/1', '/acme/Patient//1', '/acme/../Patient/1', '/acme/%2e%2e/Patient/1'],
  ...['/acme/Patient/%2e%2e', '/acme/Patient/1%2f..', '/acme/Patient/a%5Cb', '/acme/Patient/%00', '/acme/Patient/%zz'],
  ...['/acme/patient/1', '/acme/Patient/_x', '/acme/Patient/1/$everything', '/acme/Patient/1/2/3/4', 'Patient/1', '*'],
  ...['/acme/Nothing/1', '/acme/Patient/1/_history/2/3', '/acme/_history/1', '/acme/$meta', '/acme/.well-known/x'],
])('%s is nothing that any scope permits [H-46]', (path) => {
  const operation = classify('GET', path, rules())
  expect(operation.kind).toBe('unknown')
  expect(authorise(operation, ['system/*.cruds', 'user/*.*']).ok).toBe(false)
})

test('other methods are nothing that any scope permits [H-46]', () => {
  for (const method of ['OPTIONS', 'TRACE', 'CONNECT', 'get', 'QUERY', ''])
    expect(told(method, '/acme/Patient/1')).toBe('unknown Patient 1 acme')
})

test('exempt paths are exact, and the configured list replaces the built-in one [H-47]', () => {
  for (const path of ['/metadata', '/health/', '/_liveness', '/.well-known/smart-configuration', '/$versions'])
    expect(told('GET', path)).toBe('exempt - - -')
  for (const path of ['/Patient/metadata', '/tenant/health', '/acme/health', '/metadata/x', '/healthX', '/HEALTH'])
    expect(classify('GET', path, rules()).kind).not.toBe('exempt')
  expect(told('GET', '/status', { exempt: ['/status'] })).toBe('exempt - - -')
  expect(classify('GET', '/health', rules({ exempt: ['/status'] })).kind).not.toBe('exempt')
})

test('what stands before the record types is named, and everything beside it is unknown [H-46]', () => {
  const base = { base: '/fhir/r4', mode: 'header_only' } as const
  expect(told('GET', '/fhir/r4/Patient/1', base)).toBe('read Patient 1 -')
  expect(told('GET', '/fhir/r4/console/metrics/tenants', base)).toBe('console - - -')
  expect(told('GET', '/console/metrics/tenants', base)).toBe('console - - -')
  expect(told('GET', '/fhir/Patient/1', base)).toBe('unknown - - -')
  expect(told('GET', '/Patient/1', base)).toBe('unknown - - -')
  expect(told('POST', '/fhir/r4', base)).toBe('system - - -')
})

test('without declared types every word may be one, but for reserved ones [H-46] [H-48]', () => {
  const free = (path: string) => {
    const { kind, type } = classify('GET', path, { mode: 'header_only' })
    return `${kind} ${type}`
  }
  expect(free('/orders/7')).toBe('read orders')
  expect(free('/api/orders')).toBe('unknown null')
  expect(free('/internal/x')).toBe('console null')
})

const allowed = (kind: Parameters<typeof authorise>[0]['kind'], scopes: string[], queries = false) => {
  const decided = authorise({ kind, type: 'Patient' }, scopes, { queries })
  return decided.ok ? decided.grants.map(({ context, query }) => `${context} ${query ?? '*'}`) : decided.status
}

test('a scope permits what its letters say, on its type or on all [H-44] [H-46]', () => {
  expect(allowed('read', ['user/Patient.rs'])).toEqual(['user *'])
  expect(allowed('search', ['user/Patient.r'])).toBe(403)
  expect(allowed('create', ['user/*.write'])).toEqual(['user *'])
  expect(allowed('update', ['user/*.read'])).toBe(403)
  expect(allowed('delete', ['patient/Observation.*'])).toBe(403)
  expect(allowed('history', ['patient/*.*', 'system/Patient.rs'])).toEqual(['patient *', 'system *'])
  expect(allowed('exempt', [])).toEqual([])
})

test('a scope with a filter permits nothing until the application says that it keeps to filters [H-44]', () => {
  const scopes = ['patient/Patient.rs', 'system/Patient.rs?active=true']
  expect(allowed('read', scopes)).toEqual(['patient *'])
  expect(allowed('read', scopes, true)).toEqual(['patient *', 'system active=true'])
  expect(allowed('read', scopes.slice(1))).toBe(403)
})

test('what concerns the whole system or the console needs a system scope [H-44] [H-45]', () => {
  for (const kind of ['system', 'console'] as const) {
    expect(allowed(kind, ['user/*.*', 'patient/*.*', 'system/Patient.rs'])).toBe(403)
    expect(allowed(kind, ['system/*.rs'])).toEqual(['system *'])
  }
})

test('a path is classified as what the router sees behind the tenant, whatever is sent [H-46]', () => {
  const segment = fc.constantFrom(
    'Patient',
    'acme',
    '_x',
    'console',
    '..',
    '',
    '1',
    '_history',
    '%2e',
    'metadata',
    '$x',
  )
  const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`)
  const wild = fc.oneof(path, fc.string({ unit: 'binary', maxLength: 40 }), fc.webPath())
  fc.assert(
    fc.property(wild, fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), (text, method) => {
      const operation = classify(method, text, rules())
      const stripped = stripTenantPrefix(text, rules())
      if (operation.kind === 'exempt') return
      expect(operation.tenant).toBe(stripped.tenant)
      const { kind, type } = classify(method, stripped.path, rules({ mode: 'header_only', exempt: [] }))
      expect([operation.kind, operation.type]).toEqual([kind, type])
      if (/console/i.test(stripped.path.split('/')[1] ?? '')) expect(['console', 'unknown']).toContain(kind)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['GET', '/acme/_search', 'unknown - - acme'],
  ['POST', '/acme/_search/1', 'unknown - - acme'],
  ['POST', '/acme/_history', 'unknown - - acme'],
  ['GET', '/acme', 'unknown - - acme'],
  ['POST', '/acme/Patient/_history', 'unknown Patient - acme'],
  ['GET', '/acme/Patient/_search', 'unknown Patient - acme'],
  ['GET', '/acme/Patient/_history/1', 'unknown Patient - acme'],
  ['POST', '/acme/Patient/_search/1', 'unknown Patient - acme'],
  ['DELETE', '/acme/Patient/1/_history', 'unknown Patient 1 acme'],
  ['DELETE', '/acme/Patient/1/_history/2', 'unknown Patient 1 acme'],
  ['GET', '/acme/Patient/1/_history/a%20b', 'unknown Patient 1 acme'],
  ['GET', '/acme/Patient/1/Observation/2', 'unknown Patient 1 acme'],
  ['GET', '/acme/Patient/1/other/2', 'unknown Patient 1 acme'],
  ['POST', '/acme/Patient/1/Observation', 'unknown Observation - acme'],
  ['PATCH', '/acme/Patient', 'update Patient - acme'],
  ['OPTIONS', '/acme/Patient', 'unknown Patient - acme'],
  ['POST', '/acme/Patient/1', 'unknown Patient 1 acme'],
  ['GET', '/acme/Patient/1/', 'read Patient 1 acme'],
  ['GET', '/acme/Patient/1//', 'unknown - - acme'],
  ['GET', '/acme/Patient/.', 'unknown - - acme'],
  ['GET', '/acme/Patient/%2e', 'unknown - - acme'],
  ['GET', '/acme/Pat%69ent/1', 'read Patient 1 acme'],
  ['GET', '/acme/Patient/a%40b', 'read Patient a@b acme'],
  ['GET', '/acme/Patient/100%25', 'unknown Patient - acme'],
])('%s %s, beside what is known, is %s [H-46]', (method, path, expected) => {
  expect(told(method, path)).toBe(expected)
})

test('a path that does not begin at the root, or not with the base, is nothing [H-46]', () => {
  const headerOnly = { mode: 'header_only' } as const
  for (const path of ['Patient/1', '', 'xPatient/1', '*']) expect(told('GET', path, headerOnly)).toBe('unknown - - -')
  expect(told('POST', '/', headerOnly)).toBe('system - - -')
  const base = { ...headerOnly, base: '/api/v1/' }
  expect([told('GET', '/api/v2/Patient/1', base), told('GET', '/api/v1/Patient/1', base)]).toEqual([
    ...['unknown - - -', 'read Patient 1 -'],
  ])
})

test('each context and query is granted once, in the order of the scopes, and what is no scope grants nothing [H-44]', () => {
  const patient = { kind: 'read', type: 'Patient' } as const
  const of = (...scopes: string[]) => {
    const decided = authorise(patient, scopes, { queries: true })
    return decided.ok ? decided.grants : decided
  }
  expect(
    of(
      'user/Patient.r',
      'user/*.rs',
      'nonsense',
      'patient/Patient.r',
      'user/Patient.r?a=1',
      'user/*.r?a=1',
      'user/*.r?b=2',
    ),
  ).toEqual([
    { context: 'user', query: null },
    { context: 'patient', query: null },
    { context: 'user', query: 'a=1' },
    { context: 'user', query: 'b=2' },
  ])
  const refused = { ok: false, status: 403, code: 'scope_missing', detail: 'No scope of the token permits this.' }
  expect([of(), of('nonsense'), of('user/Patient.s'), of('user/Other.r')]).toEqual(Array(4).fill(refused))
  expect(authorise({ kind: 'unknown', type: 'Patient' }, ['system/*.cruds'])).toEqual(refused)
  expect(authorise({ kind: 'read', type: null }, ['system/*.cruds'])).toEqual(refused)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasSystemScope, parseScope } from '../../src/access.ts'

const shown = (text: string) => {
  const scope = parseScope(text)
  return scope && { ...scope, permissions: [...scope.permissions].join(' ') }
}

test('scopes of both versions are parsed to the grammar [H-44]', () => {
  const all = 'create read update delete search'
  expect(shown('system/*.read')).toEqual({ context: 'system', resource: '*', permissions: 'read search', query: null })
  expect(shown('user/Patient.write')).toMatchObject({ resource: 'Patient', permissions: 'create update delete' })
  expect(shown('patient/*.*')).toMatchObject({ context: 'patient', permissions: all })
  expect(shown('user/Observation.rs?category=lab&status=final')).toEqual({
    context: 'user',
    resource: 'Observation',
    permissions: 'read search',
    query: 'category=lab&status=final',
  })
  expect(shown('system/order_lines.cruds')).toMatchObject({ resource: 'order_lines', permissions: all })
})

test.each([
  ...['system/*.rs', 'system/*.read', 'system/*.*', 'system/*.cruds', 'system/*.r', 'system/*.cr', 'system/*.rud'],
])('%s speaks for the whole system [H-44]', (scope) => {
  expect(hasSystemScope([scope])).toBe(true)
  expect(hasSystemScope(['openid', 'user/*.*', scope])).toBe(true)
})

test.each([
  // Another context, another resource, no reading.
  ...['user/*.*', 'patient/*.*', 'user/*.cruds', 'patient/*.read', 'system/Patient.rs', 'system/Patient.*'],
  ...['system/*.write', 'system/*.s', 'system/*.cud', 'system/*.c', 'system/*.u', 'system/*.ds'],
  // Letters out of order, twice, of another case, none at all.
  ...['system/*.sr', 'system/*.srudc', 'system/*.rr', 'system/*.RS', 'system/*.Read', 'system/*.', 'system/*'],
  ...['System/*.rs', 'SYSTEM/*.*', 'system/*.reads', 'system/*.readwrite', 'system/*.r*', 'system/*.**'],
  // A filter, and what is none.
  ...['system/*.rs?', 'system/*.rs?category=lab', 'system/*.read?a=b', 'system/*.rs#', 'system/*.rs&x=y'],
  // Spaces, line breaks and look-alikes.
  ...[
    ' system/*.rs',
    'system/*.rs ',
    'system/*.rs\n',
    'system/*.rs\t',
    'system /*.rs',
    'system/ *.rs',
    'system\n/*.rs',
  ],
  ...['user/*.* system/*.rs', 'system/*.rs,user/*.rs', 'system/*.rs\0', '\ufeffsystem/*.rs', 'system/*.rs\u200b'],
  ...['ѕystem/*.rs', 'system/∗.rs', 'system/＊.rs', 'ｓystem/*.rs', 'system∕*.rs', 'system/*․rs', 'ſystem/*.rs'],
  // Another shape.
  ...['', '*', '*/*.*', 'system', 'system/', '/*.rs', 'system//*.rs', 'system/*/*.rs', 'system/*.*.rs', 'system/**.rs'],
  ...[
    'xsystem/*.rs',
    'a:system/*.rs',
    'user/system/*.rs',
    'system/%2A.rs',
    'system%2F*.rs',
    '__proto__',
    'constructor',
  ],
])('%j does not speak for the whole system [H-44]', (scope) => {
  expect(hasSystemScope([scope])).toBe(false)
})

test('several scopes that each lack something do not add up [H-44]', () => {
  expect(hasSystemScope(['system/*.s', 'user/*.read', 'system/Patient.rs', 'system/*.write'])).toBe(false)
  expect(hasSystemScope([])).toBe(false)
})

test('only what has the form of a system scope opens the system tier, whatever is sent [H-44]', () => {
  const part = fc.constantFrom(
    'system',
    'user',
    'patient',
    '/',
    '*',
    '.',
    'r',
    's',
    'read',
    'write',
    '?',
    'Patient',
    ' ',
  )
  const near = fc.array(part, { maxLength: 7 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
      const whole = /^system\/\*\.(?:read|\*|c?ru?d?s?)$/.test(text) && !text.includes('\n')
      expect(hasSystemScope([text])).toBe(whole)
    }),
    { numRuns: 300 },
  )
})

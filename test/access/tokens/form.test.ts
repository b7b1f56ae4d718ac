import { expect, test } from 'vitest'
import { checkScopes, isLabel, isScope, isTokenId, tokenOf } from '../../../src/access/tokens/form.ts'
import { ID } from './kit.ts'

test('scopes are names of ours and those of SMART, nothing else [R-21]', () => {
  const good = ['metrics:read', 'scaling:write', 'metrics:*', 'a:b:c:d', 'scrape', 'orders.eu:read']
  const smart = [
    'system/*.read',
    'system/*.rs',
    'user/Observation.cruds',
    'patient/Patient.r?gender=male',
    `system/*.r?a=${'b'.repeat(115)}`,
    'system/*.*',
  ]
  expect([...good, ...smart].filter((scope) => !isScope(scope))).toEqual([])
  const bad = [
    '',
    ' ',
    'Metrics:read',
    'metrics:',
    ':read',
    'metrics read',
    'a:b:c:d:e',
    'metrics:réad',
    'metrics:read\n',
  ]
  const worse = [
    'system/*.sr',
    'System/*.read',
    'system/*.',
    'patient/Patient.r?a=b,c',
    `system/*.r?a=${'b'.repeat(118)}`,
    '"metrics:read"',
    'a'.repeat(129),
  ]
  expect([...bad, ...worse].filter(isScope)).toEqual([])
})

test('scopes are counted once each, and neither none nor too many are taken [R-21]', () => {
  expect(checkScopes(['b:x', 'a:x', 'b:x'], '--scopes')).toEqual(['b:x', 'a:x'])
  expect(() => checkScopes([], '--scopes')).toThrow('found 0 scopes; allowed: 1 to 32')
  const many = Array.from({ length: 33 }, (_, i) => `s${i}`)
  expect(() => checkScopes(many, '--scopes')).toThrow('found 33 scopes; allowed: 1 to 32')
  expect(() => checkScopes(['metrics:read', 'Bad\u001b[2J'], '--scopes')).toThrow(
    'found "Bad\\u001b[2J"; allowed: scopes',
  )
})

test('labels are one line of what a terminal prints as it is', () => {
  expect(['a', 'Prometheus in Köln (№ 2)', '日本', 'x'.repeat(64)].filter((label) => !isLabel(label))).toEqual([])
  const bad = ['', ' a', 'a ', 'a\nb', 'a\tb', '\u001b[31m', 'a\u202eb', 'a\u200bb', 'x'.repeat(65)]
  expect(bad.filter(isLabel)).toEqual([])
  // One of each kind of letter at each place: first, within, last.
  const kinds = ['a', '\u0301', '7', '!', '+']
  const wrong = ['\u0000', '\u200b', '\ue000', '\ud800']
  for (const one of kinds)
    expect([one, `a${one}b`, `a ${one}`, `${one} a`].filter((label) => !isLabel(label))).toEqual([])
  for (const one of wrong) expect([one, `a${one}b`, `a${one}`, `${one}a`].filter(isLabel)).toEqual([])
  expect([isLabel('a  b'), isLabel(`a${' '.repeat(62)}b`), isLabel(`a${' '.repeat(63)}b`)]).toEqual([true, true, false])
})

test('a scope that is refused is shown, of a long one the beginning', () => {
  const found = (scope: string) => {
    try {
      checkScopes([scope], '--scopes')
    } catch (error) {
      return /found ("[^"]*")/.exec((error as Error).message)?.[1]
    }
  }
  expect([found('A'.repeat(60)), found('A'.repeat(61))]).toEqual([`"${'A'.repeat(60)}"`, `"${'A'.repeat(60)}…"`])
  expect(
    checkScopes(
      Array.from({ length: 32 }, (_, i) => `s${i}`),
      '--scopes',
    ),
  ).toHaveLength(32)
})

test('names of scopes have parts of a length and a number, from their first letter to their last', () => {
  const x = (length: number) => 'x'.repeat(length)
  const good = [x(40), `a:${x(40)}`, 'a:b:c:d', 'a:*', 'a.b_c-1:2']
  const bad = [
    x(41),
    `a:${x(41)}`,
    'a:b:c:d:e',
    '*',
    '1a',
    'a:',
    ':a',
    'A',
    'a b',
    ' a',
    'a\n',
    'a::b',
    'a,b',
    '/a',
    'a:b!',
  ]
  expect([good.filter((scope) => !isScope(scope)), bad.filter(isScope)]).toEqual([[], []])
})

test('ids are UUIDs in lower case', () => {
  expect([ID, ID.toUpperCase(), `${ID} `, '', ID.replaceAll('-', ''), `x${ID}`, `${ID}0`].map(isTokenId)).toEqual([
    true,
    ...Array(6).fill(false),
  ])
})

const row = {
  ...{ token_id: ID, hash: `sha256:${'0'.repeat(64)}`, scopes: ['metrics:read'], label: null, created_at: 0 },
  ...{ expires_at: null, revoked_at: null, replaced_by: null, accepted_until: null },
}

test.each([
  ['token_id', 'x'],
  ['token_id', null],
  ['hash', 'md5:0'],
  ['hash', `sha256:${'0'.repeat(63)}`],
  ['scopes', []],
  ['scopes', 'metrics:read'],
  ['scopes', [1]],
  ['label', 'a\nb'],
  ['label', undefined],
  ['created_at', null],
  ['created_at', -1],
  ['expires_at', Number.NaN],
  ['revoked_at', Number.POSITIVE_INFINITY],
  ['replaced_by', 'somebody'],
  ['accepted_until', '2026'],
])('what is kept with %s as %j is not taken for a token', (field, value) => {
  expect(tokenOf(row)).toMatchObject({ id: ID })
  expect(tokenOf({ ...row, [field]: value })).toBe(field)
})

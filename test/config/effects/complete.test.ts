import { expect, test } from 'vitest'
import { isActive } from '../../../src/config/inactive.ts'
import { differences, leaves } from './row.ts'
import { ROWS } from './rows.ts'

test('every active key has a row that changes it, and no row names another key [R-01]', () => {
  const active = leaves().filter(isActive)
  const proven = new Set(ROWS.flatMap(({ keys }) => keys))
  expect({
    unproven: active.filter((key) => !proven.has(key)),
    unknown: [...proven].filter((key) => !active.includes(key)),
  }).toEqual({ unproven: [], unknown: [] })
})

test('a row changes the keys that it names and nothing else [R-01]', () => {
  const wrong = ROWS.filter(({ keys, from, to }) => String(differences(from, to)) !== String([...keys].sort()))
  expect(wrong.map(({ keys }) => keys)).toEqual([])
})

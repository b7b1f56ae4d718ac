// What the tests of stores expect of every one of them.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../house/source.ts'

/** The checked-in bodies, for a store that every replica counts or for one of its own. */
export function expected(scope: 'cluster' | 'single-instance'): unknown {
  return JSON.parse(
    readFileSync(join(ROOT, 'test/inventory/bodies.txt'), 'utf8').replaceAll('"single-instance"', `"${scope}"`),
  )
}

/** Of five days, what each kind of column answers: 16, 22 November and what is no time are left out. */
export const FIVE_DAYS = '2 0 1 1 1'

export const QUERIES = {
  'nothing, before anything is known': 0,
  countByTypes: 1,
  'countByTypes of nothing': 0,
  'countByTypes of unknown': 0,
  countByDay: 1,
  'countByDay of nothing': 0,
  activityHistogram: 1,
  countAllTypes: 1,
  countByTenant: 1,
}

// What is checked in about the package's face is what the sources say.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reports } from '../../scripts/api.mjs'
import { doors, exportsMap } from '../../scripts/doors.mjs'
import { ROOT } from './source.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

test('package.json exports every door for ESM and CommonJS, types first (npm run doors)', () => {
  const { exports } = JSON.parse(read('package.json'))
  expect(exports).toEqual(exportsMap())
  for (const [name, branches] of Object.entries<Record<string, object>>(exports)) {
    if (name.endsWith('.json') || name === './schema') continue
    expect(Object.keys(branches)).toEqual(['import', 'require'])
    for (const branch of Object.values(branches)) expect(Object.keys(branch)).toEqual(['types', 'default'])
  }
})

test('the public API report is regenerated with no difference (npm run api)', { timeout: 180_000 }, () => {
  const fresh = reports()
  const kept = new Map(doors().map((door) => [door, read(`etc/api/${door}.d.ts`)]))
  expect(kept).toEqual(fresh)
  expect(readdirSync(join(ROOT, 'etc/api')).sort()).toEqual(doors().map((door) => `${door}.d.ts`))
})

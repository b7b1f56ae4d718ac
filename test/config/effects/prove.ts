// Runs the rows of one section. A run that several rows share, which is mostly the one with the defaults, is made once.
import { expect, test } from 'vitest'
import { differences, type Row, type Settings } from './row.ts'
import { Service } from './service.ts'

const made = new Map<Row['look'], Map<string, Promise<unknown>>>()

function seen(row: Row, settings: Settings, expected: unknown): Promise<unknown> {
  const runs = made.get(row.look) ?? new Map<string, Promise<unknown>>()
  made.set(row.look, runs)
  const key = JSON.stringify([settings, row.env, row.files])
  const run = runs.get(key) ?? Service.run(settings, row, expected)
  runs.set(key, run)
  return run
}

export function prove(rows: readonly Row[]): void {
  test.each(rows.map((row) => [row.keys.join(' with '), row] as const))('%s has an effect [R-01]', async (_, row) => {
    expect(differences(row.from, row.to)).toEqual([...row.keys].sort())
    const before = await seen(row, row.from, row.sees[0])
    const after = await seen(row, row.to, row.sees[1])
    expect([before, after]).toEqual(row.sees)
    expect(after).not.toEqual(before)
  })
}

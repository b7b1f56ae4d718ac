// Who may know whom: ARCHITECTURE.md says it in a table, this test holds src to it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Floor, ROOT, readFloors, readSource, roomOf, type Source } from './source.ts'

const floors = readFloors()
const sources = readSource()

function wrongImports(files: readonly Source[], table: readonly Floor[]): string[] {
  const wrong: string[] = []
  for (const { path, imports } of files) {
    const from = roomOf(path, table)
    for (const { path: target } of imports) {
      if (target === undefined) continue
      const to = roomOf(target, table)
      if (from === undefined || to === undefined) wrong.push(`${path} → ${target}: no such room`)
      else if (from.room === 'doors' && to.room === 'doors') wrong.push(`${path} → ${target}: a door knows no other`)
      else if (from.room !== to.room && from.floor <= to.floor)
        wrong.push(`${path} → ${target}: floor ${from.floor} → ${to.floor}`)
    }
  }
  return wrong
}

/** Chains of files that import each other's values when they load. */
function cycles(files: readonly Source[]): string[] {
  const next = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter((i) => i.path && !i.typeOnly && !i.lazy).map((i) => i.path!),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: string[]) => {
    const at = trail.indexOf(path)
    if (at >= 0) found.push([...trail.slice(at), path].join(' → '))
    if (at >= 0 || done.has(path)) return
    for (const target of next.get(path) ?? []) walk(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return found
}

const file = (path: string, ...targets: string[]): Source => ({
  path,
  text: '',
  code: '',
  imports: targets.map((target) => ({ spec: target, path: target, typeOnly: false, lazy: false })),
})

test('the floors table is found: all its rows, from base up to the doors', () => {
  expect(floors.length).toBeGreaterThan(20)
  expect(floors.at(-1)).toEqual({ floor: 0, room: 'base' })
})

test('every import goes to a strictly lower floor or stays in its room', () => {
  expect(wrongImports(sources, floors)).toEqual([])
})

test('the check sees an import upwards, sideways, into an unknown room and from door to door', () => {
  const table = [
    { floor: 11, room: 'doors' },
    { floor: 11, room: 'cli' },
    { floor: 2, room: 'wire/a' },
    { floor: 2, room: 'wire/b' },
    { floor: 0, room: 'base' },
  ]
  const files = [
    file('base/x.ts', 'wire/a/y.ts'),
    file('wire/a/y.ts', 'wire/b/z.ts', 'base/x.ts', 'wire/a/w.ts', 'attic/q.ts'),
    file('index.ts', 'trace.ts', 'base/x.ts'),
    file('cli.ts', 'cli/main.ts'),
  ]
  expect(wrongImports(files, table)).toEqual([
    'base/x.ts → wire/a/y.ts: floor 0 → 2',
    'wire/a/y.ts → wire/b/z.ts: floor 2 → 2',
    'wire/a/y.ts → attic/q.ts: no such room',
    'index.ts → trace.ts: a door knows no other',
  ])
})

test('every file of src is in a room of the table, and every room of the table is in src', () => {
  expect(sources.filter(({ path }) => !roomOf(path, floors)).map(({ path }) => path)).toEqual([])
  const empty = floors.filter(({ room }) => room !== 'doors' && !existsSync(join(ROOT, 'src', room)))
  expect(empty).toEqual([])
})

test('no files import each other in a circle', () => {
  expect(cycles(sources)).toEqual([])
  expect(cycles([file('a/x.ts', 'a/y.ts'), file('a/y.ts', 'a/z.ts'), file('a/z.ts', 'a/y.ts')])).toEqual([
    'a/y.ts → a/z.ts → a/y.ts',
  ])
})

test('every relative import names a file that exists, with its ending', () => {
  const missing = sources.flatMap(({ path, imports }) =>
    imports.filter((i) => i.path && !existsSync(join(ROOT, 'src', i.path))).map((i) => `${path} → ${i.spec}`),
  )
  expect(missing).toEqual([])
})

test('only doors re-export values: no other file of src is a barrel', () => {
  const barrels = sources.filter(
    ({ path, code }) => path.includes('/') && /^export\s+(?:\*|\{)[^'"]*?\sfrom\s+['"]/m.test(code),
  )
  expect(barrels.map(({ path }) => path)).toEqual([])
})

test('only config reads the environment', () => {
  const readers = sources.filter(
    ({ path, code }) =>
      !path.startsWith('config/') && /\bprocess\s*\.\s*env\b|\bprocess\[|\benv\b.*from 'node:process'/.test(code),
  )
  expect(readers.map(({ path }) => path)).toEqual([])
})

/** Files that are one table each, which splitting would only make harder to read. */
const TABLES = ['base/fault.ts', 'model/names.ts']

test('a file has at most 400 lines, tables and generated files excepted', () => {
  const long = sources
    .filter(({ path }) => !path.endsWith('.gen.ts') && !TABLES.includes(path))
    .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
    .filter(({ lines }) => lines > 400)
  expect(long).toEqual([])
})

test('base uses node: alone, and what a room loads from outside is a dependency', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  const known = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies })
  const strangers = sources.flatMap(({ path, imports }) =>
    imports
      .filter((i) => i.path === undefined && !i.spec.startsWith('node:'))
      .filter(
        (i) => path.startsWith('base/') || !known.some((name) => i.spec === name || i.spec.startsWith(`${name}/`)),
      )
      .map((i) => `${path} → ${i.spec}`),
  )
  expect(strangers).toEqual([])
})

test('@opentelemetry/api is met through its global symbol: src never imports it', () => {
  const importers = sources.filter(({ imports }) => imports.some((i) => i.spec.startsWith('@opentelemetry/')))
  expect(importers.map(({ path }) => path)).toEqual([])
})

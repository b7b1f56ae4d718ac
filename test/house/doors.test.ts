// A door loads its own room and what is under it. The budgets are counts of files that a process really loads from dist.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { doors } from '../../scripts/doors.mjs'
import { dist, loadedBy } from './dist.ts'
import { ROOT, readFloors, readSource, roomOf } from './source.ts'

/** Door → the most files that importing it may load, and the rooms that it opens straight. Programs and `start` are apart. */
const BUDGETS: Record<string, { files: number; rooms: string[] }> = {
  metrics: { files: 5, rooms: ['metrics', 'model'] },
  trace: { files: 6, rooms: ['trace', 'context', 'model'] },
  logs: { files: 7, rooms: ['logs', 'model'] },
  redact: { files: 4, rooms: ['redact'] },
  health: { files: 5, rooms: ['health'] },
  audit: { files: 16, rooms: ['audit'] },
  access: { files: 8, rooms: ['access'] },
  http: { files: 8, rooms: ['surfaces/http'] },
  express: { files: 7, rooms: ['surfaces/http'] },
  fastify: { files: 7, rooms: ['surfaces/http'] },
  koa: { files: 8, rooms: ['surfaces/http'] },
  hono: { files: 8, rooms: ['surfaces/http'] },
  nest: { files: 8, rooms: ['surfaces/http'] },
  h3: { files: 8, rooms: ['surfaces/http'] },
  events: { files: 8, rooms: ['surfaces/events'] },
  function: { files: 10, rooms: ['surfaces/function'] },
  sql: { files: 9, rooms: ['surfaces/sql'] },
  kv: { files: 7, rooms: ['surfaces/kv'] },
  queue: { files: 12, rooms: ['surfaces/queue'] },
  process: { files: 7, rooms: ['surfaces/process'] },
  inventory: { files: 8, rooms: ['inventory'] },
  objectives: { files: 3, rooms: ['objectives'] },
  operations: { files: 8, rooms: ['console'] },
  cdc: { files: 8, rooms: ['surfaces/cdc'] },
  workflow: { files: 14, rooms: ['surfaces/workflow'] },
  'temporal-workflow': { files: 1, rooms: ['surfaces/workflow'] },
  hub: { files: 14, rooms: ['hub', 'config', 'store', 'console'] },
  index: { files: 20, rooms: ['start', 'metrics', 'trace', 'logs', 'health', 'context', 'model', 'base'] },
}
/** Doors that act when imported, or that open every room on purpose. */
const APART = ['register', 'testing']
const PLAIN_START_FILES = 24

const folder = mkdtempSync(join(tmpdir(), 'telltale-doors-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every door has a budget', () => {
  expect(Object.keys(BUDGETS).sort()).toEqual(doors().filter((door) => !APART.includes(door)))
})

test('a door opens its own room and no other', () => {
  const floors = readFloors()
  const sources = new Map(readSource().map((source) => [source.path, source]))
  const opened = Object.keys(BUDGETS).map((door) => {
    const rooms = sources
      .get(`${door}.ts`)!
      .imports.filter(({ spec }) => !spec.startsWith('node:'))
      .map(({ path, spec }) => (path && roomOf(path, floors)?.room) || spec)
    return [door, [...new Set(rooms)].filter((room) => !BUDGETS[door]!.rooms.includes(room))]
  })
  expect(opened.filter(([, rooms]) => rooms!.length > 0)).toEqual([])
})

test('a door is a few lines that export', () => {
  const long = doors()
    .map((door) => ({ door, lines: readFileSync(join(ROOT, 'src', `${door}.ts`), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 80)
  expect(long).toEqual([])
})

test.for(Object.entries(BUDGETS))(
  'importing telltale/%s loads no more files than its budget',
  async ([door, { files }]) => {
    const built = await dist()
    const loaded = await loadedBy(`await import(${JSON.stringify(join(built, 'esm', `${door}.js`))})`, { cwd: folder })
    expect(loaded).toMatchObject({ code: 0, stderr: '' })
    expect(loaded.files.length, loaded.files.join('\n')).toBeLessThanOrEqual(files)
  },
)

test('a plain start loads at most 60 files, and neither hono nor undici', async () => {
  const built = await dist()
  const cwd = mkdtempSync(join(folder, 'plain-'))
  writeFileSync(
    join(cwd, 'telltale.yaml'),
    `name: plain
observability:
  opentelemetry:
    service_name: plain
    tracing: { exporters: [{ type: otlp, endpoint: "http://127.0.0.1:9" }] }
`,
  )
  const program = `
    const { start } = await import(${JSON.stringify(join(built, 'esm', 'index.js'))})
    const telltale = await start()
    await telltale.stop()`
  const loaded = await loadedBy(program, { cwd, env: { OTEL_EXPORTER_OTLP_TIMEOUT: '100' } })
  expect(loaded.code, loaded.stderr).toBe(0)
  expect(loaded.files.filter((file) => /node_modules\/(hono|undici|commander|@hono)/.test(file))).toEqual([])
  expect(loaded.files.length, loaded.files.join('\n')).toBeLessThanOrEqual(PLAIN_START_FILES)
})

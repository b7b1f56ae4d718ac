import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { generate } from '../../scripts/schema.ts'
import { FAULTS } from '../../src/base/fault.ts'

const root = join(import.meta.dirname, '../..')
const generated = generate()
const read = (path: string) => readFileSync(join(root, path), 'utf8')

test.each(Object.keys(generated))('%s is what `npm run schema` writes [R-01]', (path) => {
  expect(read(path)).toBe(generated[path])
})

test('the page of faults and the table of faults list the same codes', () => {
  const listed = [...read('docs/reference/faults.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code)
  expect(listed).toEqual(Object.keys(FAULTS))
})

const schema = JSON.parse(read('schema/telltale.schema.json'))
const check = new Ajv({ strict: false, allErrors: true }).compile(schema)

test.each(['examples/telltale.full.yaml', 'test/fixtures/sources-sample.yaml'])(
  'an editor finds nothing wrong with %s [R-01]',
  (path) => {
    check(parse(read(path)))
    expect(check.errors ?? []).toEqual([])
  },
)

test('an editor finds an unknown key, a wrong type and a wrong word [R-01]', () => {
  check({ nmae: 'x', server: { port: 'many' }, observability: { logging: { level: 'loud' } } })
  const found = new Set((check.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`))
  expect([...found]).toEqual(
    expect.arrayContaining([' additionalProperties', '/server/port type', '/observability/logging/level enum']),
  )
})

test('every key has its help in the JSON Schema, and durations their default as people write them [R-01]', () => {
  const bare: string[] = []
  type Shape = { description?: string; properties?: Record<string, Shape>; oneOf?: Shape[]; items?: Shape }
  const walk = (node: Shape, path: string) => {
    for (const [key, inner] of Object.entries(node.properties ?? {})) {
      if (!inner.description) bare.push(`${path}.${key}`)
      walk(inner, `${path}.${key}`)
    }
    for (const inner of node.oneOf ?? []) walk(inner, path)
    if (node.items) walk(node.items, `${path}[]`)
  }
  walk(schema, '')
  expect(bare).toEqual([])
  const { export_interval } = schema.properties.observability.properties.opentelemetry.properties.metrics.properties
  expect(export_interval.default).toBe('10s')
})

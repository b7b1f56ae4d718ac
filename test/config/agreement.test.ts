import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Node } from '../../src/config/node.ts'
import { root } from '../../src/config/schema/schema.ts'
import { SCHEMA } from '../../src/config/schema.gen.ts'
import { treeOf } from '../../src/config/tree.ts'
import { validate } from '../../src/config/validate.ts'

const junk = fc.oneof(
  fc.string(),
  fc.integer({ min: -5, max: 70_000 }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constantFrom(
    '10s',
    '500ms',
    '5',
    'yes',
    'none',
    'otlp',
    '',
    ' ',
    '/x',
    'http://h:1',
    'a:b',
    '-1s',
    '2h30m',
    Infinity,
  ),
  fc.constant([]),
  fc.constant({}),
  fc.array(fc.constantFrom<unknown>(1, 'a', true, 0.5), { maxLength: 3 }),
)

/** Mostly right values for `node`, with something wrong now and then. */
function near(node: Node): fc.Arbitrary<unknown> {
  const right = exact(node)
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: junk })
}

function exact(node: Node): fc.Arbitrary<unknown> {
  switch (node.t) {
    case 'section': {
      const model: Record<string, fc.Arbitrary<unknown>> = {}
      for (const [key, inner] of Object.entries(node.of)) model[key] = near(inner)
      const required = Object.keys(node.of).filter(
        (key) => node.of[key]!.default === undefined && !node.of[key]!.optional,
      )
      const picked = fc.record(model, { requiredKeys: required as never[] })
      const few = fc.tuple(picked, fc.integer({ min: 0, max: 5 }), fc.nat()).map(([value, keep, from]) => {
        const keys = Object.keys(value)
        return Object.fromEntries(
          keys.filter((key, i) => required.includes(key) || (i + from) % 6 < keep).map((key) => [key, value[key]]),
        )
      })
      return fc.oneof(
        { weight: 15, arbitrary: few },
        { weight: 1, arbitrary: few.map((value) => ({ ...value, extra: 1 })) },
      )
    }
    case 'list':
      return node.rising
        ? fc.array(fc.double({ noNaN: true, min: 0, max: 10 }), { maxLength: 3 })
        : fc.array(near(node.of), { maxLength: 3 })
    case 'map':
      return fc
        .dictionary(
          fc.oneof(fc.constantFrom('a', 'x-key', 'service.name'), fc.string({ maxLength: 4 })),
          near(node.of),
          { maxKeys: 3 },
        )
        .map((value) => {
          const { __proto__: _, ...rest } = value as Record<string, unknown>
          return rest
        })
    case 'variant':
      return fc.oneof(
        ...Object.entries(node.of).map(([word, section]) =>
          exact(section).map((value) => ({ ...(value as object), [node.by]: word })),
        ),
      )
    case 'either':
      return fc.oneof(exact(node.word), exact(node.list))
    case 'choice':
      return fc.constantFrom(...node.of)
    case 'text':
      return fc.oneof(
        fc.constantFrom('abc', '/metrics', 'http://127.0.0.1:4318', 'a_b', 'a b', 'https://u:p@h/x?q=1', 'é'),
        fc.string(),
      )
    case 'flag':
      return fc.boolean()
    case 'number':
      return fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.double({ noNaN: true, min: -1, max: 101 }))
    case 'duration':
      return fc.constantFrom('10s', '500ms', '5m', '1h', '1d', '0s', '1ms', 5, 0, 0.5, '10', '1h30m', 'x', -3)
    case 'scalar':
      return fc.oneof(
        fc.string(),
        fc.double({ noNaN: true }),
        fc.boolean(),
        fc.array(fc.oneof(fc.string(), fc.boolean()), { maxLength: 2 }),
      )
  }
}

test('the run-time validator and zod accept the same settings and come to the same values [R-01]', () => {
  let accepted = 0
  let refused = 0
  for (const [key, node] of Object.entries(SCHEMA.of)) {
    const one: Node = { t: 'section', default: {}, of: { [key]: node } }
    fc.assert(
      fc.property(exact(one), (value) => {
        const zod = root.zod.safeParse(value)
        const ours = validate(SCHEMA, treeOf(value))
        const agree = (ours.faults.length === 0) === zod.success
        expect({
          agree,
          value,
          faults: agree ? [] : ours.faults.map(String),
          zod: agree ? '' : zod.error?.message,
        }).toEqual({ agree: true, value, faults: [], zod: '' })
        if (zod.success) {
          accepted++
          expect(ours.value).toEqual(zod.data)
        } else refused++
      }),
      { numRuns: key === 'observability' ? 600 : 120 },
    )
  }
  expect(Math.min(accepted, refused)).toBeGreaterThan(400)
})

test('an empty file has every default, in zod and at run time alike [R-01]', () => {
  expect(validate(SCHEMA, undefined).value).toEqual(root.zod.parse({}))
})

test('settings never share a default with one another [R-01]', () => {
  type Read = { observability: { prometheus: { metrics: { http: { histogram_buckets: number[] } } } } }
  const buckets = () =>
    (validate(SCHEMA, undefined).value as Read).observability.prometheus.metrics.http.histogram_buckets
  const one = buckets()
  one.push(99)
  expect(buckets().at(-1)).toBe(10)
})

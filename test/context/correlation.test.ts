import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  correlationId,
  correlationIdOf,
  currentCorrelationId,
  isSafeCorrelationId,
} from '../../src/context/correlation.ts'
import { runIn } from '../../src/context/current.ts'
import { Frame, ROOT } from '../../src/context/frame.ts'
import { parseTraceparent } from '../../src/context/traceparent.ts'

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('without an inbound id a UUID of version 4 is minted, a new one each time [R-09]', () => {
  const ids = Array.from({ length: 100 }, () => correlationId(undefined))
  for (const id of ids) expect(id).toMatch(UUID4)
  expect(new Set(ids).size).toBe(100)
})

test('a safe inbound id is kept as it is [G-08]', () => {
  for (const id of ['a', 'req-1', 'A.b_c:9', '0'.repeat(128), 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6']) {
    expect(correlationId(id)).toBe(id)
  }
})

test('an unsafe inbound id is replaced, never repeated [G-08]', () => {
  const unsafe = [
    '',
    'x'.repeat(129),
    'a b',
    'a\r\nSet-Cookie: x=1',
    '<script>',
    '"',
    "'; drop",
    'é',
    '../..',
    'a/b',
    'a;b',
    '${x}',
    '\u0000',
  ]
  for (const id of unsafe) expect(correlationId(id)).toMatch(UUID4)
})

test('only 1 to 128 letters, digits and . : _ - are safe [G-08]', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aZ09.:_- /;\n@[`{'), maxLength: 140 }), (text) => {
      expect(isSafeCorrelationId(text)).toBe(/^[A-Za-z0-9.:_-]{1,128}$/.test(text) && !text.endsWith('\n'))
    }),
  )
})

test('without a kept id it follows from the trace: a UUID v4, the same in every frame of it [R-09]', () => {
  const frame = new Frame(null)
  parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', frame)
  const id = '0af76519-16cd-43dd-8448-eb211c80319c'
  expect(correlationIdOf(frame)).toBe(id)
  expect([id, correlationIdOf(frame)]).toEqual([expect.stringMatching(UUID4), id])
  const all = new Frame(null)
  parseTraceparent(`00-${'f'.repeat(32)}-b7ad6b7169203331-01`, all)
  expect(correlationIdOf(all)).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff')
  const child = new Frame(frame)
  child.s1 = 7
  expect(runIn(child, currentCorrelationId)).toBe(id)
  expect(frame.correlationId).toBeNull()
})

test('outside a trace an id is minted once and kept; with nothing current there is none [R-09]', () => {
  const frame = new Frame(null)
  const id = runIn(frame, currentCorrelationId)
  expect(id).toMatch(UUID4)
  expect(runIn(new Frame(frame), currentCorrelationId)).toBe(id)
  expect(runIn(ROOT, currentCorrelationId)).toBeUndefined()
  expect(ROOT).toEqual(new Frame(null))
})

test('the current correlation id is that of the request, and undefined outside [G-08]', async () => {
  const frame = new Frame(null)
  frame.correlationId = 'r-1'
  expect(currentCorrelationId()).toBeUndefined()
  await runIn(frame, async () => {
    await null
    expect(currentCorrelationId()).toBe('r-1')
    expect(runIn(new Frame(frame), currentCorrelationId)).toBe('r-1')
  })
  expect(currentCorrelationId()).toBeUndefined()
})

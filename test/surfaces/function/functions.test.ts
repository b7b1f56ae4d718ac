import { expect, test } from 'vitest'
import { current, runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import type { InstrumentSettings } from '../../../src/surfaces/function/functions.ts'
import { made } from './kit.ts'

const pid = process.pid

test('one call gives the span, the timer, the counts and a linked line; keys of many values are no labels [W-13] [W-28]', async () => {
  const { functions, spans, lines, records } = made()
  const keys = { low: { plan: 'pro' }, high: { order: 'o-17' } }
  const answer = await functions.observe('checkout', keys, async (span) => {
    await null
    span.set('items', 3)
    return 'paid'
  })
  expect(answer).toBe('paid')
  expect(spans.spans()).toEqual([
    {
      name: 'checkout',
      trace: '00000001000000020000000300000004',
      id: '0000000500000006',
      parent: '0000000000000000',
      kind: 'server',
      flags: '103',
      status: 'ok',
      times: [1, 2],
      scope: 'app@',
      attributes: {
        'process.pid': pid,
        'frame.id': 1,
        'faas.coldstart': true,
        order: 'o-17',
        plan: 'pro',
        items: 3,
      },
    },
  ])
  expect(lines()).toEqual([
    'function_calls_total{function_id="checkout",plan="pro",status="success"} 1',
    'function_cold_starts_total{function_id="checkout"} 1',
    'function_duration_seconds_count{function_id="checkout",plan="pro"} 1',
    'function_in_flight{function_id="checkout",plan="pro"} 0',
  ])
  expect(
    records.map(({ body, severityText, t3, s1, attributes, scope }) => {
      const { duration_ms, ...rest } = attributesObject(attributes)
      return [body, severityText, t3, s1, scope.name, rest, typeof duration_ms]
    }),
  ).toEqual([
    [
      'checkout',
      'INFO',
      4,
      6,
      'telltale/function',
      { order: 'o-17', plan: 'pro', correlation_id: '00000001-0000-4002-8000-000300000004' },
      'number',
    ],
  ])
})

test('a throw and a rejection count as errors, still count down, and reach the caller as they are [W-13]', async () => {
  const { functions, spans, lines, records } = made()
  const thrown = new TypeError('no stock')
  const seen = () =>
    functions.observe('throws', () => {
      throw thrown
    })
  expect(seen).toThrow(thrown)
  await expect(functions.observe('rejects', async () => Promise.reject(thrown))).rejects.toBe(thrown)
  await expect(functions.observe('nothing', () => Promise.reject(undefined))).rejects.toBe(undefined)
  expect(lines()).toEqual([
    'errors_total{surface="function",error_type="TypeError"} 2',
    'errors_total{surface="function",error_type="undefined"} 1',
    ...['nothing', 'rejects', 'throws'].map((id) => `function_calls_total{function_id="${id}",status="error"} 1`),
    ...['nothing', 'rejects', 'throws'].map((id) => `function_cold_starts_total{function_id="${id}"} 1`),
    ...['nothing', 'rejects', 'throws'].map((id) => `function_duration_seconds_count{function_id="${id}"} 1`),
    ...['nothing', 'rejects', 'throws'].map((id) => `function_in_flight{function_id="${id}"} 0`),
  ])
  expect(spans.spans().map(({ name, status, message, events }) => [name, status, message, events?.length])).toEqual([
    ['throws', 'error', 'no stock', 1],
    ['rejects', 'error', 'no stock', 1],
    ['nothing', 'error', 'undefined', undefined],
  ])
  expect(records.map(({ body, severityText }) => [body, severityText])).toEqual([
    ['throws', 'ERROR'],
    ['rejects', 'ERROR'],
    ['nothing', 'ERROR'],
  ])
})

test('in-flight is up while calls run, also while one throws [W-13] [W-02]', async () => {
  const { functions, lines } = made()
  const inFlight = () => lines().filter((line) => line.startsWith('function_in_flight'))
  let release = () => {}
  const waiting = new Promise<void>((resolve) => (release = resolve))
  const work = functions.instrument(
    async (fail: boolean) => {
      await waiting
      if (fail) throw new Error('late')
    },
    { id: 'work' },
  )
  const calls = [work(false), work(true), work(false)]
  expect(inFlight()).toEqual(['function_in_flight{function_id="work"} 3'])
  release()
  await Promise.allSettled(calls)
  expect(inFlight()).toEqual(['function_in_flight{function_id="work"} 0'])
})

test('an error in the result counts as one, and the result reaches the caller [W-13]', () => {
  const { functions, spans, lines } = made()
  const failed = (result: unknown) => (result as { error?: Error }).error
  const load = functions.instrument((error?: Error) => ({ error }), { id: 'load', failed })
  expect([load(), load(new RangeError('x'))]).toEqual([{ error: undefined }, { error: new RangeError('x') }])
  expect(spans.spans().map(({ status, message }) => [status, message])).toEqual([
    ['ok', undefined],
    ['error', 'x'],
  ])
  expect(lines().filter((line) => line.startsWith('function_calls'))).toEqual([
    'function_calls_total{function_id="load",status="error"} 1',
    'function_calls_total{function_id="load",status="success"} 1',
  ])
})

test('the kind follows from where the call comes from [W-28]', () => {
  const { functions, spans } = made()
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
  const call = () => functions.observe('', { log: 'none' }, () => {})
  call()
  functions.observe('outer', { log: 'none' }, call)
  functions.arrived({ headers, from: 'process' }, call)
  functions.arrived({ headers, from: 'queue' }, () => functions.observe('handler', { log: 'none' }, call))
  functions.arrived({ headers: null, from: 'queue' }, call)
  functions.arrived({ headers: { traceparent: 'broken' }, from: 'process' }, call)
  functions.observe('said', { log: 'none', kind: 'client' }, () => {})
  const shown = spans.spans().map(({ name, kind, trace, parent }) => [name, kind, trace.slice(0, 8), parent.slice(8)])
  expect(shown).toEqual([
    ['function_execution', 'server', '00000001', '00000000'],
    ['function_execution', 'internal', '00000007', '0000000c'],
    ['outer', 'server', '00000007', '00000000'],
    ['function_execution', 'internal', '0af76519', '69203331'],
    ['function_execution', 'internal', '0af76519', '00000012'],
    ['handler', 'consumer', '0af76519', '69203331'],
    ['function_execution', 'consumer', '00000015', '00000000'],
    ['function_execution', 'server', '0000001b', '00000000'],
    ['said', 'server'.replace('server', 'client'), '00000021', '00000000'],
  ])
})

test('context values and options are copied to the span [W-28]', () => {
  const { functions, spans } = made()
  const frame = new Frame(null)
  frame.tenant = 'acme'
  frame.correlationId = 'c-1'
  runIn(frame, () => functions.observe('f', { log: 'none', options: { retries: 2, none: undefined } }, () => {}))
  expect(spans.spans()[0]!.attributes).toEqual({
    'process.pid': pid,
    'frame.id': 1,
    'faas.coldstart': true,
    'ctx.correlation_id': 'c-1',
    'ctx.tenant': 'acme',
    'opt.retries': 2,
  })
})

test('only the first call of a function is cold', () => {
  const { functions, spans, lines } = made()
  const f = functions.instrument(() => {}, { id: 'f' })
  f()
  f()
  expect(spans.spans().map(({ attributes }) => attributes['faas.coldstart'])).toEqual([true, false])
  expect(lines()).toContain('function_cold_starts_total{function_id="f"} 1')
})

test('interceptors run by order, metrics at 50 outside tracing at 100, and their errors are the call’s [W-13]', () => {
  const { functions, lines } = made()
  const seen: string[] = []
  const at = (order: number) =>
    functions.intercept({
      order,
      intercept(call, next) {
        const flight =
          lines()
            .find((line) => line.startsWith('function_in_flight'))
            ?.at(-1) ?? 'none'
        seen.push(`${order} in flight ${flight}, span ${call.span.isRecording()}, current ${current() !== undefined}`)
        return next()
      },
    })
  const removals = [150, 10, 75].map(at)
  functions.observe('f', { log: 'none' }, () => seen.push('work'))
  expect(seen).toEqual([
    '10 in flight none, span false, current false',
    '75 in flight 1, span false, current false',
    '150 in flight 1, span true, current true',
    'work',
  ])
  for (const remove of removals) remove()
  functions.observe('f', { log: 'none' }, () => {})
  expect(seen).toHaveLength(4)
  const refuse = functions.intercept({
    order: 60,
    intercept: () => {
      throw new Error('not allowed')
    },
  })
  expect(() => functions.observe('f', { log: 'none' }, () => seen.push('never'))).toThrow('not allowed')
  refuse()
  expect(lines().filter((line) => /calls|flight/.test(line))).toEqual([
    'function_calls_total{function_id="f",status="error"} 1',
    'function_calls_total{function_id="f",status="success"} 2',
    'function_in_flight{function_id="f"} 0',
  ])
})

test('an instrumented function is the function that was given: this, arguments, name, length, properties, result', async () => {
  const { functions } = made()
  const given = Object.assign(
    function add(this: { base: number }, a: number, b: number) {
      return this.base + a + b
    },
    { note: 'kept' },
  )
  const add = functions.instrument(given)
  expect([add.call({ base: 1 }, 2, 3), add.name, add.length, add.note]).toEqual([6, 'add', 2, 'kept'])
  expect(functions.instrument(add)).toBe(add)
  const value = {}
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  const lazy = { then: (resolve: (value: unknown) => void) => resolve(value) }
  expect(await functions.instrument(() => lazy, { id: 'lazy' })()).toBe(value)
  const child = Object.assign(Promise.resolve(1), { pid: 1 })
  expect(functions.instrument(() => child, { id: 'child' })()).toBe(child)
})

test('what cannot be used is said and harms nobody', () => {
  const { functions, lines } = made()
  expect(functions.observe('f', {} as never)).toBe(undefined)
  expect(functions.instrument('text' as never, null as unknown as InstrumentSettings)).toBe('text')
  expect(functions.intercept({} as never)()).toBe(undefined)
  const hostile = {
    get secret(): string {
      throw new Error('getter')
    },
  }
  const taken = { function_id: 'mine', status: 'mine', deep: {} as never, none: null }
  expect(
    functions.observe(
      'f',
      {
        low: taken,
        high: hostile,
        failed: () => {
          throw new Error('judge')
        },
      },
      () => 1,
    ),
  ).toBe(1)
  expect(lines().filter((line) => line.startsWith('function_calls'))).toEqual([
    'function_calls_total{function_id="f",status="success"} 1',
  ])
})

test('switched off, calls go straight through the interceptors of the application', () => {
  const { functions, spans, lines, records } = made({ enabled: false })
  functions.intercept({ order: 1, intercept: (_, next) => `<${String(next())}>` })
  expect(functions.observe('f', () => 'x')).toBe('<x>')
  expect([spans.spans(), lines(), records]).toEqual([[], [], []])
})

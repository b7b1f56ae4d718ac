import { afterEach, expect, test } from 'vitest'
import { current, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { NO_SPAN } from '../../src/context/non-recording.ts'
import { parseTraceparent } from '../../src/context/traceparent.ts'
import { addEvent, currentSpan, httpStatus, setAttributes, span } from '../../src/trace/active.ts'
import { TraceEngine } from '../../src/trace/engine.ts'
import { install, installed, tracer } from '../../src/trace/installed.ts'
import { samplerOf } from '../../src/trace/sampler.ts'
import { recorder } from './recorder.ts'

// Taken before anything is installed, as a module of an application does.
const EARLY = tracer('early', '2')

afterEach(() => install(null))

function running() {
  const on = recorder()
  install(on.engine)
  return on
}

test('span gives back what the function returns, the very same object [R-09]', () => {
  const on = running()
  const value = { a: 1 }
  expect(span('sync', () => value)).toBe(value)
  expect(span('nothing', () => undefined)).toBeUndefined()
  expect(on.spans().map(({ name, status, times }) => [name, status, times])).toEqual([
    ['sync', 'unset', [1, 2]],
    ['nothing', 'unset', [3, 4]],
  ])
})

test('span ends when the promise settles, and resolves to the same value [R-09]', async () => {
  const on = running()
  const value = { a: 1 }
  const promise = span('async', async (s) => {
    await null
    s.set('late', true)
    return value
  })
  expect(on.finished).toEqual([])
  expect(await promise).toBe(value)
  expect(on.spans().map(({ name, attributes }) => [name, attributes])).toEqual([['async', { late: true }]])
})

test('what is thrown is recorded, sets the status, and reaches the caller as it is [R-09]', async () => {
  const on = running()
  const error = new TypeError('bad')
  expect(() =>
    span('sync', () => {
      throw error
    }),
  ).toThrow(error)
  await expect(
    span('async', async () => {
      throw error
    }),
  ).rejects.toBe(error)
  expect(
    on
      .spans()
      .map(({ name, status, message, attributes, events }) => [
        name,
        status,
        message,
        attributes,
        (events as { name: string }[]).map((e) => e.name),
      ]),
  ).toEqual([
    ['sync', 'error', 'bad', { 'error.type': 'TypeError' }, ['exception']],
    ['async', 'error', 'bad', { 'error.type': 'TypeError' }, ['exception']],
  ])
})

test('a rejection that nobody handles is still unhandled [R-09]', async () => {
  running()
  const seen: unknown[] = []
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => void seen.push(reason))
  const error = new Error('lost')
  void span('lost', async () => {
    throw error
  })
  await new Promise((done) => setTimeout(done, 10))
  process.removeAllListeners('unhandledRejection')
  for (const listener of before) process.on('unhandledRejection', listener)
  expect(seen).toEqual([error])
})

test('a promise with properties of its own reaches the caller as it is, and a lazy thenable runs once [R-09]', async () => {
  const on = running()
  const child = Object.assign(Promise.resolve(1), { pid: 7 })
  expect(span('child', () => child)).toBe(child)
  await child
  let ran = 0
  // biome-ignore lint/suspicious/noThenProperty: a lazy thenable is the point
  const lazy = { then: (done: (value: number) => void) => void done(++ran) } as unknown as PromiseLike<number>
  expect(await span('lazy', () => lazy)).toBe(1)
  await null
  expect(ran).toBe(1)
  expect(on.finished.map((s) => s.name)).toEqual(['child', 'lazy'])
})

test('spans nest across awaits, and siblings do not see each other [R-09]', async () => {
  const on = running()
  await span('outer', async () => {
    await Promise.all([
      span('a', async () => {
        await null
        setAttributes({ in: 'a' })
        await span('a.inner', async () => await null)
      }),
      span('b', async () => {
        await null
        addEvent('in b', { n: 1 })
      }),
    ])
    setAttributes({ in: 'outer' })
  })
  const byName = Object.fromEntries(on.spans().map((s) => [s.name, s]))
  const ids = (name: string) => byName[name]!.id
  expect(
    Object.entries(byName)
      .map(([name, s]) => [name, s.parent, s.attributes])
      .sort(),
  ).toEqual([
    ['a', ids('outer'), { in: 'a' }],
    ['a.inner', ids('a'), {}],
    ['b', ids('outer'), {}],
    ['outer', '0000000000000000', { in: 'outer' }],
  ])
  expect(byName['b']!.events).toEqual([{ name: 'in b', time: expect.any(Number), attributes: { n: 1 } }])
  expect(current()).toBeUndefined()
})

test('settings give kind, attributes, links and a new trace [R-09]', () => {
  const on = running()
  span('outer', () =>
    span(
      'inner',
      { kind: 'producer', attributes: { id: 1 }, links: [{ context: currentSpan().spanContext() }], root: true },
      () => 0,
    ),
  )
  const [inner, outer] = on.spans()
  expect([inner!.kind, inner!.attributes, inner!.parent, inner!.trace === outer!.trace]).toEqual([
    'producer',
    { id: 1 },
    '0000000000000000',
    false,
  ])
  expect(inner!.links).toEqual([{ trace: outer!.trace, id: outer!.id, flags: '3' }])
})

test('before start every helper is a no-op that runs the function [W-09]', async () => {
  expect(installed().on).toBe(false)
  expect(span('x', (s) => [s === NO_SPAN, s.set('a', 1).isRecording()])).toEqual([true, false])
  expect(await span('x', { kind: 'client' }, async () => 5)).toBe(5)
  expect(() =>
    span('x', () => {
      throw new Error('through')
    }),
  ).toThrow('through')
  expect(currentSpan()).toBe(NO_SPAN)
  setAttributes({ a: 1 })
  addEvent('e')
  expect(span('no function', undefined as never)).toBeUndefined()
})

test('with nothing recorded a span costs no id, no clock, no context and no object [H-25]', () => {
  const calls = { ids: 0, now: 0, finish: 0 }
  expect(span('x', () => current())).toBeUndefined()
  expect(EARLY.start('x')).toBe(NO_SPAN)
  expect(EARLY.startActiveSpan('x', (s) => [s === NO_SPAN, current()])).toEqual([true, undefined])
  const off = new TraceEngine(null)
  expect([off.on, ...off.started, ...off.live]).toEqual([false, ...Array(12).fill(0)])
  expect(calls).toEqual({ ids: 0, now: 0, finish: 0 })
})

test('with nothing recorded the ids of a caller still travel on [W-37]', () => {
  const frame = new Frame(null)
  parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', frame)
  const passed = EARLY.start('x', undefined, frame)
  expect(passed.isRecording()).toBe(false)
  expect(new Frame(null).hold(passed)).toEqual(new Frame(frame).hold(passed))
  expect(passed.spanContext()).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
    isRemote: true,
  })
})

test('a tracer taken before start records after it, stops with it, and records again [W-09]', () => {
  EARLY.start('before').end()
  const first = running()
  EARLY.start('first').end()
  expect(tracer('early', '2')).toBe(EARLY)
  install(null)
  EARLY.start('between').end()
  const second = running()
  EARLY.start('second').end()
  expect([first.finished, second.finished].map((list) => list.map((s) => s.name))).toEqual([['first'], ['second']])
})

test('a span that outlives a restart is not lost, and live never goes below 0 [W-23]', () => {
  running()
  const span = EARLY.start('long')
  const second = running()
  expect([...second.engine.live]).toEqual([0, 0, 1])
  span.end()
  expect([...second.engine.live]).toEqual([0, 0, 0])
  expect(second.finished.map((s) => s.name)).toEqual(['long'])
})

test('scopes are told apart by name, version, schema and attributes [R-09]', () => {
  expect(tracer('a')).toBe(tracer('a', '', ''))
  const all = [tracer('a'), tracer('a', '1'), tracer('a', '1', 's'), tracer('a', '1', 's', ['k', 1]), tracer('b')]
  expect(new Set(all).size).toBe(5)
  expect(tracer('a', '1', 's', ['k', 1])).toBe(all[3])
})

test('an unsampled span is still current, so that its children are not roots [W-36]', () => {
  const on = recorder({ sampler: samplerOf('parentbased_always_off') })
  install(on.engine)
  const [outer, inner] = span('outer', (o) => span('inner', (i) => [o.spanContext(), i.spanContext()]))
  expect(inner!.traceId).toBe(outer!.traceId)
  expect(inner!.traceFlags).toBe(2)
  expect(on.finished).toEqual([])
})

test.each([
  [200, 0],
  [204, 0],
  [304, 0],
  [404, 0],
  [499, 0],
  [500, 2],
  [503, 2],
  [599, 2],
])('a response with %i makes the server span status %i: 4xx is neither an error nor OK [W-26]', (status, code) => {
  expect(httpStatus(status)).toBe(code)
})

test('helpers act on the current span, whoever made it, under our names too [R-09]', () => {
  const calls: unknown[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args])
  const foreign = {
    spanContext: () => ({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }),
    setAttribute: note('setAttribute'),
    setAttributes: note('setAttributes'),
    addEvent: note('addEvent'),
    setStatus: note('setStatus'),
    updateName: note('updateName'),
    recordException: note('recordException'),
    end: note('end'),
    isRecording: () => true,
  }
  const error = new TypeError('bad')
  runIn(new Frame(null).hold(foreign), () => {
    setAttributes({ a: 1 })
    addEvent('e')
    const span = currentSpan()
    span.set('k', 1).setAttribute('l', 2).setAttributes({ m: 3 }).event('f', { n: 4 }).addEvent('g').updateName('other')
    span.fail('why').fail().fail(error).setStatus({ code: 1 })
    span.recordException(error)
    span.end()
    expect([span.isRecording(), span.spanContext().spanId]).toEqual([true, '2'.repeat(16)])
  })
  expect(calls).toEqual([
    ['setAttributes', { a: 1 }],
    ['addEvent', 'e', undefined],
    ['setAttribute', 'k', 1],
    ['setAttribute', 'l', 2],
    ['setAttributes', { m: 3 }],
    ['addEvent', 'f', { n: 4 }, undefined],
    ['addEvent', 'g', undefined, undefined],
    ['updateName', 'other'],
    ['setStatus', { code: 2, message: 'why' }],
    ['setStatus', { code: 2 }],
    ['recordException', error],
    ['setAttribute', 'error.type', 'TypeError'],
    ['setStatus', { code: 2, message: 'bad' }],
    ['setStatus', { code: 1 }],
    ['recordException', error, undefined],
    ['end', undefined],
  ])
})

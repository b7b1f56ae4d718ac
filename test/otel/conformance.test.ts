// How `@opentelemetry/api` behaves with ours behind it: each statement holds for the API's own documentation and for
// both current versions of the package.
import { EventEmitter } from 'node:events'
import * as api19 from '@opentelemetry/api'
import * as api110 from 'api110'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { current, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { currentSpan, span } from '../../src/trace/active.ts'
import { registered } from './provider.ts'

const REMOTE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe.each([
  ['1.9', api19],
  ['1.10', api110 as unknown as typeof api19],
])('@opentelemetry/api %s', (version, api) => {
  const { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  let on: ReturnType<typeof registered>

  beforeEach(() => {
    // As if this copy of the API had touched the global first.
    Object.defineProperty(globalThis, Symbol.for('opentelemetry.js.api.1'), {
      value: { version: version === '1.9' ? '1.9.1' : '1.10.0' },
      configurable: true,
      writable: true,
    })
    on = registered()
  })
  afterEach(() => on.stop())

  test('all parts are found through the global [W-37]', () => {
    expect(on.registration.registered).toEqual(['diag', 'context', 'propagation', 'trace', 'metrics', 'logs'])
    expect(on.registration.taken).toEqual({})
    expect(trace.getTracerProvider()).toBe(on.registration.tracerProvider)
    expect(api.metrics.getMeterProvider()).toBe(on.registration.meterProvider)
  })

  test('a tracer with a name and a version makes spans of that scope [R-09]', () => {
    const tracer = trace.getTracer('lib', '2.1')
    tracer.startSpan('s').end()
    const { scope } = on.finished[0]!
    expect([scope.name, scope.version]).toEqual(['lib', '2.1'])
    expect(trace.getTracer('lib', '2.1')).toBe(trace.getTracer('lib', '2.1'))
    trace
      .getTracer(undefined as never)
      .startSpan('nameless')
      .end()
    expect(on.finished[1]!.scope.name).toBe('')
  })

  test('one whole span through the API [R-09]', () => {
    const span = trace.getTracer('lib', '1').startSpan('work', {
      kind: SpanKind.CLIENT,
      attributes: { a: 1, list: ['x', 'y'], none: undefined },
      links: [{ context: REMOTE, attributes: { why: 'batch' } }],
      startTime: [1_700_000_000, 500_000_000],
    })
    span.setAttribute('b', 'two').setAttributes({ c: true, d: 0.5 })
    span.addEvent('cache.miss', { key: 'k' }, 1_700_000_000_600)
    span.addLink({ context: { ...REMOTE, isRemote: true } })
    span.updateName('work done')
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'sorry' })
    span.end(new Date(1_700_000_001_000))
    expect(on.spans()).toEqual([
      {
        name: 'work done',
        trace: '00000001000000020000000300000004',
        id: '0000000500000006',
        parent: '0000000000000000',
        kind: 'client',
        flags: '103',
        status: 'error',
        message: 'sorry',
        times: [500, 1000],
        scope: 'lib@1',
        attributes: { a: 1, list: ['x', 'y'], b: 'two', c: true, d: 0.5 },
        events: [{ name: 'cache.miss', time: 600, attributes: { key: 'k' } }],
        links: [
          { trace: REMOTE.traceId, id: REMOTE.spanId, flags: '1', attributes: { why: 'batch' } },
          { trace: REMOTE.traceId, id: REMOTE.spanId, flags: '201' },
        ],
      },
    ])
  })

  test('every kind keeps its meaning, an unknown one is internal [R-09]', () => {
    const tracer = trace.getTracer('lib')
    for (const kind of [
      SpanKind.INTERNAL,
      SpanKind.SERVER,
      SpanKind.CLIENT,
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
      9,
      undefined,
    ]) {
      tracer.startSpan('s', { kind: kind as number }).end()
    }
    expect(on.spans().map((s) => s.kind)).toEqual([
      'internal',
      'server',
      'client',
      'producer',
      'consumer',
      'internal',
      'internal',
    ])
  })

  test('startActiveSpan takes its three forms, gives back what the function returns, and ends nothing [R-09]', async () => {
    const tracer = trace.getTracer('lib')
    const remote = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, isRemote: true })
    const ending =
      <T>(value: T) =>
      (s: api19.Span): T => {
        expect(trace.getActiveSpan()).toBe(s)
        s.end()
        return value
      }
    expect(tracer.startActiveSpan('a', ending(1))).toBe(1)
    expect(tracer.startActiveSpan('b', { attributes: { x: 1 } }, ending('two'))).toBe('two')
    expect(
      await tracer.startActiveSpan('c', {}, remote, async (s) => {
        await null
        return ending(3)(s)
      }),
    ).toBe(3)
    tracer.startActiveSpan('open', () => {})
    expect(() =>
      tracer.startActiveSpan('throws', () => {
        throw new Error('through')
      }),
    ).toThrow('through')
    expect(on.spans().map((s) => [s.name, s.parent, s.status])).toEqual([
      ['a', '0000000000000000', 'unset'],
      ['b', '0000000000000000', 'unset'],
      ['c', REMOTE.spanId, 'unset'],
    ])
    expect(trace.getActiveSpan()).toBeUndefined()
  })

  test('root starts a new trace inside a span [R-09]', () => {
    const tracer = trace.getTracer('lib')
    tracer.startActiveSpan('outer', (outer) => {
      tracer.startSpan('inner', { root: true }).end()
      outer.end()
    })
    const [inner, outer] = on.spans()
    expect([inner!.parent, inner!.trace === outer!.trace]).toEqual(['0000000000000000', false])
  })

  test('startSpan takes its parent from the context given, else from the active one [R-09]', () => {
    const tracer = trace.getTracer('lib')
    const parent = tracer.startSpan('parent')
    const inParent = trace.setSpan(context.active(), parent)
    tracer.startSpan('explicit', {}, inParent).end()
    context.with(inParent, () => tracer.startSpan('active').end())
    context.with(inParent, () => tracer.startSpan('elsewhere', {}, ROOT_CONTEXT).end())
    const id = parent.spanContext().spanId
    expect(on.spans().map((s) => [s.name, s.parent])).toEqual([
      ['explicit', id],
      ['active', id],
      ['elsewhere', '0000000000000000'],
    ])
  })

  test('a wrapped span context is a parent, and an invalid one is none [R-08]', () => {
    const tracer = trace.getTracer('lib')
    tracer
      .startSpan('child', {}, trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext({ ...REMOTE, isRemote: true })))
      .end()
    const bad = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 }
    tracer.startSpan('root', {}, trace.setSpanContext(context.active(), bad)).end()
    tracer
      .startSpan('root', {}, trace.setSpanContext(context.active(), { traceId: 'x', spanId: 'y', traceFlags: 1 }))
      .end()
    expect(on.spans().map((s) => [s.trace, s.parent, s.flags])).toEqual([
      [REMOTE.traceId, REMOTE.spanId, '301'],
      [expect.not.stringMatching(/^0{32}$/), '0000000000000000', '103'],
      [expect.not.stringMatching(/^0{32}$/), '0000000000000000', '103'],
    ])
    expect(trace.isSpanContextValid(tracer.startSpan('x').spanContext())).toBe(true)
  })

  test('contexts are immutable and nest: what is set inside is gone outside [R-09]', () => {
    const key = api.createContextKey('test key')
    const one = context.active().setValue(key, 1)
    const two = one.setValue(key, 2)
    expect([
      context.active().getValue(key),
      one.getValue(key),
      two.getValue(key),
      two.deleteValue(key).getValue(key),
    ]).toEqual([undefined, 1, 2, undefined])
    context.with(one, () => {
      expect(context.active()).toBe(one)
      context.with(two, () => expect(context.active().getValue(key)).toBe(2))
      context.with(ROOT_CONTEXT, () => {
        expect(context.active()).toBe(ROOT_CONTEXT)
        expect(context.active().getValue(key)).toBeUndefined()
      })
      expect(context.active()).toBe(one)
    })
    expect(context.active().getValue(key)).toBeUndefined()
  })

  test('a context grown from ROOT_CONTEXT keeps its values, its span and its identity [R-09]', async () => {
    const key = api.createContextKey('foreign')
    const grown = trace.setSpanContext(ROOT_CONTEXT.setValue(key, 'v'), REMOTE)
    await context.with(grown, async () => {
      await null
      expect(context.active()).toBe(grown)
      expect(current()?.getValue(key)).toBe('v')
      const further = context.active().setValue(key, 'w')
      context.with(further, () => expect(context.active().getValue(key)).toBe('w'))
      span('ours', () => {
        expect(context.active().getValue(key)).toBe('v')
        expect(context.active().deleteValue(key).getValue(key)).toBeUndefined()
        expect(context.active().setValue(key, 5).getValue(key)).toBe(5)
      })
    })
    expect(on.spans().map((s) => [s.trace, s.parent])).toEqual([[REMOTE.traceId, REMOTE.spanId]])
  })

  test('setting one key a thousand times holds one value [R-09]', () => {
    const key = api.createContextKey('grows')
    let grown = context.active()
    for (let i = 0; i < 1000; i++) grown = grown.setValue(key, i)
    expect(grown.getValue(key)).toBe(999)
    let depth = 0
    for (let held = (grown as Frame).values as { next?: unknown } | null; held; held = held.next as never) depth++
    expect(depth).toBe(1)
  })

  test('context.with passes this, arguments and the result, and an error through [R-09]', () => {
    const self = { n: 2 }
    const result = context.with(
      context.active(),
      function (this: typeof self, a: number, b: number) {
        return this.n * a + b
      } as never,
      self as never,
      ...([3, 4] as never),
    )
    expect(result).toBe(10)
    expect(() =>
      context.with(context.active(), () => {
        throw new TypeError('x')
      }),
    ).toThrow(TypeError)
  })

  test('context survives awaits, timers, immediates, ticks and microtasks, and parallel work does not mix [R-09]', async () => {
    const key = api.createContextKey('async')
    const seen: unknown[] = []
    const look = () => void seen.push(context.active().getValue(key))
    await Promise.all(
      [1, 2].map((n) =>
        context.with(context.active().setValue(key, n), async () => {
          await null
          look()
          await new Promise<void>((done) => setTimeout(() => done(look()), n))
          await new Promise<void>((done) => setImmediate(() => done(look())))
          await new Promise<void>((done) => process.nextTick(() => done(look())))
          queueMicrotask(look)
        }),
      ),
    )
    await null
    expect(seen.filter((n) => n === 1).length).toBe(5)
    expect(seen.filter((n) => n === 2).length).toBe(5)
    expect(context.active().getValue(key)).toBeUndefined()
  })

  test('a bound function runs in its context with its own this, and keeps its length [R-09]', () => {
    const key = api.createContextKey('bound')
    const bound = context.bind(context.active().setValue(key, 'in'), function (this: unknown, a: number, b: number) {
      return [this, a + b, context.active().getValue(key)]
    })
    const self = {}
    expect(bound.call(self, 1, 2)).toEqual([self, 3, 'in'])
    expect(bound.length).toBe(2)
    expect(context.bind(context.active(), 5 as never)).toBe(5)
    const thing = { on: 1 }
    expect(context.bind(context.active(), thing)).toBe(thing)
  })

  test('listeners of a bound emitter run in its context, once is once, and off finds them [R-09]', () => {
    const key = api.createContextKey('emitter')
    const emitter = context.bind(context.active().setValue(key, 'in'), new EventEmitter())
    const seen: unknown[] = []
    const listener = (n: number) => void seen.push([n, context.active().getValue(key)])
    emitter.on('x', listener)
    emitter.once('x', listener)
    emitter.prependOnceListener('x', listener)
    context.with(ROOT_CONTEXT, () => emitter.emit('x', 1))
    emitter.emit('x', 2)
    emitter.removeListener('x', listener)
    emitter.emit('x', 3)
    expect(emitter.listenerCount('x')).toBe(0)
    expect(seen).toEqual([
      [1, 'in'],
      [1, 'in'],
      [1, 'in'],
      [2, 'in'],
    ])
    expect(context.bind(ROOT_CONTEXT, emitter)).toBe(emitter)
  })

  test('getActiveSpan is the span that is current, ours or theirs [R-09]', () => {
    expect(trace.getActiveSpan()).toBeUndefined()
    span('ours', (s) => expect(trace.getActiveSpan()).toBe(s))
    trace.getTracer('lib').startActiveSpan('theirs', (s) => expect(currentSpan()).toBe(s))
    const foreign = trace.wrapSpanContext(REMOTE)
    context.with(trace.setSpan(context.active(), foreign), () => {
      expect(trace.getActiveSpan()).toBe(foreign)
      expect(trace.getSpanContext(context.active())).toEqual(REMOTE)
      span('child', () => 0)
    })
    expect(trace.getSpan(trace.deleteSpan(trace.setSpan(context.active(), foreign)))).toBeUndefined()
    expect(on.spans().at(-1)).toMatchObject({ name: 'child', trace: REMOTE.traceId, parent: REMOTE.spanId })
  })

  test('a request whose record was let go still gives its ids to late work [R-09]', () => {
    const frame = new Frame(null).hold(on.tracer.start('request'))
    frame.release()
    runIn(frame, () => {
      const late = trace.getActiveSpan()!
      expect([late.isRecording(), late.spanContext().spanId]).toEqual([false, '0000000500000006'])
      trace.getTracer('lib').startSpan('late').end()
    })
    expect(on.spans().at(-1)).toMatchObject({ name: 'late', parent: '0000000500000006' })
  })

  test('inject writes the current trace and its baggage, extract reads them back [R-08]', () => {
    const baggage = propagation.createBaggage({
      user: { value: 'Amélie' },
      plan: { value: 'pro', metadata: api.baggageEntryMetadataFromString('ttl=1') },
    })
    const carrier: Record<string, string> = {}
    trace.getTracer('lib').startActiveSpan('s', () => {
      propagation.inject(propagation.setBaggage(context.active(), baggage), carrier)
    })
    expect(carrier).toEqual({
      traceparent: '00-00000001000000020000000300000004-0000000500000006-03',
      baggage: 'user=Am%C3%A9lie,plan=pro;ttl=1',
    })
    const extracted = propagation.extract(ROOT_CONTEXT, { ...carrier, tracestate: 'v=1' })
    const spanContext = trace.getSpanContext(extracted)!
    expect({ ...spanContext, traceState: spanContext.traceState?.serialize() }).toEqual({
      traceId: '00000001000000020000000300000004',
      spanId: '0000000500000006',
      traceFlags: 3,
      isRemote: true,
      traceState: 'v=1',
    })
    const read = propagation.getBaggage(extracted)!
    expect(read.getAllEntries().map(([key, entry]) => [key, entry.value, entry.metadata?.toString()])).toEqual([
      ['user', 'Amélie', undefined],
      ['plan', 'pro', 'ttl=1'],
    ])
    expect(
      read
        .setEntry('x', { value: '1' })
        .removeEntry('user')
        .getAllEntries()
        .map(([key]) => key),
    ).toEqual(['plan', 'x'])
    expect(propagation.fields()).toEqual(['traceparent', 'tracestate', 'baggage'])
  })

  test('extract keeps the context when there is nothing to read, and its other values always [R-08]', () => {
    const key = api.createContextKey('kept')
    const before = ROOT_CONTEXT.setValue(key, 1)
    expect(propagation.extract(before, { other: 'x' })).toBe(before)
    expect(
      trace.getSpanContext(propagation.extract(before, { traceparent: 'junk', tracestate: 'a=1' })),
    ).toBeUndefined()
    const after = propagation.extract(
      before,
      { TraceParent: PARENT },
      { keys: Object.keys, get: (from, name) => (from as never)[name === 'traceparent' ? 'TraceParent' : name] },
    )
    expect([after.getValue(key), trace.getSpanContext(after)?.spanId]).toEqual([1, REMOTE.spanId])
    const already = trace.setSpanContext(ROOT_CONTEXT, REMOTE)
    expect(trace.getSpanContext(propagation.extract(already, { traceparent: 'junk' }))).toEqual(REMOTE)
  })

  test('tracestate set through the API travels on and is exported with the span [R-08]', () => {
    const state = api.createTraceState('a=1,b=2').set('c', '3')
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, isRemote: true, traceState: state })
    const carrier: Record<string, string> = {}
    trace.getTracer('lib').startActiveSpan('s', {}, parent, (s) => {
      propagation.inject(context.active(), carrier)
      s.end()
    })
    expect(carrier['tracestate']).toBe('c=3,a=1,b=2')
    expect(on.spans()[0]!.state).toBe('c=3,a=1,b=2')
  })

  test('nothing is recorded or sent inside suppressTracing [W-37]', () => {
    const quiet = context
      .active()
      .setValue(api.createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)
    const carrier = {}
    context.with(trace.setSpanContext(quiet, REMOTE), () => {
      const s = trace.getTracer('lib').startSpan('exporter call')
      trace.getTracer('lib').startSpan('root', { root: true }).end()
      propagation.inject(context.active(), carrier)
      expect(s.isRecording()).toBe(false)
      s.end()
    })
    expect([carrier, on.finished]).toEqual([{}, []])
  })

  test('after unregister the API is a no-op again, and nobody else is harmed [W-37]', () => {
    const tracer = trace.getTracer('held')
    on.stop()
    expect(trace.getTracer('lib').startSpan('x').isRecording()).toBe(false)
    expect(tracer.startSpan('x').isRecording()).toBe(false)
    expect(context.with(ROOT_CONTEXT.setValue(Symbol.for('k'), 1), () => context.active())).toBe(ROOT_CONTEXT)
    expect(on.finished).toEqual([])
    on = registered()
    tracer.startSpan('again').end()
    expect(on.finished.map((s) => s.name)).toEqual(['again'])
  })
})

test('attach of API 1.10 makes a context current until it is disposed, once [R-09]', () => {
  Object.defineProperty(globalThis, Symbol.for('opentelemetry.js.api.1'), {
    value: { version: '1.10.0' },
    configurable: true,
    writable: true,
  })
  const on = registered()
  const { context } = api110
  const key = api110.createContextKey('attached')
  const token = context.attach(context.active().setValue(key, 1))
  expect(context.active().getValue(key)).toBe(1)
  const inner = context.attach(context.active().setValue(key, 2))
  expect(context.active().getValue(key)).toBe(2)
  inner.dispose()
  expect(context.active().getValue(key)).toBe(1)
  token.dispose()
  token.dispose()
  expect(context.active().getValue(key)).toBeUndefined()
  on.stop()
})

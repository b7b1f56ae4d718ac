import { afterEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Frame } from '../../src/context/frame.ts'
import { NonRecordingSpan } from '../../src/context/non-recording.ts'
import { parseTraceparent } from '../../src/context/traceparent.ts'
import { KIND_SERVER, type SpanRecord, STATUS_ERROR, STATUS_OK, STATUS_UNSET, Template } from '../../src/model/span.ts'
import { samplerOf } from '../../src/trace/sampler.ts'
import { Span } from '../../src/trace/span.ts'
import { recorder } from './recorder.ts'

afterEach(() => {
  onNotice(undefined)
  forgetNotices()
})

const EPOCH = 1_700_000_000_000

/** A recording span of that engine. */
function started(on: ReturnType<typeof recorder>, name = 'work'): Span {
  const span = on.tracer.start(name)
  if (!(span instanceof Span)) throw new Error('not recording')
  return span
}

test('a root span is one whole record [R-04]', () => {
  const on = recorder()
  started(on).set('a', 1).set('b', 'text').set('c', true).end()
  expect(on.spans()).toEqual([
    {
      name: 'work',
      trace: '00000001000000020000000300000004',
      id: '0000000500000006',
      parent: '0000000000000000',
      kind: 'internal',
      flags: '103',
      status: 'unset',
      times: [1, 2],
      scope: 'test@1',
      attributes: { a: 1, b: 'text', c: true },
    },
  ])
})

test('start and end read the clock once each, and a span draws six ids as a root and two as a child [H-25]', () => {
  const on = recorder()
  const root = started(on)
  const child = on.tracer.start('child', undefined, new Frame(null).hold(root))
  child.set('a', 1)
  child.end()
  root.end()
  expect(on.calls).toEqual({ ids: 8, now: 4 })
})

test('a child joins the trace of its parent, keeps its random bit and its tracestate [R-08]', () => {
  const on = recorder()
  for (const flags of ['01', '03']) {
    const frame = new Frame(null)
    parseTraceparent(`00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`, frame)
    frame.traceState = 'v=1'
    const server = on.tracer.start('GET /', KIND_SERVER, frame, EPOCH + 5)
    const inner = on.tracer.start('inner', undefined, new Frame(null).hold(server))
    inner.end()
    server.end()
  }
  expect(
    on.spans().map(({ name, trace, parent, flags, state, kind }) => [name, trace, parent, flags, state, kind]),
  ).toEqual([
    ['inner', '0af7651916cd43dd8448eb211c80319c', '0000000100000002', '101', 'v=1', 'internal'],
    ['GET /', '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '301', 'v=1', 'server'],
    ['inner', '0af7651916cd43dd8448eb211c80319c', '0000000500000006', '103', 'v=1', 'internal'],
    ['GET /', '0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', '303', 'v=1', 'server'],
  ])
})

test('the random mark of new trace ids can be left off for peers that refuse it [R-08]', () => {
  const on = recorder({ randomFlag: false })
  started(on).end()
  expect(on.spans()[0]!.flags).toBe('101')
})

test('setting a key again replaces its value in its place [R-09]', () => {
  const on = recorder()
  started(on).set('a', 1).setAttribute('b', 2).setAttributes({ a: 3, c: 4 }).end()
  expect(on.finished[0]!.attributes).toEqual(['a', 3, 'b', 2, 'c', 4])
})

test('values of every kind that an attribute can have are kept, all else is ignored [R-09]', () => {
  const on = recorder()
  const list = ['x', 'y']
  const span = started(on)
  span
    .set('list', list)
    .set('holes', [1, undefined, null, () => 1] as never)
    .set('map', { a: 1, b: [true], c: undefined } as never)
    .set('bytes', new Uint8Array([1, 2]))
    .set('big', 12n)
    .set('date', new Date(0) as never)
    .set('undefined', undefined)
    .set('null', null)
    .set('function', (() => 1) as never)
    .set('symbol', Symbol('x') as never)
    .set('', 'no key')
    .set(undefined as never, 'no key')
  list.push('later')
  span.end()
  expect(on.spans()[0]!.attributes).toEqual({
    list: ['x', 'y'],
    holes: [1, null, null, null],
    map: { a: 1, b: [true] },
    bytes: new Uint8Array([1, 2]),
    big: 12n,
    date: '1970-01-01T00:00:00.000Z',
  })
})

test('a value that contains itself does not hang or throw [R-09]', () => {
  const on = recorder()
  const circle: Record<string, unknown> = { n: 1 }
  circle['self'] = circle
  started(on)
    .set('circle', circle as never)
    .end()
  expect(JSON.stringify(on.spans()[0]!.attributes)).toMatch(/^\{"circle":\{"n":1,"self":\{/)
})

test('128 attributes, events and links are kept, the rest is dropped and counted [R-04]', () => {
  const on = recorder()
  const span = started(on)
  const link = { context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } }
  for (let i = 0; i < 130; i++) {
    span.set(`k${i}`, i)
    span.addEvent(`e${i}`)
    span.addLink(link)
  }
  span.set('k0', 'replaced')
  span.end()
  const { rare, attributes } = on.finished[0]!
  expect([attributes!.length / 2, rare!.events!.length, rare!.links!.length]).toEqual([128, 128, 128])
  expect([rare!.droppedAttributes, rare!.droppedEvents, rare!.droppedLinks]).toEqual([2, 2, 2])
  expect([attributes![1], attributes!.at(-1), rare!.events!.at(-1)!.name]).toEqual(['replaced', 127, 'e127'])
})

test('limits can be as small as 16, per event and link too, and as small as 0 [W-24]', () => {
  const on = recorder({ limits: { attributes: 1, events: 1, links: 1, attributesPerEvent: 1, attributesPerLink: 1 } })
  const span = started(on)
  span.setAttributes({ a: 1, b: 2 })
  span.addEvent('e', { a: 1, b: 2, c: 3 })
  span.addLink({
    context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 },
    attributes: { a: 1, b: 2 },
    droppedAttributesCount: 5,
  })
  span.end()
  const none = recorder({ limits: { attributes: 0, events: 0, links: 0 } })
  const bare = started(none)
  bare.set('a', 1).addEvent('e').end()
  expect(on.spans()[0]).toMatchObject({
    attributes: { a: 1 },
    events: [{ name: 'e', time: 2, attributes: { a: 1 }, dropped: 2 }],
    links: [{ trace: '1'.repeat(32), id: '2'.repeat(16), flags: '0', attributes: { a: 1 }, dropped: 6 }],
    dropped: [1, 0, 0],
  })
  expect(none.spans()[0]).toMatchObject({ attributes: {}, events: [], dropped: [1, 1, 0] })
})

test('the value limit cuts text, each element of an array, event and link values and the status message [W-24]', () => {
  const on = recorder({ limits: { valueLength: 4 } })
  const span = started(on)
  span.setAttributes({
    text: 'abcdefgh',
    list: ['abcdefgh', 'ab', 123456],
    pair: 'abc\u{1F600}',
    map: { k: 'abcdefgh' },
    n: 123456,
  })
  span.addEvent('a long name stays', { v: 'abcdefgh' })
  span.addLink({
    context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 },
    attributes: { v: 'abcdefgh' },
  })
  span.setStatus({ code: STATUS_ERROR, message: 'abcdefgh' })
  span.end()
  expect(on.spans()[0]).toMatchObject({
    attributes: { text: 'abcd', list: ['abcd', 'ab', 123456], pair: 'abc', map: { k: 'abcd' }, n: 123456 },
    events: [{ name: 'a long name stays', attributes: { v: 'abcd' } }],
    links: [{ attributes: { v: 'abcd' } }],
    message: 'abcd',
  })
})

test('by default values have no length limit [W-24]', () => {
  const on = recorder()
  started(on).set('long', 'x'.repeat(100_000)).end()
  expect((on.spans()[0]!.attributes['long'] as string).length).toBe(100_000)
})

test('templates of surfaces come first, do not count for the limit, and are not copied [R-04]', () => {
  const on = recorder({ limits: { attributes: 1 } })
  const template = new Template(['http.request.method', 'GET', 'http.route', '/u/:id'])
  const span = started(on).set('a', 1)
  span.template = template
  span.end()
  expect(on.finished[0]!.template).toBe(template)
  expect(on.spans()[0]!.attributes).toEqual({ 'http.request.method': 'GET', 'http.route': '/u/:id', a: 1 })
})

const STATUSES: [title: string, codes: [number, string?][], result: [number, string | null]][] = [
  ['unset at first', [], [STATUS_UNSET, null]],
  ['error with a message', [[STATUS_ERROR, 'no']], [STATUS_ERROR, 'no']],
  ['an error without a message', [[STATUS_ERROR]], [STATUS_ERROR, null]],
  ['OK has no message', [[STATUS_OK, 'yes']], [STATUS_OK, null]],
  ['OK is final', [[STATUS_OK], [STATUS_ERROR, 'no'], [STATUS_UNSET]], [STATUS_OK, null]],
  ['OK wipes the message of an error', [[STATUS_ERROR, 'no'], [STATUS_OK]], [STATUS_OK, null]],
  ['UNSET changes nothing', [[STATUS_ERROR, 'no'], [STATUS_UNSET]], [STATUS_ERROR, 'no']],
  [
    'the last error wins',
    [
      [STATUS_ERROR, 'one'],
      [STATUS_ERROR, 'two'],
    ],
    [STATUS_ERROR, 'two'],
  ],
  ['a code that does not exist is ignored', [[7, 'x']], [STATUS_UNSET, null]],
]

test.each(STATUSES)('status: %s [W-26]', (_title, codes, result) => {
  const on = recorder()
  const span = started(on)
  for (const [code, message] of codes) span.setStatus({ code, message })
  span.end()
  expect([span.status, span.rare?.statusMessage ?? null]).toEqual(result)
})

test('times may be epoch milliseconds, performance readings, dates and [seconds, nanoseconds] [R-09]', () => {
  const on = recorder()
  const start = (startTime: unknown) => (on.tracer.startSpan('s', { startTime: startTime as never }) as Span).startTime
  expect(start(EPOCH + 0.25)).toBe(EPOCH + 0.25)
  expect(start(new Date(EPOCH))).toBe(EPOCH)
  expect(start([EPOCH / 1000, 250_000])).toBe(EPOCH + 0.25)
  expect(start(12.5)).toBe(performance.timeOrigin + 12.5)
  const span = on.tracer.startSpan('s', { startTime: EPOCH }) as Span
  span
    .addEvent('date', new Date(EPOCH + 1))
    .addEvent('array', {}, [EPOCH / 1000, 2_000_000])
    .addEvent('number', EPOCH + 3)
  span.recordException('x', EPOCH + 4)
  span.end([EPOCH / 1000, 5_500_000])
  expect([span.rare!.events!.map((e) => e.time - EPOCH), span.endTime - EPOCH]).toEqual([[1, 2, 3, 4], 5.5])
})

test('a time that is none is now, and an end before the start is the start [R-09]', () => {
  const on = recorder()
  const broken = on.tracer.startSpan('broken', { startTime: new Date('nonsense') }) as Span
  broken.end(Number.NaN)
  const backwards = on.tracer.startSpan('backwards', { startTime: EPOCH + 100 }) as Span
  backwards.end(EPOCH + 50)
  expect(on.spans().map((s) => s.times)).toEqual([
    [1, 2],
    [100, 100],
  ])
})

test('an exception becomes an event of class, message and stack; the status stays [R-09]', () => {
  const on = recorder()
  class Mine extends Error {}
  const error = new TypeError('bad')
  const span = started(on)
  for (const thrown of [
    error,
    new Mine('mine'),
    'text',
    42,
    { name: 'Odd', message: 'm' },
    { code: 'E1' },
    null,
    undefined,
  ]) {
    span.recordException(thrown)
  }
  span.end()
  const events = on.spans()[0]!.events as { name: string; attributes: Record<string, string> }[]
  expect(on.spans()[0]!.status).toBe('unset')
  expect(events[0]).toEqual({
    name: 'exception',
    time: 2,
    attributes: { 'exception.type': 'TypeError', 'exception.message': 'bad', 'exception.stacktrace': error.stack },
  })
  expect(events.map((e) => [e.attributes['exception.type'], e.attributes['exception.message']])).toEqual([
    ['TypeError', 'bad'],
    ['Mine', 'mine'],
    ['Error', 'text'],
    ['number', '42'],
    ['Odd', 'm'],
    ['Object', undefined],
    ['object', 'null'],
    ['undefined', 'undefined'],
  ])
})

test('an exception with hostile getters does not throw [R-09]', () => {
  const on = recorder()
  const span = started(on)
  span.recordException({
    get message(): string {
      throw new Error('no')
    },
  })
  span.end()
  expect(on.spans()[0]!.events).toEqual([{ name: 'exception', time: 2, attributes: { 'exception.type': 'Error' } }])
})

test('fail records the error, names its class and sets the status; a text is the message alone [R-09]', () => {
  const on = recorder()
  started(on, 'error').fail(new RangeError('far')).end()
  started(on, 'text').fail('because').end()
  started(on, 'bare').fail().end()
  expect(
    on
      .spans()
      .map(({ name, status, message, attributes, events }) => [name, status, message, attributes, events?.length]),
  ).toEqual([
    ['error', 'error', 'far', { 'error.type': 'RangeError' }, 1],
    ['text', 'error', 'because', {}, undefined],
    ['bare', 'error', undefined, {}, undefined],
  ])
})

test('after end every change is ignored, counted, and said once [R-09]', () => {
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  const on = recorder()
  const span = started(on).set('kept', 1)
  span.end()
  const before = on.spans()
  span.set('a', 1).setAttribute('b', 1).setAttributes({ c: 1 }).addEvent('e').event('f')
  span.addLink({ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 } }).addLinks([])
  span.setStatus({ code: STATUS_ERROR }).updateName('other').fail(new Error('x'))
  span.recordException(new Error('x'))
  span.end()
  expect(on.spans()).toEqual(before)
  expect(span.isRecording()).toBe(false)
  expect(on.engine.late).toBe(11)
  expect(said.map(({ level, event }) => [level, event])).toEqual([['debug', 'trace.late']])
})

test('links carry ids, tracestate and attributes, from the API form, a frame or a span [R-09]', () => {
  const on = recorder()
  const frame = new Frame(null)
  parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', frame)
  frame.traceState = 'v=1'
  const other = started(on, 'other')
  const span = started(on).link(frame, { a: 1 }).link(other)
  span.addLinks([
    { context: { traceId: 'A'.repeat(32), spanId: 'B'.repeat(16), traceFlags: 1, isRemote: true } },
    { context: { traceId: 'zz', spanId: '1', traceFlags: 1 } },
  ])
  span.end()
  expect(on.spans()[0]!.links).toEqual([
    {
      trace: '0af7651916cd43dd8448eb211c80319c',
      id: 'b7ad6b7169203331',
      flags: '201',
      state: 'v=1',
      attributes: { a: 1 },
    },
    { trace: '00000001000000020000000300000004', id: '0000000500000006', flags: '3' },
    { trace: 'a'.repeat(32), id: 'b'.repeat(16), flags: '201' },
    { trace: '0'.repeat(32), id: '0'.repeat(16), flags: '0' },
  ])
})

test('a span tells its context in the form of the API [R-09]', () => {
  const on = recorder()
  const frame = new Frame(null)
  parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', frame)
  frame.traceState = 'v=1'
  const context = on.tracer.start('s', KIND_SERVER, frame).spanContext()
  expect({ ...context, traceState: context.traceState?.serialize() }).toEqual({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: '0000000100000002',
    traceFlags: 1,
    traceState: 'v=1',
  })
  expect(started(on).spanContext()).toEqual({
    traceId: '00000003000000040000000500000006',
    spanId: '0000000700000008',
    traceFlags: 3,
  })
})

test('a span that is not sampled carries its ids, refuses everything quietly and is never handed on [W-09]', () => {
  const on = recorder({ sampler: samplerOf('always_off') })
  const span = on.tracer.start('dropped')
  expect(span).toBeInstanceOf(NonRecordingSpan)
  span
    .set('a', 1)
    .setAttribute('a', 1)
    .setAttributes({})
    .event('e')
    .addEvent('e')
    .addLinks([])
    .setStatus({ code: 2 })
    .fail(new Error('x'))
    .updateName('x')
    .recordException(new Error('x'))
  span.end()
  expect([span.isRecording(), span.recording]).toEqual([false, false])
  expect(span.spanContext()).toEqual({
    traceId: '00000001000000020000000300000004',
    spanId: '0000000500000006',
    traceFlags: 2,
  })
  expect(on.calls.now).toBe(0)
  expect(on.finished).toEqual([])
})

test('what takes finished spans may throw without harm, and is said once [W-09]', () => {
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  const on = recorder({
    finish: () => {
      throw new Error('full')
    },
  })
  started(on).end()
  started(on).end()
  expect(said.map((notice) => notice.text)).toEqual(['a finished span could not be handed on: full'])
})

test('started and live spans are counted by origin and decision, and live returns to 0 [R-04]', () => {
  const on = recorder()
  const root = started(on)
  const child = on.tracer.start('child', undefined, new Frame(null).hold(root))
  const remote = new Frame(null)
  parseTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', remote)
  on.tracer.start('dropped', undefined, remote).end()
  expect([...on.engine.started]).toEqual([0, 0, 1, 0, 0, 1, 1, 0, 0])
  expect([...on.engine.live]).toEqual([0, 0, 2])
  child.end()
  child.end()
  root.end()
  expect([...on.engine.live]).toEqual([0, 0, 0])
})

test('one shape: a fresh span and one with everything have the same fields, at most 20 [H-25]', () => {
  const on = recorder()
  const bare = started(on)
  const full = started(on).set('a', 1).fail(new Error('x'))
  full.end()
  expect(Object.keys(full)).toEqual(Object.keys(bare))
  expect(Object.keys(bare).length).toBeLessThanOrEqual(20)
  const record: SpanRecord = full
  expect(record.scope).toBe(on.tracer)
})

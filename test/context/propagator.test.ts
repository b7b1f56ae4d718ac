import { afterEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { Frame } from '../../src/context/frame.ts'
import { allowHosts } from '../../src/context/hosts.ts'
import { FORMATS, type Format, Propagator } from '../../src/context/propagator.ts'

const PARENT = '00-12345678901234567890123456789012-1234567890123456-01'

afterEach(() => {
  onNotice(undefined)
  forgetNotices()
})

function frameFrom(propagator: Propagator, raw: string[]): Frame {
  const frame = new Frame(null)
  propagator.extractRaw(raw, frame)
  return frame
}

test('trace context and baggage arrive and travel on [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'baggage'])
  const frame = frameFrom(propagator, [
    'Host',
    'a',
    'traceparent',
    PARENT,
    'tracestate',
    'v=1',
    'Baggage',
    'k=1',
    'baggage',
    'l=2',
  ])
  expect(propagator.headers(frame, true)).toEqual({ traceparent: PARENT, tracestate: 'v=1', baggage: 'k=1,l=2' })
})

test('baggage goes to listed hosts only, the trace context to all [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'baggage'])
  const frame = frameFrom(propagator, ['traceparent', PARENT, 'baggage', 'tenant=acme'])
  const allowed = allowHosts(['api.example.com', '*.corp.example'])
  const sent = (host: string | undefined) => propagator.headers(frame, allowed(host))
  expect(sent('api.example.com')).toEqual({ traceparent: PARENT, baggage: 'tenant=acme' })
  expect(sent('third-party.example')).toEqual({ traceparent: PARENT })
  expect(sent(undefined)).toEqual({ traceparent: PARENT })
})

const HOSTS: [pattern: string, host: string | undefined, allowed: boolean][] = [
  ['api.example.com', 'API.Example.com.', true],
  ['api.example.com', 'api.example.com:8443', true],
  ['api.example.com:8443', 'api.example.com', true],
  ['api.example.com', 'x.api.example.com', false],
  ['api.example.com', 'evil-api.example.com', false],
  ['*.example.com', 'a.b.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'notexample.com', false],
  ['*.example.com', '.example.com', false],
  ['::1', '[::1]:4318', true],
  ['127.0.0.1', '127.0.0.1:80', true],
  ['*', 'anywhere', true],
  ['*', undefined, true],
  ['a', undefined, false],
  ['', '', false],
]

test.each(HOSTS)('baggage host list %j and host %j: %j [R-08]', (pattern, host, allowed) => {
  expect(allowHosts([pattern])(host)).toBe(allowed)
})

test('an empty list lets baggage nowhere [R-08]', () => {
  expect(allowHosts([])('localhost')).toBe(false)
})

test('only the configured formats are read and written, and W3C is not forced [W-36]', () => {
  const baggage = new Propagator(['baggage'])
  const frame = frameFrom(baggage, ['traceparent', PARENT, 'baggage', 'a=1'])
  expect(frame.hasTrace).toBe(false)
  expect(baggage.headers(frame, true)).toEqual({ baggage: 'a=1' })
  const none = new Propagator(['none'])
  expect([none.names, none.fields, none.headers(frameFrom(none, ['baggage', 'a=1']), true)]).toEqual([[], [], {}])
})

test('an unknown propagator is said once and left out, the others work [W-36]', () => {
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  const propagator = new Propagator(['ottrace', 'tracecontext', 'ottrace'])
  new Propagator(['ottrace'])
  expect(propagator.names).toEqual(['tracecontext'])
  expect(said).toEqual([
    {
      level: 'warn',
      event: 'context.propagator',
      text: `propagator "ottrace" is not known and is ignored; known are ${FORMATS.map((f) => f.name).join(', ')}`,
    },
  ])
})

test('a format is two functions: one of another field works beside the standard ones [R-08]', () => {
  const uber: Format = {
    name: 'uber',
    fields: ['uber-trace'],
    extract(values, at, into) {
      into.s1 = Number(values[at] ?? into.s1)
      into.t3 = into.s1
    },
    inject(frame, carrier, setter) {
      setter.set(carrier, 'uber-trace', String(frame.s1))
    },
  }
  const propagator = new Propagator(['uber', 'tracecontext'], [...FORMATS, uber])
  expect(propagator.fields).toEqual(['uber-trace', 'traceparent', 'tracestate'])
  const frame = frameFrom(propagator, ['UBER-Trace', '7'])
  expect(propagator.headers(frame, false)).toEqual({
    'uber-trace': '7',
    traceparent: '00-00000000000000000000000000000007-0000000000000007-00',
  })
})

test('carrier objects, getters and raw headers give the same frame [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'baggage'])
  const raw = frameFrom(propagator, ['TraceParent', PARENT, 'TraceState', 'a=1', 'TRACESTATE', 'b=2', 'baggage', 'k=v'])
  const carrier = { TraceParent: PARENT, tracestate: ['a=1', 'b=2'], Baggage: 'k=v', other: 1 as unknown as string }
  const fromObject = new Frame(null)
  propagator.extract(carrier, fromObject)
  const fromGetter = new Frame(null)
  const lower: Record<string, string | string[]> = { traceparent: PARENT, tracestate: ['a=1', 'b=2'], baggage: 'k=v' }
  propagator.extractWith(lower, { get: (from, key) => from[key] }, fromGetter)
  expect([raw.traceState, raw.s0]).toEqual(['a=1,b=2', 0x12345678])
  expect(fromObject).toEqual(raw)
  expect(fromGetter).toEqual(raw)
})

test('nothing of one request is left for the next [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'baggage'])
  frameFrom(propagator, ['traceparent', PARENT, 'tracestate', 'a=1', 'baggage', 'k=v'])
  expect(frameFrom(propagator, ['Host', 'x', 'baggage', 'l=1']).hasTrace).toBe(false)
  expect(frameFrom(propagator, ['traceparent', PARENT]).traceState).toBeNull()
})

test('headers that are long, empty or odd in number do no harm [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'baggage'])
  expect(frameFrom(propagator, ['', '', 'x'.repeat(500), 'y', 'baggage', '', 'traceparent'])).toEqual(new Frame(null))
})

test('a request without our headers leaves the frame untouched [R-08]', () => {
  const propagator = new Propagator(['tracecontext', 'baggage'])
  const frame = frameFrom(propagator, ['traceparent', PARENT])
  const before = new Frame(frame)
  propagator.extractRaw(['Host', 'a', 'Accept', '*/*'], frame)
  expect(frame).toEqual(before)
})

import { expect, test } from 'vitest'
import { attributesObject } from '../../src/model/attribute.ts'
import { type SpanRecord, spanAttributes } from '../../src/model/span.ts'
import { TraceEngine } from '../../src/trace/engine.ts'
import type { Span } from '../../src/trace/span.ts'

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const boom = () => {
  throw new Error('boom')
}
const closed = new Proxy({}, { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom })
const PROXIES: unknown[] = [closed, [closed], revoked(), new Proxy(new Error('x'), { get: boom })]
const THINGS: unknown[] = [
  { toString: boom, toJSON: boom },
  Object.create(null),
  Symbol('s'),
  null,
  undefined,
  1n,
  () => {},
  new Date(Number.NaN),
]

function recording(): { spans: SpanRecord[]; span: Span; engine: TraceEngine } {
  const spans: SpanRecord[] = []
  const engine = new TraceEngine({ finish: (span) => void spans.push(span) })
  return { spans, span: engine.tracer('t').start('work') as Span, engine }
}

test('whatever an application hands to a span as a value, a name or a time, nothing is thrown back into it', () => {
  for (const thing of [...THINGS, ...PROXIES]) {
    const it = thing as never
    const { spans, span, engine } = recording()
    span.set('k', it).set(it, 1).setAttribute(it, it).setAttributes(it)
    span.event(it).event('e', it).event('e', null, it).addEvent('e', it)
    span.fail(it).updateName(it)
    span.recordException(it)
    span.end(it)
    engine.tracer('t').startSpan('x', { attributes: it, startTime: it, kind: it }).end()
    expect(spans.length).toBe(2)
  }
})

test('a link or a status that is none is ignored', () => {
  for (const thing of THINGS) {
    const it = thing as never
    const { spans, span, engine } = recording()
    span.link(it).addLink(it).addLink({ context: it, attributes: it }).addLinks(it).setStatus(it).end()
    engine.tracer('t').startSpan('x', { links: it }).end()
    expect(spans.length).toBe(2)
  }
})

test('a getter that throws costs its own attribute alone', () => {
  const { spans, span } = recording()
  const fields = Object.defineProperty({ a: 1, c: { d: 2 } }, 'b', { enumerable: true, get: boom })
  span.setAttributes(fields).set('nested', fields as never)
  span.event('e', fields)
  span.end()
  const b = '[UNREADABLE]'
  expect(attributesObject(spanAttributes(spans[0]!))).toEqual({
    a: 1,
    b,
    c: { d: 2 },
    nested: { a: 1, b, c: { d: 2 } },
  })
  expect(attributesObject(spans[0]!.rare!.events![0]!.attributes!)).toEqual({ a: 1, b, c: { d: 2 } })
})

test('a link to a span that does not exist is left out', () => {
  const { spans, engine } = recording()
  engine
    .tracer('t')
    .startSpan('x', { links: [{ context: undefined as never }] })
    .end()
  expect(spans[0]!.rare?.links ?? []).toEqual([])
})

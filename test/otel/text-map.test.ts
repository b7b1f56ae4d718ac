// B3 and Jaeger through `@opentelemetry/api`, as contrib code and applications call it.
import {
  type TextMapPropagator as ApiPropagator,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { allowHosts } from '../../src/context/hosts.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { TextMapPropagator } from '../../src/otel/text-map.ts'

const T = '80f198ee56343ba864fe8b2a57d3eff7'
const S = 'e457b5a2e4d86bd1'

function made(...names: string[]): ApiPropagator {
  return new TextMapPropagator(new Propagator(names), allowHosts(['*'])) as unknown as ApiPropagator
}

function extract(propagator: ApiPropagator, carrier: Record<string, string>, from: Context = ROOT_CONTEXT): Context {
  return propagator.extract(from, carrier, defaultTextMapGetter)
}

function inject(propagator: ApiPropagator, context: Context): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagator.inject(context, carrier, defaultTextMapSetter)
  return carrier
}

const FORMATS: [name: string, carrier: Record<string, string>][] = [
  ['b3', { b3: `${T}-${S}-1` }],
  ['b3multi', { 'x-b3-traceid': T, 'x-b3-spanid': S, 'x-b3-sampled': '1' }],
  ['jaeger', { 'uber-trace-id': `${T}:${S}:0:1`, 'uberctx-plan': 'a%20b' }],
]

test.each(FORMATS)('%s is extracted and injected by the API [R-08]', (name, carrier) => {
  const propagator = made(name)
  const context = extract(propagator, carrier)
  expect(trace.getSpanContext(context)).toEqual({ traceId: T, spanId: S, traceFlags: 1, isRemote: true })
  expect(propagation.getBaggage(context)?.getEntry('plan')?.value).toBe(name === 'jaeger' ? 'a b' : undefined)
  expect(inject(propagator, context)).toEqual(carrier)
})

test('an API context of its own goes out by every format in the order of the configuration [R-08]', () => {
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: T, spanId: S, traceFlags: 0 })
  const carrier = inject(made('jaeger', 'b3multi', 'b3', 'tracecontext'), context)
  expect(Object.entries(carrier)).toEqual([
    ['uber-trace-id', `${T}:${S}:0:0`],
    ['x-b3-traceid', T],
    ['x-b3-spanid', S],
    ['x-b3-sampled', '0'],
    ['b3', `${T}-${S}-0`],
    ['traceparent', `00-${T}-${S}-00`],
  ])
})

test('debug goes on through spans that the API starts, and fields name what may be written [R-08]', () => {
  const propagator = made('b3')
  const context = extract(propagator, { b3: `${T}-${S}-d` })
  const child = trace.setSpanContext(context, { traceId: T, spanId: '00000000000000aa', traceFlags: 1 })
  expect(inject(propagator, child)).toEqual({ b3: `${T}-00000000000000aa-d` })
  expect([propagator.fields(), made('b3multi', 'jaeger').fields()]).toEqual([
    ['b3'],
    ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags', 'uber-trace-id'],
  ])
})

test('malformed headers leave the context as it was, an undefined invalid context sends nothing [R-08]', () => {
  const there = trace.setSpanContext(ROOT_CONTEXT, { traceId: T, spanId: S, traceFlags: 1 })
  const propagator = made('b3', 'jaeger')
  const malformed: Record<string, string>[] = [{ b3: 'x' }, { 'uber-trace-id': '1:2' }, { b3: '0' }]
  for (const carrier of malformed)
    expect(trace.getSpanContext(extract(propagator, carrier, there))).toMatchObject({
      traceId: T,
      spanId: S,
      traceFlags: 1,
    })
  expect(inject(propagator, ROOT_CONTEXT)).toEqual({})
})

// Against the propagators that other OpenTelemetry services use, both ways.
import { context, propagation, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { JaegerPropagator } from '@opentelemetry/propagator-jaeger'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Baggage } from '../../src/context/baggage.ts'
import { Frame } from '../../src/context/frame.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { FLAG_SAMPLED } from '../../src/model/span.ts'

const PAIRS = [
  { name: 'b3', theirs: new B3Propagator({ injectEncoding: B3InjectEncoding.SINGLE_HEADER }) },
  { name: 'b3multi', theirs: new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }) },
  { name: 'jaeger', theirs: new JaegerPropagator() },
]

const SETTER = {
  set(carrier: Record<string, string>, key: string, value: string) {
    carrier[key] = value
  },
}
const GETTER = {
  get: (carrier: Record<string, string>, key: string) => carrier[key] ?? carrier[key.toLowerCase()],
  keys: Object.keys,
}

const id = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((parts) => parts.join(''))
    .filter((text) => /[^0]/.test(text))
const member = fc.record({ key: fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), value: fc.string({ maxLength: 12 }) })

for (const { name, theirs } of PAIRS) {
  const ours = new Propagator([name])

  test(`${name}: what the contrib propagator writes, we read [R-08]`, () => {
    fc.assert(
      fc.property(id(32), id(16), fc.boolean(), fc.array(member, { maxLength: 3 }), (traceId, spanId, on, members) => {
        const traceFlags = on ? TraceFlags.SAMPLED : TraceFlags.NONE
        let there = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags })
        const bag = Object.fromEntries(members.map(({ key, value }) => [key, { value }]))
        there = propagation.setBaggage(there, propagation.createBaggage(bag))
        const headers: Record<string, string> = {}
        theirs.inject(there, headers, SETTER)
        const frame = new Frame(null)
        ours.extractRaw(Object.entries(headers).flat(), frame)
        expect(ours.headers(frame, false)).toEqual(ours.headers(frameOf(traceId, spanId, on), false))
        if (name === 'jaeger') expect(Object.fromEntries(frame.baggage?.getAllEntries() ?? [])).toEqual(bag)
      }),
    )
  })

  test(`${name}: what we write, the contrib propagator reads [R-08]`, () => {
    fc.assert(
      fc.property(id(32), id(16), fc.boolean(), fc.array(member, { maxLength: 3 }), (traceId, spanId, on, members) => {
        const frame = frameOf(traceId, spanId, on)
        frame.baggage = new Baggage(new Map(members.map(({ key, value }) => [key, { value }])))
        const read = theirs.extract(context.active(), ours.headers(frame, true), GETTER)
        expect(trace.getSpanContext(read)).toEqual({ traceId, spanId, traceFlags: on ? 1 : 0, isRemote: true })
        if (name !== 'jaeger') return
        const entries = propagation.getBaggage(read)?.getAllEntries() ?? []
        expect(Object.fromEntries(entries)).toEqual(Object.fromEntries(frame.baggage.getAllEntries()))
      }),
    )
  })
}

function frameOf(traceId: string, spanId: string, sampled: boolean): Frame {
  const frame = new Frame(null)
  new Propagator(['tracecontext']).extract({ traceparent: `00-${traceId}-${spanId}-00` }, frame)
  if (sampled) frame.flags |= FLAG_SAMPLED
  return frame
}

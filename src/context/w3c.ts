// W3C Trace Context and W3C Baggage as formats of the propagator.
import { Baggage, formatBaggage } from './baggage.ts'
import { type Format, trimmed } from './format.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import { acceptTracestate } from './tracestate.ts'

export const TRACECONTEXT: Format = {
  name: 'tracecontext',
  fields: ['traceparent', 'tracestate'],
  extract(values, at, into) {
    const parent = values[at]
    // Two traceparent headers arrive joined and are malformed by that; then tracestate is not looked at either.
    if (parent === undefined || !parseTraceparent(trimmed(parent), into)) return
    const state = values[at + 1]
    into.traceState = state === undefined ? null : acceptTracestate(state)
    into.span = null
  },
  inject(frame, carrier, setter) {
    if (!frame.hasTrace) return
    setter.set(carrier, 'traceparent', formatTraceparent(frame))
    if (frame.traceState !== null) setter.set(carrier, 'tracestate', frame.traceState)
  },
}

export const BAGGAGE: Format = {
  name: 'baggage',
  fields: ['baggage'],
  extract(values, at, into) {
    const text = values[at]
    if (text !== undefined && text !== '') into.baggage = new Baggage(text)
  },
  inject(frame, carrier, setter, baggage) {
    if (frame.baggage === null || !baggage) return
    const text = formatBaggage(frame.baggage)
    if (text !== '') setter.set(carrier, 'baggage', text)
  },
}

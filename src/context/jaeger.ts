// Jaeger's own headers (Jaeger client libraries, "Propagation Format"): `uber-trace-id`, whose colons may be URL-encoded
// and whose ids may have lost their leading zeros, and one `uberctx-…` header per baggage member. `jaeger-baggage` is what
// people type by hand; it is read and never written. The parent span id is deprecated and ignored.
//
//   uber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1
//                  trace id                         span id          parent, flags: 1 sampled, 2 debug
import { hexDigit, spanIdHex, traceIdHex } from '../base/ids.ts'
import { arrive, decisionOf, readId } from './arrived.ts'
import { type BaggageEntry, baggageMembers, withMembers } from './baggage.ts'
import { type Format, trimmed } from './format.ts'
import type { Frame } from './frame.ts'

const PREFIX = 'uberctx-'
const SAMPLED = 1
const DEBUG = 2
/** Ids, flags and colons, each colon as `%3A`, with room for the rest; longer text is not looked at. */
const LONGEST = 128
const FLAGS = { no: '0', yes: '1', debug: '3', deferred: '0' } as const

const trace = new Int32Array(4)
const span = new Int32Array(2)

export const JAEGER: Format = {
  name: 'jaeger',
  fields: ['uber-trace-id', 'jaeger-baggage'],
  sent: ['uber-trace-id'],
  prefix: PREFIX,
  extract(values, at, into) {
    const ids = values[at]
    if (ids !== undefined) readIds(ids, into)
    const typed = values[at + 1]
    if (typed !== undefined) readTyped(typed, into)
  },
  inject(frame, carrier, setter, baggage) {
    if (frame.hasTrace) {
      const { t0, t1, t2, t3, s0, s1 } = frame
      setter.set(
        carrier,
        'uber-trace-id',
        `${traceIdHex(t0, t1, t2, t3)}:${spanIdHex(s0, s1)}:0:${FLAGS[decisionOf(frame)]}`,
      )
    }
    if (frame.baggage === null || !baggage) return
    for (const [key, value] of baggageMembers(frame.baggage)) setter.set(carrier, PREFIX + key, value)
  },
}

function readIds(written: string, into: Frame): void {
  if (written.length > LONGEST) return
  const text = trimmed(written).replace(/%3a/gi, ':')
  const first = text.indexOf(':')
  const second = text.indexOf(':', first + 1)
  const third = text.indexOf(':', second + 1)
  if (first < 0 || second < 0 || third < 0) return
  const flags = readFlags(text, third + 1)
  if (flags < 0 || !readId(text, 0, first, trace, true) || !readId(text, first + 1, second, span, true)) return
  arrive(trace, span, (flags & SAMPLED) === 0 ? 'no' : (flags & DEBUG) === 0 ? 'yes' : 'debug', into)
}

/** One or two hexadecimal digits up to the end of the text, or -1. */
function readFlags(text: string, from: number): number {
  const length = text.length - from
  if (length < 1 || length > 2) return -1
  let flags = 0
  for (let i = from; i < text.length; i++) {
    const digit = hexDigit(text.charCodeAt(i) | (text.charCodeAt(i) >= 65 ? 32 : 0))
    if (digit < 0) return -1
    flags = flags * 16 + digit
  }
  return flags
}

/** `k1=v1, k2=v2` */
function readTyped(text: string, into: Frame): void {
  const members: [string, BaggageEntry][] = []
  for (const part of text.split(',', 64)) {
    const equals = part.indexOf('=')
    if (equals > 0) members.push([part.slice(0, equals).trim(), { value: part.slice(equals + 1).trim() }])
  }
  if (members.length > 0) into.baggage = withMembers(into.baggage, members)
}

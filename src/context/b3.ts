// B3 of Zipkin (openzipkin/b3-propagation) as OpenTelemetry uses it: one header or several go out, either is understood,
// the single one wins. Ids are 16 or 32 lower-hex characters for a trace, 16 for a span. A decision may come without ids,
// ids may come without a decision, and debug travels on.
//
//   b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90
//       trace id                         span id         |  parent span id, not looked at
//                                                        0, 1 or d
import { spanIdHex, traceIdHex } from '../base/ids.ts'
import { arrive, type Decision, decide, decisionOf, hasDecisionAlone, readId } from './arrived.ts'
import { type Format, trimmed } from './format.ts'
import type { Frame } from './frame.ts'

const FIELDS = ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'] as const

const DASH = 45
const trace = new Int32Array(4)
const span = new Int32Array(2)

export const B3: Format = {
  name: 'b3',
  fields: FIELDS,
  sent: ['b3'],
  extract,
  inject(frame, carrier, setter) {
    const state = STATE[decisionOf(frame)]
    if (frame.hasTrace) {
      const ids = `${traceIdHex(frame.t0, frame.t1, frame.t2, frame.t3)}-${spanIdHex(frame.s0, frame.s1)}`
      setter.set(carrier, 'b3', state === '' ? ids : `${ids}-${state}`)
    } else if (hasDecisionAlone(frame) && state !== '') setter.set(carrier, 'b3', state)
  },
}

export const B3_MULTI: Format = {
  name: 'b3multi',
  fields: FIELDS,
  sent: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled', 'x-b3-flags'],
  extract,
  inject(frame, carrier, setter) {
    if (frame.hasTrace) {
      setter.set(carrier, 'x-b3-traceid', traceIdHex(frame.t0, frame.t1, frame.t2, frame.t3))
      setter.set(carrier, 'x-b3-spanid', spanIdHex(frame.s0, frame.s1))
    } else if (!hasDecisionAlone(frame)) return
    const state = STATE[decisionOf(frame)]
    // Debug implies sampled, which is then not said.
    if (state === 'd') setter.set(carrier, 'x-b3-flags', '1')
    else if (state !== '') setter.set(carrier, 'x-b3-sampled', state)
  },
}

const STATE: Readonly<Record<Decision, '0' | '1' | 'd' | ''>> = { no: '0', yes: '1', debug: 'd', deferred: '' }

function extract(values: readonly (string | undefined)[], at: number, into: Frame): void {
  const single = values[at]
  if (single !== undefined && readSingle(trimmed(single), into)) return
  readMulti(values, at, into)
}

function readSingle(text: string, into: Frame): boolean {
  const { length } = text
  if (length === 1) {
    const decision = decisionIn(text)
    if (decision === undefined) return false
    decide(decision, into)
    return true
  }
  const end = text.charCodeAt(32) === DASH ? 32 : 16
  if (text.charCodeAt(end) !== DASH || !readId(text, 0, end, trace, false)) return false
  const after = end + 17
  if (length < after || !readId(text, end + 1, after, span, false)) return false
  let decision: Decision = 'deferred'
  if (length > after) {
    const stated = text.charCodeAt(after) === DASH ? decisionIn(text[after + 1]) : undefined
    if (stated === undefined) return false
    decision = stated
    // The parent of the caller's span: judged, as the header is one whole, and not used.
    if (length > after + 2 && !isParent(text, after + 2)) return false
  }
  arrive(trace, span, decision, into)
  return true
}

const parent = new Int32Array(2)

function isParent(text: string, dash: number): boolean {
  return text.charCodeAt(dash) === DASH && text.length === dash + 17 && readId(text, dash + 1, dash + 17, parent, false)
}

function decisionIn(text: string | undefined): Decision | undefined {
  return text === '1' ? 'yes' : text === '0' ? 'no' : text === 'd' ? 'debug' : undefined
}

function readMulti(values: readonly (string | undefined)[], at: number, into: Frame): void {
  const traceId = values[at + 1]
  const spanId = values[at + 2]
  const decision = stated(values[at + 3], values[at + 4])
  if (decision === undefined) return
  if (traceId === undefined && spanId === undefined) {
    if (decision !== 'deferred') decide(decision, into)
    return
  }
  if (traceId === undefined || spanId === undefined) return
  const [traceText, spanText] = [trimmed(traceId), trimmed(spanId)]
  if (traceText.length !== 16 && traceText.length !== 32) return
  if (spanText.length !== 16) return
  if (!readId(traceText, 0, traceText.length, trace, false) || !readId(spanText, 0, 16, span, false)) return
  arrive(trace, span, decision, into)
}

/** Tracers before B3 was written down sent `true` and `false`. Undefined: malformed. */
function stated(sampled: string | undefined, flags: string | undefined): Decision | undefined {
  if (flags !== undefined && trimmed(flags) === '1') return 'debug'
  if (sampled === undefined) return 'deferred'
  const word = trimmed(sampled).toLowerCase()
  return word === '1' || word === 'true' ? 'yes' : word === '0' || word === 'false' ? 'no' : undefined
}

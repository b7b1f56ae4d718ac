// Ids and a sampling decision that came in another format than W3C's, put into a frame. What W3C has no word for is kept
// beside its flags: a debug request (sampled, and to be passed on as debug), and a decision that was left to us.
import { hexDigit } from '../base/ids.ts'
import { FLAG_DEFERRED, FLAG_RANDOM, FLAG_REMOTE, FLAG_SAMPLED } from '../model/span.ts'
import type { Frame } from './frame.ts'

/** `deferred`: the caller gave ids and left the decision to the receiver. */
export type Decision = 'no' | 'yes' | 'debug' | 'deferred'

const DEBUG: symbol = Symbol.for('telltale.context.debug')

/** The trace was asked for by somebody who debugs; it is passed on as such. */
export function isDebug(frame: Frame): boolean {
  return frame.values !== null && frame.getValue(DEBUG) === true
}

/** The caller decided (or left it open) without telling ids of a trace. */
export function hasDecisionAlone(frame: Frame): boolean {
  return !frame.hasTrace && (frame.flags & FLAG_REMOTE) !== 0
}

/**
 * Makes `trace` and `span` the remote parent of `into`; false, and nothing changed, when one of them is not an id.
 * A W3C header that spoke of the same trace keeps its tracestate and its mark of randomness.
 */
export function arrive(trace: Int32Array, span: Int32Array, decision: Decision, into: Frame): void {
  const [t0, t1, t2, t3] = trace as unknown as [number, number, number, number]
  const same = into.t0 === t0 && into.t1 === t1 && into.t2 === t2 && into.t3 === t3
  const random = same ? into.flags & FLAG_RANDOM : 0
  if (!same) into.traceState = null
  into.t0 = t0
  into.t1 = t1
  into.t2 = t2
  into.t3 = t3
  into.s0 = span[0]!
  into.s1 = span[1]!
  into.flags = random | FLAG_REMOTE | bits(decision)
  into.span = null
  if (decision === 'debug') mark(into)
}

/** A decision without ids: it holds for the trace that begins here, unless there is one already. */
export function decide(decision: Decision, into: Frame): void {
  if (into.hasTrace) return
  into.flags = FLAG_REMOTE | bits(decision)
  if (decision === 'debug') mark(into)
}

export function decisionOf(frame: Frame): Decision {
  if (isDebug(frame) && (frame.flags & FLAG_SAMPLED) !== 0) return 'debug'
  if ((frame.flags & FLAG_DEFERRED) !== 0) return 'deferred'
  return (frame.flags & FLAG_SAMPLED) !== 0 ? 'yes' : 'no'
}

function bits(decision: Decision): number {
  return decision === 'no' ? 0 : decision === 'deferred' ? FLAG_DEFERRED : FLAG_SAMPLED
}

function mark(into: Frame): void {
  into.values = into.setValue(DEBUG, true).values
}

/**
 * Hexadecimal digits `from`…`to` of `text`, right-aligned into `into` (4 words for a trace, 2 for a span, zero-padded on
 * the left); false when there are none, too many, others, or only zeros. `upper` also takes A to F.
 */
export function readId(text: string, from: number, to: number, into: Int32Array, upper: boolean): boolean {
  const length = to - from
  if (length < 1 || length > into.length * 8) return false
  into.fill(0)
  let any = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(to - 1 - i)
    const digit = hexDigit(upper && code >= 65 && code <= 70 ? code | 32 : code)
    if (digit < 0) return false
    any |= digit
    const word = into.length - 1 - (i >> 3)
    into[word] = into[word]! | (digit << ((i & 7) << 2))
  }
  return any !== 0
}

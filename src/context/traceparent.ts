// W3C Trace Context Level 2, section 3.2: `traceparent` read by character code straight into integers, and written.
//
//   00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
//   0  3                                36               53
import { Buffer } from 'node:buffer'
import { hexDigit, parseHex32, putHex32 } from '../base/ids.ts'
import { FLAG_RANDOM, FLAG_REMOTE, FLAG_SAMPLED } from '../model/span.ts'
import type { Ids } from './api.ts'

export type { Ids } from './api.ts'

const DASH = 45
const KNOWN_FLAGS = FLAG_SAMPLED | FLAG_RANDOM
/** Written in one piece: a text put together from pieces is copied piece by piece wherever it goes. */
const form = Buffer.from('00-00000000000000000000000000000000-0000000000000000-00')

/**
 * Reads `text` into `into` and marks the ids as remote; writes nothing and answers false when the header must be
 * ignored. Surrounding white space is the header's, not the value's: strip it before.
 * Version 00 is exactly 55 characters; a higher one may go on after a further dash; ff is invalid (3.2.4).
 */
export function parseTraceparent(text: string, into: Ids): boolean {
  const { length } = text
  if (length < 55) return false
  const high = hexDigit(text.charCodeAt(0))
  const low = hexDigit(text.charCodeAt(1))
  if (high < 0 || low < 0 || (high & low) === 15) return false
  if (text.charCodeAt(2) !== DASH || text.charCodeAt(35) !== DASH || text.charCodeAt(52) !== DASH) return false
  if (length !== 55 && ((high | low) === 0 || text.charCodeAt(55) !== DASH)) return false
  const t0 = parseHex32(text, 3)
  const t1 = parseHex32(text, 11)
  const t2 = parseHex32(text, 19)
  const t3 = parseHex32(text, 27)
  const s0 = parseHex32(text, 36)
  const s1 = parseHex32(text, 44)
  const upper = hexDigit(text.charCodeAt(53))
  const lower = hexDigit(text.charCodeAt(54))
  if (Number.isNaN(t0 + t1 + t2 + t3 + s0 + s1) || upper < 0 || lower < 0) return false
  if ((t0 | t1 | t2 | t3) === 0 || (s0 | s1) === 0) return false
  into.t0 = t0
  into.t1 = t1
  into.t2 = t2
  into.t3 = t3
  into.s0 = s0
  into.s1 = s1
  into.flags = (lower & KNOWN_FLAGS) | FLAG_REMOTE
  return true
}

/** Version 00 with the two flags that it knows; all others are sent as zero (3.2.2.5.3). */
export function formatTraceparent(ids: Readonly<Ids>): string {
  putHex32(form, 3, ids.t0)
  putHex32(form, 11, ids.t1)
  putHex32(form, 19, ids.t2)
  putHex32(form, 27, ids.t3)
  putHex32(form, 36, ids.s0)
  putHex32(form, 44, ids.s1)
  form[54] = 48 + (ids.flags & KNOWN_FLAGS)
  return form.toString('latin1')
}

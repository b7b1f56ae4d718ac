// One LogRecord (logs.proto) from a flat record. Lines of one logger have mostly the same level, and about the same length.
import type { LogRecord } from '../../model/log.ts'
import { flatBound } from './attributes.ts'
import { Known, knownText, putKnown, viewOf } from './known.ts'
import { anyBound, closeMessage, putAttributes, putBody, putFixed32, putString, putTime, putVarint } from './put.ts'

/** Upper bound of the bytes that `putLog` needs. */
export function logBound(log: LogRecord): number {
  return (
    128 +
    3 * (log.severityText.length + log.eventName.length) +
    anyBound(log.body) +
    (log.attributes === null ? 0 : flatBound(log.attributes))
  )
}

/** Bytes of the length before the record written last. */
let room = 2

/** The record as field 2 of ScopeLogs, with tag and length. */
export function putLog(b: Buffer, p: number, log: LogRecord): number {
  const view = viewOf(b)
  b[p] = 0x12
  const content = p + 1 + room
  p = content
  const { time, observed, body, attributes } = log
  if (time > 0) {
    b[p] = 0x09
    p = putTime(b, p + 1, time)
  }
  p = putLevel(b, p, log.severity, log.severityText)
  if (typeof body === 'string') p = putMessage(b, p, body)
  else if (body !== null && body !== undefined) {
    b[p] = 0x2a
    p = putBody(b, p + 1, body)
  }
  if (attributes !== null) p = putAttributes(b, p, 0x32, attributes)
  if (log.dropped !== 0) {
    b[p] = 0x38
    p = putVarint(b, p + 1, log.dropped)
  }
  if (log.flags !== 0) {
    b[p] = 0x45
    p = putFixed32(b, p + 1, log.flags)
  }
  const { t0, t1, t2, t3, s0, s1 } = log
  if ((t0 | t1 | t2 | t3) !== 0) {
    b[p] = 0x4a
    b[p + 1] = 16
    view.setInt32(p + 2, t0)
    view.setInt32(p + 6, t1)
    view.setInt32(p + 10, t2)
    view.setInt32(p + 14, t3)
    p += 18
  }
  if ((s0 | s1) !== 0) {
    b[p] = 0x52
    b[p + 1] = 8
    view.setInt32(p + 2, s0)
    view.setInt32(p + 6, s1)
    p += 10
  }
  if (observed > 0) {
    b[p++] = 0x59
    if (observed === time) {
      view.setInt32(p, view.getInt32(content + 1))
      view.setInt32(p + 4, view.getInt32(content + 5))
      p += 8
    } else p = putTime(b, p, observed)
  }
  if (log.eventName !== '') {
    b[p] = 0x62
    p = putString(b, p + 1, log.eventName)
  }
  const end = closeMessage(b, content, p, room)
  room += end - p
  return end
}

/** By severity, a number up to 24: the text that stood with it last, and both as bytes when they came a second time. */
const levelTexts = new Array<string>(32).fill('')
const levels = new Array<Known | null>(32).fill(null)
const LONGEST_LEVEL = 12

/** Severity, as a number and as a text. */
function putLevel(b: Buffer, p: number, severity: number, text: string): number {
  const same = levelTexts[severity] === text
  if (same) {
    const known = levels[severity]!
    if (known !== null) return putKnown(b, p, known)
  }
  const from = p
  if (severity !== 0) {
    b[p] = 0x10
    p = putVarint(b, p + 1, severity)
  }
  if (text !== '') {
    b[p] = 0x1a
    p = putString(b, p + 1, text)
  }
  if (same) levels[severity] = new Known(b.subarray(from, p))
  else if (levelTexts[severity] !== undefined && text.length <= LONGEST_LEVEL) {
    levelTexts[severity] = text
    levels[severity] = null
  }
  return p
}

/** A body that is text. */
function putMessage(b: Buffer, p: number, text: string): number {
  b[p] = 0x2a
  const known = knownText(text)
  if (known === null) return putBody(b, p + 1, text)
  const q = putVarint(b, p + 1, 1 + known.length)
  b[q] = 0x0a
  return putKnown(b, q + 1, known)
}

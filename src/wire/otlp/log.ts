// One LogRecord (logs.proto) from a flat record.
import type { LogRecord } from '../../model/log.ts'
import { flatBound } from './attributes.ts'
import {
  anyBound,
  patchLength,
  putAttributes,
  putBody,
  putFixed32,
  putId,
  putString,
  putTime,
  putVarint,
} from './put.ts'

/** Upper bound of the bytes that `putLog` needs. */
export function logBound(log: LogRecord): number {
  return (
    128 +
    3 * (log.severityText.length + log.eventName.length) +
    anyBound(log.body) +
    (log.attributes === null ? 0 : flatBound(log.attributes))
  )
}

/** The record as field 2 of ScopeLogs, with tag and length. */
export function putLog(b: Buffer, p: number, log: LogRecord): number {
  b[p++] = 0x12
  const from = p++
  if (log.time > 0) {
    b[p++] = 0x09
    p = putTime(b, p, log.time)
  }
  if (log.severity !== 0) {
    b[p++] = 0x10
    p = putVarint(b, p, log.severity)
  }
  if (log.severityText !== '') {
    b[p++] = 0x1a
    p = putString(b, p, log.severityText)
  }
  if (log.body !== null && log.body !== undefined) {
    b[p++] = 0x2a
    p = putBody(b, p, log.body)
  }
  if (log.attributes !== null) p = putAttributes(b, p, 0x32, log.attributes)
  if (log.dropped !== 0) {
    b[p++] = 0x38
    p = putVarint(b, p, log.dropped)
  }
  if (log.flags !== 0) {
    b[p++] = 0x45
    p = putFixed32(b, p, log.flags)
  }
  if ((log.t0 | log.t1 | log.t2 | log.t3) !== 0) {
    b[p++] = 0x4a
    b[p++] = 16
    p = putId(b, putId(b, putId(b, putId(b, p, log.t0), log.t1), log.t2), log.t3)
  }
  if ((log.s0 | log.s1) !== 0) {
    b[p++] = 0x52
    b[p++] = 8
    p = putId(b, putId(b, p, log.s0), log.s1)
  }
  if (log.observed > 0) {
    b[p++] = 0x59
    p = putTime(b, p, log.observed)
  }
  if (log.eventName !== '') {
    b[p++] = 0x62
    p = putString(b, p, log.eventName)
  }
  return patchLength(b, from, p)
}

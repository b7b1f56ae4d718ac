// The correlation id that every response carries (G-08): the caller's when it is safe to repeat, else one of ours.
import { Buffer } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { putHex32 } from '../base/ids.ts'
import { current } from './current.ts'
import { type Frame, ROOT } from './frame.ts'

export const CORRELATION_HEADER = 'x-correlation-id'
const MAX_LENGTH = 128
const DASH = 45

/** 1 to 128 letters, digits, dots, colons, dashes and underscores: nothing that a header, a log or a shell minds. */
export function isSafeCorrelationId(text: string): boolean {
  const { length } = text
  if (length === 0 || length > MAX_LENGTH) return false
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i)
    const letter = (c >= 97 && c <= 122) || (c >= 65 && c <= 90)
    if (!letter && !(c >= 48 && c <= 58) && c !== 45 && c !== 46 && c !== 95) return false
  }
  return true
}

/** `inbound` when it is safe, else a new UUID of version 4. */
export function correlationId(inbound?: string | undefined): string {
  return inbound !== undefined && isSafeCorrelationId(inbound) ? inbound : randomUUID()
}

/**
 * The id of the work that `frame` belongs to: the caller's where it was kept, else the trace id with the version and
 * variant bits of a UUID v4, which is the same in every frame of the trace and costs nothing until somebody asks; a
 * frame outside any trace gets a random one, and keeps it.
 */
export function correlationIdOf(frame: Frame): string {
  if (frame.correlationId !== null) return frame.correlationId
  if (frame.hasTrace) return traceUuid(frame.t0, frame.t1, frame.t2, frame.t3)
  const id = randomUUID()
  // ROOT and the frame of ignored requests are shared by everybody.
  if (frame !== ROOT && !frame.suppressed) frame.correlationId = id
  return id
}

const form = Buffer.from('00000000-0000-4000-8000-000000000000')

/**
 * A trace id as a UUID: all of its bits but the six that say version 4 and variant. Written in one piece, over itself:
 * each dash moves what comes before it one place back.
 */
export function traceUuid(t0: number, t1: number, t2: number, t3: number): string {
  putHex32(form, 28, t3)
  putHex32(form, 20, (t2 & 0x3fffffff) | 0x80000000)
  form.copyWithin(19, 20, 24)
  form[23] = DASH
  putHex32(form, 10, (t1 & 0xffff0fff) | 0x4000)
  form.copyWithin(9, 10, 14)
  form[13] = DASH
  putHex32(form, 0, t0)
  return form.toString('latin1')
}

/** The id of the request that is being served; undefined outside of any. */
export function currentCorrelationId(): string | undefined {
  const frame = current()
  return frame === undefined || frame === ROOT ? undefined : correlationIdOf(frame)
}

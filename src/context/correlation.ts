// The correlation id that every response carries (G-08): the caller's when it is safe to repeat, else one of ours.
import { randomUUID } from 'node:crypto'
import { current } from './current.ts'

export const CORRELATION_HEADER = 'x-correlation-id'
const MAX_LENGTH = 128

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

/** The id of the request that is being served, if any. */
export function currentCorrelationId(): string | undefined {
  return current()?.correlationId ?? undefined
}

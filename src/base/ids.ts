// Ids are signed 32-bit integers (small integers to V8: no allocation) drawn from a pooled block of
// cryptographic random; hexadecimal text is made only when a log line or a header asks for it.
import { randomFillSync } from 'node:crypto'

const pool = new Int32Array(4096)
let next = pool.length

/** One random 32-bit integer, never 0, so that an id of them is never the invalid all-zero id. */
export function randomInt(): number {
  if (next === pool.length) {
    randomFillSync(pool)
    next = 0
  }
  return pool[next++] || 1
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Two digits of a byte, the first in the low half. */
const DIGITS = Uint16Array.from(HEX, (pair) => pair.charCodeAt(0) | (pair.charCodeAt(1) << 8))

/** Writes eight lower-case hexadecimal digits at `at`. */
export function putHex32(bytes: Uint8Array, at: number, n: number): void {
  for (let i = 0, shift = 24; shift >= 0; i += 2, shift -= 8) {
    const pair = DIGITS[(n >>> shift) & 255]!
    bytes[at + i] = pair
    bytes[at + i + 1] = pair >>> 8
  }
}

/** Eight lower-case hexadecimal digits of one 32-bit integer. */
export function hex32(n: number): string {
  return HEX[(n >>> 24) & 255]! + HEX[(n >>> 16) & 255]! + HEX[(n >>> 8) & 255]! + HEX[n & 255]!
}

export function traceIdHex(t0: number, t1: number, t2: number, t3: number): string {
  return hex32(t0) + hex32(t1) + hex32(t2) + hex32(t3)
}

export function spanIdHex(s0: number, s1: number): string {
  return hex32(s0) + hex32(s1)
}

/** The value of one lower-case hexadecimal digit's character code, or -1. W3C trace context forbids upper case. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  return -1
}

/** Eight lower-case hexadecimal digits at `at` as a signed 32-bit integer, or NaN when one of them is not. */
export function parseHex32(text: string, at: number): number {
  let value = 0
  for (let i = at; i < at + 8; i++) {
    const digit = hexDigit(text.charCodeAt(i))
    if (digit < 0) return Number.NaN
    value = (value << 4) | digit
  }
  return value
}

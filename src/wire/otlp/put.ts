// Protobuf, written forwards. Every function stores at `p` without looking for the end of the buffer and returns the
// next place: callers reserve an upper bound first. Lengths are computed where that is cheap (text is taken for ASCII,
// and written again when it was not), else patched in behind, so that the output has only shortest varints.

import {
  KNOWN_VALUE,
  type Known,
  knownAttribute,
  knownFront,
  knownText,
  positionOf,
  putKnown,
  sawAttribute,
  viewOf,
} from './known.ts'

/** Text shorter than this is copied by character code; a call to `buf.write` costs as much as about 40 of them. */
const SHORT = 40

export function varintSize(n: number): number {
  if (n < 0x80) return 1
  if (n < 0x4000) return 2
  if (n < 0x200000) return 3
  if (n < 0x10000000) return 4
  let size = 5
  for (let rest = n / 0x800000000; rest >= 1; rest /= 128) size++
  return size
}

/** A whole number from 0 to 2^53. */
export function putVarint(b: Buffer, p: number, n: number): number {
  while (n > 0x7fffffff) {
    b[p++] = (n % 128) | 0x80
    n = Math.floor(n / 128)
  }
  while (n > 0x7f) {
    b[p++] = (n & 0x7f) | 0x80
    n >>>= 7
  }
  b[p++] = n
  return p
}

/** The 64 bits `hi:lo` as a varint, for negative and large integers; both halves unsigned. */
function putVarint64(b: Buffer, p: number, hi: number, lo: number): number {
  while (hi > 0 || lo > 0x7f) {
    b[p++] = (lo & 0x7f) | 0x80
    lo = ((lo >>> 7) | ((hi & 0x7f) << 25)) >>> 0
    hi >>>= 7
  }
  b[p++] = lo
  return p
}

/** Any whole number within ±2^53 as int64. */
export function putInt(b: Buffer, p: number, n: number): number {
  if (n >= 0) return putVarint(b, p, n)
  const hi = Math.floor(n / 4294967296)
  return putVarint64(b, p, hi >>> 0, (n - hi * 4294967296) >>> 0)
}

function putBigint(b: Buffer, p: number, n: bigint): number {
  const bits = BigInt.asUintN(64, n)
  return putVarint64(b, p, Number(bits >> 32n), Number(bits & 0xffffffffn))
}

export function putFixed32(b: Buffer, p: number, n: number): number {
  viewOf(b).setUint32(p, n, true)
  return p + 4
}

/** A whole number from 0 to 2^53. */
export function putFixed64(b: Buffer, p: number, n: number): number {
  const into = viewOf(b)
  const hi = Math.floor(n / 4294967296)
  into.setUint32(p, n - hi * 4294967296, true)
  into.setUint32(p + 4, hi, true)
  return p + 8
}

export function putDouble(b: Buffer, p: number, n: number): number {
  viewOf(b).setFloat64(p, n, true)
  return p + 8
}

/** Float milliseconds since the epoch as fixed64 nanoseconds: exact to the double, without BigInt; 0 for NaN and times before 1970. */
export function putTime(b: Buffer, p: number, ms: number): number {
  const into = viewOf(b)
  if (!(ms > 0 && ms < 1.8e13)) {
    into.setFloat64(p, 0)
    return p + 8
  }
  const whole = Math.floor(ms)
  const high = Math.floor(whole / 65536)
  // whole ms × 10^6 = a × 2^16 + (low part × 10^6): each term stays below 2^53.
  const a = high * 1e6
  const aHigh = Math.floor(a / 65536)
  const rest = (a - aHigh * 65536) * 65536 + (whole - high * 65536) * 1e6 + Math.round((ms - whole) * 1e6)
  const carry = Math.floor(rest / 4294967296)
  into.setUint32(p, rest - carry * 4294967296, true)
  into.setUint32(p + 4, aHigh + carry, true)
  return p + 8
}

/** A 32-bit piece of an id: ids travel most significant byte first. */
export function putId(b: Buffer, p: number, n: number): number {
  viewOf(b).setInt32(p, n)
  return p + 4
}

/** The characters alone, when all are ASCII; else -1, and what was stored is void. */
function putAscii(b: Buffer, p: number, text: string): number {
  const { length } = text
  if (length > SHORT) return b.write(text, p) === length ? p + length : -1
  // One test at the end instead of one per character: a quarter less time.
  let seen = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    seen |= code
    b[p + i] = code
  }
  return seen > 0x7f ? -1 : p + length
}

/** Length and UTF-8; lone surrogates become U+FFFD. Needs 3 × length + 5 bytes. */
export function putString(b: Buffer, p: number, text: string): number {
  const known = knownText(text)
  if (known !== null) return putKnown(b, p, known)
  const end = putAscii(b, putVarint(b, p, text.length), text)
  return end >= 0 ? end : putUtf8(b, p, text)
}

function putUtf8(b: Buffer, p: number, text: string): number {
  p = putVarint(b, p, Buffer.byteLength(text))
  return p + b.write(text, p)
}

export function putBytes(b: Buffer, p: number, bytes: Uint8Array): number {
  const { length } = bytes
  if (length > 32) b.set(bytes, p)
  else for (let i = 0; i < length; i++) b[p + i] = bytes[i]!
  return p + length
}

/** Closes a message whose single length byte was left free at `from`; moves the content when the length needs more. */
export function patchLength(b: Buffer, from: number, p: number): number {
  const length = p - from - 1
  if (length < 0x80) {
    b[from] = length
    return p
  }
  const extra = varintSize(length) - 1
  b.copyWithin(from + 1 + extra, from + 1, p)
  putVarint(b, from, length)
  return p + extra
}

/** Closes a message for whose length `room` bytes were left free before `from`; moves the content when it needs others. */
export function closeMessage(b: Buffer, from: number, p: number, room: number): number {
  const length = p - from
  const size = varintSize(length)
  if (size !== room) b.copyWithin(from - room + size, from, p)
  putVarint(b, from - room, length)
  return p + size - room
}

/** How deep and how many values of one attribute or body are written; what lies beyond is written as an empty value. */
const MAX_DEPTH = 16
const MAX_VALUES = 4096
let budget = 0

/** Upper bound of the bytes that `putAttribute` or `putAny` needs. */
export function attributeBound(key: string, value: unknown): number {
  return 3 * key.length + 16 + anyBound(value)
}

export function anyBound(value: unknown): number {
  if (typeof value === 'string') return 3 * value.length + 16
  if (typeof value !== 'object' || value === null) return 24
  budget = MAX_VALUES
  return containerBound(value, 0)
}

function containerBound(value: object, depth: number): number {
  if (value instanceof Uint8Array) return value.length + 16
  let bound = 16
  if (depth >= MAX_DEPTH) return bound
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && budget > 0; i++) bound += itemBound(value[i], depth)
  } else {
    for (const key of Object.keys(value)) {
      if (budget <= 0) break
      bound += 3 * key.length + 16 + itemBound((value as Record<string, unknown>)[key], depth)
    }
  }
  return bound
}

function itemBound(value: unknown, depth: number): number {
  budget--
  if (typeof value === 'string') return 3 * value.length + 24
  if (typeof value !== 'object' || value === null) return 32
  return 16 + containerBound(value, depth + 1)
}

/** One KeyValue under the one-byte `tag` of the field that repeats it. */
export function putAttribute(b: Buffer, p: number, tag: number, key: string, value: unknown): number {
  if (typeof value === 'string') {
    const end = putTextAttribute(b, p, tag, key, value)
    if (end >= 0) return end
  } else if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff && (value | 0) === value) {
    const end = putCountAttribute(b, p, tag, key, value)
    if (end >= 0) return end
  }
  b[p++] = tag
  const from = p++
  b[p++] = 0x0a
  p = putString(b, p, key)
  b[p++] = 0x12
  if (typeof value === 'object' && value !== null) budget = MAX_VALUES
  return patchLength(b, from, putAny(b, p, value, 0))
}

/** All attributes of a flat list; lists of one shape mostly repeat, and what repeats is copied whole. */
export function putAttributes(b: Buffer, p: number, tag: number, flat: readonly unknown[]): number {
  const { length } = flat
  for (let i = 0; i < length; i += 2) {
    const key = flat[i] as string
    const value = flat[i + 1]
    if (typeof value === 'string' ? value.length > KNOWN_VALUE : typeof value !== 'number') {
      p = putAttribute(b, p, tag, key, value)
      continue
    }
    const position = positionOf(length, i, tag)
    const known = knownAttribute(position, key, value as string | number)
    if (known !== null && known.tag === tag) {
      p = putKnown(b, p, known)
      continue
    }
    const front = knownFront(position, key)
    let end = front === null ? -1 : putUnder(b, p, tag, front, value as string | number)
    if (end < 0) end = putAttribute(b, p, tag, key, value)
    sawAttribute(position, key, value as string | number, b, p, end)
    p = end
  }
  return p
}

/** The value under a key that is known; -1 for what is neither ASCII nor a count. */
function putUnder(b: Buffer, p: number, tag: number, front: Known, value: string | number): number {
  b[p] = tag
  if (typeof value === 'string') {
    const known = knownText(value)
    const { length } = value
    const any = 1 + (known === null ? varintSize(length) + length : known.length)
    let q = putKnown(b, putVarint(b, p + 1, front.length + varintSize(any) + any), front)
    q = putVarint(b, q, any)
    b[q++] = 0x0a
    return known === null ? putAscii(b, putVarint(b, q, length), value) : putKnown(b, q, known)
  }
  if (!(value >= 0 && value <= 0x7fffffff && (value | 0) === value)) return -1
  const any = 1 + varintSize(value)
  const q = putKnown(b, putVarint(b, p + 1, front.length + 1 + any), front)
  b[q] = any
  b[q + 1] = 0x18
  return putVarint(b, q + 2, value)
}

/** Tag, length and key of a KeyValue whose AnyValue has `any` bytes, up to that AnyValue's own length; -1 unless ASCII or known. */
function putKey(b: Buffer, p: number, tag: number, key: string, any: number): number {
  const known = knownText(key)
  const size = known === null ? varintSize(key.length) + key.length : known.length
  b[p] = tag
  let q = putVarint(b, p + 1, 2 + size + varintSize(any) + any)
  b[q++] = 0x0a
  q = known === null ? putAscii(b, putVarint(b, q, key.length), key) : putKnown(b, q, known)
  if (q < 0) return -1
  b[q] = 0x12
  return putVarint(b, q + 1, any)
}

/** All lengths computed before a byte is written; -1 when a text turns out not to be ASCII. */
function putTextAttribute(b: Buffer, p: number, tag: number, key: string, value: string): number {
  const known = knownText(value)
  const { length } = value
  let q = putKey(b, p, tag, key, 1 + (known === null ? varintSize(length) + length : known.length))
  if (q < 0) return -1
  b[q++] = 0x0a
  return known === null ? putAscii(b, putVarint(b, q, length), value) : putKnown(b, q, known)
}

function putCountAttribute(b: Buffer, p: number, tag: number, key: string, value: number): number {
  const q = putKey(b, p, tag, key, 1 + varintSize(value))
  if (q < 0) return -1
  b[q] = 0x18
  return putVarint(b, q + 1, value)
}

/** An AnyValue with its length before it. */
export function putAny(b: Buffer, p: number, value: unknown, depth: number): number {
  const from = p++
  switch (typeof value) {
    case 'string':
      b[p++] = 0x0a
      p = putString(b, p, value)
      break
    case 'number':
      // Beyond 2^53 a double is not known to be whole, and may not fit int64.
      if (Number.isSafeInteger(value)) {
        b[p++] = 0x18
        p = putInt(b, p, value)
      } else {
        b[p++] = 0x21
        p = putDouble(b, p, value)
      }
      break
    case 'boolean':
      b[p++] = 0x10
      b[p++] = value ? 1 : 0
      break
    case 'bigint':
      if (value === BigInt.asIntN(64, value)) {
        b[p++] = 0x18
        p = putBigint(b, p, value)
      } else {
        b[p++] = 0x21
        p = putDouble(b, p, Number(value))
      }
      break
    case 'object':
      if (value !== null) p = putContainer(b, p, value, depth)
      break
  }
  return patchLength(b, from, p)
}

/** A log body: starts a fresh budget of values. */
export function putBody(b: Buffer, p: number, value: unknown): number {
  budget = MAX_VALUES
  return putAny(b, p, value, 0)
}

function putContainer(b: Buffer, p: number, value: object, depth: number): number {
  if (value instanceof Uint8Array) {
    b[p++] = 0x3a
    p = putVarint(b, p, value.length)
    return putBytes(b, p, value)
  }
  if (depth >= MAX_DEPTH) return p
  const list = Array.isArray(value)
  b[p++] = list ? 0x2a : 0x32
  const from = p++
  if (list) {
    for (let i = 0; i < value.length && budget > 0; i++) {
      budget--
      b[p++] = 0x0a
      p = putAny(b, p, value[i], depth + 1)
    }
  } else {
    for (const key of Object.keys(value)) {
      if (budget <= 0) break
      budget--
      b[p++] = 0x0a
      const entry = p++
      b[p++] = 0x0a
      p = putString(b, p, key)
      b[p++] = 0x12
      p = patchLength(b, entry, putAny(b, p, (value as Record<string, unknown>)[key], depth + 1))
    }
  }
  return patchLength(b, from, p)
}

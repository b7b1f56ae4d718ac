// Texts that come again and again: keys, names, many values. Their bytes, length included, are kept in tables without
// chains, as 32-bit words, which copy faster than bytes. A text takes a place when it is seen once and gets its bytes
// when it is seen again: what never returns costs a comparison and no allocation.
//   a key of 15 characters, Node 20: 43 ns by character code, 56 by `latin1Write`, 23 by `set`, 15 from here

/** Bytes ready to be copied: padded to whole words, so a copy stores up to three bytes more than `length`. */
export class Known {
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly length: number
  /** The first byte: for attributes, the tag of the field that they were written for. */
  readonly tag: number

  constructor(bytes: Uint8Array) {
    this.length = bytes.length
    this.tag = bytes[0] ?? 0
    this.words = new Int32Array((bytes.length + 3) >> 2)
    this.bytes = new Uint8Array(this.words.buffer, 0, bytes.length)
    this.bytes.set(bytes)
  }
}

const PLACES = 1024
const LEAST = 4
const MOST = 64
const texts = new Array<string>(PLACES).fill('')
const entries = new Array<Known | null>(PLACES).fill(null)

/** The text as length-prefixed UTF-8, when it was seen before and is of a length worth it. */
export function knownText(text: string): Known | null {
  const { length } = text
  if (length < LEAST || length > MOST) return null
  const hash =
    length * 61 + text.charCodeAt(length - 1) * 7 + text.charCodeAt(length >> 1) * 31 + text.charCodeAt(length - 3)
  const place = hash & (PLACES - 1)
  if (texts[place] !== text) {
    texts[place] = text
    entries[place] = null
    return null
  }
  return entries[place] ?? learn(place, text)
}

function learn(place: number, text: string): Known {
  const utf8 = Buffer.from(text)
  const { length } = utf8
  // 64 characters are at most 192 bytes: a varint of one or two bytes.
  const prefix = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >>> 7]
  const known = new Known(Buffer.concat([Buffer.from(prefix), utf8]))
  entries[place] = known
  return known
}

let view: DataView = new DataView(new ArrayBuffer(0))
let aimed: Uint8Array | null = null

/** Names the buffer that is about to be written to, with a view of it; else each change of buffer makes one. */
export function aim(b: Uint8Array, dataView: DataView): void {
  aimed = b
  view = dataView
}

/** The view of the buffer that is written to: four bytes in one store. */
export function viewOf(b: Uint8Array): DataView {
  if (aimed !== b) aim(b, new DataView(b.buffer, b.byteOffset, b.byteLength))
  return view
}

/** More words than these are copied in native code: it takes as long as about six of them, whatever the length. */
const WORDS = 8

export function putKnown(b: Buffer, p: number, known: Known): number {
  if (known.words.length > WORDS) {
    b.set(known.bytes, p)
    return p + known.length
  }
  const into = viewOf(b)
  const { words } = known
  for (let i = 0; i < words.length; i++) into.setInt32(p + i * 4, words[i]!, true)
  return p + known.length
}

/** Whole attributes by their position in a list of so many: spans of one kind carry the same ones again and again. */
const POSITIONS = 256
const keys = new Array<string>(POSITIONS).fill('')
const values = new Array<string | number>(POSITIONS).fill(0)
const wholes = new Array<Known | null>(POSITIONS).fill(null)
/** The keys alone, for values that change under them. */
const fronts = new Array<Known | null>(POSITIONS).fill(null)

/** Place of the attribute at `i` in a flat list of `length` elements that is written under `tag`. */
export function positionOf(length: number, i: number, tag: number): number {
  return (length * 7 + tag * 13 + (i >> 1)) & (POSITIONS - 1)
}

/** The attribute's bytes, when the same one stood there when it was last looked for. */
export function knownAttribute(position: number, key: string, value: string | number): Known | null {
  return values[position] === value && keys[position] === key ? wholes[position]! : null
}

/** The key as field 1 of a KeyValue, and the tag of its field 2, when it stood there before under another value. */
export function knownFront(position: number, key: string): Known | null {
  return keys[position] === key ? fronts[position]! : null
}

function frontOf(key: string): Known {
  const utf8 = Buffer.from(key)
  const { length } = utf8
  return new Known(
    Buffer.concat([
      Buffer.from(length < 0x80 ? [0x0a, length] : [0x0a, (length & 0x7f) | 0x80, length >>> 7]),
      utf8,
      Buffer.from([0x12]),
    ]),
  )
}

/** Remembers that the attribute was seen there; at the second time with its bytes, which stand in `b` from `from` to `to`. */
export function sawAttribute(
  position: number,
  key: string,
  value: string | number,
  b: Uint8Array,
  from: number,
  to: number,
): void {
  if (keys[position] !== key) {
    keys[position] = key
    fronts[position] = null
  } else if (values[position] === value) {
    wholes[position] = new Known(b.subarray(from, to))
    return
  } else if (key.length <= MOST) fronts[position] ??= frontOf(key)
  values[position] = value
  wholes[position] = null
}

/** Longest text value that `knownAttribute` is asked for. */
export const KNOWN_VALUE = MOST

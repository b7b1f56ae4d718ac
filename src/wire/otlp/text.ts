// Short texts out of protobuf. Keys, names and many values come with every record: the same bytes give the same string,
// so that what keeps the records (the hub's store) keeps the text once, and flat. A string put together character by
// character is a rope of 32 bytes a link: 590 bytes a span, a third of what a hub full of spans held (Node 20).
import type { Buffer } from 'node:buffer'
import { utf8 } from '../../base/bytes.ts'

const PLACES = 4096
const MOST = 64
const texts = new Array<string>(PLACES).fill('')

/** `length` bytes of UTF-8 at `at`. */
export function readText(data: Buffer, at: number, length: number): string {
  if (length > MOST) return utf8(data.subarray(at, at + length))
  let hash = length
  for (let i = at; i < at + length; i++) {
    const byte = data[i]!
    if (byte > 0x7f) return utf8(data.subarray(at, at + length))
    hash = (Math.imul(hash, 31) + byte) | 0
  }
  const place = (hash ^ (hash >>> 12)) & (PLACES - 1)
  const held = texts[place]!
  return same(held, data, at, length) ? held : (texts[place] = data.toString('latin1', at, at + length))
}

function same(text: string, data: Buffer, at: number, length: number): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== data[at + i]) return false
  return true
}

// Protobuf, read. A reader walks one buffer; nested messages share it and move `end`. Nothing is read past the end,
// unknown fields are skipped, groups included, and a fault names what is wrong; callers add where.
import { Buffer } from 'node:buffer'
import { MalformedOtlp } from './malformed.ts'
import { readText } from './text.ts'

export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2
export const FIXED32 = 5

const GROUP = 3
const GROUP_END = 4
const MAX_GROUPS = 32

export class Reader {
  readonly data: Buffer
  readonly view: DataView
  at = 0
  end: number
  /** Of the tag read last. */
  field = 0
  wire = 0

  constructor(data: Uint8Array) {
    this.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    this.end = data.length
  }

  /** Reads the next tag; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false
    const tag = this.varint()
    if (tag > 0xffffffff) throw new MalformedOtlp('field number too large')
    this.field = Math.floor(tag / 8)
    this.wire = tag & 7
    if (this.field === 0) throw new MalformedOtlp('field number 0')
    if (this.wire > 5 || this.wire === GROUP_END) throw new MalformedOtlp(`wire type ${this.wire}`)
    return true
  }

  expect(wire: number): void {
    if (this.wire !== wire) throw new MalformedOtlp(`wire type ${this.wire} where ${wire} belongs`)
  }

  /** Up to 64 bits, as a double: exact to 2^53. */
  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw new MalformedOtlp('truncated varint')
      const byte = this.data[this.at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new MalformedOtlp('varint longer than 10 bytes')
  }

  /** An int64: a number where that is exact, else a bigint. */
  int64(): number | bigint {
    const from = this.at
    const value = this.varint()
    if (value <= Number.MAX_SAFE_INTEGER) return value
    let bits = 0n
    for (let i = this.at - 1; i >= from; i--) bits = (bits << 7n) | BigInt(this.data[i]! & 0x7f)
    const signed = BigInt.asIntN(64, bits)
    return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(signed)
      : signed
  }

  /** A zigzag sint32. */
  sint32(): number {
    const n = this.varint() % 4294967296
    return (n >>> 1) ^ -(n & 1)
  }

  need(size: number): number {
    const { at } = this
    if (size > this.end - at) throw new MalformedOtlp('truncated value')
    this.at = at + size
    return at
  }

  fixed32(): number {
    return this.view.getUint32(this.need(4), true)
  }

  /** Unsigned, as a double. */
  fixed64(): number {
    const at = this.need(8)
    return this.view.getUint32(at + 4, true) * 4294967296 + this.view.getUint32(at, true)
  }

  sfixed64(): number {
    const at = this.need(8)
    return this.view.getInt32(at + 4, true) * 4294967296 + this.view.getUint32(at, true)
  }

  double(): number {
    return this.view.getFloat64(this.need(8), true)
  }

  /** Nanoseconds as float milliseconds; split in halves so that no more is lost than a double must lose. */
  time(): number {
    const at = this.need(8)
    const high = this.view.getUint32(at + 4, true)
    const low = this.view.getUint32(at, true)
    if (high === 0 && low === 0) return 0
    // high × 2^32 ns = high × 4294 ms + high × 967296 ns.
    const rest = high * 967_296 + low
    const ms = Math.floor(rest / 1e6)
    return high * 4294 + ms + (rest - ms * 1e6) / 1e6
  }

  /** Length of a length-delimited field, checked against what is there. */
  length(): number {
    this.expect(BYTES)
    const length = this.varint()
    if (length > this.end - this.at) throw new MalformedOtlp(`length ${length} reaches past the end`)
    return length
  }

  /** Enters a nested message: returns the outer end, to be given to `leave`. */
  enter(): number {
    const length = this.length()
    const outer = this.end
    this.end = this.at + length
    return outer
  }

  leave(outer: number): void {
    this.at = this.end
    this.end = outer
  }

  bytes(): Uint8Array {
    const length = this.length()
    const at = this.need(length)
    // A copy: `slice` of a Buffer would be a view that keeps the whole request alive.
    return Uint8Array.prototype.slice.call(new Uint8Array(this.data.buffer, this.data.byteOffset + at, length))
  }

  string(): string {
    const length = this.length()
    const at = this.need(length)
    return readText(this.data, at, length)
  }

  /** 32 bits of an id, most significant byte first. */
  id(at: number): number {
    return this.view.getInt32(at)
  }

  /** Skips the field whose tag was read last. */
  skip(): void {
    this.#skip(0)
  }

  #skip(depth: number): void {
    switch (this.wire) {
      case VARINT:
        this.varint()
        break
      case FIXED64:
        this.need(8)
        break
      case BYTES:
        this.need(this.length())
        break
      case FIXED32:
        this.need(4)
        break
      case GROUP:
        this.#skipGroup(this.field, depth)
        break
      default:
        throw new MalformedOtlp(`wire type ${this.wire}`)
    }
  }

  #skipGroup(field: number, depth: number): void {
    if (depth >= MAX_GROUPS) throw new MalformedOtlp('groups nested too deep')
    for (;;) {
      if (this.at >= this.end) throw new MalformedOtlp('group without an end')
      const tag = this.varint()
      this.field = Math.floor(tag / 8)
      this.wire = tag & 7
      if (this.wire === GROUP_END) {
        if (this.field !== field) throw new MalformedOtlp('end of another group')
        return
      }
      this.#skip(depth + 1)
    }
  }
}

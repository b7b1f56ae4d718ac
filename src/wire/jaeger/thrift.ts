// Thrift's binary protocol (thrift-binary-protocol.md), as much of it as structs need: a field is its type, its id and its
// value; a struct ends with 0; numbers are big-endian; texts and bytes have their length before them.
import { ByteWriter } from '../../base/bytes.ts'

export const T_BOOL = 2
export const T_DOUBLE = 4
export const T_I32 = 8
export const T_I64 = 10
export const T_STRING = 11
export const T_STRUCT = 12
export const T_LIST = 15

const TWO_32 = 0x1_0000_0000

export class ThriftWriter extends ByteWriter {
  field(type: number, id: number): void {
    this.reserve(3)
    this.data[this.at] = type
    this.data.writeInt16BE(id, this.at + 1)
    this.at += 3
  }

  stop(): void {
    this.reserve(1)
    this.data[this.at++] = 0
  }

  list(type: number, length: number): void {
    this.reserve(5)
    this.data[this.at] = type
    this.data.writeInt32BE(length, this.at + 1)
    this.at += 5
  }

  bool(value: boolean): void {
    this.reserve(1)
    this.data[this.at++] = value ? 1 : 0
  }

  i32(value: number): void {
    this.reserve(4)
    this.at = this.data.writeInt32BE(value | 0, this.at)
  }

  /** Two halves of 32 bits, as ids are kept. */
  pair(high: number, low: number): void {
    this.reserve(8)
    this.data.writeInt32BE(high | 0, this.at)
    this.at = this.data.writeInt32BE(low | 0, this.at + 4)
  }

  /** A whole number that a double holds exactly. */
  i64(value: number): void {
    this.pair(Math.floor(value / TWO_32), value >>> 0)
  }

  big(value: bigint): void {
    this.reserve(8)
    this.at = this.data.writeBigInt64BE(BigInt.asIntN(64, value), this.at)
  }

  double(value: number): void {
    this.reserve(8)
    this.at = this.data.writeDoubleBE(value, this.at)
  }

  text(value: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.reserve(4 + value.length * 3)
    const length = this.data.write(value, this.at + 4)
    this.data.writeInt32BE(length, this.at)
    this.at += 4 + length
  }

  binary(value: Uint8Array): void {
    this.i32(value.length)
    this.bytes(value)
  }
}

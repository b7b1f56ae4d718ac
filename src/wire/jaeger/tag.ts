// Jaeger's Tag: a key with one of five kinds of value. Whole numbers are LONG; lists and objects are JSON in a STRING.
import type { Value } from '../../model/attribute.ts'
import { T_BOOL, T_DOUBLE, T_I32, T_I64, T_LIST, T_STRING, T_STRUCT, type ThriftWriter } from './thrift.ts'

export type Tag = readonly [key: string, value: Value]

const STRING = 0
const DOUBLE = 1
const BOOL = 2
const LONG = 3
const BINARY = 4

/** Field `id` of the struct that is being written: a list of tags. */
export function writeTags(out: ThriftWriter, id: number, tags: readonly Tag[]): void {
  out.field(T_LIST, id)
  out.list(T_STRUCT, tags.length)
  for (const [key, value] of tags) {
    out.field(T_STRING, 1)
    out.text(key)
    writeValue(out, value)
    out.stop()
  }
}

function writeValue(out: ThriftWriter, value: Value): void {
  switch (typeof value) {
    case 'string':
      return writeText(out, value)
    case 'boolean':
      kind(out, BOOL)
      out.field(T_BOOL, 5)
      return out.bool(value)
    case 'bigint':
      kind(out, LONG)
      out.field(T_I64, 6)
      return out.big(value)
    case 'number':
      if (Number.isSafeInteger(value)) {
        kind(out, LONG)
        out.field(T_I64, 6)
        return out.i64(value)
      }
      kind(out, DOUBLE)
      out.field(T_DOUBLE, 4)
      return out.double(value)
  }
  if (value === null) return writeText(out, '')
  if (!(value instanceof Uint8Array)) return writeText(out, JSON.stringify(value, plain))
  kind(out, BINARY)
  out.field(T_STRING, 7)
  out.binary(value)
}

function kind(out: ThriftWriter, type: number): void {
  out.field(T_I32, 2)
  out.i32(type)
}

function writeText(out: ThriftWriter, value: string): void {
  kind(out, STRING)
  out.field(T_STRING, 3)
  out.text(value)
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

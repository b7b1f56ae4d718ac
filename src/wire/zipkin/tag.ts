// Attribute values as the text of a tag: lists and objects as JSON, bytes as base64.
import type { Value } from '../../model/attribute.ts'

export function tagText(value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (typeof value !== 'object') return String(value)
  return value instanceof Uint8Array ? base64(value) : JSON.stringify(value, plain)
}

/** For `JSON.stringify`: what JSON has no form for. */
export function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value instanceof Uint8Array ? base64(value) : value
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

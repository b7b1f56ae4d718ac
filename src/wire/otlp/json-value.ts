// Values, attributes, times and numbers as OTLP JSON.
import type { Flat } from '../../model/attribute.ts'

/** As deep and as many values as the protobuf encoder writes. */
const MAX_DEPTH = 16
const MAX_VALUES = 4096

/** Float milliseconds as a decimal text of nanoseconds. */
export function nanos(ms: number): string {
  if (!(ms > 0 && ms < 1.8e13)) return '"0"'
  let whole = Math.floor(ms)
  let rest = Math.round((ms - whole) * 1e6)
  if (rest === 1e6) {
    whole++
    rest = 0
  }
  return whole === 0 ? `"${rest}"` : `"${whole}${String(rest).padStart(6, '0')}"`
}

export function doubleJson(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`
}

let budget = 0

/** A log body: starts a fresh budget of values. */
export function bodyJson(value: unknown): string {
  budget = MAX_VALUES
  return anyJson(value, 0)
}

export function flatJson(flat: Flat): string {
  let text = '['
  for (let i = 0; i < flat.length; i += 2) {
    budget = MAX_VALUES
    text += `${i > 0 ? ',' : ''}{"key":${JSON.stringify(flat[i])},"value":${anyJson(flat[i + 1], 0)}}`
  }
  return `${text}]`
}

function anyJson(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return `{"stringValue":${JSON.stringify(value)}}`
    case 'number':
      return Number.isSafeInteger(value) ? `{"intValue":"${value}"}` : `{"doubleValue":${doubleJson(value)}}`
    case 'boolean':
      return `{"boolValue":${value}}`
    case 'bigint':
      return value === BigInt.asIntN(64, value)
        ? `{"intValue":"${value}"}`
        : `{"doubleValue":${doubleJson(Number(value))}}`
    case 'object':
      return value === null ? '{}' : containerJson(value, depth)
    default:
      return '{}'
  }
}

function containerJson(value: object, depth: number): string {
  if (value instanceof Uint8Array) {
    return `{"bytesValue":"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"}`
  }
  if (depth === MAX_DEPTH) return '{}'
  const items: string[] = []
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && budget-- > 0; i++) items.push(anyJson(value[i], depth + 1))
    return `{"arrayValue":{"values":[${items.join(',')}]}}`
  }
  for (const key of Object.keys(value)) {
    if (budget-- <= 0) break
    const entry = anyJson((value as Record<string, unknown>)[key], depth + 1)
    items.push(`{"key":${JSON.stringify(key)},"value":${entry}}`)
  }
  return `{"kvlistValue":{"values":[${items.join(',')}]}}`
}

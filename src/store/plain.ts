// What we hold, as JSON can carry it: whole numbers past 2^53 and numbers that JSON lacks become text, bytes base64.
import type { Flat, Value } from '../model/attribute.ts'

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

export function plain(value: Value): Plain {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain)
  return plainObject(Object.entries(value).flat() as Flat)
}

/** Keys from the wire may be `__proto__`: the object has no prototype. */
export function plainObject(flat: Flat | null): Record<string, Plain> {
  const object: Record<string, Plain> = Object.create(null)
  if (flat !== null) for (let i = 0; i < flat.length; i += 2) object[flat[i] as string] = plain(flat[i + 1]!)
  return object
}

/** ISO 8601 to the millisecond; null for times that no calendar has. */
export function isoTime(ms: number): string | null {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null
}

export function plainText(value: Value): string {
  if (typeof value === 'string') return value
  const shown = plain(value)
  return typeof shown === 'object' && shown !== null ? JSON.stringify(shown) : String(shown)
}

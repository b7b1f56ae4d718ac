// What may be an attribute value, and how long it may be. Text, numbers and booleans pass through untouched;
// everything else comes here and is copied, so that a caller who changes an array later changes no span.
import type { Flat, Value } from '../model/attribute.ts'
import { cutText } from '../redact/cut.ts'

const MAX_DEPTH = 8
const UNREADABLE = '[UNREADABLE]'

/**
 * A copy that fits, or undefined for what no attribute can hold (functions, symbols, null, undefined, cycles). Never
 * throws: what a getter or a proxy of the application refuses is `[UNREADABLE]`.
 */
export function attributeValue(value: unknown, limit: number): Value | undefined {
  try {
    return copyOf(value, limit, 0)
  } catch {
    return UNREADABLE
  }
}

/** The value of a property, or `[UNREADABLE]`. */
export function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return UNREADABLE
  }
}

/** The keys that an object has itself, none when it will not say. */
export function keysOf(object: object): readonly string[] {
  try {
    return Object.keys(object)
  } catch {
    return []
  }
}

function copyOf(value: unknown, limit: number, depth: number): Value | undefined {
  switch (typeof value) {
    case 'string':
      return cutText(value, limit)
    case 'number':
    case 'boolean':
    case 'bigint':
      return value
    case 'object':
      break
    default:
      return undefined
  }
  if (value === null || depth === MAX_DEPTH) return undefined
  if (Array.isArray(value)) {
    const copy: Value[] = []
    for (let i = 0; i < value.length; i++) {
      const item = copyOf(value[i], limit, depth + 1)
      // A hole keeps its place: arrays of one length are often read side by side.
      copy.push(item === undefined ? null : item)
    }
    return copy
  }
  if (value instanceof Uint8Array) return value.length <= limit ? value.slice() : value.slice(0, limit)
  if (value instanceof Date) return value.toJSON() ?? undefined
  const copy: Record<string, Value> = {}
  for (const key of Object.keys(value)) {
    const item = copyOf(read(value, key), limit, depth + 1)
    if (item !== undefined) copy[key] = item
  }
  return copy
}

/** At most `max` attributes of `object`, flat; what was left out is `size - flat.length / 2`. */
export function flatten(object: object, max: number, limit: number): { flat: Flat; dropped: number } {
  const flat: Flat = []
  let dropped = 0
  for (const key of keysOf(object)) {
    if (key === '') continue
    const value = attributeValue(read(object, key), limit)
    if (value === undefined) continue
    if (flat.length >= max * 2) dropped++
    else flat.push(key, value)
  }
  return { flat, dropped }
}

// Estimated heap bytes of what the store keeps. The promise is a ceiling, so they err upwards (two bytes a character, no
// sharing of texts, room that a list grew but does not use); test/store/size.test.ts holds them against the heap.
import type { Flat, Resource, Scope, Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import type { SpanRecord } from '../model/span.ts'

const SPAN = 330
const LOG = 300
const EVENT = 110
const LINK = 130
const RARE = 200
/** A trace by itself: the object, its lists and its place in the index. */
export const TRACE = 420

/** A string header and its characters. */
export function textSize(text: string): number {
  return 24 + 2 * text.length
}

function valueSize(value: Value): number {
  if (typeof value === 'string') return textSize(value)
  if (typeof value !== 'object' || value === null) return 16
  if (value instanceof Uint8Array) return 260 + value.length
  let size = 40
  if (Array.isArray(value)) {
    size += room(value.length)
    for (const item of value as readonly Value[]) size += valueSize(item)
    return size
  }
  for (const [key, item] of Object.entries(value)) size += 16 + textSize(key) + valueSize(item as Value)
  return size
}

/** What V8 gives a list that grows by push: 17 places, then 41, then half as much again. */
function room(length: number): number {
  return 8 * (length <= 17 ? 17 : length <= 41 ? 41 : 1.5 * length + 16)
}

export function flatSize(flat: Flat | null): number {
  if (flat === null) return 0
  let size = 40 + room(flat.length)
  for (let i = 0; i < flat.length; i++) size += valueSize(flat[i]!)
  return size
}

export function scopeSize(scope: Scope): number {
  return 100 + textSize(scope.name) + textSize(scope.version) + textSize(scope.schemaUrl) + flatSize(scope.attributes)
}

export function resourceSize(resource: Resource): number {
  return 200 + textSize(resource.schemaUrl) + flatSize(resource.attributes)
}

export function spanSize(span: SpanRecord): number {
  let size = SPAN + textSize(span.name) + flatSize(span.attributes)
  const { rare } = span
  if (rare === null) return size
  size += RARE + textSize(rare.statusMessage ?? '') + textSize(rare.traceState ?? '')
  for (const event of rare.events ?? []) size += EVENT + textSize(event.name) + flatSize(event.attributes)
  for (const link of rare.links ?? []) size += LINK + textSize(link.traceState ?? '') + flatSize(link.attributes)
  return size
}

export function logSize(log: LogRecord): number {
  return LOG + textSize(log.severityText) + textSize(log.eventName) + valueSize(log.body) + 8 + flatSize(log.attributes)
}

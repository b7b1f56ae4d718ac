// Estimated heap bytes of what the store keeps. They err upwards (two bytes a character, no sharing of keys), since the
// promise is a ceiling; measured against a heap snapshot a plain server span is 900 bytes and estimated at about 1 100.
import type { Flat, Resource, Scope, Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import type { SpanRecord } from '../model/span.ts'

const SPAN = 440
const LOG = 300
const EVENT = 80
const LINK = 120

/** A string header and its characters. */
export function textSize(text: string): number {
  return 24 + 2 * text.length
}

function valueSize(value: Value): number {
  if (typeof value === 'string') return textSize(value)
  if (typeof value !== 'object' || value === null) return 16
  if (value instanceof Uint8Array) return 100 + value.length
  let size = 40
  if (Array.isArray(value)) {
    for (const item of value as readonly Value[]) size += 8 + valueSize(item)
    return size
  }
  for (const [key, item] of Object.entries(value)) size += 16 + textSize(key) + valueSize(item as Value)
  return size
}

export function flatSize(flat: Flat | null): number {
  if (flat === null) return 0
  let size = 32 + 8 * flat.length
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
  size += 100 + textSize(rare.statusMessage ?? '') + textSize(rare.traceState ?? '')
  for (const event of rare.events ?? []) size += EVENT + textSize(event.name) + flatSize(event.attributes)
  for (const link of rare.links ?? []) size += LINK + textSize(link.traceState ?? '') + flatSize(link.attributes)
  return size
}

export function logSize(log: LogRecord): number {
  return LOG + textSize(log.severityText) + textSize(log.eventName) + valueSize(log.body) + 8 + flatSize(log.attributes)
}

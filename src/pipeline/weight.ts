// About how many bytes a record takes on the wire: good enough to cut slices by.
import type { Flat } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import type { SpanRecord } from '../model/span.ts'

function flatWeight(flat: Flat | null): number {
  if (flat === null) return 0
  let weight = 0
  for (let i = 0; i < flat.length; i += 2) weight += 10 + (flat[i] as string).length + valueWeight(flat[i + 1])
  return weight
}

function valueWeight(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (value instanceof Uint8Array) return value.length
  let weight = 8
  if (Array.isArray(value)) for (const item of value) weight += typeof item === 'string' ? item.length : 12
  else for (const item of Object.values(value)) weight += typeof item === 'string' ? 16 + item.length : 32
  return weight
}

export function spanWeight(span: SpanRecord): number {
  let weight = 80 + span.name.length + flatWeight(span.attributes)
  if (span.template !== null) weight += flatWeight(span.template.attributes)
  if (span.peer !== null) weight += flatWeight(span.peer.attributes)
  const { rare } = span
  if (rare === null) return weight
  if (rare.events !== null)
    for (const event of rare.events) weight += 20 + event.name.length + flatWeight(event.attributes)
  if (rare.links !== null) for (const link of rare.links) weight += 40 + flatWeight(link.attributes)
  return weight
}

export function logWeight(log: LogRecord): number {
  return 60 + valueWeight(log.body) + flatWeight(log.attributes)
}

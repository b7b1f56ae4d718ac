// What a row may say besides who did what to which thing: twelve keys, and no other (G-15). A key that is not among them
// refuses the whole row by name. Values become JSON without secrets that PostgreSQL, SQLite and a hash all read alike.
import { Fault } from '../base/fault.ts'
import type { Value } from '../model/attribute.ts'
import { type Redactor, redactText } from '../redact/redact.ts'

export const METADATA_KEYS = [
  ...(['reason', 'policy_key', 'old_value', 'new_value', 'status_from', 'status_to', 'error_code'] as const),
  ...(['request_scope', 'idempotency_key_hash', 'provider_ref', 'allocation_id', 'node_id'] as const),
] as const
export type MetadataKey = (typeof METADATA_KEYS)[number]
export type Metadata = { readonly [K in MetadataKey]?: unknown }

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

const KEYS: ReadonlySet<string> = new Set(METADATA_KEYS)
/** Characters of one value as JSON. */
const LENGTH = 8192

/** Sanitised, bounded, in the order of its keys. Throws AUDIT_KEY, or AUDIT_ROW where it is no plain object. */
export function metadataOf(given: unknown, redactor: Redactor): Record<string, Json> {
  if (given === undefined || given === null) return {}
  if (typeof given !== 'object' || Array.isArray(given) || given instanceof Map) {
    throw new Fault('AUDIT_ROW', { subject: 'metadata', found: 'no plain object', allowed: METADATA_KEYS.join(', ') })
  }
  const unknown = Object.keys(given).filter((key) => !KEYS.has(key))
  if (unknown.length > 0) {
    const named = unknown.slice(0, 10).map((key) => redactText(cleanText(key.slice(0, 64))))
    const more = unknown.length > 10 ? ` and ${unknown.length - 10} more` : ''
    const subject = `metadata.${named[0]}`
    throw new Fault('AUDIT_KEY', { subject, found: `${named.join(', ')}${more}`, allowed: METADATA_KEYS.join(', ') })
  }
  const kept: Record<string, Json> = {}
  for (const key of [...METADATA_KEYS].sort()) {
    try {
      const value = (given as Metadata)[key]
      if (value !== undefined) kept[key] = keptValue(key, value, redactor)
    } catch {
      // A getter or a proxy of the application threw.
      kept[key] = '[UNREADABLE]'
    }
  }
  return kept
}

/**
 * Twice through the redactor: what is no JSON yet becomes plain data without secrets, and what becomes readable when bytes
 * are written out and characters are dropped is looked at again. Until nothing changes, or the value is given up.
 */
function keptValue(key: string, value: unknown, redactor: Redactor): Json {
  const sanitise = (given: unknown): Json => jsonOf(redactor.entry(key, given as Value))
  let found = sanitise(redactor.entry(key, value as Value))
  for (let i = 0; i < 4; i++) {
    const next = sanitise(bounded(found))
    if (canonical(next) === canonical(found)) return next
    found = next
  }
  return '[SIZE]'
}

function bounded(value: Json): Json {
  if (canonical(value).length <= LENGTH) return value
  if (typeof value !== 'string') return '[SIZE]'
  // Each character may take six when it is written as JSON.
  return `${cleanText(value.slice(0, (LENGTH - 8) / 6))}…`
}

/** Well-formed and without NUL, which PostgreSQL cannot hold. */
export function cleanText(text: string): string {
  const whole = text.includes('\0') ? text.replaceAll('\0', '') : text
  return Buffer.from(whole, 'utf8').toString('utf8')
}

function jsonOf(value: Value): Json {
  switch (typeof value) {
    case 'string':
      return cleanText(value)
    case 'bigint':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? (value === 0 ? 0 : value) : String(value)
    case 'boolean':
      return value
    default:
      break
  }
  if (value === null) return null
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map((one) => jsonOf(one as Value))
  const object: [string, Json][] = []
  for (const [key, inner] of Object.entries(value)) object.push([cleanText(key), jsonOf(inner as Value)])
  // fromEntries defines, so that `__proto__` is a key like any other.
  return Object.fromEntries(object)
}

/** JSON in which keys are sorted by their code units: one text for one value, whoever stored it in between. */
export function canonical(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one as Json)).join(',')}]`
  const object = value as { readonly [key: string]: Json }
  const keys = Object.keys(object).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(object[key]!)}`).join(',')}}`
}

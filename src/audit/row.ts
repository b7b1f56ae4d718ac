// One row of the trail (G-16), and how what the application hands over becomes one: known fields and known metadata keys
// or nothing is written (G-15, ruling 19), every value sanitised, every length bounded.
import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import { Fault } from '../base/fault.ts'
import { correlationId, currentCorrelationId, isSafeCorrelationId } from '../context/correlation.ts'
import { type Redactor, redactText } from '../redact/redact.ts'
import { cleanText, type Metadata, metadataOf } from './metadata.ts'

export const ACTOR_ROLES = ['user', 'admin', 'service_account', 'system'] as const
export const RESULTS = ['success', 'failure'] as const
export type ActorRole = (typeof ACTOR_ROLES)[number]
export type AuditResult = (typeof RESULTS)[number]

/** What the application says. */
export interface AuditEntry {
  /** A UUID; a new one when left out. An id that the trail has already is refused. */
  readonly id?: string
  /** Who did it; null for nobody who is known. */
  readonly actor_user_id?: string | number | bigint | null
  readonly actor_role: ActorRole
  /** `order.cancel`: a letter, then letters, digits and `_ . : -`, 128 at most. `audit.` is the trail's own. */
  readonly action: string
  /** `order`, written as an action is. */
  readonly target_type: string
  /** At most 1 024 characters. */
  readonly target_id: string | number | bigint
  readonly result: AuditResult
  /** 1 to 128 letters, digits, dots, colons, dashes, underscores; that of the current request when left out. */
  readonly correlation_id?: string
  /** Twelve keys and no other; any values, kept as sanitised JSON. */
  readonly metadata?: Metadata
  /** What is no address is kept as null: a client may have written it. */
  readonly actor_ip?: string | null
  /** Cut at 512 characters. */
  readonly user_agent?: string | null
}

/** A row as it is kept. */
export interface AuditRow {
  readonly id: string
  readonly actor_user_id: string | null
  readonly actor_role: ActorRole
  readonly action: string
  readonly target_type: string
  readonly target_id: string
  readonly result: AuditResult
  readonly correlation_id: string
  readonly metadata: Metadata
  /** ISO 8601 in UTC, milliseconds. */
  readonly created_at: string
  readonly actor_ip: string | null
  readonly user_agent: string | null
}

/** With its place in the chain. */
export interface ChainedRow extends AuditRow {
  /** 1 for the first row of the trail; without gaps. */
  readonly seq: number
  /** The hash of the row before, 64 zeros for the first: SHA-256 in lower-case hexadecimal. */
  readonly prev_hash: string
  readonly hash: string
}

/** Everything but the time and the place, which the store gives. */
export type Draft = Omit<AuditRow, 'created_at'>

const FIELDS: ReadonlySet<string> = new Set<keyof AuditEntry>([
  ...(['id', 'actor_user_id', 'actor_role', 'action', 'target_type', 'target_id', 'result'] as const),
  ...(['correlation_id', 'metadata', 'actor_ip', 'user_agent'] as const),
])
const NAME = /^[A-Za-z][\w.:-]{0,127}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const TARGET = 1024
const AGENT = 512
/** Actions that only the trail itself writes. */
const OWN = 'audit.'

/**
 * The row of `entry`. Throws AUDIT_KEY for a metadata key that is not allowed and AUDIT_ROW for any other field that cannot
 * be kept.
 */
export function draftOf(entry: AuditEntry, redactor: Redactor): Draft {
  if (typeof entry !== 'object' || entry === null) throw wrong('row', typeof entry, 'an object')
  for (const field of Object.keys(entry)) {
    if (!FIELDS.has(field)) throw wrong(shown(field), 'a field that no row has', [...FIELDS].join(', '))
  }
  const action = name('action', entry.action)
  if (action.startsWith(OWN)) throw wrong('action', action, `no action of the trail itself, ${OWN}…`)
  return {
    id: idOf(entry.id),
    actor_user_id: actorOf(entry.actor_user_id),
    actor_role: oneOf('actor_role', entry.actor_role, ACTOR_ROLES),
    action,
    target_type: name('target_type', entry.target_type),
    target_id: settled(identifier('target_id', entry.target_id), TARGET, redactor.text),
    result: oneOf('result', entry.result, RESULTS),
    correlation_id: correlationOf(entry.correlation_id),
    metadata: metadataOf(entry.metadata, redactor),
    actor_ip: addressOf(entry.actor_ip),
    user_agent: agentOf(entry.user_agent, redactor),
  }
}

/** Sanitised and within `length`; what sanitising makes longer is cut, and what is cut is sanitised again. */
export function settled(text: string, length: number, sanitise: (text: string) => string): string {
  let found = sanitise(text)
  for (let i = 0; i < 4; i++) {
    const next = sanitise(found.length > length ? `${cleanText(found.slice(0, length - 1))}…` : found)
    if (next === found) return found
    found = next
  }
  return '[SIZE]'
}

function idOf(id: unknown): string {
  if (id === undefined) return randomUUID()
  if (typeof id !== 'string' || !UUID.test(id)) throw wrong('id', kindOf(id), 'a UUID')
  return id.toLowerCase()
}

function correlationOf(given: unknown): string {
  if (given === undefined) return currentCorrelationId() ?? correlationId()
  if (typeof given === 'string' && isSafeCorrelationId(given)) return given
  throw wrong('correlation_id', kindOf(given), '1 to 128 letters, digits, dots, colons, dashes and underscores')
}

/**
 * Who it was is what the trail is for: an e-mail address stays (ruling 18), and so does a number that looks like a card's.
 * A token does not.
 */
function actorOf(given: unknown): string | null {
  if (given === undefined || given === null) return null
  const actor = identifier('actor_user_id', given)
  return /^\d+$/.test(actor) ? actor : settled(actor, TARGET, redactText)
}

function addressOf(given: unknown): string | null {
  if (given === undefined || given === null) return null
  return typeof given === 'string' && given.length <= 64 && isIP(given) !== 0 ? given : null
}

function agentOf(given: unknown, redactor: Redactor): string | null {
  if (given === undefined || given === null) return null
  if (typeof given !== 'string') throw wrong('user_agent', kindOf(given), 'text or null')
  // What nobody may write would cost much to sanitise.
  return settled(cleanText(given.slice(0, 8 * AGENT)), AGENT, redactor.text)
}

function name(field: string, given: unknown): string {
  if (typeof given === 'string' && NAME.test(given)) return given
  throw wrong(field, kindOf(given), 'a letter, then at most 127 letters, digits and _ . : -')
}

function identifier(field: string, given: unknown): string {
  const text = typeof given === 'number' || typeof given === 'bigint' ? String(given) : given
  if (typeof text !== 'string') throw wrong(field, kindOf(given), 'text or a number')
  const clean = cleanText(text)
  if (clean === '' || clean.length > TARGET) throw wrong(field, `${clean.length} characters`, `1 to ${TARGET}`)
  return clean
}

function oneOf<T extends string>(field: string, given: unknown, of: readonly T[]): T {
  if (of.includes(given as T)) return given as T
  throw wrong(field, kindOf(given), of.join(', '))
}

/** What was given, without its content. */
function kindOf(given: unknown): string {
  return typeof given === 'string' ? `text of ${given.length} characters` : given === null ? 'null' : typeof given
}

/** A field's name as it may be shown: it is the caller's own text. */
export function shown(field: string): string {
  return redactText(cleanText(field.slice(0, 64)))
}

function wrong(subject: string, found: string, allowed: string): Fault {
  return new Fault('AUDIT_ROW', { subject, found, allowed })
}

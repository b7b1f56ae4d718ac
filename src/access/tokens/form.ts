// What may be written into a token's record, by the command line, by a file or by a row: nothing of it is trusted before.
import { Fault } from '../../base/fault.ts'
import { parseScope } from '../scope.ts'
import type { StoredToken } from './record.ts'
import { HASH_FORM } from './text.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const NAMED = /^[a-z][a-z0-9._-]{0,39}(?::[a-z0-9._*-]{1,40}){0,3}$/
/** Letters, marks, digits, punctuation and single blanks; no line breaks, nothing that moves a cursor. */
const LABEL = /^[\p{L}\p{M}\p{N}\p{P}\p{S}](?:[\p{L}\p{M}\p{N}\p{P}\p{S} ]{0,62}[\p{L}\p{M}\p{N}\p{P}\p{S}])?$/u
const SCOPE_LENGTH = 128
const MAX_SCOPES = 32
/** The last moment that JavaScript's dates reach. */
const LAST = 8.64e15

export function isTokenId(text: string): boolean {
  return UUID.test(text)
}

/** `metrics:read`, `scaling:write`, or a scope by SMART's grammar; without blanks and commas. */
export function isScope(text: string): boolean {
  if (text.length > SCOPE_LENGTH || text.includes(',')) return false
  return NAMED.test(text) || parseScope(text) !== null
}

export function isLabel(text: string): boolean {
  return LABEL.test(text)
}

/** From 1 to 32 scopes, each once, in the order given; `subject` is who is at fault otherwise. */
export function checkScopes(scopes: readonly string[], subject: string): readonly string[] {
  const allowed = 'scopes such as metrics:read, scaling:write or system/*.read'
  const wrong = scopes.find((scope) => !isScope(scope))
  if (wrong !== undefined) throw new Fault('OPTION_VALUE', { subject, found: JSON.stringify(clip(wrong)), allowed })
  const unique = [...new Set(scopes)]
  if (unique.length < 1 || unique.length > MAX_SCOPES)
    throw new Fault('OPTION_VALUE', { subject, found: `${unique.length} scopes`, allowed: `1 to ${MAX_SCOPES}` })
  return unique
}

const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

/** What a store holds for a token, by the names that it has there; times in milliseconds. */
export interface Written {
  readonly token_id: unknown
  readonly hash: unknown
  readonly scopes: unknown
  readonly label: unknown
  readonly created_at: unknown
  readonly expires_at: unknown
  readonly revoked_at: unknown
  readonly replaced_by: unknown
  readonly accepted_until: unknown
}

export const FIELDS: readonly (keyof Written)[] = [
  'token_id',
  'hash',
  'scopes',
  'label',
  'created_at',
  'expires_at',
  'revoked_at',
  'replaced_by',
  'accepted_until',
]

/** The token, or the name of the field that cannot be what was written. */
export function tokenOf(written: Written): StoredToken | keyof Written {
  const { token_id: id, hash, scopes, label, created_at: createdAt, replaced_by: replacedBy } = written
  if (typeof id !== 'string' || !UUID.test(id)) return 'token_id'
  if (typeof hash !== 'string' || !HASH_FORM.test(hash)) return 'hash'
  if (!isScopes(scopes)) return 'scopes'
  if (label !== null && !(typeof label === 'string' && isLabel(label))) return 'label'
  if (!isTime(createdAt)) return 'created_at'
  if (replacedBy !== null && !(typeof replacedBy === 'string' && UUID.test(replacedBy))) return 'replaced_by'
  const { expires_at: expiresAt, revoked_at: revokedAt, accepted_until: acceptedUntil } = written
  if (!isTimeOrNull(expiresAt)) return 'expires_at'
  if (!isTimeOrNull(revokedAt)) return 'revoked_at'
  if (!isTimeOrNull(acceptedUntil)) return 'accepted_until'
  return { id, hash, scopes, label, createdAt, expiresAt, revokedAt, replacedBy, acceptedUntil }
}

function isScopes(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_SCOPES) return false
  return value.every((scope) => typeof scope === 'string' && isScope(scope))
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST
}

function isTimeOrNull(value: unknown): value is number | null {
  return value === null || isTime(value)
}

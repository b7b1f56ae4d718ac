// The file of tokens as text: JSON under a header that says which format it is in. Whatever is not to the letter what this
// version writes is a fault, for a list of tokens that is half understood would let in who was thrown out.
import { Fault } from '../../base/fault.ts'
import { FIELDS, tokenOf, type Written } from './form.ts'
import type { StoredToken } from './record.ts'
import { FORMAT } from './store.ts'

const HEADER = 'telltale_tokens'
const TIMES = ['created_at', 'expires_at', 'revoked_at', 'accepted_until'] as const

/** One token a line, so that a person sees what is there and a diff shows what changed. */
export function documentText(tokens: readonly StoredToken[]): string {
  const lines = tokens.map((token) => `    ${JSON.stringify(entryOf(token))}`)
  return `{\n  "${HEADER}": ${FORMAT},\n  "tokens": [${lines.length > 0 ? `\n${lines.join(',\n')}\n  ` : ''}]\n}\n`
}

/** The tokens of a file; throws TOKENS_CORRUPT or TOKENS_NEWER, which name the file and what is wrong in it. */
export function readDocument(text: string, file: string): StoredToken[] {
  const corrupt = (found: string): Fault => new Fault('TOKENS_CORRUPT', { subject: file, found })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw corrupt(text === '' ? 'an empty file' : 'what is no JSON')
  }
  if (!isObject(document)) throw corrupt('no object')
  const { [HEADER]: format, tokens, ...rest } = document
  if (typeof format !== 'number' || !Number.isInteger(format) || format < 1) throw corrupt(`no "${HEADER}" at its head`)
  if (format > FORMAT)
    throw new Fault('TOKENS_NEWER', { subject: file, found: `format ${format}`, allowed: `${FORMAT}` })
  if (!Array.isArray(tokens) || Object.keys(rest).length > 0) throw corrupt('keys that do not belong there')
  const seen = new Set<string>()
  return tokens.map((entry: unknown, i) => {
    const token = isObject(entry) ? tokenOfEntry(entry) : 'token_id'
    if (typeof token === 'string') throw corrupt(`no usable ${token} in tokens[${i}]`)
    if (seen.has(token.id)) throw corrupt(`${token.id} twice`)
    seen.add(token.id)
    return token
  })
}

function entryOf(token: StoredToken): Record<keyof Written, unknown> {
  return {
    token_id: token.id,
    hash: token.hash,
    scopes: token.scopes,
    label: token.label,
    created_at: timeText(token.createdAt),
    expires_at: timeText(token.expiresAt),
    revoked_at: timeText(token.revokedAt),
    replaced_by: token.replacedBy,
    accepted_until: timeText(token.acceptedUntil),
  }
}

function tokenOfEntry(entry: Record<string, unknown>): StoredToken | string {
  const strange = Object.keys(entry).find((key) => !(FIELDS as readonly string[]).includes(key))
  if (strange !== undefined) return 'set of keys'
  const written = { ...entry } as Record<keyof Written, unknown>
  for (const key of TIMES) written[key] = timeOf(entry[key])
  return tokenOf(written)
}

/** ISO 8601 in UTC; null stays. */
export function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}

function timeOf(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value))
    return value === null ? null : NaN
  return Date.parse(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

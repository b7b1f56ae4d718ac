// The proof in a request's headers, as text that nobody has judged yet. Nothing here is compared or hashed: what is
// malformed, repeated or too long goes no further.
import type { Question } from './decision.ts'

/** Longer ones are refused unread; tokens of ours have about 60 characters, a JWT seldom 2 000. */
export const LONGEST_CREDENTIAL = 8192

export type Credential =
  | { readonly state: 'missing' }
  | { readonly state: 'malformed'; readonly detail: string }
  | { readonly state: 'given'; readonly text: string }

const MISSING: Credential = { state: 'missing' }
/** Visible ASCII: what a header carries unchanged through every proxy. */
const VISIBLE = /^[\x21-\x7e]+$/
const AUTHORIZATION = 'authorization'

/**
 * What `header` (lower case) carries. `Authorization` is `Bearer x` (RFC 6750, 2.1), another scheme there counts as
 * nothing; every other header carries the text alone or `Bearer x`.
 */
export function credentialIn(header: string, { headers, raw }: Pick<Question, 'headers' | 'raw'>): Credential {
  const value = headers[header]
  if (value === undefined) return MISSING
  // Of two `Authorization` Node keeps the first and a proxy perhaps the other: nobody can say which was meant.
  if (typeof value !== 'string' || occurrences(header, raw) > 1) return malformed(`The header ${header} came twice.`)
  const text = value.trim()
  if (text === '') return MISSING
  if (text.length > LONGEST_CREDENTIAL) return malformed('The credential is too long.')
  const space = text.indexOf(' ')
  const scheme = (space < 0 ? text : text.slice(0, space)).toLowerCase()
  if (scheme !== 'bearer') {
    if (header === AUTHORIZATION) return MISSING
    return VISIBLE.test(text) ? { state: 'given', text } : malformed('The credential has characters that no token has.')
  }
  const token = space < 0 ? '' : text.slice(space).trimStart()
  return VISIBLE.test(token) ? { state: 'given', text: token } : malformed('Write `Bearer`, one space and the token.')
}

function malformed(detail: string): Credential {
  return { state: 'malformed', detail }
}

function occurrences(header: string, raw: readonly string[] | undefined): number {
  if (raw === undefined) return 1
  let found = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    if (name.length === header.length && name.toLowerCase() === header) found++
  }
  return found
}

// The token of `Authorization: Bearer …` (RFC 6750, 2.1).
import type { Question } from './decision.ts'

/** A token; `null` when there is none; `undefined` when what is there cannot be one. */
export function bearerOf(headers: Question['headers']): string | null | undefined {
  const { authorization } = headers
  if (authorization === undefined || authorization === '') return null
  if (typeof authorization !== 'string') return undefined
  const scheme = authorization.slice(0, 7).toLowerCase()
  if (scheme !== 'bearer ') return undefined
  const token = authorization.slice(7).trim()
  return /^[A-Za-z0-9._~+/-]+=*$/.test(token) ? token : undefined
}

// What is kept of a token, and what that comes to at a given moment. Times are milliseconds since the Unix epoch.
import type { TokenInfo } from '../token.ts'

/** What everybody may see who may list tokens. */
export interface KeptToken extends TokenInfo {
  /** For people; null when none was given. */
  readonly label: string | null
  /** Refused since then, by `revoke`; any value refuses, whatever the clock says. */
  readonly revokedAt: number | null
  /** The id of the token that took its place. */
  readonly replacedBy: string | null
  /** A token that was replaced is accepted until then; null: refused from the moment it was replaced. */
  readonly acceptedUntil: number | null
}

export interface StoredToken extends KeptToken {
  /** As `hashOf` makes it; stays with the store. */
  readonly hash: string
}

export type TokenState = 'active' | 'expiring' | 'expired' | 'revoked' | 'rotated'

const WEEK_MS = 604_800_000

/** What a guard says of a token whose secret was right. Moments that must hold at once are no matter of clocks. */
export function verdict(token: KeptToken, now: number): 'ok' | 'invalid' | 'expired' {
  if (token.revokedAt !== null) return 'invalid'
  if (token.expiresAt !== null && now >= token.expiresAt) return 'expired'
  if (token.replacedBy !== null && (token.acceptedUntil === null || now >= token.acceptedUntil)) return 'invalid'
  return 'ok'
}

/** `expiring`: less than a week and less than a fifth of its life are left. `rotated`: replaced, perhaps accepted yet. */
export function stateOf(token: KeptToken, now: number): TokenState {
  if (token.revokedAt !== null) return 'revoked'
  if (token.expiresAt !== null && now >= token.expiresAt) return 'expired'
  if (token.replacedBy !== null) return 'rotated'
  if (token.expiresAt === null) return 'active'
  const left = token.expiresAt - now
  return left < WEEK_MS && left < (token.expiresAt - token.createdAt) / 5 ? 'expiring' : 'active'
}

/** When it stops being accepted, by its expiry or by the end of an overlap, whichever is first. */
export function endOf({ expiresAt, acceptedUntil }: KeptToken): number | null {
  if (expiresAt === null || acceptedUntil === null) return expiresAt ?? acceptedUntil
  return Math.min(expiresAt, acceptedUntil)
}

/** Since when it is refused for good; null while that is not known or lies ahead. */
export function deadSince(token: KeptToken, now: number): number | null {
  if (verdict(token, now) === 'ok') return null
  return Math.min(token.revokedAt ?? now, endOf(token) ?? now, now)
}

// The rules by which tokens come and go, without a word about where they are kept: a book is filled with all of them, one
// change is made to it, and a store writes down what became different.
import { Fault } from '../../base/fault.ts'
import { deadSince, type StoredToken, verdict } from './record.ts'

/** In one store. When it is full, tokens that are refused anyway make room, the longest dead first. */
export const MAX_TOKENS = 10_000

export interface Rotated {
  readonly successor: StoredToken
  readonly replaced: StoredToken
}

export interface Revoked {
  readonly token: StoredToken
  /** False when it was revoked before: then nothing changed. */
  readonly changed: boolean
}

export class TokenBook {
  readonly #tokens = new Map<string, StoredToken>()
  readonly #capacity: number
  /** By id; null was removed. */
  readonly changes = new Map<string, StoredToken | null>()

  constructor(tokens: readonly StoredToken[], capacity = MAX_TOKENS) {
    for (const token of tokens) this.#tokens.set(token.id, token)
    this.#capacity = capacity
  }

  /** In the order in which they were made. */
  get tokens(): readonly StoredToken[] {
    return [...this.#tokens.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  add(token: StoredToken, now: number): void {
    if (this.#tokens.size >= this.#capacity) this.#makeRoom(now)
    this.#put(token)
  }

  /**
   * Puts `successor` in the place of the token `id`, which is accepted for `overlapMs` more. A token that has expired may
   * be replaced; one that was revoked or replaced already may not, since that would undo what somebody decided.
   */
  rotate(id: string, successorOf: (token: StoredToken) => StoredToken, overlapMs: number, now: number): Rotated {
    const token = this.#known(id)
    if (token.revokedAt !== null) {
      const hint = 'Make a new one: telltale metrics generate-token.'
      throw new Fault('TOKEN_ENDED', { subject: id, found: 'a revoked token', hint })
    }
    if (token.replacedBy !== null) {
      const hint = `Rotate the one that took its place: ${token.replacedBy}.`
      throw new Fault('TOKEN_ENDED', { subject: id, found: 'a token that was rotated already', hint })
    }
    const successor = successorOf(token)
    const replaced = { ...token, replacedBy: successor.id, acceptedUntil: overlapMs > 0 ? now + overlapMs : null }
    this.#put(replaced)
    this.add(successor, now)
    return { successor, replaced }
  }

  revoke(id: string, now: number): Revoked {
    const token = this.#known(id)
    if (token.revokedAt !== null) return { token, changed: false }
    const revoked = { ...token, revokedAt: now }
    this.#put(revoked)
    return { token: revoked, changed: true }
  }

  #known(id: string): StoredToken {
    const token = this.#tokens.get(id)
    if (token === undefined) throw new Fault('TOKEN_UNKNOWN', { subject: id })
    return token
  }

  #put(token: StoredToken): void {
    this.#tokens.set(token.id, token)
    this.changes.set(token.id, token)
  }

  #makeRoom(now: number): void {
    let oldest: StoredToken | null = null
    let since = Number.POSITIVE_INFINITY
    for (const token of this.#tokens.values()) {
      // What was changed just now is what somebody asked for.
      if (verdict(token, now) === 'ok' || this.changes.has(token.id)) continue
      const dead = deadSince(token, now) ?? now
      if (dead < since) {
        oldest = token
        since = dead
      }
    }
    if (oldest === null) throw new Fault('TOKEN_LIMIT', { found: `${this.#tokens.size} tokens that are accepted` })
    this.#tokens.delete(oldest.id)
    this.changes.set(oldest.id, null)
  }
}

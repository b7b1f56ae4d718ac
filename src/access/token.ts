// Tokens of ours and tokens that others signed, as a guard asks for them: who keeps or verifies them is not its affair.
import type { Caller } from './decision.ts'

export interface TokenInfo {
  /** UUID; safe to show, unlike the token. */
  readonly id: string
  readonly scopes: readonly string[]
  /** Milliseconds since the Unix epoch; null when it never expires. */
  readonly expiresAt: number | null
  readonly createdAt: number
}

export type TokenFound =
  | { readonly ok: true; readonly token: TokenInfo }
  | { readonly ok: false; readonly result: 'invalid' | 'expired' }

/** Where tokens of ours are kept. */
export interface TokenSource {
  /** Compares in constant time. Throws or rejects when it cannot know: whoever asked stays out. */
  find(token: string): TokenFound | Promise<TokenFound>
}

export type JwtFound =
  | { readonly ok: true; readonly caller: Caller }
  | {
      readonly ok: false
      readonly result: 'invalid' | 'expired'
      /** The keys cannot be had: nobody can be verified. */
      readonly status?: 503
      /** For people; says nothing of the keys, and nothing of the token that its bearer did not know. */
      readonly detail: string
    }

export interface JwtVerifier {
  /** Never rejects. */
  verify(text: string): Promise<JwtFound>
}

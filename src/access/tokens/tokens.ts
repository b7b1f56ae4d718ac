// Tokens as who hands them out sees them: made, replaced, revoked, listed and tried. The text of a token is given
// back once, when it is made; afterwards there is only its hash, and nobody can show it again.
import { randomUUID } from 'node:crypto'
import { now } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { TokenFound } from '../token.ts'
import { checkScopes, isLabel, isTokenId } from './form.ts'
import { endOf, type KeptToken, type StoredToken, verdict } from './record.ts'
import type { TokenStore } from './store.ts'
import { hashOf, idOfToken, isHashOf, newToken } from './text.ts'

/** The longest life of a token, and the longest overlap. */
export const MAX_LIFE_MS = 3650 * 86_400_000
export const MAX_OVERLAP_MS = 30 * 86_400_000

export interface GenerateOptions {
  readonly scopes: readonly string[]
  /** How long it is accepted, in milliseconds; null, and left out, for ever. */
  readonly lifeMs?: number | null
  /** For people, at most 64 characters. */
  readonly label?: string | null
}

export interface RotateOptions {
  /** How long the token that is replaced is accepted yet; 0, and left out: not at all. */
  readonly overlapMs?: number
  /** Left out: as long as the token that is replaced had. */
  readonly lifeMs?: number | null
}

/** The one time that the text of a token is to be had. */
export interface NewToken {
  readonly text: string
  readonly token: KeptToken
}

export interface RotatedToken extends NewToken {
  /** The token whose place it takes. */
  readonly replaced: KeptToken
}

export interface RevokedToken {
  readonly token: KeptToken
  /** False when it was revoked before: then nothing changed. */
  readonly changed: boolean
}

/** Tokens in one place. Methods reject with a Fault. */
export interface KeptTokens {
  generate(options: GenerateOptions): Promise<NewToken>
  /** A new token in the place of another, with the same scopes and label. */
  rotate(id: string, options?: RotateOptions): Promise<RotatedToken>
  /** Refuses it from now on. */
  revoke(id: string): Promise<RevokedToken>
  /** Every token, those that are refused too, in the order in which they were made. */
  list(): Promise<readonly KeptToken[]>
  /** What a guard would say of it now. */
  validate(text: string): Promise<TokenFound>
  /** Lets go of a connection; never rejects. */
  close(): Promise<void>
}

export interface TokensOptions {
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number
}

export class Tokens implements KeptTokens {
  readonly #store: TokenStore
  readonly #clock: () => number

  constructor(store: TokenStore, { clock = now }: TokensOptions = {}) {
    this.#store = store
    this.#clock = () => Math.round(clock())
  }

  async generate({ scopes, lifeMs = null, label = null }: GenerateOptions): Promise<NewToken> {
    const checked = checkScopes(scopes, '--scopes')
    checkLife(lifeMs)
    if (label !== null && !isLabel(label)) {
      const allowed = 'up to 64 printable characters on one line'
      throw new Fault('OPTION_VALUE', { subject: '--label', found: `${label.length} characters`, allowed })
    }
    return this.#store.change((book) => {
      const at = this.#clock()
      const made = this.#make(checked, lifeMs, label, at)
      book.add(made.token, at)
      return { text: made.text, token: shown(made.token) }
    })
  }

  async rotate(written: string, { overlapMs = 0, lifeMs }: RotateOptions = {}): Promise<RotatedToken> {
    const id = idFrom(written)
    if (lifeMs !== undefined) checkLife(lifeMs)
    if (!(overlapMs >= 0 && overlapMs <= MAX_OVERLAP_MS)) throw outside('--overlap', '0s to 30d')
    return this.#store.change((book) => {
      const at = this.#clock()
      let text = ''
      const successorOf = ({ scopes, label, createdAt, expiresAt }: StoredToken) => {
        const same = expiresAt === null ? null : expiresAt - createdAt
        const made = this.#make(scopes, lifeMs === undefined ? same : lifeMs, label, at)
        text = made.text
        return made.token
      }
      const { successor, replaced } = book.rotate(id, successorOf, overlapMs, at)
      return { text, token: shown(successor), replaced: shown(replaced) }
    })
  }

  async revoke(written: string): Promise<RevokedToken> {
    const id = idFrom(written)
    return this.#store.change((book) => {
      const { token, changed } = book.revoke(id, this.#clock())
      return { token: shown(token), changed }
    })
  }

  async list(): Promise<readonly KeptToken[]> {
    const tokens = (await this.#store.read())?.tokens ?? []
    return tokens.map(shown).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  }

  async validate(text: string): Promise<TokenFound> {
    const id = idOfToken(text)
    if (id === null) return { ok: false, result: 'invalid' }
    const kept = await this.#store.read()
    return judge(
      text,
      kept?.tokens?.find((each) => each.id === id),
      this.#clock(),
    )
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #make(
    scopes: readonly string[],
    lifeMs: number | null,
    label: string | null,
    createdAt: number,
  ): { text: string; token: StoredToken } {
    const id = randomUUID()
    const text = newToken(id)
    const expiresAt = lifeMs === null ? null : createdAt + Math.round(lifeMs)
    const never = { revokedAt: null, replacedBy: null, acceptedUntil: null }
    return { text, token: { id, hash: hashOf(text), scopes, label, createdAt, expiresAt, ...never } }
  }
}

/** Without its hash, which is nobody's business but the store's. */
function shown({ hash: _, ...token }: StoredToken): KeptToken {
  return token
}

/** What becomes of whoever shows `text`, where `token` is kept under its id. */
export function judge(text: string, token: StoredToken | undefined, at: number): TokenFound {
  if (token === undefined || !isHashOf(token.hash, text)) return { ok: false, result: 'invalid' }
  const result = verdict(token, at)
  if (result !== 'ok') return { ok: false, result }
  const { id, scopes, createdAt } = token
  return { ok: true, token: { id, scopes, createdAt, expiresAt: endOf(token) } }
}

function checkLife(lifeMs: number | null): void {
  if (lifeMs !== null && !(lifeMs >= 1000 && lifeMs <= MAX_LIFE_MS))
    throw outside('--expires-in', '1s to 3650d, or never')
}

function idFrom(written: string): string {
  const id = written.trim().toLowerCase()
  if (isTokenId(id)) return id
  // What was given may be the token itself: it is not repeated.
  const token = idOfToken(written.trim())
  const found = token === null ? 'what is no id' : 'a token itself; whoever sees the command line sees it'
  const hint = token === null ? 'telltale metrics list-tokens shows the ids.' : `Its id is ${token}.`
  throw new Fault('OPTION_VALUE', { subject: '--token-id', found, allowed: 'the id of a token, a UUID', hint })
}

function outside(subject: string, allowed: string): Fault {
  return new Fault('OPTION_VALUE', { subject, found: 'a duration outside of that', allowed })
}

// Tokens as a running service knows them: all of them in memory, looked at anew every few seconds, so that a request waits
// for no file and no database. It promises that a change is seen within `refreshMs`. When they cannot be read, the last
// good ones hold for `staleMs`; then nobody is let in until they can be read again. Both are said once.
import { monotonic, now, timers } from '../../base/clock.ts'
import { notice, thrownText } from '../../base/notice.ts'
import type { TokenFound, TokenSource } from '../token.ts'
import { type StoredToken, verdict } from './record.ts'
import type { TokenStore } from './store.ts'
import { idOfToken } from './text.ts'
import { judge } from './tokens.ts'

export interface LiveOptions {
  /** Milliseconds between the end of one look and the next. */
  readonly refreshMs: number
  /** How long the last good tokens hold when they cannot be read. */
  readonly staleMs: number
  /** Milliseconds since the Unix epoch. */
  readonly clock?: () => number
  /** Milliseconds, for ages. */
  readonly ages?: () => number
}

export interface OpenTokens extends TokenSource {
  /** How many tokens are accepted now; 0 while that is not known. */
  active(): number
  close(): Promise<void>
}

export class LiveTokens implements OpenTokens {
  readonly #store: TokenStore
  readonly #refreshMs: number
  readonly #staleMs: number
  readonly #clock: () => number
  readonly #ages: () => number
  #tokens: ReadonlyMap<string, StoredToken> = new Map()
  #mark: string | undefined
  /** When they were known last; null before the first time. */
  #known: number | null = null
  /** The reason why they cannot be read; null while they can. */
  #reason: string | null = null
  #closedSaid = false
  #there = false
  #timer: ReturnType<typeof timers.setTimeout> | null = null
  #ended = false
  /** The look that is under way, or the last one. */
  #look: Promise<void>

  constructor(store: TokenStore, { refreshMs, staleMs, clock = now, ages = monotonic }: LiveOptions) {
    this.#store = store
    this.#refreshMs = refreshMs
    this.#staleMs = staleMs
    this.#clock = clock
    this.#ages = ages
    this.#look = this.#again()
  }

  find(text: string): TokenFound | Promise<TokenFound> {
    const id = idOfToken(text)
    if (id === null) return { ok: false, result: 'invalid' }
    if (this.#known === null && this.#reason === null && !this.#ended)
      return this.#look.then(() => this.#found(id, text))
    return this.#found(id, text)
  }

  active(): number {
    if (!this.#fresh) return 0
    const at = this.#clock()
    let count = 0
    for (const token of this.#tokens.values()) if (verdict(token, at) === 'ok') count++
    return count
  }

  async close(): Promise<void> {
    this.#ended = true
    if (this.#timer !== null) timers.clearTimeout(this.#timer)
    await this.#store.close()
  }

  get #fresh(): boolean {
    if (this.#ended || this.#known === null) return false
    return this.#reason === null || this.#ages() - this.#known <= this.#staleMs
  }

  #found(id: string, text: string): TokenFound {
    if (!this.#fresh) throw new Error('it is not known which tokens are accepted')
    return judge(text, this.#tokens.get(id), this.#clock())
  }

  async #again(): Promise<void> {
    try {
      const kept = await this.#store.read(this.#mark)
      if (this.#ended) return
      if (kept !== null) {
        this.#missing(kept.tokens === null)
        this.#tokens = new Map((kept.tokens ?? []).map((token) => [token.id, token]))
        this.#mark = kept.mark
      }
      this.#known = this.#ages()
      if (this.#reason !== null) notice('info', 'tokens.readable', 'the tokens can be read again')
      this.#reason = null
      this.#closedSaid = false
    } catch (error) {
      if (this.#ended) return
      this.#failed(thrownText(error))
    }
    if (this.#ended) return
    this.#timer = timers.setTimeout(() => {
      this.#look = this.#again()
    }, this.#refreshMs)
    this.#timer.unref()
  }

  /** There is no store before the first token is made; one that was there and is gone has let nobody in since. */
  #missing(missing: boolean): void {
    if (missing && this.#there) {
      notice('warn', 'tokens.gone', 'the tokens that were kept are gone: every one is refused until there are new ones')
    }
    this.#there = !missing
  }

  #failed(reason: string): void {
    const before = this.#reason
    this.#reason = reason
    if (this.#fresh) {
      const text = `the tokens cannot be read, the last known ones hold for ${seconds(this.#staleMs)} s: ${reason}`
      if (before === null) notice('warn', 'tokens.unreadable', text)
    } else if (!this.#closedSaid) {
      this.#closedSaid = true
      notice('error', 'tokens.closed', `the tokens cannot be read, so no token is accepted: ${reason}`)
    }
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}

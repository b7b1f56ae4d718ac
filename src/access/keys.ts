// Public keys as an issuer publishes them (RFC 7517), fetched through egress. One fetch at a time, however many wait; a
// failure is not tried again at once; the last good keys stay in use for a while when the address is gone, then nobody is
// verified. An unknown key id makes a new fetch at most once in a while, so that clients cannot drive our requests.
import { notice, thrownText } from '../base/notice.ts'
import type { Preset } from '../egress/address.ts'
import { Caller } from '../egress/caller.ts'
import { allow } from '../egress/target.ts'

export interface KeyOptions {
  readonly url: string
  readonly policy: Preset
  /** How long fetched keys are taken for new. */
  readonly refreshMs: number
  /** How long after that the last good ones are used while their address does not answer. */
  readonly staleMs: number
  /** Milliseconds; need not be the wall clock. */
  readonly now: () => number
  /** Least time between two fetches for key ids that are not known. Default 30 s. */
  readonly unknownMs?: number
  /** Least time between a failure and the next try. Default 5 s. */
  readonly retryMs?: number
  /** One fetch. Default 5 s. */
  readonly timeoutMs?: number
}

export type PublicAlgorithm = 'RS256' | 'ES256' | 'EdDSA'

/** A public key, its public members alone. */
export interface PublicKey {
  readonly kid: string | null
  readonly alg: PublicAlgorithm
  readonly jwk: Readonly<Record<string, string>>
}

/** Where keys are looked up: those that fit, or null while nothing can be known. */
export interface KeySource {
  find(alg: PublicAlgorithm, kid: string | null): Promise<readonly PublicKey[] | null>
  close(): void
}

const MOST_KEYS = 100
const MOST_BYTES = 262_144
const MEMBER = /^[A-Za-z0-9_-]{1,2048}$/

export class RemoteKeys implements KeySource {
  readonly #options: Required<KeyOptions>
  readonly #caller: Caller
  readonly #shown: string
  #keys: readonly PublicKey[] | null = null
  /** When the keys were fetched. */
  #fetched = 0
  #failed = Number.NEGATIVE_INFINITY
  #searched = Number.NEGATIVE_INFINITY
  #fetching: Promise<void> | null = null
  #down = false

  /** Throws a Fault for an address that the policy refuses. */
  constructor(options: KeyOptions) {
    this.#options = { unknownMs: 30_000, retryMs: 5000, timeoutMs: 5000, ...options }
    const target = allow(options.url, options.policy, 'access.jwt.jwks_url')
    this.#shown = `${target.url.host}${target.url.pathname}`
    this.#caller = new Caller(target, { keepAlive: false })
  }

  async find(alg: PublicAlgorithm, kid: string | null): Promise<readonly PublicKey[] | null> {
    const { now, refreshMs, staleMs, unknownMs } = this.#options
    const before = this.#fetched
    if (this.#keys === null || now() - before >= refreshMs) {
      const renewed = this.#renew()
      // Where the address is known to be gone nobody waits for it: the last good keys are at hand.
      if (this.#keys === null || !this.#down || now() - before > refreshMs + staleMs) await renewed
    }
    if (this.#keys === null || now() - this.#fetched > refreshMs + staleMs) return null
    let found = fitting(this.#keys, alg, kid)
    if (found.length > 0) return found
    if (this.#fetched === before && now() - this.#searched >= unknownMs) {
      this.#searched = now()
      await this.#renew()
      found = fitting(this.#keys, alg, kid)
    }
    return found.length === 0 && this.#down ? null : found
  }

  close(): void {
    this.#caller.close()
  }

  #renew(): Promise<void> {
    if (this.#fetching !== null) return this.#fetching
    const { now, retryMs } = this.#options
    if (now() - this.#failed < retryMs) return Promise.resolve()
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = null
    })
    return this.#fetching
  }

  async #fetch(): Promise<void> {
    const { now, timeoutMs } = this.#options
    try {
      const reply = await this.#caller.send({
        headers: { accept: 'application/jwk-set+json, application/json' },
        timeoutMs,
        maxBytes: MOST_BYTES,
        background: true,
      })
      if (reply.status !== 200) throw new Error(`it answered ${reply.status}`)
      this.#keys = publicKeys(reply.body.toString('utf8'))
      this.#fetched = now()
      this.#failed = Number.NEGATIVE_INFINITY
      if (this.#down) notice('info', 'access.keys', `the keys at ${this.#shown} can be fetched again`)
      this.#down = false
    } catch (error) {
      this.#failed = now()
      if (this.#down) return
      this.#down = true
      const kept = this.#keys === null ? 'nobody can be verified' : 'the last good ones are used for a while'
      notice('warn', 'access.keys', `the keys at ${this.#shown} cannot be fetched, ${kept}: ${thrownText(error)}`)
    }
  }
}

/** Without a key id every key of the kind fits; there are never more than a few. */
function fitting(keys: readonly PublicKey[], alg: PublicAlgorithm, kid: string | null): readonly PublicKey[] {
  return keys.filter((key) => key.alg === alg && (kid === null || key.kid === kid)).slice(0, 4)
}

/** The usable keys of a set; throws for what is no set or has none of ours, so that a page of errors replaces no keys. */
export function publicKeys(text: string): readonly PublicKey[] {
  const set = JSON.parse(text) as { keys?: unknown } | null
  const listed = set?.keys
  if (!Array.isArray(listed)) throw new Error('it is no set of keys')
  const keys: PublicKey[] = []
  for (const one of listed.slice(0, MOST_KEYS)) {
    const key = publicKey(one)
    if (key !== null) keys.push(key)
  }
  if (keys.length === 0) throw new Error('it has no key for RS256, ES256 or EdDSA')
  return keys
}

function publicKey(one: unknown): PublicKey | null {
  if (typeof one !== 'object' || one === null) return null
  const { kty, crv, use, key_ops, alg: named, kid } = one as Record<string, unknown>
  if (use !== undefined && use !== 'sig') return null
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) return null
  if (kid !== undefined && typeof kid !== 'string') return null
  const alg = kty === 'RSA' ? 'RS256' : kty === 'EC' && crv === 'P-256' ? 'ES256' : edwards(kty, crv)
  if (alg === null || (named !== undefined && named !== alg && !(alg === 'EdDSA' && named === 'Ed25519'))) return null
  const members = alg === 'RS256' ? ['n', 'e'] : alg === 'ES256' ? ['x', 'y'] : ['x']
  const jwk: Record<string, string> = { kty: kty as string, ...(crv !== undefined && { crv: crv as string }) }
  for (const name of members) {
    const value = (one as Record<string, unknown>)[name]
    if (typeof value !== 'string' || !MEMBER.test(value)) return null
    jwk[name] = value
  }
  // 2048 bits are the least that RFC 7518, 3.3, allows: 342 characters.
  if (alg === 'RS256' && jwk['n']!.length < 342) return null
  return { kid: kid ?? null, alg, jwk }
}

function edwards(kty: unknown, crv: unknown): 'EdDSA' | null {
  return kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : null
}

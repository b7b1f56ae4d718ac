// Tokens that somebody else signed (RFC 7519), verified by jose with every loose end tied: the algorithm has to be on the
// list and has to fit the kind of key, a shared secret never meets a public algorithm nor the reverse, a token has to
// expire, and whatever cannot be checked is refused. It says why to nobody: a client learns that its token is not valid, or
// that it expired.
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Caller } from './decision.ts'
import type { KeySource, PublicKey } from './keys.ts'
import type { JwtFound, JwtVerifier } from './token.ts'

type Jose = typeof import('jose')
type Key = Awaited<ReturnType<Jose['importJWK']>>

export type Algorithm = 'HS256' | 'RS256' | 'ES256' | 'EdDSA'

export interface JwtOptions {
  /** For HS256, at least 32 bytes (RFC 7518, 3.2); a shorter one verifies nothing. */
  readonly secret?: string | undefined
  /** For all other algorithms. */
  readonly keys?: KeySource | undefined
  readonly algorithms: readonly Algorithm[]
  /** Required `iss`. */
  readonly issuer?: string | undefined
  /** Required among `aud`. */
  readonly audience?: string | undefined
  readonly toleranceMs?: number
  /** Claim that lists roles, whole or as a path: `roles`, `realm_access.roles`. */
  readonly rolesClaim?: string
  /** Claim that names the tenant. */
  readonly tenantClaim?: string
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** Characters of a token; headers of a request are bounded to twice that by Node. */
const MOST = 8192
const MOST_WORDS = 256
const WORD = 256
export const SHORTEST_SECRET = 32

const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

const INVALID: JwtFound = { ok: false, result: 'invalid', detail: 'The token is not valid.' }
const EXPIRED: JwtFound = { ok: false, result: 'expired', detail: 'The token has expired.' }
const CLOSED: JwtFound = {
  ok: false,
  result: 'invalid',
  status: 503,
  detail: 'Tokens cannot be verified at the moment.',
}

/** The keys cannot be had. */
class Unknowable extends Error {}

export class Jwt implements JwtVerifier {
  readonly #options: JwtOptions
  readonly #secret: Uint8Array | null
  /** Those of the list that there is a secret or an address of keys for. */
  readonly #algorithms: readonly Algorithm[]
  readonly #imported = new WeakMap<PublicKey, Promise<Key>>()
  #jose: Promise<Jose> | null = null

  constructor(options: JwtOptions) {
    this.#options = options
    const secret = Buffer.from(options.secret ?? '', 'utf8')
    this.#secret = secret.length >= SHORTEST_SECRET ? Uint8Array.from(secret) : null
    const has = (alg: Algorithm) => (alg === 'HS256' ? this.#secret !== null : options.keys !== undefined)
    this.#algorithms = options.algorithms.filter(has)
  }

  async verify(text: string): Promise<JwtFound> {
    try {
      if (typeof text !== 'string' || text.length > MOST || !COMPACT.test(text)) return INVALID
      // Once it is there it stays; a package that is missing may be there later.
      this.#jose ??= import('jose')
      const jose = await this.#jose.catch((error: unknown) => {
        this.#jose = null
        noticeOnce('access.jose', 'error', 'access.jose', `no token can be verified: ${thrownText(error)}`)
        throw new Unknowable()
      })
      return await this.#verify(jose, text)
    } catch (error) {
      if (error instanceof Unknowable) return CLOSED
      return (error as { code?: unknown } | null)?.code === 'ERR_JWT_EXPIRED' ? EXPIRED : INVALID
    }
  }

  async #verify(jose: Jose, text: string): Promise<JwtFound> {
    const { issuer, audience, toleranceMs = 0, now } = this.#options
    if (this.#algorithms.length === 0) return CLOSED
    const at = now()
    const header = jose.decodeProtectedHeader(text)
    const alg = this.#algorithms.find((one) => one === header.alg)
    const { kid } = header
    // Nothing is understood that would have to be: `crit` is refused whatever it lists.
    if (alg === undefined || Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) return INVALID
    if (kid !== undefined && (typeof kid !== 'string' || kid.length > WORD)) return INVALID
    const options = {
      algorithms: [alg],
      clockTolerance: toleranceMs / 1000,
      currentDate: new Date(at),
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    }
    let wrong: unknown
    for (const key of await this.#keys(jose, alg, kid ?? null)) {
      try {
        const { payload } = await jose.jwtVerify(text, key, options)
        return this.#caller(payload, at + toleranceMs)
      } catch (error) {
        wrong = error
        // Only another key could make that good.
        if ((error as { code?: unknown } | null)?.code !== 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') break
      }
    }
    throw wrong
  }

  async #keys(jose: Jose, alg: Algorithm, kid: string | null): Promise<readonly Key[]> {
    if (alg === 'HS256') return [this.#secret!]
    const found = await this.#options.keys!.find(alg, kid)
    if (found === null) throw new Unknowable()
    const imported: Key[] = []
    for (const key of found) {
      let made = this.#imported.get(key)
      if (made === undefined) {
        made = jose.importJWK(key.jwk, key.alg)
        this.#imported.set(key, made)
      }
      // A key that is not on its curve is no key.
      const usable = await made.catch(() => null)
      if (usable !== null) imported.push(usable)
    }
    return imported
  }

  #caller(payload: Readonly<Record<string, unknown>>, latest: number): JwtFound {
    const { rolesClaim = 'roles', tenantClaim = 'tenant_id' } = this.#options
    const { iat, exp, sub, jti } = payload
    // Without an end, or with one that JSON can write and no clock can reach, it would never end.
    if (!Number.isFinite(exp)) return INVALID
    if (iat !== undefined && (!Number.isFinite(iat) || (iat as number) * 1000 > latest)) return INVALID
    if (!isWord(sub) || !isWord(jti)) return INVALID
    const tenant = own(payload, tenantClaim)
    // Not to be taken for a token without tenant: somebody meant to name one.
    if (tenant !== undefined && tenant !== null && (typeof tenant !== 'string' || tenant.length > WORD)) return INVALID
    const scope = words(payload['scope'])
    const scopes = words(payload['scopes'])
    const roles = words(claimAt(payload, rolesClaim))
    if (scope === null || scopes === null || roles === null) return INVALID
    const caller: Caller = {
      method: 'jwt',
      tokenId: jti ?? null,
      subject: sub ?? null,
      scopes: [...new Set([...scope, ...scopes])],
      roles: [...new Set(roles)],
      tenant: typeof tenant === 'string' ? tenant : '',
    }
    return { ok: true, caller }
  }
}

function isWord(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= WORD)
}

function own(claims: object, name: string): unknown {
  return Object.hasOwn(claims, name) ? (claims as Record<string, unknown>)[name] : undefined
}

/** A claim by its name, else by its path. */
function claimAt(payload: object, name: string): unknown {
  if (Object.hasOwn(payload, name)) return own(payload, name)
  let here: unknown = payload
  for (const step of name.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined
    here = own(here, step)
  }
  return here
}

/** A list as it is, a text cut at its spaces (RFC 8693, 4.2); null for what is neither or has too many. */
function words(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return []
  const list = typeof value === 'string' ? value.split(' ').filter((word) => word !== '') : value
  if (!Array.isArray(list) || list.length > MOST_WORDS) return null
  return list.every((word) => typeof word === 'string' && word.length <= 2048) ? (list as string[]) : null
}

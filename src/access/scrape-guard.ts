// Who may scrape. In this order: is the client's address allowed, has it asked too often, does it prove who it is, has
// that one the scopes. So a flood costs no hash, and a guess costs a token of the bucket. It fails closed: what cannot be
// verified is refused, a store that does not answer is 503, and no answer repeats anything of the credential. It refuses
// to open by itself: a guard without any way to prove oneself lets nobody in.
import type { AddressSet, ClientAddresses } from './client-address.ts'
import { type Credential, credentialIn } from './credential.ts'
import type { Caller, Decision, Denied, Guard, Question } from './decision.ts'
import type { Limit } from './limit.ts'
import { Secret } from './secret.ts'
import type { JwtVerifier, TokenSource } from './token.ts'

export type Proof = 'bearer_token' | 'api_key' | 'jwt'

export interface ScrapeGuardOptions {
  /** False lets everybody in whose address is allowed. */
  readonly proof: boolean
  /** Ways to prove oneself; each suffices. */
  readonly methods: readonly Proof[]
  /** Carries bearer tokens and JWTs; in lower case. */
  readonly header: string
  /** Carries API keys; in lower case. */
  readonly keyHeader: string
  /** Of the environment; undefined when there is none. */
  readonly token?: string | undefined
  readonly tokens?: TokenSource | undefined
  readonly jwt?: JwtVerifier | undefined
  readonly requiredScopes: readonly string[]
  readonly invalidTokenStatus: 401 | 403
  /** Empty allows all. */
  readonly allowed: AddressSet
  readonly clients: ClientAddresses
  readonly limit: Limit
  /** Hears what kept a credential from being verified. */
  readonly failed?: (what: string, error: unknown) => void
}

/** Id of the token of the environment in the audit trail. */
export const ENV_TOKEN = 'env_token'
/** What it may do: it has no scopes of its own and never expires. */
const ENV_SCOPES: readonly string[] = ['metrics:read']

/** One header, and what may stand in it. */
interface Source {
  readonly header: string
  readonly token: 'bearer_token' | 'api_key' | null
  readonly jwt: boolean
}

type Proven = { readonly caller: Caller } | { readonly denied: Denied }

/** Three parts of base64url, the first of which begins with `{"` (RFC 7515): nothing else is given to the verifier. */
const JWT_SHAPE = /^ey[\w-]+\.[\w-]+\.[\w-]*$/

export function scrapeGuard(options: ScrapeGuardOptions): Guard {
  const { tokens, jwt, requiredScopes, invalidTokenStatus, allowed, clients, limit, failed = () => {} } = options
  const secret = options.token === undefined ? undefined : new Secret(options.token)
  const sources = sourcesOf(options)
  const scheme = sources.some(({ header }) => header === 'authorization') ? 'Bearer' : 'ApiKey'

  /** RFC 6750, section 3; what is no bearer token is asked for under another name (RFC 9110, 11.6.1 wants one). */
  function challenge(...parameters: readonly string[]): Denied['headers'] {
    const [realm, ...rest] = ['realm="metrics"', ...parameters]
    return { 'www-authenticate': `${scheme} ${(scheme === 'Bearer' ? [realm, ...rest] : [realm]).join(', ')}` }
  }

  const unauthenticated = (
    status: 401 | 403,
    result: 'missing' | 'invalid' | 'expired',
    code: string,
    detail: string,
  ): Denied => ({
    ok: false,
    status,
    result,
    code,
    detail,
    headers: challenge(...(result === 'missing' ? [] : ['error="invalid_token"', `error_description="${detail}"`])),
  })

  const MISSING = unauthenticated(401, 'missing', 'token_missing', 'A credential is needed here.')
  const INVALID = unauthenticated(invalidTokenStatus, 'invalid', 'token_invalid', 'The credential is not valid.')
  const EXPIRED = unauthenticated(invalidTokenStatus, 'expired', 'token_expired', 'The credential has expired.')
  const malformed = (detail: string) => unauthenticated(401, 'invalid', 'token_malformed', detail.replaceAll('"', "'"))

  async function decide(question: Question): Promise<Decision> {
    const { address: client, key } = clients.of(question)
    if (allowed.size > 0 && (client === null || !allowed.has(client))) return { ...NOT_FROM_HERE, client }
    const waitMs = await limit.take(key)
    if (waitMs > 0) return { ...tooMany(waitMs), client }
    if (!options.proof) return { ok: true, caller: null, tenant: '', client }
    const proven = await prove(question)
    if ('denied' in proven) return { ...proven.denied, client }
    const { caller } = proven
    for (const scope of requiredScopes) {
      if (!caller.scopes.includes(scope)) return { ...lacking(requiredScopes), caller, client }
    }
    return { ok: true, caller, tenant: caller.tenant, client }
  }

  /** The first credential that holds; what is said when none does is what went furthest. */
  async function prove(question: Question): Promise<Proven> {
    let best: Proven = { denied: MISSING }
    for (const source of sources) {
      const found = await proofOf(source, credentialIn(source.header, question))
      if ('caller' in found) {
        if (requiredScopes.every((scope) => found.caller.scopes.includes(scope))) return found
        best = found
      } else if ('denied' in best && rank(found.denied) > rank(best.denied)) best = found
    }
    return best
  }

  async function proofOf(source: Source, credential: Credential): Promise<Proven> {
    if (credential.state === 'missing') return { denied: MISSING }
    if (credential.state === 'malformed') return { denied: malformed(credential.detail) }
    const { text } = credential
    const { token: method } = source
    if (method !== null && secret?.is(text)) return caller(method, ENV_TOKEN, ENV_SCOPES)
    try {
      if (source.jwt && jwt !== undefined && JWT_SHAPE.test(text)) {
        const found = await jwt.verify(text)
        if (found.ok) return { caller: found.caller }
        if (found.status === 503) return { denied: UNAVAILABLE }
        return { denied: found.result === 'expired' ? EXPIRED : INVALID }
      }
      if (method === null || tokens === undefined) return { denied: INVALID }
      const found = await tokens.find(text)
      if (found.ok) return caller(method, found.token.id, found.token.scopes)
      return { denied: found.result === 'expired' ? EXPIRED : INVALID }
    } catch (error) {
      failed(source.jwt ? 'a credential' : 'a token', error)
      return { denied: UNAVAILABLE }
    }
  }

  function lacking(scopes: readonly string[]): Denied {
    return {
      ok: false,
      status: 403,
      result: 'scope',
      code: 'insufficient_scope',
      detail: `The credential lacks a scope: ${scopes.join(' ')}.`,
      headers: challenge('error="insufficient_scope"', `scope="${scopes.join(' ')}"`),
    }
  }

  return { decide }
}

/** Each header is read once, whatever may stand in it. */
function sourcesOf({ methods, header, keyHeader }: ScrapeGuardOptions): Source[] {
  const found = new Map<string, Source>()
  for (const method of methods) {
    const place = method === 'api_key' ? keyHeader : header
    const before = found.get(place)
    found.set(place, {
      header: place,
      token: method === 'jwt' ? (before?.token ?? null) : (before?.token ?? method),
      jwt: method === 'jwt' || before?.jwt === true,
    })
  }
  return [...found.values()]
}

function caller(method: Proof, tokenId: string, scopes: readonly string[]): Proven {
  return { caller: { method, tokenId, subject: null, scopes, roles: [], tenant: '' } }
}

function rank({ result, status }: Denied): number {
  return status === 503 ? 3 : result === 'expired' ? 2 : result === 'invalid' ? 1 : 0
}

const NOT_FROM_HERE: Denied = {
  ok: false,
  status: 403,
  result: 'ip',
  code: 'address_forbidden',
  detail: 'This address may not scrape.',
}

const UNAVAILABLE: Denied = {
  ok: false,
  status: 503,
  result: 'invalid',
  code: 'guard_unavailable',
  detail: 'The credential cannot be verified at the moment.',
  headers: { 'retry-after': '5' },
}

function tooMany(waitMs: number): Denied {
  return {
    ok: false,
    status: 429,
    result: 'rate_limited',
    code: 'rate_limited',
    detail: 'Too many requests.',
    headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  }
}

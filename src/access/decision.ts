// What is asked of a guard, and what it says. A guard decides and nothing else: who asked it counts and audits.
import type { Tier } from './tier.ts'

/** What became of a request at the door; the values of `auth_requests_total{result}`. */
export type AccessResult = 'ok' | 'missing' | 'invalid' | 'expired' | 'scope' | 'rate_limited' | 'ip'

/** Somebody who proved who they are. */
export interface Caller {
  readonly method: 'bearer_token' | 'api_key' | 'jwt'
  /** `env_token`, the id of a token of ours, or a JWT's `jti`; null when it has none. Never the token itself. */
  readonly tokenId: string | null
  /** A JWT's `sub`. */
  readonly subject: string | null
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** The tenant that the token names; empty when it names none. */
  readonly tenant: string
}

export interface Question {
  readonly tier: Tier
  /** Further tiers of the same guard, of which a grant says whether they are open too. */
  readonly also?: readonly Exclude<Tier, 'public' | 'scrape'>[]
  readonly method: string
  /** As it was asked for, without query. */
  readonly path: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Names and values in turn as they came, where that is known: `headers` shows only the first of two `Authorization`. */
  readonly raw?: readonly string[]
  /** Of the socket; null where there is none. */
  readonly address: string | null
}

export interface Granted {
  readonly ok: true
  /** Null where nobody has to prove anything. */
  readonly caller: Caller | null
  /** The resolved tenant. */
  readonly tenant: string
  /** Those of the question's that are open to the same caller. */
  readonly also?: readonly Tier[]
  /** The client's address where proxies are trusted to tell it; the socket's when left out. */
  readonly client?: string | null
}

export interface Denied {
  readonly ok: false
  readonly status: 400 | 401 | 403 | 429 | 503
  readonly result: Exclude<AccessResult, 'ok'>
  /** Stable, for programs: `token_invalid`. */
  readonly code: string
  /** For people; says nothing that the client did not know. */
  readonly detail: string
  /** `www-authenticate`, `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Who it was, when the proof held and something else failed. */
  readonly caller?: Caller
  readonly client?: string | null
}

export type Decision = Granted | Denied

export interface Guard {
  decide(question: Question): Decision | Promise<Decision>
}

/** What `decide` says, of the further tiers too. */
export function withAlso(question: Question, decide: (question: Question) => Decision): Decision {
  const decision = decide(question)
  const { also } = question
  if (!decision.ok || also === undefined) return decision
  return { ...decision, also: also.filter((tier) => decide({ ...question, tier }).ok) }
}

/** One decision, as metrics and the audit trail hear of it. */
export interface AccessEvent {
  /** `application`: its own requests, of which only the audit trail hears. */
  readonly surface: 'scrape' | 'console' | 'admin' | 'hub' | 'application'
  readonly decision: Decision
  readonly tier: Tier
  /** The route as it is declared: `/api/v1/traces/:trace_id`. */
  readonly route: string
  /** Of the client; null where it is not known. */
  readonly address: string | null
  readonly userAgent: string | null
  readonly correlationId: string
}

// Who asks, and which tiers are open to them: what the operations page asks first, so that it shows and fetches nothing else.
// It is open to everybody and says only what is true of the credential that came along; a credential that does not hold is
// refused as everywhere.
import type { AccessEvent, Caller, Guard } from '../access/decision.ts'
import type { Tier } from '../access/tier.ts'
import { problemAnswer } from './problem.ts'
import type { Answer, PlainRequest, PlainRoute } from './route.ts'
import { tell } from './tell.ts'

export const SESSION_PATH = '/console/session'

export interface Session {
  readonly service: string
  readonly version: string
  /** Whether there is something to log in to. */
  readonly authentication: boolean
  /** Null where nobody had to prove anything, or nobody did. */
  readonly caller: Pick<Caller, 'method' | 'subject' | 'roles'> | null
  /** Resolved; null for somebody who has no tenant's figures to see. */
  readonly tenant: string | null
  /** Those that would be answered. */
  readonly tiers: readonly Tier[]
  /** Opaque name of this instance; null for who has not proved anything. */
  readonly instance: string | null
  /** Where traces and logs are read: addresses with `{trace_id}`, `{correlation_id}` in them. */
  readonly links: Readonly<Record<string, string>>
}

export interface SessionOptions {
  readonly service: string
  readonly version: string
  readonly instance: string
  readonly authentication: boolean
  readonly guard: Guard
  readonly links?: Readonly<Record<string, string>>
  /** Hears of every credential that does not hold. */
  readonly heard?: (event: AccessEvent) => void
}

/** As what a credential is judged: whoever lacks this tier lacks the others too. */
const JUDGED = { tier: 'tenant', path: SESSION_PATH } as const

export function sessionRoute({ guard, links = {}, heard, ...options }: SessionOptions): PlainRoute {
  const { service, version, instance, authentication } = options

  async function answer(request: PlainRequest, correlation: string): Promise<Answer> {
    const decision = await guard.decide({ tier: JUDGED.tier, also: ['system', 'admin'], ...request })
    if (!decision.ok && decision.result !== 'scope' && decision.result !== 'missing') {
      if (heard !== undefined) tell(heard, decision, JUDGED, request, correlation)
      const { status, code, detail, headers } = decision
      return problemAnswer(status, code, detail, correlation, headers)
    }
    const granted = decision.ok ? decision : null
    const caller = granted?.caller ?? null
    const session: Session = {
      service,
      version,
      authentication,
      caller: caller && { method: caller.method, subject: caller.subject, roles: caller.roles },
      tenant: granted?.tenant ?? null,
      tiers: granted === null ? ['public'] : ['public', 'tenant', ...(granted.also ?? [])],
      instance: granted === null ? null : instance,
      links: granted === null ? {} : links,
    }
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', vary: 'authorization' }
    return { status: 200, headers, body: JSON.stringify(session) }
  }

  return { method: 'GET', path: SESSION_PATH, tier: 'public', answer }
}

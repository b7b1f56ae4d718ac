// Who asks, and which tiers are open to them: what the operations page asks first, so that it shows and fetches nothing else.
// It is open to everybody and says only what is true of the credential that came along; a credential that does not hold is
// refused as everywhere.
import type { AccessEvent, Caller, Decision, Guard } from '../access/decision.ts'
import type { Tier } from '../access/tier.ts'
import { problemAnswer } from './problem.ts'
import type { Answer, PlainRequest, PlainRoute } from './route.ts'

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

const TIERS = ['tenant', 'system', 'admin'] as const

export function sessionRoute({ guard, links = {}, heard, ...options }: SessionOptions): PlainRoute {
  const { service, version, instance, authentication } = options

  async function answer(request: PlainRequest, correlation: string): Promise<Answer> {
    const decisions = await Promise.all(TIERS.map((tier) => guard.decide({ tier, ...request })))
    for (const decision of decisions) {
      if (decision.ok || decision.result === 'scope' || decision.result === 'missing') continue
      heard?.(eventOf(decision, request, correlation))
      const { status, code, detail, headers } = decision
      return problemAnswer(status, code, detail, correlation, headers)
    }
    const granted = decisions.filter((one) => one.ok)
    const caller = granted[0]?.caller ?? null
    const asTenant = decisions[0]!
    const session: Session = {
      service,
      version,
      authentication,
      caller: caller && { method: caller.method, subject: caller.subject, roles: caller.roles },
      tenant: asTenant.ok ? asTenant.tenant : null,
      tiers: ['public', ...TIERS.filter((_, i) => decisions[i]!.ok)],
      instance: granted.length > 0 ? instance : null,
      links: granted.length > 0 ? links : {},
    }
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', vary: 'authorization' }
    return { status: 200, headers, body: JSON.stringify(session) }
  }

  return { method: 'GET', path: SESSION_PATH, tier: 'public', answer }
}

function eventOf(decision: Decision, { headers, address }: PlainRequest, correlationId: string): AccessEvent {
  const agent = headers['user-agent']
  return {
    surface: 'console',
    decision,
    tier: 'tenant',
    route: SESSION_PATH,
    address,
    userAgent: typeof agent === 'string' ? agent.slice(0, 256) : null,
    correlationId,
  }
}

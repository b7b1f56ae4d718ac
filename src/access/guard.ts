// Every tier's guard behind one. What nobody guards is decided by the tier alone: open where authentication is off,
// closed where it is on and its guard is not there.
import { type Decision, type Denied, type Guard, type Question, withAlso } from './decision.ts'
import { namesThisMachine } from './host.ts'
import { decideTenant, stripTenantPrefix, type TenantRules } from './tenant.ts'
import type { Tenants } from './tenants.ts'
import { decideTier, OPEN, type TierRules } from './tier.ts'

export interface Guards {
  /** The scrape tier. */
  readonly scrape?: Guard | undefined
  /** The tenant, system and admin tiers. */
  readonly application?: Guard | undefined
  readonly rules?: TierRules
  readonly tenants?: Tenants | undefined
  /** Header in which a request may ask for a tenant, in lower case. */
  readonly tenantHeader?: string
  /** The host that the listener was given. */
  readonly host?: string
}

export function guardOf({
  scrape,
  application,
  rules = OPEN,
  tenants,
  tenantHeader = 'x-tenant-id',
  host = 'localhost',
}: Guards = {}): Guard {
  function byTier({ tier, headers, path }: Question): Decision {
    const decision = decideTier(tier, rules)
    if (!decision.ok) return refused(decision.status, decision.code, decision.detail)
    // What `dev: true` opens, it opens on this machine.
    if (tier === 'admin' && !namesThisMachine(headers, host)) return FOREIGN
    const { [tenantHeader]: asked } = headers
    const header = typeof asked === 'string' ? asked : null
    if (tier === 'tenant' && tenants !== undefined) return ofTenant(header, path, tenants.rules)
    const tenant = tenants?.of(header, path)
    return { ok: true, caller: null, tenant: tenant ?? tenants?.rules.defaultTenant ?? 'default' }
  }
  return {
    decide(question) {
      const { tier } = question
      const guard = tier === 'scrape' ? scrape : tier === 'public' ? undefined : application
      return guard === undefined ? withAlso(question, byTier) : guard.decide(question)
    },
  }
}

/** Whose figures they are: nobody is shown another tenant's because theirs cannot be read. */
function ofTenant(header: string | null, path: string, rules: TenantRules): Decision {
  const { tenant: url } = stripTenantPrefix(path, rules)
  const decision = decideTenant({ principal: false, header, url }, rules)
  if (decision.ok) return { ok: true, caller: null, tenant: decision.tenant }
  const { status, code, detail } = decision
  return { ok: false, status, result: 'invalid', code, detail }
}

const FOREIGN = refused(
  403,
  'host_forbidden',
  'The Host header does not name this machine, where dev: true opens this.',
)

function refused(status: 403 | 503, code: string, detail: string): Denied {
  return { ok: false, status, result: status === 403 ? 'scope' : 'missing', code, detail }
}

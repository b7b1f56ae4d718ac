// What a URL asks of its caller. One route table declares a tier for each path, and this is the one place that says
// what a tier means. It fails closed: a tier that wants a guard which is not there refuses.

export type Tier = 'public' | 'tenant' | 'system' | 'admin' | 'scrape'

export interface TierRules {
  /** Application authentication is configured. */
  readonly authentication: boolean
  /** `dev: true` in the file, nothing else. */
  readonly dev: boolean
  readonly scrapeGuard: 'none' | 'required'
}

export const OPEN: TierRules = { authentication: false, dev: false, scrapeGuard: 'none' }

export type TierDecision =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 403 | 503; readonly code: string; readonly detail: string }

const allowed: TierDecision = { ok: true }

/**
 * Decides for a caller that no token speaks for. Without application authentication the tenant and system tiers are
 * open and the admin tier is closed unless `dev: true`.
 */
export function decideTier(tier: Tier, rules: TierRules): TierDecision {
  switch (tier) {
    case 'public':
      return allowed
    case 'scrape':
      if (rules.scrapeGuard === 'none') return allowed
      return missing('The scrape is guarded, and its guard is not there: it stays closed.')
    case 'admin':
      if (!rules.authentication && rules.dev) return allowed
      return { ok: false, status: 403, code: 'admin_required', detail: 'This needs the role platform_admin.' }
    default:
      if (!rules.authentication) return allowed
      return missing('Authentication is configured, and its guard is not there: it stays closed.')
  }
}

function missing(detail: string): TierDecision {
  return { ok: false, status: 503, code: 'guard_unavailable', detail }
}

/** What start must say aloud when the console is open to everybody; undefined when it is not. */
export function openWarning(rules: Pick<TierRules, 'authentication' | 'dev'>): string | undefined {
  if (rules.authentication) return undefined
  const admin = rules.dev ? ', and dev: true opens /admin too' : ''
  return `no application authentication is configured: everybody who reaches the console may read every tenant's figures${admin}; configure access.jwt, or console.enabled: false`
}

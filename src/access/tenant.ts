// Whose request it is. One pure table decides, one function takes the tenant's prefix off a path: router, authoriser
// and telemetry call the same, so that no spelling of a path can mean two things. A header widens nothing: with a
// token the claim decides, and without a verified token a header counts only where no authentication is configured.

export type RoutingMode = 'header_only' | 'url_path' | 'both'

export interface TenantRules {
  readonly mode: RoutingMode
  /** Requests whose sources name different tenants are refused with 400. */
  readonly strict: boolean
  readonly defaultTenant: string
  /** The application authenticates its requests: without a principal nobody may choose a tenant. */
  readonly authentication?: boolean
  /** Further first segments that are no tenants, such as the declared record types; letter case does not count. */
  readonly reserved?: readonly string[]
}

export interface TenantQuestion {
  /** A token was verified. */
  readonly principal: boolean
  /** Its tenant claim; empty counts as none. */
  readonly claim?: string | null
  /** The tenant header as it came. */
  readonly header?: string | null
  /** What `stripTenantPrefix` found. */
  readonly url?: string | null
}

export type TenantDecision =
  | { readonly ok: true; readonly tenant: string }
  | { readonly ok: false; readonly status: 400 | 403; readonly code: string; readonly detail: string }

/** First segments that are never a tenant. */
export const RESERVED_SEGMENTS: readonly string[] = [
  ...['metadata', 'health', '_history', '_liveness', '_readiness', '$versions', 'api', 'v1', 'v2', 'fhir', 'console'],
  ...['.well-known', 'admin', 'metrics', 'livez', 'ops', 'internal'],
]
const reserved = new Set(RESERVED_SEGMENTS)

/** What may be a tenant's name: it travels in headers, paths and JSON, and is bounded. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._:@~$-]{1,128}$/

const refuse = (status: 400 | 403, code: string, detail: string): TenantDecision => ({
  ok: false,
  status,
  code,
  detail,
})
const differs = () => refuse(400, 'tenant_mismatch', 'The request names different tenants.')

/** Decides the tenant of a request; pure, nothing is looked up. */
export function decideTenant(question: TenantQuestion, rules: TenantRules): TenantDecision {
  const header = rules.mode === 'url_path' ? '' : named(question.header)
  const url = rules.mode === 'header_only' ? '' : named(question.url)
  const claim = question.principal ? named(question.claim) : ''
  const fallback = named(rules.defaultTenant)
  if (claim !== '') {
    if (rules.strict && ((header !== '' && header !== claim) || (url !== '' && url !== claim))) return differs()
    if (url !== '' && url !== claim) return refuse(403, 'tenant_forbidden', 'The token is for another tenant.')
    return accept(claim)
  }
  if (rules.strict && header !== '' && url !== '' && header !== url) return differs()
  if (question.principal || rules.authentication === true) {
    if (fallback === '') return refuse(400, 'tenant_missing', 'No tenant is named, and there is no default tenant.')
    // Nobody vouched for a tenant: asking for any but the default one is refused, in either place.
    if ((header !== '' && header !== fallback) || (url !== '' && url !== fallback))
      return refuse(403, 'tenant_forbidden', 'The token names no tenant.')
    return accept(fallback)
  }
  const tenant = url || header || fallback
  if (tenant === '') return refuse(400, 'tenant_missing', 'No tenant is named, and there is no default tenant.')
  return accept(tenant)
}

function named(text: string | null | undefined): string {
  return text === null || text === undefined ? '' : text.trim()
}

function accept(tenant: string): TenantDecision {
  return NAME.test(tenant)
    ? { ok: true, tenant }
    : refuse(400, 'tenant_invalid', 'The tenant has characters that are not allowed.')
}

export interface Stripped {
  /** The first segment, decoded, when it is a tenant. */
  readonly tenant: string | null
  /** The path that is left, beginning with a slash. */
  readonly path: string
}

/**
 * Takes the tenant's segment off a path (no query): `/acme/Patient/1` is tenant acme and `/Patient/1`. A leading
 * underscore makes no system path of it: `/_x/Patient/1` is `/Patient/1` too. Under `header_only` nothing is taken off.
 */
export function stripTenantPrefix(path: string, rules: Pick<TenantRules, 'mode' | 'reserved'>): Stripped {
  if (rules.mode === 'header_only' || path.charCodeAt(0) !== 47) return { tenant: null, path }
  const slash = path.indexOf('/', 1)
  const raw = slash < 0 ? path.slice(1) : path.slice(1, slash)
  const segment = decoded(raw)
  // A dot is a dot, however it is written.
  if (segment === '' || segment === '.' || segment === '..') return { tenant: null, path }
  const lower = segment.toLowerCase()
  if (reserved.has(lower)) return { tenant: null, path }
  const more = rules.reserved
  if (more !== undefined) for (const word of more) if (word.toLowerCase() === lower) return { tenant: null, path }
  return { tenant: segment, path: slash < 0 ? '/' : path.slice(slash) }
}

function decoded(segment: string): string {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

// The guard of the tenant, system and admin tiers where application authentication is on. It asks for a bearer token, has
// it verified by whoever knows such tokens, and judges tier and tenant by what the token says. It promises to keep no state
// of its own, so that every replica decides alike (H-53), and to refuse when anything that it needs cannot be had; it
// refuses to take a header's word for a tenant.
import { noticeOnce, thrownText } from '../base/notice.ts'
import { credentialIn } from './credential.ts'
import { type Caller, type Decision, type Denied, type Guard, type Question, withAlso } from './decision.ts'
import { hasSystemScope } from './scope.ts'
import { decideTenant, stripTenantPrefix, type TenantRules } from './tenant.ts'
import type { Tier } from './tier.ts'
import type { JwtVerifier, TokenSource } from './token.ts'

/** The scope that lets a token of ours read what every tenant may read about itself. */
export const CONSOLE_SCOPE = 'console:read'

export interface ApplicationRules {
  readonly verifier: JwtVerifier
  /** Tokens of ours; they are known by not being a JWT. */
  readonly tokens?: TokenSource | undefined
  readonly tenants: TenantRules
  /** In lower case. */
  readonly tenantHeader: string
  readonly adminRoles: readonly string[]
  /** A `system/*` scope that reads opens the admin tier too. */
  readonly adminByScope: boolean
}

export class ApplicationGuard implements Guard {
  readonly rules: ApplicationRules

  constructor(rules: ApplicationRules) {
    this.rules = rules
  }

  /** Never rejects. */
  async decide(question: Question): Promise<Decision> {
    try {
      const caller = await this.identify(question)
      return 'ok' in caller ? caller : withAlso(question, (one) => this.admit(one, caller))
    } catch (error) {
      noticeOnce('access.guard', 'error', 'access.guard', `a caller could not be judged: ${thrownText(error)}`)
      return UNAVAILABLE
    }
  }

  /** Who asks; a refusal when nobody proved that. */
  async identify(question: Pick<Question, 'headers' | 'raw'>): Promise<Caller | Denied> {
    const credential = credentialIn('authorization', question)
    if (credential.state !== 'given') return credential.state === 'missing' ? MISSING : INVALID
    const token = credential.text
    if (token.split('.').length !== 3 && this.rules.tokens !== undefined) return this.#ours(this.rules.tokens, token)
    const found = await this.rules.verifier.verify(token)
    if (found.ok) return found.caller
    if (found.status === 503) return UNAVAILABLE
    return found.result === 'expired' ? EXPIRED : INVALID
  }

  async #ours(tokens: TokenSource, token: string): Promise<Caller | Denied> {
    const found = await tokens.find(token)
    if (!found.ok) return found.result === 'expired' ? EXPIRED : INVALID
    const { id, scopes } = found.token
    return { method: 'bearer_token', tokenId: id, subject: null, scopes, roles: [], tenant: '' }
  }

  /** What a caller may do: the tier first, then whose it is. */
  admit({ tier, headers, path }: Question, caller: Caller, tenants: TenantRules = this.rules.tenants): Decision {
    const missing = this.#lacks(tier, caller)
    if (missing !== null) return { ...missing, caller }
    const { tenantHeader } = this.rules
    const header = headers[tenantHeader]
    const decision = decideTenant(
      {
        principal: true,
        claim: caller.tenant,
        header: Array.isArray(header) ? header.join(', ') : header,
        url: stripTenantPrefix(path, tenants).tenant,
      },
      tenants,
    )
    if (decision.ok) return { ok: true, caller, tenant: decision.tenant }
    const { status, code, detail } = decision
    return { ok: false, status, result: status === 403 ? 'scope' : 'invalid', code, detail, caller }
  }

  #lacks(tier: Tier, { method, scopes, roles }: Caller): Denied | null {
    const { adminRoles, adminByScope } = this.rules
    const admin = roles.some((role) => adminRoles.includes(role))
    switch (tier) {
      case 'public':
        return null
      case 'tenant':
        // Whom the issuer of the application knows is a user of it; a token of ours says itself what it is for.
        return method === 'jwt' || scopes.includes(CONSOLE_SCOPE) || hasSystemScope(scopes) ? null : SCOPE
      case 'system':
        return admin || hasSystemScope(scopes) ? null : SYSTEM_SCOPE
      case 'admin':
        return admin || (adminByScope && hasSystemScope(scopes)) ? null : ADMIN_ONLY
      default:
        return SCOPE
    }
  }
}

function denied(
  status: Denied['status'],
  result: Denied['result'],
  code: string,
  detail: string,
  headers?: Denied['headers'],
): Denied {
  return { ok: false, status, result, code, detail, ...(headers && { headers }) }
}

const challenge = (error?: string) => ({
  'www-authenticate': error === undefined ? 'Bearer' : `Bearer error="${error}"`,
})

const MISSING = denied(401, 'missing', 'token_missing', 'This needs a bearer token.', challenge())
const INVALID = denied(401, 'invalid', 'token_invalid', 'The token is not valid.', challenge('invalid_token'))
const EXPIRED = denied(401, 'expired', 'token_expired', 'The token has expired.', challenge('invalid_token'))
const UNAVAILABLE = denied(503, 'invalid', 'guard_unavailable', 'Tokens cannot be verified at the moment.', {
  'retry-after': '5',
})
const insufficient = challenge('insufficient_scope')
const SCOPE = denied(403, 'scope', 'scope_missing', 'The token is not for this.', insufficient)
const SYSTEM_SCOPE = denied(
  403,
  'scope',
  'system_scope_missing',
  'This needs a system scope that reads everything, such as system/*.rs.',
  insufficient,
)
const ADMIN_ONLY = denied(403, 'scope', 'admin_required', 'This needs the role of an administrator.', insufficient)

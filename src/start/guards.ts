// Guards as the configuration wants them, with what they ask: loaded only where something is guarded.
import { ApplicationGuard } from '../access/application-guard.ts'
import { AddressSet, ClientAddresses } from '../access/client-address.ts'
import type { Guard } from '../access/decision.ts'
import { ClientLimit, type Limit } from '../access/limit.ts'
import { scrapeGuard } from '../access/scrape-guard.ts'
import type { TenantRules } from '../access/tenant.ts'
import type { JwtVerifier } from '../access/token.ts'
import type { OpenTokens } from '../access/tokens/live.ts'
import { openTokens } from '../access/tokens/open.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'
import { openVerifier } from './verifier.ts'

export interface GuardParts {
  readonly config: Config
  /** Null where nothing is counted. */
  readonly registry: Registry | null
  readonly tenants: TenantRules
}

export interface Guards {
  /** Of the scrape. */
  readonly scrape: Guard | null
  /** Of the tenant, system and admin tiers, and of the application's own requests. */
  readonly application: ApplicationGuard | null
  close(): Promise<void>
}

export async function openGuards({ config, registry, tenants }: GuardParts): Promise<Guards> {
  const closing: (() => unknown)[] = []
  const { guard, enabled, authentication } = config.scrape
  const guarded = enabled && guard === 'required'
  const application = config.access.jwt.enabled
  const byToken = guarded && authentication.methods.some((method) => method !== 'jwt')
  const byJwt = guarded && authentication.methods.includes('jwt') && authentication.jwt
  let tokens: OpenTokens | undefined
  // A store that is empty yet is looked at too: tokens are made while the service runs.
  if ((byToken || application) && (config.tokens.store === 'file' || config.tokens.url !== undefined)) {
    tokens = await openTokens(config.tokens)
    closing.push(() => tokens?.close())
    if (registry !== null) closing.push(showActive(registry, tokens))
  }
  let verifier: JwtVerifier | undefined
  if (application || byJwt) {
    const opened = openVerifier(config)
    closing.push(() => opened.close())
    verifier = opened
  }
  return {
    scrape:
      enabled && guard !== 'none'
        ? await openScrape(config, byToken ? tokens : undefined, byJwt ? verifier : undefined, closing)
        : null,
    application: application ? applicationGuard(config, tenants, tokens, verifier!) : null,
    async close() {
      for (const close of closing.splice(0).reverse()) await close()
    },
  }
}

function applicationGuard(
  { access }: Config,
  tenants: TenantRules,
  tokens: OpenTokens | undefined,
  verifier: JwtVerifier,
): ApplicationGuard {
  const { jwt } = access
  return new ApplicationGuard({
    verifier,
    tokens,
    tenants,
    tenantHeader: access.tenants.header.toLowerCase(),
    adminRoles: jwt.admin_roles,
    adminByScope: jwt.admin_by_scope,
  })
}

async function openScrape(
  { scrape, proxies, access, service }: Config,
  tokens: OpenTokens | undefined,
  jwt: JwtVerifier | undefined,
  closing: (() => unknown)[],
): Promise<Guard> {
  const { methods, header, keyHeader, token, requiredScopes, invalidTokenStatus, allowed } = scrape.authentication
  const { burstSize: capacity, requestsPerMinute: perMinute, shared } = scrape.authentication
  const own = new ClientLimit({ capacity, perMinute, places: access.max_clients })
  let limit: Limit = own
  if (shared !== undefined) {
    const { SharedLimit } = await import('../access/limit-shared.ts')
    const both = new SharedLimit({ own, capacity, perMinute, name: service.name, ...shared })
    closing.push(() => both.close())
    limit = both
  }
  return scrapeGuard({
    proof: scrape.guard === 'required',
    methods,
    header: header.toLowerCase(),
    keyHeader: keyHeader.toLowerCase(),
    token,
    tokens,
    jwt,
    requiredScopes,
    invalidTokenStatus,
    allowed: new AddressSet(allowed),
    clients: new ClientAddresses(proxies),
    limit,
    failed: (what, error) =>
      noticeOnce('scrape.unverified', 'error', 'access.unverified', `${what} cannot be verified: ${thrownText(error)}`),
  })
}

/** How many tokens would be accepted now; nothing of them. */
function showActive(registry: Registry, tokens: OpenTokens): () => void {
  const read = (report: (value: number) => void) => report(tokens.active())
  const gauge = registry.observe(NAMES.auth_tokens_active, read)
  return () => gauge.remove(read)
}

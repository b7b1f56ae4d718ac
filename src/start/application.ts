// What stands behind the tenant, system and admin tiers, and behind guards of the application's own requests: loaded only
// where application authentication is on.
import { ApplicationGuard } from '../access/application-guard.ts'
import type { TenantRules } from '../access/tenant.ts'
import { openTokens } from '../access/tokens/open.ts'
import type { Config } from '../config/config.ts'
import { openVerifier } from './verifier.ts'

export interface OpenApplication {
  readonly guard: ApplicationGuard
  close(): Promise<void>
}

export async function openApplication(config: Config, tenants: TenantRules): Promise<OpenApplication> {
  const { access, scrape } = config
  const { jwt } = access
  const verifier = openVerifier(config)
  const tokens = scrape.authentication.tokens ? await openTokens(config.tokens) : undefined
  return {
    guard: new ApplicationGuard({
      verifier,
      tokens,
      tenants,
      tenantHeader: access.tenants.header.toLowerCase(),
      adminRoles: jwt.admin_roles,
      adminByScope: jwt.admin_by_scope,
    }),
    async close() {
      verifier.close()
      await tokens?.close()
    },
  }
}

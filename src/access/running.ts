// What a running instance knows of access, for guards of the application's own requests: they may be made before it starts
// and outlive it. Shared by all copies of the package in the process.
import { shared } from '../base/slot.ts'
import type { ApplicationGuard } from './application-guard.ts'
import type { AccessEvent } from './decision.ts'
import type { TenantRules } from './tenant.ts'

export interface RunningAccess {
  /** Null where no authentication is configured; rejects when it cannot be had. */
  readonly guard: () => Promise<ApplicationGuard> | null
  /** A system scope or an administrator is asked for where nobody can prove anything: `dev: true` opens the admin tier. */
  readonly dev: boolean
  readonly tenants: TenantRules
  /** In lower case. */
  readonly tenantHeader: string
  /** Exact paths that are left alone. */
  readonly exempt: readonly string[]
  /** Declared record types; empty when none are. */
  readonly types: readonly string[]
  /** Tells span, log lines and request log of an open request whose it is. */
  setTenant(request: object, tenant: string): void
  /** Tells the span of an open request what a handler threw. */
  setError(request: object, error: unknown): void
  /** Hears of decisions about the application's requests; undefined where no trail is kept. */
  readonly heard?: ((event: AccessEvent) => void) | undefined
  /** How long a membership took to be found out, seconds. */
  membership(seconds: number): void
}

export const running: { access: RunningAccess | null } = shared('access', () => ({ access: null }))

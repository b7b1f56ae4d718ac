// Access as the configuration wants it: the guards of the scrape and of the console's tiers, and what guards of the
// application's own requests ask. Nothing of them is loaded where nothing is guarded.
import { failures } from '../access/client-error.ts'
import type { AccessEvent, Guard } from '../access/decision.ts'
import { EXEMPT_PATHS } from '../access/path.ts'
import { type RunningAccess, running } from '../access/running.ts'
import type { Tenants } from '../access/tenants.ts'
import { openWarning } from '../access/tier.ts'
import { Fault } from '../base/fault.ts'
import { noticeOnce } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import type { Warning } from '../config/warning.ts'
import { allow } from '../egress/target.ts'
import { type Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import type { Logs } from '../logs/logs.ts'
import { declare } from '../metrics/declare.ts'
import type { Histogram } from '../metrics/histogram.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'
import { setError, setTenant } from '../surfaces/http/naming.ts'
import { laterGuard } from './later-guard.ts'
import { subordinate } from './subordinate.ts'

export interface AccessParts {
  readonly config: Config
  /** Null where nothing is counted. */
  readonly registry: Registry | null
  readonly tenants: Tenants
  readonly lifecycle: Lifecycle
  readonly logs: Logs
  /** The audit trail; undefined where none is kept. */
  readonly heard: ((event: AccessEvent) => void) | undefined
}

/**
 * Throws a Fault for what would leave everybody outside, or call an address that must not be called. Ruling 1: what a check
 * only warns of, since it may run where no secret is set, keeps a service from starting.
 */
export function checkAccess({ access, scrape }: Config, warnings: readonly Warning[]): void {
  const { jwks_url } = access.jwt
  const asked = access.jwt.enabled || (scrape.guard === 'required' && scrape.authentication.methods.includes('jwt'))
  if (asked && jwks_url !== undefined) allow(jwks_url, access.endpoint_policy, 'access.jwt.jwks_url')
  // Workers and cluster children answer no scrape of their own; with nobody to prove anything theirs stays closed.
  const codes = ['ACCESS_NO_CREDENTIAL', ...(subordinate() === null ? ['GUARD_NO_CREDENTIAL'] : [])]
  const found = warnings.find(({ code }) => codes.includes(code))
  if (found === undefined) return
  const { code, subject, where, text } = found
  throw new Fault(code as 'ACCESS_NO_CREDENTIAL' | 'GUARD_NO_CREDENTIAL', {
    found: text.replace(/: nobody can prove.*$/, ''),
    ...(subject !== undefined && { subject }),
    ...(where && { where }),
  })
}

/**
 * Ruling 58, of a console that answers on the application's own server. A listener of ours that other machines reach is a
 * warning of the configuration; on this machine alone it is nothing to be loud about.
 */
export function sayOpen({ access, console: shown, dev }: Config): void {
  const open = shown.enabled ? openWarning({ authentication: access.jwt.enabled, dev }) : undefined
  if (open !== undefined) noticeOnce('access.open', 'warn', 'access.open', open)
}

/** Undefined where nobody has to prove anything. */
export interface StartedGuards {
  readonly scrape: Guard | undefined
  /** Of the tenant, system and admin tiers. */
  readonly application: Guard | undefined
}

export function startAccess({ config, registry, tenants, lifecycle, logs, heard }: AccessParts): StartedGuards {
  const { access, console: shown, scrape, dev } = config
  const scraped = scrape.enabled && scrape.guard !== 'none'
  const opened =
    scraped || access.jwt.enabled
      ? import('./guards.ts').then(({ openGuards }) => openGuards({ config, registry, tenants: tenants.rules }))
      : null
  const application = access.jwt.enabled ? opened?.then((guards) => guards.application!) : undefined
  let durations: Histogram | null = null
  const held: RunningAccess = {
    guard: () => application ?? null,
    dev,
    tenants: tenants.rules,
    tenantHeader: access.tenants.header.toLowerCase(),
    exempt: [...(access.exclude_paths ?? EXEMPT_PATHS), scrape.path],
    types: shown.resources.map(({ type }) => type),
    setTenant,
    setError,
    heard,
    membership(seconds) {
      if (registry === null) return
      durations ??= declare(registry, NAMES.authz_membership_resolution_duration_seconds)
      durations.observe(seconds)
    },
  }
  const log: typeof failures.log = (error, { status, code }) => {
    const fields = { err: error, error_code: code, 'http.response.status_code': status }
    logs.emit('error', 'a request failed', fields, 'telltale/access')
  }
  running.access = held
  // Where there is no log, notices say it.
  if (config.logs.enabled) failures.log = log
  lifecycle.onStop('access', STOP.close, async () => {
    if (running.access === held) running.access = null
    if (failures.log === log) failures.log = null
    await opened?.then(
      (guards) => guards.close(),
      () => {},
    )
  })
  return {
    scrape: scraped
      ? laterGuard(
          scrape.path,
          opened!.then((guards) => guards.scrape!),
        )
      : undefined,
    application: application && laterGuard('the console', application),
  }
}

// Our own URLs in the service: the scrape and the probes, answered on a listener of their own or mounted on the
// application's server.
import type { AccessEvent } from '../access/decision.ts'
import { guardOf } from '../access/guard.ts'
import type { Tenants } from '../access/tenants.ts'
import { openWarning } from '../access/tier.ts'
import { notice } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import { type Console, createConsole } from '../console/console.ts'
import { healthRoutes } from '../console/health.ts'
import type { AnyRoute } from '../console/route.ts'
import { scrapeRoutes } from '../console/scrape.ts'
import type { Health } from '../health/checks.ts'
import type { Lifecycle } from '../lifecycle/lifecycle.ts'
import type { Registry } from '../metrics/registry.ts'
import type { Flat, Resource } from '../model/attribute.ts'
import type { Group } from '../model/names.ts'
import type { StartedGuards } from './access.ts'
import { hearing } from './heard.ts'

export interface RouteParts {
  readonly config: Config
  readonly resource: Resource
  readonly registry: Registry
  readonly health: Health
  readonly lifecycle: Lifecycle
}

export interface EndpointParts extends RouteParts {
  readonly tenants: Tenants
  readonly guards: StartedGuards
  /** The audit trail; without one, denials are said. */
  readonly audit?: (event: AccessEvent) => void
}

/** Every URL that a service answers, once, with its tier (ruling 47). */
export function serviceRoutes(parts: RouteParts): AnyRoute[] {
  const { config, resource, registry, health, lifecycle } = parts
  const { scrape, service } = config
  const naming = config.observability.prometheus.naming
  const hide = hidden(config)
  const scraped = scrapeRoutes({
    path: scrape.path,
    families: () => (config.metrics.enabled ? registry.exposition({ naming, hide }) : null),
    text: {
      naming,
      constant: ['service', service.name],
      namespace: config.observability.metrics.namespace,
      target: publicTarget(resource),
    },
  })
  const { enabled, endpoint } = config.observability.health
  const probes = { path: enabled ? endpoint : null, health, lifecycle, service: service.name, version: service.version }
  return [...(scrape.enabled ? scraped : []), ...healthRoutes(probes)]
}

export function serviceConsole(parts: EndpointParts): Console {
  const { config, registry, tenants } = parts
  const { scrape } = config
  const routes = serviceRoutes(parts)
  const guarded = { scrape: scrape.enabled && scrape.guard !== 'none', application: config.access.jwt.enabled }
  const access = {
    authentication: config.access.jwt.enabled,
    dev: config.dev,
    scrapeGuard: guarded.scrape ? 'required' : 'none',
  } as const
  // Ruling 58, as soon as there is something to read: a service that answers a scrape and probes alone is open by design.
  const warning = routes.some(({ tier }) => tier !== 'public' && tier !== 'scrape') ? openWarning(access) : undefined
  if (warning !== undefined) notice('warn', 'access.open', warning)
  const tenantHeader = config.access.tenants.header.toLowerCase()
  const hear = hearing({ registry: config.metrics.enabled ? registry : null, audit: parts.audit })
  return createConsole({
    routes,
    guard: guardOf({
      rules: access,
      tenants,
      tenantHeader,
      ...parts.guards,
    }),
    // Nobody had to prove anything where nothing is guarded.
    heard: (event) => {
      if (event.tier === 'scrape' ? guarded.scrape : guarded.application) hear(event)
    },
  })
}

function hidden(config: Config): Group[] {
  const { http, database, business } = config.scrape.hidden
  const groups: Group[] = []
  if (http) groups.push('http')
  if (database) groups.push('database')
  if (business) groups.push('custom')
  return groups
}

/** `target_info` is read by whoever may scrape: it says which service and build this is, not which host or process (H-39). */
function publicTarget({ attributes }: Resource): Flat {
  const target: Flat = []
  for (let i = 0; i < attributes.length; i += 2) {
    if (/^(service\.(name|namespace|version)|deployment\.|telemetry\.)/.test(String(attributes[i])))
      target.push(attributes[i]!, attributes[i + 1]!)
  }
  return target
}

// Our own URLs in the service: the scrape and the probes, answered on a listener of their own or mounted on the
// application's server.
import type { AccessEvent, Guard } from '../access/decision.ts'
import { guardOf } from '../access/guard.ts'
import type { Config } from '../config/config.ts'
import { type Console, createConsole } from '../console/console.ts'
import { healthRoutes } from '../console/health.ts'
import { objectiveRoutes } from '../console/ops/objectives.ts'
import { operationsRoutes } from '../console/panel/operations.ts'
import type { AnyRoute } from '../console/route.ts'
import { scrapeRoutes } from '../console/scrape.ts'
import { sessionRoute } from '../console/session.ts'
import type { Health } from '../health/checks.ts'
import type { Lifecycle } from '../lifecycle/lifecycle.ts'
import type { Registry } from '../metrics/registry.ts'
import type { Flat, Resource } from '../model/attribute.ts'
import type { Group } from '../model/names.ts'
import type { StartedGuards } from './access.ts'
import { type ControlParts, serviceControl } from './control.ts'
import { type FigureParts, serviceFigures } from './figures.ts'
import { hearing } from './heard.ts'
import type { StartedObjectives } from './objectives.ts'
import { type OpsParts, serviceOperations } from './ops.ts'

export interface RouteParts extends FigureParts, ControlParts, OpsParts {
  readonly resource: Resource
  readonly registry: Registry
  readonly health: Health
  readonly lifecycle: Lifecycle
  readonly objectives: StartedObjectives
}

export interface EndpointParts extends RouteParts {
  readonly guards: StartedGuards
  /** The audit trail; without one, denials are said. */
  readonly audit?: (event: AccessEvent) => void
}

/** Who decides, and who hears of it. */
interface Judged {
  readonly guard: Guard
  readonly heard: (event: AccessEvent) => void
}

/** Every URL that a service answers, once, with its tier (ruling 47). */
export function serviceRoutes(parts: RouteParts, judged: Judged): AnyRoute[] {
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
  return [
    ...(scrape.enabled ? scraped : []),
    ...healthRoutes(probes),
    ...(config.console.enabled ? shown(parts, judged) : []),
  ]
}

/** What people look at. */
function shown(parts: RouteParts, judged: Judged): AnyRoute[] {
  const { service, console: shows, access, ops } = parts.config
  const session = { ...service, service: service.name, instance: shows.instance, authentication: access.jwt.enabled }
  const links = Object.fromEntries(Object.entries(ops.links).filter(([, link]) => link !== undefined))
  return [
    sessionRoute({ ...session, ...judged, links }),
    ...serviceFigures(parts),
    ...serviceControl(parts),
    ...objectiveRoutes(parts.objectives),
    ...serviceOperations(parts),
    ...operationsRoutes(),
  ]
}

export function serviceConsole(parts: EndpointParts): Console {
  const { config, registry, tenants } = parts
  const { scrape } = config
  const guarded = { scrape: scrape.enabled && scrape.guard !== 'none', application: config.access.jwt.enabled }
  const access = {
    authentication: config.access.jwt.enabled,
    dev: config.dev,
    scrapeGuard: guarded.scrape ? 'required' : 'none',
  } as const
  const tenantHeader = config.access.tenants.header.toLowerCase()
  const hear = hearing({ registry: config.metrics.enabled ? registry : null, audit: parts.audit })
  const guard = guardOf({ rules: access, tenants, tenantHeader, host: config.server.host, ...parts.guards })
  // Nobody had to prove anything where nothing is guarded.
  const heard = (event: AccessEvent) => {
    if (event.tier === 'scrape' ? guarded.scrape : guarded.application) hear(event)
  }
  return createConsole({ routes: serviceRoutes(parts, { guard, heard }), guard, heard })
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

// Operations of this service: what its overview is made of is loaded with the first question. Where a source or an objective
// is configured, incidents are looked for twice a minute, so that they are dated by when they began and not by who looked.
import { slot } from '../audit/slot.ts'
import { monotonic, now, timers } from '../base/clock.ts'
import { notice, noticeOnce, thrownText } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import type { Operations } from '../console/ops/operations.ts'
import { operationRoutes } from '../console/ops/routes.ts'
import { withScheme } from '../console/ops/target.ts'
import type { AnyRoute } from '../console/route.ts'
import { checkHeaders, plainCredentials } from '../egress/headers.ts'
import { allow } from '../egress/target.ts'
import type { Health } from '../health/checks.ts'
import { uptime } from '../health/uptime.ts'
import { type Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'
import type { TrafficRing } from '../traffic/ring.ts'
import type { Inside } from './control.ts'
import type { StartedObjectives } from './objectives.ts'
import { subordinate } from './subordinate.ts'

export interface OpsParts {
  readonly config: Config
  readonly registry: Registry
  readonly traffic: TrafficRing
  readonly health: Health
  readonly lifecycle: Lifecycle
  readonly objectives: StartedObjectives
  readonly inside: () => Inside
}

const LOOK_MS = 30_000

export function serviceOperations(parts: OpsParts): AnyRoute[] {
  const { config, lifecycle } = parts
  checkOperations(config)
  let made: Promise<Operations> | undefined
  const load = () =>
    (made ??= operationsOf(parts).catch((error: unknown) => {
      made = undefined
      throw error
    }))
  const timer = watches(config) ? timers.setInterval(look, LOOK_MS) : undefined
  timer?.unref()
  lifecycle.onStop('operations', STOP.producers, async () => {
    if (timer !== undefined) timers.clearInterval(timer)
    const operations = await made?.catch(() => undefined)
    operations?.close()
  })
  return operationRoutes({ load, messages: config.ops.outbox !== undefined })

  async function look(): Promise<void> {
    try {
      await (await load()).overview()
    } catch (error) {
      const text = `incidents cannot be looked for: ${thrownText(error)}`
      noticeOnce('ops.look', 'error', 'ops.look', text)
    }
  }
}

/** Throws a Fault for an address that must not be called, or a header that cannot be sent. */
function checkOperations({ ops, access }: Config): void {
  const check = (url: string, subject: string) => allow(withScheme(url), access.endpoint_policy, subject)
  if (ops.prometheus_url !== undefined) {
    checkHeaders(ops.prometheus_headers)
    const warning = plainCredentials(check(ops.prometheus_url, 'ops.prometheus_url'), ops.prometheus_headers)
    if (warning !== undefined) notice('warn', 'ops.plain', warning)
  }
  ops.queues.forEach((queue, i) => {
    if (queue.source === 'nats') check(queue.url, `ops.queues[${i}].url`)
  })
}

function watches({ ops, slos, watchlist, mode }: Config): boolean {
  if (mode === 'off' || subordinate() !== null) return false
  const { prometheus_url, queues, outbox } = ops
  const sources = prometheus_url !== undefined || queues.length > 0 || outbox !== undefined
  return sources || slos.length > 0 || watchlist.length > 0
}

async function operationsOf(parts: OpsParts): Promise<Operations> {
  const { config, registry, traffic, health, objectives, inside } = parts
  const [{ Operations }, { Fleet }, { Prometheus }, { providedDatabase }, { familyFinder }] = await Promise.all([
    import('../console/ops/operations.ts'),
    import('../console/ops/fleet.ts'),
    import('../console/ops/prometheus.ts'),
    import('../console/ops/provided.ts'),
    import('../objectives/source.ts'),
  ])
  const { ops, access, service, metrics, observability } = config
  const { namespace } = observability.metrics
  const { naming } = observability.prometheus
  const promised = await objectives.load()
  const { pipeline, redactor } = inside()
  const clock = { now, monotonic }
  const fleet =
    ops.prometheus_url === undefined
      ? null
      : new Fleet({
          prometheus: new Prometheus(ops.prometheus_url, access.endpoint_policy, ops.prometheus_headers),
          service: service.name,
          naming,
          namespace,
          requests: () => registry.declare(NAMES.http_request_duration_seconds).trie.family,
          presence: () => registry.observe(NAMES.uptime_seconds).trie.family,
          clock,
        })
  return new Operations({
    ops,
    instance: config.console.instance,
    preset: access.endpoint_policy,
    counted: metrics.enabled,
    registry,
    find: familyFinder(registry, namespace),
    health,
    traffic,
    sinks: pipeline.sinks,
    database: providedDatabase,
    breaches: () => promised.breaches(),
    fleet,
    age: () => uptime.seconds() * 1000,
    clock,
    redact: redactor.text,
    adminRoles: access.jwt.admin_roles,
    async record(entry, client) {
      if (!config.trail.enabled) return
      const audit = await slot.audit
      if (audit === null || audit === 'off') throw new Error('the audit trail is closed')
      const within = client !== null && (await audit.holds(client))
      await audit.record(entry, within ? { client } : {})
    },
  })
}

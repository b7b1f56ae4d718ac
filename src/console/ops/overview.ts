// The overview of operations (G-26): health, what waits, what fails, how fast it goes and what is wrong, on one page for an
// administrator. It is made at most once a second however many look, of sources that each have a deadline and fail alone. It
// refuses to show what is nobody's business: no host, no address, no credential, nothing that another program said.
import { timers } from '../../base/clock.ts'
import type { Config } from '../../config/config.ts'
import type { Health, HealthReport } from '../../health/checks.ts'
import type { Registry } from '../../metrics/registry.ts'
import type { Breach } from '../../objectives/answer.ts'
import { type HeldIncident, Incidents } from '../../objectives/incidents.ts'
import type { FindFamily } from '../../objectives/source.ts'
import type { SignalSink } from '../../pipeline/sink.ts'
import { SIGNALS } from '../../pipeline/sink.ts'
import type { TrafficRing } from '../../traffic/ring.ts'
import type {
  ClosedIncident,
  HealthComponent,
  HealthRollup,
  Incident,
  OutboxState,
  Overview,
  QueueState,
  Scope,
} from './answers.ts'
import { conditionsOf, type ExporterFact } from './conditions.ts'
import type { Fleet } from './fleet.ts'
import { NatsServers } from './nats.ts'
import { Outbox, type OutboxCounts } from './outbox.ts'
import type { HeldDatabase } from './provided.ts'
import { Queues } from './queues.ts'
import { RequestLog } from './requests.ts'
import { type Clock, type Known, Source } from './source.ts'
import { SurfaceCounts } from './surfaces.ts'

export interface OverviewMeans {
  readonly ops: Config['ops']
  readonly instance: string
  readonly preset: Config['access']['endpoint_policy']
  /** Whether anything is counted. */
  readonly counted: boolean
  readonly registry: Registry
  readonly find: FindFamily
  readonly health: Pick<Health, 'run'>
  readonly traffic: TrafficRing
  readonly sinks: readonly SignalSink[]
  readonly database: HeldDatabase
  readonly breaches: () => readonly Breach[]
  /** Null where no Prometheus is configured. */
  readonly fleet: Fleet | null
  /** Milliseconds that the process is observed for. */
  readonly age: () => number
  readonly clock: Clock
}

const FRESH_MS = 1000
const SURFACE_WINDOW_MS = 60_000
const HEALTH_MS = 2000

export class OverviewRoom {
  readonly #means: OverviewMeans
  readonly #nats: NatsServers
  readonly #queues: Queues
  /** The last one that was finished: checks that hang have deadlines of their own, which may be longer than ours. */
  #report: { readonly value: HealthReport; readonly at: number } | null = null
  readonly #outbox: Source<OutboxCounts & { readonly scope: Scope }> | null
  readonly #surfaces: SurfaceCounts
  readonly #incidents: Incidents
  #made: { readonly overview: Overview; readonly at: number } | null = null
  #making: Promise<{ readonly overview: Overview; readonly at: number }> | null = null

  constructor(means: OverviewMeans) {
    const { ops, database, clock, registry, find, sinks, age } = means
    this.#means = means
    this.#nats = new NatsServers(means.preset, clock)
    const { queue_backlog, window, clear_after } = ops.incidents
    this.#queues = new Queues({
      queues: ops.queues,
      backlog: queue_backlog,
      nats: this.#nats,
      database,
      registry,
      find,
      clock,
    })
    const { outbox } = ops
    this.#outbox =
      outbox === undefined
        ? null
        : new Source({
            name: 'the outbox',
            clock,
            async ask() {
              const db = database.get()
              const counts = await db.read(new Outbox(db, outbox).counts(clock.now() - window))
              return { ...counts, scope: db.scope }
            },
          })
    const exported = () => exportedBy(sinks)
    const monotonic = () => clock.monotonic()
    this.#surfaces = new SurfaceCounts({ find, exported, age, monotonic }, Math.max(window, SURFACE_WINDOW_MS))
    this.#incidents = new Incidents(clear_after, clock.now() - age())
  }

  /** The overview, made anew where the last one is older than a second. Never rejects on account of a source. */
  async get(): Promise<Overview> {
    const { clock } = this.#means
    const held = this.#made
    const fresh = held !== null && clock.monotonic() - held.at < FRESH_MS
    const { overview, at } = fresh ? held : await this.#make()
    const aged = Math.max(0, clock.monotonic() - at) / 1000
    return { ...overview, freshness_seconds: round(overview.freshness_seconds + aged) }
  }

  close(): void {
    this.#nats.close()
    this.#means.fleet?.close()
  }

  #make(): Promise<{ readonly overview: Overview; readonly at: number }> {
    this.#making ??= this.#overview().finally(() => {
      this.#making = null
    })
    return this.#making
  }

  async #health(): Promise<Known<HealthReport>> {
    const { health, clock } = this.#means
    const at = clock.monotonic()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = timers.setTimeout(resolve, HEALTH_MS)
      timer.unref()
    })
    const finished = health.run().then((value) => {
      this.#report = { value, at: clock.monotonic() }
    })
    await Promise.race([finished, late])
    timers.clearTimeout(timer)
    return this.#report === null
      ? { value: null, reason: 'the checks have not finished yet', at }
      : { ...this.#report, reason: null }
  }

  async #overview(): Promise<{ readonly overview: Overview; readonly at: number }> {
    const { ops, instance, counted, sinks, breaches, fleet: whole, clock, traffic, age } = this.#means
    const [report, queues, counts, fleet] = await Promise.all([
      this.#health(),
      this.#queues.read(),
      this.#outbox?.read() ?? null,
      whole?.read() ?? null,
    ])
    const now = clock.now()
    const at = clock.monotonic()
    const reasons: Record<string, string> = {}
    const missing = (key: string, reason: string): null => {
      reasons[key] = reason
      return null
    }

    const health = rollup(report.value)
    if (health.status === null) missing('health.status', report.reason!)
    const states = queues.map(({ state }) => state)
    const outbox = counts === null ? null : outboxOf(counts.value, counts.reason, now, clock.now() - (at - counts.at))
    if (outbox === null) missing('outbox', 'ops.outbox is not configured')
    const surfaces = this.#surfaces.read()
    const requests = new RequestLog(traffic, age(), now)
    const recent = requests.recent()
    if (recent.http_5xx_rate === null) missing('error_rates.http_5xx_rate', 'no request in the window')
    if (recent.latency.p50_ms === null) missing('latency', 'no request in the window')
    if (!counted) missing('error_rates.by_surface', 'metrics are off')
    if (fleet === null) missing('fleet', 'ops.prometheus_url is not set: figures are of this instance')

    const { window } = ops.incidents
    const published = surfaces.knows('queue_publish') ? surfaces.failed('queue_publish', window) : null
    const recorded = outbox?.recent_failures ?? null
    // The same failure may be seen here and stand in the table.
    const publishFailures = published === null && recorded === null ? null : Math.max(published ?? 0, recorded ?? 0)
    if (publishFailures === null)
      missing(
        'outbox_relay_ok',
        outbox === null
          ? 'ops.outbox is not configured, and no message was published through telltale/queue'
          : (outbox.reason ??
              'the outbox has no column failed_at, and no message was published through telltale/queue'),
      )

    const bounds = { ...ops.incidents }
    this.#incidents.update(
      conditionsOf(
        {
          health,
          queues: states,
          outbox,
          publishFailures,
          workerFailures: (['queue_process', 'workflow', 'process'] as const).reduce(
            (sum, surface) => sum + surfaces.failed(surface, window),
            0,
          ),
          requests: requests.failed(window),
          failingSince: () => requests.failingSince(window, bounds.http_5xx_rate, bounds.http_requests),
          fleet: fleet?.state ?? null,
          exporters: exportersOf(sinks),
          breaches: breaches(),
        },
        bounds,
      ),
      now,
    )
    const incidents = this.#incidents.open().map((one) => this.#incident(one))

    const asked = [report.at, ...queues.map((one) => one.at), ...(counts === null ? [] : [counts.at])]
    if (fleet !== null) asked.push(fleet.at)
    const overview: Overview = {
      generated_at: new Date(now).toISOString(),
      freshness_seconds: Math.max(0, at - Math.min(...asked)) / 1000,
      scope: 'single-instance',
      instance,
      health,
      queue_depth: {
        nats: depth(states, 'nats', missing),
        node_tasks: depth(states, 'sql', missing),
        dlq_pending:
          outbox?.failed ?? missing('queue_depth.dlq_pending', outbox?.reason ?? 'ops.outbox is not configured'),
      },
      queues: states,
      outbox,
      outbox_relay_ok: publishFailures === null ? null : publishFailures === 0,
      throughput: recent.throughput,
      latency: recent.latency,
      error_rates: { http_5xx_rate: recent.http_5xx_rate, by_surface: surfaces.errors(SURFACE_WINDOW_MS) },
      fleet: fleet?.state ?? null,
      incidents,
      recent: this.#incidents
        .past()
        .map((one): ClosedIncident => ({ ...this.#incident(one), closed_at: new Date(one.closedAt).toISOString() })),
      highest_severity: incidents[0]?.severity ?? null,
      reasons,
    }
    this.#made = { overview, at }
    return this.#made
  }

  #incident({ id, class: kind, severity, openedAt, exact, detail, runbook }: HeldIncident): Incident {
    const { runbooks } = this.#means.ops
    const own = runbook !== null && Object.hasOwn(runbooks, runbook) ? runbooks[runbook]! : null
    return {
      id,
      class: kind,
      severity,
      opened_at: new Date(openedAt).toISOString(),
      opened_at_exact: exact,
      detail,
      runbook,
      runbook_url: own ?? (runbook !== null && /^https?:\/\//i.test(runbook) ? runbook : null),
    }
  }
}

function depth(
  states: readonly QueueState[],
  source: 'nats' | 'sql',
  missing: (key: string, reason: string) => null,
): number | null {
  const key = source === 'nats' ? 'queue_depth.nats' : 'queue_depth.node_tasks'
  const queues = states.filter((one) => one.source === source)
  if (queues.length === 0) return missing(key, `ops.queues has none with source: ${source}`)
  const unknown = queues.find((one) => one.depth === null)
  if (unknown !== undefined) return missing(key, `${unknown.name}: ${unknown.reason}`)
  return queues.reduce((sum, one) => sum + one.depth!, 0)
}

function outboxOf(
  counts: (OutboxCounts & { readonly scope: Scope }) | null,
  reason: string | null,
  now: number,
  measured: number,
): OutboxState {
  const oldest = counts?.oldest ?? null
  return {
    scope: counts?.scope ?? 'cluster',
    pending: counts?.pending ?? null,
    failed: counts?.failed ?? null,
    oldest_seconds: oldest === null ? null : round(Math.max(0, now - oldest) / 1000),
    recent_failures: counts?.recent ?? null,
    measured_at: counts === null ? null : new Date(measured).toISOString(),
    reason,
  }
}

function rollup(report: HealthReport | null): HealthRollup {
  return {
    status: report?.status ?? null,
    components: (report?.checks ?? []).map(
      ({ name, status, critical, ms, reason }): HealthComponent => ({
        name,
        status,
        critical,
        duration_ms: round(ms),
        reason: status === 'ok' ? null : plainReason(reason),
      }),
    ),
  }
}

/** Ours are shown; of another's word, which may name a host, no more than the code of the error. */
const OURS = /^(?:no answer within \d+ ms|the check says no|nothing answers for it|status \d{3})$/

function plainReason(reason: string): string {
  if (OURS.test(reason)) return reason
  const code = /\b(?:E[A-Z]{4,20}|ERR_[A-Z_]{3,40})\b/.exec(reason)
  return code === null ? 'it failed: the log says why' : `it failed (${code[0]})`
}

function exportersOf(sinks: readonly SignalSink[]): ExporterFact[] {
  return sinks.map((sink, i) => {
    const told = SIGNALS.map((signal) => sink.look?.(signal)?.delivering ?? null)
    const delivering = told.includes(false) ? false : told.includes(true) ? true : null
    return { name: sink.name || `custom ${i + 1}`, delivering, unavailable: sink.state === 'unavailable' }
  })
}

function exportedBy(sinks: readonly SignalSink[]): { errors: number; total: number } {
  let errors = 0
  let total = 0
  for (const { counts } of sinks) {
    if (counts === undefined) continue
    for (const signal of SIGNALS) {
      const { exported, rejected, failed, dropped } = counts[signal]
      errors += rejected + failed + dropped
      total += exported + rejected + failed + dropped
    }
  }
  return { errors, total }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}

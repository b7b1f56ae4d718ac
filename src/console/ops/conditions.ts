// What of the figures is wrong (G-27): each class of incident with its bound, the margin below it within which an open one
// stays open, and the id of its runbook.
import type { Breach } from '../../objectives/answer.ts'
import type { Condition, IncidentClass } from '../../objectives/incidents.ts'
import type { FleetState, HealthRollup, OutboxState, QueueState } from './answers.ts'

/** As `ops.incidents` has them; times in milliseconds. */
export interface Thresholds {
  readonly window: number
  readonly http_5xx_rate: number
  readonly http_5xx_critical: number
  readonly http_requests: number
  readonly dlq_backlog: number
  readonly outbox_age: number
  readonly publish_failures: number
  readonly worker_failures: number
}

export interface Facts {
  readonly health: HealthRollup
  readonly queues: readonly QueueState[]
  readonly outbox: OutboxState | null
  /** Null: nobody knows. */
  readonly publishFailures: number | null
  readonly workerFailures: number
  readonly requests: { readonly bad: number; readonly all: number }
  readonly failingSince: () => number
  readonly fleet: FleetState | null
  readonly exporters: readonly ExporterFact[]
  readonly breaches: readonly Breach[]
}

export interface ExporterFact {
  readonly name: string
  /** Null: nothing was sent yet, or it does not tell. */
  readonly delivering: boolean | null
  /** It could not be loaded. */
  readonly unavailable: boolean
}

const RUNBOOKS: Readonly<Partial<Record<IncidentClass, string>>> = {
  outbox_relay_degraded: 'ops.outbox.relay',
  dlq_backlog: 'ops.queue.backlog',
  queue_backlog: 'ops.queue.backlog',
  worker_failures: 'ops.queue.backlog',
  api_5xx_elevated: 'ops.api.degradation',
  health_check: 'ops.api.degradation',
  fleet_telemetry_degraded: 'ops.fleet.telemetry',
}

/** What is open below its bound stays open down to this part of it. */
const MARGIN = 0.8

type Told = Pick<Condition, 'severity' | 'detail'> & { readonly runbook?: string | null; readonly since?: () => number }

class Found {
  readonly list: Condition[] = []

  /** `value` null: not known. */
  judge(kind: IncidentClass, subject: string, value: number | null, bound: number, told: Told): void {
    if (value !== null && value < bound * MARGIN) return
    const bad = value !== null && value >= bound
    this.add(kind, subject, bad ? 'bad' : 'unsure', told)
  }

  add(kind: IncidentClass, subject: string, state: Condition['state'], { runbook, ...told }: Told): void {
    const key = subject === '' ? kind : `${kind}:${subject}`
    this.list.push({
      key,
      class: kind,
      state,
      runbook: runbook === undefined ? (RUNBOOKS[kind] ?? null) : runbook,
      ...told,
    })
  }
}

export function conditionsOf(facts: Facts, bounds: Thresholds): readonly Condition[] {
  const found = new Found()
  relay(facts, bounds, found)
  requests(facts, bounds, found)
  telemetry(facts, found)
  const { outbox, queues, workerFailures, health, breaches } = facts
  if (outbox !== null) {
    const { failed } = outbox
    const detail = `${many(failed, 'message')} failed for good (${bounds.dlq_backlog} or more are a backlog)`
    found.judge('dlq_backlog', '', failed, bounds.dlq_backlog, { severity: 'warning', detail })
  }
  for (const { name, depth, backlog } of queues) {
    const severity = depth !== null && depth >= backlog * 10 ? 'critical' : 'warning'
    const detail = `${many(depth, 'message')} wait in ${name} (${backlog} are a backlog)`
    found.judge('queue_backlog', name, depth, backlog, { severity, detail })
  }
  const failures = `${workerFailures} of messages, workflows and processes failed in ${minutes(bounds.window)}`
  found.judge('worker_failures', '', workerFailures, bounds.worker_failures, { severity: 'warning', detail: failures })
  for (const { name, status, critical, reason } of health.components) {
    if (!critical || status !== 'fail') continue
    const detail = `the health check ${name} fails${reason === null ? '' : `: ${reason}`}`
    found.add('health_check', name, 'bad', { severity: 'critical', detail })
  }
  for (const breach of breaches) {
    const what = breach.class === 'slo' ? 'the objective' : 'the signal'
    found.add(breach.class, breach.name, 'bad', {
      severity: breach.severity,
      detail: `${what} ${breach.name} is breached`,
      runbook: breach.runbook,
      since: () => Date.parse(breach.since),
    })
  }
  return found.list
}

function relay({ outbox, publishFailures }: Facts, bounds: Thresholds, found: Found): void {
  const failed = `publishing failed ${publishFailures === 1 ? 'once' : `${publishFailures} times`} in ${minutes(bounds.window)}`
  found.judge('outbox_relay_degraded', 'failures', publishFailures, bounds.publish_failures, {
    severity: 'critical',
    detail: failed,
  })
  if (outbox === null) return
  const known = outbox.pending === null ? null : (outbox.oldest_seconds ?? 0) * 1000
  found.judge('outbox_relay_degraded', 'age', known, bounds.outbox_age, {
    severity: 'warning',
    detail: `a message of the outbox has waited for ${minutes(known ?? 0)} (${minutes(bounds.outbox_age)} are too long)`,
  })
}

function requests({ requests: { bad, all }, failingSince }: Facts, bounds: Thresholds, found: Found): void {
  const rate = bad / all
  const severity = rate >= bounds.http_5xx_critical ? 'critical' : 'warning'
  const detail = `${percent(rate)} of ${all} requests failed with 5xx in ${minutes(bounds.window)} (${percent(bounds.http_5xx_rate)} are too many)`
  // A bound of 0 is reached by one that fails, not by none.
  if (bad === 0) return
  const judged = all < bounds.http_requests ? null : rate
  found.judge('api_5xx_elevated', '', judged, bounds.http_5xx_rate, { severity, detail, since: failingSince })
}

function telemetry({ exporters, fleet }: Facts, found: Found): void {
  for (const { name, delivering, unavailable } of exporters) {
    const detail = unavailable ? `the exporter ${name} could not be loaded` : `the exporter ${name} does not deliver`
    if (unavailable || delivering === false) {
      found.add('fleet_telemetry_degraded', `exporter ${name}`, 'bad', { severity: 'warning', detail })
    }
  }
  if (fleet === null) return
  const { instances, instances_up, reason } = fleet
  if (reason !== null && instances === null) {
    const detail = `Prometheus cannot be read: ${reason}`
    found.add('fleet_telemetry_degraded', 'prometheus', 'bad', { severity: 'warning', detail })
  } else if (instances !== null && instances_up !== null && instances_up < instances) {
    const detail = `${instances - instances_up} of ${many(instances, 'instance')} cannot be scraped`
    found.add('fleet_telemetry_degraded', 'instances', 'bad', { severity: 'warning', detail })
  }
}

function many(count: number | null, noun: string): string {
  return `${count ?? 'an unknown number of'} ${noun}${count === 1 ? '' : 's'}`
}

function percent(part: number): string {
  return `${Number((part * 100).toPrecision(3))} %`
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

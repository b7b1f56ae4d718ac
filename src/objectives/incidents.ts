// Incidents: what is wrong, since when, and until when. Somebody says now and then which conditions are bad, which are well
// again and which are not known; here they become incidents that open at once, last while the condition does and a while
// longer, so that one which comes and goes is one incident, and are remembered when they are over. What is not known opens
// nothing and closes nothing. Bounded: 200 open ones, the last 50 that closed.

export type IncidentClass =
  | 'outbox_relay_degraded'
  | 'dlq_backlog'
  | 'queue_backlog'
  | 'api_5xx_elevated'
  | 'worker_failures'
  | 'fleet_telemetry_degraded'
  | 'health_check'
  | 'slo'
  | 'watchlist'

/** One thing that may be wrong, as it is now. */
export interface Condition {
  /** The same for the same thing: `queue_backlog:orders`. */
  readonly key: string
  readonly class: IncidentClass
  readonly severity: 'warning' | 'critical'
  /** `unsure`: within the margin below the bound, or not known now. */
  readonly state: 'bad' | 'unsure'
  /** What is wrong, for a person. */
  readonly detail: string
  /** Id of the runbook. */
  readonly runbook: string | null
  /** Finds out when it began, milliseconds since the epoch; without it that is known from looking alone. */
  readonly since?: (() => number) | undefined
}

export interface HeldIncident {
  readonly id: string
  readonly class: IncidentClass
  readonly severity: 'warning' | 'critical'
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  /** False: it may have begun before somebody looked. */
  readonly exact: boolean
  readonly detail: string
  readonly runbook: string | null
}

export interface PastIncident extends HeldIncident {
  readonly closedAt: number
}

interface Open {
  incident: HeldIncident
  /** From when on it has been well; null while it is not. */
  wellSince: number | null
}

const MOST_OPEN = 200
const MOST_PAST = 50
/** A look that is not older says since when something is wrong. */
const EXACT_MS = 60_000

export class Incidents {
  readonly #clearMs: number
  readonly #open = new Map<string, Open>()
  #past: readonly PastIncident[] = []
  #looked: number

  /** `clearMs`: how long a condition has to be well before its incident is over; `began`: since when nothing was wrong. */
  constructor(clearMs: number, began: number) {
    this.#clearMs = clearMs
    this.#looked = began
  }

  /** Takes all conditions that are not well; `now` is milliseconds since the epoch. */
  update(conditions: readonly Condition[], now: number): void {
    const exact = now - this.#looked <= EXACT_MS
    const met = new Set<string>()
    for (const condition of conditions) {
      const { key, state } = condition
      const held = this.#open.get(key)
      if (state === 'unsure') {
        if (held !== undefined) met.add(key)
        continue
      }
      if (met.has(key)) continue
      met.add(key)
      if (held !== undefined) {
        const { severity, detail, runbook } = condition
        held.incident = { ...held.incident, severity, detail, runbook }
      } else if (this.#open.size < MOST_OPEN)
        this.#open.set(key, { incident: begun(condition, now, exact), wellSince: null })
    }
    for (const [key, held] of this.#open) {
      if (met.has(key)) {
        held.wellSince = null
        continue
      }
      held.wellSince ??= now
      if (now - held.wellSince < this.#clearMs) continue
      this.#open.delete(key)
      this.#past = [{ ...held.incident, closedAt: held.wellSince }, ...this.#past].slice(0, MOST_PAST)
    }
    this.#looked = now
  }

  /** The worst first, then the one that lasts longest. */
  open(): HeldIncident[] {
    const rank = ({ severity }: HeldIncident) => (severity === 'critical' ? 0 : 1)
    return [...this.#open.values()]
      .map(({ incident }) => incident)
      .sort((a, b) => rank(a) - rank(b) || a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1))
  }

  /** Those that are over, the last first. */
  past(): readonly PastIncident[] {
    return this.#past
  }
}

function begun(condition: Condition, now: number, exact: boolean): HeldIncident {
  const { key, severity, detail, runbook, since } = condition
  const openedAt = since === undefined ? now : Math.min(since(), now)
  const id = `${key}@${new Date(openedAt).toISOString()}`
  return { id, class: condition.class, severity, openedAt, exact: exact || since !== undefined, detail, runbook }
}

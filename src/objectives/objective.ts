// One objective over time: its source is read every ten seconds into a history, and what it was in a window is the
// difference of two readings. A count that fell began anew and is taken for what was added.
import type { ObjectiveAnswer, ObjectiveStatus, Severity } from './answer.ts'
import { timeText } from './answer.ts'
import { BURN_WINDOWS, budgetOf, burnOf, type Spent, seconds, severityOf } from './budget.ts'
import { History } from './history.ts'
import { ofBuckets, ofSamples, type Percentile } from './percentile.ts'
import { keeps, type Promised } from './promise.ts'
import type { Source } from './source.ts'

/** Samples of a window, in milliseconds; null where not all of them are held. */
export type Sampled = (windowMs: number) => Float32Array | null

/** Growing counts, told as what was added since the process began, whatever happened to the counters. */
interface Track {
  readonly bounds: Float64Array | null
  readonly history: History
  readonly total: Float64Array
  last: Float64Array
}

interface Judged {
  readonly status: ObjectiveStatus
  readonly reason: string | null
  readonly value: number | null
  readonly method: ObjectiveAnswer['method']
  readonly coveredMs: number
  readonly events: number
}

/** One instant, by the clock that only grows and by the time of day. */
export interface Moment {
  readonly monotonic: number
  readonly now: number
}

const LONGEST_BURN = 21_600_000

export class Objective {
  readonly promised: Promised
  readonly #source: Source
  readonly #sampled: Sampled | null
  /** When the process began. */
  readonly #began: Moment
  #track: Track | null = null
  #looked = false
  #reason = ''
  #severity: Severity | null = null
  #since: number | null = null

  constructor(promised: Promised, source: Source, sampled: Sampled | null, began: Moment) {
    this.promised = promised
    this.#source = source
    this.#sampled = sampled
    this.#began = began
  }

  /** Reads the source; `time` is monotonic. */
  read(time: number): void {
    const first = !this.#looked
    this.#looked = true
    // What was counted before the process began is not of any window; series that came since began at 0.
    const before = first ? this.#source.read(this.#began.now) : ''
    const reading = this.#source.read()
    if (typeof reading === 'string') {
      this.#reason = reading
      return
    }
    this.#reason = ''
    const { row, bounds } = reading
    if (this.#track === null) {
      const last = typeof before === 'string' ? new Float64Array(row.length) : before.row
      this.#track = this.#begin(this.#began.monotonic, bounds, row.length, last)
    } else if (!sameBounds(this.#track.bounds, bounds)) {
      this.#track = this.#begin(time, bounds, row.length, row)
    }
    this.#add(row)
  }

  /** Keeps the last reading as what was at `time`. */
  keep(time: number): void {
    this.#track?.history.push(time, this.#track.total)
  }

  #begin(time: number, bounds: Float64Array | null, width: number, last: Float64Array): Track {
    const { windowMs, budgetWindowMs } = this.promised
    const history = new History(width, Math.max(windowMs, budgetWindowMs, LONGEST_BURN))
    const total = new Float64Array(width)
    history.push(time, total)
    return { bounds, history, total, last }
  }

  #add(row: Float64Array): void {
    const { total, last } = this.#track!
    for (let i = 0; i < row.length; i++) {
      const [now, before] = [row[i]!, last[i]!]
      total[i]! += now >= before ? now - before : now
    }
    this.#track!.last = row
  }

  /** What was added within the last `windowMs`, and over how much of them that is known. */
  #within(time: number, windowMs: number): { readonly coveredMs: number; readonly row: Float64Array | null } {
    const track = this.#track
    if (track === null) return { coveredMs: Math.min(windowMs, time - this.#began.monotonic), row: null }
    const past = track.history.since(time - windowMs)
    return { coveredMs: time - past.time, row: track.total.map((now, i) => now - past.row[i]!) }
  }

  #spent(time: number, windowMs: number): Spent {
    const { coveredMs, row } = this.#within(time, windowMs)
    return { windowMs, coveredMs, good: row?.[0] ?? 0, total: row?.[1] ?? 0 }
  }

  /** As things stand; `read(time)` comes first. `now` is the time of day. */
  answer(time: number, now: number): ObjectiveAnswer {
    const { name, description, kind, objective, percentile, comparison, threshold, runbook } = this.promised
    const { windowMs, budgetWindowMs } = this.promised
    const judged = kind === 'ratio' ? this.#ratio(time) : this.#percentile(time, percentile!)
    const burn_rates = BURN_WINDOWS.map(([window, ms]) => burnOf(objective, window, this.#spent(time, ms)))
    const severity = severityOf(judged.status === 'breached', burn_rates)
    if (severity === null) this.#since = null
    else this.#since ??= now
    this.#severity = severity
    return {
      name,
      description,
      kind,
      status: judged.status,
      reason: judged.reason,
      value: judged.value,
      unit: kind === 'ratio' ? 'ratio' : 'seconds',
      comparison,
      threshold,
      percentile,
      method: judged.method,
      window_seconds: windowMs / 1000,
      covered_seconds: seconds(judged.coveredMs),
      event_count: judged.events,
      objective,
      error_budget: budgetOf(objective, this.#spent(time, budgetWindowMs)),
      burn_rates,
      severity: this.#severity,
      since: this.#since === null ? null : timeText(this.#since),
      runbook,
    }
  }

  #ratio(time: number): Judged {
    const { windowMs } = this.promised
    const { coveredMs, good, total } = this.#spent(time, windowMs)
    if (this.#reason !== '') return unknown(this.#reason, coveredMs)
    if (total === 0) return unknown('nothing happened in the window', coveredMs)
    const value = good / total
    const status = keeps(value, this.promised) ? 'met' : 'breached'
    return { status, reason: null, value, method: 'counts', coveredMs, events: total }
  }

  #percentile(time: number, percent: number): Judged {
    const { windowMs, threshold } = this.promised
    const samples = this.#sampled?.(windowMs) ?? null
    if (samples !== null) {
      const coveredMs = Math.min(windowMs, time - this.#began.monotonic)
      return this.#judge(ofSamples(samples, percent), coveredMs, samples.length)
    }
    const { coveredMs, row } = this.#within(time, windowMs)
    if (this.#reason !== '') return unknown(this.#reason, coveredMs)
    const bounds = this.#track?.bounds
    if (row === null || !bounds) return unknown('nothing was read yet', coveredMs)
    const estimate = ofBuckets(bounds, row.subarray(2), percent)
    const { value, beyond } = estimate
    if (beyond && value! < threshold) {
      return { ...unknown(`the buckets end at ${value}, below the threshold`, coveredMs), events: row[1]! }
    }
    return this.#judge(estimate, coveredMs, row[1]!)
  }

  #judge({ method, value, beyond }: Percentile, coveredMs: number, events: number): Judged {
    if (value === null) return unknown('nothing happened in the window', coveredMs)
    const kept = !beyond && keeps(value, this.promised)
    const endless = value === Number.POSITIVE_INFINITY
    const reason = endless ? 'events did not end in time' : beyond ? `more than ${value}, where the buckets end` : null
    const shown = endless ? null : value
    return { status: kept ? 'met' : 'breached', reason, value: shown, method, coveredMs, events }
  }
}

function unknown(reason: string, coveredMs: number): Judged {
  return { status: 'no_data', reason, value: null, method: null, coveredMs, events: 0 }
}

function sameBounds(a: Float64Array | null, b: Float64Array | null): boolean {
  if (a === b || a === null || b === null) return a === b
  return a.length === b.length && a.every((bound, i) => bound === b[i])
}

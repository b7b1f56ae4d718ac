// Change data capture: what a consumer of PostgreSQL's logical replication was told, how long after the commit, what made it
// fail, and how much WAL the server keeps for its slot. A replication service that is handed over comes back as the same
// object and behaves as before; a slot is asked about now and then. It promises that each change counts once by what it
// was, that each failure passes one place, and that a number nobody knows is not shown. It refuses to consume: it
// acknowledges nothing, creates no slot and reads no row; and spans, which would be one for each row of a table.
import { declare } from '../../metrics/declare.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { type CdcOptions, settings } from './settings.ts'

export type Op = 'insert' | 'update' | 'delete' | 'truncate' | 'snapshot'

/** What the server says about a slot; null is what it does not know. */
export interface SlotNumbers {
  readonly active: boolean
  readonly lost: boolean
  readonly retained: number | null
  readonly unconfirmed: number | null
  readonly safe: number | null
}

/** Names of slots come from code; past this many, handles are made anew each time and the series limit holds. */
const MAX_SLOTS = 1000

export class CdcSurface {
  readonly changes
  readonly errors
  readonly age
  readonly gauges
  readonly allErrors
  readonly #slots = new Map<string, SlotSeries>()

  constructor(registry: Registry) {
    this.changes = declare(registry, NAMES.cdc_changes_total)
    this.errors = declare(registry, NAMES.cdc_errors_total)
    this.age = declare(registry, NAMES.cdc_commit_age_seconds)
    this.gauges = {
      retained: declare(registry, NAMES.cdc_retained_wal_bytes),
      unconfirmed: declare(registry, NAMES.cdc_unconfirmed_wal_bytes),
      safe: declare(registry, NAMES.cdc_safe_wal_bytes),
      active: declare(registry, NAMES.cdc_slot_active),
      lost: declare(registry, NAMES.cdc_slot_lost),
    }
    this.allErrors = declare(registry, NAMES.errors_total)
  }

  slot(name: string): SlotSeries {
    let series = this.#slots.get(name)
    if (series === undefined) {
      series = new SlotSeries(this, name)
      if (this.#slots.size < MAX_SLOTS) this.#slots.set(name, series)
    }
    return series
  }
}

/** The series of one slot, each of which appears with the first of its kind (W-10). */
class SlotSeries {
  readonly #all: CdcSurface
  readonly #labels: { readonly slot: string }

  constructor(all: CdcSurface, slot: string) {
    this.#all = all
    this.#labels = { slot }
  }

  changed(op: Op, count: number): void {
    if (count > 0) this.#all.changes.with({ ...this.#labels, op }).add(count)
  }

  committed(seconds: number): void {
    this.#all.age.with(this.#labels).observe(seconds)
  }

  failed(type: string): void {
    this.#all.errors.with(this.#labels).add(1)
    this.#all.allErrors.with({ surface: 'cdc', error_type: type }).add(1)
  }

  /** Null: nobody knows, and the series are gone. */
  shows(numbers: SlotNumbers | null): void {
    const { retained, unconfirmed, safe, active, lost } = this.#all.gauges
    const show = (gauge: typeof retained, value: number | null | undefined): void => {
      if (value === null || value === undefined) gauge.remove(this.#labels)
      else gauge.with(this.#labels).set(value)
    }
    show(retained, numbers?.retained)
    show(unconfirmed, numbers?.unconfirmed)
    show(safe, numbers?.safe)
    show(active, numbers && Number(numbers.active))
    show(lost, numbers && Number(numbers.lost))
  }
}

let built: { readonly of: CdcOptions; readonly surface: CdcSurface } | null = null

/** Null when nothing is recorded. */
export function surface(): CdcSurface | null {
  const { options } = settings
  if (options === null) return null
  if (built?.of !== options) built = { of: options, surface: new CdcSurface(options.registry) }
  return built.surface
}

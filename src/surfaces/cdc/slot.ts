// The health of a slot, which only its server knows: asked now and then, one question at a time. A slot that nobody reads
// makes the server keep its WAL until the disk is full, or until the slot is lost.
import { monotonic, timers } from '../../base/clock.ts'
import { errorType } from '../../base/error-type.ts'
import { notice, noticeOnce, thrownText } from '../../base/notice.ts'
import { OWN_STATEMENT } from '../../base/own.ts'
import { seen } from '../../base/seen.ts'
import { health } from '../../health/default.ts'
import { failed, fault } from './failure.ts'
import { settings } from './settings.ts'
import { type SlotNumbers, surface } from './surface.ts'

/** A Pool or a Client of `pg`, by shape. Not one that is in a transaction, and not the one that replicates. */
export interface SlotClient {
  query(text: string, values: string[]): PromiseLike<{ readonly rows: readonly unknown[] }>
}

export interface SlotOptions {
  /** How often the server is asked: milliseconds, 15 000 unless said, at least 100. */
  readonly everyMs?: number
  /** Without a consumer for so long the health check fails: milliseconds, 300 000 unless said. */
  readonly inactiveMs?: number
  /** A failed check makes the service degraded; with `critical` it makes it unhealthy. `false`: there is no check. */
  readonly health?: 'critical' | boolean
}

const EVERY_MS = 15_000
const LEAST_MS = 100
const INACTIVE_MS = 300_000
/** A question that is still open when the next one is due, and for so long at least, leaves the numbers unknown. */
const PATIENCE_MS = 1000

// On a standby the end of the WAL is what was received or replayed. `to_jsonb` reads columns that old servers have not:
// `wal_status` and `safe_wal_size` came with PostgreSQL 13.
const QUESTION = `${OWN_STATEMENT} SELECT s.active, to_jsonb(s)->>'wal_status' AS status,
  to_jsonb(s)->>'safe_wal_size' AS safe, pg_wal_lsn_diff(wal.lsn, s.restart_lsn) AS retained,
  pg_wal_lsn_diff(wal.lsn, s.confirmed_flush_lsn) AS unconfirmed
FROM pg_replication_slots s, (SELECT CASE WHEN pg_is_in_recovery()
  THEN GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) ELSE pg_current_wal_lsn() END AS lsn) wal
WHERE s.slot_name = $1`

/**
 * Asks the server about `slot` every `everyMs` and shows what it keeps for it (`cdc_retained_wal_bytes`), what its consumer
 * has not confirmed (`cdc_unconfirmed_wal_bytes`), what may be written until it is lost (`cdc_safe_wal_bytes`), and
 * whether it is read or lost (`cdc_slot_active`, `cdc_slot_lost`). PostgreSQL 10 and newer, a standby too. What is not
 * known is not shown, and that is said once. A slot that is lost or gone counts in `cdc_errors_total`. Registers the health
 * check `cdc <slot>`. Never throws. Returns the end of it.
 */
export function watchSlot(client: SlotClient, slot: string, options: SlotOptions = {}): () => void {
  try {
    if (typeof client?.query !== 'function' || typeof slot !== 'string' || slot === '') {
      const text = 'watchSlot takes a client with a method query and the name of a slot: nothing is watched'
      noticeOnce('cdc.watch', 'warn', 'cdc.watch', text)
      return () => {}
    }
    seen('cdc.slot')
    const watch = new Watch(client, slot, options ?? {})
    return () => watch.end()
  } catch (error) {
    fault(error)
    return () => {}
  }
}

function now(): number {
  return (settings.options?.now ?? monotonic)()
}

type State = 'unknown' | 'there' | 'lost' | 'missing'

class Watch {
  readonly #client: SlotClient
  readonly #slot: string
  readonly #inactiveMs: number
  readonly #timer
  readonly #uncheck: () => void
  readonly #ask = (): void => void this.#question()
  #asked: number | null = null
  #answered: Promise<void> = Promise.resolve()
  #ended = false
  #state: State = 'unknown'
  /** What was known before it was unknown: a slot that comes back lost was lost once. */
  #known: State = 'unknown'
  #reason = 'nobody has been asked yet'
  /** Since when nobody reads it; null while somebody does. */
  #idle: number | null = null

  constructor(client: SlotClient, slot: string, options: SlotOptions) {
    this.#client = client
    this.#slot = slot
    this.#inactiveMs = positive(options.inactiveMs, INACTIVE_MS)
    this.#timer = timers.setInterval(this.#ask, Math.max(LEAST_MS, positive(options.everyMs, EVERY_MS)))
    this.#timer.unref()
    const critical = options.health === 'critical'
    this.#uncheck = options.health === false ? () => {} : health.check(`cdc ${slot}`, () => this.#check(), { critical })
    settings.waiting.add(this.#ask)
    this.#ask()
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    timers.clearInterval(this.#timer)
    settings.waiting.delete(this.#ask)
    this.#uncheck()
    this.#show(null)
  }

  async #question(): Promise<void> {
    if (this.#ended || settings.options === null) return
    if (this.#asked !== null) {
      if (now() - this.#asked > PATIENCE_MS) this.#unknown(new Error('the server does not answer'))
      return
    }
    this.#asked = now()
    let done = (): void => {}
    this.#answered = new Promise((resolve) => {
      done = resolve
    })
    try {
      const { rows } = await this.#client.query(QUESTION, [this.#slot])
      if (!this.#ended) this.#take(rows[0])
    } catch (error) {
      this.#unknown(error)
    } finally {
      this.#asked = null
      done()
    }
  }

  #take(row: unknown): void {
    if (row === undefined) return this.#becomes('missing', null)
    const { active, status, safe, retained, unconfirmed } = row as Record<string, unknown>
    const lost = status === 'lost'
    this.#idle = active === true ? null : (this.#idle ?? now())
    this.#becomes(lost ? 'lost' : 'there', {
      active: active === true,
      lost,
      retained: bytes(retained),
      // What it will never be given any more is not waited for.
      unconfirmed: lost ? null : bytes(unconfirmed),
      safe: bytes(safe),
    })
  }

  #becomes(state: State, numbers: SlotNumbers | null): void {
    const before = this.#known
    this.#state = this.#known = state
    this.#show(numbers)
    if (before === state || state === 'there') return
    failed(this.#slot, state === 'lost' ? 'slot_lost' : 'slot_missing')
    const what = state === 'lost' ? 'is lost: the server has removed WAL that its consumer needs' : 'does not exist'
    notice('error', `cdc.${state}`, `the replication slot ${this.#slot} ${what}`)
  }

  #unknown(error: unknown): void {
    this.#state = 'unknown'
    this.#reason = `${errorType(error)}: ${thrownText(error)}`
    if (this.#ended) return
    this.#show(null)
    const text = `the state of the replication slot ${this.#slot} is not known: ${thrownText(error)}`
    noticeOnce(`cdc.unknown\n${this.#slot}`, 'warn', 'cdc.unknown', text)
  }

  #show(numbers: SlotNumbers | null): void {
    try {
      surface()?.slot(this.#slot).shows(numbers)
    } catch (error) {
      fault(error)
    }
  }

  /** What was found last; the first time it waits for an answer, within the deadline of the check. */
  async #check(): Promise<void> {
    if (settings.options === null) return
    if (this.#state === 'unknown') await this.#answered
    if (this.#state === 'unknown') throw new Error(`the state of the slot is not known: ${this.#reason}`)
    if (this.#state === 'missing') throw new Error('the slot does not exist')
    if (this.#state === 'lost') throw new Error('the slot is lost')
    if (this.#idle !== null && now() - this.#idle > this.#inactiveMs) {
      throw new Error(`nobody has read the slot for ${Math.round((now() - this.#idle) / 1000)} s`)
    }
  }
}

/** PostgreSQL's bigint and numeric come as text. A consumer may confirm one byte more than there is. */
function bytes(value: unknown): number | null {
  if (value === null || value === undefined) return null
  const number = Number(value)
  return Number.isFinite(number) ? Math.max(0, number) : null
}

function positive(value: unknown, preset: number): number {
  return typeof value === 'number' && value > 0 ? value : preset
}

// The watchlist: work that is known to come, registered, and signals that say when, evaluated. A signal is a metric, or a
// function of the application that counts something, such as the rows of a table. Functions are asked when somebody looks and
// what they said is older than the interval; one that fails, or takes too long, is a signal without a value and nothing more.
import { timers } from '../base/clock.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Breach, WatchAnswer, WatchLevel } from './answer.ts'
import { timeText } from './answer.ts'
import { Selector } from './selector.ts'
import type { FindFamily } from './source.ts'

/** As `watchlist` of the configuration has it. */
export interface DeclaredSignal {
  readonly title: string
  readonly status: WatchAnswer['status']
  readonly phase?: string | undefined
  readonly why: string
  readonly current_baseline: string
  readonly future_target: string
  readonly progress: string
  readonly owners: readonly string[]
  readonly metric?: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly watch?: number | undefined
  readonly warn?: number | undefined
  readonly breach?: number | undefined
  readonly runbook?: string | undefined
}

/** A number, at once or later. */
export type ReadSignal = () => number | Promise<number>

export interface WatchlistOptions {
  readonly declared: readonly DeclaredSignal[]
  /** Functions by title. */
  readonly functions: ReadonlyMap<string, ReadSignal>
  readonly find: FindFamily
  /** How long what a function said holds, milliseconds. */
  readonly intervalMs: number
  readonly deadlineMs?: number
  readonly clock: { now(): number; monotonic(): number }
}

const DEADLINE_MS = 5000
const LEVELS = ['watch', 'warn', 'breach'] as const

interface Measured {
  readonly value: number | null
  readonly reason: string | null
  /** Time of day. */
  readonly at: number | null
}

export class Watchlist {
  readonly #signals: readonly Signal[]
  readonly #functions: ReadonlyMap<string, ReadSignal>
  readonly #titles: ReadonlySet<string>

  constructor(options: WatchlistOptions) {
    this.#functions = options.functions
    this.#titles = new Set(options.declared.map(({ title }) => title))
    this.#signals = options.declared.map((declared) => new Signal(declared, options))
  }

  /** Asks the functions whose last answer is too old; resolves when all have answered or were given up. Never rejects. */
  async refresh(): Promise<void> {
    for (const title of this.#functions.keys()) {
      if (this.#titles.has(title)) continue
      const text = `${title.slice(0, 100)} is watched by a function, and the watchlist has no such title`
      noticeOnce(`objectives.untitled ${title.slice(0, 100)}`, 'warn', 'objectives.untitled', text)
    }
    await Promise.all(this.#signals.map((signal) => signal.refresh()))
  }

  items(): WatchAnswer[] {
    return this.#signals.map((signal) => signal.answer())
  }

  breaches(): Breach[] {
    return this.items().flatMap(({ title, level, since, runbook }) =>
      level === 'breach'
        ? [{ id: `watchlist:${title}`, name: title, class: 'watchlist', severity: 'warning', since: since!, runbook }]
        : [],
    )
  }
}

class Signal {
  readonly #declared: DeclaredSignal
  readonly #options: WatchlistOptions
  readonly #selector: Selector
  /** What the function said last, which function, and when it was asked. */
  #said: Measured | null = null
  #by: ReadSignal | null = null
  #asked = 0
  #asking: Promise<void> | null = null
  #level: WatchLevel = 'no_data'
  #since = 0

  constructor(declared: DeclaredSignal, options: WatchlistOptions) {
    this.#declared = declared
    this.#options = options
    this.#selector = new Selector(declared.labels)
  }

  get #function(): ReadSignal | undefined {
    return this.#options.functions.get(this.#declared.title)
  }

  refresh(): Promise<void> | undefined {
    const { clock, intervalMs } = this.#options
    const read = this.#function
    if (read === undefined) return undefined
    if (this.#asking !== null && this.#by === read) return this.#asking
    if (this.#by === read && clock.monotonic() - this.#asked < intervalMs) return undefined
    this.#by = read
    this.#asked = clock.monotonic()
    const asking = this.#ask(read).then((said) => {
      if (this.#by !== read) return
      this.#said = said
      this.#asking = null
    })
    this.#asking = asking
    return asking
  }

  async #ask(read: ReadSignal): Promise<Measured> {
    const { clock, deadlineMs = DEADLINE_MS } = this.#options
    const { title } = this.#declared
    const wrong = (reason: string): Measured => ({ value: null, reason, at: null })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<typeof LATE>((resolve) => {
      timer = timers.setTimeout(() => resolve(LATE), deadlineMs)
      timer.unref()
    })
    try {
      const value = await Promise.race([Promise.resolve(read()), late])
      if (value === LATE) return wrong(`the function took longer than ${deadlineMs / 1000} s`)
      if (typeof value !== 'number' || !Number.isFinite(value)) return wrong('the function gave no number')
      return { value, reason: null, at: clock.now() }
    } catch (error) {
      const text = `the function that watches ${title} failed: ${thrownText(error)}`
      noticeOnce(`objectives.watch ${title}`, 'warn', 'objectives.watch', text)
      // What a database says is for the log alone.
      return wrong('the function failed')
    } finally {
      timers.clearTimeout(timer)
    }
  }

  answer(): WatchAnswer {
    const declared = this.#declared
    const { value, reason, at } = this.#measured()
    const given = LEVELS.filter((level) => declared[level] !== undefined)
    const falls = given.length > 1 && declared[given[0]!]! > declared[given[1]!]!
    const unknown = reason ?? (given.length === 0 ? 'no levels are declared' : null)
    const level = unknown === null ? levelOf(value!, given, declared, falls) : 'no_data'
    if (level !== this.#level) {
      this.#level = level
      this.#since = this.#options.clock.now()
    }
    return {
      title: declared.title,
      status: declared.status,
      phase: declared.phase ?? null,
      why: declared.why,
      current_baseline: declared.current_baseline,
      future_target: declared.future_target,
      progress: declared.progress,
      owners: declared.owners,
      level,
      reason: unknown,
      value,
      measured_at: at === null ? null : timeText(at),
      source: this.#function !== undefined ? 'function' : declared.metric === undefined ? null : 'metric',
      metric: declared.metric ?? null,
      direction: given.length === 0 ? null : falls ? 'too_little' : 'too_much',
      levels: { watch: declared.watch ?? null, warn: declared.warn ?? null, breach: declared.breach ?? null },
      since: level === 'no_data' ? null : timeText(this.#since),
      runbook: declared.runbook ?? null,
    }
  }

  #measured(): Measured {
    const { metric, watch, warn, breach } = this.#declared
    const read = this.#function
    if (read !== undefined) {
      if (this.#said !== null && this.#by === read) return this.#said
      return { value: null, reason: 'the function was not asked yet', at: null }
    }
    if (metric === undefined) return { value: null, reason: 'neither a metric nor a function measures it', at: null }
    const found = this.#options.find(metric)
    if (found === undefined) return { value: null, reason: `there is no metric ${metric}`, at: null }
    const { family, observed } = found
    const [first, second] = [watch, warn, breach].filter((level) => level !== undefined)
    const least = first !== undefined && second !== undefined && first > second
    const counted = family.reads === 'count' || family.bounds !== null
    let worst: number | null = null
    let at = this.#options.clock.now()
    for (const series of family.series) {
      if (!this.#selector.takes(series)) continue
      const value = counted ? series.count : series.value
      if (worst === null || (least ? value < worst : value > worst)) worst = value
      // A callback said it when somebody scraped, or when metrics were sent.
      if (observed) at = series.time
    }
    if (worst !== null) return { value: worst, reason: null, at }
    const reason = observed ? `${metric} was not collected yet, or has no such series` : `${metric} has no such series`
    return { value: null, reason, at: null }
  }
}

const LATE = Symbol('late')

function levelOf(
  value: number,
  given: readonly (typeof LEVELS)[number][],
  declared: DeclaredSignal,
  falls: boolean,
): WatchLevel {
  const reached = given.filter((level) => (falls ? value <= declared[level]! : value >= declared[level]!))
  return reached.at(-1) ?? 'ok'
}

// The health of the service as its probes see it: named checks from code and from the file, run in parallel, each
// within its timeout, the result kept for a second. It promises an answer within the longest timeout whatever hangs,
// and refuses to tell the public more than a name and a word: reasons go to the log, once per change.
import { monotonic } from '../base/clock.ts'
import { notice, noticeOnce } from '../base/notice.ts'
import { type CheckFunction, type CheckOptions, type CheckResult, runCheck } from './check.ts'
import { Kept } from './kept.ts'
import { Liveness } from './liveness.ts'

/** One entry of `observability.health.checks`; timeouts in milliseconds. */
export interface ConfiguredCheck {
  readonly type: 'database' | 'external_service' | 'http' | 'custom'
  readonly name?: string | undefined
  readonly url?: string | undefined
  readonly handler?: string | undefined
  readonly timeout?: number | undefined
  readonly critical?: boolean | undefined
}

/** A client of a store that was handed to us; `sql()` and `kv()` register theirs. */
export interface Pingable {
  readonly name: string
  ping(signal: AbortSignal): Promise<unknown>
}

export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'unhealthy'
  readonly checks: readonly CheckResult[]
  /** When it was found, milliseconds since the epoch. */
  readonly time: number
}

export interface HealthMeans {
  /** Asks a URL and gives the status; start hands down one that keeps the endpoint policy. */
  fetch?: (url: string, options: { signal: AbortSignal; timeoutMs: number }) => Promise<{ status: number }>
}

const TIMEOUT = 5000
const KEPT_MS = 1000

interface Entry {
  readonly name: string
  /** Looked up at each run: a handler may be registered after the file was read. */
  readonly find: () => CheckFunction | null
  readonly options: Required<CheckOptions>
}

export class Health {
  readonly liveness = new Liveness()
  readonly #now: () => number
  readonly #wall: () => number
  readonly #registered = new Map<string, Entry & { check: CheckFunction }>()
  readonly #databases = new Map<string, Pingable>()
  readonly #last = new Map<string, string>()
  #configured: readonly Entry[] = []
  #handlers: ReadonlySet<string> = new Set()
  readonly #report: Kept<HealthReport>
  readonly #storage: Kept<boolean>

  constructor(clock: { now?: () => number; wall?: () => number } = {}) {
    this.#now = clock.now ?? monotonic
    this.#wall = clock.wall ?? Date.now
    this.#report = new Kept(() => this.#all(), KEPT_MS, this.#now)
    this.#storage = new Kept(() => this.#ping(), KEPT_MS, this.#now)
  }

  /** Registers or replaces the check `name`; it is also the handler of that name in the file. Returns its removal. */
  check(name: string, check: CheckFunction, options: CheckOptions = {}): () => void {
    const entry = {
      name,
      check,
      find: () => check,
      options: { timeout: options.timeout ?? TIMEOUT, critical: options.critical ?? true },
    }
    this.#registered.set(name, entry)
    this.#forget()
    return () => {
      if (this.#registered.get(name) !== entry) return
      this.#registered.delete(name)
      this.#forget()
    }
  }

  /** A database that the application handed us: checked by `type: database` and by readiness. Returns its removal. */
  database(database: Pingable): () => void {
    this.#databases.set(database.name, database)
    this.#forget()
    return () => {
      if (this.#databases.get(database.name) === database) this.#databases.delete(database.name)
      this.#forget()
    }
  }

  /** Takes the checks of the file; a second call replaces them. */
  configure(checks: readonly ConfiguredCheck[], means: HealthMeans = {}): void {
    this.#handlers = new Set(
      checks.flatMap((one) => (one.type === 'custom' && one.handler !== undefined ? [one.handler] : [])),
    )
    this.#configured = checks.map((one) => this.#entry(one, means))
    this.#forget()
  }

  /** The state now; one run at a time, its result kept for a second. Never rejects. */
  run(): Promise<HealthReport> {
    return this.#report.get()
  }

  /** Whether the stores that were handed to us answer; true when there are none. Never rejects. */
  storage(): Promise<boolean> {
    return this.#storage.get()
  }

  #forget(): void {
    this.#report.forget()
    this.#storage.forget()
  }

  async #ping(): Promise<boolean> {
    const options = { timeout: TIMEOUT, critical: true }
    const pings = [...this.#databases.values()].map((one) =>
      runCheck(one.name, (signal) => one.ping(signal), options, this.#now),
    )
    const results = await Promise.all(pings)
    return results.every((result) => result.status === 'ok')
  }

  #entry(one: ConfiguredCheck, means: HealthMeans): Entry {
    const name = one.name ?? one.handler ?? one.type
    const options = { timeout: one.timeout ?? TIMEOUT, critical: one.critical ?? true }
    return { name, options, find: () => this.#find(one, means, options.timeout) }
  }

  #find(one: ConfiguredCheck, means: HealthMeans, timeoutMs: number): CheckFunction | null {
    if (one.type === 'custom') return this.#registered.get(one.handler ?? one.name ?? '')?.check ?? null
    if (one.type === 'database') {
      if (this.#databases.size === 0) return null
      return (signal) => Promise.all([...this.#databases.values()].map((database) => database.ping(signal)))
    }
    const { fetch } = means
    const { url } = one
    if (fetch === undefined || url === undefined) return null
    return async (signal) => {
      const { status } = await fetch(url, { signal, timeoutMs })
      if (status < 200 || status > 399) throw new Error(`status ${status}`)
    }
  }

  async #all(): Promise<HealthReport> {
    const entries = new Map<string, Entry>()
    // A function that serves the file as a handler is one check, not two.
    for (const entry of this.#registered.values()) if (!this.#handlers.has(entry.name)) entries.set(entry.name, entry)
    for (const entry of this.#configured) entries.set(freeName(entries, entry.name), entry)
    const checks = await Promise.all(
      [...entries].map(([name, { find, options }]) => runCheck(name, find(), options, this.#now)),
    )
    const status = checks.some((one) => one.status === 'fail' && one.critical)
      ? 'unhealthy'
      : checks.some((one) => one.status === 'fail')
        ? 'degraded'
        : 'ok'
    for (const result of checks) this.#say(result)
    return { status, checks, time: this.#wall() }
  }

  /** One line per change of state. */
  #say({ name, status, reason, critical }: CheckResult): void {
    const before = this.#last.get(name)
    if (before === status) return
    this.#last.set(name, status)
    if (status === 'unknown')
      noticeOnce(`health.unknown.${name}`, 'warn', 'health.unknown', `health check ${name} is unknown: ${reason}`)
    else if (status === 'fail')
      notice(critical ? 'error' : 'warn', 'health.failed', `health check ${name} fails: ${reason}`)
    else if (before === 'fail') notice('info', 'health.recovered', `health check ${name} is ok again`)
  }
}

function freeName(taken: ReadonlyMap<string, unknown>, name: string): string {
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name} ${n}`
  return free
}

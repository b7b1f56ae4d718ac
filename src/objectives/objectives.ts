// The objectives of a service: what was promised about it, whether that is kept, and how fast the room for error is spent. They
// are judged from what is recorded anyway: histograms, counters, the request log, and pairs of events that the application
// tells of. One timer reads them every ten seconds, nothing happens when a request is served. They promise to compare
// exactly as it is written, to say how a value was found and how much of its window this process has seen, and to say that
// there is no value where there is none; they refuse to guess.
import { monotonic, now, timers } from '../base/clock.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Registry } from '../metrics/registry.ts'
import type { TrafficRing } from '../traffic/ring.ts'
import { type Breach, type ObjectiveAnswer, type ObjectivesAnswer, timeText, type WatchlistAnswer } from './answer.ts'
import type { Early } from './held.ts'
import { TICK_MS } from './history.ts'
import { type Moment, Objective, type Sampled } from './objective.ts'
import { Pair } from './pair.ts'
import { samplesOf } from './percentile.ts'
import { type DeclaredObjective, type Promised, promised } from './promise.ts'
import { valuePattern } from './selector.ts'
import { eventSource, familyFinder, latencySource, ratioSource } from './source.ts'
import { type DeclaredSignal, type ReadSignal, Watchlist } from './watchlist.ts'

export interface ObjectivesOptions {
  readonly slos: readonly DeclaredObjective[]
  readonly watchlist: readonly DeclaredSignal[]
  readonly registry: Registry
  /** Whether metrics are recorded; without them only the request log and events are judged. */
  readonly recorded?: boolean
  readonly namespace?: string
  /** The request log. */
  readonly traffic: TrafficRing
  /** Opaque name of this process. */
  readonly instance: string
  /** Functions of the watchlist by title. */
  readonly functions?: ReadonlyMap<string, ReadSignal>
  /** How long what such a function said holds, milliseconds. */
  readonly intervalMs?: number
  readonly clock?: { now(): number; monotonic(): number }
  /** When the process began, if that was before. */
  readonly began?: Moment
}

interface Evaluation {
  /** Monotonic, and of the day. */
  readonly time: number
  readonly at: number
  readonly objectives: readonly ObjectiveAnswer[]
}

/** The family whose requests are in the request log. */
const REQUESTS: readonly string[] = ['http_request_duration_seconds', 'http_request_duration']
/** How long an evaluation holds, milliseconds. */
const FRESH_MS = 1000
const INTERVAL_MS = 30_000

export class Objectives {
  /** Pairs of events by the name of their objective. */
  readonly pairs = new Map<string, Pair>()
  readonly #objectives: readonly Objective[]
  readonly #watchlist: Watchlist
  readonly #traffic: TrafficRing
  readonly #instance: string
  readonly #clock: { now(): number; monotonic(): number }
  readonly #samples = new Map<string, Float32Array | null>()
  #timer: NodeJS.Timeout | null = null
  #judged: Evaluation | null = null

  constructor(options: ObjectivesOptions) {
    const { slos, registry, recorded = true, namespace = '', traffic, clock = { now, monotonic } } = options
    this.#traffic = traffic
    this.#instance = options.instance
    this.#clock = clock
    const find = familyFinder(registry, namespace)
    const { began = { monotonic: clock.monotonic(), now: clock.now() } } = options
    this.#objectives = slos.map((declared) => {
      const promise = promised(declared)
      if (promise.kind === 'ratio') return new Objective(promise, ratioSource(declared, find), null, began)
      if (promise.kind === 'latency') {
        const sampled = this.#requests(declared, namespace)
        return new Objective(promise, latencySource(declared, promise, find), sampled, began)
      }
      const pair = new Pair(promise, recorded ? registry : null, clock)
      this.pairs.set(promise.name, pair)
      return new Objective(promise, eventSource(pair), this.#sampler(pair.samples, promise, null), began)
    })
    this.#watchlist = new Watchlist({
      declared: options.watchlist,
      functions: options.functions ?? new Map(),
      find,
      intervalMs: options.intervalMs ?? INTERVAL_MS,
      clock,
    })
    this.tick()
  }

  /** Reads on until `stop`; keeps no process alive. */
  start(): void {
    if (this.#timer !== null || this.#objectives.length === 0) return
    this.#timer = timers.setInterval(() => {
      try {
        this.tick()
      } catch (error) {
        const text = `objectives could not be read: ${thrownText(error)}`
        noticeOnce('objectives.failed', 'error', 'objectives.failed', text)
      }
    }, TICK_MS)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) timers.clearInterval(this.#timer)
    this.#timer = null
  }

  /** Reads everything, and keeps it as the past of later windows. */
  tick(): void {
    const time = this.#clock.monotonic()
    this.#judge(time)
    for (const objective of this.#objectives) objective.keep(time)
  }

  /** An event of a pair, told now or before anybody listened. */
  hear({ what, name, key, monotonic, now }: Early): void {
    const pair = this.pairs.get(name)
    if (pair === undefined) {
      const text = `events of ${clip(name)} are counted nowhere: slos has no objective of kind event with that name`
      noticeOnce(`objectives.unknown ${clip(name)}`, 'warn', 'objectives.unknown', text)
    } else if (what === 'began') pair.began(key, monotonic)
    else if (what === 'ended') pair.ended(key, monotonic)
    else pair.endedSince(key, now)
  }

  /** What was found less than `freshMs` ago holds. */
  objectives(freshMs = FRESH_MS): ObjectivesAnswer {
    const time = this.#clock.monotonic()
    const { at, objectives } =
      this.#judged !== null && time - this.#judged.time < freshMs ? this.#judged : this.#judge(time)
    return { generated_at: timeText(at), scope: 'single-instance', instance: this.#instance, objectives }
  }

  async watchlist(): Promise<WatchlistAnswer> {
    await this.#watchlist.refresh()
    const generated_at = timeText(this.#clock.now())
    return { generated_at, scope: 'single-instance', instance: this.#instance, items: this.#watchlist.items() }
  }

  /**
   * What is broken now: objectives that are breached or burn fast, signals at their last level. Functions of the watchlist
   * are asked meanwhile, and count from the next time on; `watchlist()` waits for them.
   */
  breaches(): Breach[] {
    void this.#watchlist.refresh()
    const broken = this.objectives().objectives.flatMap(({ name, severity, since, runbook }): Breach[] =>
      severity === null ? [] : [{ id: `slo:${name}`, name, class: 'slo', severity, since: since!, runbook }],
    )
    return [...broken, ...this.#watchlist.breaches()]
  }

  #judge(time: number): Evaluation {
    const at = this.#clock.now()
    this.#samples.clear()
    const objectives = this.#objectives.map((objective) => {
      objective.read(time)
      return objective.answer(time, at)
    })
    this.#samples.clear()
    const judged: Evaluation = { time, at, objectives }
    this.#judged = judged
    return judged
  }

  /** The request log knows statuses and no routes. */
  #requests({ metric = '', labels }: DeclaredObjective, namespace: string): Sampled | null {
    const known = Object.keys(labels).every((label) => label === 'status')
    const plain = namespace !== '' && metric.startsWith(`${namespace}_`) ? metric.slice(namespace.length + 1) : metric
    if (!known || !REQUESTS.includes(plain)) return null
    return this.#sampler(this.#traffic, null, labels['status'] ?? null)
  }

  /** Objectives over the same samples share one sorting. */
  #sampler(ring: TrafficRing, owner: Promised | null, status: string | null): Sampled {
    const fits = status === null ? null : valuePattern(status)
    return (windowMs) => {
      const key = JSON.stringify([owner?.name ?? null, status, windowMs])
      let samples = this.#samples.get(key)
      if (samples === undefined) {
        samples = samplesOf(ring, this.#clock.now(), windowMs, fits)
        this.#samples.set(key, samples)
      }
      return samples
    }
  }
}

function clip(name: unknown): string {
  return typeof name === 'string' ? name.slice(0, 100) : `a ${typeof name}`
}

// Where everything recorded comes together and goes out: redaction once, bounded queues that drop the oldest, one timer,
// slices that give the event loop its turn, every sink the same records. When no sink needs the record of a span, spans
// are encoded a few at a time and nothing is retained. It promises that nothing here throws into the application or keeps
// the process alive; it refuses to grow.
import { AsyncResource } from 'node:async_hooks'
import { resync } from '../base/clock.ts'
import type { LastRequest } from '../egress/last.ts'
import type { Resource } from '../model/attribute.ts'
import type { Batch } from '../model/batch.ts'
import type { LogRecord } from '../model/log.ts'
import type { Family } from '../model/metric.ts'
import type { SpanRecord } from '../model/span.ts'
import { slicesOf } from './collection.ts'
import { within } from './deadline.ts'
import { EndedSpans } from './ended.ts'
import { Intake, type IntakeCounts, SLICE_RECORDS } from './intake.ts'
import { type PipelineClock, type PipelineOptions, systemClock } from './options.ts'
import { type Signal, type SignalSink, takes } from './sink.ts'
import { hushed, say, sayOnce, speaking } from './voice.ts'
import { logWeight, spanWeight } from './weight.ts'

const NO_SPANS: readonly SpanRecord[] = []
const NO_SERIES: readonly Family[] = []
const NO_LOGS: readonly LogRecord[] = []

/** Records are turned into bytes at least this often, whatever the delay of the sinks: objects that live long cost. */
const RETAIN_MS = 200

export class Pipeline {
  readonly resource: Resource
  readonly sinks: readonly SignalSink[]
  /** Takes a span at its end; synchronous, never throws. */
  readonly span: (span: SpanRecord) => void
  readonly log: (log: LogRecord) => void
  readonly #spans: Intake<SpanRecord>
  readonly #logs: Intake<LogRecord>
  readonly #bySignal: Readonly<Record<Signal, readonly SignalSink[]>>
  readonly #options: PipelineOptions
  readonly #clock: PipelineClock
  readonly #timer: { unref(): unknown } | undefined
  readonly #delays: Readonly<Record<'traces' | 'logs', number>>
  readonly #shipped: Record<Signal, number>
  readonly #outside = new AsyncResource('TelltalePipeline')
  #draining: Promise<void> | null = null
  #pushing: Promise<void> | null = null
  #closing: Promise<void> | undefined
  #metricPoints = 0
  /** Null while a sink needs the records of spans. */
  #ended: EndedSpans | null = null

  constructor(options: PipelineOptions) {
    this.#options = options
    this.resource = options.resource
    this.sinks = options.sinks
    const clock = options.clock ?? systemClock
    this.#clock = clock
    this.#spans = new Intake(options.spans?.queue ?? 2048, spanWeight)
    this.#logs = new Intake(options.logs?.queue ?? 2048, logWeight)
    const of = (signal: Signal): SignalSink[] => this.sinks.filter((sink) => takes(sink, signal))
    this.#bySignal = { traces: of('traces'), metrics: of('metrics'), logs: of('logs') }
    this.#delays = { traces: options.spans?.delayMs ?? 2000, logs: options.logs?.delayMs ?? 2000 }
    const begin = clock.monotonic()
    this.#shipped = { traces: begin, metrics: begin, logs: begin }
    this.span = this.#spanIntake()
    this.log = this.#logIntake()
    if (this.sinks.length === 0) return
    const metricsMs = this.#metricsMs()
    this.#timer = clock.setInterval(
      () => this.#tick(),
      Math.max(1, Math.min(RETAIN_MS, this.#delays.traces, this.#delays.logs, metricsMs)),
    )
    this.#timer.unref()
  }

  get self(): { readonly spans: IntakeCounts; readonly logs: IntakeCounts; readonly metricPoints: number } {
    return { spans: this.#spans.counts, logs: this.#logs.counts, metricPoints: this.#metricPoints }
  }

  /** True when spans are encoded soon after their end and no record is kept. */
  get encodesAtEnd(): boolean {
    const sinks = this.#bySignal.traces
    return sinks.length > 0 && sinks.every((sink) => sink.encode !== undefined)
  }

  #metricsMs(): number {
    return this.#options.metricsIntervalMs ?? 10_000
  }

  // --- intake -------------------------------------------------------------------------------------------------------

  #spanIntake(): (span: SpanRecord) => void {
    const sinks = this.#bySignal.traces
    if (sinks.length === 0) return () => {}
    const intake = this.#spans
    const redact = this.#options.redact?.span ?? null
    if (!this.encodesAtEnd) {
      const batch = this.#options.spans?.batch ?? 512
      return this.#recordIntake(intake, redact, batch, 'spans')
    }
    const { counts } = intake
    const batch = this.#options.spans?.batch ?? 512
    const later = (work: () => void): void =>
      void this.#outside.runInAsyncScope(this.#clock.setImmediate, this.#clock, work)
    const ended = new EndedSpans(counts, sinks, this.resource, redact, batch, () => this.#failed(counts, 'span'), later)
    this.#ended = ended
    return (span) => {
      if (intake.open) ended.push(span)
      else counts.late++
    }
  }

  #logIntake(): (log: LogRecord) => void {
    if (this.#bySignal.logs.length === 0) return () => {}
    const take = this.#recordIntake(
      this.#logs,
      this.#options.redact?.log ?? null,
      this.#options.logs?.batch ?? 512,
      'logs',
    )
    return (log) => {
      if (!speaking()) take(log)
    }
  }

  #recordIntake<T>(
    intake: Intake<T>,
    redact: ((record: T) => void) | null,
    batch: number,
    what: string,
  ): (record: T) => void {
    const { counts } = intake
    return (record) => {
      if (!intake.open) {
        counts.late++
        return
      }
      try {
        if (redact !== null) redact(record)
      } catch {
        // What could not be redacted must not leave.
        this.#failed(counts, what)
        return
      }
      if (!intake.push(record)) {
        sayOnce(
          `pipeline.overflow ${what}`,
          'warn',
          'pipeline.overflow',
          `the queue of ${what} is full: the oldest are dropped and counted`,
        )
      }
      if (intake.size >= batch && this.#draining === null) this.#drainSoon()
    }
  }

  #failed(counts: IntakeCounts, what: string): void {
    counts.failed++
    sayOnce(
      `pipeline.failed ${what}`,
      'warn',
      'pipeline.failed',
      `some ${what} cannot be redacted or encoded: they are dropped and counted`,
    )
  }

  // --- the timer ----------------------------------------------------------------------------------------------------

  #tick(): void {
    resync()
    this.#ended?.encode()
    const now = this.#clock.monotonic()
    if (this.#spans.size > 0 || this.#logs.size > 0) this.#drainSoon()
    for (const signal of ['traces', 'logs'] as const) {
      if (now - this.#shipped[signal] < this.#delays[signal]) continue
      this.#shipped[signal] = now
      if (this.#draining === null) this.#ship(signal)
      else void this.#draining.then(() => this.#ship(signal))
    }
    if (now - this.#shipped.metrics >= this.#metricsMs() && this.#bySignal.metrics.length > 0) {
      this.#shipped.metrics = now
      void this.#pushMetrics()
    }
  }

  #ship(signal: Signal): void {
    for (const sink of this.#bySignal[signal]) {
      try {
        sink.ship?.(signal)
      } catch {
        this.#broken(sink)
      }
    }
  }

  // --- drain --------------------------------------------------------------------------------------------------------

  /** Not in the context of the span or log that filled the batch. */
  #drainSoon(): void {
    this.#outside.runInAsyncScope(() => {
      void this.#drain()
    })
  }

  /** Everything that waits, in slices with a turn of the event loop before each. */
  #drain(): Promise<void> {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null
    })
    return this.#draining
  }

  async #drainAll(): Promise<void> {
    while (this.#spans.size > 0 || this.#logs.size > 0) {
      if (this.#spans.size > 0) {
        await this.#turn()
        this.#fan('traces', { resource: this.resource, spans: this.#spans.slice(), series: NO_SERIES, logs: NO_LOGS })
      }
      if (this.#logs.size > 0) {
        await this.#turn()
        this.#fan('logs', { resource: this.resource, spans: NO_SPANS, series: NO_SERIES, logs: this.#logs.slice() })
      }
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setImmediate(resolve)
    })
  }

  #fan(signal: Signal, batch: Batch): void {
    for (const sink of this.#bySignal[signal]) {
      try {
        hushed(() => sink.accept(batch))
      } catch {
        this.#broken(sink)
      }
    }
  }

  #broken(sink: SignalSink): void {
    sayOnce(
      `pipeline.sink ${sink.name}`,
      'warn',
      'pipeline.sink',
      `the sink ${sink.name} fails: it may miss telemetry, the others do not`,
    )
  }

  // --- metrics ------------------------------------------------------------------------------------------------------

  #pushMetrics(): Promise<void> {
    this.#pushing ??= this.#collectAndFan().finally(() => {
      this.#pushing = null
    })
    return this.#pushing
  }

  async #collectAndFan(): Promise<void> {
    const { collect } = this.#options
    if (collect === undefined || this.#bySignal.metrics.length === 0) return
    let families: readonly Family[]
    try {
      families = collect()
    } catch {
      say('debug', 'pipeline.collect', 'metrics could not be collected')
      return
    }
    for (const series of slicesOf(families, SLICE_RECORDS)) {
      for (const family of series) this.#metricPoints += family.series.length
      this.#fan('metrics', { resource: this.resource, spans: NO_SPANS, series, logs: NO_LOGS })
      await this.#turn()
    }
    this.#ship('metrics')
  }

  // --- flush and close ----------------------------------------------------------------------------------------------

  /**
   * Delivers everything recorded so far: metrics, then traces, then logs, so that logs about failed spans still leave
   * (ruling 42). Each has a third of `deadlineMs` to itself and what the ones before it left over.
   */
  async flush(deadlineMs: number): Promise<void> {
    await this.#flushAll(deadlineMs, false)
  }

  async #flushAll(deadlineMs: number, last: boolean): Promise<void> {
    const begin = this.#clock.monotonic()
    const left = (third: number): number => Math.max(1, begin + (deadlineMs * third) / 3 - this.#clock.monotonic())
    await within(left(1), async () => {
      await this.#pushing
      await this.#pushMetrics()
      await this.#flushSinks('metrics', left(1))
    })
    this.#ended?.encode()
    if (last) this.#spans.open = false
    await within(left(2), async () => {
      await this.#draining
      await this.#drain()
      await this.#flushSinks('traces', left(2))
    })
    if (last) this.#logs.open = false
    await within(left(3), async () => {
      await this.#draining
      await this.#drain()
      await this.#flushSinks('logs', left(3))
    })
  }

  /**
   * The process ends in this turn: everything recorded so far goes to the sinks, and what those cannot send by themselves any
   * more comes back as requests. Synchronous.
   */
  last(): LastRequest[] {
    try {
      this.#ended?.encode()
      while (this.#spans.size > 0)
        this.#fan('traces', { resource: this.resource, spans: this.#spans.slice(), series: NO_SERIES, logs: NO_LOGS })
      while (this.#logs.size > 0)
        this.#fan('logs', { resource: this.resource, spans: NO_SPANS, series: NO_SERIES, logs: this.#logs.slice() })
      const { collect } = this.#options
      const series = collect !== undefined && this.#bySignal.metrics.length > 0 ? collect() : NO_SERIES
      if (series.length > 0) this.#fan('metrics', { resource: this.resource, spans: NO_SPANS, series, logs: NO_LOGS })
    } catch {
      say('debug', 'pipeline.collect', 'metrics could not be collected')
    }
    const requests: LastRequest[] = []
    for (const sink of this.sinks) {
      try {
        hushed(() => void requests.push(...(sink.last?.() ?? [])))
      } catch {
        this.#broken(sink)
      }
    }
    return requests
  }

  async #flushSinks(signal: Signal, deadlineMs: number): Promise<void> {
    await Promise.all(
      this.#bySignal[signal].map(async (sink) => {
        try {
          await sink.flush?.(deadlineMs, signal)
        } catch {
          this.#broken(sink)
        }
      }),
    )
  }

  /** Flushes, closes the sinks, stops; later records are dropped and counted. The second call is the first one's. */
  close(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  async #close(deadlineMs: number): Promise<void> {
    const begin = this.#clock.monotonic()
    if (this.#timer !== undefined) this.#clock.clearInterval(this.#timer)
    await this.#flushAll(deadlineMs, true)
    const left = Math.max(1, deadlineMs - (this.#clock.monotonic() - begin))
    await within(left + 100, async () => {
      await Promise.all(
        this.sinks.map(async (sink) => {
          try {
            await sink.close?.(left)
          } catch {
            this.#broken(sink)
          }
        }),
      )
    })
  }
}

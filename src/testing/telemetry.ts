// Telemetry for one test: real spans, metrics and logs, recorded instead of sent, with the clock and the ids in the test's
// hand. It promises that two of them share nothing, so tests run side by side, and that what it shows has gone through the
// redaction and the writers of production; it refuses to be installed where telemetry runs already.
import { forgetNotices } from '../base/notice.ts'
import { whenEnded } from '../base/outcome.ts'
import { current, runIn } from '../context/current.ts'
import { Frame } from '../context/frame.ts'
import { installLogs } from '../logs/installed.ts'
import { Logs } from '../logs/logs.ts'
import { defaultRegistry } from '../metrics/default.ts'
import { Registry } from '../metrics/registry.ts'
import type { LogRecord } from '../model/log.ts'
import type { SpanRecord } from '../model/span.ts'
import { redactLog, redactSpan } from '../redact/redact.ts'
import { Events } from '../surfaces/events/events.ts'
import { Functions } from '../surfaces/function/functions.ts'
import { functions as shared } from '../surfaces/function/running.ts'
import { TraceEngine } from '../trace/engine.ts'
import { install, installed } from '../trace/installed.ts'
import type { Started, Tracer } from '../trace/tracer.ts'
import { TestClock } from './clock.ts'
import { RecordedMetrics } from './metrics.ts'
import { type RecordedLog, RecordedSpan, RecordedSpans, recordedLog } from './recorded.ts'

export interface TestOptions {
  /** Also what `span`, `log`, `counter`, `observe` of the other doors record into, until `close()`. */
  readonly install?: boolean | undefined
  /** A refused measurement throws; true unless installed. */
  readonly strict?: boolean | undefined
}

/** What is recorded of one run of `isolated`. */
export interface Recorded {
  readonly spans: RecordedSpans
  readonly logs: readonly RecordedLog[]
}

const SCOPE: symbol = Symbol('telltale.testing.scope')
/** Records kept; later ones are not. */
const MAX_RECORDS = 100_000
const SCOPE_BITS = 20

class Kept {
  readonly spans: RecordedSpan[] = []
  readonly logs: RecordedLog[] = []
  readonly shown: RecordedSpans = new RecordedSpans(this.spans)
  readonly #number: number
  #ids = 0

  constructor(number: number) {
    this.#number = number
  }

  nextId(): number {
    return (this.#number << SCOPE_BITS) | (++this.#ids & ((1 << SCOPE_BITS) - 1)) || 1
  }

  clear(): void {
    this.spans.length = 0
    this.logs.length = 0
    this.#ids = 0
  }
}

export class TestTelemetry {
  readonly clock: TestClock = new TestClock()
  readonly registry: Registry
  readonly metrics: RecordedMetrics
  readonly tracer: Tracer
  /** `observe`, `instrument`, `intercept` and `arrived` of telltale/function. */
  readonly functions: Functions
  /** `observe` of telltale/events. */
  readonly events: Events
  readonly #all = new Kept(0)
  readonly #isolated = new Map<number, Kept>()
  readonly #logger: Logs
  readonly #installed: boolean
  #scopes = 0

  /** Made by `testTelemetry()`. */
  constructor(options: TestOptions = {}) {
    this.#installed = options.install === true
    if (this.#installed && installed().on) {
      throw new Error('telemetry runs in this process already: stop it, or use testTelemetry() without install')
    }
    const strict = options.strict ?? !this.#installed
    this.registry = this.#installed ? defaultRegistry() : new Registry({ strict, now: this.clock.now })
    const engine = new TraceEngine({ now: this.clock.now, ids: () => this.#id(), finish: (span) => this.#span(span) })
    this.tracer = engine.tracer('telltale/testing')
    this.#logger = new Logs({
      registry: this.registry,
      sink: (record) => this.#log(record),
      write: () => {},
      now: this.clock.now,
    })
    if (this.#installed) {
      install(engine)
      installLogs(this.#logger)
      this.functions = shared
    } else {
      const tracer = engine.tracer('telltale/function')
      this.functions = new Functions({ registry: this.registry, tracer, logs: () => this.#logger, now: this.clock.now })
    }
    this.events = new Events(this.registry)
    this.metrics = new RecordedMetrics(this.registry)
    this.reset()
  }

  get spans(): RecordedSpans {
    return this.#all.shown
  }

  get logs(): readonly RecordedLog[] {
    return this.#all.logs
  }

  /** What `span` of `telltale` does, recorded here. */
  span<R>(name: string, work: (span: Started) => R): R {
    const made = this.tracer.start(name)
    return whenEnded(
      () => runIn(new Frame(current() ?? null).hold(made), () => work(made)),
      (failed, error) => {
        if (failed) made.fail(error)
        made.end()
      },
    )
  }

  /** A line of the logger, recorded here. */
  log(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: string, fields?: object): void {
    this.#logger.emit(level, message, fields)
  }

  /**
   * Runs `work` with spans and logs of its own, which `recorded` holds and no other run sees, whatever else the process
   * records meanwhile. Metrics are the registry's and are not divided.
   */
  isolated<R>(work: (recorded: Recorded) => R): R {
    const number = ++this.#scopes
    const kept = new Kept(number)
    this.#isolated.set(number, kept)
    const recorded: Recorded = { spans: kept.shown, logs: kept.logs }
    return whenEnded(
      () => runIn(new Frame(null).setValue(SCOPE, kept), () => work(recorded)),
      () => void this.#isolated.delete(number),
    )
  }

  /** Nothing recorded, clock and ids at their beginning, counters counting from here, notices said anew. */
  reset(): void {
    this.#all.clear()
    for (const kept of this.#isolated.values()) kept.clear()
    this.clock.reset()
    this.functions.forget()
    this.metrics.reset()
    forgetNotices()
  }

  /** Gives the process back what it had; only an installed one has something to give back. */
  close(): void {
    if (!this.#installed) return
    install(null)
    installLogs(null)
  }

  #id(): number {
    return (scopeOf(current()) ?? this.#all).nextId()
  }

  #span(span: SpanRecord): void {
    redactSpan(span)
    // The work may end outside its context; its trace began inside.
    const kept = scopeOf(current()) ?? this.#isolated.get(span.t0 >>> SCOPE_BITS) ?? this.#all
    if (kept.spans.length < MAX_RECORDS) kept.spans.push(new RecordedSpan(span))
  }

  #log(record: LogRecord): void {
    redactLog(record)
    const kept = scopeOf(current()) ?? this.#isolated.get(record.t0 >>> SCOPE_BITS) ?? this.#all
    if (kept.logs.length < MAX_RECORDS) kept.logs.push(recordedLog(record))
  }
}

function scopeOf(frame: Frame | undefined): Kept | undefined {
  return frame === undefined ? undefined : (frame.getValue(SCOPE) as Kept | undefined)
}

/** Telemetry of a test's own, or with `install` the process's until `close()`. */
export function testTelemetry(options: TestOptions = {}): TestTelemetry {
  return new TestTelemetry(options)
}

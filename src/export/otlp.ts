// The OTLP sink: records are encoded as they come, leave in requests of at least `batch` records or when the delay is
// over, and travel one lane per signal. The transport (HTTP or gRPC) is handed in; everything else is the same for both.
import { RETRY, type RetryOptions } from '../base/retry.ts'
import type { Preset } from '../egress/address.ts'
import type { LastRequest } from '../egress/last.ts'
import type { Resolver } from '../egress/resolve.ts'
import type { TlsOptions } from '../egress/tls.ts'
import type { Resource } from '../model/attribute.ts'
import type { Batch } from '../model/batch.ts'
import type { SpanRecord } from '../model/span.ts'
import { ExportCounts, SIGNALS, type Signal, type SignalSink, type SinkReading } from '../pipeline/sink.ts'
import { say, sayOnce } from '../pipeline/voice.ts'
import { type Gather, JsonGather, LogGather, MetricGather, SpanGather } from './gather.ts'
import { Lane } from './lane.ts'
import type { Transport } from './payload.ts'
import { Reach } from './reach.ts'

export interface OtlpOptions {
  /** Component name for notices and self telemetry. */
  readonly name?: string
  /** Base URL: `/v1/traces` and so on are appended, unless it has a full path already (ruling 25). */
  readonly endpoint?: string
  /** Exact URLs by signal; they win over `endpoint`. */
  readonly endpoints?: Partial<Readonly<Record<Signal, string>>>
  /** Default: the signals of `endpoints`, or all three. */
  readonly signals?: readonly Signal[]
  readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc'
  readonly headers?: Readonly<Record<string, string>>
  /** Default: none to loopback, gzip elsewhere. */
  readonly compression?: 'gzip' | 'none'
  /** Of one request, ms. */
  readonly timeoutMs?: number
  /** Records per request at least, when they come fast enough; from 512 on up to four times as many when they come faster. */
  readonly batch?: number
  /** The same for one signal; wins over `batch`. */
  readonly batches?: Partial<Readonly<Record<Signal, number>>>
  /** Somebody has said already that headers travel unencrypted. */
  readonly plainSaid?: boolean
  readonly preset?: Preset
  readonly tls?: TlsOptions
  readonly retry?: Partial<RetryOptions>
  /** Request bodies that wait while one is on the way; the oldest are dropped. */
  readonly maxPending?: number
  readonly maxPendingBytes?: number
  /** Records in them, by signal; no limit of its own when absent. */
  readonly maxPendingRecords?: Partial<Readonly<Record<Signal, number>>>
  readonly resolver?: Resolver
  readonly observe?: (signal: Signal, seconds: number, error: string | undefined) => void
  readonly random?: () => number
}

const MAX_BODY = 1 << 20
const BATCH = 512
/** Batches that travel in one request when they come faster than requests are answered. */
const TOGETHER = 4
/** Data points of one collection travel together when they fit. */
const POINTS = 8192

/**
 * Two export requests of protobuf, one after the other, are one with the resources of both. Who asks for less than the
 * usual batch wants small requests.
 */
function togetherOf(batch: number): { records: number; bytes: number } | null {
  return batch < BATCH ? null : { records: batch * TOGETHER, bytes: MAX_BODY }
}

export class OtlpSink implements SignalSink {
  readonly name: string
  readonly takes: ReadonlySet<Signal>
  readonly counts: Readonly<Record<Signal, ExportCounts>> = {
    traces: new ExportCounts(),
    metrics: new ExportCounts(),
    logs: new ExportCounts(),
  }
  readonly component: string
  /** Only for protobuf; undefined for JSON, whose spans come by `accept`. */
  readonly encode?: (span: SpanRecord, resource: Resource) => void
  readonly #gathers: Readonly<Record<Signal, Gather>>
  readonly #lanes: Readonly<Record<Signal, Lane>>
  readonly #limits: Readonly<Record<Signal, number>>
  readonly #transport: Transport
  #closing: Promise<void> | undefined

  constructor(transport: Transport, encoding: 'protobuf' | 'json', signals: readonly Signal[], options: OtlpOptions) {
    this.name = options.name ?? 'otlp'
    this.takes = new Set(signals)
    this.component = transport.component
    this.#transport = transport
    const { batch = BATCH, batches = {} } = options
    this.#limits = {
      traces: batches.traces ?? batch,
      logs: batches.logs ?? batch,
      metrics: Math.max(batches.metrics ?? batch, POINTS),
    }
    const reach = new Reach()
    const lane = (signal: Signal): Lane =>
      new Lane(
        signal,
        transport,
        {
          timeoutMs: options.timeoutMs ?? 10_000,
          retry: { ...RETRY, ...options.retry },
          maxPending: options.maxPending ?? 64,
          maxPendingBytes: options.maxPendingBytes ?? 16 << 20,
          maxPendingRecords: options.maxPendingRecords?.[signal] ?? Number.POSITIVE_INFINITY,
          together: encoding === 'protobuf' ? togetherOf(this.#limits[signal]) : null,
          observe: options.observe,
          random: options.random ?? Math.random,
        },
        this.counts[signal],
        reach,
      )
    this.#lanes = { traces: lane('traces'), metrics: lane('metrics'), logs: lane('logs') }
    if (encoding === 'json') {
      this.#gathers = {
        traces: new JsonGather('traces'),
        metrics: new JsonGather('metrics'),
        logs: new JsonGather('logs'),
      }
      return
    }
    const spans = new SpanGather()
    const counts = this.counts.traces
    const limit = this.#limits.traces
    this.#gathers = { traces: spans, metrics: new MetricGather(), logs: new LogGather() }
    this.encode = (span, resource) => {
      spans.span(span, resource)
      counts.inflight++
      if (spans.count >= limit || spans.bytes >= MAX_BODY) this.ship('traces')
    }
  }

  accept(batch: Batch): void {
    for (const signal of SIGNALS) if (this.takes.has(signal)) this.#take(batch, signal)
  }

  #take(batch: Batch, signal: Signal): void {
    if ((signal === 'traces' ? batch.spans : signal === 'logs' ? batch.logs : batch.series).length === 0) return
    const gather = this.#gathers[signal]
    const before = gather.count
    const failed = gather.add(batch)
    if (failed > 0) {
      this.counts[signal].failed += failed
      sayOnce(
        `export.encode ${this.name} ${signal}`,
        'warn',
        'export.encode',
        `some ${signal} records cannot be encoded: they are dropped and counted`,
      )
    }
    this.counts[signal].inflight += gather.count - before
    if (gather.count >= this.#limits[signal] || gather.bytes >= MAX_BODY) this.ship(signal)
  }

  ship(signal: Signal): void {
    const gather = this.#gathers[signal]
    if (gather.count > 0) this.#lanes[signal].push(gather.take())
  }

  async flush(deadlineMs: number, signal?: Signal): Promise<void> {
    const signals = signal === undefined ? SIGNALS : [signal]
    for (const one of signals) this.ship(one)
    await Promise.all(signals.map((one) => this.#lanes[one].flush(deadlineMs)))
  }

  look(signal: Signal): SinkReading | null {
    return this.takes.has(signal) ? this.#lanes[signal].look() : null
  }

  last(): readonly LastRequest[] {
    return SIGNALS.flatMap((signal) => {
      this.ship(signal)
      return this.#lanes[signal].last().flatMap((payload) => this.#transport.last?.(signal, payload) ?? [])
    })
  }

  close(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  async #close(deadlineMs: number): Promise<void> {
    await this.flush(deadlineMs)
    for (const signal of SIGNALS) this.#lanes[signal].close()
    this.#transport.close()
    this.#report()
  }

  #report(): void {
    const lost = SIGNALS.map((signal) => [signal, this.counts[signal].failed + this.counts[signal].dropped] as const)
    const text = lost.filter(([, count]) => count > 0).map(([signal, count]) => `${count} ${signal}`)
    if (text.length > 0)
      say('warn', 'export.lost', `${this.name}: not delivered in the life of this process: ${text.join(', ')} records`)
  }
}

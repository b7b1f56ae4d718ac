// A sink of spans alone, for the formats that know nothing else: encoded as they come, sent in requests of at least `batch`
// spans or when the delay is over, over one lane with its bounded queue and its retries. A request speaks for one resource.
import { RETRY, type RetryOptions } from '../base/retry.ts'
import type { LastRequest } from '../egress/last.ts'
import type { Resource } from '../model/attribute.ts'
import type { Batch } from '../model/batch.ts'
import type { SpanRecord } from '../model/span.ts'
import { ExportCounts, type Signal, type SignalSink, type SinkReading } from '../pipeline/sink.ts'
import { say, sayOnce } from '../pipeline/voice.ts'
import { Lane } from './lane.ts'
import type { Payload, Transport } from './payload.ts'
import { Reach } from './reach.ts'

/** The body of one request while it grows. */
export interface SpanBody {
  readonly count: number
  readonly bytes: number
  /** Throws, and is as it was before, when the span cannot be encoded. */
  add(span: SpanRecord, resource: Resource): void
  take(): Payload
}

export interface SpanSinkOptions {
  readonly name: string
  /** Of one request, ms. */
  readonly timeoutMs?: number
  /** Spans per request at least, when they come fast enough. */
  readonly batch?: number
  readonly retry?: Partial<RetryOptions>
  readonly maxPending?: number
  readonly maxPendingBytes?: number
  readonly maxPendingRecords?: number
  readonly observe?: (signal: Signal, seconds: number, error: string | undefined) => void
  readonly random?: () => number
}

const MAX_BODY = 1 << 20

export class SpanSink implements SignalSink {
  readonly name: string
  readonly takes: ReadonlySet<Signal> = new Set(['traces'])
  readonly counts: Readonly<Record<Signal, ExportCounts>> = {
    traces: new ExportCounts(),
    metrics: new ExportCounts(),
    logs: new ExportCounts(),
  }
  readonly component: string
  readonly #body: SpanBody
  readonly #lane: Lane
  readonly #limit: number
  readonly #transport: Transport
  #resource: Resource | null = null
  #closing: Promise<void> | undefined

  constructor(transport: Transport, body: SpanBody, options: SpanSinkOptions) {
    this.name = options.name
    this.component = transport.component
    this.#transport = transport
    this.#body = body
    this.#limit = options.batch ?? 512
    this.#lane = new Lane(
      'traces',
      transport,
      {
        timeoutMs: options.timeoutMs ?? 10_000,
        retry: { ...RETRY, ...options.retry },
        maxPending: options.maxPending ?? 64,
        maxPendingBytes: options.maxPendingBytes ?? 16 << 20,
        maxPendingRecords: options.maxPendingRecords ?? Number.POSITIVE_INFINITY,
        together: null,
        observe: options.observe,
        random: options.random ?? Math.random,
      },
      this.counts.traces,
      new Reach(),
    )
  }

  accept({ spans, resource }: Batch): void {
    const counts = this.counts.traces
    for (let i = 0; i < spans.length; i++) {
      if (this.#resource !== resource) this.ship('traces')
      this.#resource = resource
      try {
        this.#body.add(spans[i]!, resource)
        counts.inflight++
      } catch {
        counts.failed++
        const text = 'some spans cannot be encoded: they are dropped and counted'
        sayOnce(`export.encode ${this.name}`, 'warn', 'export.encode', text)
      }
      if (this.#body.count >= this.#limit || this.#body.bytes >= MAX_BODY) this.ship('traces')
    }
  }

  ship(signal: Signal): void {
    if (signal === 'traces' && this.#body.count > 0) this.#lane.push(this.#body.take())
  }

  async flush(deadlineMs: number): Promise<void> {
    this.ship('traces')
    await this.#lane.flush(deadlineMs)
  }

  look(signal: Signal): SinkReading | null {
    return signal === 'traces' ? this.#lane.look() : null
  }

  last(): readonly LastRequest[] {
    this.ship('traces')
    return this.#lane.last().flatMap((payload) => this.#transport.last?.('traces', payload) ?? [])
  }

  close(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMs)
    return this.#closing
  }

  async #close(deadlineMs: number): Promise<void> {
    await this.flush(deadlineMs)
    this.#lane.close()
    this.#transport.close()
    const { failed, dropped } = this.counts.traces
    if (failed + dropped > 0) {
      const text = `${this.name}: not delivered in the life of this process: ${failed + dropped} traces records`
      say('warn', 'export.lost', text)
    }
  }
}

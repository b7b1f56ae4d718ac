// Gathers one signal of any number of resources into the body of one export request. A record is encoded when it comes;
// nothing but bytes is kept.
import type { Resource } from '../model/attribute.ts'
import type { Batch } from '../model/batch.ts'
import type { SpanRecord } from '../model/span.ts'
import type { Signal } from '../pipeline/sink.ts'
import { encodeLogsJson, encodeMetricsJson, encodeTracesJson } from '../wire/otlp/json.ts'
import { inOtlp } from '../wire/otlp/metric.ts'
import { LogSlab, MetricSlab, SpanSlab, totalLength } from '../wire/otlp/slab.ts'
import type { Payload } from './payload.ts'

export interface Gather {
  /** Records gathered since the last take. */
  readonly count: number
  readonly bytes: number
  /** Returns how many records could not be encoded: they are left out, the others stay. */
  add(batch: Batch): number
  take(): Payload
}

/** Slabs of one resource at a time; a change of resource closes a ResourceX message. */
abstract class ProtobufGather {
  protected abstract readonly slab: {
    readonly count: number
    readonly bytes: number
    cut(resource: Resource): Uint8Array[]
  }
  #resource: Resource | null = null
  #parts: Uint8Array[] = []
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count + this.slab.count
  }

  get bytes(): number {
    return this.#bytes + this.slab.bytes
  }

  protected speaker(resource: Resource): void {
    if (this.#resource !== resource) this.#turn(resource)
  }

  #turn(resource: Resource | null): void {
    if (this.#resource !== null) {
      this.#count += this.slab.count
      const cut = this.slab.cut(this.#resource)
      this.#bytes += totalLength(cut)
      for (const part of cut) this.#parts.push(part)
    }
    this.#resource = resource
  }

  take(): Payload {
    this.#turn(null)
    const payload = { parts: this.#parts, bytes: this.#bytes, records: this.#count, packed: null }
    this.#parts = []
    this.#count = 0
    this.#bytes = 0
    return payload
  }
}

export class SpanGather extends ProtobufGather implements Gather {
  protected readonly slab = new SpanSlab()

  span(span: SpanRecord, resource: Resource): void {
    this.speaker(resource)
    this.slab.add(span)
  }

  add(batch: Batch): number {
    this.speaker(batch.resource)
    return addEach(this.slab, batch.spans)
  }
}

export class LogGather extends ProtobufGather implements Gather {
  protected readonly slab = new LogSlab()

  add(batch: Batch): number {
    this.speaker(batch.resource)
    return addEach(this.slab, batch.logs)
  }
}

export class MetricGather extends ProtobufGather implements Gather {
  protected readonly slab = new MetricSlab()

  add(batch: Batch): number {
    this.speaker(batch.resource)
    return addEach(this.slab, batch.series)
  }
}

function addEach<T>(slab: { add(record: T): void }, records: readonly T[]): number {
  let failed = 0
  for (let i = 0; i < records.length; i++) {
    try {
      slab.add(records[i]!)
    } catch {
      failed++
    }
  }
  return failed
}

const JSON_FORM = {
  traces: { open: '{"resourceSpans":[', encode: encodeTracesJson },
  metrics: { open: '{"resourceMetrics":[', encode: encodeMetricsJson },
  logs: { open: '{"resourceLogs":[', encode: encodeLogsJson },
} as const

const CLOSE = ']}'

export class JsonGather implements Gather {
  readonly #signal: Signal
  #texts: string[] = []
  count = 0
  bytes = 0

  constructor(signal: Signal) {
    this.#signal = signal
  }

  add(batch: Batch): number {
    try {
      this.#add(batch)
      return 0
    } catch {
      return this.#addEach(batch)
    }
  }

  #add(batch: Batch): void {
    const { open, encode } = JSON_FORM[this.#signal]
    const text = encode([batch])
    if (text.length === open.length + CLOSE.length) return
    this.#texts.push(text.slice(open.length, -CLOSE.length))
    this.bytes += text.length
    this.count += recordsIn(batch, this.#signal)
  }

  /** One of them cannot be encoded: find it by trying each alone. */
  #addEach(batch: Batch): number {
    let failed = 0
    const none: Batch = { resource: batch.resource, spans: [], series: [], logs: [] }
    const field = this.#signal === 'traces' ? 'spans' : this.#signal === 'logs' ? 'logs' : 'series'
    for (const record of batch[field]) {
      try {
        this.#add({ ...none, [field]: [record] })
      } catch {
        failed++
      }
    }
    return failed
  }

  take(): Payload {
    const body = Buffer.from(`${JSON_FORM[this.#signal].open}${this.#texts.join(',')}${CLOSE}`)
    const payload = { parts: [body], bytes: body.length, records: this.count, packed: null }
    this.#texts = []
    this.count = 0
    this.bytes = 0
    return payload
  }
}

/** Spans, log records or data points of a batch. */
export function recordsIn(batch: Batch, signal: Signal): number {
  if (signal === 'traces') return batch.spans.length
  if (signal === 'logs') return batch.logs.length
  let points = 0
  for (const family of batch.series) if (inOtlp(family)) points += family.series.length
  return points
}

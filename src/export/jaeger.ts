// Spans to a Jaeger collector: a Batch in Thrift's binary protocol by HTTP POST to /api/traces?format=jaeger.thrift.
import type { Resource } from '../model/attribute.ts'
import type { SpanRecord } from '../model/span.ts'
import { BATCH_END, batchHead, writeSpan } from '../wire/jaeger/span.ts'
import { ThriftWriter } from '../wire/jaeger/thrift.ts'
import type { Payload, Transport } from './payload.ts'
import { type SpanBody, SpanSink, type SpanSinkOptions } from './spans.ts'

export function jaegerSink(transport: Transport, options: SpanSinkOptions): SpanSink {
  return new SpanSink(transport, new JaegerBody(), options)
}

class JaegerBody implements SpanBody {
  #out = new ThriftWriter()
  #resource: Resource | null = null
  count = 0

  get bytes(): number {
    return this.#out.at
  }

  add(span: SpanRecord, resource: Resource): void {
    const before = this.#out.at
    try {
      writeSpan(this.#out, span)
    } catch (error) {
      this.#out.at = before
      throw error
    }
    this.#resource = resource
    this.count++
  }

  take(): Payload {
    const parts = [batchHead(this.#resource!, this.count), this.#out.take(), BATCH_END]
    const payload = {
      parts,
      bytes: parts.reduce((sum, { length }) => sum + length, 0),
      records: this.count,
      packed: null,
    }
    this.#out.at = 0
    this.count = 0
    return payload
  }
}

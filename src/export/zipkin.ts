// Spans to Zipkin: a JSON list by HTTP POST to /api/v2/spans.
import type { Resource } from '../model/attribute.ts'
import type { SpanRecord } from '../model/span.ts'
import { type Speaker, speakerOf, zipkinSpan } from '../wire/zipkin/span.ts'
import type { Payload, Transport } from './payload.ts'
import { type SpanBody, SpanSink, type SpanSinkOptions } from './spans.ts'

export function zipkinSink(transport: Transport, options: SpanSinkOptions): SpanSink {
  return new SpanSink(transport, new ZipkinBody(), options)
}

class ZipkinBody implements SpanBody {
  #speakers = new WeakMap<Resource, Speaker>()
  #texts: string[] = []
  bytes = 0

  get count(): number {
    return this.#texts.length
  }

  add(span: SpanRecord, resource: Resource): void {
    let speaker = this.#speakers.get(resource)
    if (speaker === undefined) {
      speaker = speakerOf(resource)
      this.#speakers.set(resource, speaker)
    }
    const text = zipkinSpan(span, speaker)
    this.#texts.push(text)
    this.bytes += text.length
  }

  take(): Payload {
    const body = Buffer.from(`[${this.#texts.join(',')}]`)
    const payload = { parts: [body], bytes: body.length, records: this.#texts.length, packed: null }
    this.#texts = []
    this.bytes = 0
    return payload
  }
}

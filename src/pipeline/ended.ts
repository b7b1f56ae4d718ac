// Spans on the way to sinks that encode: nothing of them is retained but the last few, which are redacted and encoded
// together, in a turn of the event loop of their own. Code that runs 64 times in a row stays in the processor's caches:
// encoding a span takes half of the time that it takes at the end of each request (1.1 µs instead of 2.2, Node 20).
import type { Resource } from '../model/attribute.ts'
import type { SpanRecord } from '../model/span.ts'
import type { IntakeCounts } from './intake.ts'
import type { SignalSink } from './sink.ts'

const TOGETHER = 64
/** A turn may be long: then no more than these wait for its end. */
const MOST = 512

export class EndedSpans {
  #spans: SpanRecord[] = []
  readonly #counts: IntakeCounts
  readonly #sinks: readonly SignalSink[]
  readonly #resource: Resource
  readonly #redact: ((span: SpanRecord) => void) | null
  readonly #failed: () => void
  readonly #later: (work: () => void) => void
  readonly #together: number
  #due = false

  /** `failed` is told of each span that could not be redacted or encoded; `later` runs its work in the next turn. */
  constructor(
    counts: IntakeCounts,
    sinks: readonly SignalSink[],
    resource: Resource,
    redact: ((span: SpanRecord) => void) | null,
    batch: number,
    failed: () => void,
    later: (work: () => void) => void,
  ) {
    counts.capacity = Math.min(MOST, batch)
    this.#together = Math.min(TOGETHER, batch)
    this.#later = later
    this.#counts = counts
    this.#sinks = sinks
    this.#resource = resource
    this.#redact = redact
    this.#failed = failed
  }

  push(span: SpanRecord): void {
    const counts = this.#counts
    counts.size = this.#spans.push(span)
    if (counts.size >= counts.capacity) this.encode()
    else if (counts.size >= this.#together && !this.#due) {
      this.#due = true
      this.#later(this.#encodeDue)
    }
  }

  readonly #encodeDue = (): void => {
    this.#due = false
    this.encode()
  }

  encode(): void {
    const spans = this.#spans
    if (spans.length === 0) return
    this.#spans = []
    this.#counts.size = 0
    const redact = this.#redact
    for (let i = 0; i < spans.length; i++) {
      const span = spans[i]!
      try {
        // What could not be redacted must not leave.
        if (redact !== null) redact(span)
        for (let j = 0; j < this.#sinks.length; j++) this.#encode(this.#sinks[j]!, span)
        this.#counts.processed++
      } catch {
        this.#failed()
      }
    }
  }

  #encode(sink: SignalSink, span: SpanRecord): void {
    try {
      sink.encode!(span, this.#resource)
    } catch {
      this.#failed()
    }
  }
}

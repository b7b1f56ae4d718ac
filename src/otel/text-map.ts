// The API's TextMapPropagator over the configured formats.
import { noticeOnce } from '../base/notice.ts'
import type { ApiContext } from '../context/api.ts'
import { Frame, frameOf } from '../context/frame.ts'
import type { HostRule } from '../context/hosts.ts'
import type { Getter, Propagator, Setter } from '../context/propagator.ts'

export class TextMapPropagator {
  readonly #propagator: Propagator
  readonly #baggage: HostRule

  constructor(propagator: Propagator, baggage: HostRule) {
    this.#propagator = propagator
    this.#baggage = baggage
  }

  inject<Carrier>(context: ApiContext, carrier: Carrier, setter: Setter<Carrier>): void {
    const frame = frameOf(context)
    if (frame.suppressed) return
    const baggage = frame.baggage !== null && this.#baggage(hostOf(carrier))
    if (frame.baggage !== null && !baggage) {
      noticeOnce(
        'otel.baggage',
        'info',
        'otel.baggage',
        'baggage was not sent to a host that is not on the list; list it, or * for any carrier',
      )
    }
    this.#propagator.inject(frame, carrier, setter, baggage)
  }

  /** `context` itself when the carrier has none of our headers. */
  extract<Carrier>(context: ApiContext, carrier: Carrier, getter: Getter<Carrier>): ApiContext {
    const frame = new Frame(frameOf(context))
    return this.#propagator.extractWith(carrier, getter, frame) ? frame : context
  }

  fields(): string[] {
    return [...this.#propagator.sent]
  }
}

/** Where HTTP headers go, when they say so; instrumentations hand over nothing else. */
function hostOf(carrier: unknown): string | undefined {
  if (typeof carrier !== 'object' || carrier === null) return undefined
  const { host, Host } = carrier as { host?: unknown; Host?: unknown }
  const named = host ?? Host
  return typeof named === 'string' ? named : undefined
}

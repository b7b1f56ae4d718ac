// A recording span: the flat record, with the methods of `@opentelemetry/api`'s Span and shorter ones of our own. It
// promises that setting five attributes copies nothing but two references each, and that after `end` every change is
// a no-op; it refuses to hold more than the limits of its engine, and counts what it refused.
import { thrownText } from '../base/notice.ts'
import type { ApiLink, Ids, SpanContext, TimeInput } from '../context/api.ts'
import { readContext } from '../context/frame.ts'
import { spanContextOf } from '../context/non-recording.ts'
import type { Flat, Value } from '../model/attribute.ts'
import { SpanRare, SpanRecord, STATUS_ERROR, STATUS_OK } from '../model/span.ts'
import { cutText } from '../redact/cut.ts'
import { describe } from './exception.ts'
import { epochMs } from './time.ts'
import type { Tracer } from './tracer.ts'
import { attributeValue, flatten, keysOf, read } from './value.ts'

export class Span extends SpanRecord {
  declare scope: Tracer

  get recording(): boolean {
    return Number.isNaN(this.endTime)
  }

  isRecording(): boolean {
    return Number.isNaN(this.endTime)
  }

  /** Sets or replaces one attribute; null, undefined and what no attribute can hold is ignored. */
  set(key: string, value: Value | undefined): this {
    if (!Number.isNaN(this.endTime)) return this.#late()
    let kept: Value | undefined
    switch (typeof value) {
      case 'number':
      case 'boolean':
        kept = value
        break
      case 'string':
        kept = cutText(value, this.scope.engine.limits.valueLength)
        break
      default:
        kept = attributeValue(value, this.scope.engine.limits.valueLength)
        if (kept === undefined) return this
    }
    if (typeof key !== 'string' || key === '') return this
    const flat = this.attributes
    if (flat === null) {
      if (this.scope.engine.limits.attributes > 0) this.attributes = [key, kept]
      else this.#rare().droppedAttributes++
      return this
    }
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] === key) {
        flat[i + 1] = kept
        return this
      }
    }
    if (flat.length >= this.scope.engine.limits.attributes * 2) this.#rare().droppedAttributes++
    else flat.push(key, kept)
    return this
  }

  setAttribute(key: string, value: Value | undefined | readonly (Value | undefined)[]): this {
    return this.set(key, value as Value | undefined)
  }

  setAttributes(attributes: object): this {
    if (attributes === null || typeof attributes !== 'object') return this
    for (const key of keysOf(attributes)) this.set(key, read(attributes, key) as Value | undefined)
    return this
  }

  /** An event at `time`, or now; float milliseconds since the epoch or any time of the API. */
  event(name: string, attributes?: object | null, time?: TimeInput): this {
    if (!Number.isNaN(this.endTime)) return this.#late()
    const { limits, now } = this.scope.engine
    const rare = this.#rare()
    rare.events ??= []
    if (rare.events.length >= limits.events) {
      rare.droppedEvents++
      return this
    }
    let at = time === undefined ? Number.NaN : epochMs(time)
    if (Number.isNaN(at)) at = now()
    let flat: Flat | null = null
    let dropped = 0
    if (attributes !== null && attributes !== undefined && typeof attributes === 'object') {
      const made = flatten(attributes, limits.attributesPerEvent, limits.valueLength)
      if (made.flat.length > 0) flat = made.flat
      dropped = made.dropped
    }
    rare.events.push({ name: nameOf(name), time: at, attributes: flat, dropped })
    return this
  }

  addEvent(name: string, attributesOrTime?: object | TimeInput | null, time?: TimeInput): this {
    return isTime(attributesOrTime)
      ? this.event(name, null, attributesOrTime)
      : this.event(name, attributesOrTime as object | null | undefined, time)
  }

  /** A link to another span: its context in the API's form, or anything with our ids (a Frame, a Span). */
  link(to: SpanContext | Ids, attributes?: object | null): this {
    return this.#link(to, attributes, 0)
  }

  /** A link without a context, such as of a span that does not exist, is left out. */
  addLink(link: ApiLink): this {
    return this.#link(link?.context, link?.attributes, link?.droppedAttributesCount ?? 0)
  }

  addLinks(links: readonly ApiLink[]): this {
    if (Array.isArray(links)) for (const link of links as readonly ApiLink[]) this.addLink(link)
    return this
  }

  #link(to: SpanContext | Ids, attributes: object | null | undefined, droppedBefore: number): this {
    if (!Number.isNaN(this.endTime)) return this.#late()
    if (typeof to !== 'object' || to === null) return this
    const { limits } = this.scope.engine
    const rare = this.#rare()
    rare.links ??= []
    if (rare.links.length >= limits.links) {
      rare.droppedLinks++
      return this
    }
    const ids = { t0: 0, t1: 0, t2: 0, t3: 0, s0: 0, s1: 0, flags: 0, traceState: null as string | null }
    if ('t0' in to) {
      const { t0, t1, t2, t3, s0, s1, flags } = to
      const own = to as { traceState?: string | null; rare?: SpanRare | null }
      Object.assign(ids, { t0, t1, t2, t3, s0, s1, flags: own.rare === undefined ? flags : flags & 0xff })
      ids.traceState = own.traceState ?? own.rare?.traceState ?? null
    } else {
      readContext(to, ids)
    }
    const made = attributes ? flatten(attributes, limits.attributesPerLink, limits.valueLength) : null
    rare.links.push({
      ...ids,
      attributes: made !== null && made.flat.length > 0 ? made.flat : null,
      dropped: droppedBefore + (made?.dropped ?? 0),
    })
    return this
  }

  /** OK is final, UNSET changes nothing, and only an error has a message (specification, trace/api, Set Status). */
  setStatus(status: { code: number; message?: string | undefined }): this {
    if (!Number.isNaN(this.endTime)) return this.#late()
    if (status === null || status === undefined) return this
    if (this.status === STATUS_OK || (status.code !== STATUS_OK && status.code !== STATUS_ERROR)) return this
    this.status = status.code
    const message = status.code === STATUS_ERROR && typeof status.message === 'string' ? status.message : null
    if (message !== null) this.#rare().statusMessage = cutText(message, this.scope.engine.limits.valueLength)
    else if (this.rare !== null) this.rare.statusMessage = null
    return this
  }

  /** Marks the span as failed: an error is recorded as an event, its class is `error.type`; a text is the message. */
  fail(error?: unknown): this {
    if (!Number.isNaN(this.endTime)) return this.#late()
    if (error === undefined || typeof error === 'string') return this.setStatus({ code: STATUS_ERROR, message: error })
    const { type, message } = describe(error)
    this.recordException(error)
    this.set('error.type', type)
    return this.setStatus({ code: STATUS_ERROR, message })
  }

  /** The event `exception` of the semantic conventions; the status stays. */
  recordException(exception: unknown, time?: TimeInput): void {
    const { type, message, stack } = describe(exception)
    const attributes: Record<string, string> = { 'exception.type': type }
    if (message !== undefined) attributes['exception.message'] = message
    if (stack !== undefined) attributes['exception.stacktrace'] = stack
    this.event('exception', attributes, time)
  }

  updateName(name: string): this {
    if (!Number.isNaN(this.endTime)) return this.#late()
    this.name = nameOf(name)
    return this
  }

  /** Ends the span now or at `time`, never before its start, and hands it on; a second call is ignored. */
  end(time?: TimeInput): void {
    if (!Number.isNaN(this.endTime)) {
      this.#late()
      return
    }
    const { engine } = this.scope
    let at = time === undefined ? Number.NaN : epochMs(time)
    if (Number.isNaN(at)) at = engine.now()
    this.endTime = Math.max(at, this.startTime)
    engine.ended(this)
  }

  spanContext(): SpanContext {
    const context = spanContextOf(this, this.rare === null ? null : this.rare.traceState)
    // The bits above the W3C flags speak of the parent; this span is local.
    delete context.isRemote
    return context
  }

  #rare(): SpanRare {
    this.rare ??= new SpanRare()
    return this.rare
  }

  #late(): this {
    this.scope.engine.tooLate(this)
    return this
  }
}

/** Names come from callers without types too. */
function nameOf(name: unknown): string {
  return typeof name === 'string' ? name : thrownText(name)
}

function isTime(value: unknown): value is TimeInput {
  if (typeof value === 'number') return true
  try {
    if (value instanceof Date) return true
    return Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
  } catch {
    return false
  }
}

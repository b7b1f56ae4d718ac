// A current span that is not ours (another SDK's, or one that the API made) under our shorter names, so that
// `currentSpan().set(…)` works whoever started it.
import type { CurrentSpan, TimeInput } from '../context/api.ts'
import { readContext } from '../context/frame.ts'
import { NonRecordingSpan } from '../context/non-recording.ts'
import { STATUS_ERROR } from '../model/span.ts'
import { describe } from './exception.ts'

export class ForeignSpan extends NonRecordingSpan {
  readonly #span: CurrentSpan

  constructor(span: CurrentSpan) {
    super(0, 0, 0, 0, 0, 0, 0, null)
    readContext(span.spanContext(), this)
    this.#span = span
  }

  override spanContext() {
    return this.#span.spanContext()
  }
  override set(key: string, value: unknown): this {
    this.#span.setAttribute(key, value)
    return this
  }
  override setAttribute(key: string, value: unknown): this {
    return this.set(key, value)
  }
  override setAttributes(attributes: object): this {
    this.#span.setAttributes(attributes)
    return this
  }
  override event(name: string, attributes?: unknown, time?: TimeInput): this {
    this.#span.addEvent(name, attributes, time)
    return this
  }
  override addEvent(name: string, attributesOrTime?: unknown, time?: TimeInput): this {
    return this.event(name, attributesOrTime, time)
  }
  override setStatus(status: { code: number; message?: string }): this {
    this.#span.setStatus(status)
    return this
  }
  override fail(error?: unknown): this {
    if (error === undefined) return this.setStatus({ code: STATUS_ERROR })
    if (typeof error === 'string') return this.setStatus({ code: STATUS_ERROR, message: error })
    const { type, message } = describe(error)
    this.#span.recordException(error)
    this.set('error.type', type)
    return this.setStatus(message === undefined ? { code: STATUS_ERROR } : { code: STATUS_ERROR, message })
  }
  override updateName(name: string): this {
    this.#span.updateName(name)
    return this
  }
  override recordException(exception: unknown, time?: TimeInput): void {
    this.#span.recordException(exception, time)
  }
  override end(time?: TimeInput): void {
    this.#span.end(time)
  }
  override isRecording(): boolean {
    return this.#span.isRecording()
  }
}

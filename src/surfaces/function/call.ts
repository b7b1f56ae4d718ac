// One call on its way through the interceptors, and what an interceptor is.
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { NO_SPAN } from '../../context/non-recording.ts'
import type { Level } from '../../logs/level.ts'
import type { Kind } from '../../trace/active.ts'
import type { Started } from '../../trace/tracer.ts'
import type { ErrorCatalogue } from './catalogue.ts'

export type KeyValue = string | number | boolean | bigint
/** Keys by name; what is undefined, null or an object is left out. */
export type Keys = Readonly<Record<string, KeyValue | null | undefined>>

export interface CallSettings {
  /** Few values each: labels of the metrics, attributes of the span, fields of the log line. */
  readonly low?: Keys | undefined
  /** Any number of values: attributes of the span and fields of the log line, never labels. */
  readonly high?: Keys | undefined
  /** The span's kind; what is current decides when left out. */
  readonly kind?: Kind | undefined
  /** Level of the line that says how a successful call went; a failed one is an error. `none`: no line at all. */
  readonly log?: Level | 'none' | undefined
  /** The error that a returned value carries; undefined for a success. */
  readonly failed?: ((result: unknown) => unknown) | undefined
  /** The codes that a failure may have: its `error_code` on span and line. */
  readonly errors?: ErrorCatalogue | undefined
  /** Options of the call, copied to the span as `opt.*`; secrets among them are redacted. */
  readonly options?: Keys | undefined
}

/** `next` runs what is inside; calling it again runs it again. */
export interface Interceptor {
  /** Lower is further out: metrics are at 50, tracing and the log line at `surfaces.functions.order`. */
  readonly order: number
  intercept(call: Call, next: () => unknown): unknown
}

/** What is kept of the keys of a call. */
export type Kept = Readonly<Record<string, KeyValue>>

const NO_KEYS: Kept = Object.freeze({})
const NO_SETTINGS: CallSettings = Object.freeze({})
const MAX_KEYS = 64

export class Call {
  readonly id: string
  readonly low: Kept
  readonly high: Kept
  readonly settings: CallSettings
  readonly args: readonly unknown[]
  /** The first call of this function in this process. */
  readonly cold: boolean
  /** Counts the calls of this process from 1. */
  readonly number: number
  /** From the tracing interceptor inwards; before, and where nothing is traced, one that does nothing. */
  span: Started = NO_SPAN
  #judged: { readonly result: unknown; readonly error: unknown } | null = null

  constructor(id: string, settings: CallSettings | undefined, args: readonly unknown[], number: number, cold: boolean) {
    this.id = id
    this.settings = typeof settings === 'object' && settings !== null ? settings : NO_SETTINGS
    this.low = kept(this.settings.low)
    this.high = kept(this.settings.high)
    this.args = args
    this.number = number
    this.cold = cold
  }

  /** The error that `result` carries; asked once for each. */
  errorIn(result: unknown): unknown {
    const { failed } = this.settings
    if (typeof failed !== 'function') return undefined
    if (this.#judged === null || this.#judged.result !== result) this.#judged = { result, error: judge(failed, result) }
    return this.#judged.error
  }
}

function judge(failed: (result: unknown) => unknown, result: unknown): unknown {
  try {
    return failed(result) ?? undefined
  } catch (error) {
    noticeOnce(
      'function.failed',
      'warn',
      'function.failed',
      `failed() threw and the call counts as one that went well: ${thrownText(error)}`,
    )
    return undefined
  }
}

/** What can be a label, an attribute and a field alike, of the first 64 keys; a getter that throws leaves its key out. */
export function kept(given: Keys | undefined): Kept {
  if (typeof given !== 'object' || given === null) return NO_KEYS
  const keys: Record<string, KeyValue> = {}
  let count = 0
  try {
    for (const key of Object.keys(given)) {
      const value: unknown = given[key]
      const kind = typeof value
      if (kind !== 'string' && kind !== 'number' && kind !== 'boolean' && kind !== 'bigint') continue
      if (++count > MAX_KEYS) break
      keys[key] = value as KeyValue
    }
  } catch {}
  return keys
}

// A Prometheus, asked by its HTTP API (querying/api): instant values and ranges. What it refuses with is for the log.
import type { Preset } from '../../egress/address.ts'
import { Caller } from '../../egress/caller.ts'
import type { Headers } from '../../egress/headers.ts'
import { allow } from '../../egress/target.ts'
import { Absent } from './source.ts'
import { withScheme } from './target.ts'

const MOST_BYTES = 4 * 1024 * 1024

export class Prometheus {
  readonly #caller: Caller
  readonly #base: string
  readonly #headers: Headers

  constructor(url: string, preset: Preset, headers: Headers) {
    this.#headers = headers
    this.#caller = new Caller(allow(withScheme(url), preset, 'ops.prometheus_url'))
    this.#base = this.#caller.target.url.pathname.replace(/\/$/, '')
  }

  /** The one number of a query; null where it has none, or is not a number. */
  async value(query: string, timeoutMs: number): Promise<number | null> {
    const [first] = await this.#ask('query', { query }, timeoutMs)
    return numberOf((first as { value?: unknown } | undefined)?.value)
  }

  /** The one series of a query from `start` to `end`, both seconds since the epoch, by time. */
  async range(
    query: string,
    { start, end, step }: { readonly start: number; readonly end: number; readonly step: number },
    timeoutMs: number,
  ): Promise<ReadonlyMap<number, number>> {
    const asked = { query, start: String(start), end: String(end), step: String(step) }
    const [first] = await this.#ask('query_range', asked, timeoutMs)
    const { values } = (first ?? {}) as { values?: unknown }
    const found = new Map<number, number>()
    for (const sample of Array.isArray(values) ? values : []) {
      const value = numberOf(sample)
      const time = Number((sample as unknown[])[0])
      if (value !== null) found.set(Math.round(time * 1000), value)
    }
    return found
  }

  close(): void {
    this.#caller.close()
  }

  async #ask(what: 'query' | 'query_range', asked: Record<string, string>, timeoutMs: number): Promise<unknown[]> {
    const search = new URLSearchParams({ ...asked, timeout: `${Math.ceil(timeoutMs / 1000)}s` })
    const { status, body } = await this.#caller.send({
      path: `${this.#base}/api/v1/${what}?${search}`,
      headers: this.#headers,
      timeoutMs,
      maxBytes: MOST_BYTES,
      background: true,
    })
    if (status !== 200) {
      const hint = status === 401 || status === 403 ? '; check ops.prometheus_headers' : ''
      throw new Absent(`Prometheus answers with status ${status}${hint}`)
    }
    const { status: said, data } = parsed(body)
    const { result } = (data ?? {}) as { result?: unknown }
    if (said !== 'success' || !Array.isArray(result)) throw new Absent('what answers is no Prometheus')
    return result
  }
}

function parsed(body: Buffer): { status?: unknown; data?: unknown } {
  try {
    const document = JSON.parse(body.toString('utf8')) as unknown
    if (typeof document === 'object' && document !== null) return document
  } catch {
    // Said below.
  }
  throw new Absent('what answers is no Prometheus')
}

/** Of `[time, "value"]`. */
function numberOf(sample: unknown): number | null {
  const value = Array.isArray(sample) ? Number(sample[1]) : Number.NaN
  return Number.isFinite(value) ? value : null
}

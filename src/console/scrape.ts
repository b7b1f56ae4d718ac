// The scrape. Whoever asks while a rendering is under way shares it; it yields to the application while it works, and
// what goes wrong is a line of plain text, since a scraper reads no JSON. Compression happens in zlib's threads.
import { gzipped } from '../base/gzip.ts'
import { notice, thrownText } from '../base/notice.ts'
import type { Family } from '../model/metric.ts'
import { type Negotiated, negotiate } from '../wire/prometheus/negotiate.ts'
import { renderSliced, type TextOptions } from '../wire/prometheus/text.ts'
import { plain } from './console.ts'
import type { Answer, PlainRequest, PlainRoute } from './route.ts'

export interface ScrapeOptions {
  readonly path: string
  /** Collects; null while there are no metrics (not started, or switched off). */
  readonly families: () => readonly Family[] | null
  readonly text: Omit<TextOptions, 'format'>
  /** Runs before each rendering: refreshes what has to be asked for. */
  readonly before?: () => void
}

/** Shorter bodies gain nothing from compression. */
const WORTH_IT = 1024

export function scrapeRoutes(options: ScrapeOptions): PlainRoute[] {
  const { path, families, text, before } = options
  const running = new Map<string, Promise<Rendered | null>>()

  function rendered(key: Negotiated): Promise<Rendered | null> {
    const under = running.get(key.format)
    if (under !== undefined) return under
    const work = render(key).finally(() => running.delete(key.format))
    running.set(key.format, work)
    return work
  }

  async function render({ format }: Negotiated): Promise<Rendered | null> {
    before?.()
    const collected = families()
    return collected === null ? null : new Rendered(await renderSliced(collected, { ...text, format }))
  }

  async function answer({ headers }: PlainRequest): Promise<Answer> {
    const key = negotiate(one(headers['accept']))
    try {
      const found = await rendered(key)
      if (found === null) return plain(503, 'metrics are not available: nothing records them (yet)')
      const out = { 'content-type': key.contentType, 'cache-control': 'no-store', vary: 'accept, accept-encoding' }
      if (found.length < WORTH_IT || !takesGzip(one(headers['accept-encoding'])))
        return { status: 200, headers: out, body: found.chunks }
      return { status: 200, headers: { ...out, 'content-encoding': 'gzip' }, body: await found.gzipped() }
    } catch (error) {
      notice('error', 'scrape.failed', `rendering the metrics failed: ${thrownText(error)}`)
      return plain(500, 'metrics cannot be rendered; the reason is in the log of the service')
    }
  }

  return [{ method: 'GET', path, tier: 'scrape', answer }]
}

class Rendered {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
  #gzipped: Promise<Uint8Array> | undefined

  constructor(chunks: readonly Uint8Array[]) {
    this.chunks = chunks
    this.length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  }

  gzipped(): Promise<Uint8Array> {
    this.#gzipped ??= gzipped(this.chunks)
    return this.#gzipped
  }
}

/** `gzip` or `*` with a quality above 0 (RFC 9110, 12.5.3). */
function takesGzip(header: string | undefined): boolean {
  let star = false
  for (const part of (header ?? '').slice(0, 1024).toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const refused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
    if (coding === 'gzip' || coding === 'x-gzip') return !refused
    if (coding === '*') star = !refused
  }
  return star
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header
}

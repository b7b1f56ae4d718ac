// The body of one OTLP request: read whole within its limits, and decompressed where the sender compressed it. What goes
// over a limit is refused before it is held.
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'
import type { Share } from './budget.ts'

const inflated = promisify(inflate)
const UNZIP: ReadonlyMap<string, typeof inflated> = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', inflated],
  ['zlib', inflated],
])

/** Decompressions at a time: each may hold a whole body more, whatever small bytes it came from. */
const UNZIPPING = 4

/** What a request is refused with; the status that the real Collector answers, but for 413, which says more than its 400. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The bytes as they came; the limit holds for what was announced and for what arrives, the budget for what is held. */
export function readBody(request: IncomingMessage, limit: number, budget: Share): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = (refusal: Refusal) => {
      request.removeAllListeners('data')
      reject(refusal)
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) stop(tooLarge(limit))
      else if (!budget.take(chunk.length)) stop(new Refusal(503, 'too much is under way'))
      else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)))
    request.on('close', () => reject(new Refusal(400, 'the connection closed within the body')))
    request.on('error', (error) => reject(new Refusal(400, error.message)))
  })
}

/** Turns for decompression, first come, first served. */
export class Unzip {
  #free = UNZIPPING
  readonly #waiting: (() => void)[] = []

  /** `encoding` is the value of Content-Encoding; the result is bounded, so that a small bomb stays small. */
  async body(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
    const name = (encoding ?? '').trim().toLowerCase()
    if (name === '' || name === 'identity') return body
    const unzip = UNZIP.get(name)
    if (unzip === undefined) throw new Refusal(400, `unsupported Content-Encoding: ${name.slice(0, 40)}`)
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await unzip(body, { maxOutputLength: limit })
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
      throw new Refusal(400, `the body is not ${name}`)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

function tooLarge(limit: number): Refusal {
  return new Refusal(413, `request body too large: at most ${limit} bytes`)
}

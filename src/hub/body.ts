// The body of one OTLP request: read whole within its limits, and decompressed where the sender compressed it. What goes
// over a limit is refused before it is held.
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const

/** What a request is refused with; the status that the real Collector answers, but for 413, which says more than its 400. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The bytes as they came; the limit holds for what was announced and for what arrives. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.removeAllListeners('data')
        reject(tooLarge(limit))
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)))
    request.on('close', () => reject(new Refusal(400, 'the connection closed within the body')))
    request.on('error', (error) => reject(new Refusal(400, error.message)))
  })
}

/** `encoding` is the value of Content-Encoding; the result is bounded, so that a small bomb stays small. */
export async function decompress(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const name = (encoding ?? '').trim().toLowerCase()
  if (name === '' || name === 'identity') return body
  if (name !== 'gzip' && name !== 'deflate')
    throw new Refusal(400, `unsupported Content-Encoding: ${name.slice(0, 40)}`)
  try {
    return await unzip[name](body, { maxOutputLength: limit })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new Refusal(400, `the body is not ${name}`)
  }
}

function tooLarge(limit: number): Refusal {
  return new Refusal(413, `request body too large: at most ${limit} bytes`)
}

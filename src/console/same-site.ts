// Whoever changes something through the console means it: a page of another site that sends a browser here is refused,
// whatever proof the browser carries. Browsers say on whose behalf they ask in `Sec-Fetch-Site` and `Origin`, which no page
// can forge; programs say neither. A body has to be JSON, which no form of another site can send without being asked about
// first.
import { BadRequest, Forbidden, PayloadTooLarge, UnsupportedMediaType } from '../access/error-kinds.ts'

/** Bytes of a body that says what to change. */
const LIMIT = 1024

/** Throws Forbidden, code `cross_site`, for what another site asks. */
export function requireSameSite(request: Request): void {
  const { headers } = request
  const site = headers.get('sec-fetch-site')
  if (site !== null && site !== 'same-origin' && site !== 'none') throw crossSite()
  const origin = headers.get('origin')
  if (origin !== null && !isHost(origin, headers.get('host') ?? new URL(request.url).host)) throw crossSite()
}

/**
 * The JSON of a body; undefined where there is none. Throws UnsupportedMediaType for a body that is not said to be JSON,
 * PayloadTooLarge beyond `limit` bytes, and BadRequest for one that is no JSON.
 */
export async function readJson(request: Request, limit = LIMIT): Promise<unknown> {
  const { headers } = request
  const type = headers.get('content-type')
  if (type !== null && !isJson(type)) throw notJson()
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  const bytes = await bytesOf(request, limit)
  if (bytes.length === 0) return undefined
  if (type === null) throw notJson()
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new BadRequest('The body is not valid JSON.', { code: 'invalid_json' })
  }
}

async function bytesOf({ body }: Request, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop lets go of the rest.
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** Both without the port that their scheme has anyway. */
function isHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const asking = new URL(origin)
  const asked = `${asking.protocol}//${host}`
  return URL.canParse(asked) && new URL(asked).host === asking.host && asking.host !== ''
}

function isJson(type: string): boolean {
  return type.split(';', 1)[0]!.trim().toLowerCase() === 'application/json'
}

function crossSite(): Error {
  return new Forbidden('Another site asked for this change.', { code: 'cross_site' })
}

function notJson(): Error {
  return new UnsupportedMediaType('The body has to be application/json.')
}

function tooLarge(limit: number): Error {
  return new PayloadTooLarge(`The body has more than ${limit} bytes.`)
}

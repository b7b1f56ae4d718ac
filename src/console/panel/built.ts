// What Vite built, served as it lies in its folder: one document and the files that it asks for. Every file is read once, when
// it is asked for first, and held, small and packed. It promises that a file named by its content is asked for once, and a
// policy under which nothing but our own files can run.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Answer, PlainRequest } from '../route.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface Held {
  readonly plain: Uint8Array
  readonly packed: Uint8Array
  readonly etag: string
  readonly type: string
}

type File = (asked: PlainRequest) => Answer

export interface Built {
  readonly document: File
  /** By name; there is no way out of the folder. */
  readonly assets: ReadonlyMap<string, File>
}

export function builtIn(folder: string, document: string): Built {
  const names = readdirSync(join(folder, 'assets'))
  const lasting = 'public, max-age=31536000, immutable'
  return {
    document: file(join(folder, document), 'no-cache'),
    assets: new Map(names.map((name) => [name, file(join(folder, 'assets', name), lasting)])),
  }
}

/** What stands there where nothing was built. */
export function notBuilt(words: string): Answer {
  return {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: `${words}\n`,
  }
}

/** An answer in web terms. */
export function webAnswer(answer: File, { method, headers: given }: Request, path: string): Response {
  const { status, headers, body } = answer({ method, path, headers: Object.fromEntries(given), address: null })
  return new Response((body ?? null) as ConstructorParameters<typeof Response>[0], { status, headers })
}

function file(path: string, cache: string): File {
  let held: Held | undefined
  return (asked) => send((held ??= read(path)), asked, cache)
}

function read(path: string): Held {
  const plain = readFileSync(path)
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  return { plain, packed: gzipSync(plain), etag: `"${hash}"`, type: TYPES[extname(path)] ?? 'application/octet-stream' }
}

function send({ plain, packed, etag, type }: Held, { headers }: PlainRequest, cache: string): Answer {
  const said = { ...HEADERS, 'content-type': type, 'cache-control': cache, etag, vary: 'accept-encoding' }
  if (String(headers['if-none-match'] ?? '').includes(etag)) return { status: 304, headers: said }
  if (!/\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(String(headers['accept-encoding'] ?? '')))
    return { status: 200, headers: said, body: plain }
  return { status: 200, headers: { ...said, 'content-encoding': 'gzip' }, body: packed }
}

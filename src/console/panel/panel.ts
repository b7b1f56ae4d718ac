// The panel: what `ui/` was built into, served as it lies in `dist/panel`. Every file is read once and held, small and
// packed. It promises that a deep link shows its page, that a file named by its content is asked for once, and a policy
// under which nothing but our own files can run; it answers page addresses alone, so that a wrong address of the API stays
// a 404.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Answer, AnyRoute, PlainRequest } from '../route.ts'
import { panelFolder } from './folder.ts'
import { PANEL_PATHS } from './paths.ts'

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

/** `/`, the pages and `/assets/*`; where the panel was not built, its addresses say so. */
export function panelRoutes(folder: string | null = panelFolder()): AnyRoute[] {
  if (folder === null) return pages(() => MISSING)
  const index = once(() => read(join(folder, 'index.html')))
  const assets = readdirSync(join(folder, 'assets')).map((name): AnyRoute => {
    const file = once(() => read(join(folder, 'assets', name)))
    const lasting = 'public, max-age=31536000, immutable'
    return { method: 'GET', path: `/assets/${name}`, tier: 'public', answer: (asked) => send(file(), asked, lasting) }
  })
  return [...pages((asked) => send(index(), asked, 'no-cache')), ...assets]
}

function pages(answer: (asked: PlainRequest) => Answer): AnyRoute[] {
  return ['/', ...PANEL_PATHS].map((path): AnyRoute => {
    if (!path.includes(':')) return { method: 'GET', path, tier: 'public', answer }
    return {
      method: 'GET',
      path,
      tier: 'public',
      handle(request) {
        const headers = Object.fromEntries(request.headers)
        const { status, headers: said, body } = answer({ method: request.method, path, headers, address: null })
        return new Response((body ?? null) as ConstructorParameters<typeof Response>[0], { status, headers: said })
      },
    }
  })
}

const MISSING: Answer = {
  status: 503,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: 'The panel was not built: run `npm run build`. The same data is under /api/v1.\n',
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

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

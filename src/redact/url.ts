// URLs keep their shape: credentials become `REDACTED:REDACTED@`, secret parameters keep their key and lose their
// value. The literal is the semantic conventions' `REDACTED` (registry, url.full), not the brackets used elsewhere.
import { type Finding, SECRET, type Verdict } from './key.ts'

const MASK = 'REDACTED'
/** How often a value may have been percent-encoded. */
const MOST_ROUNDS = 4

/** Case-sensitive query keys that the semantic conventions name: signatures of object stores. */
const SIGNATURES = new Set([
  ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'AWSAccessKeyId', 'Signature', 'sig'],
  'X-Goog-Signature',
])

type Judge = (key: string) => Verdict
type Scan = (value: string) => string
type Found = ((found: Finding) => void) | null

/** A whole URL, `path?query`, or a bare `a=1&b=2`; `scan` looks at the values that no key condemns. */
export function redactUrl(url: string, judge: Judge, scan: Scan, found: Found = null): string {
  const from = authorityAt(url)
  let rest = url
  let head = ''
  if (from > 0) {
    let to = from
    while (to < url.length && !isDelimiter(url.charCodeAt(to))) to++
    // The last @ before the path ends the credentials: a password may hold one unescaped, and even a slash.
    let sign = url.lastIndexOf('@', to - 1)
    if (sign < from && /^[^:[]*:(?!\d*$)/.test(url.slice(from, to))) {
      const later = url.indexOf('@', to)
      if (later > 0) {
        sign = later
        to = later
        while (to < url.length && !isDelimiter(url.charCodeAt(to))) to++
      }
    }
    if (sign >= from) {
      const masked = `${MASK}:${MASK}`
      if (url.slice(from, sign) !== masked) found?.({ by: 'url' })
      head = `${url.slice(0, from)}${masked}${url.slice(sign, to)}`
    } else head = url.slice(0, to)
    rest = url.slice(to)
  }
  const query = queryAt(rest)
  const bare = query < 0 && head === '' && rest.includes('=') && !rest.startsWith('/')
  if (bare) return parameters(rest, judge, scan, found)
  if (query < 0) return head + path(rest, judge, scan, found)
  return head + path(rest.slice(0, query), judge, scan, found) + parameters(rest.slice(query), judge, scan, found)
}

/** Behind `scheme://`, or behind the two slashes of a URL that leaves its scheme out; -1 without an authority. */
function authorityAt(url: string): number {
  const scheme = url.indexOf('://')
  if (scheme > 0 && scheme < 32) return scheme + 3
  return url.startsWith('//') ? 2 : -1
}

/** Matrix parameters of the path, `/a;jsessionid=1`, are judged like those of the query. */
function path(text: string, judge: Judge, scan: Scan, found: Found): string {
  const from = text.indexOf(';')
  if (from < 0) return scan(text)
  const to = text.indexOf('/', from)
  const [behind, rest] = to < 0 ? [text.slice(from), ''] : [text.slice(from, to), text.slice(to)]
  const seen = scan(text.slice(0, from)) + parameters(behind, judge, scan, found)
  return rest === '' ? seen : seen + path(rest, judge, scan, found)
}

/** Where the query or the fragment begins; -1 without one. */
function queryAt(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 63 || code === 35) return i
  }
  return -1
}

function isDelimiter(code: number): boolean {
  return code === 47 || code === 63 || code === 35 || code === 92
}

/** `?a=1&b=2#c=3`: separators stay as they are; the same text when nothing was found. */
function parameters(text: string, judge: Judge, scan: Scan, found: Found): string {
  let out = ''
  let done = 0
  let from = 0
  let equals = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? AND : text.charCodeAt(i)
    if (code === EQUALS && equals < 0) equals = i
    if (code !== AND && code !== 63 && code !== 35 && code !== 59) continue
    if (i > from) {
      const valueAt = equals < 0 ? from : equals + 1
      const value = text.slice(valueAt, i)
      const seen = equals < 0 ? scanned(value, scan) : parameter(text.slice(from, equals), value, judge, scan, found)
      if (seen !== value) {
        out += text.slice(done, valueAt) + seen
        done = i
      }
    }
    from = i + 1
    equals = -1
  }
  return done === 0 ? text : out + text.slice(done)
}

const AND = 38
const EQUALS = 61

/** What may be shown of the value. */
function parameter(key: string, value: string, judge: Judge, scan: Scan, found: Found): string {
  if (value === '') return value
  const name = decoded(key)
  if (judge(name) === SECRET || SIGNATURES.has(key)) {
    if (value !== MASK) found?.({ by: 'key', key: name })
    return MASK
  }
  return scanned(value, scan)
}

/** A value as it stands, and as it reads when what it was encoded with is taken off. */
function scanned(value: string, scan: Scan): string {
  const seen = scan(value)
  if (seen !== value) return seen
  const plain = decoded(value)
  return plain !== value && scan(plain) !== plain ? MASK : value
}

function decoded(text: string): string {
  let plain = text
  for (let round = 0; round < MOST_ROUNDS && (plain.includes('%') || (round === 0 && plain.includes('+'))); round++) {
    try {
      const next = decodeURIComponent(round === 0 ? plain.replaceAll('+', ' ') : plain)
      if (next === plain) break
      plain = next
    } catch {
      break
    }
  }
  return plain
}

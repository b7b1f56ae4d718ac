// URLs keep their shape: credentials become `REDACTED:REDACTED@`, secret parameters keep their key and lose their
// value. The literal is the semantic conventions' `REDACTED` (registry, url.full), not the brackets used elsewhere.
import { SECRET, type Verdict } from './key.ts'

const MASK = 'REDACTED'

/** Case-sensitive query keys that the semantic conventions name: signatures of object stores. */
const SIGNATURES = new Set([
  ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'AWSAccessKeyId', 'Signature', 'sig'],
  'X-Goog-Signature',
])

/** A whole URL, `path?query`, or a bare `a=1&b=2`; `scan` looks at the values that no key condemns. */
export function redactUrl(url: string, judge: (key: string) => Verdict, scan: (value: string) => string): string {
  const scheme = url.indexOf('://')
  let rest = url
  let head = ''
  if (scheme > 0 && scheme < 32) {
    const from = scheme + 3
    let to = from
    while (to < url.length && !isDelimiter(url.charCodeAt(to))) to++
    // The last @ before the path ends the credentials: a password may hold one unescaped, and even a slash.
    let sign = url.lastIndexOf('@', to - 1)
    if (sign < from && /^[^:[]+:(?!\d*$)/.test(url.slice(from, to))) {
      const later = url.indexOf('@', to)
      if (later > 0) {
        sign = later
        to = later
        while (to < url.length && !isDelimiter(url.charCodeAt(to))) to++
      }
    }
    head = sign >= from ? `${url.slice(0, from)}${MASK}:${MASK}${url.slice(sign, to)}` : url.slice(0, to)
    rest = url.slice(to)
  }
  const query = queryAt(rest)
  const bare = query < 0 && head === '' && rest.includes('=') && !rest.startsWith('/')
  if (bare) return parameters(rest, judge, scan)
  if (query < 0) return head + scan(rest)
  return head + scan(rest.slice(0, query)) + parameters(rest.slice(query), judge, scan)
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
function parameters(text: string, judge: (key: string) => Verdict, scan: (value: string) => string): string {
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
      const seen = equals < 0 ? scan(value) : parameter(text.slice(from, equals), value, judge, scan)
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
function parameter(
  key: string,
  value: string,
  judge: (key: string) => Verdict,
  scan: (value: string) => string,
): string {
  if (value === '') return value
  if (judge(decoded(key)) === SECRET || SIGNATURES.has(key)) return MASK
  const seen = scan(value)
  if (seen !== value) return seen
  const plain = decoded(value)
  return plain !== value && scan(plain) !== plain ? MASK : value
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

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
  const query = rest.search(/[?#]/)
  const bare = query < 0 && head === '' && rest.includes('=') && !rest.startsWith('/')
  if (bare) return parameters(rest, judge, scan)
  if (query < 0) return head + scan(rest)
  return head + scan(rest.slice(0, query)) + parameters(rest.slice(query), judge, scan)
}

function isDelimiter(code: number): boolean {
  return code === 47 || code === 63 || code === 35 || code === 92
}

/** `?a=1&b=2#c=3`: separators stay as they are. */
function parameters(text: string, judge: (key: string) => Verdict, scan: (value: string) => string): string {
  let out = ''
  let from = 0
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? 38 : text.charCodeAt(i)
    if (code !== 38 && code !== 63 && code !== 35 && code !== 59) continue
    out += parameter(text.slice(from, i), judge, scan) + (i === text.length ? '' : text[i])
    from = i + 1
  }
  return out
}

function parameter(pair: string, judge: (key: string) => Verdict, scan: (value: string) => string): string {
  const equals = pair.indexOf('=')
  if (equals < 0) return scan(pair)
  const key = pair.slice(0, equals)
  const value = pair.slice(equals + 1)
  if (value === '') return pair
  if (SIGNATURES.has(key) || judge(decoded(key)) === SECRET) return `${key}=${MASK}`
  const seen = scan(value)
  if (seen !== value) return `${key}=${seen}`
  const plain = decoded(value)
  return plain !== value && scan(plain) !== plain ? `${key}=${MASK}` : pair
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
